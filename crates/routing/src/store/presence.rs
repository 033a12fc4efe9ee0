//! What operators do with their time, as intervals (CC-SUP-02).

use super::live::append_once;
use crate::contact::PresenceChange;
use base::event::Journal;
use base::id::OperatorId;
use base::{Author, NewEvent};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

/// A new state of an operator began: the state before it ends at the same moment. May run twice. A reason that is
/// not known is left out, rather than losing the interval.
///
/// # Errors
/// The database failed.
pub async fn operator_state_changed(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    change: &PresenceChange,
) -> sqlx::Result<()> {
    let done = sqlx::query(
        "insert into routing.operator_state (operator_id, started_at, state, reason_id)
         values ($1, $2, $3, (select reason_id from routing.not_ready_reason where reason_id = $4))
         on conflict (operator_id, started_at) do update
         set state = excluded.state, reason_id = excluded.reason_id
         where (routing.operator_state.state, routing.operator_state.reason_id)
               is distinct from (excluded.state, excluded.reason_id)",
    )
    .bind(change.operator)
    .bind(now)
    .bind(change.state)
    .bind(change.reason)
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Ok(());
    }
    sqlx::query(
        "update routing.operator_state set ended_at = $2
         where operator_id = $1 and started_at < $2 and ended_at is null",
    )
    .bind(change.operator)
    .bind(now)
    .execute(&mut *db)
    .await?;
    let event = NewEvent {
        kind: "routing.operator_state_changed.v1".into(),
        journal: Journal::Activity,
        subject: change.operator.as_uuid(),
        correlation: None,
        author: Author::Person(change.operator.into()),
        payload: json!({ "state": change.state, "reason_id": change.reason }),
    };
    append_once(db, now, &event).await
}

/// The operator signed out: the present state ends and no other begins. May run twice.
///
/// # Errors
/// The database failed.
pub async fn operator_signed_out(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    operator: OperatorId,
) -> sqlx::Result<()> {
    sqlx::query(
        "update routing.operator_state set ended_at = $2 where operator_id = $1 and ended_at is null",
    )
    .bind(operator)
    .bind(now)
    .execute(&mut *db)
    .await?;
    let event = NewEvent {
        kind: "routing.operator_signed_out.v1".into(),
        journal: Journal::Activity,
        subject: operator.as_uuid(),
        correlation: None,
        author: Author::Person(operator.into()),
        payload: json!({}),
    };
    append_once(db, now, &event).await
}

/// Ends the states that a crash left open. They end when the server comes back: when it went down is not known.
///
/// # Errors
/// The database failed.
pub async fn close_open_states(db: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query("update routing.operator_state set ended_at = $1 where ended_at is null")
        .bind(now)
        .execute(db)
        .await?;
    Ok(done.rows_affected())
}
