//! SQL of groups of people.

use super::{PeopleGroup, PeopleGroupInput};
use crate::person::RoleGrant;
use crate::record;
use base::id::{OrgUnitId, PeopleGroupId, PersonId, RoleId};
use base::{ChangeError, Edit, FieldFault};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// Every group, by name. There are tens of them: no pages.
pub async fn list(db: &mut PgConnection) -> sqlx::Result<Vec<PeopleGroup>> {
    read(db, None).await
}

/// One group.
pub async fn find(db: &mut PgConnection, group: PeopleGroupId) -> sqlx::Result<Option<PeopleGroup>> {
    Ok(read(db, Some(group)).await?.pop())
}

async fn read(db: &mut PgConnection, only: Option<PeopleGroupId>) -> sqlx::Result<Vec<PeopleGroup>> {
    let rows: Vec<(PeopleGroupId, String, i32)> = sqlx::query_as(
        "select people_group_id, name, version from access.people_group
        where $1::uuid is null or people_group_id = $1 order by name, people_group_id",
    )
    .bind(only)
    .fetch_all(&mut *db)
    .await?;
    let carried: Vec<(PeopleGroupId, RoleId, OrgUnitId)> = sqlx::query_as(
        "select people_group_id, role_id, unit_id from access.people_group_role
        where $1::uuid is null or people_group_id = $1",
    )
    .bind(only)
    .fetch_all(&mut *db)
    .await?;
    let belonging: Vec<(PeopleGroupId, PersonId)> = sqlx::query_as(
        "select people_group_id, person_id from access.people_group_member
        where $1::uuid is null or people_group_id = $1",
    )
    .bind(only)
    .fetch_all(db)
    .await?;
    let mut roles: BTreeMap<PeopleGroupId, BTreeSet<RoleGrant>> = BTreeMap::new();
    for (group, role_id, unit_id) in carried {
        roles.entry(group).or_default().insert(RoleGrant { role_id, unit_id });
    }
    let mut members: BTreeMap<PeopleGroupId, BTreeSet<PersonId>> = BTreeMap::new();
    for (group, person) in belonging {
        members.entry(group).or_default().insert(person);
    }
    let whole = |(people_group_id, name, version)| PeopleGroup {
        people_group_id,
        name,
        roles: roles.remove(&people_group_id).unwrap_or_default(),
        members: members.remove(&people_group_id).unwrap_or_default(),
        version,
    };
    Ok(rows.into_iter().map(whole).collect())
}

async fn lock(db: &mut PgConnection, group: PeopleGroupId) -> Result<PeopleGroup, ChangeError> {
    let known: Option<PeopleGroupId> = sqlx::query_scalar(
        "select people_group_id from access.people_group where people_group_id = $1 for update",
    )
    .bind(group)
    .fetch_optional(&mut *db)
    .await?;
    let found = match known {
        Some(group) => find(db, group).await?,
        None => None,
    };
    found.ok_or(ChangeError::Unknown("group"))
}

/// Adds a group.
///
/// # Errors
/// The name is taken or wrong, or there is no such role, unit or person.
pub async fn create(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    input: &PeopleGroupInput,
) -> Result<PeopleGroup, ChangeError> {
    input.check()?;
    let group = PeopleGroup {
        people_group_id: PeopleGroupId::new(edit.now, edit.rng),
        name: input.name.trim().to_owned(),
        roles: input.roles.clone(),
        members: input.members.clone(),
        version: 1,
    };
    sqlx::query("insert into access.people_group (people_group_id, name, created_at) values ($1, $2, $3)")
        .bind(group.people_group_id)
        .bind(&group.name)
        .bind(edit.now)
        .execute(&mut *db)
        .await
        .map_err(name_taken)?;
    fill(db, &group).await?;
    let id = group.people_group_id.as_uuid();
    record::change(db, edit, "access.people_group_created.v1", id, None, Some(&group)).await?;
    Ok(group)
}

/// Renames a group, or changes its roles or members. Holds from the next request of its members.
///
/// # Errors
/// It is unknown or was changed meanwhile, the name is taken or wrong, or there is no such role, unit or person.
pub async fn change(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    group: PeopleGroupId,
    version: i32,
    input: &PeopleGroupInput,
) -> Result<PeopleGroup, ChangeError> {
    input.check()?;
    let before = lock(db, group).await?;
    if before.version != version {
        return Err(ChangeError::Stale { given: version, present: before.version });
    }
    let after = PeopleGroup {
        people_group_id: group,
        name: input.name.trim().to_owned(),
        roles: input.roles.clone(),
        members: input.members.clone(),
        version: version + 1,
    };
    sqlx::query("update access.people_group set name = $2, version = $3 where people_group_id = $1")
        .bind(group)
        .bind(&after.name)
        .bind(after.version)
        .execute(&mut *db)
        .await
        .map_err(name_taken)?;
    sqlx::query("delete from access.people_group_role where people_group_id = $1")
        .bind(group)
        .execute(&mut *db)
        .await?;
    sqlx::query("delete from access.people_group_member where people_group_id = $1")
        .bind(group)
        .execute(&mut *db)
        .await?;
    fill(db, &after).await?;
    let id = group.as_uuid();
    record::change(db, edit, "access.people_group_changed.v1", id, Some(&before), Some(&after)).await?;
    Ok(after)
}

async fn fill(db: &mut PgConnection, group: &PeopleGroup) -> Result<(), ChangeError> {
    let (roles, units): (Vec<RoleId>, Vec<OrgUnitId>) =
        group.roles.iter().map(|grant| (grant.role_id, grant.unit_id)).unzip();
    sqlx::query(
        "insert into access.people_group_role (people_group_id, role_id, unit_id)
        select $1, given.role_id, given.unit_id from unnest($2::uuid[], $3::uuid[]) as given (role_id, unit_id)",
    )
    .bind(group.people_group_id)
    .bind(roles)
    .bind(units)
    .execute(&mut *db)
    .await
    .map_err(|error| missing(error, "/roles", "there is no such role or unit"))?;
    let members: Vec<PersonId> = group.members.iter().copied().collect();
    sqlx::query(
        "insert into access.people_group_member (people_group_id, person_id)
        select $1, person_id from unnest($2::uuid[]) as given (person_id)",
    )
    .bind(group.people_group_id)
    .bind(members)
    .execute(db)
    .await
    .map_err(|error| missing(error, "/members", "there is no such person"))?;
    Ok(())
}

/// Removes a group; its members lose what it carried.
///
/// # Errors
/// It is unknown.
pub async fn remove(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    group: PeopleGroupId,
) -> Result<(), ChangeError> {
    let before = lock(db, group).await?;
    sqlx::query("delete from access.people_group where people_group_id = $1")
        .bind(group)
        .execute(&mut *db)
        .await?;
    let id = group.as_uuid();
    record::change(db, edit, "access.people_group_removed.v1", id, Some(&before), None).await?;
    Ok(())
}

fn missing(error: sqlx::Error, pointer: &str, detail: &str) -> ChangeError {
    if error.as_database_error().is_some_and(|error| error.is_foreign_key_violation()) {
        ChangeError::Invalid(vec![FieldFault::new(pointer, detail)])
    } else {
        error.into()
    }
}

fn name_taken(error: sqlx::Error) -> ChangeError {
    ChangeError::on_constraint(error, "people_group_name_key", "/name", "another group has this name")
}
