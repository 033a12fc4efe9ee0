//! SQL that removes events of other systems.

use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// For how many days each type's events are kept.
pub(super) async fn retentions(db: &mut PgConnection) -> sqlx::Result<Vec<(String, i32)>> {
    sqlx::query_as("select name, retention_days from platform.event_type order by name").fetch_all(db).await
}

/// Deletes events of a type that happened before `kept_from`; how many.
pub(super) async fn delete_kind(
    db: &mut PgConnection,
    kind: &str,
    kept_from: DateTime<Utc>,
    rows: i64,
) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "delete from platform.event_outside where (event_id, occurred_at) in (
             select event_id, occurred_at from platform.event_outside
             where kind = $1 and occurred_at < $2 order by occurred_at limit $3)
         and occurred_at < $2",
    )
    .bind(kind)
    .bind(kept_from)
    .bind(rows)
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Deletes events of removed types that happened before `kept_from`; how many.
pub(super) async fn delete_unknown(
    db: &mut PgConnection,
    kept_from: DateTime<Utc>,
    rows: i64,
) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "delete from platform.event_outside where (event_id, occurred_at) in (
             select event_id, occurred_at from platform.event_outside e
             where occurred_at < $1 and not exists (select 1 from platform.event_type t where t.name = e.kind)
             order by occurred_at limit $2)
         and occurred_at < $1",
    )
    .bind(kept_from)
    .bind(rows)
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}

/// Forgets which events came before this time; how many.
pub(super) async fn forget_keys(
    db: &mut PgConnection,
    before: DateTime<Utc>,
    rows: i64,
) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "delete from platform.outside_key where key in (
             select key from platform.outside_key where received_at < $1 limit $2)",
    )
    .bind(before)
    .bind(rows)
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
