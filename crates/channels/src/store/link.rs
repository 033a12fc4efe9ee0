//! Links: create, change, archive.

use super::{record, same_version};
use crate::link::{Link, LinkFields, Secrets};
use crate::query::{PASSWORD, PRIVATE_KEY, find_link, place};
use base::id::LinkId;
use base::{ChangeError, Edit, FieldFault};
use platform::vault::Vault;
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgConnection;

/// Adds a link.
///
/// # Errors
/// Fields that cannot be accepted, a name that another link has, or the database.
pub async fn insert_link(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    vault: &Vault,
    fields: &LinkFields,
    secrets: &Secrets,
) -> Result<Link, ChangeError> {
    ChangeError::unless_empty(fields.faults(secrets))?;
    let id = LinkId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into channels.link (link_id, kind, name, enabled, settings, password, private_key)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(fields.settings.kind())
    .bind(fields.name.trim())
    .bind(fields.enabled)
    .bind(sqlx::types::Json(&fields.settings))
    .bind(sealed(vault, &place(PASSWORD, id), secrets.password.as_ref())?)
    .bind(sealed(vault, &place(PRIVATE_KEY, id), secrets.private_key.as_ref())?)
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    let link = find_link(db, id).await?.ok_or(ChangeError::Unknown("link"))?;
    record(db, edit, "channels.link_created.v1", id.as_uuid(), None, Some(&link)).await?;
    Ok(link)
}

/// Changes the link that is at `version`. Secrets that are absent stay what they are.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, a name that another link has, or the database.
pub async fn update_link(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    vault: &Vault,
    id: LinkId,
    version: i32,
    fields: &LinkFields,
    secrets: &Secrets,
) -> Result<Link, ChangeError> {
    let before = lock(db, id, version).await?;
    let mut faults = fields.faults(secrets);
    if before.kind != fields.settings.kind() {
        faults.push(FieldFault::new("/kind", "cannot be changed: add another link"));
    }
    ChangeError::unless_empty(faults)?;
    sqlx::query(
        "update channels.link
         set name = $2, enabled = $3, settings = $4, password = coalesce($5, password),
             private_key = coalesce($6, private_key), version = version + 1
         where link_id = $1",
    )
    .bind(id)
    .bind(fields.name.trim())
    .bind(fields.enabled)
    .bind(sqlx::types::Json(&fields.settings))
    .bind(sealed(vault, &place(PASSWORD, id), secrets.password.as_ref())?)
    .bind(sealed(vault, &place(PRIVATE_KEY, id), secrets.private_key.as_ref())?)
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    let after = find_link(db, id).await?.ok_or(ChangeError::Unknown("link"))?;
    record(db, edit, "channels.link_changed.v1", id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Takes a link out of use. What it sent stays.
///
/// # Errors
/// Unknown, changed meanwhile, or the database.
pub async fn archive_link(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: LinkId,
    version: i32,
) -> Result<(), ChangeError> {
    let before = lock(db, id, version).await?;
    sqlx::query(
        "update channels.link
         set archived_at = $2, enabled = false, password = null, private_key = null, version = version + 1
         where link_id = $1",
    )
    .bind(id)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    record(db, edit, "channels.link_archived.v1", id.as_uuid(), Some(&before), None).await
}

async fn lock(db: &mut PgConnection, id: LinkId, version: i32) -> Result<Link, ChangeError> {
    sqlx::query("select 1 from channels.link where link_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    let link = find_link(db, id).await?.ok_or(ChangeError::Unknown("link"))?;
    same_version(link.version, version)?;
    Ok(link)
}

fn sealed(vault: &Vault, place: &str, secret: Option<&SecretString>) -> sqlx::Result<Option<String>> {
    Ok(secret.map(|secret| vault.seal(place, secret.expose_secret())).transpose()?)
}

/// Seals what an older server stored open, and what was sealed with a key that is not the first one any more; how many
/// links that were.
///
/// # Errors
/// The database failed.
pub async fn seal_secrets(db: &mut PgConnection, vault: &Vault) -> sqlx::Result<usize> {
    let rows: Vec<(LinkId, Option<String>, Option<String>)> =
        sqlx::query_as("select link_id, password, private_key from channels.link for update")
            .fetch_all(&mut *db)
            .await?;
    let mut renewed = 0;
    for (id, password, private_key) in rows {
        let password = vault.renewed_or_told(&place(PASSWORD, id), password.as_deref());
        let private_key = vault.renewed_or_told(&place(PRIVATE_KEY, id), private_key.as_deref());
        if password.is_none() && private_key.is_none() {
            continue;
        }
        renewed += 1;
        sqlx::query(
            "update channels.link
             set password = coalesce($2, password), private_key = coalesce($3, private_key) where link_id = $1",
        )
        .bind(id)
        .bind(password)
        .bind(private_key)
        .execute(&mut *db)
        .await?;
    }
    Ok(renewed)
}

fn name_taken(error: sqlx::Error) -> ChangeError {
    ChangeError::on_constraint(error, "link_name_key", "/name", "another link has this name")
}
