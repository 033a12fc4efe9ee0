//! Templates: create, change, archive.

use super::{record, same_version};
use crate::query::find_template;
use crate::template::{Template, TemplateFields};
use base::id::TemplateId;
use base::{ChangeError, Edit};
use sqlx::PgConnection;

/// Adds a template.
///
/// # Errors
/// Fields that cannot be accepted, a name that another template has, or the database.
pub async fn insert_template(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &TemplateFields,
) -> Result<Template, ChangeError> {
    ChangeError::unless_empty(fields.faults())?;
    let id = TemplateId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into channels.template (template_id, name, title, class, bodies, updated_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(&fields.name)
    .bind(fields.title.trim())
    .bind(fields.class)
    .bind(sqlx::types::Json(&fields.channels))
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    let template = find_template(db, id).await?.ok_or(ChangeError::Unknown("template"))?;
    record(db, edit, "channels.template_created.v1", id.as_uuid(), None, Some(&template)).await?;
    Ok(template)
}

/// Changes the template that is at `version`. Messages that were made of it keep their texts.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, a name that another template has, or the database.
pub async fn update_template(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: TemplateId,
    version: i32,
    fields: &TemplateFields,
) -> Result<Template, ChangeError> {
    let before = lock(db, id, version).await?;
    ChangeError::unless_empty(fields.faults())?;
    sqlx::query(
        "update channels.template
         set name = $2, title = $3, class = $4, bodies = $5, updated_at = $6, version = version + 1
         where template_id = $1",
    )
    .bind(id)
    .bind(&fields.name)
    .bind(fields.title.trim())
    .bind(fields.class)
    .bind(sqlx::types::Json(&fields.channels))
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    let after = find_template(db, id).await?.ok_or(ChangeError::Unknown("template"))?;
    record(db, edit, "channels.template_changed.v1", id.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Takes a template out of use. Messages that were made of it stay.
///
/// # Errors
/// Unknown, changed meanwhile, or the database.
pub async fn archive_template(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: TemplateId,
    version: i32,
) -> Result<(), ChangeError> {
    let before = lock(db, id, version).await?;
    sqlx::query(
        "update channels.template set archived_at = $2, version = version + 1 where template_id = $1",
    )
    .bind(id)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    record(db, edit, "channels.template_archived.v1", id.as_uuid(), Some(&before), None).await
}

async fn lock(db: &mut PgConnection, id: TemplateId, version: i32) -> Result<Template, ChangeError> {
    sqlx::query("select 1 from channels.template where template_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    let template = find_template(db, id).await?.ok_or(ChangeError::Unknown("template"))?;
    same_version(template.version, version)?;
    Ok(template)
}

fn name_taken(error: sqlx::Error) -> ChangeError {
    ChangeError::on_constraint(error, "template_name_key", "/name", "another template has this name")
}
