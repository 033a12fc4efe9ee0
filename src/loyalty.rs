//! Composition of loyalty: the ledger's writers, earning, and the night.

use crate::app::Ground;
use actix_rt::Arbiter;
use actors::loyalty::{Earning, Nightly};
use ledger::Ledger;
use platform::ingest::Ingest;
use std::sync::Arc;

/// Starts the ledger's writers, earning, and what happens at midnight; all of it ends with the server.
#[must_use]
pub fn start(ground: &Ground, ingest: &Ingest) -> Earning {
    let (pool, clock, stop) = (ground.pool.clone(), Arc::clone(&ground.clock), ground.stop.clone());
    let ledger = Ledger::start(pool.clone(), Arc::clone(&clock), rand::random(), stop.clone());
    let zone = ground.settings.server.time_zone;
    let earning = Earning::start(pool.clone(), Arc::clone(&clock), ledger, ingest.clone(), zone, &stop);
    let nightly = Nightly { pool, clock, earning: earning.clone() };
    // A thread of its own: a night of many members holds nobody up, and what it changes records with stays there.
    let night = Arbiter::new();
    night.spawn_fn(move || {
        actix_rt::spawn(nightly.run(stop));
    });
    earning
}
