//! Composition of loyalty: the ledger's writers, earning, files in and out, and the night.

pub mod expiry;
pub mod export;
pub mod night;
pub mod statistics;
#[cfg(test)]
mod tests;

use crate::app::{Ground, RunError};
use crate::ingest::loyalty::Files;
use actix_rt::Arbiter;
use actors::loyalty::{Earning, Nightly, Standings};
use base::id;
use chrono::{DateTime, Utc};
use export::Exports;
use ledger::Ledger;
use night::Night;
use platform::ingest::Ingest;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use statistics::Statistics;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use uuid::Uuid;

/// What the HTTP edge reaches of loyalty at work.
#[derive(Clone)]
pub struct Working {
    /// The way in for activities.
    pub earning: Earning,
    /// Where files are put that came by HTTP.
    pub files: PathBuf,
    /// Greatest length of a file that comes by HTTP, bytes.
    pub upload_bytes_max: usize,
    /// Makes files that go out.
    pub exports: Exports,
    /// Makes statistics.
    pub statistics: Statistics,
}

/// Starts the ledger's writers, earning, files, and what happens at midnight; all of it ends with the server.
///
/// # Errors
/// A folder cannot be made.
pub fn start(ground: &Ground, ingest: &Ingest) -> Result<Working, RunError> {
    let (pool, clock, stop) = (ground.pool.clone(), Arc::clone(&ground.clock), ground.stop.clone());
    let ledger = Ledger::start(pool.clone(), Arc::clone(&clock), rand::random(), stop.clone());
    let zone = ground.settings.server.time_zone;
    let earning = Earning::start(pool.clone(), Arc::clone(&clock), ledger, ingest.clone(), zone, &stop);
    let settings = &ground.settings.loyalty.files;
    let data_dir = &ground.settings.server.data_dir;
    let holder = holder(&data_dir.join("holder"), clock.now())?;
    let dir = settings.drop_dir.clone().unwrap_or_else(|| data_dir.join("loyalty").join("in"));
    let made_dir = data_dir.join("loyalty").join("out");
    for folder in [Some(&dir), Some(&made_dir), settings.out_dir.as_ref()].into_iter().flatten() {
        std::fs::create_dir_all(folder)
            .map_err(|source| RunError::DataFolder { folder: folder.clone(), source })?;
    }
    let files = Files {
        dir: dir.clone(),
        pool: pool.clone(),
        clock: Arc::clone(&clock),
        earning: earning.clone(),
        holder,
    };
    let statistics = Statistics {
        pool: pool.clone(),
        clock: Arc::clone(&clock),
        dir: made_dir.join("statistics"),
        out: settings.out_dir.clone().filter(|_| settings.transmit_statistics),
    };
    let exports = Exports {
        pool: pool.clone(),
        clock: Arc::clone(&clock),
        dir: made_dir,
        out: settings.out_dir.clone(),
    };
    let nightly = Nightly { pool: pool.clone(), clock: Arc::clone(&clock), earning: earning.clone() };
    let standings = Standings { log: ground.log.clone(), clock: Arc::clone(&clock) };
    let seed = rand::random();
    let night = Night { pool, clock, nightly, statistics: statistics.clone(), holder };
    // What throws dice while it waits stays on one thread.
    Arbiter::new().spawn_fn(move || {
        actix_rt::spawn(files.watch(stop.clone()));
        actix_rt::spawn(standings.run(seed, stop.clone()));
        actix_rt::spawn(night.run(stop));
    });
    let upload_bytes_max = settings.upload_bytes_max;
    Ok(Working { earning, files: dir, upload_bytes_max, exports, statistics })
}

/// Under which id this data folder holds leases. It lasts: a server that was killed and starts again need not wait until
/// its own lease is over.
fn holder(file: &Path, now: DateTime<Utc>) -> Result<Uuid, RunError> {
    let failed = |source| RunError::DataFolder { folder: file.to_owned(), source };
    match std::fs::read_to_string(file) {
        // One that was half written when the machine failed is made anew.
        Ok(text) => {
            if let Ok(id) = text.trim().parse() {
                return Ok(id);
            }
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(failed(error)),
    }
    let id = id::uuid_v7(now, &mut ChaCha20Rng::from_rng(&mut rand::rng()));
    std::fs::write(file, id.to_string()).map_err(failed)?;
    Ok(id)
}
