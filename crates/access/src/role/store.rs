//! SQL of roles.

use super::{Role, RoleInput, defaults};
use crate::operation::Operation;
use crate::record;
use base::id::RoleId;
use base::{ChangeError, Edit};
use chrono::DateTime;
use platform::event::query::first_since;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// The event of a role that was added.
const CREATED: &str = "access.role_created.v1";

#[derive(sqlx::FromRow)]
struct Row {
    role_id: RoleId,
    name: String,
    operations: Vec<String>,
    is_built_in: bool,
    version: i32,
}

impl From<Row> for Role {
    fn from(row: Row) -> Self {
        // A code that this version does not know was stored by a newer one, and allows nothing here.
        let operations = row.operations.iter().filter_map(|code| code.parse().ok()).collect();
        Self {
            role_id: row.role_id,
            name: row.name,
            operations,
            is_built_in: row.is_built_in,
            version: row.version,
        }
    }
}

fn codes(operations: &BTreeSet<Operation>) -> Vec<&'static str> {
    operations.iter().map(|operation| operation.code()).collect()
}

/// Every role, by name. There are tens of them: no pages.
pub async fn list(db: &mut PgConnection) -> sqlx::Result<Vec<Role>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select role_id, name, operations, is_built_in, version from access.role order by name, role_id",
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Role::from).collect())
}

/// One role.
pub async fn find(db: &mut PgConnection, role: RoleId) -> sqlx::Result<Option<Role>> {
    let row: Option<Row> = sqlx::query_as(
        "select role_id, name, operations, is_built_in, version from access.role where role_id = $1",
    )
    .bind(role)
    .fetch_optional(db)
    .await?;
    Ok(row.map(Role::from))
}

/// One role, locked until the transaction ends.
pub(crate) async fn lock(db: &mut PgConnection, role: RoleId) -> Result<Role, ChangeError> {
    let row: Option<Row> = sqlx::query_as(
        "select role_id, name, operations, is_built_in, version from access.role where role_id = $1 for update",
    )
    .bind(role)
    .fetch_optional(db)
    .await?;
    row.map(Role::from).ok_or(ChangeError::Unknown("role"))
}

/// Adds a role.
///
/// # Errors
/// The name is taken or wrong.
pub async fn create(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    input: &RoleInput,
) -> Result<Role, ChangeError> {
    input.check()?;
    let role = Role {
        role_id: RoleId::new(edit.now, edit.rng),
        name: input.name.trim().to_owned(),
        operations: input.operations.clone(),
        is_built_in: false,
        version: 1,
    };
    insert(db, edit, &role, Follows::Nobody).await?;
    Ok(role)
}

/// Who decides what a role allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Follows {
    /// It came with the server, and nobody has changed it: each release says what it allows.
    Releases,
    /// People say what it allows.
    Nobody,
}

async fn insert(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    role: &Role,
    follows: Follows,
) -> Result<(), ChangeError> {
    sqlx::query(
        "insert into access.role (role_id, name, operations, is_built_in, created_at, follows_releases)
        values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(role.role_id)
    .bind(&role.name)
    .bind(codes(&role.operations))
    .bind(role.is_built_in)
    .bind(edit.now)
    .bind(follows == Follows::Releases)
    .execute(&mut *db)
    .await
    .map_err(name_taken)?;
    record::change(db, edit, CREATED, role.role_id.as_uuid(), None, Some(role)).await?;
    Ok(())
}

/// Renames a role or changes what it allows. From then on it stays as people want it, whatever releases bring.
///
/// # Errors
/// It is unknown, built in, or was changed meanwhile.
pub async fn change(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    role: RoleId,
    version: i32,
    input: &RoleInput,
) -> Result<Role, ChangeError> {
    input.check()?;
    let before = lock(db, role).await?;
    if before.version != version {
        return Err(ChangeError::Stale { given: version, present: before.version });
    }
    if before.is_built_in {
        return Err(built_in());
    }
    let after = Role {
        name: input.name.trim().to_owned(),
        operations: input.operations.clone(),
        version: version + 1,
        ..before.clone()
    };
    update(db, edit, &before, &after, Follows::Nobody).await?;
    Ok(after)
}

async fn update(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    before: &Role,
    after: &Role,
    follows: Follows,
) -> Result<(), ChangeError> {
    let sql = "update access.role set name = $2, operations = $3, version = $4, follows_releases = $5
        where role_id = $1";
    sqlx::query(sql)
        .bind(after.role_id)
        .bind(&after.name)
        .bind(codes(&after.operations))
        .bind(after.version)
        .bind(follows == Follows::Releases)
        .execute(&mut *db)
        .await
        .map_err(name_taken)?;
    record::change(db, edit, "access.role_changed.v1", after.role_id.as_uuid(), Some(before), Some(after))
        .await?;
    Ok(())
}

/// Removes a role that nobody has.
///
/// # Errors
/// It is unknown, built in, or somebody has it.
pub async fn remove(db: &mut PgConnection, edit: &mut Edit<'_>, role: RoleId) -> Result<(), ChangeError> {
    let before = lock(db, role).await?;
    if before.is_built_in {
        return Err(built_in());
    }
    sqlx::query("delete from access.role where role_id = $1").bind(role).execute(&mut *db).await.map_err(
        |error| {
            let violated = error.as_database_error().is_some_and(|error| error.is_foreign_key_violation());
            if violated {
                ChangeError::InUse("people or groups still have this role".to_owned())
            } else {
                error.into()
            }
        },
    )?;
    record::change(db, edit, "access.role_removed.v1", role.as_uuid(), Some(&before), None).await?;
    Ok(())
}

/// Stores the roles that come with the server and were never there: in a new database all, later those that a release ships
/// for the first time. The administrator, and the others that nobody has changed, get what they allow in this version.
pub(crate) async fn seed(db: &mut PgConnection, edit: &mut Edit<'_>) -> Result<(), ChangeError> {
    let stored = list(db).await?;
    for shipped in defaults() {
        if stored.iter().any(|role| role.role_id == shipped.role_id) {
            follow(db, edit, shipped).await?;
        } else if is_new(db, &stored, &shipped).await? {
            insert(db, edit, &shipped, Follows::Releases).await?;
        }
    }
    Ok(())
}

/// Whether a role that comes with the server was never there: one that somebody removed stays away, and a role of people's own
/// that has its name stays what it is.
async fn is_new(db: &mut PgConnection, stored: &[Role], shipped: &Role) -> sqlx::Result<bool> {
    let made = first_since(db, CREATED, &[shipped.role_id.as_uuid()], DateTime::UNIX_EPOCH).await?;
    if !made.is_empty() {
        return Ok(false);
    }
    let name = shipped.name.to_lowercase();
    let is_taken = stored.iter().any(|role| role.name.to_lowercase() == name);
    if is_taken {
        let name = &shipped.name;
        tracing::warn!("the role {name} that this version brings is left out: another role has its name");
    }
    Ok(!is_taken)
}

async fn follow(db: &mut PgConnection, edit: &mut Edit<'_>, shipped: Role) -> Result<(), ChangeError> {
    if !shipped.is_built_in && !follows_releases(db, shipped.role_id).await? {
        return Ok(());
    }
    let before = lock(db, shipped.role_id).await?;
    if before.operations != shipped.operations {
        let after = Role { operations: shipped.operations, version: before.version + 1, ..before.clone() };
        update(db, edit, &before, &after, Follows::Releases).await?;
    }
    Ok(())
}

/// Whether a role came with the server and nobody has changed it; locked until the transaction ends.
async fn follows_releases(db: &mut PgConnection, role: RoleId) -> sqlx::Result<bool> {
    let found: Option<bool> =
        sqlx::query_scalar("select follows_releases from access.role where role_id = $1 for update")
            .bind(role)
            .fetch_optional(db)
            .await?;
    Ok(found.unwrap_or(false))
}

fn built_in() -> ChangeError {
    ChangeError::InUse("the administrator's role belongs to the server and stays as it is".to_owned())
}

fn name_taken(error: sqlx::Error) -> ChangeError {
    ChangeError::on_constraint(error, "role_name_key", "/name", "another role has this name")
}
