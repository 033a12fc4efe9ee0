//! A flow as its file says it, after every check.

use crate::node::Node;
use base::Locale;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The name of a node inside its flow, such as `menu`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct NodeKey(Box<str>);

impl NodeKey {
    /// The name as the file writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for NodeKey {
    fn from(name: &str) -> Self {
        Self(name.into())
    }
}

impl fmt::Display for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a flow is for. An IVR is the only kind that calls walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Interactive voice response: walked by a call.
    Ivr,
}

/// The value of a variable.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Value {
    /// Yes or no.
    YesNo(bool),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
}

impl Value {
    /// The type of this value.
    #[must_use]
    pub const fn value_type(&self) -> ValueType {
        match self {
            Self::YesNo(_) => ValueType::YesNo,
            Self::Number(_) => ValueType::Number,
            Self::Text(_) => ValueType::Text,
        }
    }
}

/// What a variable may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ValueType {
    /// `true` or `false`.
    YesNo,
    /// A whole number of 64 bits.
    Number,
    /// A text.
    Text,
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::YesNo => "yes_no",
            Self::Number => "number",
            Self::Text => "text",
        })
    }
}

/// Variables that every walk has, with their types. A flow reads them and may not declare or set them.
pub const GIVEN_VARIABLES: [(&str, ValueType); 7] = [
    ("caller.number", ValueType::Text),
    ("caller.known", ValueType::YesNo),
    ("caller.name", ValueType::Text),
    ("caller.kind", ValueType::Text),
    ("caller.language", ValueType::Text),
    ("caller.vip", ValueType::YesNo),
    ("dialled", ValueType::Text),
];

/// A flow that passed every check.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Definition {
    /// The file it came from.
    pub file: String,
    /// The name that numbers and other flows refer to.
    pub name: String,
    /// The version that its author counts up.
    pub version: u32,
    /// What it is for.
    pub kind: Kind,
    /// The language spoken until a node or the caller's record says another.
    pub language: Locale,
    /// The first node.
    pub start: NodeKey,
    /// Variables of its own with their types.
    pub variables: BTreeMap<String, ValueType>,
    /// The nodes.
    pub nodes: BTreeMap<NodeKey, Node>,
}

impl Definition {
    /// The type of a variable, given or declared.
    #[must_use]
    pub fn variable_type(&self, name: &str) -> Option<ValueType> {
        GIVEN_VARIABLES
            .iter()
            .find(|(given, _)| *given == name)
            .map(|(_, value_type)| *value_type)
            .or_else(|| self.variables.get(name).copied())
    }
}
