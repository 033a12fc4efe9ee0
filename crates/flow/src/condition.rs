//! Conditions of a branch: plain data, no language.

use crate::definition::Value;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What must hold for a branch to be taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Condition {
    /// Every one holds.
    All(All),
    /// At least one holds.
    Any(Any),
    /// A variable compares with a value.
    Compare(Compare),
}

/// Every one holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct All {
    /// The conditions.
    pub all: Vec<Condition>,
}

/// At least one holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Any {
    /// The conditions.
    pub any: Vec<Condition>,
}

/// A variable compares with a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Compare {
    /// The variable.
    pub var: String,
    /// How.
    pub op: Operator,
    /// With what.
    pub value: Value,
}

/// How a variable compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Operator {
    /// Equal.
    Eq,
    /// Not equal; true for a variable without a value.
    Ne,
    /// Less, for numbers.
    Lt,
    /// Less or equal, for numbers.
    Le,
    /// More, for numbers.
    Gt,
    /// More or equal, for numbers.
    Ge,
    /// The text begins with the value.
    StartsWith,
}

impl Condition {
    /// Whether it holds. A variable without a value is unequal to everything and compares with nothing.
    #[must_use]
    pub fn holds(&self, variables: &BTreeMap<String, Value>) -> bool {
        match self {
            Self::All(All { all }) => all.iter().all(|part| part.holds(variables)),
            Self::Any(Any { any }) => any.iter().any(|part| part.holds(variables)),
            Self::Compare(compare) => compare.holds(variables.get(&compare.var)),
        }
    }

    /// Every comparison in it, with its JSON pointer below the condition.
    #[must_use]
    pub fn comparisons(&self) -> Vec<(String, &Compare)> {
        let (field, parts) = match self {
            Self::All(All { all }) => ("all", all),
            Self::Any(Any { any }) => ("any", any),
            Self::Compare(compare) => return vec![(String::new(), compare)],
        };
        let numbered = parts.iter().enumerate();
        let below = numbered.flat_map(|(index, part)| {
            let inner = part.comparisons().into_iter();
            inner.map(move |(pointer, compare)| (format!("/{field}/{index}{pointer}"), compare))
        });
        below.collect()
    }
}

impl Compare {
    fn holds(&self, actual: Option<&Value>) -> bool {
        match self.op {
            Operator::Eq => actual == Some(&self.value),
            Operator::Ne => actual != Some(&self.value),
            Operator::Lt => self.numbers(actual).is_some_and(|(left, right)| left < right),
            Operator::Le => self.numbers(actual).is_some_and(|(left, right)| left <= right),
            Operator::Gt => self.numbers(actual).is_some_and(|(left, right)| left > right),
            Operator::Ge => self.numbers(actual).is_some_and(|(left, right)| left >= right),
            Operator::StartsWith => match (actual, &self.value) {
                (Some(Value::Text(text)), Value::Text(start)) => text.starts_with(start.as_str()),
                _ => false, // the loader lets only texts through
            },
        }
    }

    fn numbers(&self, actual: Option<&Value>) -> Option<(i64, i64)> {
        match (actual, &self.value) {
            (Some(Value::Number(left)), Value::Number(right)) => Some((*left, *right)),
            _ => None, // the loader lets only numbers through
        }
    }
}
