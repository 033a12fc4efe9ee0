//! Every change and every act of security writes its event in the same transaction.

use base::event::Journal;
use base::{Edit, NewEvent};
use serde::Serialize;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// A change of data, with what it was before and after (NFR-LOG-04).
pub(crate) async fn change<T: Serialize + ?Sized>(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: &'static str,
    subject: Uuid,
    before: Option<&T>,
    after: Option<&T>,
) -> sqlx::Result<()> {
    let payload = json!({ "before": as_json(before), "after": as_json(after) });
    append(db, edit, kind, Journal::Change, subject, payload).await
}

/// An act that matters to security: a sign-in, a refusal, a key (NFR-LOG-03).
pub async fn security(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: &'static str,
    subject: Uuid,
    payload: Value,
) -> sqlx::Result<()> {
    append(db, edit, kind, Journal::Security, subject, payload).await
}

async fn append(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: &'static str,
    journal: Journal,
    subject: Uuid,
    payload: Value,
) -> sqlx::Result<()> {
    let event =
        NewEvent { kind: kind.into(), journal, subject, correlation: None, author: edit.author, payload };
    platform::event::append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}

fn as_json<T: Serialize + ?Sized>(value: Option<&T>) -> Value {
    value.and_then(|value| serde_json::to_value(value).ok()).unwrap_or(Value::Null)
}
