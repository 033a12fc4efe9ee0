//! A table made ready once, evaluated on any thread.

use super::{HitPolicy, Table, is_empty};
use crate::expression::Expression;
use crate::facts::{Facts, Prepared};
use crate::fault::Fault;
use crate::language::Cell;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// A compiled table.
#[derive(Clone, Debug)]
pub struct CompiledTable {
    policy: HitPolicy,
    inputs: Vec<Expression>,
    rows: Vec<Row>,
    fields: BTreeSet<String>,
}

#[derive(Clone, Debug)]
struct Row {
    /// The conditions that are not empty, with the place of their column.
    cells: Vec<(usize, Cell)>,
    gives: Vec<(String, Expression)>,
}

/// What a table answered.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hit {
    /// The rows that answered, from 0.
    pub rows: Vec<u32>,
    /// What each of them gives.
    pub outputs: Vec<Map<String, Value>>,
    /// Cells that could not be computed: `row 2: …`. Their rows did not answer.
    pub failed: Vec<String>,
}

impl CompiledTable {
    /// Compiles a table that was read.
    ///
    /// # Errors
    /// Cells and columns that cannot be compiled.
    pub fn compile(table: &Table) -> Result<Self, Vec<Fault>> {
        let mut faults = Vec::new();
        let mut fields = BTreeSet::new();
        let mut inputs = Vec::new();
        for (place, input) in table.inputs.iter().enumerate() {
            match Expression::compile(&input.field) {
                Ok(expression) => {
                    fields.extend(expression.fields().iter().cloned());
                    inputs.push(expression);
                }
                Err(found) => {
                    faults.extend(found.into_iter().map(|f| f.under(&format!("/inputs/{place}/field"))))
                }
            }
        }
        let mut rows = Vec::with_capacity(table.rules.len());
        for (place, row) in table.rules.iter().enumerate() {
            let mut compiled = Row { cells: Vec::new(), gives: Vec::new() };
            for (column, input) in table.inputs.iter().enumerate().filter(|(_, input)| !is_empty(row, input))
            {
                let text = row.get(&input.id).map_or("", String::as_str);
                match Cell::compile(text) {
                    Ok(cell) => {
                        fields.extend(cell.fields().cloned());
                        compiled.cells.push((column, cell));
                    }
                    Err(found) => {
                        faults.extend(
                            found.into_iter().map(|f| f.under(&format!("/rules/{place}/{}", input.id))),
                        );
                    }
                }
            }
            for output in table.outputs.iter().filter(|output| !is_empty(row, output)) {
                match Expression::compile(row.get(&output.id).map_or("", String::as_str)) {
                    Ok(expression) => {
                        fields.extend(expression.fields().iter().cloned());
                        compiled.gives.push((output.field.clone(), expression));
                    }
                    Err(found) => {
                        faults.extend(
                            found.into_iter().map(|f| f.under(&format!("/rules/{place}/{}", output.id))),
                        );
                    }
                }
            }
            rows.push(compiled);
        }
        if faults.is_empty() {
            Ok(Self { policy: table.hit_policy, inputs, rows, fields })
        } else {
            Err(faults)
        }
    }

    /// The paths it reads.
    #[must_use]
    pub fn fields(&self) -> &BTreeSet<String> {
        &self.fields
    }

    /// What it answers for `facts`.
    #[must_use]
    pub fn evaluate(&self, facts: &Facts) -> Hit {
        self.evaluate_in(&facts.prepare())
    }

    /// [`CompiledTable::evaluate`] for facts that several expressions look at.
    #[must_use]
    pub fn evaluate_in(&self, facts: &Prepared<'_>) -> Hit {
        let mut hit = Hit::default();
        let mut scope = Cell::scope(facts, &self.inputs, &mut hit.failed);
        for (place, row) in (0_u32..).zip(&self.rows) {
            if !row.cells.iter().all(|(column, cell)| {
                cell.holds(&mut scope, *column).unwrap_or_else(|error| {
                    hit.failed.push(format!("row {}: {error}", place + 1));
                    false
                })
            }) {
                continue;
            }
            match row.outputs(facts) {
                Ok(outputs) => {
                    hit.rows.push(place);
                    hit.outputs.push(outputs);
                    if self.policy == HitPolicy::First {
                        break;
                    }
                }
                Err(error) => hit.failed.push(format!("row {}: {error}", place + 1)),
            }
        }
        hit
    }
}

impl Row {
    fn outputs(&self, facts: &Prepared<'_>) -> Result<Map<String, Value>, crate::EvalError> {
        self.gives.iter().map(|(name, value)| Ok((name.clone(), value.evaluate_in(facts)?))).collect()
    }
}
