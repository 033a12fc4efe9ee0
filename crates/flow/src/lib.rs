//! The flow kernel: a checked graph of typed nodes and the pure function that walks it.
//!
//! A flow is data: a JSON file with nodes, checked by [`load`] before anything walks it. [`step`] takes one
//! [`Input`] and gives [`Effect`]s back; it knows no call, no queue, no clock. What a walk has seen is in its
//! [`State`], which a supervisor may look at.
//!
//! Invariants:
//! - a definition that loaded has no edge into nothing, no prompt missing in a language, and no circle that a
//!   walk could run round without a person or a queue in it;
//! - one step visits at most [`NODES_PER_STEP_MAX`] nodes; a walk that reached its end has no more effects.

pub mod definition;
pub mod node;

pub mod condition;
pub mod schedule;
pub mod spoken;

pub mod check;
pub mod connector;
pub mod fault;
pub mod library;
pub mod load;
pub mod palette;
pub mod perform;
pub mod process;
pub mod query;
pub mod store;

pub mod effect;
pub mod state;
pub mod step;

pub use definition::{Definition, Kind, NodeKey, Value, ValueType};
pub use effect::{CallerKind, Digits, Effect, EndCause, Input, LeftBecause, TimerKey};
pub use fault::{Catalogue, Fault};
pub use library::Library;
pub use load::load;
pub use spoken::{Clip, Spoken};
pub use state::State;
pub use step::{NODES_PER_STEP_MAX, step};
