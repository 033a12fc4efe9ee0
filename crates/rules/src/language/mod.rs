//! From text to a program: limits, parsing, the gate, the meaning of "no value", compilation.

mod fields;
mod gate;
mod nulls;
mod parse;
#[cfg(test)]
mod tests;

pub(crate) use fields::path;
pub(crate) use parse::with_tree;

use crate::fault::Fault;
use std::collections::BTreeSet;
use zen_expression::compiler::Compiler;
use zen_expression::expression::Standard;

/// A program and the paths it reads.
pub(crate) struct Compiled {
    pub(crate) program: zen_expression::Expression<Standard>,
    pub(crate) fields: BTreeSet<String>,
}

/// Compiles `text`.
pub(crate) fn compile(text: &str) -> Result<Compiled, Vec<Fault>> {
    with_tree(text, |tree, arena| {
        let faults = gate::faults(tree);
        if !faults.is_empty() {
            return Err(faults);
        }
        let fields = fields::of(tree);
        let total = nulls::totalise(arena, tree)?;
        let program = Compiler::new()
            .compile(total)
            .map(|code| zen_expression::Expression::new_standard(code.into()))
            .map_err(|error| vec![Fault::error("syntax", "", format!("cannot be compiled: {error}"))])?;
        Ok(Compiled { program, fields })
    })
}
