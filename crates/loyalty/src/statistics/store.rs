//! SQL that writes statistics.

use super::{Figures, Run};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Which statistics: programme, the month's first day, macroregion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The programme.
    pub programme_id: Uuid,
    /// The month's first day.
    pub month: NaiveDate,
    /// The macroregion; empty: accounts without one.
    pub macroregion: String,
}

/// Begins, or begins again: what was made before goes.
///
/// # Errors
/// The database failed.
pub async fn begin(db: &mut PgConnection, now: DateTime<Utc>, key: &Key) -> sqlx::Result<()> {
    sqlx::query("delete from loyalty.statistics where programme_id = $1 and month = $2 and macroregion = $3")
        .bind(key.programme_id)
        .bind(key.month)
        .bind(&key.macroregion)
        .execute(&mut *db)
        .await?;
    sqlx::query(
        "insert into loyalty.statistics_run (programme_id, month, macroregion, state, started_at)
         values ($1, $2, $3, 'running', $4)
         on conflict (programme_id, month, macroregion) do update
         set state = 'running', failure = null, accounts = 0, file_name = null, started_at = excluded.started_at,
             finished_at = null",
    )
    .bind(key.programme_id)
    .bind(key.month)
    .bind(&key.macroregion)
    .bind(now)
    .execute(db)
    .await
    .map(drop)
}

/// Adds rows: account, bonus type, figures.
///
/// # Errors
/// The database failed.
pub async fn insert(
    db: &mut PgConnection,
    key: &Key,
    rows: &[(Uuid, Uuid, Figures)],
    accounts: i64,
) -> sqlx::Result<()> {
    let column =
        |of: fn(&Figures) -> i64| rows.iter().map(|(_, _, figures)| of(figures)).collect::<Vec<i64>>();
    sqlx::query(
        "insert into loyalty.statistics (programme_id, month, macroregion, account_id, bonus_type_id, opening,
            accumulated, accumulated_before, spent, expired, closing, to_be_expired)
         select $1, $2, $3, r.* from unnest($4::uuid[], $5::uuid[], $6::bigint[], $7::bigint[], $8::bigint[],
            $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[]) as r",
    )
    .bind(key.programme_id)
    .bind(key.month)
    .bind(&key.macroregion)
    .bind(rows.iter().map(|(account, _, _)| *account).collect::<Vec<Uuid>>())
    .bind(rows.iter().map(|(_, bonus_type, _)| *bonus_type).collect::<Vec<Uuid>>())
    .bind(column(|figures| figures.opening))
    .bind(column(|figures| figures.accumulated))
    .bind(column(|figures| figures.accumulated_before))
    .bind(column(|figures| figures.spent))
    .bind(column(|figures| figures.expired))
    .bind(column(|figures| figures.closing))
    .bind(column(|figures| figures.to_be_expired))
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "update loyalty.statistics_run set accounts = accounts + $4
         where programme_id = $1 and month = $2 and macroregion = $3",
    )
    .bind(key.programme_id)
    .bind(key.month)
    .bind(&key.macroregion)
    .bind(accounts)
    .execute(db)
    .await
    .map(drop)
}

/// Writes down how it ended: the file's name, or what went wrong.
///
/// # Errors
/// The database failed.
pub async fn finish(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    key: &Key,
    ended: Result<&str, &str>,
) -> sqlx::Result<Run> {
    sqlx::query_as(
        "update loyalty.statistics_run
         set state = case when $5::text is null then 'done' else 'failed' end, file_name = $4, failure = $5,
             finished_at = $6
         where programme_id = $1 and month = $2 and macroregion = $3
         returning month, macroregion, state, failure, accounts, file_name, started_at, finished_at",
    )
    .bind(key.programme_id)
    .bind(key.month)
    .bind(&key.macroregion)
    .bind(ended.ok())
    .bind(ended.err())
    .bind(now)
    .fetch_one(db)
    .await
}
