//! SQL that reads the schema `rules`.

mod decision;
mod live;
mod reference;
mod result;
mod rule;
mod simulation;

pub use decision::{Decision, ReactionState, of_customer, of_event, of_rule, reactions_to};
pub use live::{live, stamp};
pub use reference::{KnownReferences, find_reference, reference_tables, references};
pub use result::{VariantCount, variant_counts};
pub use rule::{any, find, find_version, list, lock, versions};
pub use simulation::{Simulation, find_simulation};
