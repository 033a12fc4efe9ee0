//! Phone numbers as ITU-T E.164 writes them.

use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::str::FromStr;

/// Most digits that E.164 allows.
pub const E164_DIGITS_MAX: usize = 15;
/// Fewest digits we accept after the `+`: shorter strings are short codes, not numbers of subscribers.
pub const E164_DIGITS_MIN: usize = 7;

/// A phone number in E.164 form: `+`, then 7 to 15 digits, the first not 0.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, example = "+998901234567")]
pub struct PhoneNumber(Box<str>);

/// The text is not a phone number.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("{0:?} is not a phone number: write + and 7 to 15 digits, such as +998901234567")]
pub struct NotE164(pub String);

impl PhoneNumber {
    /// The number with its `+`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Reads a number as networks and people write it: spaces, dashes, brackets and a leading `00` are
    /// understood, and a national number is completed with `country_code` (digits without `+`).
    ///
    /// # Errors
    /// [`NotE164`] when what is left is no E.164 number, such as `anonymous` or a short code.
    pub fn from_dialled(text: &str, country_code: &str, national_digits: usize) -> Result<Self, NotE164> {
        let compact: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.')).collect();
        let digits = compact.strip_prefix('+').or_else(|| compact.strip_prefix("00")).unwrap_or(&compact);
        if digits.len() == national_digits && !compact.starts_with('+') {
            return format!("+{country_code}{digits}").parse().map_err(|_| NotE164(text.to_owned()));
        }
        format!("+{digits}").parse().map_err(|_| NotE164(text.to_owned()))
    }
}

impl FromStr for PhoneNumber {
    type Err = NotE164;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refuse = || NotE164(text.to_owned());
        let digits = text.strip_prefix('+').ok_or_else(refuse)?;
        let length_fits = (E164_DIGITS_MIN..=E164_DIGITS_MAX).contains(&digits.len());
        let well_formed = digits.bytes().all(|b| b.is_ascii_digit()) && !digits.starts_with('0');
        if length_fits && well_formed { Ok(Self(text.into())) } else { Err(refuse()) }
    }
}

impl fmt::Display for PhoneNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for PhoneNumber {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_completed_and_cleaned() {
        let read = |text| PhoneNumber::from_dialled(text, "998", 9).map(|number| number.to_string());

        assert_eq!(read("90 123-45-67").unwrap(), "+998901234567");
        assert_eq!(read("998901234567").unwrap(), "+998901234567");
        assert_eq!(read("00 998 (90) 1234567").unwrap(), "+998901234567");
        assert_eq!(read("+7 495 123 45 67").unwrap(), "+74951234567");
        assert!(read("anonymous").is_err());
        assert!(read("112").is_err());
        assert!("+0123456789".parse::<PhoneNumber>().is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused_without_panic(text in ".{0,40}") {
            if let Ok(number) = PhoneNumber::from_dialled(&text, "998", 9) {
                proptest::prop_assert_eq!(number.as_str().parse::<PhoneNumber>().unwrap(), number);
            }
        }
    }
}
