//! What zen-engine's static analysis finds in a table, as faults with examples.

use super::{ANALYSED_MAX, Table};
use crate::fault::{Fault, Severity};
use serde_json::{Value, json};
use std::panic::{AssertUnwindSafe, catch_unwind};
use zen_engine::Workspace;
use zen_engine::model::DecisionContent;
use zen_engine::workspace::{CursorTarget, Diagnostic, DiagnosticCode};

const PATH: &str = "table";

/// What is left to people's taste, and what a rule's own checker says better.
const LEFT_OUT: [DiagnosticCode; 9] = [
    DiagnosticCode::CompressibleTable,
    DiagnosticCode::RedundantParentheses,
    DiagnosticCode::NonDiscriminatingColumn,
    DiagnosticCode::RedundantNullish,
    DiagnosticCode::ImplicitAny,
    DiagnosticCode::UncheckedNode,
    DiagnosticCode::MissingInputSchema,
    DiagnosticCode::PreferMatch,
    DiagnosticCode::PreferDictionary,
];

impl Table {
    /// Rows that can never fire, missing cases, values that are no member of a choice, broken cells. `schema` is the
    /// JSON Schema of the facts.
    #[must_use]
    pub fn check(&self, schema: &Value) -> Vec<Fault> {
        if self.rules.len() > ANALYSED_MAX {
            let message = format!("rows are compared with each other only up to {ANALYSED_MAX} rows");
            return vec![Fault::hint("not_analysed", "/rules", message)];
        }
        let analysed = catch_unwind(AssertUnwindSafe(|| self.diagnostics(schema)));
        match analysed {
            Ok(Ok(found)) => {
                let told =
                    found.iter().filter(|one| !LEFT_OUT.contains(&one.code)).map(|one| self.fault(one));
                told.chain(self.left_to_the_default(schema)).collect()
            }
            Ok(Err(message)) => vec![Fault::error("malformed", "", message)],
            Err(_) => vec![Fault::warning(
                "not_analysed",
                "",
                "the analysis of this table failed: look at it twice",
            )],
        }
    }

    /// Which cases only the default row answers: what the analysis misses when it is taken away.
    fn left_to_the_default(&self, schema: &Value) -> Option<Fault> {
        let mut without = self.clone();
        without.rules.pop()?;
        if without.rules.is_empty() {
            return None;
        }
        let found = catch_unwind(AssertUnwindSafe(|| without.diagnostics(schema))).ok()?.ok()?;
        let missing = found.iter().find(|one| one.code == DiagnosticCode::MissingCases)?;
        let mut fault = self.fault(missing);
        fault.severity = Severity::Hint;
        fault.pointer = format!("/rules/{}", without.rules.len());
        fault.message = format!("only the last row answers here: {}", missing.message);
        Some(fault)
    }

    fn diagnostics(&self, schema: &Value) -> Result<Vec<Diagnostic>, String> {
        let content = json!({
            "nodes": [
                { "id": "in", "name": "in", "type": "inputNode", "content": { "schema": schema.to_string() } },
                { "id": PATH, "name": PATH, "type": "decisionTableNode", "content": self.content() },
                { "id": "out", "name": "out", "type": "outputNode", "content": {} },
            ],
            "edges": [
                { "id": "a", "sourceId": "in", "targetId": PATH },
                { "id": "b", "sourceId": PATH, "targetId": "out" },
            ],
        });
        let document: DecisionContent = serde_json::from_value(content).map_err(|error| error.to_string())?;
        let mut workspace = Workspace::new();
        workspace.set_document(PATH, document);
        Ok(workspace.diagnostics(PATH))
    }

    /// The node's content as zen-engine reads it.
    pub(super) fn content(&self) -> Value {
        let mut content = serde_json::to_value(self.named()).unwrap_or_default();
        if let Some(content) = content.as_object_mut() {
            content.insert("passThrough".to_owned(), json!(false));
        }
        content
    }

    fn fault(&self, found: &Diagnostic) -> Fault {
        let code = serde_json::to_value(found.code).ok();
        let code = code.as_ref().and_then(Value::as_str).unwrap_or("table").to_lowercase();
        let severity = match found.severity {
            zen_engine::workspace::Severity::Error => Severity::Error,
            zen_engine::workspace::Severity::Warning => Severity::Warning,
            zen_engine::workspace::Severity::Hint => Severity::Hint,
        };
        let pointer = match &found.location.target {
            Some(CursorTarget::DecisionTableCell { row, col }) => format!("/rules/{row}/{col}"),
            Some(CursorTarget::DecisionTableRow { row }) => format!("/rules/{row}"),
            Some(CursorTarget::DecisionTableHead { col }) => self.head(col),
            _ => "/rules".to_owned(),
        };
        let args = serde_json::to_value(&found.args).unwrap_or_default();
        let code = match found.expr_code {
            Some("type.invalid-enum-member") => "unknown_choice",
            _ => code.as_str(),
        };
        Fault {
            severity,
            code: code.to_owned(),
            pointer,
            node: None,
            message: found.message.clone(),
            example: example(&args),
        }
    }

    fn head(&self, column: &str) -> String {
        let find = |columns: &[super::TableColumn]| columns.iter().position(|one| one.id == column);
        match (find(&self.inputs), find(&self.outputs)) {
            (Some(place), _) => format!("/inputs/{place}/field"),
            (_, Some(place)) => format!("/outputs/{place}/field"),
            _ => "/inputs".to_owned(),
        }
    }
}

/// The input or the cases that show a finding; the analysis gives objects as text.
fn example(args: &Value) -> Option<Value> {
    let found = ["example", "cases", "value"].iter().find_map(|key| args.get(*key))?;
    let parsed = found.as_str().and_then(|text| serde_json::from_str(text).ok());
    Some(parsed.unwrap_or_else(|| found.clone()))
}
