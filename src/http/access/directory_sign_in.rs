//! Signing in with the password of a directory of the company (CIMP-ADM-01).

use super::session::{locked_out, wrong};
use crate::directory::{Directories, Directory, Located, Verdict, recheck};
use crate::http::prelude::*;
use access::directory::{Entry, Password, Refusal, UserName};
use access::sign_in::store::directory as store;
use access::sign_in::{Attempt, Outcome};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

/// When somebody whose directory is away may try again, in seconds.
const AWAY_RETRY: u64 = 30;

/// One try, with what every step needs.
struct Try<'t> {
    state: &'t AppState,
    user: &'t UserName,
    password: Password,
    now: DateTime<Utc>,
}

/// How one directory answered.
enum Answer {
    /// It let the person in.
    Token(String),
    /// It does not know the name, or refuses and another one may know it.
    Next(Refusal),
    /// It does not answer.
    Away,
}

/// Asks the directories in turn until one knows the name; the token of the new session.
pub(super) async fn sign_in(
    state: &AppState,
    mut attempt: Attempt,
    names: &[String],
    user: &UserName,
    typed: &SecretString,
    now: DateTime<Utc>,
) -> Result<String, ApiError> {
    let Some(password) = Password::new(typed.expose_secret()) else {
        return refuse(state, &attempt, None, "empty password", now).await;
    };
    let this = Try { state, user, password, now };
    let (mut is_away, mut refusal) = (false, None);
    let known = state.find_part::<Arc<Directories>>();
    for directory in names.iter().filter_map(|name| known?.get(name)) {
        match this.ask(directory, &mut attempt).await? {
            Answer::Token(token) => return Ok(token),
            Answer::Next(found) => refusal = Some(found),
            Answer::Away => is_away = true,
        }
    }
    if is_away {
        let mut tx = state.begin().await?;
        store::away(&mut tx, &attempt, now, &mut state.dice(), &state.policy).await?;
        tx.commit().await?;
        let detail = "the directory of the company does not answer: its people cannot sign in at the moment, people \
            with an account of this server can";
        return Err(ApiError::new(Code::DirectoryAway, detail).retry_after(AWAY_RETRY));
    }
    refuse(state, &attempt, None, refusal.map_or("unknown login", Refusal::reason), now).await
}

impl Try<'_> {
    async fn ask(&self, directory: &Directory, attempt: &mut Attempt) -> Result<Answer, ApiError> {
        let located = match directory.locate(self.user).await {
            Ok(Located::Nobody) => return Ok(Answer::Next(Refusal::Wrong)),
            Ok(located) => located,
            Err(away) => return Ok(said_away(&away)),
        };
        if let Located::Entry(entry) = &located {
            self.count_entry(directory, attempt, entry).await?;
        }
        match directory.verify(&located, self.user, &self.password).await {
            Ok(Verdict::Right(entry)) => self.welcome(directory, attempt, &entry).await.map(Answer::Token),
            Ok(Verdict::Refused(refusal)) => self.refused(directory, attempt, &located, refusal).await,
            Err(away) => Ok(said_away(&away)),
        }
    }

    /// A second name of one account is no second set of guesses.
    async fn count_entry(
        &self,
        directory: &Directory,
        attempt: &mut Attempt,
        entry: &Entry,
    ) -> Result<(), ApiError> {
        let (state, now) = (self.state, self.now);
        let mut tx = state.begin().await?;
        let mut rng = state.dice();
        let locked =
            store::look_at_entry(&mut tx, attempt, directory.name(), entry, now, &mut rng, &state.policy)
                .await?;
        tx.commit().await?;
        locked.map_or(Ok(()), |until| Err(locked_out(until, now)))
    }

    async fn welcome(
        &self,
        directory: &Directory,
        attempt: &Attempt,
        entry: &Entry,
    ) -> Result<String, ApiError> {
        let (state, now) = (self.state, self.now);
        let mut tx = state.begin().await?;
        let mut rng = state.dice();
        let (outcome, unresolved) =
            store::conclude(&mut tx, attempt, directory.name(), entry, now, &mut rng, &state.policy).await?;
        tx.commit().await?;
        recheck::report(directory.name(), &unresolved);
        match outcome {
            Outcome::Welcome { token, .. } => Ok(token),
            Outcome::Wrong | Outcome::TemporaryExpired => Err(wrong()),
        }
    }

    async fn refused(
        &self,
        directory: &Directory,
        attempt: &Attempt,
        located: &Located,
        refusal: Refusal,
    ) -> Result<Answer, ApiError> {
        if refusal == Refusal::Expired {
            return Err(self.expired(attempt).await?);
        }
        let Located::Entry(entry) = located else {
            // Whether another directory knows the name is seen only by trying.
            if refusal == Refusal::Wrong {
                return Ok(Answer::Next(refusal));
            }
            return refuse(self.state, attempt, None, refusal.reason(), self.now).await.map(Answer::Token);
        };
        let lost = (refusal == Refusal::SwitchedOff).then_some((directory.name(), entry));
        refuse(self.state, attempt, lost, refusal.reason(), self.now).await.map(Answer::Token)
    }

    /// Said openly: a directory says so only to who knows the password.
    async fn expired(&self, attempt: &Attempt) -> Result<ApiError, ApiError> {
        let mut tx = self.state.begin().await?;
        store::expired(&mut tx, attempt, self.now, &mut self.state.dice()).await?;
        tx.commit().await?;
        let detail = "the password has expired in the directory of the company: change it there";
        Ok(ApiError::new(Code::DirectoryPasswordExpired, detail))
    }
}

fn said_away(away: &crate::directory::Away) -> Answer {
    tracing::error!("{away}: its people cannot sign in");
    Answer::Away
}

/// Remembers the failure; always the refusal that tells nothing.
async fn refuse(
    state: &AppState,
    attempt: &Attempt,
    switched_off: Option<(&str, &Entry)>,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<String, ApiError> {
    let mut tx = state.begin().await?;
    let mut rng = state.dice();
    store::refuse(&mut tx, attempt, switched_off, reason, now, &mut rng, &state.policy).await?;
    tx.commit().await?;
    Err(wrong())
}
