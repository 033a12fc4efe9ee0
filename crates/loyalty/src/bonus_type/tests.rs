use super::amount::{self, AmountFault, Points, UNITS_MAX};
use super::*;
use chrono_tz::{America::Sao_Paulo, Asia::Tashkent};
use serde_json::json;

fn moment(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// GAP-36: the rounding is a property of the bonus type.
#[test]
fn a_computed_amount_is_rounded_as_the_type_says() {
    let value = json!(12.345);
    let by = |rounding| amount::computed(&value, 1, rounding).unwrap();
    assert_eq!((by(Rounding::Down), by(Rounding::HalfUp), by(Rounding::Up)), (123, 123, 124));
    assert_eq!(amount::computed(&json!(0.5), 0, Rounding::HalfUp), Ok(1));
    assert_eq!(amount::computed(&json!(0.9), 0, Rounding::Down), Ok(0));
}

/// An accrual of 10^30 and one of no value are refused, never cut or zeroed.
#[test]
fn what_is_no_amount_is_refused() {
    for text in ["1000000000000000000000000000000", "1e30", "1000000000000001"] {
        assert!(matches!(amount::read(text, 0), Err(AmountFault::TooLarge(_))), "{text}");
    }
    assert_eq!(amount::read("1000000000000000", 0), Ok(UNITS_MAX));
    assert!(matches!(amount::read("1.5", 0), Err(AmountFault::TooFine(..))));
    assert_eq!(amount::read("1.50", 1), Ok(15));
    assert!(matches!(amount::computed(&json!(null), 0, Rounding::Down), Err(AmountFault::NotANumber(_))));
    assert!(matches!(amount::read("", 0), Err(AmountFault::NotANumber(_))));
    assert!(matches!(amount::read("NaN", 0), Err(AmountFault::NotANumber(_))));
}

#[test]
fn points_are_shown_as_numbers() {
    assert_eq!(
        json!([Points::new(1200, 2), Points::new(1250, 2), Points::new(-7, 0)]),
        json!([12, 12.5, -7])
    );
    assert_eq!(Points::new(UNITS_MAX, 6).to_string(), "1000000000");
}

/// CIMP-BON-12: at the programme's midnight, in its zone; month ends and leap days.
#[test]
fn points_expire_at_the_midnight_after_the_last_valid_day() {
    let at = moment("2026-01-31T20:30:00Z"); // the 1st of February in Tashkent
    let by = |round| expires_at(at, 27, round, Tashkent).unwrap();
    assert_eq!(by(ExpiryRound::Day), moment("2026-02-28T19:00:00Z"));
    assert_eq!(by(ExpiryRound::Month), moment("2026-02-28T19:00:00Z"));
    assert_eq!(by(ExpiryRound::Quarter), moment("2026-03-31T19:00:00Z"));
    assert_eq!(by(ExpiryRound::Year), moment("2026-12-31T19:00:00Z"));
    let leap = expires_at(moment("2028-02-28T00:00:00Z"), 1, ExpiryRound::Day, chrono_tz::UTC).unwrap();
    assert_eq!(leap, moment("2028-03-01T00:00:00Z"));
}

/// Where clocks leap over midnight, the day begins when they have leapt.
#[test]
fn a_day_without_midnight_begins_later() {
    let day = chrono::NaiveDate::from_ymd_opt(2018, 11, 4).unwrap();
    assert_eq!(midnight(day, Sao_Paulo), moment("2018-11-04T03:00:00Z"));
}
