//! Runs of flows: the shell around [`flow::process`]. It claims what is due, has it done, and hears the event log.

mod events;
mod perform;
mod runner;
#[cfg(test)]
mod tests;

pub use events::{CONSUMER, Listening};
pub use perform::Outside;
pub use runner::run;

use base::{Author, Clock, Edit};
use chrono::{DateTime, Utc};
use flow::process::{Input, State, Status};
use flow::store::call;
use flow::store::run::{Engine, RunError};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sqlx::{PgConnection, PgPool};
use std::sync::{Arc, Mutex, PoisonError};

/// Calls of outside systems that one answer of an operator may lead to, before the page must come.
const SETTLE_CALLS_MAX: u32 = 10;

/// Rounds of [`Processes::work`]: more means that something is always due.
const WORK_ROUNDS_MAX: u32 = 1000;

/// What runs of flows share.
pub struct Processes {
    /// Connections.
    pub pool: PgPool,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// What takes runs on.
    pub engine: Engine,
    /// Asks outside systems.
    pub client: flow::connector::http::Client,
    dice: Mutex<ChaCha20Rng>,
}

impl Processes {
    /// Nothing runs yet. `seed` comes from the operating system; tests fix it.
    #[must_use]
    pub fn new(
        pool: PgPool,
        clock: Arc<dyn Clock>,
        seed: [u8; 32],
        zone: chrono_tz::Tz,
        client: flow::connector::http::Client,
    ) -> Self {
        let engine = Engine::new(Box::new(Outside::new(zone, Arc::clone(&clock))));
        Self { pool, clock, engine, client, dice: Mutex::new(ChaCha20Rng::from_seed(seed)) }
    }

    fn dice(&self) -> ChaCha20Rng {
        ChaCha20Rng::from_rng(&mut *self.dice.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Takes a run on in a transaction of the caller.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn advance(
        &self,
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        run: base::id::InstanceId,
        input: Input,
    ) -> Result<State, RunError> {
        self.engine.advance(db, edit, run, Some(input)).await
    }

    /// Takes on everything that is due, and makes every call, until nothing is left to do now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn work(&self) -> sqlx::Result<()> {
        for _ in 0..WORK_ROUNDS_MAX {
            if runner::take_on(self).await? + runner::make_calls(self).await? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// Makes the calls that a run waits for, as somebody is waiting at the desk, and takes it on; where it is then.
    ///
    /// # Errors
    /// See [`RunError`].
    pub async fn settle(&self, run: base::id::InstanceId, mut state: State) -> Result<State, RunError> {
        for _ in 0..SETTLE_CALLS_MAX {
            if state.status() != Status::Running {
                break;
            }
            let mut tx = self.pool.begin().await?;
            let calls = call::claim(&mut tx, self.now(), Some(run), 10).await?;
            tx.commit().await?;
            if calls.is_empty() {
                break;
            }
            for call in &calls {
                call::make(&self.pool, &self.client, || self.now(), call).await?;
            }
            let mut tx = self.pool.begin().await?;
            let mut dice = self.dice();
            let mut edit = Edit { now: self.now(), author: Author::System, rng: &mut dice };
            state = self.engine.advance(&mut tx, &mut edit, run, None).await?;
            tx.commit().await?;
        }
        Ok(state)
    }
}
