//! What happened to a record: its own events, and those of links to it.

use base::id::EventId;
use chrono::{DateTime, Utc};
use platform::event::Event;
use platform::event::query::Filter;
use sqlx::PgConnection;
use uuid::Uuid;

/// At most `limit` events of the record, newest first, behind the one that `after` names.
///
/// # Errors
/// The database failed.
pub async fn history(
    db: &mut PgConnection,
    record: Uuid,
    after: Option<(DateTime<Utc>, EventId)>,
    limit: i64,
) -> sqlx::Result<Vec<Event>> {
    let own = Filter { kind: Some("crm.".to_owned()), after, ..Filter::default() };
    let linked = Filter { correlation: Some(record), ..own.clone() };
    let own = Filter { subject: Some(record), ..own };
    let mut events = platform::event::query::search(db, &own, limit).await?;
    events.extend(platform::event::query::search(db, &linked, limit).await?);
    events.sort_by_key(|event| std::cmp::Reverse((event.occurred_at, event.event_id)));
    events.dedup_by_key(|event| event.event_id);
    events.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(events)
}
