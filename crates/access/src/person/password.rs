//! Changing passwords. Hashing happens between reading and writing, outside of any transaction.

use crate::password::{Hasher, WeakPassword};
use crate::policy::PasswordPolicy;

pub mod store;

/// The hashes that a new password must not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    /// Whose they are.
    pub login: String,
    /// The present one.
    pub current: String,
    /// Those before, newest first.
    pub former: Vec<String>,
}

/// Why a person could not change the own password.
#[derive(Debug, thiserror::Error)]
pub enum NewPasswordError {
    /// The present password was not given right.
    #[error("the present password is wrong")]
    WrongCurrent,
    /// The new one breaks a rule.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
}

/// Whether the new password may replace the present one. Takes tens of milliseconds for each hash.
///
/// # Errors
/// The present password is wrong, or the new one breaks a rule (SEC-03).
pub fn check_new(
    hasher: &Hasher,
    policy: &PasswordPolicy,
    past: &Past,
    current: &str,
    new: &str,
) -> Result<(), NewPasswordError> {
    if !hasher.verify(current, Some(&past.current)) {
        return Err(NewPasswordError::WrongCurrent);
    }
    policy.check(&past.login, new)?;
    let refused = usize::from(policy.former_refused);
    let recent = std::iter::once(&past.current).chain(&past.former).take(refused);
    if recent.into_iter().any(|hash| hasher.verify(new, Some(hash))) {
        return Err(WeakPassword::UsedBefore(policy.former_refused).into());
    }
    Ok(())
}
