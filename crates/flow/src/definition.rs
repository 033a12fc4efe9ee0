//! A flow as its file says it, after every check.

use crate::node::Node;
use base::Locale;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
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

impl JsonSchema for NodeKey {
    fn schema_name() -> Cow<'static, str> {
        "NodeKey".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "node" })
    }
}

impl fmt::Display for NodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a flow is for. An IVR is the only kind that calls walk.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    JsonSchema,
    utoipa::ToSchema,
    sqlx::Type,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[schema(as = FlowKind)]
pub enum Kind {
    /// Interactive voice response: walked by a call.
    Ivr,
    /// A campaign flow: walked by a customer, with messages and waits.
    Campaign,
    /// A script: walked by an operator at the desk, page by page.
    Script,
    /// A business process: walked by a request, with tasks and approvals.
    Process,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Ivr, Self::Campaign, Self::Script, Self::Process];

    /// As the file writes it.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ivr => "ivr",
            Self::Campaign => "campaign",
            Self::Script => "script",
            Self::Process => "process",
        }
    }
}

/// The value of a variable.
#[derive(
    Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema, utoipa::ToSchema,
)]
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
