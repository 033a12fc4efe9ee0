//! Connectors, and the last answers of their systems.

use super::{record, same_version};
use crate::connector::{Answer, AuthKind, Connector, Fields, place};
use crate::query::connector::find;
use base::id::ConnectorId;
use base::{ChangeError, Edit, FieldFault};
use chrono::{DateTime, Utc};
use platform::vault::Vault;
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;

/// Adds a connector.
///
/// # Errors
/// Fields that cannot be accepted, a name that another connector has, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    vault: &Vault,
    fields: &Fields,
) -> Result<Connector, ChangeError> {
    check(fields, None)?;
    let id = ConnectorId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into flow.connector (connector_id, name, base_url, auth_kind, auth_name, secret, operations, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(id)
    .bind(&fields.name)
    .bind(fields.base_url.trim())
    .bind(fields.auth.kind)
    .bind(&fields.auth.name)
    .bind(sealed(vault, id, fields)?)
    .bind(super::as_json(Some(&fields.operations)))
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    let connector = find(db, id).await?.ok_or(ChangeError::Unknown("connector"))?;
    record(db, edit, "flow.connector_created.v1", id.as_uuid(), None::<&Connector>, Some(&connector)).await?;
    Ok(connector)
}

/// Changes the connector that is at `version`. The secret stays when none is given.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, a name that is taken, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    vault: &Vault,
    id: ConnectorId,
    version: i32,
    fields: &Fields,
) -> Result<Connector, ChangeError> {
    let before = lock(db, id).await?;
    same_version(before.version, version)?;
    check(fields, Some(&before))?;
    sqlx::query(
        "update flow.connector
         set name = $2, base_url = $3, auth_kind = $4, auth_name = $5,
             secret = case when $4 = 'none' then null else coalesce($6, secret) end, operations = $7,
             version = version + 1
         where connector_id = $1",
    )
    .bind(id)
    .bind(&fields.name)
    .bind(fields.base_url.trim())
    .bind(fields.auth.kind)
    .bind(&fields.auth.name)
    .bind(sealed(vault, id, fields)?)
    .bind(super::as_json(Some(&fields.operations)))
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    let after = find(db, id).await?.ok_or(ChangeError::Unknown("connector"))?;
    record(db, edit, "flow.connector_changed.v1", id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Takes a connector out of use, with its secret and its kept answers.
///
/// # Errors
/// Unknown, or the database.
pub async fn archive(db: &mut PgConnection, edit: &mut Edit<'_>, id: ConnectorId) -> Result<(), ChangeError> {
    let before = lock(db, id).await?;
    sqlx::query("update flow.connector set archived_at = $2, secret = null where connector_id = $1")
        .bind(id)
        .bind(edit.now)
        .execute(&mut *db)
        .await?;
    sqlx::query("delete from flow.answer where connector_id = $1").bind(id).execute(&mut *db).await?;
    record(db, edit, "flow.connector_archived.v1", id.as_uuid(), Some(&before), None::<&Connector>).await
}

fn sealed(vault: &Vault, id: ConnectorId, fields: &Fields) -> sqlx::Result<Option<String>> {
    let seal = |secret: &String| vault.seal(&place(id), secret);
    Ok(fields.auth.secret.as_ref().map(seal).transpose()?)
}

/// Seals what an older server stored open, and what was sealed with a key that is not the first one any more; how many
/// secrets that were.
///
/// # Errors
/// The database failed.
pub async fn seal_secrets(db: &mut PgConnection, vault: &Vault) -> sqlx::Result<usize> {
    let rows: Vec<(ConnectorId, String)> =
        sqlx::query_as("select connector_id, secret from flow.connector where secret is not null for update")
            .fetch_all(&mut *db)
            .await?;
    let renewed =
        rows.iter().filter_map(|(id, stored)| Some((*id, vault.renewed_or_told(&place(*id), Some(stored))?)));
    let renewed: Vec<(ConnectorId, String)> = renewed.collect();
    for (id, secret) in &renewed {
        sqlx::query("update flow.connector set secret = $2 where connector_id = $1")
            .bind(id)
            .bind(secret)
            .execute(&mut *db)
            .await?;
    }
    Ok(renewed.len())
}

fn check(fields: &Fields, before: Option<&Connector>) -> Result<(), ChangeError> {
    let mut faults = fields.faults();
    let kept =
        before.is_some_and(|before| before.secret.is_some() && before.base_url == fields.base_url.trim());
    if fields.auth.kind != AuthKind::None && fields.auth.secret.is_none() && !kept {
        // A secret is for one address: whoever may change the address could else read it there.
        faults.push(FieldFault::new("/auth/secret", "say the secret, also after the address changed"));
    }
    ChangeError::unless_empty(faults)
}

async fn lock(db: &mut PgConnection, id: ConnectorId) -> Result<Connector, ChangeError> {
    sqlx::query("select 1 from flow.connector where connector_id = $1 and archived_at is null for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    find(db, id).await?.ok_or(ChangeError::Unknown("connector"))
}

fn name_taken(error: sqlx::Error) -> ChangeError {
    ChangeError::on_constraint(error, "connector_name_key", "/name", "another connector has this name")
}

/// Keeps an answer as the last one to its question.
///
/// # Errors
/// The database failed.
pub async fn keep_answer(
    db: &mut PgConnection,
    connector: ConnectorId,
    operation: &str,
    input: &Map<String, Json>,
    answer: &Answer,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into flow.answer (connector_id, operation, question, data, as_of) values ($1, $2, $3, $4, $5)
         on conflict (connector_id, operation, question) do update set data = excluded.data, as_of = excluded.as_of
         where answer.as_of < excluded.as_of",
    )
    .bind(connector)
    .bind(operation)
    .bind(question(input))
    .bind(&answer.data)
    .bind(answer.as_of)
    .execute(db)
    .await?;
    Ok(())
}

/// The last answer to a question.
///
/// # Errors
/// The database failed.
pub async fn last_answer(
    db: &mut PgConnection,
    connector: ConnectorId,
    operation: &str,
    input: &Map<String, Json>,
) -> sqlx::Result<Option<Answer>> {
    let row: Option<(Json, DateTime<Utc>)> = sqlx::query_as(
        "select data, as_of from flow.answer where connector_id = $1 and operation = $2 and question = $3",
    )
    .bind(connector)
    .bind(operation)
    .bind(question(input))
    .fetch_optional(db)
    .await?;
    Ok(row.map(|(data, as_of)| Answer { data, as_of, stale: true }))
}

fn question(input: &Map<String, Json>) -> Vec<u8> {
    Sha256::digest(json!(input).to_string()).to_vec()
}
