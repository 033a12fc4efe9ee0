//! SQL of API keys.

use super::{ApiKey, ApiKeyInput};
use crate::record;
use crate::token::{self, ApiKeyText};
use crate::unit::ROOT;
use base::id::{ApiKeyId, PersonId};
use base::{ChangeError, Edit, FieldFault};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
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

/// Every key, newest first. There are tens of them: no pages.
pub async fn list(db: &mut PgConnection) -> sqlx::Result<Vec<ApiKey>> {
    sqlx::query_as(
        "select api_key_id, name, prefix, operations, unit_id, created_by, created_at, expires_at, revoked_at,
            last_used_at
        from access.api_key
        order by api_key_id desc",
    )
    .fetch_all(db)
    .await
}

/// One key.
pub async fn find(db: &mut PgConnection, key: ApiKeyId) -> sqlx::Result<Option<ApiKey>> {
    sqlx::query_as(
        "select api_key_id, name, prefix, operations, unit_id, created_by, created_at, expires_at, revoked_at,
            last_used_at
        from access.api_key
        where api_key_id = $1",
    )
    .bind(key)
    .fetch_optional(db)
    .await
}

/// Issues a key; the text is known now and never again.
///
/// # Errors
/// The name is wrong or the end lies in the past, or the unit is unknown.
pub async fn issue(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    issuer: PersonId,
    input: &ApiKeyInput,
) -> Result<(ApiKey, String), ChangeError> {
    input.check(edit.now)?;
    let text = ApiKeyText::new(edit.rng);
    let id = ApiKeyId::new(edit.now, edit.rng);
    let operations: Vec<&str> = input.operations.iter().map(|operation| operation.code()).collect();
    sqlx::query(
        "insert into access.api_key (api_key_id, name, prefix, secret_hash, operations, unit_id, created_by,
            created_at, expires_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id)
    .bind(input.name.trim())
    .bind(&text.prefix)
    .bind(&token::hash(&text.secret)[..])
    .bind(operations)
    .bind(input.unit_id.unwrap_or(ROOT))
    .bind(issuer)
    .bind(edit.now)
    .bind(input.expires_at)
    .execute(&mut *db)
    .await
    .map_err(|error| {
        let fault = FieldFault::new("/unit_id", "there is no such organisation unit");
        let missing =
            error.as_database_error().is_some_and(|error| error.constraint() == Some("api_key_unit_fkey"));
        if missing { ChangeError::Invalid(vec![fault]) } else { error.into() }
    })?;
    let key = find(db, id).await?.ok_or(ChangeError::Unknown("API key"))?;
    let payload =
        json!({ "name": key.name, "prefix": key.prefix, "operations": key.operations, "unit": key.unit_id });
    record::security(db, edit, "access.api_key_issued.v1", id.as_uuid(), payload).await?;
    Ok((key, text.write()))
}

/// Ends a key; repeating it changes nothing.
///
/// # Errors
/// It is unknown.
pub async fn revoke(db: &mut PgConnection, edit: &mut Edit<'_>, key: ApiKeyId) -> Result<(), ChangeError> {
    let row: Option<(String, Option<DateTime<Utc>>)> =
        sqlx::query_as("select prefix, revoked_at from access.api_key where api_key_id = $1 for update")
            .bind(key)
            .fetch_optional(&mut *db)
            .await?;
    let (prefix, revoked_at) = row.ok_or(ChangeError::Unknown("API key"))?;
    if revoked_at.is_some() {
        return Ok(());
    }
    sqlx::query("update access.api_key set revoked_at = $2 where api_key_id = $1")
        .bind(key)
        .bind(edit.now)
        .execute(&mut *db)
        .await?;
    record::security(db, edit, "access.api_key_revoked.v1", key.as_uuid(), json!({ "prefix": prefix }))
        .await?;
    Ok(())
}
