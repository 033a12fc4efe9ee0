//! Decision tables inside a flow: those of rules, compiled when the flow is read.

use rules::table::{CompiledTable, HitPolicy, Table as Rows};
use rules::{Fault, Prepared};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;
use std::borrow::Cow;

/// A decision table as the table editor writes it: inputs, outputs, rules, hit policy.
#[derive(Clone, Debug)]
pub struct Table {
    written: Json,
    compiled: Result<(HitPolicy, CompiledTable), Vec<Fault>>,
}

impl Table {
    /// The table of a JSON, also when it cannot be compiled: [`Table::faults`] says why.
    #[must_use]
    pub fn new(written: Json) -> Self {
        let compiled = Rows::read(&written)
            .and_then(|rows| CompiledTable::compile(&rows).map(|compiled| (rows.hit_policy, compiled)));
        Self { written, compiled }
    }

    /// What is wrong with it.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        self.compiled.as_ref().err().cloned().unwrap_or_default()
    }

    /// What it answers: an object of its outputs, or a list of them when it collects.
    ///
    /// # Errors
    /// Why it gives no answer.
    pub fn evaluate(&self, facts: &Prepared<'_>) -> Result<Json, String> {
        let Ok((policy, compiled)) = &self.compiled else {
            return Err("the table cannot be read".to_owned());
        };
        let hit = compiled.evaluate_in(facts);
        if let (Some(failed), true) = (hit.failed.first(), hit.outputs.is_empty()) {
            return Err(failed.clone());
        }
        let mut outputs = hit.outputs.into_iter().map(Json::Object);
        Ok(match policy {
            HitPolicy::First => outputs.next().unwrap_or_default(),
            HitPolicy::Collect => Json::Array(outputs.collect()),
        })
    }
}

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Serialize for Table {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Table {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::new(Json::deserialize(deserializer)?))
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
