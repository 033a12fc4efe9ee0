//! Removes events of other systems that are older than their types are kept.

use base::Clock;
use platform::event::retention;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often. What is a little too old harms nobody.
const EVERY: Duration = Duration::from_secs(3600);

/// Removes until it is stopped.
pub(super) async fn keep(pool: PgPool, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        match retention::run_once(&pool, clock.now()).await {
            Ok(removed) if removed == retention::Removed::default() => {}
            Ok(removed) => {
                tracing::info!(weeks = ?removed.weeks, events = removed.events, "old events of other systems are removed");
            }
            Err(error) => tracing::warn!(%error, "old events could not be removed, another try in an hour"),
        }
    }
}
