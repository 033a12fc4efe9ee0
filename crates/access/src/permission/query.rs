//! SQL that reads what somebody may do.

use super::{Grant, Permissions, UnitTree};
use base::id::{OrgUnitId, PersonId, RoleId};
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// The organisation as it is now.
pub async fn unit_tree(db: &mut PgConnection) -> sqlx::Result<UnitTree> {
    let units: Vec<(OrgUnitId, Option<OrgUnitId>)> =
        sqlx::query_as("select unit_id, parent_id from access.unit").fetch_all(db).await?;
    Ok(UnitTree::new(units))
}

/// What a person's roles, and those of the person's groups, add up to.
pub async fn of_person(db: &mut PgConnection, person: PersonId) -> sqlx::Result<Permissions> {
    let roles: Vec<(Vec<String>, OrgUnitId)> = sqlx::query_as(
        "select role.operations, person_role.unit_id
        from access.person_role
        join access.role on role.role_id = person_role.role_id
        where person_role.person_id = $1
        union all
        select role.operations, carried.unit_id
        from access.people_group_member member
        join access.people_group_role carried on carried.people_group_id = member.people_group_id
        join access.role on role.role_id = carried.role_id
        where member.person_id = $1",
    )
    .bind(person)
    .fetch_all(&mut *db)
    .await?;
    let grants: Vec<Grant> = roles.into_iter().map(|(operations, unit)| grant(&operations, unit)).collect();
    Ok(Permissions::new(&grants, &unit_tree(db).await?))
}

/// What a set of stored operation codes allows in a unit.
pub async fn of_codes(
    db: &mut PgConnection,
    operations: &[String],
    unit: OrgUnitId,
) -> sqlx::Result<Permissions> {
    Ok(Permissions::new(&[grant(operations, unit)], &unit_tree(db).await?))
}

/// A code that this version does not know allows nothing: it was stored by a newer one.
fn grant(operations: &[String], unit: OrgUnitId) -> Grant {
    let known: BTreeSet<_> = operations.iter().filter_map(|code| code.parse().ok()).collect();
    Grant { operations: known, unit }
}

/// Which roles a person has, in whatever unit.
pub async fn roles_of(db: &mut PgConnection, person: PersonId) -> sqlx::Result<Vec<RoleId>> {
    sqlx::query_scalar(
        "select role_id from access.person_role where person_id = $1
        union
        select carried.role_id
        from access.people_group_member member
        join access.people_group_role carried on carried.people_group_id = member.people_group_id
        where member.person_id = $1",
    )
    .bind(person)
    .fetch_all(db)
    .await
}
