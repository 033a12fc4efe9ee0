//! One value of an attribute: read from JSON, brought into the one form that is stored.

use super::{Attribute, AttributeType, KEYED_MAX, TEXT_MAX};
use crate::customer::{Identifier, IdentifierKind};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::Value;
use uuid::Uuid;

/// The largest whole number that every program reads exactly from JSON (RFC 8259, section 6).
const WHOLE_MAX: i64 = 9_007_199_254_740_991;
/// Digits that a number of JSON keeps exactly in every program.
const DIGITS_MAX: usize = 15;
/// Longest text that an error repeats.
const SHOWN_MAX: usize = 40;

/// Whether JSON holds nothing: null, an empty text, an empty list.
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// The value in its stored form. `was` is what the record has now: a choice that was taken out of the list stays
/// where it is.
pub(super) fn normalised(attribute: &Attribute, value: &Value, was: Option<&Value>) -> Result<Value, String> {
    let fields = &attribute.fields;
    let normal = match fields.value_type {
        AttributeType::Text => Value::from(text(value, TEXT_MAX)?),
        AttributeType::Number => whole(value)?,
        AttributeType::Decimal => decimal(value)?,
        AttributeType::Boolean => match value {
            Value::Bool(_) => value.clone(),
            _ => return Err("must be true or false".to_owned()),
        },
        AttributeType::Date => Value::from(date(value)?),
        AttributeType::Datetime => Value::from(moment(value)?),
        AttributeType::Choice => choice(attribute, value, was.map(std::slice::from_ref).unwrap_or_default())?,
        AttributeType::Choices => choices(attribute, value, was)?,
        AttributeType::Phone => identifier(IdentifierKind::Phone, value)?,
        AttributeType::Email => identifier(IdentifierKind::Email, value)?,
        AttributeType::Url => Value::from(url(value)?),
        AttributeType::Link => {
            let id: Option<Uuid> = value.as_str().and_then(|text| text.trim().parse().ok());
            Value::from(id.ok_or("must be the id of a record")?.to_string())
        }
    };
    let keyed = fields.unique || fields.indexed;
    if keyed && normal.as_str().is_some_and(|text| text.chars().count() > KEYED_MAX) {
        return Err(format!("must have at most {KEYED_MAX} characters, because it is unique or indexed"));
    }
    Ok(normal)
}

/// The text under which a unique value is kept.
#[must_use]
pub fn key_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_lowercase)
}

fn text(value: &Value, max: usize) -> Result<String, String> {
    let text = value.as_str().ok_or("must be a text")?.trim();
    if text.contains('\0') {
        return Err("has a character that cannot be stored (NUL)".to_owned());
    }
    // Bytes first: a text of a million characters is not counted to be refused.
    if text.len() > max * 4 || text.chars().count() > max {
        return Err(format!("must have at most {max} characters"));
    }
    Ok(text.to_owned())
}

fn whole(value: &Value) -> Result<Value, String> {
    let number = match value {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    let fits = number.filter(|number| (-WHOLE_MAX..=WHOLE_MAX).contains(number));
    fits.map(Value::from).ok_or_else(|| format!("must be a whole number of at most {WHOLE_MAX}"))
}

fn decimal(value: &Value) -> Result<Value, String> {
    let written = match value {
        Value::Number(number) => number.to_string(),
        Value::String(text) => text.trim().to_owned(),
        _ => String::new(),
    };
    let refuse = || format!("must be a number with at most {DIGITS_MAX} digits, such as 1250.50");
    let unsigned = written.strip_prefix('-').unwrap_or(&written);
    let (before, after) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    if !digits(before) || !digits(after) || before.len() + after.trim_end_matches('0').len() > DIGITS_MAX {
        return Err(refuse());
    }
    if after.bytes().all(|b| b == b'0') {
        return written
            .split('.')
            .next()
            .and_then(|text| text.parse::<i64>().ok())
            .map(Value::from)
            .ok_or_else(refuse);
    }
    written.parse::<f64>().map(Value::from).map_err(|_| refuse())
}

fn date(value: &Value) -> Result<String, String> {
    let refuse = || "must be a day such as 2026-11-27".to_owned();
    let text = value.as_str().map(str::trim).filter(|text| text.len() == 10).ok_or_else(refuse)?;
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| refuse())?;
    Ok(day.format("%Y-%m-%d").to_string())
}

/// Always with as many digits, so that moments order as their texts do.
fn moment(value: &Value) -> Result<String, String> {
    let refuse = || "must be a moment such as 2026-11-27T09:30:00Z".to_owned();
    let text = value.as_str().map(str::trim).filter(|text| text.len() <= SHOWN_MAX).ok_or_else(refuse)?;
    let moment = DateTime::parse_from_rfc3339(text).map_err(|_| refuse())?;
    Ok(moment.with_timezone(&Utc).to_rfc3339_opts(SecondsFormat::Millis, true))
}

fn choice(attribute: &Attribute, value: &Value, kept: &[Value]) -> Result<Value, String> {
    let chosen = value.as_str().unwrap_or_default().trim();
    let known = attribute.fields.choices.iter().any(|choice| choice.value == chosen);
    if known || kept.contains(value) {
        return Ok(Value::from(chosen));
    }
    let mut possible: Vec<&str> =
        attribute.fields.choices.iter().map(|choice| choice.value.as_str()).take(10).collect();
    if attribute.fields.choices.len() > possible.len() {
        possible.push("…");
    }
    Err(format!("must be one of: {}", possible.join(", ")))
}

fn choices(attribute: &Attribute, value: &Value, was: Option<&Value>) -> Result<Value, String> {
    let items = value.as_array().ok_or("must be a list of choices")?;
    let kept = was.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    if items.len() > attribute.fields.choices.len() + kept.len() {
        return Err("has more values than there are choices".to_owned());
    }
    let mut chosen = Vec::with_capacity(items.len());
    for item in items {
        let item = choice(attribute, item, kept)?;
        if chosen.contains(&item) {
            return Err("has a choice twice".to_owned());
        }
        chosen.push(item);
    }
    Ok(Value::from(chosen))
}

fn identifier(kind: IdentifierKind, value: &Value) -> Result<Value, String> {
    let value = text(value, TEXT_MAX)?;
    Ok(Value::from(Identifier { kind, value }.normalised()?.value))
}

fn url(value: &Value) -> Result<String, String> {
    let text = text(value, TEXT_MAX)?;
    let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let fine = host.is_some_and(|host| host.starts_with(|c: char| c.is_alphanumeric() || c == '['));
    if fine && !text.contains(char::is_whitespace) {
        Ok(text)
    } else {
        Err("must be an address such as https://example.com".to_owned())
    }
}
