//! What people type to sign in: `anna`, `anna@example.com`, `EXAMPLE\anna`.

use crate::person::login_key;

/// Longest typed name that is looked at, in characters: a user principal name of Active Directory has at most 64
/// before the `@`, and a name of DNS at most 255.
pub const TYPED_NAME_MAX: usize = 320;

/// Longest login of a person, in characters; see [`crate::person::PersonInput`].
const LOGIN_MAX: usize = 64;

/// Where a typed name says that it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// It does not say.
    Anywhere,
    /// `user@domain`: a user principal name, or a part of an e-mail address.
    Domain(String),
    /// `DOMAIN\user`: the down-level logon name of Active Directory.
    NetBios(String),
}

/// A typed name in its parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserName {
    /// The name without its domain, as it was typed.
    pub user: String,
    /// The domain.
    pub place: Place,
}

impl UserName {
    /// The parts of a typed name; nothing when it is empty, far too long or holds control characters.
    #[must_use]
    pub fn read(typed: &str) -> Option<Self> {
        let typed = typed.trim();
        if typed.chars().count() > TYPED_NAME_MAX || typed.chars().any(char::is_control) {
            return None;
        }
        let (user, place) = if let Some((domain, user)) = typed.split_once('\\') {
            (user, Place::NetBios(domain.to_owned()))
        } else if let Some((user, domain)) = typed.rsplit_once('@') {
            (user, Place::Domain(domain.to_owned()))
        } else {
            (typed, Place::Anywhere)
        };
        (!user.is_empty()).then(|| Self { user: user.to_owned(), place })
    }

    /// The login that a person of this name gets here: lower case, and a `_` for what a login may not hold.
    #[must_use]
    pub fn login(&self) -> String {
        login_of(&self.user)
    }
}

/// The login of a user name; see [`UserName::login`].
#[must_use]
pub fn login_of(user: &str) -> String {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@');
    login_key(user).chars().map(|c| if fits(c) { c } else { '_' }).take(LOGIN_MAX).collect()
}
