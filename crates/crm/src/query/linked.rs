//! SQL that reads the cards that are linked with customers, as expressions see them: `cards.vehicle` (UMS-ENT-05).

use base::id::CustomerId;
use rules::facts::{CARDS_KEY, CARDS_MAX};
use serde_json::{Map, Value};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// The statement of the cards of a kind that are linked with a customer, on either side and by a kind of link in use:
/// each once, the newest first, at most [`CARDS_MAX`]. One text serves expressions in memory and filters of sets.
/// `customer` and `kind` are expressions of ours around it.
pub(crate) fn linked_cards(customer: &str, kind: &str) -> String {
    // An array, because a plan that went through all cards of the kind, newest first, would seldom find one.
    let linked = |own: &str, other: &str| {
        format!(
            "select l.{other} from crm.link l join crm.link_kind n using (link_kind_id)
             where l.{own} = {customer} and n.archived_at is null"
        )
    };
    format!(
        "select k.card_id, k.kind, k.attributes, k.created_at, k.updated_at from crm.card k
         where k.card_id = any(array({} union {})) and k.kind = {kind} and k.archived_at is null
         order by k.created_at desc, k.card_id desc limit {CARDS_MAX}",
        linked("from_id", "to_id"),
        linked("to_id", "from_id"),
    )
}

/// Puts the linked cards of these kinds into the objects of customers, where [`rules::Facts::of_customer`] finds them:
/// lists by kind, each card with its attributes and `id`, `kind`, `created_at`, `updated_at`. Without kinds nothing is
/// asked; a kind that is not in use has no list. All of them are one question.
///
/// # Errors
/// The database failed.
pub async fn add_cards(
    db: &mut PgConnection,
    kinds: &BTreeSet<String>,
    customers: &mut BTreeMap<CustomerId, Value>,
) -> sqlx::Result<()> {
    if kinds.is_empty() || customers.is_empty() {
        return Ok(());
    }
    let ids: Vec<CustomerId> = customers.keys().copied().collect();
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    let moment =
        |column: &str| format!(r#"to_char(found.{column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')"#);
    let text = format!(
        "select asked.customer_id, known.key, (
             select coalesce(jsonb_agg(found.attributes || jsonb_build_object('id', found.card_id, 'kind', found.kind,
                     'created_at', {}, 'updated_at', {}) order by found.created_at desc, found.card_id desc), '[]')
             from ({}) as found)
         from unnest($1::uuid[]) as asked (customer_id)
         cross join crm.card_kind known
         where known.key = any($2) and known.archived_at is null",
        moment("created_at"),
        moment("updated_at"),
        linked_cards("asked.customer_id", "known.key"),
    );
    // Safe: the text is ours, and values are bound.
    let rows: Vec<(CustomerId, String, Value)> =
        sqlx::query_as(sqlx::AssertSqlSafe(text)).bind(ids).bind(kinds).fetch_all(db).await?;
    for (id, kind, cards) in rows {
        let Some(Value::Object(customer)) = customers.get_mut(&id) else { continue };
        let lists = customer.entry(CARDS_KEY).or_insert_with(|| Value::Object(Map::new()));
        if let Value::Object(lists) = lists {
            lists.insert(kind, cards);
        }
    }
    Ok(())
}
