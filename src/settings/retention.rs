//! `[retention]`: how long what happened is kept. Events of other systems are kept as their types say.

use super::problem::Problems;
use chrono::TimeDelta;
use serde::Deserialize;

/// Longest time that can be asked for, in days: a hundred years.
const DAYS_MAX: u32 = 36_500;
/// Shortest time for decisions, in days: for so long an event that is sent again is known as repeated.
const DECISIONS_DAYS_MIN: u32 = 30;

/// `[retention]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Retention {
    /// Days for which decisions of rules and ended reactions are kept, from the event on.
    pub decisions_days: u32,
    /// Days for which runs of flows are kept from their end on, and visits of those that go on from when they were left.
    pub runs_days: u32,
}

impl Retention {
    pub(super) fn check(&self, problems: &mut Problems) {
        let fits = (DECISIONS_DAYS_MIN..=DAYS_MAX).contains(&self.decisions_days);
        let said = format!("must be {DECISIONS_DAYS_MIN} to {DAYS_MAX}");
        problems.unless(fits, "retention.decisions_days", said);
        let fits = (1..=DAYS_MAX).contains(&self.runs_days);
        problems.unless(fits, "retention.runs_days", format!("must be 1 to {DAYS_MAX}"));
    }

    /// For how long decisions and ended reactions are kept.
    #[must_use]
    pub fn decisions(&self) -> TimeDelta {
        TimeDelta::days(i64::from(self.decisions_days))
    }

    /// For how long runs are kept.
    #[must_use]
    pub fn runs(&self) -> TimeDelta {
        TimeDelta::days(i64::from(self.runs_days))
    }
}
