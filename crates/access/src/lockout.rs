//! Refused sign-ins of one login or one source address, and when they lock it.

use crate::policy::LockoutPolicy;
use chrono::{DateTime, Utc};

/// What is remembered between tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusals {
    /// Nothing to remember.
    None,
    /// Some tries failed; they are forgotten when the window since the first is over.
    Counted {
        /// How many.
        failures: u32,
        /// The first of them.
        first_at: DateTime<Utc>,
    },
    /// Too many failed.
    Locked {
        /// Nothing is accepted before.
        until: DateTime<Utc>,
    },
}

impl Refusals {
    /// Until when it is locked, if it is.
    #[must_use]
    pub fn locked_until(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        match self {
            Self::Locked { until } if now < until => Some(until),
            Self::Locked { .. } | Self::None | Self::Counted { .. } => None,
        }
    }

    /// What to remember after one more wrong password. A try while locked changes nothing: it was not looked at.
    #[must_use]
    pub fn after_failure(self, now: DateTime<Utc>, limit: u16, policy: &LockoutPolicy) -> Self {
        if self.locked_until(now).is_some() {
            return self;
        }
        let (failures, first_at) = match self {
            Self::Counted { failures, first_at } if now - first_at < policy.window() => {
                (failures.saturating_add(1), first_at)
            }
            Self::Counted { .. } | Self::Locked { .. } | Self::None => (1, now),
        };
        if failures >= u32::from(limit.max(1)) {
            Self::Locked { until: now + policy.locked_for() }
        } else {
            Self::Counted { failures, first_at }
        }
    }
}

#[cfg(test)]
mod tests;
