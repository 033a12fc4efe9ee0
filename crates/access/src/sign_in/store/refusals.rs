//! SQL of what is remembered of refused sign-ins.

use crate::lockout::Refusals;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// What is remembered, locked until the transaction ends; an entry is made when there is none, so that the first
/// two guesses cannot pass each other.
pub(super) async fn lock(
    db: &mut PgConnection,
    guarded: &str,
    value: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Refusals> {
    let row: Row = sqlx::query_as(
        "insert into access.sign_in_refusals as known (guarded, value, failures, first_at) values ($1, $2, 0, $3)
        on conflict (guarded, value) do update set failures = known.failures
        returning failures, first_at, locked_until",
    )
    .bind(guarded)
    .bind(value)
    .bind(now)
    .fetch_one(db)
    .await?;
    Ok(refusals(row))
}

/// What is remembered of a source, without a lock: colleagues behind one address sign in at the same time, and
/// each of their logins is locked anyway.
pub(super) async fn peek_source(db: &mut PgConnection, source: &str) -> sqlx::Result<Refusals> {
    let row: Option<Row> = sqlx::query_as(
        "select failures, first_at, locked_until from access.sign_in_refusals
        where guarded = 'source' and value = $1",
    )
    .bind(source)
    .fetch_optional(db)
    .await?;
    Ok(row.map_or(Refusals::None, refusals))
}

/// Failures, the first of them, and until when it is locked.
type Row = (i32, DateTime<Utc>, Option<DateTime<Utc>>);

fn refusals((failures, first_at, locked_until): Row) -> Refusals {
    match (locked_until, u32::try_from(failures).unwrap_or(0)) {
        (Some(until), _) => Refusals::Locked { until },
        (None, 0) => Refusals::None,
        (None, failures) => Refusals::Counted { failures, first_at },
    }
}

pub(super) async fn keep(
    db: &mut PgConnection,
    guarded: &str,
    value: &str,
    refusals: Refusals,
) -> sqlx::Result<()> {
    let (failures, first_at, locked_until) = match refusals {
        Refusals::None => return forget(db, guarded, value).await,
        Refusals::Counted { failures, first_at } => (failures, Some(first_at), None),
        Refusals::Locked { until } => (0, None, Some(until)),
    };
    sqlx::query(
        "update access.sign_in_refusals
        set failures = $3, first_at = coalesce($4, first_at), locked_until = $5
        where guarded = $1 and value = $2",
    )
    .bind(guarded)
    .bind(value)
    .bind(i32::try_from(failures).unwrap_or(i32::MAX))
    .bind(first_at)
    .bind(locked_until)
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn forget(db: &mut PgConnection, guarded: &str, value: &str) -> sqlx::Result<()> {
    sqlx::query("delete from access.sign_in_refusals where guarded = $1 and value = $2")
        .bind(guarded)
        .bind(value)
        .execute(db)
        .await?;
    Ok(())
}

/// Takes back one counted try of a login, which was not looked at after all; `counted` is what it had become.
pub(super) async fn give_back(
    db: &mut PgConnection,
    value: &str,
    counted: Refusals,
    limit: u16,
) -> sqlx::Result<()> {
    let locked_until = match counted {
        Refusals::Locked { until } => Some(until),
        Refusals::Counted { .. } | Refusals::None => None,
    };
    // Locked by this try: back to one less than the limit. Locked by another one meanwhile: it stays locked.
    sqlx::query(
        "update access.sign_in_refusals
        set failures = case when locked_until is null then greatest(failures - 1, 0) else $3 end,
            locked_until = null
        where guarded = 'login' and value = $1 and locked_until is not distinct from $2",
    )
    .bind(value)
    .bind(locked_until)
    .bind(i32::from(limit.max(1)) - 1)
    .execute(db)
    .await?;
    Ok(())
}
