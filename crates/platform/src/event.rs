//! The event log: what happened, appended in the transaction that made it happen.
//!
//! Reading is safe against slow writers. Positions are handed out before commit, so a reader that asks for
//! `position > last` loses the event of a transaction that commits late. Events are therefore ordered by
//! `(transaction_id, position)` and read only below the snapshot horizon: every transaction below it has ended.
//! The horizon is cluster-wide, so writes stay short and `idle_in_transaction_session_timeout` is set.

pub mod audit;
pub mod consumer;
pub mod consumers;
mod log;
pub mod outside;
mod payload;
pub mod query;
pub mod retention;
mod store;
#[cfg(test)]
mod tests;
mod wake;

pub use audit::{AUDIT_LOG, AuditLog};
pub use consumer::{BATCH_MAX, Handler, advance, advance_local, run};
pub use log::Log;
pub use outside::{
    AppendError, Appended, DEPTH_MAX, NAME_MAX, OutsideEvent, Subject, append_many, append_outside,
    append_with,
};
pub use payload::Payload;
pub use store::{append_all, has_read, lag, read, read_kinds};

use base::event::Journal;
use base::id::EventId;
use base::{Author, ChangeError, Edit, NewEvent};
use chrono::{DateTime, Utc};
use rand::Rng;
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;
use std::future::Future;
use uuid::Uuid;

/// The channel that announces new events (Postgres `notify`). A hint only: readers also poll.
pub const CHANNEL: &str = "platform_event";

/// A place in the log. The log's order is not the order of `occurred_at`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The transaction that wrote the event (Postgres `xid8`).
    pub transaction_id: i64,
    /// Order within the transaction.
    pub position: i64,
}

/// An event as it stands in the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its id.
    pub event_id: EventId,
    /// Where it stands.
    pub at: Position,
    /// Such as `routing.contact_abandoned.v1`.
    pub kind: String,
    /// Which log shows it.
    pub journal: Journal,
    /// What it happened to.
    pub subject: Uuid,
    /// The story it belongs to.
    pub correlation: Option<Uuid>,
    /// Who did it.
    pub author: Author,
    /// The details, a JSON object; shared by all who read the same event.
    pub payload: Payload,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
}

/// Appends an event in the caller's transaction and makes its id.
///
/// # Errors
/// The database refused; the transaction is lost, as with any statement.
pub fn append<'c>(
    db: &'c mut PgConnection,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    event: &NewEvent,
) -> impl Future<Output = sqlx::Result<EventId>> + Send + use<'c> {
    append_as(db, EventId::new(now, rng), now, event)
}

/// Appends an event under an id made before, for writes that may be repeated (the write journal repeats a
/// transaction whose answer was lost): the second time changes nothing.
///
/// # Errors
/// The database refused; the transaction is lost, as with any statement.
pub fn append_as<'c>(
    db: &'c mut PgConnection,
    event_id: EventId,
    now: DateTime<Utc>,
    event: &NewEvent,
) -> impl Future<Output = sqlx::Result<EventId>> + Send + use<'c> {
    let event = event.clone();
    async move {
        store::insert(db, event_id, now, &event).await?;
        Ok(event_id)
    }
}

/// Appends the event of a change that somebody made to a record: what it was before and after.
///
/// # Errors
/// The database refused; the transaction is lost, as with any statement.
pub async fn record<T: Serialize + Sync>(
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
    append(db, edit.now, edit.rng, &event).await?;
    Ok(())
}
