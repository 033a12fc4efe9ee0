//! What a rule does.

use super::Criteria;
use crate::placeholder::{Piece, pieces};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One reaction of a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Reaction {
    /// Names it within the rule: letters, digits, `_`.
    pub key: String,
    /// How long after the event.
    #[serde(default)]
    pub after_seconds: u32,
    /// Not done when this happened to the customer in between.
    #[serde(default)]
    pub unless: Option<Unless>,
    /// What is done.
    #[serde(flatten)]
    pub act: Act,
}

/// What makes a waiting reaction needless.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Unless {
    /// The same customer had an event of this type,
    pub event: String,
    /// which fulfils this; any of them when absent.
    #[serde(default)]
    pub criteria: Option<Criteria>,
}

/// What a reaction does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Act {
    /// Sends the customer a message.
    Message {
        /// `preferred`, `sms` or `email`.
        channel: String,
        /// The name of the template.
        template: String,
        /// Whether it is news or advertising.
        #[serde(default)]
        class: MessageClass,
    },
    /// Appends an event.
    Emit {
        /// Its type.
        event: String,
        /// Its data: an expression a field.
        #[serde(default)]
        data: BTreeMap<String, String>,
    },
    /// Sets an attribute of the customer.
    SetAttribute {
        /// Its key.
        attribute: String,
        /// An expression.
        value: String,
    },
    /// Starts a flow.
    StartFlow {
        /// Its name.
        flow: String,
        /// Its variables: an expression each.
        #[serde(default)]
        variables: BTreeMap<String, String>,
    },
    /// Calls another system.
    Call {
        /// The name of the connector.
        connector: String,
        /// The key of the operation.
        operation: String,
        /// What is sent: an expression a field.
        #[serde(default)]
        input: BTreeMap<String, String>,
    },
    /// Gives the customer points of a loyalty programme, in the account that the event is about.
    Accrue {
        /// The code of the bonus type.
        bonus_type: String,
        /// How many: an expression. It is rounded as the bonus type says.
        amount: String,
        /// For how many days they are valid; as the bonus type says when absent.
        #[serde(default)]
        validity_days: Option<i32>,
        /// The reason code of the booking; the kind of the activity when absent.
        #[serde(default)]
        reason: Option<String>,
    },
    /// Gives people something to do.
    Task {
        /// What is to be done, a template.
        title: String,
        /// Who does it: a role.
        #[serde(default)]
        role: Option<String>,
        /// How long they may take.
        #[serde(default)]
        deadline_seconds: Option<u32>,
    },
}

impl Act {
    /// The name of its kind.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Message { .. } => "message",
            Self::Emit { .. } => "emit",
            Self::SetAttribute { .. } => "set_attribute",
            Self::StartFlow { .. } => "start_flow",
            Self::Call { .. } => "call",
            Self::Accrue { .. } => "accrue",
            Self::Task { .. } => "task",
        }
    }

    /// Whether it needs a known customer.
    #[must_use]
    pub const fn needs_customer(&self) -> bool {
        matches!(self, Self::SetAttribute { .. } | Self::Accrue { .. })
    }

    /// The predictions that its expressions and its title read, by name.
    #[must_use]
    pub fn predictions(&self) -> BTreeSet<String> {
        self.texts().flat_map(crate::decide::predictions_in).collect()
    }

    /// The kinds of linked cards that its expressions and its title read.
    #[must_use]
    pub fn card_kinds(&self) -> BTreeSet<String> {
        self.texts().flat_map(crate::decide::card_kinds_in).collect()
    }

    fn texts(&self) -> impl Iterator<Item = &str> {
        let title = if let Self::Task { title, .. } = self { title.as_str() } else { "" };
        self.expressions().into_iter().map(|(_, text)| text).chain([title])
    }

    /// Its expressions, each with where it stands under the reaction.
    #[must_use]
    pub fn expressions(&self) -> Vec<(String, &str)> {
        match self {
            Self::Emit { data, .. } => pairs("data", data),
            Self::StartFlow { variables, .. } => pairs("variables", variables),
            Self::Call { input, .. } => pairs("input", input),
            Self::SetAttribute { value, .. } => vec![("/value".to_owned(), value.as_str())],
            Self::Accrue { amount, .. } => vec![("/amount".to_owned(), amount.as_str())],
            Self::Message { .. } | Self::Task { .. } => Vec::new(),
        }
    }
}

fn pairs<'m>(name: &str, map: &'m BTreeMap<String, String>) -> Vec<(String, &'m str)> {
    map.iter().map(|(key, text)| (format!("/{name}/{key}"), text.as_str())).collect()
}

/// Evaluates a map of expressions.
///
/// # Errors
/// Which of them has no value, and why.
pub fn values(texts: &BTreeMap<String, String>, facts: &crate::Facts) -> Result<Map<String, Value>, String> {
    texts
        .iter()
        .map(|(key, text)| {
            value(text, facts).map(|value| (key.clone(), value)).map_err(|error| format!("{key}: {error}"))
        })
        .collect()
}

/// Evaluates one expression that was checked before.
///
/// # Errors
/// Why it has no value.
pub fn value(text: &str, facts: &crate::Facts) -> Result<Value, String> {
    value_in(text, &facts.prepare())
}

/// [`value`] for facts that several expressions look at.
///
/// # Errors
/// Why it has no value.
pub fn value_in(text: &str, facts: &crate::facts::Prepared<'_>) -> Result<Value, String> {
    compiled(text)?.evaluate_in(facts).map_err(|error| error.to_string())
}

/// Expressions that a thread keeps compiled: more than the live rules of a site have; who has more compiles them again.
const COMPILED_MAX: usize = 1_000;

thread_local! {
    /// What this thread evaluated lately: compiling costs far more than an evaluation.
    static COMPILED: RefCell<HashMap<String, crate::Expression>> = RefCell::default();
}

fn compiled(text: &str) -> Result<crate::Expression, String> {
    COMPILED.with_borrow_mut(|known| {
        if let Some(expression) = known.get(text) {
            return Ok(expression.clone());
        }
        let expression = crate::Expression::compile(text)
            .map_err(|faults| faults.into_iter().next().map_or_else(String::new, |fault| fault.message))?;
        if known.len() >= COMPILED_MAX {
            known.clear();
        }
        known.insert(text.to_owned(), expression.clone());
        Ok(expression)
    })
}

/// A text with `{{ expression }}` filled in; no value is nothing.
///
/// # Errors
/// Which expression has no value that can be written, and why.
pub fn fill(text: &str, facts: &crate::Facts) -> Result<String, String> {
    let mut filled = String::new();
    for piece in pieces(text) {
        let inner = match piece {
            Piece::Said(said) => {
                filled.push_str(said);
                continue;
            }
            Piece::Placeholder(inner) => inner,
            Piece::Open(_) => return Err("`{{` is not closed by `}}`".to_owned()),
        };
        match value(inner, facts).map_err(|error| format!("{{{{ {inner} }}}}: {error}"))? {
            Value::Null => {}
            Value::String(text) => filled.push_str(&text),
            other => filled.push_str(&other.to_string()),
        }
    }
    Ok(filled)
}

/// Whether a message is news or advertising.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageClass {
    /// What the customer needs to know.
    Functional,
    /// What the company wants the customer to know: needs consent.
    #[default]
    Marketing,
}

/// What becomes of the other reactions of a decision when one fails for good (OMNI-09).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnError {
    /// They go on.
    #[default]
    Continue,
    /// Those done are undone, those waiting are cancelled.
    RollBack,
}
