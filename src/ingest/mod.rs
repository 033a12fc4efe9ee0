//! The ways by which events of other systems come in, besides HTTP, and who their customers are.

mod customers;

pub use customers::KnownCustomers;

use crate::app::Ground;
use platform::ingest::Ingest;
use std::sync::Arc;

/// Starts to take events; it ends with the server.
#[must_use]
pub fn start(ground: &Ground) -> Ingest {
    Ingest::start(
        ground.pool.clone(),
        Arc::clone(&ground.clock),
        KnownCustomers,
        rand::random(),
        ground.stop.clone(),
    )
}
