//! Flows at work: what runs them starts here, and flows that came with the server are put into the database once.

use crate::app::{Ground, RunError};
use actors::processes::{CONSUMER, Listening, Processes, run};
use base::{Author, ChangeError, Edit};
use chrono::{DateTime, Utc};
use flow::connector::http::Client;
use rand::Rng;
use sqlx::PgConnection;
use std::path::Path;
use std::sync::Arc;

/// What runs flows, not yet at work.
///
/// # Errors
/// The client for outside systems cannot be made.
pub fn prepare(ground: &Ground) -> Result<Arc<Processes>, RunError> {
    let (pool, clock) = (ground.pool.clone(), Arc::clone(&ground.clock));
    let client = client(ground)?;
    let zone = ground.settings.server.time_zone;
    Ok(Arc::new(Processes::new(pool, clock, rand::random(), zone, client)))
}

/// What asks outside systems.
///
/// # Errors
/// It cannot be made.
pub fn client(ground: &Ground) -> Result<Client, RunError> {
    Client::new(ground.vault.clone(), &ground.authorities).map_err(RunError::Client)
}

/// Runs go on and hear events, until the server stops.
pub fn start(ground: &Ground, processes: &Arc<Processes>) {
    let listening = Listening(Arc::clone(&ground.clock));
    tokio::spawn(platform::event::run(ground.log.clone(), CONSUMER, listening, ground.stop.clone()));
    let (processes, stop) = (Arc::clone(processes), ground.stop.clone());
    actix_rt::spawn(run(processes, stop));
}

/// Puts campaign flows, scripts and processes of the flows folder into force, each once: afterwards the database is
/// what counts. A file that cannot run is said and left out.
///
/// # Errors
/// The database failed.
pub async fn seed(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    folder: &Path,
) -> sqlx::Result<()> {
    for (file, text) in crate::live::flow_files(folder) {
        if !flow::load::is_other_kind(&text) {
            continue;
        }
        let Ok(draft) = serde_json::from_str(&text) else { continue };
        if let Err(faults) = flow::process::load(&draft, &flow::process::Known::default()) {
            for fault in faults {
                tracing::error!(%file, "a flow was left out: {} {}", fault.pointer, fault.message);
            }
            continue;
        }
        let mut edit = Edit { now, author: Author::System, rng: &mut *rng };
        match flow::store::flow::seed(db, &mut edit, &draft).await {
            Ok(true) => tracing::info!(%file, "a flow of the server is in force"),
            Ok(false) => {}
            Err(ChangeError::Database(error)) => return Err(error),
            Err(refused) => tracing::error!(%file, error = %refused, "a flow was left out"),
        }
    }
    Ok(())
}
