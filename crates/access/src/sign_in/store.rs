//! SQL of sign-ins.

/// SQL of sign-ins with a password of a directory.
pub mod directory;
/// SQL of what is remembered of refused sign-ins.
mod refusals;

use super::{Attempt, Candidate, Look, Outcome};
use crate::lockout::Refusals;
use crate::person::login_key;
use crate::policy::{AccessPolicy, LockoutPolicy};
use crate::{record, session, token};
use base::id::{PersonId, SessionId};
use base::{Author, Edit};
use chrono::{DateTime, Utc};
use rand::Rng;
use refusals::{forget, keep, lock, peek_source};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Counts the try and reads what it is checked against. Commit before checking: the count must stand.
pub async fn look(
    db: &mut PgConnection,
    typed_login: &str,
    source: &str,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    policy: &AccessPolicy,
) -> sqlx::Result<Look> {
    // Nobody has a longer login; a longer text must not fill the table.
    let login: String = login_key(typed_login).chars().take(64).collect();
    let candidate = find_candidate(db, &login).await?;
    let (login, way) = directory::way(db, typed_login, login, candidate.as_ref(), &policy.directory).await?;
    let mut attempt = Attempt { source: source.to_owned(), candidate, way, counted: Vec::new() };
    let by_source = peek_source(db, source).await?;
    let by_login = lock(db, "login", &login, now).await?;
    let locked = [by_source.locked_until(now), by_login.locked_until(now)].into_iter().flatten().max();
    if let Some(until) = locked {
        let payload = json!({ "reason": "locked", "source": source, "until": until });
        refused(db, now, rng, &attempt, payload).await?;
        return Ok(Look::Locked(until));
    }
    count(db, &mut attempt, login, by_login, now, &policy.lockout).await?;
    Ok(Look::Check(Box::new(attempt)))
}

async fn find_candidate(db: &mut PgConnection, login: &str) -> sqlx::Result<Option<Candidate>> {
    sqlx::query_as(
        "select person_id, login, password_hash, directory, is_disabled, must_change_password, temporary_until
        from access.person where login = $1",
    )
    .bind(login)
    .fetch_optional(db)
    .await
}

/// Counts a failure of a login before its password is looked at.
async fn count(
    db: &mut PgConnection,
    attempt: &mut Attempt,
    login: String,
    before: Refusals,
    now: DateTime<Utc>,
    policy: &LockoutPolicy,
) -> sqlx::Result<()> {
    let counted = before.after_failure(now, policy.failures_per_login, policy);
    keep(db, "login", &login, counted).await?;
    attempt.counted.push((login, counted));
    Ok(())
}

/// Ends a sign-in with a password of this server: a session when it was right, else what is remembered of the failure.
pub async fn conclude(
    db: &mut PgConnection,
    attempt: &Attempt,
    is_right: bool,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    policy: &AccessPolicy,
) -> sqlx::Result<Outcome> {
    let candidate = attempt.candidate.as_ref().filter(|candidate| is_right && !candidate.is_disabled);
    let Some(candidate) = candidate else {
        let reason = match (&attempt.candidate, is_right) {
            (None, _) => "unknown login",
            (Some(_), true) => "disabled",
            (Some(_), false) => "wrong password",
        };
        fail(db, attempt, reason, now, rng, &policy.lockout).await?;
        return Ok(Outcome::Wrong);
    };
    if candidate.must_change_password && candidate.temporary_until.is_some_and(|until| until <= now) {
        forget_login(db, attempt).await?;
        let payload = json!({ "reason": "temporary password expired", "source": attempt.source });
        refused(db, now, rng, attempt, payload).await?;
        return Ok(Outcome::TemporaryExpired);
    }
    let payload = json!({ "login": candidate.login, "source": attempt.source });
    welcome(db, attempt, candidate.person_id, payload, now, rng, policy).await
}

/// Starts the session of a person whose password was right.
async fn welcome(
    db: &mut PgConnection,
    attempt: &Attempt,
    person: PersonId,
    mut payload: Value,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    policy: &AccessPolicy,
) -> sqlx::Result<Outcome> {
    forget_login(db, attempt).await?;
    let token = token::new_token(rng);
    let session = SessionId::new(now, rng);
    session::store::insert(db, session, person, &token::hash(&token), &attempt.source, now, &policy.session)
        .await?;
    sqlx::query("update access.person set last_sign_in_at = $2 where person_id = $1")
        .bind(person)
        .bind(now)
        .execute(&mut *db)
        .await?;
    if let Some(fields) = payload.as_object_mut() {
        fields.insert("session".to_owned(), json!(session));
    }
    let mut edit = Edit { now, author: Author::Person(person), rng };
    record::security(db, &mut edit, "access.signed_in.v1", person.as_uuid(), payload).await?;
    Ok(Outcome::Welcome { person, session, token })
}

async fn forget_login(db: &mut PgConnection, attempt: &Attempt) -> sqlx::Result<()> {
    for (login, _) in &attempt.counted {
        forget(db, "login", login).await?;
    }
    Ok(())
}

/// Remembers a failure of the source; the login's was counted before.
async fn fail(
    db: &mut PgConnection,
    attempt: &Attempt,
    reason: &str,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    policy: &LockoutPolicy,
) -> sqlx::Result<()> {
    let by_source = lock(db, "source", &attempt.source, now).await?;
    let by_source = by_source.after_failure(now, policy.failures_per_source, policy);
    keep(db, "source", &attempt.source, by_source).await?;
    let mut remembered = vec![by_source];
    for (login, _) in &attempt.counted {
        remembered.push(lock(db, "login", login, now).await?);
    }
    let payload = json!({ "reason": reason, "source": attempt.source });
    refused(db, now, rng, attempt, payload).await?;
    if let Some(until) = remembered.into_iter().filter_map(|refusals| refusals.locked_until(now)).max() {
        let mut edit = Edit { now, author: Author::System, rng };
        let payload = json!({ "source": attempt.source, "until": until });
        record::security(db, &mut edit, "access.locked_out.v1", subject(attempt), payload).await?;
    }
    Ok(())
}

/// The event never holds an unknown login: people type passwords there by mistake.
async fn refused(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    attempt: &Attempt,
    payload: Value,
) -> sqlx::Result<()> {
    let mut edit = Edit { now, author: Author::System, rng };
    record::security(db, &mut edit, "access.sign_in_refused.v1", subject(attempt), payload).await
}

fn subject(attempt: &Attempt) -> Uuid {
    attempt.candidate.as_ref().map_or(Uuid::nil(), |candidate| candidate.person_id.as_uuid())
}

/// Ends a session that its person leaves.
pub async fn sign_out(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    signed_in: &session::SignedIn,
) -> sqlx::Result<()> {
    session::store::delete(db, signed_in.session_id).await?;
    let payload = json!({ "login": signed_in.login, "session": signed_in.session_id });
    record::security(db, edit, "access.signed_out.v1", signed_in.person_id.as_uuid(), payload).await
}

/// Removes refusals that no longer count; how many. For the housekeeping of the server.
pub async fn delete_forgotten(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    policy: &LockoutPolicy,
) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "delete from access.sign_in_refusals where first_at <= $1 and (locked_until is null or locked_until <= $2)",
    )
    .bind(now - policy.window())
    .bind(now)
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
