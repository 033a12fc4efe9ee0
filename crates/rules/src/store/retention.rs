//! What is kept for a time only: decisions, and reactions that ended.

use chrono::{DateTime, Utc};
use platform::partition::{Every, Partitions};
use sqlx::PgConnection;

/// The partitions of decisions.
pub const DECISIONS: Partitions =
    Partitions { table: "rules.decision", prefix: "decision", every: Every::Week };

/// Deletes decisions about events that happened before `kept_from` and stand in no week's partition, at most `rows`;
/// how many.
///
/// # Errors
/// The database failed.
pub async fn delete_decisions(
    db: &mut PgConnection,
    kept_from: DateTime<Utc>,
    rows: i64,
) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "delete from rules.decision_default where (rule_id, event_id, occurred_at) in (
             select rule_id, event_id, occurred_at from rules.decision_default where occurred_at < $1 limit $2)",
    )
    .bind(kept_from)
    .bind(rows)
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Deletes reactions to events that happened before `kept_from`, if they have ended, at most `rows`; how many. What
/// still waits is owed, however old its event is.
///
/// # Errors
/// The database failed.
pub async fn delete_reactions(
    db: &mut PgConnection,
    kept_from: DateTime<Utc>,
    rows: i64,
) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "delete from rules.reaction where reaction_id in (
             select reaction_id from rules.reaction
             where occurred_at < $1 and ended_at < $1 and state <> 'waiting' limit $2)",
    )
    .bind(kept_from)
    .bind(rows)
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
