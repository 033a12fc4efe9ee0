//! What stands between the braces of a placeholder: an expression of the one language over the fields of a message.

use rules::{Facts, References};
use serde_json::{Map, Value};

/// Compiles the text of a placeholder.
///
/// # Errors
/// What is wrong with it, in words.
pub fn compile(text: &str) -> Result<rules::Expression, String> {
    rules::Expression::compile(text.trim()).map_err(|faults| {
        let faults: Vec<String> = faults.into_iter().map(|fault| fault.message).collect();
        format!("the placeholder {{{{ {} }}}} cannot be read: {}", text.trim(), faults.join("; "))
    })
}

/// The fields of a message as expressions see them.
#[must_use]
pub fn facts(fields: &Map<String, Value>) -> Facts {
    let root = |name: &str| fields.get(name).cloned().unwrap_or(Value::Null);
    let reference = fields.get("ref").and_then(Value::as_object).cloned().map(References::new);
    Facts {
        event: root("event"),
        meta: root("meta"),
        customer: root("customer"),
        account: root("account"),
        prediction: root("prediction"),
        cards: root("cards"),
        time: root("time"),
        vars: root("vars"),
        reference: reference.unwrap_or_default(),
    }
}
