//! SQL that reads what was done at night.

use super::Step;
use chrono::NaiveDate;
use sqlx::PgConnection;
use uuid::Uuid;

/// The steps of a night that are done.
///
/// # Errors
/// The database failed.
pub async fn done(db: &mut PgConnection, programme_id: Uuid, day: NaiveDate) -> sqlx::Result<Vec<String>> {
    sqlx::query_scalar(
        "select step from loyalty.night where programme_id = $1 and day = $2 and done_at is not null",
    )
    .bind(programme_id)
    .bind(day)
    .fetch_all(db)
    .await
}

/// The last night in which a step was done.
///
/// # Errors
/// The database failed.
pub async fn last(db: &mut PgConnection, programme_id: Uuid, step: Step) -> sqlx::Result<Option<NaiveDate>> {
    sqlx::query_scalar(
        "select max(day) from loyalty.night where programme_id = $1 and step = $2 and done_at is not null",
    )
    .bind(programme_id)
    .bind(step.as_str())
    .fetch_one(db)
    .await
}

/// How far a step is that was begun and is not done: the member that it looked at last, and what it counted.
///
/// # Errors
/// The database failed.
pub async fn place(
    db: &mut PgConnection,
    programme_id: Uuid,
    day: NaiveDate,
    step: Step,
) -> sqlx::Result<(Option<Uuid>, u64)> {
    let row: Option<(Option<Uuid>, i64)> = sqlx::query_as(
        "select place, counted from loyalty.night where programme_id = $1 and day = $2 and step = $3",
    )
    .bind(programme_id)
    .bind(day)
    .bind(step.as_str())
    .fetch_optional(db)
    .await?;
    Ok(row.map_or((None, 0), |(place, counted)| (place, u64::try_from(counted).unwrap_or(0))))
}

/// Customers and numbers of accounts.
///
/// # Errors
/// The database failed.
pub async fn members(db: &mut PgConnection, accounts: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Uuid, String)>> {
    sqlx::query_as("select account_id, customer_id, number from loyalty.account where account_id = any($1)")
        .bind(accounts)
        .fetch_all(db)
        .await
}
