//! SQL that changes people.

use super::roles::store as roles;
use super::{Person, PersonInput, login_key, query};
use crate::record;
use crate::session;
use base::id::PersonId;
use base::{ChangeError, Edit, FieldFault};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

/// One person, locked until the transaction ends.
async fn lock(db: &mut PgConnection, person: PersonId, now: DateTime<Utc>) -> Result<Person, ChangeError> {
    let known: Option<PersonId> =
        sqlx::query_scalar("select person_id from access.person where person_id = $1 for update")
            .bind(person)
            .fetch_optional(&mut *db)
            .await?;
    let found = match known {
        Some(person) => query::find(db, person, now).await?,
        None => None,
    };
    found.ok_or(ChangeError::Unknown("person"))
}

/// Adds a person, who must change the password at the first sign-in. `temporary_until` limits how long the first
/// password may be used.
///
/// # Errors
/// A value is taken or wrong.
pub async fn create(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    input: &PersonInput,
    password_hash: &str,
    temporary_until: Option<DateTime<Utc>>,
) -> Result<Person, ChangeError> {
    input.check()?;
    let person = PersonId::new(edit.now, edit.rng);
    sqlx::query(
        "insert into access.person (person_id, login, name, personnel_number, sip_number, locale, unit_id,
            password_hash, password_changed_at, must_change_password, temporary_until, created_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, true, $10, $9)",
    )
    .bind(person)
    .bind(login_key(&input.login))
    .bind(input.name.trim())
    .bind(&input.personnel_number)
    .bind(&input.sip_number)
    .bind(input.locale)
    .bind(input.unit_id)
    .bind(password_hash)
    .bind(edit.now)
    .bind(temporary_until)
    .execute(&mut *db)
    .await
    .map_err(taken)?;
    roles::replace(db, person, &input.roles).await?;
    let after = query::find(db, person, edit.now).await?.ok_or(ChangeError::Unknown("person"))?;
    record::change(db, edit, "access.person_created.v1", person.as_uuid(), None, Some(&after)).await?;
    Ok(after)
}

/// Changes what is known of a person, and the roles. Roles hold from the next request on.
///
/// # Errors
/// It is unknown or was changed meanwhile, a value is taken or wrong, or no administrator would be left.
pub async fn change(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    person: PersonId,
    version: i32,
    input: &PersonInput,
) -> Result<Person, ChangeError> {
    input.check()?;
    let before = lock(db, person, edit.now).await?;
    if before.version != version {
        return Err(ChangeError::Stale { given: version, present: before.version });
    }
    check_directory(db, &before, input).await?;
    sqlx::query(
        "update access.person
        set login = $2, name = $3, personnel_number = $4, sip_number = $5, locale = $6, unit_id = $7,
            version = version + 1
        where person_id = $1",
    )
    .bind(person)
    .bind(login_key(&input.login))
    .bind(input.name.trim())
    .bind(&input.personnel_number)
    .bind(&input.sip_number)
    .bind(input.locale)
    .bind(input.unit_id)
    .execute(&mut *db)
    .await
    .map_err(taken)?;
    roles::replace(db, person, &input.roles).await?;
    roles::check_administrator_remains(db).await?;
    changed(db, edit, &before).await
}

/// Refuses to change what the next sign-in would change back.
async fn check_directory(
    db: &mut PgConnection,
    before: &Person,
    input: &PersonInput,
) -> Result<(), ChangeError> {
    let Some(directory) = &before.directory else { return Ok(()) };
    let kept = |what: &str| format!("the directory {directory:?} says the {what}: change it there");
    let mut faults = Vec::new();
    if login_key(&input.login) != before.login {
        faults.push(FieldFault::new("/login", kept("login")));
    }
    if input.name.trim() != before.name {
        faults.push(FieldFault::new("/name", kept("name")));
    }
    if !roles::of_directory(db, before.person_id).await?.is_subset(&input.roles) {
        faults.push(FieldFault::new("/roles", kept("roles that its groups give")));
    }
    ChangeError::unless_empty(faults)
}

/// Reads a person behind its change and writes the event.
async fn changed(db: &mut PgConnection, edit: &mut Edit<'_>, before: &Person) -> Result<Person, ChangeError> {
    let id = before.person_id;
    let after = query::find(db, id, edit.now).await?.ok_or(ChangeError::Unknown("person"))?;
    record::change(db, edit, "access.person_changed.v1", id.as_uuid(), Some(before), Some(&after)).await?;
    Ok(after)
}

/// Stops a person from signing in, and ends the sessions; or allows it again.
///
/// # Errors
/// It is unknown, or no administrator would be left.
pub async fn set_disabled(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    person: PersonId,
    is_disabled: bool,
) -> Result<Person, ChangeError> {
    let before = lock(db, person, edit.now).await?;
    if before.is_disabled == is_disabled {
        return Ok(before);
    }
    sqlx::query("update access.person set is_disabled = $2, version = version + 1 where person_id = $1")
        .bind(person)
        .bind(is_disabled)
        .execute(&mut *db)
        .await?;
    if is_disabled {
        session::store::delete_of_person(db, person, None).await?;
        roles::check_administrator_remains(db).await?;
    }
    let kind = if is_disabled { "access.person_disabled.v1" } else { "access.person_enabled.v1" };
    record::security(db, edit, kind, person.as_uuid(), json!({ "login": before.login })).await?;
    changed(db, edit, &before).await
}

/// Forgets the wrong passwords of a person.
///
/// # Errors
/// It is unknown.
pub async fn unlock(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    person: PersonId,
) -> Result<Person, ChangeError> {
    let before = lock(db, person, edit.now).await?;
    sqlx::query("delete from access.sign_in_refusals where guarded = 'login' and value = $1")
        .bind(&before.login)
        .execute(&mut *db)
        .await?;
    let payload = json!({ "login": before.login, "locked_until": before.locked_until });
    record::security(db, edit, "access.person_unlocked.v1", person.as_uuid(), payload).await?;
    Ok(Person { locked_until: None, ..before })
}

/// Ends every session of a person, except one; how many ended.
///
/// # Errors
/// The database failed.
pub async fn sign_out_everywhere(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    person: PersonId,
    except: Option<base::id::SessionId>,
) -> Result<u64, ChangeError> {
    let ended = session::store::delete_of_person(db, person, except).await?;
    let payload = json!({ "sessions": ended });
    record::security(db, edit, "access.signed_out_everywhere.v1", person.as_uuid(), payload).await?;
    Ok(ended)
}

/// Stores the language and the look that a person chose.
///
/// # Errors
/// It is unknown, or the theme is.
pub async fn set_preferences(
    db: &mut PgConnection,
    person: PersonId,
    locale: base::Locale,
    theme: &str,
) -> Result<(), ChangeError> {
    if !matches!(theme, "system" | "light" | "dark") {
        return Err(ChangeError::Invalid(vec![FieldFault::new("/theme", "use system, light or dark")]));
    }
    sqlx::query("update access.person set locale = $2, theme = $3 where person_id = $1")
        .bind(person)
        .bind(locale)
        .bind(theme)
        .execute(db)
        .await?;
    Ok(())
}

fn taken(error: sqlx::Error) -> ChangeError {
    let constraint = error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
    match constraint {
        Some("person_unit_fkey") => {
            ChangeError::Invalid(vec![FieldFault::new("/unit_id", "there is no such organisation unit")])
        }
        Some("person_personnel_number_key") => ChangeError::on_constraint(
            error,
            "person_personnel_number_key",
            "/personnel_number",
            "another person has this personnel number",
        ),
        Some("person_sip_number_key") => ChangeError::on_constraint(
            error,
            "person_sip_number_key",
            "/sip_number",
            "another person has this number",
        ),
        _ => ChangeError::on_constraint(error, "person_login_key", "/login", "another person has this login"),
    }
}
