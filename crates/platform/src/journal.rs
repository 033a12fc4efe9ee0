//! The kept-and-retried write path of what is live: calls and operators go on while Postgres is away, and what
//! they must store is kept in order and written when it is back.
//!
//! Writes are grouped: what has arrived while one transaction commits goes into the next. When a group fails for
//! a reason of its own, each of its writes gets a transaction of its own, so that one bad write harms no other.

mod faults;
#[cfg(test)]
mod tests;
mod writer;

pub use faults::{Fault, of as fault_of};

use futures_util::future::BoxFuture;
use sqlx::{PgConnection, PgPool};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// Most writes kept. At a hundred writes a second that is a quarter of an hour without Postgres.
pub const KEPT_MAX: usize = 100_000;

/// What a write does. Called again when the transaction failed or its answer was lost, so it must bring the same
/// result twice (make ids before, `on conflict do nothing`, [`crate::event::append_as`]).
pub type Write =
    Box<dyn for<'c> Fn(&'c mut PgConnection) -> BoxFuture<'c, Result<(), sqlx::Error>> + Send + 'static>;

/// The journal keeps as many writes as it may; the caller decides what to refuse.
#[derive(Clone, Copy, Debug, thiserror::Error, PartialEq, Eq)]
#[error("the write journal is full: {KEPT_MAX} writes wait for the database")]
pub struct Full;

/// A write that waits, with what the log calls it.
struct Kept {
    label: &'static str,
    write: Write,
}

/// What the handles and the writing task share.
struct Shared {
    queue: Mutex<VecDeque<Kept>>,
    /// Writes submitted so far.
    submitted: AtomicU64,
    /// Writes written or dropped so far; never more than `submitted`.
    finished: AtomicU64,
    healthy: AtomicBool,
    arrived: Notify,
    progressed: Notify,
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn backlog(&self) -> u64 {
        let finished = self.finished.load(Ordering::Acquire);
        self.submitted.load(Ordering::Acquire).saturating_sub(finished)
    }
}

/// A handle of the write journal; cheap to clone.
#[derive(Clone)]
pub struct Journal {
    shared: Arc<Shared>,
    stop: CancellationToken,
}

impl Journal {
    /// Starts the writing task on the current tokio runtime.
    #[must_use]
    pub fn start(pool: PgPool) -> Self {
        let shared = Arc::new(Shared {
            queue: Mutex::default(),
            submitted: AtomicU64::new(0),
            finished: AtomicU64::new(0),
            healthy: AtomicBool::new(true),
            arrived: Notify::new(),
            progressed: Notify::new(),
        });
        let stop = CancellationToken::new();
        tokio::spawn(writer::Writer::new(pool, Arc::clone(&shared), stop.clone()).run());
        Self { shared, stop }
    }

    /// Keeps `write` and has it written in its turn. Returns at once.
    ///
    /// # Errors
    /// [`Full`] when [`KEPT_MAX`] writes wait.
    pub fn submit<W>(&self, label: &'static str, write: W) -> Result<(), Full>
    where
        W: for<'c> Fn(&'c mut PgConnection) -> BoxFuture<'c, Result<(), sqlx::Error>> + Send + 'static,
    {
        let mut queue = self.shared.queue();
        if self.backlog() >= KEPT_MAX {
            drop(queue);
            metrics::counter!("journal_refused_total", "write" => label).increment(1);
            return Err(Full);
        }
        queue.push_back(Kept { label, write: Box::new(write) });
        self.shared.submitted.fetch_add(1, Ordering::Release);
        drop(queue);
        self.shared.arrived.notify_one();
        Ok(())
    }

    /// Writes that wait for the database, those of the running transaction included.
    #[must_use]
    pub fn backlog(&self) -> usize {
        usize::try_from(self.shared.backlog()).unwrap_or(usize::MAX)
    }

    /// Whether the last attempt reached the database.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.shared.healthy.load(Ordering::Acquire)
    }

    /// Waits until everything submitted before the call is written, or dropped as bad.
    pub async fn flush(&self) {
        let goal = self.shared.submitted.load(Ordering::Acquire);
        loop {
            let progressed = self.shared.progressed.notified();
            if self.shared.finished.load(Ordering::Acquire) >= goal {
                return;
            }
            progressed.await;
        }
    }

    /// Flushes for at most `within`, then ends the writing task; how many writes are lost.
    pub async fn stop(&self, within: Duration) -> usize {
        let in_time = tokio::time::timeout(within, self.flush()).await.is_ok();
        self.stop.cancel();
        let lost = self.backlog();
        if !in_time {
            tracing::error!(
                journal.lost = lost,
                "the server stops with {lost} writes that the database never took"
            );
        }
        lost
    }
}
