//! Customers as rules see them, with their loyalty accounts.

use base::id::CustomerId;
use chrono::{DateTime, Utc};
use loyalty::member::Member;
use rules::facts::ACCOUNT_KEY;
use serde_json::{Map, Value};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// The `customer` object of each customer that exists, with the loyalty accounts where [`rules::Facts::of_customer`]
/// finds them.
///
/// # Errors
/// The database failed.
pub async fn customers(
    db: &mut PgConnection,
    ids: &[CustomerId],
    now: DateTime<Utc>,
) -> sqlx::Result<BTreeMap<CustomerId, Value>> {
    let found = crm::query::facts(&mut *db, ids).await?;
    with_accounts(db, found, ids, now).await
}

/// The loyalty accounts of customers alone, for rules that read nothing else of them.
///
/// # Errors
/// The database failed.
pub async fn accounts(
    db: &mut PgConnection,
    ids: &[CustomerId],
    now: DateTime<Utc>,
) -> sqlx::Result<BTreeMap<CustomerId, Value>> {
    let found = ids.iter().map(|id| (*id, Value::Object(Map::new()))).collect();
    with_accounts(db, found, ids, now).await
}

async fn with_accounts(
    db: &mut PgConnection,
    mut found: BTreeMap<CustomerId, Value>,
    ids: &[CustomerId],
    now: DateTime<Utc>,
) -> sqlx::Result<BTreeMap<CustomerId, Value>> {
    let members = loyalty::query::by_customers(&mut *db, ids).await?;
    if members.is_empty() {
        return Ok(found);
    }
    let programmes = loyalty::query::programmes(db).await?;
    for member in members {
        let programme = programmes.iter().find(|programme| programme.id == member.programme_id);
        let Some(programme) = programme else { continue };
        let account = member.facts(now, programme.zone());
        add(&mut found, &member, &programme.fields.code, account);
    }
    Ok(found)
}

/// The oldest account of a customer is the one that counts when an event names no programme.
fn add(found: &mut BTreeMap<CustomerId, Value>, member: &Member, programme: &str, account: Value) {
    let Some(Value::Object(customer)) = found.get_mut(&member.customer_id) else { return };
    let accounts = customer.entry(ACCOUNT_KEY).or_insert_with(|| Value::Object(Map::new()));
    if let Value::Object(accounts) = accounts {
        accounts.entry("").or_insert_with(|| account.clone());
        accounts.insert(programme.to_owned(), account);
    }
}
