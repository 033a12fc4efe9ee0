//! The outbox of reactions: owed with the decision, done afterwards.

use super::decision::column;
use crate::decide::react::Context;
use crate::document::{Act, Unless};
use base::id::ReactionId;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

/// One reaction, about to be stored.
#[derive(Clone, Debug)]
pub struct ReactionRow<'e> {
    /// Its id.
    pub reaction_id: ReactionId,
    /// Of which rule.
    pub rule_id: Uuid,
    /// In which version.
    pub version: i32,
    /// To which event.
    pub event_id: Uuid,
    /// When that happened.
    pub occurred_at: DateTime<Utc>,
    /// Its key in the rule.
    pub key: &'e str,
    /// What is done.
    pub act: &'e Act,
    /// What makes it needless.
    pub unless: Option<&'e Unless>,
    /// `continue` or `roll_back`.
    pub on_error: &'static str,
    /// For which customer.
    pub customer_id: Option<Uuid>,
    /// For whom or what.
    pub subject_id: Uuid,
    /// The event as expressions see it; kept only for what is not done yet.
    pub context: Context<'e>,
    /// When it is due.
    pub due_at: DateTime<Utc>,
    /// What was made, when it was done before it was owed.
    pub done: Option<Value>,
}

/// Stores reactions; the same reaction to the same event is owed once.
///
/// # Errors
/// The database failed.
pub async fn insert(db: &mut PgConnection, now: DateTime<Utc>, rows: &[ReactionRow<'_>]) -> sqlx::Result<()> {
    sqlx::query(
        "insert into rules.reaction (reaction_id, rule_id, version, event_id, occurred_at, key, act, unless, on_error,
             customer_id, subject_id, context, due_at, result, state, attempts, ended_at)
         select reaction_id, rule_id, version, event_id, occurred_at, key, act, unless, on_error, customer_id, subject_id,
             coalesce(context, '{}'), due_at, result, case when result is null then 'waiting' else 'done' end,
             case when result is null then 0 else 1 end, case when result is null then null else $15::timestamptz end
         from unnest($1::uuid[], $2::uuid[], $3::integer[], $4::uuid[], $5::timestamptz[], $6::text[],
             $7::jsonb[], $8::jsonb[], $9::text[], $10::uuid[], $11::uuid[], $12::jsonb[], $13::timestamptz[],
             $14::jsonb[])
             as given (reaction_id, rule_id, version, event_id, occurred_at, key, act, unless, on_error, customer_id,
                 subject_id, context, due_at, result)
         on conflict do nothing",
    )
    .bind(column(rows, |row| row.reaction_id))
    .bind(column(rows, |row| row.rule_id))
    .bind(column(rows, |row| row.version))
    .bind(column(rows, |row| row.event_id))
    .bind(column(rows, |row| row.occurred_at))
    .bind(column(rows, |row| row.key))
    .bind(column(rows, |row| Json(row.act)))
    .bind(column(rows, |row| row.unless.map(Json)))
    .bind(column(rows, |row| row.on_error))
    .bind(column(rows, |row| row.customer_id))
    .bind(column(rows, |row| row.subject_id))
    .bind(column(rows, |row| row.done.is_none().then_some(Json(&row.context))))
    .bind(column(rows, |row| row.due_at))
    .bind(column(rows, |row| row.done.as_ref()))
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// A reaction whose time has come.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct DueReaction {
    /// Its id.
    pub reaction_id: ReactionId,
    /// Of which rule.
    pub rule_id: Uuid,
    /// In which version.
    pub version: i32,
    /// To which event.
    pub event_id: Uuid,
    /// When that happened.
    pub occurred_at: DateTime<Utc>,
    /// Its key in the rule.
    pub key: String,
    /// What is done.
    pub act: Json<Act>,
    /// What makes it needless.
    pub unless: Option<Json<Unless>>,
    /// `continue` or `roll_back`.
    pub on_error: String,
    /// For which customer.
    pub customer_id: Option<Uuid>,
    /// For whom or what.
    pub subject_id: Uuid,
    /// The event as expressions see it.
    pub context: Value,
    /// When it became due.
    pub due_at: DateTime<Utc>,
    /// Tries so far.
    pub attempts: i32,
    /// What was made.
    pub result: Option<Value>,
}

/// Since when the oldest reaction is due; none when none is. It locks nothing, so that no reader of the log waits for it
/// while it passes over what was done a moment ago.
///
/// # Errors
/// The database failed.
pub async fn first_due(db: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Option<DateTime<Utc>>> {
    sqlx::query_scalar(
        "select due_at from rules.reaction where state = 'waiting' and due_at <= $1 order by due_at limit 1",
    )
    .bind(now)
    .fetch_optional(db)
    .await
}

/// Takes up to `limit` reactions that are due between two moments, the oldest first;
/// they are locked until the transaction ends, and others pass them by.
///
/// # Errors
/// The database failed.
pub async fn claim_due(
    db: &mut PgConnection,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    limit: i64,
) -> sqlx::Result<Vec<DueReaction>> {
    sqlx::query_as(
        "select reaction_id, rule_id, version, event_id, occurred_at, key, act, unless, on_error, customer_id, subject_id,
             context, due_at, attempts, result
         from rules.reaction where state = 'waiting' and due_at between $1 and $2
         order by due_at limit $3 for update skip locked",
    )
    .bind(from)
    .bind(to)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Ends a reaction: `done`, `needless`, `failed` or `cancelled`.
///
/// # Errors
/// The database failed.
pub async fn end(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    id: ReactionId,
    state: &str,
    result: Option<Value>,
    error: Option<&str>,
) -> sqlx::Result<()> {
    sqlx::query(
        "update rules.reaction set state = $2, ended_at = $3, result = $4, error = $5, attempts = attempts + 1
         where reaction_id = $1",
    )
    .bind(id)
    .bind(state)
    .bind(now)
    .bind(result)
    .bind(error)
    .execute(db)
    .await?;
    Ok(())
}

/// Ends reactions that were done, each with what was made.
///
/// # Errors
/// The database failed.
pub async fn end_done(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    done: &[(ReactionId, Value)],
) -> sqlx::Result<()> {
    sqlx::query(
        "update rules.reaction r set state = 'done', ended_at = $3, result = given.result, error = null,
             attempts = r.attempts + 1
         from unnest($1::uuid[], $2::jsonb[]) as given (reaction_id, result)
         where r.reaction_id = given.reaction_id",
    )
    .bind(column(done, |(id, _)| *id))
    .bind(column(done, |(_, result)| result.clone()))
    .bind(now)
    // Planned each time: a plan made while the table was small would read all of it when it is large.
    .persistent(false)
    .execute(db)
    .await?;
    Ok(())
}

/// Tries a reaction again at `due_at`.
///
/// # Errors
/// The database failed.
pub async fn retry(
    db: &mut PgConnection,
    id: ReactionId,
    due_at: DateTime<Utc>,
    error: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "update rules.reaction set due_at = $2, error = $3, attempts = attempts + 1 where reaction_id = $1",
    )
    .bind(id)
    .bind(due_at)
    .bind(error)
    .execute(db)
    .await?;
    Ok(())
}

/// Cancels what else waits of the same decision.
///
/// # Errors
/// The database failed.
pub async fn cancel_waiting(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    rule_id: Uuid,
    event_id: Uuid,
    error: &str,
) -> sqlx::Result<()> {
    sqlx::query(
        "update rules.reaction set state = 'cancelled', ended_at = $3, error = $4
         where rule_id = $1 and event_id = $2 and state = 'waiting'",
    )
    .bind(rule_id)
    .bind(event_id)
    .bind(now)
    .bind(error)
    .execute(db)
    .await?;
    Ok(())
}

/// What is done already of a decision, last done first.
///
/// # Errors
/// The database failed.
pub async fn done_of_decision(
    db: &mut PgConnection,
    rule_id: Uuid,
    event_id: Uuid,
) -> sqlx::Result<Vec<DueReaction>> {
    sqlx::query_as(
        "select reaction_id, rule_id, version, event_id, occurred_at, key, act, unless, on_error, customer_id, subject_id,
             context, due_at, attempts, result
         from rules.reaction where rule_id = $1 and event_id = $2 and state = 'done'
         order by ended_at desc, reaction_id desc for update",
    )
    .bind(rule_id)
    .bind(event_id)
    .fetch_all(db)
    .await
}

/// Says that a reaction was undone, or why it could not be.
///
/// # Errors
/// The database failed.
pub async fn mark_undone(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    id: ReactionId,
    failed: Option<&str>,
) -> sqlx::Result<()> {
    let state = if failed.is_some() { "done" } else { "undone" };
    sqlx::query("update rules.reaction set state = $2, ended_at = $3, error = $4 where reaction_id = $1")
        .bind(id)
        .bind(state)
        .bind(now)
        .bind(failed)
        .execute(db)
        .await?;
    Ok(())
}
