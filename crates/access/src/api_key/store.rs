//! SQL of API keys.

use super::ApiKey;
use crate::token::{self, ApiKeyText};
use base::id::ApiKeyId;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{PgConnection, Row};

/// How exactly `last_used_at` is kept.
const USED_GRAIN: TimeDelta = TimeDelta::minutes(1);

/// The valid key that a caller sent: known, with the right secret, not revoked, not expired.
pub async fn authenticate(
    db: &mut PgConnection,
    key: &ApiKeyText,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<ApiKey>> {
    let row = sqlx::query(
        "select api_key_id, name, prefix, operations, unit_id, created_by, created_at, expires_at, revoked_at,
            last_used_at, secret_hash
        from access.api_key
        where prefix = $1 and revoked_at is null and (expires_at is null or expires_at > $2)",
    )
    .bind(&key.prefix)
    .bind(now)
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let secret_hash: Vec<u8> = row.try_get("secret_hash")?;
    if !token::fits(&key.secret, &secret_hash) {
        return Ok(None);
    }
    let found = <ApiKey as sqlx::FromRow<_>>::from_row(&row)?;
    if found.last_used_at.is_none_or(|at| at <= now - USED_GRAIN) {
        note_use(db, found.api_key_id, now).await?;
    }
    Ok(Some(found))
}

async fn note_use(db: &mut PgConnection, key: ApiKeyId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query("update access.api_key set last_used_at = $2 where api_key_id = $1")
        .bind(key)
        .bind(now)
        .execute(db)
        .await?;
    Ok(())
}
