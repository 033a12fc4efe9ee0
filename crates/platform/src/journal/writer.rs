//! The task that writes what the journal keeps.

use super::faults::{self, Fault};
use super::{Kept, Shared, Write};
use futures_util::FutureExt;
use sqlx::{PgConnection, PgPool};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Writes in one transaction. More brings little: the commit's disk write is shared well before.
const GROUP_MAX: usize = 256;
/// A transaction that takes longer counts as a lost connection.
const TRANSACTION_MAX: Duration = Duration::from_secs(30);
/// Tries of a write that Postgres put off, before it counts as bad.
const CONTENDED_TRIES_MAX: u32 = 5;
/// First wait after Postgres was found away; doubles up to [`RETRY_MAX`].
const RETRY_FIRST: Duration = Duration::from_millis(100);
/// Longest wait between two tries.
const RETRY_MAX: Duration = Duration::from_secs(5);

pub(super) struct Writer {
    pool: PgPool,
    shared: Arc<Shared>,
    stop: CancellationToken,
    wait: Duration,
}

impl Writer {
    pub(super) fn new(pool: PgPool, shared: Arc<Shared>, stop: CancellationToken) -> Self {
        Self { pool, shared, stop, wait: RETRY_FIRST }
    }

    /// Works until stopped. What is taken from the queue is written, dropped as bad, or tried again.
    pub(super) async fn run(mut self) {
        let stop = self.stop.clone();
        tokio::select! {
            () = stop.cancelled() => {}
            () = self.work() => {}
        }
    }

    async fn work(&mut self) {
        loop {
            let group = self.take();
            metrics::gauge!("journal_backlog").set(self.backlog());
            if group.is_empty() {
                self.shared.arrived.notified().await;
            } else {
                self.write_group(group).await;
            }
        }
    }

    #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a gauge of at most 100,000")]
    fn backlog(&self) -> f64 {
        self.shared.backlog() as f64
    }

    fn take(&self) -> Vec<Kept> {
        let mut queue = self.shared.queue();
        let count = queue.len().min(GROUP_MAX);
        queue.drain(..count).collect()
    }

    /// Writes the group in one transaction; when that is refused, each write in its own.
    async fn write_group(&mut self, mut group: Vec<Kept>) {
        loop {
            let Err(error) = self.transact(&mut group).await else { return self.finish(group.len()) };
            if faults::of(&error) != Fault::Away {
                break;
            }
            self.pause(&error).await;
        }
        for kept in group {
            self.write_alone([kept]).await;
        }
    }

    /// Writes one write until it is in or proves to be bad.
    async fn write_alone(&mut self, mut one: [Kept; 1]) {
        let mut tries_put_off = 0;
        loop {
            let Err(error) = self.transact(&mut one).await else { return self.finish(1) };
            match faults::of(&error) {
                Fault::Away => {}
                Fault::Contended if tries_put_off < CONTENDED_TRIES_MAX => tries_put_off += 1,
                Fault::Contended | Fault::Bad => return self.drop_bad(&one, &error),
            }
            self.pause(&error).await;
        }
    }

    async fn transact(&mut self, group: &mut [Kept]) -> sqlx::Result<()> {
        let work = async {
            let mut tx = self.pool.begin().await?;
            for kept in group {
                attempt(&mut kept.write, &mut tx).await?;
            }
            tx.commit().await
        };
        let outcome =
            tokio::time::timeout(TRANSACTION_MAX, work).await.unwrap_or(Err(sqlx::Error::PoolTimedOut));
        if outcome.is_ok() {
            self.wait = RETRY_FIRST;
            self.shared.healthy.store(true, Ordering::Release);
        }
        outcome
    }

    async fn pause(&mut self, error: &sqlx::Error) {
        let away = faults::of(error) == Fault::Away;
        if away && self.shared.healthy.swap(false, Ordering::AcqRel) {
            let backlog = self.shared.backlog();
            tracing::error!(journal.backlog = backlog, error = %error, "the database is away: writes are kept");
        }
        tokio::time::sleep(self.wait).await;
        self.wait = self.wait.saturating_mul(2).min(RETRY_MAX);
    }

    fn drop_bad(&self, [kept]: &[Kept; 1], error: &sqlx::Error) {
        let label = kept.label;
        metrics::counter!("journal_dropped_total", "write" => label).increment(1);
        tracing::error!(journal.write = label, error = %error, "the database refused the write {label} for good");
        // It answered, so it is there.
        self.shared.healthy.store(true, Ordering::Release);
        self.finish(1);
    }

    fn finish(&self, count: usize) {
        let count = u64::try_from(count).unwrap_or(0);
        self.shared.finished.fetch_add(count, Ordering::Release);
        metrics::counter!("journal_written_total").increment(count);
        self.shared.progressed.notify_waiters();
    }
}

/// Runs one write. A panic in it is a fault of that write, not of the journal.
async fn attempt(write: &mut Write, db: &mut PgConnection) -> sqlx::Result<()> {
    let panicked = || sqlx::Error::decode("the write panicked");
    let running = catch_unwind(AssertUnwindSafe(move || write(&mut *{ db }))).map_err(|_| panicked())?;
    AssertUnwindSafe(running).catch_unwind().await.unwrap_or_else(|_| Err(panicked()))
}
