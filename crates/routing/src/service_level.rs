//! Service level: which share of callers was answered in time. Two formulas, because both are in use.

use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a queue promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Answered within this time is in time.
    pub answered_within: Duration,
    /// The share that should be, in percent.
    pub percent: u8,
    /// Who gives up within this time never really waited.
    pub short_abandon: Duration,
}

/// What became of the contacts of a queue.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Counts {
    /// Entered the queue.
    pub offered: u32,
    /// Reached an operator.
    pub answered: u32,
    /// Of those, within the target.
    pub answered_in_time: u32,
    /// Gave up.
    pub abandoned: u32,
    /// Of those, so soon that they never really waited.
    pub abandoned_short: u32,
}

impl Counts {
    /// A contact was answered after this wait.
    pub fn answered(&mut self, waited: Duration, target: &Target) {
        self.answered += 1;
        self.answered_in_time += u32::from(waited <= target.answered_within);
    }

    /// A caller gave up after this wait.
    pub fn abandoned(&mut self, waited: Duration, target: &Target) {
        self.abandoned += 1;
        self.abandoned_short += u32::from(waited <= target.short_abandon);
    }

    /// Both together.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            offered: self.offered + other.offered,
            answered: self.answered + other.answered,
            answered_in_time: self.answered_in_time + other.answered_in_time,
            abandoned: self.abandoned + other.abandoned,
            abandoned_short: self.abandoned_short + other.abandoned_short,
        }
    }

    /// Answered in time / (answered + abandoned - short abandons), in percent; nothing when nobody counts.
    #[must_use]
    pub fn service_level(&self) -> Option<f64> {
        self.share_in_time(self.answered + self.abandoned - self.abandoned_short)
    }

    /// Answered in time / (answered + all abandoned), in percent; nothing when nobody counts.
    #[must_use]
    pub fn service_level_strict(&self) -> Option<f64> {
        self.share_in_time(self.answered + self.abandoned)
    }

    /// In percent, to one decimal: what a wallboard shows.
    fn share_in_time(&self, of: u32) -> Option<f64> {
        let share = f64::from(self.answered_in_time) / f64::from(of) * 100.0;
        (of > 0).then(|| (share * 10.0).round() / 10.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CC-SUP-02: both formulas.
    #[test]
    fn short_abandons_count_only_in_the_strict_formula() {
        let target = Target {
            answered_within: Duration::from_secs(20),
            percent: 80,
            short_abandon: Duration::from_secs(5),
        };
        let mut counts = Counts::default();
        assert_eq!((counts.service_level(), counts.service_level_strict()), (None, None));

        [1, 20, 21].into_iter().for_each(|waited| counts.answered(Duration::from_secs(waited), &target));
        [3, 40].into_iter().for_each(|waited| counts.abandoned(Duration::from_secs(waited), &target));

        assert_eq!(counts.service_level(), Some(50.0), "2 of 3 + 2 - 1");
        assert_eq!(counts.service_level_strict(), Some(40.0), "2 of 3 + 2");
    }

    #[test]
    fn only_short_abandons_give_no_service_level() {
        let counts = Counts { offered: 1, abandoned: 1, abandoned_short: 1, ..Counts::default() };
        assert_eq!((counts.service_level(), counts.service_level_strict()), (None, Some(0.0)));
    }
}
