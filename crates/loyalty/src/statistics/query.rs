//! SQL that reads what statistics are made of and what they say.

use super::store::Key;
use super::{Row, Run};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// The macroregions of a programme's accounts; empty: accounts without one.
///
/// # Errors
/// The database failed.
pub async fn macroregions(
    db: &mut PgConnection,
    programme_id: Uuid,
    until: DateTime<Utc>,
) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "select distinct coalesce(macroregion, '') from loyalty.account
         where programme_id = $1 and registered_at < $2 order by 1",
    )
    .bind(programme_id)
    .bind(until)
    .fetch_all(db)
    .await
}

/// The next accounts of a macroregion behind `after`, by id.
///
/// # Errors
/// The database failed.
pub async fn accounts(
    db: &mut PgConnection,
    key: &Key,
    until: DateTime<Utc>,
    after: Uuid,
    limit: i64,
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar(
        "select account_id from loyalty.account
         where programme_id = $1 and coalesce(macroregion, '') = $2 and registered_at < $3 and account_id > $4
         order by account_id limit $5",
    )
    .bind(key.programme_id)
    .bind(&key.macroregion)
    .bind(until)
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// How the statistics of a month stand.
///
/// # Errors
/// The database failed.
pub async fn runs(
    db: &mut PgConnection,
    programme_id: Uuid,
    month: Option<NaiveDate>,
) -> sqlx::Result<Vec<Run>> {
    sqlx::query_as(
        "select month, macroregion, state, failure, accounts, file_name, started_at, finished_at
         from loyalty.statistics_run
         where programme_id = $1 and ($2::date is null or month = $2)
         order by month desc, macroregion limit 1000",
    )
    .bind(programme_id)
    .bind(month)
    .fetch_all(db)
    .await
}

/// Rows of a macroregion behind an account and bonus type, by both.
///
/// # Errors
/// The database failed.
pub async fn rows(
    db: &mut PgConnection,
    key: &Key,
    after: (Uuid, &str),
    limit: i64,
) -> sqlx::Result<Vec<Row>> {
    sqlx::query_as(
        "select s.account_id, a.number, b.code as bonus_type, b.scale, s.opening, s.accumulated,
            s.accumulated_before, s.spent, s.expired, s.closing, s.to_be_expired
         from loyalty.statistics s
         join loyalty.account a using (account_id)
         join loyalty.bonus_type b using (bonus_type_id)
         where s.programme_id = $1 and s.month = $2 and s.macroregion = $3 and (s.account_id, b.code) > ($4, $5)
         order by s.account_id, b.code limit $6",
    )
    .bind(key.programme_id)
    .bind(key.month)
    .bind(&key.macroregion)
    .bind(after.0)
    .bind(after.1)
    .bind(limit)
    .fetch_all(db)
    .await
}
