//! The text of one column becomes a value, or what is wrong with it.

use super::kind::{CODE_MAX, Shape, TEXT_MAX};
use super::structure::DatePart;
use chrono::NaiveDate;
use rust_decimal::Decimal;

/// Most digits before the decimal separator: amounts stay below 10^15, the limit of the ledger.
pub const DIGITS_MAX: usize = 15;
/// Most digits after it: the finest scale of a currency of the ledger.
pub const DECIMALS_MAX: usize = 6;

/// What stands in a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// Text, a code, a word, an address.
    Text(String),
    /// An amount or a quantity.
    Amount(Decimal),
    /// A whole number.
    Whole(i64),
    /// A day.
    Date(NaiveDate),
    /// Yes or no.
    Flag(bool),
}

impl Value {
    /// As it is written into files of ours and into rows: dates by ISO 8601, numbers with a dot.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Amount(amount) => amount.to_string(),
            Self::Whole(number) => number.to_string(),
            Self::Date(date) => date.to_string(),
            Self::Flag(flag) => if *flag { "1" } else { "0" }.to_owned(),
        }
    }
}

/// How the numbers and dates of a column are written.
#[derive(Clone, Copy, Debug)]
pub struct Written<'s> {
    /// The parts of a date.
    pub date: &'s [DatePart],
    /// The mark before decimals.
    pub decimal: u8,
}

/// Reads the text of a column, which is not empty.
///
/// # Errors
/// What it should be, without the text itself.
pub fn read(text: &str, shape: Shape, written: Written<'_>) -> Result<Value, String> {
    match shape {
        Shape::Text => limited(text, TEXT_MAX),
        Shape::Code => {
            if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
                return Err("a code has no blanks inside".to_owned());
            }
            limited(text, CODE_MAX)
        }
        Shape::Amount => amount(text, written.decimal).map(Value::Amount),
        Shape::Whole => {
            let digits = text.len() <= DIGITS_MAX && text.bytes().all(|b| b.is_ascii_digit());
            let number = digits.then(|| text.parse().ok()).flatten();
            number
                .map(Value::Whole)
                .ok_or_else(|| format!("a whole number of up to {DIGITS_MAX} digits is expected"))
        }
        Shape::Date => date(text, written.date).map(Value::Date),
        Shape::Flag => match text {
            "1" | "Y" | "y" | "true" => Ok(Value::Flag(true)),
            "0" | "N" | "n" | "false" => Ok(Value::Flag(false)),
            _ => Err("1, 0, Y, N, true or false is expected".to_owned()),
        },
        Shape::Email => {
            let halves = text.split_once('@').filter(|(name, host)| !name.is_empty() && host.contains('.'));
            let plain =
                halves.is_some() && !text.contains(char::is_whitespace) && text.matches('@').count() == 1;
            if plain { limited(text, 254) } else { Err("an e-mail address is expected".to_owned()) }
        }
        Shape::Phone => {
            let digits = text.strip_prefix('+').unwrap_or(text);
            let plain = (5..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
            let message = "a phone number of 5 to 15 digits is expected";
            if plain { Ok(Value::Text(text.to_owned())) } else { Err(message.to_owned()) }
        }
        Shape::Word(words) => {
            let found = words.iter().find(|word| word.eq_ignore_ascii_case(text));
            found
                .map(|word| Value::Text((*word).to_owned()))
                .ok_or_else(|| format!("one of {} is expected", words.join(", ")))
        }
    }
}

fn limited(text: &str, length_max: usize) -> Result<Value, String> {
    if text.chars().count() > length_max {
        return Err(format!("it is longer than {length_max} characters"));
    }
    Ok(Value::Text(text.to_owned()))
}

fn amount(text: &str, decimal: u8) -> Result<Decimal, String> {
    let (whole, decimals) = text.split_once(char::from(decimal)).unwrap_or((text, ""));
    let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
    let dangling = decimals.is_empty() && whole.len() != text.len();
    if whole.is_empty() || dangling || !digits(whole) || !digits(decimals) {
        let mark = char::from(decimal);
        return Err(format!("a number such as 12{mark}50 is expected, without sign, blanks or exponent"));
    }
    if whole.len() > DIGITS_MAX || decimals.len() > DECIMALS_MAX {
        return Err(format!("at most {DIGITS_MAX} digits before and {DECIMALS_MAX} after the separator"));
    }
    // At most 21 digits, all checked: both fit, and so does the decimal (28 digits).
    let scale = u32::try_from(decimals.len()).unwrap_or(0);
    let joined = whole.bytes().chain(decimals.bytes()).fold(0_i128, |sum, b| sum * 10 + i128::from(b - b'0'));
    Decimal::try_from_i128_with_scale(joined, scale).map_err(|_| "the number is too large".to_owned())
}

fn date(text: &str, parts: &[DatePart]) -> Result<NaiveDate, String> {
    let fault = || format!("a date written {} is expected", shown(parts));
    let mut rest = text.as_bytes();
    let (mut year, mut month, mut day) = (0_u32, 0_u32, 0_u32);
    for part in parts {
        let length = match part {
            DatePart::Year => 4,
            DatePart::ShortYear | DatePart::Month | DatePart::Day => 2,
            DatePart::Mark(_) => 1,
        };
        let (taken, left) = rest.split_at_checked(length).ok_or_else(fault)?;
        rest = left;
        if let DatePart::Mark(mark) = part {
            if taken != [*mark] {
                return Err(fault());
            }
            continue;
        }
        if !taken.iter().all(u8::is_ascii_digit) {
            return Err(fault());
        }
        let number = taken.iter().fold(0_u32, |sum, b| sum * 10 + u32::from(b - b'0'));
        match part {
            DatePart::Year => year = number,
            DatePart::ShortYear => year = 2000 + number,
            DatePart::Month => month = number,
            DatePart::Day | DatePart::Mark(_) => day = number,
        }
    }
    if !rest.is_empty() {
        return Err(fault());
    }
    let year = i32::try_from(year).unwrap_or(0);
    let known = NaiveDate::from_ymd_opt(year, month, day).filter(|_| year >= 1900);
    known.ok_or_else(|| "there is no such day".to_owned())
}

fn shown(parts: &[DatePart]) -> String {
    let text = |part: &DatePart| match part {
        DatePart::Year => "YYYY".to_owned(),
        DatePart::ShortYear => "YY".to_owned(),
        DatePart::Month => "MM".to_owned(),
        DatePart::Day => "DD".to_owned(),
        DatePart::Mark(mark) => char::from(*mark).to_string(),
    };
    parts.iter().map(text).collect()
}
