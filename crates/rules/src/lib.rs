//! Decisions: one expression language, decision tables, and rules that react to events.
//!
//! The language is zen-expression's, held to what can be replayed: no clock, no dice, no unbounded work, and one
//! meaning of "no value" that its SQL form shares. See `docs/RULES.md`.

pub mod catalogue;
pub mod comparison;
pub mod decide;
pub mod document;
pub mod expression;
pub mod facts;
pub mod fault;
mod language;
pub mod placeholder;
pub mod query;
pub mod response;
pub mod rule;
pub mod sql;
pub mod store;
pub mod table;

pub use expression::{EvalError, Expression};
pub use facts::{Facts, Prepared, References};
pub use fault::{Fault, Severity};
