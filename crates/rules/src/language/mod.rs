//! From text to a program: limits, parsing, the gate, the meaning of "no value", compilation.

mod cell;
mod fields;
mod gate;
mod nulls;
mod parse;
#[cfg(test)]
mod tests;

pub(crate) use cell::Cell;
pub(crate) use fields::path;
pub(crate) use nulls::is_condition;
pub(crate) use parse::{children, with_tree};

use crate::facts::{Prepared, RootSet};
use crate::fault::Fault;
use bumpalo::Bump;
use serde_json::Value;
use std::collections::BTreeSet;
use zen_expression::Scope;
use zen_expression::compiler::Compiler;
use zen_expression::expression::Standard;
use zen_expression::parser::Node;
use zen_expression::vm::VM;

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

/// The value of a part of an expression that passed the gate.
pub(crate) fn evaluate_tree<'a>(
    arena: &'a Bump,
    node: &'a Node<'a>,
    facts: &Prepared<'_>,
) -> Result<Value, String> {
    let total = nulls::totalise(arena, node)
        .map_err(|faults| faults.into_iter().next().map_or_else(String::new, |fault| fault.message))?;
    let mut compiler = Compiler::new();
    let code = compiler.compile(total).map_err(|error| error.to_string())?;
    let scope = Scope::new(facts.scope(RootSet::ALL));
    VM::new().run(code, &scope).map(Value::from).map_err(|error| error.to_string())
}
