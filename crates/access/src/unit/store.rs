//! SQL of organisation units.

use super::{ROOT, Unit, UnitInput};
use crate::permission::query::unit_tree;
use crate::record;
use base::id::OrgUnitId;
use base::{ChangeError, Edit};
use sqlx::PgConnection;

/// Every unit, by name. Organisations have hundreds of units, not millions: there are no pages.
pub async fn list(db: &mut PgConnection) -> sqlx::Result<Vec<Unit>> {
    sqlx::query_as("select unit_id, name, parent_id, version from access.unit order by name, unit_id")
        .fetch_all(db)
        .await
}

/// One unit.
pub async fn find(db: &mut PgConnection, unit: OrgUnitId) -> sqlx::Result<Option<Unit>> {
    sqlx::query_as("select unit_id, name, parent_id, version from access.unit where unit_id = $1")
        .bind(unit)
        .fetch_optional(db)
        .await
}

/// One unit, locked until the transaction ends.
async fn lock(db: &mut PgConnection, unit: OrgUnitId) -> Result<Unit, ChangeError> {
    sqlx::query_as("select unit_id, name, parent_id, version from access.unit where unit_id = $1 for update")
        .bind(unit)
        .fetch_optional(db)
        .await?
        .ok_or(ChangeError::Unknown("organisation unit"))
}

/// Adds a unit below another.
///
/// # Errors
/// The name is taken or wrong, or the parent is missing.
pub async fn create(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    input: &UnitInput,
) -> Result<Unit, ChangeError> {
    input.check()?;
    if input.parent_id.is_none() {
        return Err(one_root());
    }
    let unit = Unit {
        unit_id: OrgUnitId::new(edit.now, edit.rng),
        name: input.name.trim().to_owned(),
        parent_id: input.parent_id,
        version: 1,
    };
    insert(db, edit, &unit).await?;
    Ok(unit)
}

/// Writes a new unit and its event; the root too.
pub(crate) async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    unit: &Unit,
) -> Result<(), ChangeError> {
    sqlx::query("insert into access.unit (unit_id, name, parent_id, created_at) values ($1, $2, $3, $4)")
        .bind(unit.unit_id)
        .bind(&unit.name)
        .bind(unit.parent_id)
        .bind(edit.now)
        .execute(&mut *db)
        .await
        .map_err(refused)?;
    record::change(db, edit, "access.unit_created.v1", unit.unit_id.as_uuid(), None, Some(unit)).await?;
    Ok(())
}

/// Renames or moves a unit.
///
/// # Errors
/// It is unknown or was changed meanwhile, or would stand below itself.
pub async fn change(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    unit: OrgUnitId,
    version: i32,
    input: &UnitInput,
) -> Result<Unit, ChangeError> {
    input.check()?;
    // Two moves at once could close a ring that neither sees.
    sqlx::query("lock table access.unit in share row exclusive mode").execute(&mut *db).await?;
    let before = lock(db, unit).await?;
    if before.version != version {
        return Err(ChangeError::Stale { given: version, present: before.version });
    }
    if (unit == ROOT) != input.parent_id.is_none() {
        return Err(one_root());
    }
    if let Some(parent) = input.parent_id
        && unit_tree(db).await?.is_within(parent, unit)
    {
        return Err(invalid_parent("a unit cannot stand below itself"));
    }
    let after = Unit {
        name: input.name.trim().to_owned(),
        parent_id: input.parent_id,
        version: version + 1,
        ..before.clone()
    };
    sqlx::query("update access.unit set name = $2, parent_id = $3, version = $4 where unit_id = $1")
        .bind(unit)
        .bind(&after.name)
        .bind(after.parent_id)
        .bind(after.version)
        .execute(&mut *db)
        .await
        .map_err(refused)?;
    record::change(db, edit, "access.unit_changed.v1", unit.as_uuid(), Some(&before), Some(&after)).await?;
    Ok(after)
}

/// Removes a unit that nothing refers to.
///
/// # Errors
/// It is unknown or still used.
pub async fn remove(db: &mut PgConnection, edit: &mut Edit<'_>, unit: OrgUnitId) -> Result<(), ChangeError> {
    let before = lock(db, unit).await?;
    if unit == ROOT {
        return Err(ChangeError::InUse("the unit above all others cannot be removed".to_owned()));
    }
    sqlx::query("delete from access.unit where unit_id = $1").bind(unit).execute(&mut *db).await.map_err(
        |error| {
            let violated = error.as_database_error().is_some_and(|error| error.is_foreign_key_violation());
            if violated {
                ChangeError::InUse(
                    "people, units, roles, groups or keys still belong to this unit".to_owned(),
                )
            } else {
                error.into()
            }
        },
    )?;
    record::change(db, edit, "access.unit_removed.v1", unit.as_uuid(), Some(&before), None).await?;
    Ok(())
}

fn invalid_parent(detail: &str) -> ChangeError {
    ChangeError::Invalid(vec![base::FieldFault::new("/parent_id", detail)])
}

fn one_root() -> ChangeError {
    invalid_parent("exactly one unit, the organisation itself, has no unit above")
}

fn refused(error: sqlx::Error) -> ChangeError {
    let missing =
        error.as_database_error().is_some_and(|error| error.constraint() == Some("unit_parent_fkey"));
    if missing {
        return invalid_parent("there is no such unit");
    }
    ChangeError::on_constraint(
        error,
        "unit_name_key",
        "/name",
        "another unit under the same parent has this name",
    )
}
