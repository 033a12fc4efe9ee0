//! JSON Schemas of events: what is accepted as one, and whether an event's data keeps to it.

use base::FieldFault;
use jsonschema::{Draft, PatternOptions, Validator};
use serde_json::Value;

/// Longest schema, in bytes of JSON. The richest of ours has a tenth of it.
pub const SCHEMA_BYTES_MAX: usize = 65_536;
/// Deepest nesting of a schema: what a form can still show.
pub const SCHEMA_DEPTH_MAX: usize = 16;
/// Largest compiled pattern, in bytes: a pattern is written by a person and is short.
const PATTERN_BYTES_MAX: usize = 1_048_576;
/// Faults of one event that are told; more do not help whoever repairs it.
pub const FAULTS_MAX: usize = 20;

/// What is wrong with a schema, before it is used.
#[must_use]
pub fn faults(schema: &Value) -> Vec<FieldFault> {
    let refuse = |detail: String| vec![FieldFault::new("/schema", detail)];
    if let Some(detail) = refused(schema) {
        return refuse(detail);
    }
    if schema.get("type").and_then(Value::as_str) != Some("object") {
        return refuse(
            "must be a schema of an object: {\"type\": \"object\", \"properties\": {…}}".to_owned(),
        );
    }
    Vec::new()
}

/// Why any schema that a person writes is not used: it is too large, leads outside, or is none.
#[must_use]
pub fn refused(schema: &Value) -> Option<String> {
    if schema.to_string().len() > SCHEMA_BYTES_MAX {
        return Some(format!("is longer than {SCHEMA_BYTES_MAX} bytes"));
    }
    if depth(schema) > SCHEMA_DEPTH_MAX {
        return Some(format!("is nested deeper than {SCHEMA_DEPTH_MAX} levels"));
    }
    if let Some(reference) = outside_reference(schema) {
        return Some(format!("refers to {reference}: only references within the schema (#/…) are followed"));
    }
    compile(schema).err()
}

/// Makes the schema ready for use.
///
/// # Errors
/// Why it is no JSON Schema.
pub fn compile(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        // Patterns in linear time: one that backtracks would let an event hold the server up.
        .with_pattern_options(PatternOptions::regex().size_limit(PATTERN_BYTES_MAX))
        .offline()
        .build(schema)
        .map_err(|error| format!("is no JSON Schema: {error}"))
}

/// Where an event's data does not keep to the schema; pointers begin at the data.
#[must_use]
pub fn check(validator: &Validator, data: &Value) -> Vec<FieldFault> {
    if validator.is_valid(data) {
        return Vec::new();
    }
    let fault = |error: jsonschema::ValidationError<'_>| {
        // Without the value: what it holds of a customer does not belong into logs.
        FieldFault::new(error.instance_path().as_str(), error.masked().to_string())
    };
    validator.iter_errors(data).take(FAULTS_MAX).map(fault).collect()
}

/// How deeply a value is nested; a number or a text is 0.
#[must_use]
pub fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(fields) => 1 + fields.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}

fn outside_reference(schema: &Value) -> Option<&str> {
    match schema {
        Value::Object(fields) => fields.iter().find_map(|(key, value)| match (key.as_str(), value) {
            ("$ref" | "$dynamicRef" | "$schema" | "$id", Value::String(text)) => {
                let known =
                    text.starts_with('#') || text.starts_with("https://json-schema.org/draft/2020-12/");
                (!known).then_some(text.as_str())
            }
            _ => outside_reference(value),
        }),
        Value::Array(items) => items.iter().find_map(outside_reference),
        _ => None,
    }
}
