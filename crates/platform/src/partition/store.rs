//! SQL of partitions.

use super::Partitions;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::{Connection, PgConnection};

pub(super) async fn make(
    db: &mut PgConnection,
    of: &Partitions,
    from: NaiveDate,
    ahead: u32,
) -> sqlx::Result<u32> {
    let made: i32 = sqlx::query_scalar("select platform.make_partitions($1::text::regclass, $2, $3, $4, $5)")
        .bind(of.table)
        .bind(of.prefix)
        .bind(of.every.word())
        .bind(from)
        .bind(i32::try_from(ahead).unwrap_or(i32::MAX))
        .fetch_one(db)
        .await?;
    Ok(u32::try_from(made).unwrap_or(0))
}

pub(super) async fn drop_before(
    db: &mut PgConnection,
    of: &Partitions,
    kept_from: DateTime<Utc>,
) -> sqlx::Result<Vec<String>> {
    let mut tx = db.begin().await?;
    sqlx::query("set local lock_timeout = '2s'").execute(&mut *tx).await?;
    let dropped = sqlx::query_scalar("select platform.drop_partitions($1::text::regclass, $2, $3, $4)")
        .bind(of.table)
        .bind(of.prefix)
        .bind(of.every.word())
        .bind(kept_from)
        .fetch_all(&mut *tx)
        .await?;
    tx.commit().await?;
    Ok(dropped)
}
