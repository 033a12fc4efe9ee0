//! Predictions at work (BRE-ML-01): scores for whoever decides, and trainings in the background. Shells: what a model is
//! and how good it is, is decided in `prediction`; what customers are like, `crm` knows.

mod attributes;
mod scores;
#[cfg(test)]
mod tests;
mod training;

pub use attributes::shapes;
pub use scores::{LOT, SCORE_FOR, Score, Scores};
pub use training::{CUSTOMERS_MAX, run_trainings, train_next};
