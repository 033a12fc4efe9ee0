//! Amounts: whole numbers of a currency's smallest unit, never floats.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Largest amount of one movement, in smallest units: a billion of a currency with six decimal places. Far above any
/// grant that is meant, far below where sums could overflow.
pub const AMOUNT_MAX: i64 = 1_000_000_000_000_000;
/// Largest balance of one account: a thousand of the largest amounts, a ninth of what the column holds.
pub const BALANCE_MAX: i64 = AMOUNT_MAX * 1_000;
/// Most decimal places of a currency.
pub const SCALE_MAX: u8 = 6;

/// 0 to [`AMOUNT_MAX`] of a currency's smallest unit.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    utoipa::ToSchema,
)]
#[serde(try_from = "i64", into = "i64")]
#[schema(value_type = i64)]
pub struct Amount(i64);

/// Why a number is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoAmount {
    /// Below zero.
    #[error("an amount is not negative: use the movement that takes away")]
    Negative,
    /// Above [`AMOUNT_MAX`].
    #[error("an amount is at most {AMOUNT_MAX} smallest units of its currency")]
    TooLarge,
    /// Not digits with a point.
    #[error("an amount is digits, and a point before decimal places")]
    NotANumber,
    /// More decimal places than the currency has.
    #[error("this currency has {0} decimal places: round the amount first")]
    TooFine(u8),
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// An amount in smallest units.
    ///
    /// # Errors
    /// The number is negative or above [`AMOUNT_MAX`].
    pub const fn new(units: i64) -> Result<Self, NoAmount> {
        match units {
            ..0 => Err(NoAmount::Negative),
            0..=AMOUNT_MAX => Ok(Self(units)),
            _ => Err(NoAmount::TooLarge),
        }
    }

    /// Reads `12.50` for a currency with `scale` decimal places; zeros beyond them are allowed.
    ///
    /// # Errors
    /// The text is no amount of such a currency.
    pub fn parse(text: &str, scale: u8) -> Result<Self, NoAmount> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
        if let Some(positive) = whole.strip_prefix('-') {
            return Err(if digits(positive) { NoAmount::Negative } else { NoAmount::NotANumber });
        }
        if !digits(whole) || (text.contains('.') && !digits(decimals)) {
            return Err(NoAmount::NotANumber);
        }
        let places = usize::from(scale);
        let (kept, beyond) = decimals.split_at_checked(places).unwrap_or((decimals, ""));
        if beyond.bytes().any(|digit| digit != b'0') {
            return Err(NoAmount::TooFine(scale));
        }
        let whole = whole.trim_start_matches('0');
        let units = format!("{whole}{kept:0<places$}");
        if units.is_empty() {
            return Ok(Self::ZERO);
        }
        units.parse().map_err(|_| NoAmount::TooLarge).and_then(Self::new)
    }

    /// The smallest units.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

impl TryFrom<i64> for Amount {
    type Error = NoAmount;
    fn try_from(units: i64) -> Result<Self, NoAmount> {
        Self::new(units)
    }
}

impl From<Amount> for i64 {
    fn from(amount: Amount) -> Self {
        amount.0
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Writes smallest units (also negative ones, as of a balance in debt) with `scale` decimal places.
#[must_use]
pub fn format_units(units: i64, scale: u8) -> String {
    let places = usize::from(scale);
    let sign = if units < 0 { "-" } else { "" };
    let text = format!("{:0>width$}", units.unsigned_abs(), width = places + 1);
    match text.split_at_checked(text.len() - places) {
        Some((whole, decimals)) if places > 0 => format!("{sign}{whole}.{decimals}"),
        _ => format!("{sign}{text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An accrual of 10^30 is refused, and nothing is rounded in silence.
    #[test]
    fn amounts_are_read_exactly_or_refused() {
        let read = |text: &str, scale| Amount::parse(text, scale).map(Amount::get);
        assert_eq!(read("12.5", 2), Ok(1_250));
        assert_eq!(read("0012.500", 2), Ok(1_250));
        assert_eq!(read("0", 0), Ok(0));
        assert_eq!(read("0.000001", 6), Ok(1));
        assert_eq!(read("1000000000000000", 0), Ok(AMOUNT_MAX));
        assert_eq!(read("1000000000000001", 0), Err(NoAmount::TooLarge));
        assert_eq!(read(&format!("1{}", "0".repeat(30)), 0), Err(NoAmount::TooLarge));
        assert_eq!(read("12.505", 2), Err(NoAmount::TooFine(2)));
        assert_eq!(read("-1", 0), Err(NoAmount::Negative));
        for wrong in ["", ".", "1.", ".5", "1e3", "1,5", "--1", "٣", "NaN"] {
            assert_eq!(read(wrong, 2), Err(NoAmount::NotANumber), "{wrong:?}");
        }
        assert_eq!(format_units(1_250, 2), "12.50");
        assert_eq!(format_units(-5, 2), "-0.05");
        assert_eq!(format_units(7, 0), "7");
    }
}
