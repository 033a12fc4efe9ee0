//! A cell of a decision table: a condition about `$`, the value of its column.

use super::parse::with_unary_tree;
use super::{fields, gate, nulls};
use crate::EvalError;
use crate::expression::Expression;
use crate::facts::{Prepared, RootSet};
use crate::fault::Fault;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use zen_expression::compiler::Compiler;
use zen_expression::expression::Standard;
use zen_expression::vm::VM;
use zen_expression::{Scope, Variable};

/// A compiled condition such as `> 100`, `'gold', 'vip'` or `[1..10)`.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    program: zen_expression::Expression<Standard>,
    fields: Arc<BTreeSet<String>>,
}

/// The columns of one evaluation, each computed once.
pub(crate) struct CellScope {
    scope: Scope,
    vm: VM,
    values: Vec<Variable>,
    at: Option<usize>,
}

impl Cell {
    /// Compiles the text of a cell.
    pub(crate) fn compile(text: &str) -> Result<Self, Vec<Fault>> {
        with_unary_tree(text, |tree, arena| {
            let faults = gate::cell_faults(tree);
            if !faults.is_empty() {
                return Err(faults);
            }
            let mut fields = fields::of(tree);
            fields.remove("$");
            let total = nulls::totalise(arena, tree)?;
            let program = Compiler::new()
                .compile(total)
                .map(|code| zen_expression::Expression::new_standard(code.into()))
                .map_err(|error| vec![Fault::error("syntax", "", format!("cannot be compiled: {error}"))])?;
            Ok(Self { program, fields: Arc::new(fields) })
        })
    }

    /// The paths it reads besides its column.
    pub(crate) fn fields(&self) -> impl Iterator<Item = &String> {
        self.fields.iter()
    }

    /// The values of the columns for `facts`; a column that cannot be computed has no value, and is said.
    pub(crate) fn scope(facts: &Prepared<'_>, columns: &[Expression], failed: &mut Vec<String>) -> CellScope {
        let values = (1..)
            .zip(columns)
            .map(|(place, column)| {
                column.run(facts).unwrap_or_else(|error| {
                    failed.push(format!("column {place}: {error}"));
                    Variable::Null
                })
            })
            .collect();
        CellScope { scope: Scope::new(facts.scope(RootSet::ALL)), vm: VM::new(), values, at: None }
    }

    /// Whether the value of the column `column` passes.
    pub(crate) fn holds(&self, cells: &mut CellScope, column: usize) -> Result<bool, EvalError> {
        if cells.at != Some(column) {
            let value = cells.values.get(column).cloned().unwrap_or(Variable::Null);
            cells.scope.set_local(Variable::dollar_key(), value);
            cells.at = Some(column);
        }
        let (scope, vm) = (&cells.scope, &mut cells.vm);
        let answer = catch_unwind(AssertUnwindSafe(|| self.program.evaluate_with_scope(scope, vm)))
            .map_err(|_| EvalError::Stopped)?
            .map_err(|error| EvalError::Failed(error.to_string()))?;
        Ok(matches!(answer, Variable::Bool(true)))
    }
}
