//! Campaign flows, scripts and business processes: what is walked by a customer, an operator or a request rather than
//! by a call.
//!
//! A definition is data, checked by [`check`] before anything runs it. [`step()`] takes one [`Input`] and gives
//! [`Effect`]s back; what a run has seen is in its [`State`]. Branches that go side by side are tokens of one state, so
//! that a run is always one row and one lock.
//!
//! Invariants:
//! - each visit of a node has a number of its own, so that what is done for it can be done once;
//! - a parallel and its join are a pair, checked before: a token is neither lost nor doubled;
//! - one step enters at most [`NODES_PER_STEP_MAX`] nodes.

pub mod check;
pub mod decision;
pub mod definition;
pub mod effect;
pub mod formula;
pub mod lot;
pub mod moment;
pub mod node;
pub mod page;
pub mod state;
pub mod step;

#[cfg(test)]
mod tests;

pub use check::{Known, check, load};
pub use definition::Definition;
pub use effect::{Act, Decision, Effect, Happened, Input, NewTask, Step, Visit};
pub use node::Node;
pub use state::{Doing, State, Status, Token};
pub use step::{NODES_PER_STEP_MAX, Refused, Surroundings, step};
