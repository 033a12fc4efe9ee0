//! Lock-out against guessing codes, on several keys at once: who asks, for whom, and from where (field notes 4.8).

use chrono::{DateTime, TimeDelta, Utc};

/// Wrong codes after which an account or a person is locked: as many as somebody mistypes, few enough for no guess to hit.
pub const WRONG_MAX: i32 = 10;
/// Wrong codes after which a network is locked: an office stands behind one address.
pub const WRONG_OF_NETWORK_MAX: i32 = 100;
/// Wrong codes after which a program is locked: it asks for the customers of all tills.
pub const WRONG_OF_PROGRAM_MAX: i32 = 1_000;
/// In which wrong codes are counted together.
pub const WINDOW: TimeDelta = TimeDelta::minutes(15);
/// For how long a key is locked.
pub const LOCKED_FOR: TimeDelta = TimeDelta::minutes(15);

/// Who may be guessing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guesser {
    /// Under which wrong codes are counted: `account:…`, `person:…`, `program:…`, `network:…`.
    pub key: String,
    /// After how many in the window it is locked.
    pub wrong_max: i32,
}

/// What is known of one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guesses {
    /// Wrong codes in the window.
    pub wrong: i32,
    /// When the window began.
    pub since: DateTime<Utc>,
    /// Until when the key is locked.
    pub locked_until: Option<DateTime<Utc>>,
}

impl Guesses {
    /// For how long nothing is accepted yet, in whole seconds.
    #[must_use]
    pub fn locked_seconds(&self, now: DateTime<Utc>) -> Option<u64> {
        let left = self.locked_until? - now;
        (left > TimeDelta::zero()).then(|| u64::try_from(left.num_seconds()).unwrap_or(0) + 1)
    }

    /// After one more wrong code.
    #[must_use]
    pub fn wrong_once_more(self, now: DateTime<Utc>, wrong_max: i32) -> Self {
        let (wrong, since) = if now - self.since < WINDOW { (self.wrong + 1, self.since) } else { (1, now) };
        let locked_until = if wrong >= wrong_max { Some(now + LOCKED_FOR) } else { self.locked_until };
        Self { wrong, since, locked_until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CIMP-ENT-07: guesses are locked out, and somebody who mistypes is not.
    #[test]
    fn ten_wrong_codes_within_a_quarter_of_an_hour_lock_for_as_long() {
        let start = DateTime::from_timestamp(1_795_341_600, 0).unwrap();
        let mut guesses = Guesses::default();
        for n in 0..9 {
            guesses = guesses.wrong_once_more(start + TimeDelta::seconds(n), WRONG_MAX);
            assert_eq!(guesses.locked_seconds(start + TimeDelta::seconds(n)), None);
        }
        guesses = guesses.wrong_once_more(start + TimeDelta::seconds(60), WRONG_MAX);
        assert_eq!(guesses.locked_seconds(start + TimeDelta::seconds(61)), Some(900));
        assert_eq!(guesses.locked_seconds(start + TimeDelta::minutes(16)), None);

        let slowly = (0..40).fold(Guesses::default(), |guesses, n| {
            guesses.wrong_once_more(start + TimeDelta::minutes(2 * n), WRONG_MAX)
        });
        assert_eq!(slowly.locked_seconds(start + TimeDelta::minutes(80)), None);
    }
}
