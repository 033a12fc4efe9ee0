//! SQL that searches the event log for people: newest first, by what they remember of it.
//!
//! Reading for a screen needs no snapshot horizon: an event that commits late is there when the page is read again.

use super::Event;
use super::store::{EventRow, journal_word};
use base::event::Journal;
use base::id::EventId;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Which events are looked for; what is `None` does not matter.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Which of the four logs.
    pub journal: Option<Journal>,
    /// The whole kind, or the beginning of it when it ends with a dot.
    pub kind: Option<String>,
    /// What it happened to.
    pub subject: Option<Uuid>,
    /// The id of the person or key that did it.
    pub author: Option<Uuid>,
    /// The story it belongs to.
    pub correlation: Option<Uuid>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub to: Option<DateTime<Utc>>,
    /// Older than this one.
    pub after: Option<(DateTime<Utc>, EventId)>,
}

/// The payload of the first event of a kind of our own that each of these has from a moment on: what a record was at that
/// moment stands before its first change.
///
/// # Errors
/// The database refused.
pub async fn first_since(
    db: &mut PgConnection,
    kind: &str,
    subjects: &[Uuid],
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<(Uuid, serde_json::Value)>> {
    sqlx::query_as(
        "select distinct on (subject_id) subject_id, payload
        from platform.event_own
        where kind = $1 and subject_id = any($2) and occurred_at >= $3
        order by subject_id, occurred_at, position",
    )
    .bind(kind)
    .bind(subjects)
    .bind(since)
    .fetch_all(db)
    .await
}

/// Up to `rows` events, newest first.
///
/// # Errors
/// The database refused.
pub async fn search(db: &mut PgConnection, filter: &Filter, rows: i64) -> sqlx::Result<Vec<Event>> {
    let (after_at, after_id) = filter.after.unzip();
    let found = sqlx::query_as::<_, EventRow>(
        "select event_id, transaction_id::text::bigint as transaction_id, position, kind, journal, subject_id,
            correlation_id, author_kind, author_id, payload::text as payload, occurred_at
        from platform.event
        where ($1::text is null or journal = $1)
            and ($2::text is null or kind = $2 or (right($2, 1) = '.' and starts_with(kind, $2)))
            and ($3::uuid is null or subject_id = $3)
            and ($4::uuid is null or author_id = $4)
            and ($5::uuid is null or correlation_id = $5)
            and ($6::timestamptz is null or occurred_at >= $6)
            and ($7::timestamptz is null or occurred_at < $7)
            and ($8::timestamptz is null or (occurred_at, event_id) < ($8, $9))
        order by occurred_at desc, event_id desc
        limit $10",
    )
    .bind(filter.journal.map(journal_word))
    .bind(&filter.kind)
    .bind(filter.subject)
    .bind(filter.author)
    .bind(filter.correlation)
    .bind(filter.from)
    .bind(filter.to)
    .bind(after_at)
    .bind(after_id)
    .bind(rows)
    .fetch_all(db)
    .await?;
    Ok(found.into_iter().map(Event::from).collect())
}
