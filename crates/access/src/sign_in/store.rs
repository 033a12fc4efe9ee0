//! SQL of sign-ins.

use super::{Attempt, Look, Outcome};
use crate::lockout::Refusals;
use crate::person::login_key;
use crate::policy::{AccessPolicy, LockoutPolicy};
use crate::{record, session, token};
use base::id::SessionId;
use base::{Author, Edit};
use chrono::{DateTime, Utc};
use rand::Rng;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

/// Counts the try and reads what it is checked against. Commit before checking: the count must stand.
pub async fn look(
    db: &mut PgConnection,
    typed_login: &str,
    source: &str,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    policy: &LockoutPolicy,
) -> sqlx::Result<Look> {
    // Nobody has a longer login; a longer text must not fill the table.
    let login: String = login_key(typed_login).chars().take(64).collect();
    let candidate = sqlx::query_as(
        "select person_id, password_hash, is_disabled, must_change_password, temporary_until
        from access.person where login = $1",
    )
    .bind(&login)
    .fetch_optional(&mut *db)
    .await?;
    let attempt = Attempt { login, source: source.to_owned(), candidate };
    let by_source = peek_source(db, source).await?;
    let by_login = lock(db, "login", &attempt.login, now).await?;
    let locked = [by_source.locked_until(now), by_login.locked_until(now)].into_iter().flatten().max();
    if let Some(until) = locked {
        let payload = json!({ "reason": "locked", "source": source, "until": until });
        refused(db, now, rng, &attempt, payload).await?;
        return Ok(Look::Locked(until));
    }
    let counted = by_login.after_failure(now, policy.failures_per_login, policy);
    keep(db, "login", &attempt.login, counted).await?;
    Ok(Look::Check(attempt))
}

/// Ends a sign-in: a session when the password was right, else what is remembered of the failure.
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
        fail(db, attempt, is_right, now, rng, &policy.lockout).await?;
        return Ok(Outcome::Wrong);
    };
    forget(db, "login", &attempt.login).await?;
    if candidate.must_change_password && candidate.temporary_until.is_some_and(|until| until <= now) {
        refused(
            db,
            now,
            rng,
            attempt,
            json!({ "reason": "temporary password expired", "source": attempt.source }),
        )
        .await?;
        return Ok(Outcome::TemporaryExpired);
    }
    let person = candidate.person_id;
    let token = token::new_token(rng);
    let session = SessionId::new(now, rng);
    session::store::insert(db, session, person, &token::hash(&token), &attempt.source, now, &policy.session)
        .await?;
    sqlx::query("update access.person set last_sign_in_at = $2 where person_id = $1")
        .bind(person)
        .bind(now)
        .execute(&mut *db)
        .await?;
    let mut edit = Edit { now, author: Author::Person(person), rng };
    let payload = json!({ "login": attempt.login, "source": attempt.source, "session": session });
    record::security(db, &mut edit, "access.signed_in.v1", person.as_uuid(), payload).await?;
    Ok(Outcome::Welcome { person, session, token })
}

/// Remembers a failure of the source; the login's was counted before.
async fn fail(
    db: &mut PgConnection,
    attempt: &Attempt,
    is_right: bool,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    policy: &LockoutPolicy,
) -> sqlx::Result<()> {
    let by_source = lock(db, "source", &attempt.source, now).await?;
    let by_source = by_source.after_failure(now, policy.failures_per_source, policy);
    keep(db, "source", &attempt.source, by_source).await?;
    let by_login = lock(db, "login", &attempt.login, now).await?;
    let reason = match (&attempt.candidate, is_right) {
        (None, _) => "unknown login",
        (Some(_), true) => "disabled",
        (Some(_), false) => "wrong password",
    };
    let payload = json!({ "reason": reason, "source": attempt.source });
    refused(db, now, rng, attempt, payload).await?;
    if let Some(until) =
        [by_source, by_login].into_iter().filter_map(|refusals| refusals.locked_until(now)).max()
    {
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
    payload: serde_json::Value,
) -> sqlx::Result<()> {
    let mut edit = Edit { now, author: Author::System, rng };
    record::security(db, &mut edit, "access.sign_in_refused.v1", subject(attempt), payload).await
}

fn subject(attempt: &Attempt) -> Uuid {
    attempt.candidate.as_ref().map_or(Uuid::nil(), |candidate| candidate.person_id.as_uuid())
}

/// What is remembered, locked until the transaction ends; an entry is made when there is none, so that the first
/// two guesses cannot pass each other.
async fn lock(
    db: &mut PgConnection,
    guarded: &str,
    value: &str,
    now: DateTime<Utc>,
) -> sqlx::Result<Refusals> {
    let row: Row = sqlx::query_as(
        "insert into access.sign_in_refusals as known (guarded, value, failures, first_at) values ($1, $2, 0, $3)
        on conflict (guarded, value) do update set failures = known.failures
        returning failures, first_at, locked_until",
    )
    .bind(guarded)
    .bind(value)
    .bind(now)
    .fetch_one(db)
    .await?;
    Ok(refusals(row))
}

/// What is remembered of a source, without a lock: colleagues behind one address sign in at the same time, and
/// each of their logins is locked anyway.
async fn peek_source(db: &mut PgConnection, source: &str) -> sqlx::Result<Refusals> {
    let row: Option<Row> = sqlx::query_as(
        "select failures, first_at, locked_until from access.sign_in_refusals
        where guarded = 'source' and value = $1",
    )
    .bind(source)
    .fetch_optional(db)
    .await?;
    Ok(row.map_or(Refusals::None, refusals))
}

/// Failures, the first of them, and until when it is locked.
type Row = (i32, DateTime<Utc>, Option<DateTime<Utc>>);

fn refusals((failures, first_at, locked_until): Row) -> Refusals {
    match (locked_until, u32::try_from(failures).unwrap_or(0)) {
        (Some(until), _) => Refusals::Locked { until },
        (None, 0) => Refusals::None,
        (None, failures) => Refusals::Counted { failures, first_at },
    }
}

async fn keep(db: &mut PgConnection, guarded: &str, value: &str, refusals: Refusals) -> sqlx::Result<()> {
    let (failures, first_at, locked_until) = match refusals {
        Refusals::None => return forget(db, guarded, value).await,
        Refusals::Counted { failures, first_at } => (failures, Some(first_at), None),
        Refusals::Locked { until } => (0, None, Some(until)),
    };
    sqlx::query(
        "update access.sign_in_refusals
        set failures = $3, first_at = coalesce($4, first_at), locked_until = $5
        where guarded = $1 and value = $2",
    )
    .bind(guarded)
    .bind(value)
    .bind(i32::try_from(failures).unwrap_or(i32::MAX))
    .bind(first_at)
    .bind(locked_until)
    .execute(db)
    .await?;
    Ok(())
}

async fn forget(db: &mut PgConnection, guarded: &str, value: &str) -> sqlx::Result<()> {
    sqlx::query("delete from access.sign_in_refusals where guarded = $1 and value = $2")
        .bind(guarded)
        .bind(value)
        .execute(db)
        .await?;
    Ok(())
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
