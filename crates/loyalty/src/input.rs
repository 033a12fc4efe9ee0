//! What requests say in ways that each format writes differently.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Longest number of a request, in characters; an amount of points has at most 16 digits and a point.
const DECIMAL_MAX: usize = 40;

/// A number as it was written: JSON gives `12.5` or `"12.5"`, XML and forms give text. Read it with
/// [`crate::bonus_type::amount::read`], which knows the decimal places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decimal(pub String);

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Number(serde_json::Number),
            Text(String),
        }
        let text = match Written::deserialize(from)? {
            Written::Number(number) => number.to_string(),
            Written::Text(text) => text,
        };
        if text.len() > DECIMAL_MAX {
            return Err(serde::de::Error::custom("is no number that is sensible here"));
        }
        Ok(Self(text))
    }
}

impl utoipa::PartialSchema for Decimal {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        use utoipa::openapi::schema::Type;
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(Type::Number)
            .description(Some("A number, as JSON number or as text."))
            .into()
    }
}

impl utoipa::ToSchema for Decimal {}

/// Reads a whole number that XML and forms write as text.
///
/// # Errors
/// It is no whole number.
pub fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<i32, D::Error> {
    let Decimal(text) = Decimal::deserialize(from)?;
    text.trim().parse().map_err(|_| serde::de::Error::custom("must be a whole number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_may_be_written_as_text() {
        for (json, text) in [("12.5", "12.5"), ("\"12.50\"", "12.50"), ("1000000", "1000000")] {
            assert_eq!(serde_json::from_str::<Decimal>(json).unwrap().0, text);
        }
        assert!(serde_json::from_str::<Decimal>("true").is_err());
        assert!(serde_json::from_str::<Decimal>(&format!("\"{}\"", "1".repeat(41))).is_err());
    }
}
