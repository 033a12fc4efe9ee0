//! SQL of dead letters.

use super::{DETAIL_MAX, DeadLetter, LetterState, NewLetter};
use base::event::Journal;
use base::id::{DeadLetterId, EventId};
use base::{ChangeError, Edit, NewEvent};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

/// Keeps a letter; one event that fails again at one place is the same letter, and so is one with the same id.
///
/// # Errors
/// The database failed.
pub async fn keep(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    id: DeadLetterId,
    letter: &NewLetter,
) -> sqlx::Result<()> {
    let detail: String = letter.detail.chars().filter(|c| *c != '\0').take(DETAIL_MAX).collect();
    sqlx::query(
        "insert into platform.dead_letter
             (dead_letter_id, origin, event_id, occurred_at, reason, detail, payload, created_at, updated_at)
         select $1, $2, $3, $4, $5, $6, $7, $8, $8
         where $3::uuid is not null
             or not exists (select 1 from platform.dead_letter where dead_letter_id = $1)
         on conflict (origin, event_id) do update
         set reason = excluded.reason, detail = excluded.detail, state = 'open', updated_at = excluded.updated_at,
             attempts = platform.dead_letter.attempts + 1",
    )
    .bind(id)
    .bind(&letter.origin)
    .bind(letter.event.map(|(id, _)| id))
    .bind(letter.event.map(|(_, at)| at))
    .bind(letter.reason)
    .bind(detail)
    .bind(&letter.payload)
    .bind(now)
    .execute(db)
    .await?;
    metrics::counter!("dead_letters_total", "origin" => letter.origin.clone()).increment(1);
    Ok(())
}

/// Letters, newest first; those of one state when it is given.
///
/// # Errors
/// The database failed.
pub async fn list(
    db: &mut PgConnection,
    state: Option<LetterState>,
    after: Option<(DateTime<Utc>, DeadLetterId)>,
    rows: i64,
) -> sqlx::Result<Vec<DeadLetter>> {
    let (after_at, after_id) = after.unzip();
    sqlx::query_as(
        "select dead_letter_id, origin, event_id, reason, detail, payload, state, attempts, created_at, updated_at
         from platform.dead_letter
         where ($1::text is null or state = $1)
             and ($2::timestamptz is null or (created_at, dead_letter_id) < ($2, $3))
         order by created_at desc, dead_letter_id desc
         limit $4",
    )
    .bind(state)
    .bind(after_at)
    .bind(after_id)
    .bind(rows)
    .fetch_all(db)
    .await
}

/// One letter, locked until the transaction ends.
///
/// # Errors
/// Unknown, or the database.
pub async fn lock(db: &mut PgConnection, id: DeadLetterId) -> Result<DeadLetter, ChangeError> {
    let found = sqlx::query_as(
        "select dead_letter_id, origin, event_id, reason, detail, payload, state, attempts, created_at, updated_at
         from platform.dead_letter where dead_letter_id = $1 for update",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    found.ok_or(ChangeError::Unknown("dead letter"))
}

/// Says what is done with a letter, and by whom; a consumer is woken to look.
///
/// # Errors
/// Unknown, or the database.
pub async fn set_state(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: DeadLetterId,
    state: LetterState,
) -> Result<DeadLetter, ChangeError> {
    let before = lock(db, id).await?;
    move_to(db, edit.now, id, state).await?;
    let event = NewEvent {
        kind: "platform.dead_letter_changed.v1".into(),
        journal: Journal::Change,
        subject: id.as_uuid(),
        correlation: before.event_id.map(EventId::as_uuid),
        author: edit.author,
        payload: json!({ "origin": before.origin, "before": before.state, "after": state }),
    };
    crate::event::append(db, edit.now, edit.rng, &event).await?;
    lock(db, id).await
}

/// Moves a letter to another state.
///
/// # Errors
/// The database failed.
pub async fn move_to(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    id: DeadLetterId,
    state: LetterState,
) -> sqlx::Result<()> {
    sqlx::query("update platform.dead_letter set state = $2, updated_at = $3 where dead_letter_id = $1")
        .bind(id)
        .bind(state)
        .bind(now)
        .execute(db)
        .await?;
    Ok(())
}

/// A letter of this origin that somebody wants tried again, with the time of its event; locked, so that no other
/// server takes it.
pub(crate) async fn take_retrying(
    db: &mut PgConnection,
    origin: &str,
) -> sqlx::Result<Option<(DeadLetterId, EventId, DateTime<Utc>)>> {
    sqlx::query_as(
        "select dead_letter_id, event_id, occurred_at from platform.dead_letter
         where origin = $1 and state = 'retrying' and event_id is not null
         order by created_at limit 1 for update skip locked",
    )
    .bind(origin)
    .fetch_optional(db)
    .await
}

/// Removes letters that were done with before this time, at most `rows`; how many.
///
/// # Errors
/// The database failed.
pub async fn forget(db: &mut PgConnection, before: DateTime<Utc>, rows: i64) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "delete from platform.dead_letter where dead_letter_id in (
             select dead_letter_id from platform.dead_letter
             where state in ('done', 'dropped') and updated_at < $1 limit $2)",
    )
    .bind(before)
    .bind(rows)
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
