//! Amounts of points: whole numbers of the smallest unit, read from and shown as decimals.

use super::Rounding;
use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::fmt;

/// Largest amount, in the smallest unit: the ledger's limit, and small enough that every JSON reader keeps it exact.
pub const UNITS_MAX: i64 = 1_000_000_000_000_000;

/// Why a value is no amount of points.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AmountFault {
    /// It is no number.
    #[error("{0} is no amount: write a number, such as 12.5")]
    NotANumber(String),
    /// It has more decimal places than the points have.
    #[error("{0} has more than {1} decimal places, which these points do not have")]
    TooFine(String, i16),
    /// It is beyond the limit.
    #[error("{0} is too large: an amount has at most {UNITS_MAX} of the smallest unit")]
    TooLarge(String),
}

/// An amount with the place of its decimal point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Points {
    /// In the smallest unit.
    pub units: i64,
    /// Decimal places.
    pub scale: i16,
}

impl Points {
    /// So many of the smallest unit.
    #[must_use]
    pub const fn new(units: i64, scale: i16) -> Self {
        Self { units, scale }
    }

    fn decimal(self) -> Decimal {
        Decimal::new(self.units, u32::try_from(self.scale).unwrap_or(0)).normalize()
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.decimal().fmt(f)
    }
}

impl Serialize for Points {
    /// A JSON number: 12, or 12.5.
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let decimal = self.decimal();
        match i64::try_from(decimal) {
            Ok(whole) if decimal.is_integer() => to.serialize_i64(whole),
            // Up to 15 digits an f64 is written as the decimal that it was read from.
            _ => to.serialize_f64(decimal.to_string().parse().unwrap_or_default()),
        }
    }
}

impl utoipa::PartialSchema for Points {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::Number)
            .description(Some("An amount of points."))
            .into()
    }
}

impl utoipa::ToSchema for Points {}

/// Reads an amount that somebody wrote: exactly what the points can hold, or a refusal.
///
/// # Errors
/// It is no number, too fine, or too large.
pub fn read(text: &str, scale: i16) -> Result<i64, AmountFault> {
    let decimal = decimal_of(text.trim())?;
    let places = u32::try_from(scale).unwrap_or(0);
    if decimal.normalize().scale() > places {
        return Err(AmountFault::TooFine(text.to_owned(), scale));
    }
    units(decimal, places, RoundingStrategy::ToZero).ok_or_else(|| AmountFault::TooLarge(text.to_owned()))
}

/// Reads an amount that an expression computed, and rounds it as the bonus type says.
///
/// # Errors
/// It is no number, or too large. A computed amount never becomes zero silently: no value is refused.
pub fn computed(value: &Value, scale: i16, rounding: Rounding) -> Result<i64, AmountFault> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.clone(),
        other => return Err(AmountFault::NotANumber(other.to_string())),
    };
    let strategy = match rounding {
        Rounding::Down => RoundingStrategy::ToZero,
        Rounding::HalfUp => RoundingStrategy::MidpointAwayFromZero,
        Rounding::Up => RoundingStrategy::AwayFromZero,
    };
    units(decimal_of(text.trim())?, u32::try_from(scale).unwrap_or(0), strategy)
        .ok_or(AmountFault::TooLarge(text))
}

fn decimal_of(text: &str) -> Result<Decimal, AmountFault> {
    let parsed = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
    parsed.map_err(|_| {
        let digits =
            text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'+' | b'-' | b'.' | b'e' | b'E'));
        let shown: String = text.chars().take(40).collect();
        if digits && !text.is_empty() { AmountFault::TooLarge(shown) } else { AmountFault::NotANumber(shown) }
    })
}

fn units(decimal: Decimal, places: u32, strategy: RoundingStrategy) -> Option<i64> {
    let rounded = decimal.round_dp_with_strategy(places, strategy);
    let units = rounded.checked_mul(Decimal::from(10_i64.pow(places)))?;
    i64::try_from(units).ok().filter(|units| (-UNITS_MAX..=UNITS_MAX).contains(units))
}
