//! Masters: add, change, switch off.

use super::kept::{added, at_version, changed, locked};
use crate::id::MasterId;
use crate::master::{Master, MasterFields, MasterKind};
use crate::query::master as query;
use base::{ChangeError, Edit, FieldFault};
use sqlx::PgConnection;
use sqlx::types::Json;

/// Adds an entry to a master.
///
/// # Errors
/// Fields that cannot be accepted, a code that is there, or the database.
pub async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: MasterKind,
    fields: &MasterFields,
) -> Result<Master, ChangeError> {
    ChangeError::unless_empty(fields.faults(kind))?;
    check_parent(db, kind, fields).await?;
    let id = MasterId::new(edit.now, edit.rng);
    let areas: Vec<&str> = fields.areas.iter().map(|area| area.as_str()).collect();
    sqlx::query(
        "insert into loyalty.master (master_id, kind, code, title, parent, areas, attributes, active, created_at, updated_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9)",
    )
    .bind(id)
    .bind(kind)
    .bind(&fields.code)
    .bind(Json(&fields.title))
    .bind(&fields.parent)
    .bind(areas)
    .bind(Json(&fields.attributes))
    .bind(fields.active)
    .bind(edit.now)
    .execute(&mut *db)
    .await
    .map_err(|error| {
        ChangeError::on_constraint(error, "master_code_key", "/code", "this master has another entry with this code")
    })?;
    added(db, edit, id.as_uuid()).await
}

/// Changes the entry that is at `version`. Its code stays.
///
/// # Errors
/// Unknown, changed meanwhile, fields that cannot be accepted, or the database.
pub async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: MasterId,
    version: i32,
    fields: &MasterFields,
) -> Result<Master, ChangeError> {
    let before: Master = at_version(db, id.as_uuid(), version).await?;
    write(db, edit, &before, fields).await
}

/// Switches an entry off: it is no longer chosen, and what names it stays as it is.
///
/// # Errors
/// Unknown, or the database.
pub async fn switch_off(db: &mut PgConnection, edit: &mut Edit<'_>, id: MasterId) -> Result<(), ChangeError> {
    let before: Master = locked(db, id.as_uuid()).await?;
    if before.fields.active {
        let fields = MasterFields { active: false, ..before.fields.clone() };
        write(db, edit, &before, &fields).await?;
    }
    Ok(())
}

/// Adds the entry, or makes the one with its code the same: how other systems send a master. Whether anything changed.
///
/// # Errors
/// Fields that cannot be accepted, or the database.
pub async fn put(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    kind: MasterKind,
    fields: &MasterFields,
) -> Result<bool, ChangeError> {
    let Some(known) = query::called(db, kind, &fields.code).await? else {
        insert(db, edit, kind, fields).await?;
        return Ok(true);
    };
    let before: Master = locked(db, known.id.as_uuid()).await?;
    if before.fields == *fields {
        return Ok(false);
    }
    write(db, edit, &before, fields).await?;
    Ok(true)
}

async fn write(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    before: &Master,
    fields: &MasterFields,
) -> Result<Master, ChangeError> {
    let mut faults = fields.faults(before.kind);
    if fields.code != before.fields.code {
        faults.push(FieldFault::new("/code", "cannot be changed: switch this entry off and add another"));
    }
    ChangeError::unless_empty(faults)?;
    check_parent(db, before.kind, fields).await?;
    let areas: Vec<&str> = fields.areas.iter().map(|area| area.as_str()).collect();
    sqlx::query(
        "update loyalty.master
         set title = $2, parent = $3, areas = $4, attributes = $5, active = $6, updated_at = $7, version = version + 1
         where master_id = $1",
    )
    .bind(before.id)
    .bind(Json(&fields.title))
    .bind(&fields.parent)
    .bind(areas)
    .bind(Json(&fields.attributes))
    .bind(fields.active)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    changed(db, edit, before).await
}

async fn check_parent(
    db: &mut PgConnection,
    kind: MasterKind,
    fields: &MasterFields,
) -> Result<(), ChangeError> {
    let (Some((parent_kind, _)), Some(code)) = (kind.parent(), &fields.parent) else { return Ok(()) };
    if query::called(db, parent_kind, code).await?.is_some() {
        return Ok(());
    }
    let detail = format!("there is no {} {code:?}", parent_kind.as_str());
    Err(ChangeError::Invalid(vec![FieldFault::new("/parent", detail)]))
}
