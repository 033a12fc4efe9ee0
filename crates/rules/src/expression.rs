//! One expression: compiled once, evaluated on any thread.

use crate::facts::{Facts, Prepared, RootSet};
use crate::fault::Fault;
use crate::language;
use serde_json::Value;
use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use zen_expression::expression::Standard;
use zen_expression::vm::VM;
use zen_expression::{Scope, Variable};

/// An expression of the one language. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Expression {
    text: Arc<str>,
    program: zen_expression::Expression<Standard>,
    fields: Arc<BTreeSet<String>>,
    roots: RootSet,
}

/// Why an evaluation gave no value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EvalError {
    /// Two values that do not go together, a number out of range, a text that is no date.
    #[error("the expression cannot be evaluated: {0}")]
    Failed(String),
    /// A condition gave something else than yes or no.
    #[error("the condition gave {0}, not true or false")]
    NotBoolean(&'static str),
    /// The evaluator itself broke; the expression is not to blame alone.
    #[error("the evaluator stopped: give this expression and its facts to whoever maintains the server")]
    Stopped,
}

impl Expression {
    /// Compiles `text`.
    ///
    /// # Errors
    /// All that is wrong with it, each with what would be right.
    pub fn compile(text: &str) -> Result<Self, Vec<Fault>> {
        let compiled = language::compile(text)?;
        let mut roots = RootSet::default();
        for field in &compiled.fields {
            roots.add(field.split('.').next().unwrap_or(field));
        }
        Ok(Self {
            text: Arc::from(text),
            program: compiled.program,
            fields: Arc::new(compiled.fields),
            roots,
        })
    }

    /// What was compiled.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The paths it reads, such as `event.amount`; of `ref.cities[event.city_id].name` it is `ref.cities`
    /// and `event.city_id`.
    #[must_use]
    pub fn fields(&self) -> &BTreeSet<String> {
        &self.fields
    }

    /// Its value for `facts`.
    ///
    /// # Errors
    /// See [`EvalError`].
    pub fn evaluate(&self, facts: &Facts) -> Result<Value, EvalError> {
        self.evaluate_in(&facts.prepare())
    }

    /// [`Expression::evaluate`] for facts that several expressions look at.
    ///
    /// # Errors
    /// See [`EvalError`].
    pub fn evaluate_in(&self, facts: &Prepared<'_>) -> Result<Value, EvalError> {
        self.run(facts).map(Value::from)
    }

    /// Whether it is true for `facts`. No value is false.
    ///
    /// # Errors
    /// See [`EvalError`].
    pub fn holds(&self, facts: &Facts) -> Result<bool, EvalError> {
        self.holds_in(&facts.prepare())
    }

    /// [`Expression::holds`] for facts that several expressions look at.
    ///
    /// # Errors
    /// See [`EvalError`].
    pub fn holds_in(&self, facts: &Prepared<'_>) -> Result<bool, EvalError> {
        match self.run(facts)? {
            Variable::Bool(answer) => Ok(answer),
            Variable::Null => Ok(false),
            other => Err(EvalError::NotBoolean(other.type_name())),
        }
    }

    pub(crate) fn run(&self, facts: &Prepared<'_>) -> Result<Variable, EvalError> {
        let scope = Scope::new(facts.scope(self.roots));
        // A fault in the evaluator must not end the thread that decides for everybody else.
        catch_unwind(AssertUnwindSafe(|| self.program.evaluate_with_scope(&scope, &mut VM::new())))
            .map_err(|_| EvalError::Stopped)?
            .map_err(|error| EvalError::Failed(error.to_string()))
    }
}
