//! What can be tried: events of registered types at which live rules look, and the questions that fill them in.
//!
//! A question comes from the JSON Schema of the type. Asked is what the type requires and what the rules read; the rest
//! of an event's fields changes nothing that they decide.

use base::{LocalText, Locale};
use chrono::{DateTime, NaiveDate};
use platform::event_type::schema;
use rules::catalogue::{Catalogue, Field, FieldKind};
use rules::rule::Title;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Most characters of a typed value: longer ones are no values that a person tries out.
pub const VALUE_CHARS_MAX: usize = 1_000;
/// Most values that are offered from the tests of the rules.
const SAMPLES_MAX: usize = 6;

/// One thing that can happen.
#[derive(Clone, Debug)]
pub struct Scenario {
    /// The name of the event's type.
    pub event: String,
    /// How people call it.
    pub title: LocalText,
    /// The names of the live rules that look at it.
    pub rules: Vec<String>,
    /// What is asked, in order.
    pub questions: Vec<Question>,
    /// What rules may look at, for explanations.
    pub fields: Vec<Field>,
    /// The schema of the event's data.
    pub schema: Value,
}

/// One field of an event.
#[derive(Clone, Debug)]
pub struct Question {
    /// Its key in the event's data.
    pub key: String,
    /// How people call it.
    pub title: Title,
    /// The unit of a number.
    pub unit: Option<String>,
    /// What kind of value it takes.
    pub kind: FieldKind,
    /// Whether the number is whole.
    pub whole: bool,
    /// Whether the type requires it.
    pub required: bool,
    /// The values that it may have, when they are listed.
    pub choices: Vec<(Value, Title)>,
    /// Values that the tests of the rules use.
    pub samples: Vec<Value>,
    /// Its schema.
    pub schema: Value,
}

/// Why a text is no value of a field: the key of a text, and what is filled into it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadValue {
    /// Of `words.toml`.
    pub key: &'static str,
    /// Filled into `{text}`, `{limit}`, `{detail}` or `{example}`.
    pub what: String,
}

/// The title in a language.
#[must_use]
pub fn title(title: &Title, locale: Locale) -> &str {
    match title {
        Title::Text(text) => text,
        Title::Local(texts) => texts.get(locale),
    }
}

impl Scenario {
    /// The scenario of an event type: `read` are the paths that its live rules read, `samples` the events of their tests.
    #[must_use]
    pub fn new(
        (event, title): (String, LocalText),
        schema: Value,
        rules: Vec<String>,
        read: &BTreeSet<String>,
        samples: &[Value],
        fields: Vec<Field>,
    ) -> Self {
        let questions = questions(&schema, read, samples);
        Self { event, title, rules, questions, fields, schema }
    }

    /// What is asked next, given what is known.
    #[must_use]
    pub fn next(&self, data: &Map<String, Value>, left_out: &BTreeSet<String>) -> Option<&Question> {
        self.questions
            .iter()
            .find(|question| !data.contains_key(&question.key) && !left_out.contains(&question.key))
    }

    /// The question about a field.
    #[must_use]
    pub fn question(&self, key: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.key == key)
    }

    /// What is wrong with an event as a whole, in words.
    #[must_use]
    pub fn faults(&self, data: &Map<String, Value>) -> Vec<String> {
        let Ok(validator) = schema::compile(&self.schema) else { return Vec::new() };
        let faults = schema::check(&validator, &Value::Object(data.clone()));
        faults.into_iter().map(|fault| format!("{}: {}", fault.pointer, fault.detail)).collect()
    }
}

fn questions(schema: &Value, read: &BTreeSet<String>, samples: &[Value]) -> Vec<Question> {
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else { return Vec::new() };
    let required: Vec<&str> = schema
        .get("required")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let catalogue = Catalogue::new(Some(schema));
    let is_read = |key: &str| {
        let path = format!("event.{key}");
        read.iter().any(|read| read == "event" || *read == path || read.starts_with(&format!("{path}.")))
    };
    let mut questions: Vec<Question> = properties
        .iter()
        .filter(|(key, _)| required.contains(&key.as_str()) || is_read(key))
        .filter_map(|(key, property)| {
            let field = catalogue.field(&format!("event.{key}"))?;
            Some(Question {
                key: key.clone(),
                title: field.title.clone(),
                unit: field.unit.clone(),
                kind: field.kind,
                whole: property.get("type").and_then(Value::as_str) == Some("integer"),
                required: required.contains(&key.as_str()),
                choices: choices(property),
                samples: offered(key, samples),
                schema: property.clone(),
            })
        })
        .collect();
    questions.sort_by_key(|question| !question.required);
    questions
}

/// The listed values with their titles (`x-choices`).
fn choices(property: &Value) -> Vec<(Value, Title)> {
    let values = property.get("enum").and_then(Value::as_array).into_iter().flatten();
    let title = |value: &Value| {
        let plain = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let local = property.get("x-choices").and_then(|titles| titles.get(&plain)).cloned();
        local.and_then(|title| serde_json::from_value(title).ok()).map_or(Title::Text(plain), Title::Local)
    };
    values.filter(|value| !value.is_null()).map(|value| (value.clone(), title(value))).collect()
}

/// The different values that the samples have for a field, in their order.
fn offered(key: &str, samples: &[Value]) -> Vec<Value> {
    let mut offered: Vec<Value> = Vec::new();
    for value in samples.iter().filter_map(|sample| sample.get(key)) {
        if !value.is_null() && !offered.contains(value) && offered.len() < SAMPLES_MAX {
            offered.push(value.clone());
        }
    }
    offered
}

impl Question {
    /// The value that a person wrote.
    ///
    /// # Errors
    /// Why it is none, and what would be right.
    pub fn read(&self, text: &str) -> Result<Value, BadValue> {
        let text = text.trim();
        let bad = |key| Err(BadValue { key, what: shortened(text) });
        if text.chars().count() > VALUE_CHARS_MAX {
            return Err(BadValue { key: "too_long", what: VALUE_CHARS_MAX.to_string() });
        }
        let value = match self.kind {
            FieldKind::Number => match number(text, self.whole) {
                Some(value) => value,
                None if self.whole => return bad("bad_whole"),
                None => return bad("bad_number"),
            },
            FieldKind::Boolean | FieldKind::Choice => return bad("bad_choice"),
            FieldKind::Date => match text.parse::<NaiveDate>() {
                Ok(date) => Value::String(date.to_string()),
                Err(_) => return bad("bad_date"),
            },
            FieldKind::Datetime => match DateTime::parse_from_rfc3339(text) {
                Ok(moment) => Value::String(moment.to_rfc3339()),
                Err(_) => return bad("bad_datetime"),
            },
            FieldKind::List => list(text)?,
            FieldKind::Object => match serde_json::from_str(text) {
                Ok(Value::Object(fields)) => Value::Object(fields),
                _ => return Err(BadValue { key: "bad_json", what: "{\"name\": 1}".to_owned() }),
            },
            FieldKind::Text => Value::String(text.to_owned()),
        };
        self.check(value)
    }

    /// The value, when the field's schema takes it.
    ///
    /// # Errors
    /// Why it does not.
    pub fn check(&self, value: Value) -> Result<Value, BadValue> {
        let limit = |name: &str| self.schema.get(name).and_then(Value::as_f64);
        if let Some(number) = value.as_f64() {
            if let Some(least) = limit("minimum").filter(|least| number < *least) {
                return Err(BadValue { key: "too_small", what: least.to_string() });
            }
            if let Some(most) = limit("maximum").filter(|most| number > *most) {
                return Err(BadValue { key: "too_large", what: most.to_string() });
            }
        }
        let count = |name: &str| self.schema.get(name).and_then(Value::as_u64);
        if let Some(text) = value.as_str() {
            let length = u64::try_from(text.chars().count()).unwrap_or(u64::MAX);
            if let Some(least) = count("minLength").filter(|least| length < *least) {
                return Err(BadValue { key: "too_short", what: least.to_string() });
            }
            if let Some(most) = count("maxLength").filter(|most| length > *most) {
                return Err(BadValue { key: "too_long", what: most.to_string() });
            }
        }
        // A part that refers to the whole (`$ref`) is checked with the whole.
        if let Ok(validator) = schema::compile(&self.schema)
            && let Some(fault) = schema::check(&validator, &value).into_iter().next()
        {
            return Err(BadValue { key: "bad_value", what: fault.detail });
        }
        Ok(value)
    }
}

/// A number as people write it: spaces between thousands, a comma or a point.
fn number(text: &str, whole: bool) -> Option<Value> {
    let compact: String = text.chars().filter(|c| !c.is_whitespace() && *c != '_').collect();
    let compact = compact.replace(',', ".");
    let plain = compact.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'));
    if !plain {
        return None;
    }
    if let Ok(number) = compact.parse::<i64>() {
        return Some(Value::from(number));
    }
    let number = compact.parse::<f64>().ok().filter(|number| number.is_finite() && !whole)?;
    serde_json::Number::from_f64(number).map(Value::Number)
}

/// A JSON list, or texts with commas between them.
fn list(text: &str) -> Result<Value, BadValue> {
    if text.starts_with('[') {
        let bad = BadValue { key: "bad_json", what: "[\"a\", \"b\"]".to_owned() };
        return serde_json::from_str::<Vec<Value>>(text).map(Value::Array).map_err(|_| bad);
    }
    let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
    Ok(Value::Array(parts.map(|part| Value::String(part.to_owned())).collect()))
}

/// What a person wrote, as far as it is repeated in an answer.
fn shortened(text: &str) -> String {
    const SHOWN: usize = 40;
    let shown: String = text.chars().take(SHOWN).collect();
    if text.chars().count() > SHOWN { format!("{shown}…") } else { shown }
}
