//! `[routing]`: what a new queue starts with, and times of the whole site.

use super::problem::Problems;
use serde::Deserialize;
use std::num::{NonZeroU16, NonZeroU32};
use std::time::Duration;

/// `[routing]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Routing {
    /// Seconds that an offer rings.
    pub ring_seconds: NonZeroU16,
    /// Seconds of wrap-up.
    pub wrap_up_seconds: u16,
    /// Seconds within which an answer counts for the service level.
    pub target_seconds: NonZeroU16,
    /// Percent to be answered within it.
    pub target_percent: u8,
    /// Seconds below which an abandoned contact does not count.
    pub short_abandon_seconds: u16,
    /// Most contacts waiting in one queue.
    pub waiting_max: NonZeroU32,
    /// Seconds that a caller waits for an operator whose browser went away.
    pub operator_away_seconds: NonZeroU16,
}

impl Routing {
    /// How long a caller waits for an operator whose browser went away.
    #[must_use]
    pub fn operator_away(&self) -> Duration {
        Duration::from_secs(u64::from(self.operator_away_seconds.get()))
    }

    pub(super) fn check(&self, problems: &mut Problems) {
        let percent_fits = (1..=100).contains(&self.target_percent);
        problems.unless(percent_fits, "routing.target_percent", "must be 1 to 100");
        problems.unless(self.ring_seconds.get() >= 5, "routing.ring_seconds", "must be at least 5");
    }
}
