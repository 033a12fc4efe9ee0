//! SQL that changes the schema `loyalty`. Functions take a connection; the edge owns the transaction.

mod account;
mod adjustment;
mod configuration;
pub mod contest;
pub mod coupon;
pub mod granting;
mod load;
pub mod master;
pub mod movement;
pub mod offer;
pub mod order;
pub mod partner;
pub mod promotion;
pub mod reward;
mod service;
mod standing;

pub use account::{Registration, cancel, enrol, number_for, register, set_regions};
pub use adjustment::{NewAdjustment, decide_adjustment, insert_adjustment};
pub use configuration::{
    insert_bonus_type, insert_programme, insert_tier, update_bonus_type, update_programme, update_tier,
};
pub use load::register_many;
pub use service::{connect, disconnect, update_service};
pub use standing::{settle_account, settle_due, take_day};

use crate::account::Account;
use base::event::Journal;
use base::{ChangeError, Edit, NewEvent};
use serde::Serialize;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

fn same_version(present: i32, given: i32) -> Result<(), ChangeError> {
    if present == given { Ok(()) } else { Err(ChangeError::Stale { given, present }) }
}

/// A change of configuration, with what it was before and after.
async fn record<T: Serialize + Sync>(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: &'static str,
    subject: Uuid,
    before: Option<&T>,
    after: Option<&T>,
) -> Result<(), ChangeError> {
    let event = NewEvent {
        kind: kind.into(),
        journal: Journal::Change,
        subject,
        correlation: None,
        author: edit.author,
        payload: json!({ "before": before, "after": after }),
    };
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}

/// What happened to a member, as rules and histories see it: the customer and the account stand in every such event.
#[must_use]
pub fn member_event(kind: &'static str, edit: &Edit<'_>, account: &Account, said: Value) -> NewEvent {
    let mut payload = match said {
        Value::Object(fields) => fields,
        other => Map::from_iter([("detail".to_owned(), other)]),
    };
    payload.insert("customer_id".to_owned(), json!(account.customer_id));
    payload.insert("account_id".to_owned(), json!(account.id));
    payload.insert("account".to_owned(), json!(account.number));
    NewEvent {
        kind: kind.into(),
        journal: Journal::Activity,
        subject: account.id.as_uuid(),
        correlation: None,
        author: edit.author,
        payload: Value::Object(payload),
    }
}

async fn tell(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    account: &Account,
    kind: &'static str,
    said: Value,
) -> Result<(), ChangeError> {
    let event = member_event(kind, edit, account, said);
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}
