//! Composition of what works by itself: rules that react to events, and what they owe.

use crate::app::{Ground, RunError};
use actix_rt::Arbiter;
use actors::automation::{CONSUMER, Performer, Reactions, RulesConsumer, run_simulations};
use base::Clock;
use platform::event;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Weeks of partitions of decisions that exist ahead of time.
const DECISION_WEEKS: i32 = 5;
/// How often partitions are looked after.
const PARTITIONS_EVERY: Duration = Duration::from_secs(3600);

/// What works by itself, until it is stopped.
pub struct Automation {
    arbiter: Arbiter,
}

impl Automation {
    /// Starts the reader of events, the worker of reactions and simulations.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn start(ground: &Ground) -> Result<Self, RunError> {
        let (pool, clock, stop) = (&ground.pool, &ground.clock, &ground.stop);
        let zone = ground.settings.server.time_zone;
        let owed = Arc::new(Notify::new());
        make_partitions(pool, &**clock).await?;
        tokio::spawn(keep_partitions(pool.clone(), Arc::clone(clock), stop.clone()));
        let consumer = RulesConsumer::new(zone, Arc::clone(clock), rand::random(), Arc::clone(&owed));
        tokio::spawn(event::run(pool.clone(), CONSUMER, consumer, stop.clone()));
        tokio::spawn(run_simulations(pool.clone(), Arc::clone(clock), zone, stop.clone()));
        // What a reaction calls stays on one thread.
        let arbiter = Arbiter::new();
        let (pool, clock, stop, seed) = (pool.clone(), Arc::clone(clock), stop.clone(), rand::random());
        arbiter.spawn_fn(move || {
            let worker = Reactions { pool, clock, zone, perform: Box::new(Performer), owed };
            actix_rt::spawn(worker.run(seed, stop));
        });
        Ok(Self { arbiter })
    }

    /// Ends what is left, once the ground's `stop` is cancelled.
    pub fn stop(self) {
        self.arbiter.stop();
    }
}

async fn make_partitions(pool: &PgPool, clock: &dyn Clock) -> sqlx::Result<()> {
    let mut db = pool.acquire().await?;
    rules::store::make_partitions(&mut db, clock.now().date_naive(), DECISION_WEEKS).await?;
    Ok(())
}

async fn keep_partitions(pool: PgPool, clock: Arc<dyn Clock>, stop: CancellationToken) {
    let mut every = tokio::time::interval(PARTITIONS_EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = every.tick() => {}
        }
        if let Err(error) = make_partitions(&pool, &*clock).await {
            tracing::warn!(%error, "partitions of decisions were not made, another try in an hour");
        }
    }
}
