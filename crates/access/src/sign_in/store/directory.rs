//! SQL of sign-ins with a password of a directory. The directory was asked in between, outside of any transaction.

use super::refusals::{give_back, lock};
use super::{count, fail, forget_login, refused, welcome};
use crate::directory::name::login_of;
use crate::directory::settings::{Directories, asked_for, login_with_domain};
use crate::directory::store::{self as people, Admission};
use crate::directory::{Entry, Refusal, UserName};
use crate::policy::AccessPolicy;
use crate::sign_in::{Attempt, Candidate, Outcome, Way};
use base::{Author, ChangeError, Edit};
use chrono::{DateTime, Utc};
use rand::Rng;
use serde_json::json;
use sqlx::PgConnection;

/// Who is asked about a typed name, and the login under which its failures are counted: whatever form of a name is
/// typed, one account has one count.
pub(super) async fn way(
    db: &mut PgConnection,
    typed: &str,
    login: String,
    candidate: Option<&Candidate>,
    directories: &Directories,
) -> sqlx::Result<(String, Way)> {
    let local = |login| Ok((login, Way::Local));
    let Some(user) = UserName::read(typed) else { return local(login) };
    if let Some(candidate) = candidate {
        let Some(kept_by) = &candidate.directory else { return local(login) };
        return Ok((login, Way::Directory { directories: vec![kept_by.clone()], user }));
    }
    let asked = asked_for(directories, &user);
    if asked.is_empty() {
        return local(login);
    }
    let login = counted_login(db, user.login(), &asked, directories).await?;
    Ok((login, Way::Directory { directories: asked, user }))
}

/// The login of an account of these directories whose bare name that is: with the domain when somebody else has the
/// bare one, whose failures are not this account's to count or to forget.
async fn counted_login(
    db: &mut PgConnection,
    bare: String,
    asked: &[String],
    directories: &Directories,
) -> sqlx::Result<String> {
    let owner: Option<Option<String>> =
        sqlx::query_scalar("select directory from access.person where login = $1")
            .bind(&bare)
            .fetch_optional(db)
            .await?;
    let is_own = match owner {
        None => true,
        Some(owner) => owner.is_some_and(|owner| asked.contains(&owner)),
    };
    let first = asked.first().filter(|_| !is_own);
    Ok(first.map_or_else(|| bare.clone(), |first| login_with_domain(&bare, first, directories.get(first))))
}

/// Counts the try for the login of the entry that was found too, when it is another one than was typed. Until when
/// it is locked, if it is: then the password must not be tried.
///
/// # Errors
/// The database failed.
pub async fn look_at_entry(
    db: &mut PgConnection,
    attempt: &mut Attempt,
    directory: &str,
    entry: &Entry,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    policy: &AccessPolicy,
) -> sqlx::Result<Option<DateTime<Utc>>> {
    let known = people::find(db, directory, &entry.external_id).await?;
    let login = match (known, &entry.login) {
        (Some((_, login)), _) => login,
        (None, Some(login)) => {
            counted_login(db, login_of(login), &[directory.to_owned()], &policy.directory).await?
        }
        (None, None) => return Ok(None),
    };
    if attempt.counted.iter().any(|(counted, _)| *counted == login) {
        return Ok(None);
    }
    let before = lock(db, "login", &login, now).await?;
    if let Some(until) = before.locked_until(now) {
        let payload = json!({ "reason": "locked", "source": attempt.source, "until": until });
        refused(db, now, rng, attempt, payload).await?;
        return Ok(Some(until));
    }
    count(db, attempt, login, before, now, &policy.lockout).await?;
    Ok(None)
}

/// The password was right: the person is made or brought up to date, and let in unless its groups or an
/// administrator of this server say otherwise. With the outcome, what the settings name and this server does not have.
///
/// # Errors
/// The database failed, or the login is taken twice over.
pub async fn conclude(
    db: &mut PgConnection,
    attempt: &Attempt,
    directory: &str,
    entry: &Entry,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    policy: &AccessPolicy,
) -> Result<(Outcome, Vec<String>), ChangeError> {
    let (Way::Directory { user, .. }, Some(settings)) = (attempt.way(), policy.directory.get(directory))
    else {
        return Ok((refuse(db, attempt, None, "no such directory", now, rng, policy).await?, Vec::new()));
    };
    let mut edit = Edit { now, author: Author::System, rng };
    let admission = people::admit(db, &mut edit, directory, settings, entry, &user.user).await?;
    match admission {
        Admission::Refused(refusal) => {
            let outcome = refuse(db, attempt, None, refusal.reason(), now, rng, policy).await?;
            Ok((outcome, Vec::new()))
        }
        Admission::Welcome { is_disabled: true, unresolved, .. } => {
            Ok((refuse(db, attempt, None, "disabled", now, rng, policy).await?, unresolved))
        }
        Admission::Welcome { person, unresolved, .. } => {
            let payload = json!({ "login": user.login(), "source": attempt.source, "directory": directory });
            Ok((welcome(db, attempt, person, payload, now, rng, policy).await?, unresolved))
        }
    }
}

/// The directory, or what is known of it, refused. Somebody whom it has switched off loses the sessions at once.
///
/// # Errors
/// The database failed.
pub async fn refuse(
    db: &mut PgConnection,
    attempt: &Attempt,
    switched_off: Option<(&str, &Entry)>,
    reason: &str,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    policy: &AccessPolicy,
) -> Result<Outcome, ChangeError> {
    if let Some((directory, entry)) = switched_off
        && let Some((person, _)) = people::find(db, directory, &entry.external_id).await?
    {
        let mut edit = Edit { now, author: Author::System, rng };
        people::lose(db, &mut edit, person, Refusal::SwitchedOff).await?;
    }
    fail(db, attempt, reason, now, rng, &policy.lockout).await?;
    Ok(Outcome::Wrong)
}

/// The password was right, but the directory wants another one first: nothing was guessed, so nothing counts.
///
/// # Errors
/// The database failed.
pub async fn expired(
    db: &mut PgConnection,
    attempt: &Attempt,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
) -> sqlx::Result<()> {
    forget_login(db, attempt).await?;
    let payload = json!({ "reason": Refusal::Expired.reason(), "source": attempt.source });
    refused(db, now, rng, attempt, payload).await
}

/// No directory could be asked: the try does not count, and the audit knows of it.
///
/// # Errors
/// The database failed.
pub async fn away(
    db: &mut PgConnection,
    attempt: &Attempt,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    policy: &AccessPolicy,
) -> sqlx::Result<()> {
    for (login, counted) in &attempt.counted {
        give_back(db, login, *counted, policy.lockout.failures_per_login).await?;
    }
    let payload = json!({ "reason": "the directory is away", "source": attempt.source });
    refused(db, now, rng, attempt, payload).await
}
