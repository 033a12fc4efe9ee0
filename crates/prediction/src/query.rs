//! SQL that reads: predictions and versions, and what customers did.

mod history;
mod prediction;

pub use history::{Population, examples, habits, outcomes, population};
pub use prediction::{find, find_version, launched, list, versions};

pub(crate) use prediction::lock;
