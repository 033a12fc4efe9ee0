//! Rates of exchange between two currencies, by date (CIMP-PRT-03, CIMP-ENT-06, PP-LOY-02).
//!
//! A rate is a ratio of whole numbers of smallest units, "100 bonuses give 1 mile": no fraction is ever stored, and the
//! result is rounded once.

use crate::bonus_type::Rounding;
use crate::bonus_type::amount::UNITS_MAX;

/// How one currency turns into another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// So many smallest units of the currency given …
    pub give: i64,
    /// … are so many smallest units of the currency got.
    pub get: i64,
    /// What happens to the fraction.
    pub rounding: Rounding,
    /// The least that is taken at once.
    pub minimum: Option<i64>,
    /// The most that is taken at once.
    pub maximum: Option<i64>,
}

/// Why an amount is not converted. Amounts are in smallest units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RateRefusal {
    /// Nothing or less.
    #[error("the amount must be more than zero")]
    NotPositive,
    /// Less than the rate takes.
    #[error("the amount is less than the least that is converted at once")]
    BelowMinimum(i64),
    /// More than the rate takes.
    #[error("the amount is more than the most that is converted at once")]
    AboveMaximum(i64),
    /// Nothing would come of it.
    #[error("so little gives nothing at this rate")]
    GivesNothing,
    /// More than a ledger holds.
    #[error("the result is larger than the ledger takes")]
    TooLarge,
}

impl Rate {
    /// What `amount` gives.
    ///
    /// # Errors
    /// The amount is out of bounds, or gives nothing or too much.
    pub fn convert(&self, amount: i64) -> Result<i64, RateRefusal> {
        if amount <= 0 {
            return Err(RateRefusal::NotPositive);
        }
        if let Some(minimum) = self.minimum.filter(|minimum| amount < *minimum) {
            return Err(RateRefusal::BelowMinimum(minimum));
        }
        if let Some(maximum) = self.maximum.filter(|maximum| amount > *maximum) {
            return Err(RateRefusal::AboveMaximum(maximum));
        }
        if amount > UNITS_MAX || self.give <= 0 || self.get <= 0 {
            return Err(RateRefusal::TooLarge);
        }
        // Both factors fit 63 bits, so the product fits 126.
        let (product, give) = (i128::from(amount) * i128::from(self.get), i128::from(self.give));
        let (whole, rest) = (product / give, product % give);
        let more = match self.rounding {
            Rounding::Down => false,
            Rounding::HalfUp => rest * 2 >= give,
            Rounding::Up => rest > 0,
        };
        let result = i64::try_from(whole + i128::from(more)).map_err(|_| RateRefusal::TooLarge)?;
        match result {
            0 => Err(RateRefusal::GivesNothing),
            result if result > UNITS_MAX => Err(RateRefusal::TooLarge),
            result => Ok(result),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rate(give: i64, get: i64, rounding: Rounding) -> Rate {
        Rate { give, get, rounding, minimum: None, maximum: None }
    }

    /// CIMP-PRT-03: the table of a rate of 3 for 2 with each way of rounding.
    #[test]
    fn fractions_are_rounded_as_the_rate_says() {
        for (amount, down, half_up, up) in [
            (3, 2, 2, 2),
            (4, 2, 3, 3),
            (5, 3, 3, 4),
            (6, 4, 4, 4),
            (7, 4, 5, 5),
            (1_000_000, 666_666, 666_667, 666_667),
        ] {
            assert_eq!(rate(3, 2, Rounding::Down).convert(amount), Ok(down), "{amount}");
            assert_eq!(rate(3, 2, Rounding::HalfUp).convert(amount), Ok(half_up), "{amount}");
            assert_eq!(rate(3, 2, Rounding::Up).convert(amount), Ok(up), "{amount}");
        }
        assert_eq!(rate(2, 1, Rounding::HalfUp).convert(1), Ok(1), "a half counts as one");
    }

    #[test]
    fn what_is_out_of_bounds_is_refused_with_the_bound() {
        let bounded = Rate { minimum: Some(100), maximum: Some(5_000), ..rate(100, 1, Rounding::Down) };
        assert_eq!(bounded.convert(0), Err(RateRefusal::NotPositive));
        assert_eq!(bounded.convert(-5), Err(RateRefusal::NotPositive));
        assert_eq!(bounded.convert(99), Err(RateRefusal::BelowMinimum(100)));
        assert_eq!(bounded.convert(100), Ok(1));
        assert_eq!(bounded.convert(5_000), Ok(50));
        assert_eq!(bounded.convert(5_001), Err(RateRefusal::AboveMaximum(5_000)));
        assert_eq!(rate(100, 1, Rounding::Down).convert(99), Err(RateRefusal::GivesNothing));
        assert_eq!(rate(1, i64::MAX, Rounding::Down).convert(UNITS_MAX), Err(RateRefusal::TooLarge));
        assert_eq!(rate(1, 1, Rounding::Down).convert(i64::MAX), Err(RateRefusal::TooLarge));
        assert_eq!(rate(0, 1, Rounding::Down).convert(1), Err(RateRefusal::TooLarge));
    }

    proptest! {
        /// No way of rounding is off by a unit or more, and splitting an amount never gives more when rounded down.
        #[test]
        fn rounding_is_off_by_less_than_one_unit(
            give in 1_i64..=1_000_000,
            get in 1_i64..=1_000_000,
            first in 1_i64..=1_000_000_000,
            second in 1_i64..=1_000_000_000,
        ) {
            for rounding in [Rounding::Down, Rounding::HalfUp, Rounding::Up] {
                if let Ok(got) = rate(give, get, rounding).convert(first) {
                    let off = i128::from(got) * i128::from(give) - i128::from(first) * i128::from(get);
                    prop_assert!(off.abs() < i128::from(give), "{rounding:?}");
                }
            }
            let down = |amount| rate(give, get, Rounding::Down).convert(amount).unwrap_or(0);
            prop_assert!(down(first) + down(second) <= down(first + second));
        }
    }
}
