//! SQL that changes the schema `routing`.
//!
//! Functions take a connection and never open a transaction: the edge owns it. Changes of configuration take a
//! [`base::Edit`] and append an event with what was before and after; the live part's writes (`live`) may run
//! twice and change nothing the second time.

pub mod classifier;
pub mod live;
pub mod operator;
pub mod presence;
pub mod queue;
pub mod wrap_up;

use base::event::Journal;
use base::{ChangeError, Edit, NewEvent};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Appends the event of a change of configuration.
async fn record(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: &'static str,
    subject: Uuid,
    before: Option<&impl Serialize>,
    after: Option<&impl Serialize>,
) -> Result<(), ChangeError> {
    let event = NewEvent {
        kind: kind.into(),
        journal: Journal::Change,
        subject,
        correlation: None,
        author: edit.author,
        payload: json!({ "before": as_json(before), "after": as_json(after) }),
    };
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}

fn as_json(value: Option<&impl Serialize>) -> Value {
    value.and_then(|value| serde_json::to_value(value).ok()).unwrap_or(Value::Null)
}

/// Whether the stored version is the one the change was based on.
fn same_version(present: i32, given: i32) -> Result<(), ChangeError> {
    if present == given { Ok(()) } else { Err(ChangeError::Stale { given, present }) }
}
