//! With whose eyes records are seen: attributes and kinds of cards may be for some roles only.

use crate::http::prelude::*;
use base::id::CustomerId;
use crm::attribute::{Attribute, CUSTOMER};
use crm::card::CardKind;
use crm::columns::RecordColumns;
use crm::sight::Sight;
use crm::viewer::Viewer;
use rules::decide::card_kinds_of;
use rules::facts::{CARDS, CARDS_KEY};
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// What the caller sees of records. A program has no roles, so it sees what is for everybody.
pub(super) struct Eyes {
    /// The caller's roles.
    pub viewer: Viewer,
    /// Defines structures, and so knows all of them.
    pub may_change_structures: bool,
    may_see_customers: bool,
    may_see_cards: bool,
}

impl Eyes {
    /// Whether the caller sees cards of this kind.
    pub(super) fn sees_cards(&self, kind: &CardKind) -> bool {
        self.may_see_cards && kind.is_seen_by(&self.viewer)
    }

    /// Whether the caller may see records of this kind at all; kinds of cards have readers of their own.
    pub(super) fn may_see(&self, record_kind: &str) -> bool {
        if record_kind == CUSTOMER { self.may_see_customers } else { self.may_see_cards }
    }
}

/// What the caller sees of records.
///
/// # Errors
/// 403 when the caller may see no records; 503 when the database is away.
pub(super) async fn eyes(db: &mut PgConnection, caller: &Caller) -> Result<Eyes, ApiError> {
    let may = |operation| caller.permissions().allows(operation);
    let eyes = Eyes {
        viewer: viewer(db, caller).await?,
        may_change_structures: may(Operation::StructureWrite),
        may_see_customers: may(Operation::CustomerRead),
        may_see_cards: may(Operation::CardRead),
    };
    if !eyes.may_change_structures && !eyes.may_see_customers {
        caller.require(Operation::CardRead)?;
    }
    Ok(eyes)
}

/// The caller's roles, for what is for some roles only.
pub(super) async fn viewer(db: &mut PgConnection, caller: &Caller) -> sqlx::Result<Viewer> {
    Ok(match caller.person() {
        Some(person) => Viewer::with(access::permission::query::roles_of(db, person).await?),
        None => Viewer::with([]),
    })
}

/// What the caller sees of customers where expressions look at them, and the attributes that it follows from.
pub(super) async fn sight(
    db: &mut PgConnection,
    caller: &Caller,
) -> sqlx::Result<(Sight, Vec<Attribute>, Viewer)> {
    let (attributes, viewer) = (crm::query::all_attributes(db).await?, viewer(db, caller).await?);
    let kinds = crm::query::card_kinds(&mut *db).await?;
    let sight = Sight::of(&attributes, &viewer).without_kinds(&kinds, &viewer);
    // Who sees no cards at all sees no linked ones.
    let unseen =
        kinds.iter().filter(|_| !caller.permissions().allows(Operation::CardRead)).map(CardKind::path);
    let sight = sight.without(unseen);
    // A score tells of the attributes that it was computed from.
    let closed: Vec<String> = prediction::query::launched(db, None)
        .await?
        .into_iter()
        .filter(|one| one.definition.attributes.iter().any(|key| !sight.sees(&format!("{CUSTOMER}.{key}"))))
        .map(|one| format!("prediction.{}", one.name))
        .collect();
    Ok((sight.without(closed), attributes, viewer))
}

/// Puts the customer, as the caller's expressions see one, among the fields of a message; with the linked cards of the
/// kinds that `paths` name.
///
/// # Errors
/// 422 when there is no such customer, or `paths` name what is not for the caller; 503 when the database is away.
pub(super) async fn add_customer(
    db: &mut PgConnection,
    caller: &Caller,
    customer: CustomerId,
    paths: &BTreeSet<String>,
    fields: &mut serde_json::Map<String, serde_json::Value>,
) -> Result<(), ApiError> {
    let mut found = crm::query::facts(&mut *db, &[customer]).await?;
    crm::query::add_cards(&mut *db, &card_kinds_of(paths), &mut found).await?;
    let facts = found.remove(&customer);
    let facts = facts.ok_or_else(|| ApiError::invalid("/customer_id", "there is no such customer"))?;
    let (sight, ..) = sight(db, caller).await?;
    sight.allows(paths).map_err(|detail| ApiError::invalid("/template", detail))?;
    let mut facts = sight.mask(facts);
    if let Some(cards) = facts.as_object_mut().and_then(|facts| facts.remove(CARDS_KEY)) {
        fields.insert(CARDS.to_owned(), cards);
    }
    fields.insert(CUSTOMER.to_owned(), facts);
    Ok(())
}

/// What the caller's filters of customers can name, `condition` being one; linked cards only where it names them.
pub(super) async fn customer_columns(
    db: &mut PgConnection,
    caller: &Caller,
    facts: rules::Facts,
    condition: Option<&str>,
) -> sqlx::Result<RecordColumns> {
    let (attributes, viewer) = of_customers(&mut *db, caller).await?;
    let columns = RecordColumns::customers(&attributes, &viewer, facts);
    let names_cards = condition.is_some_and(|text| text.contains(CARDS));
    if !names_cards || !caller.permissions().allows(Operation::CardRead) {
        return Ok(columns);
    }
    let kinds = crm::query::card_kinds(&mut *db).await?;
    let attributes = crm::query::all_attributes(db).await?;
    Ok(columns.with_linked(&kinds, &attributes, &viewer))
}

/// The attributes of customers and the caller's roles, to show customers by.
pub(super) async fn of_customers(
    db: &mut PgConnection,
    caller: &Caller,
) -> sqlx::Result<(Vec<Attribute>, Viewer)> {
    Ok((crm::query::attributes(db, CUSTOMER).await?, viewer(db, caller).await?))
}
