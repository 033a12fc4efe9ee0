//! Rules at work: the reader of the event log that lets rules decide, the worker that does what they owe, and
//! simulations. Shells: what is decided is decided in `rules`.

mod consumer;
mod perform;
mod reactions;
mod simulation;
#[cfg(test)]
mod tests;

pub use consumer::{CONSUMER, RulesConsumer};
pub use perform::{Cause, Outcomes, Perform, Performer, TAKEN_BACK, Trouble, preview, with_looked_up};
pub use reactions::{Reactions, work_off};
pub use simulation::{run_simulations, simulate_next};
