//! What customers will probably do (BRE-ML-01): a prediction is data that a marketer makes, its model is trained from
//! the event log in the background, and its score is an attribute that rules and flows read as `prediction.<name>`.
//!
//! The core (definition, features, model, quality, choice) is pure: rows in, a model or a score out. `query` and
//! `store` are the SQL. Customers' own attributes belong to another crate: whoever trains or scores brings them.

pub mod choice;
pub mod definition;
pub mod feature;
pub mod model;
pub mod quality;
pub mod query;
pub mod record;
pub mod store;

pub use definition::Definition;
pub use model::Model;
pub use quality::Quality;

#[cfg(test)]
mod tests;
