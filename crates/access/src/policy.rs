//! `[access]`: the rules that an administrator sets for passwords, sessions and lock-out.

use crate::directory::Directories;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

/// `[access]`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccessPolicy {
    /// What a password must look like and how long it lives.
    pub password: PasswordPolicy,
    /// When wrong passwords lock a login or a source.
    pub lockout: LockoutPolicy,
    /// How long a sign-in lasts.
    pub session: SessionPolicy,
    /// Directories of the company whose people may sign in, by name.
    pub directory: Directories,
}

/// `[access.password]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PasswordPolicy {
    /// Fewest characters.
    pub length_min: u16,
    /// From how many of the four classes (lower case, upper case, digits, others) it must take characters.
    pub classes_min: u8,
    /// Days after which it must be changed; 0: never.
    pub expires_after_days: u16,
    /// How many former passwords may not be used again.
    pub former_refused: u16,
    /// Hours within which a password that an administrator set must be used and changed.
    pub temporary_hours: u16,
}

impl Default for PasswordPolicy {
    fn default() -> Self {
        Self {
            length_min: 12,
            classes_min: 3,
            expires_after_days: 90,
            former_refused: 5,
            temporary_hours: 72,
        }
    }
}

/// Most characters of a password: longer ones cost hashing time and add nothing.
pub const PASSWORD_LENGTH_MAX: u16 = 256;

/// `[access.lockout]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LockoutPolicy {
    /// Wrong passwords for one login after which it is locked.
    pub failures_per_login: u16,
    /// Wrong passwords from one source address after which it is locked. Higher: an office shares one address.
    pub failures_per_source: u16,
    /// Minutes within which they are counted.
    pub window_minutes: u16,
    /// Minutes for which the lock holds.
    pub locked_minutes: u16,
}

impl Default for LockoutPolicy {
    fn default() -> Self {
        Self { failures_per_login: 5, failures_per_source: 50, window_minutes: 15, locked_minutes: 15 }
    }
}

impl LockoutPolicy {
    /// The window as a duration.
    #[must_use]
    pub fn window(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.window_minutes))
    }

    /// The lock as a duration.
    #[must_use]
    pub fn locked_for(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.locked_minutes))
    }
}

/// `[access.session]`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SessionPolicy {
    /// Minutes without a request or a live socket after which a session ends.
    pub idle_minutes: u16,
    /// Hours after which it ends in any case: a shift and its overtime.
    pub age_max_hours: u16,
}

impl Default for SessionPolicy {
    fn default() -> Self {
        Self { idle_minutes: 60, age_max_hours: 14 }
    }
}

impl SessionPolicy {
    /// The idle limit as a duration.
    #[must_use]
    pub fn idle(&self) -> TimeDelta {
        TimeDelta::minutes(i64::from(self.idle_minutes))
    }

    /// The age limit as a duration.
    #[must_use]
    pub fn age_max(&self) -> TimeDelta {
        TimeDelta::hours(i64::from(self.age_max_hours))
    }
}
