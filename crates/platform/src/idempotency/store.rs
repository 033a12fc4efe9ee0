//! SQL of the idempotency keys.

use super::{Claim, RequestHash};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;

/// Takes `key` in the caller's transaction, or tells what became of it. `scope` keeps the keys of different
/// callers and endpoints apart. A second taker waits until the first transaction ends.
///
/// # Errors
/// The database refused, such as a key longer than 200 characters.
pub async fn claim(
    db: &mut PgConnection,
    scope: &str,
    key: &str,
    request: &RequestHash,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> sqlx::Result<Claim> {
    let taken = sqlx::query(
        "insert into platform.idempotency_key as known (scope, key, request_hash, expires_at)
        values ($1, $2, $3, $5)
        on conflict (scope, key) do update
        set request_hash = excluded.request_hash, expires_at = excluded.expires_at, status = null, body = null
        where known.expires_at <= $4",
    )
    .bind(scope)
    .bind(key)
    .bind(&request[..])
    .bind(now)
    .bind(expires_at)
    .execute(&mut *db)
    .await?;
    if taken.rows_affected() == 1 {
        return Ok(Claim::New);
    }
    let (request_hash, status, body): (Vec<u8>, Option<i16>, Option<Value>) = sqlx::query_as(
        "select request_hash, status, body
        from platform.idempotency_key
        where scope = $1 and key = $2",
    )
    .bind(scope)
    .bind(key)
    .fetch_one(db)
    .await?;
    if request_hash != request {
        return Ok(Claim::OtherRequest);
    }
    Ok(match status.and_then(|status| u16::try_from(status).ok()) {
        Some(status) => Claim::Done { status, body },
        None => Claim::InProgress,
    })
}

/// Keeps the answer of the work that the key protects, in the same transaction.
///
/// # Errors
/// The database refused.
pub async fn complete(
    db: &mut PgConnection,
    scope: &str,
    key: &str,
    status: u16,
    body: Option<&Value>,
) -> sqlx::Result<()> {
    sqlx::query("update platform.idempotency_key set status = $3, body = $4 where scope = $1 and key = $2")
        .bind(scope)
        .bind(key)
        .bind(i16::try_from(status).unwrap_or(i16::MAX))
        .bind(body)
        .execute(db)
        .await?;
    Ok(())
}

/// Removes keys that have expired; how many.
///
/// # Errors
/// The database refused.
pub async fn forget_expired(db: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<u64> {
    let done = sqlx::query("delete from platform.idempotency_key where expires_at <= $1")
        .bind(now)
        .execute(db)
        .await?;
    Ok(done.rows_affected())
}
