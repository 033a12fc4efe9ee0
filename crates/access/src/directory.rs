//! Directories of the company (LDAP, RFC 4511; Active Directory) as a second way to sign in, beside the accounts of
//! this server (CIMP-ADM-01, SEC-01, INT-16).
//!
//! The server keeps no password of a directory's people: it asks the directory at each sign-in. What is pure stands
//! here: which directory a typed name belongs to, what an entry makes of a person, which roles its groups give.
//! Talking to the directory is the shell's.

pub mod dn;
pub mod entry;
pub mod name;
pub mod settings;
pub mod store;

pub use entry::{Entry, Refusal};
pub use name::UserName;
pub use settings::{Binding, Directories, DirectorySettings, GroupRole, Membership};

use std::fmt;

/// A password that may be given to a directory: never empty. A simple bind with a name and no password succeeds
/// at many servers without checking anything (the unauthenticated bind of RFC 4513, 5.1.2), so it is never sent.
pub struct Password(String);

impl Password {
    /// The password, unless it is empty or holds a NUL, at which a server written in C might stop reading.
    #[must_use]
    pub fn new(typed: &str) -> Option<Self> {
        (!typed.is_empty() && !typed.contains('\0')).then(|| Self(typed.to_owned()))
    }

    /// The text, to be sent over an encrypted connection and nowhere else.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password([REDACTED])")
    }
}

#[cfg(test)]
mod tests;
