//! What is wrong with a document that somebody writes: the one shape of every diagnostic.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// How bad a [`Fault`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// The document cannot be put into use.
    Error,
    /// It can be used, but hardly does what was meant.
    Warning,
    /// Something to know.
    Hint,
}

/// One thing that is wrong with a document, where it is and what would be right.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Fault {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of fault, such as `unknown_field`.
    #[schema(example = "unknown_field")]
    pub code: String,
    /// Where, as a JSON pointer (RFC 6901) into the document; empty: the whole of it.
    #[schema(example = "/criteria/group/all/0/field")]
    pub pointer: String,
    /// The flow node it belongs to, when the document is a flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node: Option<String>,
    /// What is wrong and what would be right.
    pub message: String,
    /// A value that shows it: the nearest name, an input that no row matches.
    #[serde(default)]
    pub example: Option<Value>,
}

impl Fault {
    /// A fault that keeps the document from being used.
    #[must_use]
    pub fn error(code: &str, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, pointer, message)
    }

    /// A fault that a reader should know before the document is used.
    #[must_use]
    pub fn warning(code: &str, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, pointer, message)
    }

    /// Something worth knowing.
    #[must_use]
    pub fn hint(code: &str, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Hint, code, pointer, message)
    }

    fn new(severity: Severity, code: &str, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            severity,
            code: code.to_owned(),
            pointer: pointer.into(),
            node: None,
            message: message.into(),
            example: None,
        }
    }

    /// The same fault with a value that shows it.
    #[must_use]
    pub fn with_example(mut self, example: impl Into<Value>) -> Self {
        self.example = Some(example.into());
        self
    }

    /// The same fault as a part of a larger document: `prefix` is where that part stands.
    #[must_use]
    pub fn under(mut self, prefix: &str) -> Self {
        self.pointer.insert_str(0, prefix);
        self
    }

    /// The same fault as one of the flow node `node`.
    #[must_use]
    pub fn of_node(mut self, node: impl Into<String>) -> Self {
        self.node = Some(node.into());
        self
    }

    /// Whether it keeps the document from being used.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// The member of `names` that is nearest to `wanted`, for "did you mean": at most a third of its letters differ.
#[must_use]
pub fn nearest<'n>(wanted: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let allowed = wanted.chars().count().div_ceil(3).max(1);
    names
        .into_iter()
        .map(|name| (distance(wanted, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How many letters must be put in, taken out or changed (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (at, letter) in from.chars().enumerate() {
        let mut next = vec![at + 1];
        for ((here, above_left), above) in to.iter().zip(&row).zip(row.iter().skip(1)) {
            let left = next.last().copied().unwrap_or(0);
            let change = above_left + usize::from(*here != letter);
            next.push(change.min(above + 1).min(left + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_and_a_far_one_is_not() {
        assert_eq!(nearest("custmer.name", ["customer.name", "customer.vip"]), Some("customer.name"));
        assert_eq!(nearest("agee", ["age", "amount"]), Some("age"));
        assert_eq!(nearest("tariff", ["name", "vip"]), None);
    }

    #[test]
    fn a_fault_moves_into_the_document_that_contains_it() {
        let fault = Fault::error("syntax", "/text", "broken").under("/reactions/0/value").of_node("ask");
        assert_eq!((fault.pointer.as_str(), fault.node.as_deref()), ("/reactions/0/value/text", Some("ask")));
    }
}
