//! SQL of leases.

use super::LEASE_FOR;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Takes the lease or renews it; whether `holder` holds it now.
///
/// # Errors
/// The database failed.
pub async fn take(db: &mut PgConnection, name: &str, holder: Uuid, now: DateTime<Utc>) -> sqlx::Result<bool> {
    let taken = sqlx::query(
        "insert into platform.lease as l (name, holder, until) values ($1, $2, $3)
         on conflict (name) do update set holder = excluded.holder, until = excluded.until
         where l.holder = excluded.holder or l.until <= $4",
    )
    .bind(name)
    .bind(holder)
    .bind(now + LEASE_FOR)
    .bind(now)
    .execute(db)
    .await?;
    Ok(taken.rows_affected() == 1)
}

/// Gives the lease back, when `holder` still holds it.
///
/// # Errors
/// The database failed; the lease then ends by time.
pub async fn release(db: &mut PgConnection, name: &str, holder: Uuid) -> sqlx::Result<()> {
    sqlx::query("delete from platform.lease where name = $1 and holder = $2")
        .bind(name)
        .bind(holder)
        .execute(db)
        .await
        .map(drop)
}
