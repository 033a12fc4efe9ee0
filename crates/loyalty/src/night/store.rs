//! SQL that writes what was done at night.

use super::{Due, Reached, Step};
use chrono::NaiveDate;
use sqlx::PgConnection;
use uuid::Uuid;

/// Writes down how far a step of a night is, and what it counted: of a place in the transaction of what was done there.
///
/// # Errors
/// The database failed.
pub async fn keep(
    db: &mut PgConnection,
    programme_id: Uuid,
    day: NaiveDate,
    step: Step,
    reached: Reached,
    counted: u64,
) -> sqlx::Result<()> {
    let (place, done_at) = match reached {
        Reached::Member(member) => (Some(member), None),
        Reached::End(at) => (None, Some(at)),
    };
    sqlx::query(
        "insert into loyalty.night as known (programme_id, day, step, place, done_at, counted)
         values ($1, $2, $3, $4, $5, $6)
         on conflict (programme_id, day, step) do update
         set place = coalesce(excluded.place, known.place), done_at = coalesce(excluded.done_at, known.done_at),
             counted = excluded.counted",
    )
    .bind(programme_id)
    .bind(day)
    .bind(step.as_str())
    .bind(place)
    .bind(done_at)
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
