//! SQL of the roles of people.

use crate::person::RoleGrant;
use crate::role::{ADMINISTRATOR, store as role_store};
use base::id::{OrgUnitId, PersonId, RoleId};
use base::{ChangeError, FieldFault};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// The roles of some people.
pub async fn of_people(
    db: &mut PgConnection,
    people: &[PersonId],
) -> sqlx::Result<BTreeMap<PersonId, BTreeSet<RoleGrant>>> {
    let rows: Vec<(PersonId, RoleId, OrgUnitId)> = sqlx::query_as(
        "select person_id, role_id, unit_id from access.person_role where person_id = any($1)",
    )
    .bind(people)
    .fetch_all(db)
    .await?;
    let mut roles: BTreeMap<PersonId, BTreeSet<RoleGrant>> = BTreeMap::new();
    for (person, role_id, unit_id) in rows {
        roles.entry(person).or_default().insert(RoleGrant { role_id, unit_id });
    }
    Ok(roles)
}

/// Gives a person exactly these roles.
pub async fn replace(
    db: &mut PgConnection,
    person: PersonId,
    roles: &BTreeSet<RoleGrant>,
) -> Result<(), ChangeError> {
    let (role_ids, unit_ids): (Vec<RoleId>, Vec<OrgUnitId>) =
        roles.iter().map(|grant| (grant.role_id, grant.unit_id)).unzip();
    sqlx::query("delete from access.person_role where person_id = $1").bind(person).execute(&mut *db).await?;
    sqlx::query(
        "insert into access.person_role (person_id, role_id, unit_id)
        select $1, given.role_id, given.unit_id from unnest($2::uuid[], $3::uuid[]) as given (role_id, unit_id)",
    )
    .bind(person)
    .bind(role_ids)
    .bind(unit_ids)
    .execute(db)
    .await
    .map_err(|error| {
        let missing = error.as_database_error().is_some_and(|error| error.is_foreign_key_violation());
        if missing {
            ChangeError::Invalid(vec![FieldFault::new("/roles", "there is no such role or unit")])
        } else {
            error.into()
        }
    })?;
    Ok(())
}

/// Refuses a change after which nobody could administer the whole organisation. Called behind the change, in its
/// transaction; the lock of the role keeps two such changes from passing each other.
pub async fn check_administrator_remains(db: &mut PgConnection) -> Result<(), ChangeError> {
    role_store::lock(db, ADMINISTRATOR).await?;
    let remains: bool = sqlx::query_scalar(
        "select exists (
            select 1 from access.person_role
            join access.person on person.person_id = person_role.person_id
            join access.unit on unit.unit_id = person_role.unit_id
            where person_role.role_id = $1 and unit.parent_id is null and not person.is_disabled)",
    )
    .bind(ADMINISTRATOR)
    .fetch_one(db)
    .await?;
    if remains {
        return Ok(());
    }
    Err(ChangeError::InUse("nobody would be left who can administer the whole organisation".to_owned()))
}
