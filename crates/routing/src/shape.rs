//! How the live protocol writes things.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::Value;

/// A moment: RFC 3339, UTC, milliseconds.
pub(crate) fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// An object with the fields of another added; those of the other win.
pub(crate) fn with(base: Value, more: Value) -> Value {
    match (base, more) {
        (Value::Object(mut fields), Value::Object(more)) => {
            fields.extend(more);
            Value::Object(fields)
        }
        (_, more) => more,
    }
}
