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

/// Gives a person exactly these roles by hand; what a directory gives stays.
pub async fn replace(
    db: &mut PgConnection,
    person: PersonId,
    roles: &BTreeSet<RoleGrant>,
) -> Result<(), ChangeError> {
    let (role_ids, unit_ids): (Vec<RoleId>, Vec<OrgUnitId>) =
        roles.iter().map(|grant| (grant.role_id, grant.unit_id)).unzip();
    sqlx::query("delete from access.person_role where person_id = $1 and not from_directory")
        .bind(person)
        .execute(&mut *db)
        .await?;
    insert(db, person, role_ids, unit_ids, false).await
}

/// Gives a person exactly these roles as the directory's; what administrators gave by hand stays.
pub async fn replace_of_directory(
    db: &mut PgConnection,
    person: PersonId,
    roles: &BTreeSet<RoleGrant>,
) -> Result<(), ChangeError> {
    let (role_ids, unit_ids): (Vec<RoleId>, Vec<OrgUnitId>) =
        roles.iter().map(|grant| (grant.role_id, grant.unit_id)).unzip();
    sqlx::query("delete from access.person_role where person_id = $1 and from_directory")
        .bind(person)
        .execute(&mut *db)
        .await?;
    insert(db, person, role_ids, unit_ids, true).await
}

async fn insert(
    db: &mut PgConnection,
    person: PersonId,
    role_ids: Vec<RoleId>,
    unit_ids: Vec<OrgUnitId>,
    from_directory: bool,
) -> Result<(), ChangeError> {
    sqlx::query(
        "insert into access.person_role (person_id, role_id, unit_id, from_directory)
        select $1, given.role_id, given.unit_id, $4 from unnest($2::uuid[], $3::uuid[]) as given (role_id, unit_id)
        on conflict (person_id, role_id, unit_id) do nothing",
    )
    .bind(person)
    .bind(role_ids)
    .bind(unit_ids)
    .bind(from_directory)
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

/// The roles that the directory gives a person.
pub async fn of_directory(db: &mut PgConnection, person: PersonId) -> sqlx::Result<BTreeSet<RoleGrant>> {
    let rows: Vec<(RoleId, OrgUnitId)> = sqlx::query_as(
        "select role_id, unit_id from access.person_role where person_id = $1 and from_directory",
    )
    .bind(person)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(role_id, unit_id)| RoleGrant { role_id, unit_id }).collect())
}

/// Refuses a change after which nobody could administer the whole organisation. People of a directory do not count:
/// somebody must be able to sign in when it is away. Called behind the change, in its
/// transaction; the lock of the role keeps two such changes from passing each other.
pub async fn check_administrator_remains(db: &mut PgConnection) -> Result<(), ChangeError> {
    role_store::lock(db, ADMINISTRATOR).await?;
    let remains: bool = sqlx::query_scalar(
        "select exists (
            select 1 from access.person_role
            join access.person on person.person_id = person_role.person_id
            join access.unit on unit.unit_id = person_role.unit_id
            where person_role.role_id = $1 and unit.parent_id is null and not person.is_disabled
                and person.directory is null)",
    )
    .bind(ADMINISTRATOR)
    .fetch_one(db)
    .await?;
    if remains {
        return Ok(());
    }
    Err(ChangeError::InUse(
        "nobody with an account of this server would be left who can administer the whole organisation"
            .to_owned(),
    ))
}
