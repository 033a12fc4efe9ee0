//! SQL of events from outside: keys and rows of a whole batch at once.

use super::Row;
use crate::event::store::{author_words, journal_word};
use base::event::Journal;
use base::id::EventId;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Takes the keys that nobody has; which they were. Waits for a writer that took one and has not committed.
pub(super) async fn take_keys(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    rows: &[&Row],
) -> sqlx::Result<HashSet<Uuid>> {
    let keys: Vec<Uuid> = rows.iter().map(|row| row.key).collect();
    let hashes: Vec<&[u8]> = rows.iter().map(|row| row.hash.as_slice()).collect();
    let ids: Vec<EventId> = rows.iter().map(|row| row.event_id).collect();
    let new: Vec<Uuid> = sqlx::query_scalar(
        "insert into platform.outside_key (key, body_hash, event_id, received_at)
        select key, body_hash, event_id, $4
        from unnest($1::uuid[], $2::bytea[], $3::uuid[]) as given (key, body_hash, event_id)
        on conflict (key) do nothing
        returning key",
    )
    .bind(keys)
    .bind(hashes)
    .bind(ids)
    .bind(now)
    .fetch_all(db)
    .await?;
    Ok(new.into_iter().collect())
}

/// The events that have the keys, with the hashes of their bodies.
pub(super) async fn find_keys(
    db: &mut PgConnection,
    keys: &[Uuid],
) -> sqlx::Result<HashMap<Uuid, (Vec<u8>, EventId)>> {
    let rows: Vec<(Uuid, Vec<u8>, EventId)> =
        // One by one by the index, whatever the table looked like when the plan was made.
        sqlx::query_as(
            "select k.key, k.body_hash, k.event_id from unnest($1::uuid[]) as sought (key)
            cross join lateral (
                select key, body_hash, event_id from platform.outside_key where key = sought.key offset 0) k",
        )
        .bind(keys)
        .fetch_all(db)
        .await?;
    Ok(rows.into_iter().map(|(key, hash, event_id)| (key, (hash, event_id))).collect())
}

/// Writes the rows in their order and wakes the readers when the transaction commits.
pub(super) async fn insert_many(db: &mut PgConnection, rows: &[&Row]) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let authors: Vec<_> = rows.iter().map(|row| author_words(row.event.author)).collect();
    sqlx::query(
        "with appended as (
            insert into platform.event
                (event_id, kind, journal, subject_id, correlation_id, author_kind, author_id, payload, occurred_at)
            select event_id, kind, $9, subject_id, correlation_id, author_kind, author_id, payload::jsonb,
                occurred_at
            from unnest($1::uuid[], $2::text[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[],
                $8::timestamptz[]) with ordinality
                as given (event_id, kind, subject_id, correlation_id, author_kind, author_id, payload, occurred_at,
                    place)
            order by place)
        select pg_notify('platform_event', '')",
    )
    .bind(rows.iter().map(|row| row.event_id).collect::<Vec<EventId>>())
    .bind(rows.iter().map(|row| &*row.event.kind).collect::<Vec<&str>>())
    .bind(rows.iter().map(|row| row.event.subject).collect::<Vec<Uuid>>())
    .bind(rows.iter().map(|row| row.event.correlation).collect::<Vec<Option<Uuid>>>())
    .bind(authors.iter().map(|(kind, _)| *kind).collect::<Vec<&str>>())
    .bind(authors.iter().map(|(_, id)| *id).collect::<Vec<Option<Uuid>>>())
    .bind(rows.iter().map(|row| row.event.payload.to_string()).collect::<Vec<String>>())
    .bind(rows.iter().map(|row| row.occurred_at).collect::<Vec<DateTime<Utc>>>())
    .bind(journal_word(Journal::Outside))
    .execute(db)
    .await?;
    Ok(())
}
