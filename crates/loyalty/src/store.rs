//! SQL that changes the schema `loyalty`. Functions take a connection; the edge owns the transaction.

mod account;
mod adjustment;
mod configuration;
pub mod contest;
pub mod coupon;
pub mod granting;
mod kept;
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
pub mod turnover;

pub use account::{Registration, cancel, enrol, number_for, register, set_regions};
pub use adjustment::{NewAdjustment, decide_adjustment, insert_adjustment};
pub use configuration::{
    insert_bonus_type, insert_programme, insert_tier, update_bonus_type, update_programme, update_tier,
};
pub use load::register_many;
pub use service::{connect, disconnect, update_service};
pub use standing::{settle_account, settle_due, settle_those};

use base::event::Journal;
use base::{ChangeError, Edit, NewEvent};
use movement::Party;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;

/// What happened to a member, as rules and histories see it: the customer and the account stand in every such event.
#[must_use]
pub fn member_event(kind: &'static str, edit: &Edit<'_>, party: &Party, said: Value) -> NewEvent {
    let mut payload = match said {
        Value::Object(fields) => fields,
        other => Map::from_iter([("detail".to_owned(), other)]),
    };
    payload.insert("customer_id".to_owned(), json!(party.customer_id));
    payload.insert("account_id".to_owned(), json!(party.account_id));
    payload.insert("account".to_owned(), json!(party.number));
    NewEvent {
        kind: kind.into(),
        journal: Journal::Activity,
        subject: party.account_id.as_uuid(),
        correlation: None,
        author: edit.author,
        payload: Value::Object(payload),
    }
}

/// Appends the event of something that happened to a member.
async fn tell(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    party: &Party,
    kind: &'static str,
    said: Value,
) -> Result<(), ChangeError> {
    let event = member_event(kind, edit, party, said);
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}
