//! Sign-ins: one row a person and device, found by the hash of the cookie's token.

pub mod store;

use base::Locale;
use base::id::{OrgUnitId, PersonId, SessionId};
use chrono::{DateTime, Utc};

/// A person whose session is valid.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct SignedIn {
    /// The sign-in.
    pub session_id: SessionId,
    /// Who.
    pub person_id: PersonId,
    /// Under which login.
    pub login: String,
    /// The name that screens show.
    pub name: String,
    /// The language of the screens.
    pub locale: Locale,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// The unit the person belongs to.
    pub unit_id: OrgUnitId,
    /// The password was set by somebody else.
    pub must_change_password: bool,
    /// When the password was set.
    pub password_changed_at: DateTime<Utc>,
    /// The directory that keeps the account; none: this server does.
    pub directory: Option<String>,
    /// When somebody last used the session, to the minute.
    pub last_seen_at: DateTime<Utc>,
    /// When the session ends in any case.
    pub expires_at: DateTime<Utc>,
}
