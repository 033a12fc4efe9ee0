//! SQL of passwords.

use super::Past;
use crate::policy::PasswordPolicy;
use crate::record;
use crate::session;
use base::id::{PersonId, SessionId};
use base::{ChangeError, Edit};
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;

/// The present and the former hashes of a person; nothing of one whose password a directory keeps.
pub async fn past(db: &mut PgConnection, person: PersonId) -> sqlx::Result<Option<Past>> {
    let row: Option<(String, String)> = sqlx::query_as(
        "select login, password_hash from access.person where person_id = $1 and directory is null",
    )
    .bind(person)
    .fetch_optional(&mut *db)
    .await?;
    let Some((login, current)) = row else { return Ok(None) };
    let former = sqlx::query_scalar(
        "select password_hash from access.former_password where person_id = $1 order by replaced_at desc",
    )
    .bind(person)
    .fetch_all(db)
    .await?;
    Ok(Some(Past { login, current, former }))
}

/// Stores the password that a person chose, and ends the person's other sessions. `replaces` is the hash that was
/// read before: when it is not the present one any more, somebody was faster.
///
/// # Errors
/// The person is unknown, or the password was changed meanwhile.
pub async fn set_own(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    (person, session): (PersonId, SessionId),
    replaces: &str,
    password_hash: &str,
    policy: &PasswordPolicy,
) -> Result<(), ChangeError> {
    let changed = sqlx::query(
        "update access.person
        set password_hash = $3, password_changed_at = $4, must_change_password = false, temporary_until = null
        where person_id = $1 and password_hash = $2",
    )
    .bind(person)
    .bind(replaces)
    .bind(password_hash)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    if changed.rows_affected() == 0 {
        return Err(ChangeError::InUse("the password was changed meanwhile".to_owned()));
    }
    keep_former(db, person, replaces, edit.now, policy).await?;
    session::store::delete_of_person(db, person, Some(session)).await?;
    record::security(db, edit, "access.password_changed.v1", person.as_uuid(), json!({ "by": "person" }))
        .await?;
    Ok(())
}

/// Stores a password that an administrator or the server made: it must be changed at the next sign-in, works until
/// `temporary_until`, ends every session and forgets wrong passwords.
///
/// # Errors
/// The person is unknown, or a directory keeps the password.
pub async fn reset(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    person: PersonId,
    password_hash: &str,
    temporary_until: Option<DateTime<Utc>>,
    policy: &PasswordPolicy,
) -> Result<(), ChangeError> {
    let row: Option<(String, Option<String>)> =
        sqlx::query_as("select login, password_hash from access.person where person_id = $1 for update")
            .bind(person)
            .fetch_optional(&mut *db)
            .await?;
    let (login, replaced) = row.ok_or(ChangeError::Unknown("person"))?;
    let replaced = replaced
        .ok_or_else(|| ChangeError::InUse("a directory keeps the password: change it there".to_owned()))?;
    sqlx::query(
        "update access.person
        set password_hash = $2, password_changed_at = $3, must_change_password = true, temporary_until = $4,
            version = version + 1
        where person_id = $1",
    )
    .bind(person)
    .bind(password_hash)
    .bind(edit.now)
    .bind(temporary_until)
    .execute(&mut *db)
    .await?;
    keep_former(db, person, &replaced, edit.now, policy).await?;
    sqlx::query("delete from access.sign_in_refusals where guarded = 'login' and value = $1")
        .bind(&login)
        .execute(&mut *db)
        .await?;
    session::store::delete_of_person(db, person, None).await?;
    record::security(db, edit, "access.password_reset.v1", person.as_uuid(), json!({ "login": login }))
        .await?;
    Ok(())
}

async fn keep_former(
    db: &mut PgConnection,
    person: PersonId,
    password_hash: &str,
    now: DateTime<Utc>,
    policy: &PasswordPolicy,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into access.former_password (person_id, replaced_at, password_hash) values ($1, $2, $3)
        on conflict (person_id, replaced_at) do nothing",
    )
    .bind(person)
    .bind(now)
    .bind(password_hash)
    .execute(&mut *db)
    .await?;
    sqlx::query(
        "delete from access.former_password
        where person_id = $1 and replaced_at not in (
            select replaced_at from access.former_password where person_id = $1 order by replaced_at desc limit $2)",
    )
    .bind(person)
    .bind(i64::from(policy.former_refused))
    .execute(db)
    .await?;
    Ok(())
}

/// Lets a person keep the password that somebody else made: for people of the demo organisation, whose password
/// everybody may know.
///
/// # Errors
/// It is unknown.
pub async fn settle(db: &mut PgConnection, edit: &mut Edit<'_>, person: PersonId) -> Result<(), ChangeError> {
    let done = sqlx::query(
        "update access.person set must_change_password = false, temporary_until = null where person_id = $1",
    )
    .bind(person)
    .execute(&mut *db)
    .await?;
    if done.rows_affected() == 0 {
        return Err(ChangeError::Unknown("person"));
    }
    record::security(db, edit, "access.password_settled.v1", person.as_uuid(), json!({})).await?;
    Ok(())
}
