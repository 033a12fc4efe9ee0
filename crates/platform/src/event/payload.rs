//! What an event says, as text until somebody looks at it: most readers of the log pass most events by.

use serde::{Serialize, Serializer};
use serde_json::Value;
use std::fmt::{Display, Formatter};
use std::ops::Deref;
use std::sync::{Arc, OnceLock};

/// The details of an event, a JSON object. It is read at the first look, once for all who share it.
#[derive(Clone, Debug)]
pub struct Payload(Arc<Said>);

#[derive(Debug)]
struct Said {
    text: Box<str>,
    read: OnceLock<Value>,
}

impl Payload {
    /// Of JSON as the database wrote it; any other text is null.
    pub(super) fn of_json(text: String) -> Self {
        Self(Arc::new(Said { text: text.into(), read: OnceLock::new() }))
    }

    /// How long the text is.
    pub(super) fn bytes(&self) -> usize {
        self.0.text.len()
    }

    /// The details on their own.
    #[must_use]
    pub fn into_value(self) -> Value {
        match Arc::try_unwrap(self.0) {
            Ok(said) => said.read.into_inner().unwrap_or_else(|| read(&said.text)),
            Err(shared) => Self(shared).deref().clone(),
        }
    }
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default() // what stands in a column of JSON can be read
}

impl Deref for Payload {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.0.read.get_or_init(|| read(&self.0.text))
    }
}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        self.0.text == other.0.text || **self == **other
    }
}

impl Display for Payload {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0.text)
    }
}

impl Serialize for Payload {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (**self).serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_is_read_at_the_first_look_and_once_for_all() {
        let payload = Payload::of_json(r#"{"amount": 5, "to": ["a"]}"#.to_owned());
        let shared = payload.clone();
        assert!(payload.0.read.get().is_none(), "nobody has looked");
        assert_eq!(shared["amount"], json!(5));
        assert_eq!(payload.0.read.get(), Some(&json!({ "amount": 5, "to": ["a"] })));
        assert_eq!(payload.to_string(), r#"{"amount": 5, "to": ["a"]}"#);
        assert_eq!(json!({ "said": payload }), json!({ "said": { "amount": 5, "to": ["a"] } }));
    }

    #[test]
    fn it_is_handed_over_whether_shared_or_looked_at() {
        let text = || Payload::of_json(r#"{"amount":5}"#.to_owned());
        assert_eq!(text().into_value(), json!({ "amount": 5 }));
        let (looked_at, shared) = (text(), text());
        assert_eq!(looked_at["amount"], json!(5));
        let _other = shared.clone();
        assert_eq!(looked_at.into_value(), json!({ "amount": 5 }));
        assert_eq!(shared.into_value(), json!({ "amount": 5 }));
    }

    #[test]
    fn the_same_is_the_same_however_it_is_written() {
        let of = |text: &str| Payload::of_json(text.to_owned());
        assert_eq!(of(r#"{"a":1,"b":2}"#), of(r#"{"b": 2, "a": 1}"#));
        assert_ne!(of(r#"{"a":1}"#), of(r#"{"a":2}"#));
    }
}
