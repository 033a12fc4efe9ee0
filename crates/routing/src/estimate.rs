//! How long a contact will wait, estimated.
//!
//! `wait = position / rate`, where `rate` is the number of contacts answered in the recent past divided by its
//! length. The recent past reaches back to the oldest of the last [`ANSWERS_KEPT`] answers, at most
//! [`RECENT`], and ends now: while nobody is answered the rate falls and the estimate grows by itself.
//! With fewer than two answers there is nothing to go by and no estimate.

use chrono::{DateTime, TimeDelta, Utc};
use std::collections::VecDeque;
use std::time::Duration;

/// Answers that are remembered: enough to smooth, few enough to follow a change of staffing.
pub const ANSWERS_KEPT: usize = 32;

/// Answers before this are forgotten: half an hour ago the room was staffed differently.
pub const RECENT: TimeDelta = TimeDelta::minutes(30);

/// The longest wait that is announced; beyond it the figure would only be wrong.
pub const ESTIMATE_MAX: Duration = Duration::from_secs(3_600);

/// The recent answers of one queue.
#[derive(Clone, Debug, Default)]
pub struct Estimate(VecDeque<DateTime<Utc>>);

impl Estimate {
    /// A contact of the queue was answered.
    pub fn answered(&mut self, now: DateTime<Utc>) {
        if self.0.len() == ANSWERS_KEPT {
            self.0.pop_front();
        }
        self.0.push_back(now);
    }

    /// How long the contact at `position` (the first is 1) will wait from now on.
    #[must_use]
    pub fn wait(&self, position: usize, now: DateTime<Utc>) -> Option<Duration> {
        let recent = self.0.iter().filter(|at| now - **at <= RECENT);
        let oldest = recent.clone().min()?;
        // The oldest answer opens the window, so it is not counted as an answer within it.
        let answers = u32::try_from(recent.count()).ok()?.checked_sub(1).filter(|count| *count > 0)?;
        let window = (now - oldest).to_std().ok()?;
        let position = u32::try_from(position).ok()?;
        let wait = (window / answers).checked_mul(position).unwrap_or(ESTIMATE_MAX);
        Some(wait.min(ESTIMATE_MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_767_225_600 + seconds, 0).unwrap()
    }

    #[test]
    fn a_queue_that_answers_every_ten_seconds_serves_the_third_in_thirty() {
        let mut estimate = Estimate::default();
        (0..=6).for_each(|n| estimate.answered(at(n * 10)));

        assert_eq!(estimate.wait(3, at(60)), Some(Duration::from_secs(30)));
        assert_eq!(estimate.wait(3, at(120)), Some(Duration::from_secs(60)), "nobody answered for a minute");
    }

    #[test]
    fn nothing_is_promised_without_two_recent_answers() {
        let mut estimate = Estimate::default();
        assert_eq!(estimate.wait(1, at(0)), None);
        estimate.answered(at(0));
        assert_eq!(estimate.wait(1, at(10)), None);
        estimate.answered(at(10));
        assert!(estimate.wait(1, at(20)).is_some());
        assert_eq!(estimate.wait(1, at(3_600)), None, "all of it is too long ago");
    }
}
