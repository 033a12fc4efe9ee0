//! What must exist before anybody can sign in; run at every start.

pub mod store;

pub use store::bootstrap;

/// The login of the first administrator.
pub const FIRST_LOGIN: &str = "administrator";

/// The first administrator, made when there is nobody yet. The password is shown once and stored hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAdministrator {
    /// What to type.
    pub login: String,
    /// Random; must be changed at the first sign-in.
    pub password: String,
}

/// Why the server could not prepare its people.
#[derive(Debug, thiserror::Error)]
pub enum BootstrapError {
    /// The database refused.
    #[error("the first administrator could not be stored")]
    Store(#[from] base::ChangeError),
    /// No password could be hashed.
    #[error(transparent)]
    Hash(#[from] crate::password::HashError),
}

impl From<sqlx::Error> for BootstrapError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}
