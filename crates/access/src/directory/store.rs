//! SQL of people whose account a directory keeps.

use super::entry::{Entry, Profile, Refusal};
use super::settings::{DirectorySettings, GroupRole, login_with_domain};
use crate::person::{Person, RoleGrant, query, roles::store as roles};
use crate::unit::ROOT;
use crate::{record, session};
use base::id::{OrgUnitId, PersonId, RoleId};
use base::{ChangeError, Edit};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// What became of an entry whose password was right, or that was looked up again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// The person it is, made or brought up to date.
    Welcome {
        /// Who.
        person: PersonId,
        /// An administrator of this server stopped the person.
        is_disabled: bool,
        /// What the settings name and this server does not have: a role or a unit.
        unresolved: Vec<String>,
    },
    /// The directory knows the person, but what it says lets nobody in here.
    Refused(Refusal),
}

/// Makes a person of an entry at the first sign-in, and brings it up to date at each later one.
///
/// # Errors
/// The database failed.
pub async fn admit(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    directory: &str,
    settings: &DirectorySettings,
    entry: &Entry,
    typed: &str,
) -> Result<Admission, ChangeError> {
    let known = lock(db, directory, &entry.external_id).await?;
    let mapped = match entry.roles_at(settings, edit.now) {
        Ok(mapped) => mapped,
        Err(refusal) => {
            if let Some(person) = known {
                lose(db, edit, person, refusal).await?;
            }
            return Ok(Admission::Refused(refusal));
        }
    };
    let (grants, unresolved) = resolve(db, &mapped).await?;
    let profile = entry.profile(settings, typed);
    let person = match known {
        Some(person) => refresh(db, edit, person, directory, settings, &profile, &grants).await?,
        None => create(db, edit, directory, settings, entry, &profile, &grants).await?,
    };
    Ok(Admission::Welcome { person: person.person_id, is_disabled: person.is_disabled, unresolved })
}

async fn lock(db: &mut PgConnection, directory: &str, external: &str) -> sqlx::Result<Option<PersonId>> {
    sqlx::query_scalar(
        "select person_id from access.person where directory = $1 and external_id = $2 for update",
    )
    .bind(directory)
    .bind(external)
    .fetch_optional(db)
    .await
}

/// The person of an entry and its login.
pub async fn find(
    db: &mut PgConnection,
    directory: &str,
    external: &str,
) -> sqlx::Result<Option<(PersonId, String)>> {
    sqlx::query_as("select person_id, login from access.person where directory = $1 and external_id = $2")
        .bind(directory)
        .bind(external)
        .fetch_optional(db)
        .await
}

/// The roles that groups give, and what of them this server does not have.
async fn resolve(
    db: &mut PgConnection,
    mapped: &[&GroupRole],
) -> sqlx::Result<(Vec<RoleGrant>, Vec<String>)> {
    let (mut grants, mut unresolved) = (Vec::new(), Vec::new());
    for given in mapped {
        let role: Option<RoleId> = sqlx::query_scalar(
            "select role_id from access.role where role_id::text = $1 or lower(name) = lower($1)",
        )
        .bind(&given.role)
        .fetch_optional(&mut *db)
        .await?;
        let unit = match &given.unit {
            None => Some(ROOT),
            Some(unit) => find_unit(db, unit).await?,
        };
        match (role, unit) {
            (Some(role_id), Some(unit_id)) => grants.push(RoleGrant { role_id, unit_id }),
            (None, _) => unresolved.push(format!("there is no role {:?}", given.role)),
            (_, None) => unresolved
                .push(format!("there is not exactly one unit {:?}", given.unit.as_deref().unwrap_or(""))),
        }
    }
    Ok((grants, unresolved))
}

/// A unit by id or by a name that only one has.
async fn find_unit(db: &mut PgConnection, unit: &str) -> sqlx::Result<Option<OrgUnitId>> {
    let found: Vec<OrgUnitId> = sqlx::query_scalar(
        "select unit_id from access.unit where unit_id::text = $1 or lower(name) = lower($1) limit 2",
    )
    .bind(unit)
    .fetch_all(db)
    .await?;
    Ok(found.first().copied().filter(|_| found.len() == 1))
}

/// The login for a person: its own, else with the domain when somebody else has that.
async fn free_login(
    db: &mut PgConnection,
    directory: &str,
    settings: &DirectorySettings,
    wanted: &str,
    own: Option<PersonId>,
) -> Result<Option<String>, ChangeError> {
    let with_domain = login_with_domain(wanted, directory, Some(settings));
    for login in [wanted.to_owned(), with_domain] {
        let owner: Option<PersonId> =
            sqlx::query_scalar("select person_id from access.person where login = $1")
                .bind(&login)
                .fetch_optional(&mut *db)
                .await?;
        if owner.is_none() || owner == own {
            return Ok(Some(login));
        }
    }
    Ok(None)
}

async fn create(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    directory: &str,
    settings: &DirectorySettings,
    entry: &Entry,
    profile: &Profile,
    grants: &[RoleGrant],
) -> Result<Person, ChangeError> {
    let login = free_login(db, directory, settings, &profile.login, None).await?;
    let login = login.ok_or_else(|| {
        ChangeError::InUse(format!(
            "other people have the login {:?}, with and without domain",
            profile.login
        ))
    })?;
    let person = PersonId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into access.person (person_id, login, name, locale, unit_id, password_changed_at,
            must_change_password, email, directory, external_id, checked_at, created_at)
        values ($1, $2, $3, $4, $5, $6, false, $7, $8, $9, $6, $6)",
    )
    .bind(person)
    .bind(login)
    .bind(&profile.name)
    .bind(profile.locale)
    .bind(grants.first().map_or(ROOT, |grant| grant.unit_id))
    .bind(edit.now)
    .bind(&profile.email)
    .bind(directory)
    .bind(&entry.external_id)
    .execute(&mut *db)
    .await?;
    roles::replace_of_directory(db, person, &grants.iter().copied().collect()).await?;
    let after = query::find(db, person, edit.now).await?.ok_or(ChangeError::Unknown("person"))?;
    record::change(db, edit, "access.person_created.v1", person.as_uuid(), None, Some(&after)).await?;
    Ok(after)
}

async fn refresh(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    person: PersonId,
    directory: &str,
    settings: &DirectorySettings,
    profile: &Profile,
    grants: &[RoleGrant],
) -> Result<Person, ChangeError> {
    let before = query::find(db, person, edit.now).await?.ok_or(ChangeError::Unknown("person"))?;
    let login = free_login(db, directory, settings, &profile.login, Some(person)).await?;
    let login = login.unwrap_or_else(|| before.login.clone());
    sqlx::query(
        "update access.person
        set login = $2, name = $3, email = $4, checked_at = $5, left_directory_at = null
        where person_id = $1",
    )
    .bind(person)
    .bind(login)
    .bind(&profile.name)
    .bind(&profile.email)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    roles::replace_of_directory(db, person, &grants.iter().copied().collect()).await?;
    let after = query::find(db, person, edit.now).await?.ok_or(ChangeError::Unknown("person"))?;
    if after == before {
        return Ok(after);
    }
    written(db, edit, &before).await
}

/// Counts the change and writes it down.
async fn written(db: &mut PgConnection, edit: &mut Edit<'_>, before: &Person) -> Result<Person, ChangeError> {
    let id = before.person_id;
    sqlx::query("update access.person set version = version + 1 where person_id = $1")
        .bind(id)
        .execute(&mut *db)
        .await?;
    let after = query::find(db, id, edit.now).await?.ok_or(ChangeError::Unknown("person"))?;
    record::change(db, edit, "access.person_changed.v1", id.as_uuid(), Some(before), Some(&after)).await?;
    Ok(after)
}

/// The directory no longer lets a person in: the roles that it gave are gone and the sessions end. What was
/// given by hand stays, and holds again when the directory lets the person in again.
///
/// # Errors
/// It is unknown, or the database failed.
pub async fn lose(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    person: PersonId,
    refusal: Refusal,
) -> Result<(), ChangeError> {
    let before = query::find(db, person, edit.now).await?.ok_or(ChangeError::Unknown("person"))?;
    let sessions = session::store::delete_of_person(db, person, None).await?;
    roles::replace_of_directory(db, person, &BTreeSet::new()).await?;
    sqlx::query(
        "update access.person set checked_at = $2, left_directory_at = coalesce(left_directory_at, $2)
        where person_id = $1",
    )
    .bind(person)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    if before.left_directory_at.is_some() && sessions == 0 {
        return Ok(());
    }
    let payload = json!({ "directory": before.directory, "reason": refusal.reason(), "sessions": sessions });
    record::security(db, edit, "access.directory_left.v1", person.as_uuid(), payload).await?;
    written(db, edit, &before).await?;
    Ok(())
}

/// Somebody who is signed in and whom the directory was not asked about for a while.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Due {
    /// Who.
    pub person_id: PersonId,
    /// Under which login.
    pub login: String,
    /// What never changes in the directory.
    pub external_id: String,
}

/// People of a directory to look up again, the longest unchecked first, at most `rows`.
pub async fn due(
    db: &mut PgConnection,
    directory: &str,
    checked_until: DateTime<Utc>,
    rows: i64,
) -> sqlx::Result<Vec<Due>> {
    sqlx::query_as(
        "select person_id, login, external_id from access.person
        where directory = $1 and checked_at <= $2
            and exists (select 1 from access.session where session.person_id = person.person_id)
        order by checked_at limit $3",
    )
    .bind(directory)
    .bind(checked_until)
    .bind(rows)
    .fetch_all(db)
    .await
}
