//! Not-ready reasons: create, change, archive.

use crate::config::{NotReadyReason, ReasonFields};
use crate::query::config::find_reason;
use crate::store::{record, same_version};
use base::id::NotReadyReasonId;
use base::{ChangeError, Edit};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Creates a reason.
///
/// # Errors
/// Fields that cannot be accepted, a code that another reason has, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    fields: &ReasonFields,
) -> Result<NotReadyReason, ChangeError> {
    let id = NotReadyReasonId::new(edit.now, edit.rng);
    insert_as(db, edit, id, fields).await
}

/// Creates a reason under an id that is known before, for records that are loaded from files.
///
/// # Errors
/// As [`insert`].
pub async fn insert_as(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: NotReadyReasonId,
    fields: &ReasonFields,
) -> Result<NotReadyReason, ChangeError> {
    ChangeError::unless_empty(fields.faults())?;
    sqlx::query("insert into routing.not_ready_reason (reason_id, code, name) values ($1, $2, $3)")
        .bind(id)
        .bind(&fields.code)
        .bind(Json(&fields.name))
        .execute(&mut *db)
        .await
        .map_err(code_taken)?;
    let row = find_reason(db, id).await?.ok_or(ChangeError::Unknown("reason"))?;
    let kind = "routing.not_ready_reason_created.v1";
    record(db, edit, kind, id.as_uuid(), None::<&NotReadyReason>, Some(&row)).await?;
    Ok(row)
}

/// Changes the reason that is at `version`.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, a code that another has, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: NotReadyReasonId,
    version: i32,
    fields: &ReasonFields,
) -> Result<NotReadyReason, ChangeError> {
    let before = lock(db, id).await?;
    same_version(before.version, version)?;
    ChangeError::unless_empty(fields.faults())?;
    sqlx::query(
        "update routing.not_ready_reason set code = $2, name = $3, version = version + 1 where reason_id = $1",
    )
    .bind(id)
    .bind(&fields.code)
    .bind(Json(&fields.name))
    .execute(&mut *db)
    .await
    .map_err(code_taken)?;
    let after = find_reason(db, id).await?.ok_or(ChangeError::Unknown("reason"))?;
    record(db, edit, "routing.not_ready_reason_changed.v1", id.as_uuid(), Some(&before), Some(&after))
        .await?;
    Ok(after)
}

/// Takes a reason out of use; history keeps referring to it.
///
/// # Errors
/// Unknown, changed meanwhile, or the database.
pub async fn archive(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: NotReadyReasonId,
    version: i32,
) -> Result<(), ChangeError> {
    let before = lock(db, id).await?;
    same_version(before.version, version)?;
    sqlx::query(
        "update routing.not_ready_reason set archived_at = $2, version = version + 1 where reason_id = $1",
    )
    .bind(id)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    let kind = "routing.not_ready_reason_archived.v1";
    record(db, edit, kind, id.as_uuid(), Some(&before), None::<&NotReadyReason>).await
}

async fn lock(db: &mut PgConnection, id: NotReadyReasonId) -> Result<NotReadyReason, ChangeError> {
    sqlx::query("select 1 from routing.not_ready_reason where reason_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    find_reason(db, id).await?.ok_or(ChangeError::Unknown("reason"))
}

fn code_taken(error: sqlx::Error) -> ChangeError {
    ChangeError::on_constraint(error, "not_ready_reason_code_key", "/code", "another reason has this code")
}
