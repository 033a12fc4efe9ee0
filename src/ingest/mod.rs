//! The ways by which events of other systems come in, besides HTTP, and who their customers are; and the way by which
//! events go out.

mod customers;
pub mod files;
pub mod folder;
pub mod kafka;
pub mod loyalty;
#[cfg(test)]
mod testing;

pub use customers::KnownCustomers;

use crate::app::{Ground, RunError};
use files::Folder;
use kafka::Topics;
use platform::event;
use platform::ingest::Ingest;
use platform::webhook::{Sender, SenderSettings, WEBHOOKS, Webhooks};
use std::sync::Arc;

/// Starts to take events and to send them to webhooks; all of it ends with the server.
///
/// # Errors
/// A setting of Kafka is refused, or the folder of files cannot be made.
pub fn start(ground: &Ground) -> Result<Ingest, RunError> {
    let (pool, clock, stop) = (ground.pool.clone(), Arc::clone(&ground.clock), ground.stop.clone());
    let ingest =
        Ingest::start(pool.clone(), Arc::clone(&clock), KnownCustomers, rand::random(), stop.clone());
    let settings = &ground.settings;
    if let Some(dir) = settings.events.drop_dir.clone() {
        std::fs::create_dir_all(&dir)
            .map_err(|source| RunError::DataFolder { folder: dir.clone(), source })?;
        let folder = Folder { dir, ingest: ingest.clone(), pool: pool.clone(), clock: Arc::clone(&clock) };
        tokio::spawn(folder.watch(stop.clone()));
    }
    let topics = Topics::new(&settings.kafka, ingest.clone(), pool.clone(), Arc::clone(&clock));
    if let Some(topics) = topics.map_err(RunError::Kafka)? {
        tokio::spawn(topics.run(stop.clone()));
    }
    let sender =
        Sender::new(pool.clone(), Arc::clone(&clock), webhooks(ground), ground.vault.clone(), stop.clone());
    tokio::spawn(sender.map_err(RunError::Webhooks)?.run(rand::random()));
    tokio::spawn(event::run(ground.log.clone(), WEBHOOKS, Webhooks, stop.clone()));
    Ok(ingest)
}

/// How webhooks are sent, by the settings.
#[must_use]
pub fn webhooks(ground: &Ground) -> SenderSettings {
    SenderSettings { private_addresses: ground.settings.webhooks.private_addresses }
}
