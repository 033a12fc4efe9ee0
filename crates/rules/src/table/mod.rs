//! Decision tables: rows of conditions, each with what it gives.
//!
//! A table is the content of a JDM decision table node, so that tables travel between editors. zen-engine's static
//! analysis checks it before it is used; at run time its cells are programs of the one language, with the one meaning
//! of "no value", and a cell that cannot be computed is said instead of skipped.

mod check;
mod compiled;
#[cfg(test)]
mod tests;

pub use compiled::{CompiledTable, Hit};

use crate::fault::Fault;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// Most rows. A longer table is data: it belongs in a reference table.
pub const ROWS_MAX: usize = 5_000;
/// Most columns, in and out.
pub const COLUMNS_MAX: usize = 40;
/// Longest cell.
pub const CELL_MAX: usize = 1_000;
/// Rows up to which the analysis of rows against each other runs: it is quadratic, and an editor waits for it.
pub const ANALYSED_MAX: usize = 1_000;

/// A decision table, as JDM writes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// What is looked at, one column each.
    pub inputs: Vec<TableColumn>,
    /// What is given, one column each.
    pub outputs: Vec<TableColumn>,
    /// The rows, first to last: the cell of each column by the column's id; `_id` names the row.
    pub rules: Vec<BTreeMap<String, String>>,
    /// Whether the first matching row answers, or all of them.
    #[serde(default)]
    pub hit_policy: HitPolicy,
}

/// One column of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableColumn {
    /// Names the column in the rows.
    pub id: String,
    /// Its heading.
    #[serde(default)]
    pub name: String,
    /// What an input looks at, an expression; under which name an output is given.
    pub field: String,
}

/// Which rows answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HitPolicy {
    /// The first that matches.
    #[default]
    First,
    /// All that match, in their order.
    Collect,
}

impl Table {
    /// Reads the JSON of a table: shape and size, before anything is compiled.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(value: &Value) -> Result<Self, Vec<Fault>> {
        let rows = value.pointer("/rules").and_then(Value::as_array).map_or(0, Vec::len);
        if rows > ROWS_MAX {
            let message = format!(
                "{rows} rows are too many: at most {ROWS_MAX}; put long lists into a reference table"
            );
            return Err(vec![Fault::error("too_many_rows", "/rules", message)]);
        }
        if value.get("nodes").is_some() || value.get("blocks").is_some() {
            let message = "a decision graph is not taken: give the content of one decision table node";
            return Err(vec![Fault::error("not_allowed", "", message)]);
        }
        let table: Self = serde_path_to_error::deserialize(value).map_err(|error| {
            let pointer = crate::document::pointer(error.path());
            vec![Fault::error("malformed", pointer, error.inner().to_string())]
        })?;
        let faults = table.shape_faults();
        if faults.is_empty() { Ok(table) } else { Err(faults) }
    }

    fn shape_faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let columns = self.inputs.len() + self.outputs.len();
        if columns > COLUMNS_MAX {
            let message = format!("{columns} columns are too many: at most {COLUMNS_MAX}");
            faults.push(Fault::error("too_many_columns", "/inputs", message));
        }
        if self.outputs.is_empty() {
            faults.push(Fault::error(
                "no_output",
                "/outputs",
                "a table gives something: add a column, such as `reaction`",
            ));
        }
        for (place, row) in self.rules.iter().enumerate() {
            if let Some((column, cell)) = row.iter().find(|(_, cell)| cell.len() > CELL_MAX) {
                let message = format!("{} bytes are too long for a cell: at most {CELL_MAX}", cell.len());
                faults.push(Fault::error("too_long", format!("/rules/{place}/{column}"), message));
            }
        }
        let has_default =
            self.rules.last().is_some_and(|row| self.inputs.iter().all(|input| is_empty(row, input)));
        if !has_default {
            let message = "the last row must match everything (all its conditions empty), so that the table always answers";
            faults.push(Fault::error("no_default_row", "/rules", message));
        }
        faults
    }

    /// The table with its columns and rows named, as the analysis wants it.
    fn named(&self) -> Self {
        let mut table = self.clone();
        for (place, row) in table.rules.iter_mut().enumerate() {
            row.insert("_id".to_owned(), place.to_string());
        }
        table
    }
}

fn is_empty(row: &BTreeMap<String, String>, column: &TableColumn) -> bool {
    row.get(&column.id).is_none_or(|cell| cell.trim().is_empty())
}
