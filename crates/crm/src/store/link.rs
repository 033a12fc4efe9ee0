//! Links between records: add, remove.

use crate::customer::CustomerKind;
use crate::link::{LINKS_MAX, Link, LinkInput, LinkKind, NOTE_MAX};
use crate::query;
use base::event::Journal;
use base::id::RecordLinkId;
use base::{ChangeError, Edit, FieldFault, NewEvent};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

/// Links `record` with another.
///
/// # Errors
/// Unknown record or kind, records that the kind does not link, more links than it allows, or the database.
pub async fn add(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    record: Uuid,
    input: &LinkInput,
) -> Result<Link, ChangeError> {
    let (from, to) = match (input.from, input.to) {
        (None, Some(to)) => (record, to),
        (Some(from), None) => (from, record),
        (Some(from), Some(to)) if from == record || to == record => (from, to),
        _ => return Err(fault("/to", "name the other record, as from or as to")),
    };
    let note = input.note.as_deref().map(str::trim).filter(|note| !note.is_empty());
    if note.is_some_and(|note| note.chars().count() > NOTE_MAX || note.contains('\0')) {
        return Err(fault("/note", &format!("must have at most {NOTE_MAX} characters")));
    }
    let kind = shared_kind(db, &input.kind).await?;
    let fields = &kind.fields;
    check_side(db, "/from", from, &fields.from_kind, fields.from_customer).await?;
    check_side(db, "/to", to, &fields.to_kind, fields.to_customer).await?;
    let links = query::links_of(db, record).await?;
    if links.iter().any(|link| link.kind == fields.key && (link.from, link.to) == (to, from)) || from == to {
        return Err(ChangeError::Taken(FieldFault::new("/to", "the two are linked like this already")));
    }
    if i64::try_from(links.len()).is_ok_and(|count| count >= LINKS_MAX) {
        return Err(fault("/to", &format!("a record has at most {LINKS_MAX} links")));
    }
    let id = RecordLinkId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into crm.link (link_id, link_kind_id, from_id, to_id, from_single, to_single, note, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(kind.id)
    .bind(from)
    .bind(to)
    .bind(fields.cardinality.is_from_single())
    .bind(fields.cardinality.is_to_single())
    .bind(note)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(too_many)?;
    let link = query::find_link(db, id).await?.ok_or(ChangeError::Unknown("link"))?;
    record_link(db, edit, "crm.link_added.v1", &link).await?;
    Ok(link)
}

/// Ends a link.
///
/// # Errors
/// Unknown, or the database.
pub async fn remove(db: &mut PgConnection, edit: &mut Edit<'_>, id: RecordLinkId) -> Result<(), ChangeError> {
    let link = query::find_link(db, id).await?.ok_or(ChangeError::Unknown("link"))?;
    let gone = sqlx::query("delete from crm.link where link_id = $1").bind(id).execute(&mut *db).await?;
    if gone.rows_affected() == 0 {
        return Err(ChangeError::Unknown("link"));
    }
    record_link(db, edit, "crm.link_removed.v1", &link).await
}

fn fault(pointer: &str, detail: &str) -> ChangeError {
    ChangeError::Invalid(vec![FieldFault::new(pointer, detail)])
}

/// The kind, which stays as it is until the transaction ends.
async fn shared_kind(db: &mut PgConnection, key: &str) -> Result<LinkKind, ChangeError> {
    sqlx::query("select 1 from crm.link_kind where key = $1 for share").bind(key).execute(&mut *db).await?;
    let kinds = query::link_kinds(db).await?;
    let known: Vec<String> = kinds.iter().map(|kind| kind.fields.key.clone()).collect();
    kinds.into_iter().find(|kind| kind.fields.key == key).ok_or_else(|| {
        fault("/kind", &format!("there is no such kind of link; there are: {}", known.join(", ")))
    })
}

async fn check_side(
    db: &mut PgConnection,
    pointer: &str,
    record: Uuid,
    wanted: &str,
    customer: Option<CustomerKind>,
) -> Result<(), ChangeError> {
    let found = query::record_kind(db, record).await?;
    match found {
        None => Err(fault(pointer, "there is no such record")),
        Some((kind, _)) if kind != wanted => {
            Err(fault(pointer, &format!("must be a {wanted}, not a {kind}")))
        }
        Some((_, is)) if customer.is_some() && is != customer => {
            let wanted =
                if customer == Some(CustomerKind::Individual) { "a person" } else { "an organisation" };
            Err(fault(pointer, &format!("must be {wanted}")))
        }
        Some(_) => Ok(()),
    }
}

fn too_many(error: sqlx::Error) -> ChangeError {
    let name = error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
    let (pointer, detail) = match name {
        Some("link_pair_key") => ("/to", "the two are linked like this already"),
        Some("link_from_single_key") => ("/from", "has a link of this kind already, and can have one only"),
        Some("link_to_single_key") => ("/to", "has a link of this kind already, and can have one only"),
        _ => return error.into(),
    };
    ChangeError::Taken(FieldFault::new(pointer, detail))
}

/// The event stands in the history of both records: of the first as subject, of the second as correlation.
async fn record_link(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: &'static str,
    link: &Link,
) -> Result<(), ChangeError> {
    let event = NewEvent {
        kind: kind.into(),
        journal: Journal::Change,
        subject: link.from,
        correlation: Some(link.to),
        author: edit.author,
        payload: json!({ "link": link }),
    };
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}
