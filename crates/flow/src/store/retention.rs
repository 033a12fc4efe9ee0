//! What is kept of runs for a time only.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Deletes runs that ended before `kept_from`, with their paths and tasks, at most `runs`; how many.
///
/// # Errors
/// The database failed.
pub async fn delete_runs(db: &mut PgConnection, kept_from: DateTime<Utc>, runs: i64) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "delete from flow.instance where instance_id in (
             select instance_id from flow.instance where ended_at < $1 order by ended_at limit $2)",
    )
    .bind(kept_from)
    .bind(runs)
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Deletes visits of runs that still go on, which they left before `kept_from`, at most `visits`; how many. A run knows
/// where it is without them.
///
/// # Errors
/// The database failed.
pub async fn delete_visits(
    db: &mut PgConnection,
    kept_from: DateTime<Utc>,
    visits: i64,
) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "delete from flow.visit where (instance_id, entry) in (
             select v.instance_id, v.entry from flow.instance i join flow.visit v using (instance_id)
             where i.ended_at is null and i.started_at < $1 and v.left_at < $1 limit $2)",
    )
    .bind(kept_from)
    .bind(visits)
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
