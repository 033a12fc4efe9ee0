//! Signing in: look whether the login or the source is locked, check the password, conclude.
//!
//! The failure is counted when the password is *looked at*, and forgotten when it was right: however many guesses
//! arrive at once, no more than the limit are looked at. A login that does not exist is counted, hashed and
//! answered like one that does.
//!
//! An account of this server goes before one of a directory that has the same login: the latter signs in with its
//! domain. Failures at a directory are counted here like others, so that a lock here comes before one there.

pub mod store;

use crate::directory::UserName;
use crate::lockout::Refusals;
use base::id::{PersonId, SessionId};
use chrono::{DateTime, Utc};

/// A password that may be checked.
#[derive(Clone, Debug)]
pub struct Attempt {
    pub(crate) source: String,
    pub(crate) candidate: Option<Candidate>,
    /// The logins for which the try is counted, and what that made of each: what was typed, and for a directory also
    /// the login that the entry turned out to have, so that a second name of one account is no second set of guesses.
    pub(crate) counted: Vec<(String, Refusals)>,
    way: Way,
}

/// Who knows whether the password is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// This server.
    Local,
    /// Directories, to be asked in this order until one knows the name.
    Directory {
        /// Their names in the settings.
        directories: Vec<String>,
        /// The name in its parts.
        user: UserName,
    },
}

impl Attempt {
    /// The hash to check against; nothing for a login that does not exist ([`crate::Hasher::verify`] takes both).
    #[must_use]
    pub fn stored_hash(&self) -> Option<&str> {
        self.candidate.as_ref().and_then(|candidate| candidate.password_hash.as_deref())
    }

    /// Who is asked.
    #[must_use]
    pub const fn way(&self) -> &Way {
        &self.way
    }
}

#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Candidate {
    pub(crate) person_id: PersonId,
    pub(crate) login: String,
    pub(crate) password_hash: Option<String>,
    pub(crate) directory: Option<String>,
    pub(crate) is_disabled: bool,
    pub(crate) must_change_password: bool,
    pub(crate) temporary_until: Option<DateTime<Utc>>,
}

/// Whether the password is looked at.
#[derive(Clone, Debug)]
pub enum Look {
    /// Too many wrong passwords: nothing is looked at before.
    Locked(DateTime<Utc>),
    /// Check it, then [`store::conclude`].
    Check(Box<Attempt>),
}

/// How a sign-in ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Right.
    Welcome {
        /// Who.
        person: PersonId,
        /// The new session.
        session: SessionId,
        /// Its token, for the cookie; only its hash is stored.
        token: String,
    },
    /// Wrong, unknown or disabled: the caller does not learn which.
    Wrong,
    /// Right, but the password was made by somebody else and not used in time.
    TemporaryExpired,
}
