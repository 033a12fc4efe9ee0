//! SQL of sessions.

use super::SignedIn;
use crate::policy::SessionPolicy;
use crate::token::SecretHash;
use base::id::{PersonId, SessionId};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgConnection;

/// How exactly `last_seen_at` is kept: a write a minute and session, not one a request.
const SEEN_GRAIN: TimeDelta = TimeDelta::minutes(1);

/// The valid session of a token: not idle too long, not too old, its person not disabled.
pub async fn find(
    db: &mut PgConnection,
    token_hash: &SecretHash,
    now: DateTime<Utc>,
    policy: &SessionPolicy,
) -> sqlx::Result<Option<SignedIn>> {
    sqlx::query_as(
        "select session.session_id, person.person_id, person.login, person.name, person.locale, person.theme,
            person.unit_id, person.must_change_password, person.password_changed_at,
            person.directory, session.last_seen_at, session.expires_at
        from access.session
        join access.person on person.person_id = session.person_id
        where session.token_hash = $1 and session.expires_at > $2 and session.last_seen_at > $3
            and not person.is_disabled",
    )
    .bind(&token_hash[..])
    .bind(now)
    .bind(now - policy.idle())
    .fetch_optional(db)
    .await
}

/// Notes that the session is used: by a request, or by the socket of a desktop that stays open. Writes at most
/// once a minute.
pub async fn touch(db: &mut PgConnection, session: SessionId, now: DateTime<Utc>) -> sqlx::Result<()> {
    sqlx::query("update access.session set last_seen_at = $2 where session_id = $1 and last_seen_at <= $3")
        .bind(session)
        .bind(now)
        .bind(now - SEEN_GRAIN)
        .execute(db)
        .await?;
    Ok(())
}

/// Whether a session was used recently enough that [`touch`] has nothing to write.
#[must_use]
pub fn is_fresh(session: &SignedIn, now: DateTime<Utc>) -> bool {
    session.last_seen_at > now - SEEN_GRAIN
}

/// A new session, kept under the hash of its token.
pub async fn insert(
    db: &mut PgConnection,
    session: SessionId,
    person: PersonId,
    token_hash: &SecretHash,
    source: &str,
    now: DateTime<Utc>,
    policy: &SessionPolicy,
) -> sqlx::Result<()> {
    sqlx::query(
        "insert into access.session (session_id, person_id, token_hash, source, created_at, last_seen_at, expires_at)
        values ($1, $2, $3, $4, $5, $5, $6)",
    )
    .bind(session)
    .bind(person)
    .bind(&token_hash[..])
    .bind(source)
    .bind(now)
    .bind(now + policy.age_max())
    .execute(db)
    .await?;
    Ok(())
}

/// Ends one session; whether there was one.
pub async fn delete(db: &mut PgConnection, session: SessionId) -> sqlx::Result<bool> {
    let done =
        sqlx::query("delete from access.session where session_id = $1").bind(session).execute(db).await?;
    Ok(done.rows_affected() == 1)
}

/// Ends every session of a person, except one; how many.
pub async fn delete_of_person(
    db: &mut PgConnection,
    person: PersonId,
    except: Option<SessionId>,
) -> sqlx::Result<u64> {
    let done =
        sqlx::query("delete from access.session where person_id = $1 and session_id is distinct from $2")
            .bind(person)
            .bind(except)
            .execute(db)
            .await?;
    Ok(done.rows_affected())
}

/// Removes what can no longer be used; how many.
pub async fn delete_expired(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    policy: &SessionPolicy,
) -> sqlx::Result<u64> {
    let done = sqlx::query("delete from access.session where expires_at <= $1 or last_seen_at <= $2")
        .bind(now)
        .bind(now - policy.idle())
        .execute(db)
        .await?;
    Ok(done.rows_affected())
}
