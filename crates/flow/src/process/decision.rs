//! Decision tables inside a flow.

use rules::{Facts, Fault};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use std::borrow::Cow;

/// A decision table as the table editor writes it: inputs, outputs, rules, hit policy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Table(pub Json);

impl Table {
    /// What is wrong with it.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        vec![Fault::error("not_ready", "", "decision tables are not evaluated yet")]
    }

    /// What it answers.
    ///
    /// # Errors
    /// Why it gives no answer.
    pub fn evaluate(&self, _facts: &Facts) -> Result<Json, String> {
        Err("decision tables are not evaluated yet".to_owned())
    }
}

impl JsonSchema for Table {
    fn schema_name() -> Cow<'static, str> {
        "DecisionTable".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "object", "format": "decision_table" })
    }
}
