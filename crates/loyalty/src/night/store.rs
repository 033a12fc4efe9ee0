//! SQL that writes what was done at night.

use super::{Due, Step};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Writes down how far a step is: in the transaction of what it did, so that whoever follows goes on behind it.
///
/// # Errors
/// The database failed.
pub async fn keep_place(
    db: &mut PgConnection,
    programme_id: Uuid,
    day: NaiveDate,
    step: Step,
    place: Uuid,
    counted: u64,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into loyalty.night (programme_id, day, step, place, counted) values ($1, $2, $3, $4, $5)
         on conflict (programme_id, day, step) do update set place = excluded.place, counted = excluded.counted",
    )
    .bind(programme_id)
    .bind(day)
    .bind(step.as_str())
    .bind(place)
    .bind(i64::try_from(counted).unwrap_or(i64::MAX))
    .execute(db)
    .await
    .map(drop)
}

/// Writes down that a step of a night is done.
///
/// # Errors
/// The database failed.
pub async fn done(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    programme_id: Uuid,
    day: NaiveDate,
    step: Step,
    counted: u64,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into loyalty.night (programme_id, day, step, done_at, counted) values ($1, $2, $3, $4, $5)
         on conflict (programme_id, day, step) do update set done_at = excluded.done_at, counted = excluded.counted",
    )
    .bind(programme_id)
    .bind(day)
    .bind(step.as_str())
    .bind(now)
    .bind(i64::try_from(counted).unwrap_or(i64::MAX))
    .execute(db)
    .await
    .map(drop)
}

/// Marks these accounts as told; the places in `accounts` of those that were not told before.
///
/// # Errors
/// The database failed.
pub async fn tell(
    db: &mut PgConnection,
    bonus_type_id: Uuid,
    due: &Due,
    accounts: &[Uuid],
) -> sqlx::Result<Vec<Uuid>> {
    sqlx::query_scalar(
        "insert into loyalty.expiry_notice (account_id, bonus_type_id, expires_on, days)
         select a, $2, $3, $4 from unnest($1::uuid[]) as a
         on conflict (account_id, bonus_type_id, expires_on, days) do nothing
         returning account_id",
    )
    .bind(accounts)
    .bind(bonus_type_id)
    .bind(due.day)
    .bind(i16::try_from(due.days).unwrap_or(i16::MAX))
    .fetch_all(db)
    .await
}

/// Forgets marks of days that are over: nobody is told of them again.
///
/// # Errors
/// The database failed.
pub async fn forget(db: &mut PgConnection, before: NaiveDate) -> sqlx::Result<u64> {
    let gone = sqlx::query("delete from loyalty.expiry_notice where expires_on < $1")
        .bind(before)
        .execute(db)
        .await?;
    Ok(gone.rows_affected())
}
