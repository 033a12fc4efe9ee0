//! Consumers: readers of the log that keep their place in the same transaction as their own writes.

use super::{CHANNEL, Event, store};
use futures_util::future::BoxFuture;
use sqlx::postgres::PgListener;
use sqlx::{PgConnection, PgPool};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Events handed to a consumer at once.
const BATCH_MAX: u32 = 500;
/// How often a consumer looks without being woken: `notify` is a hint, the poll is the guarantee.
const POLL_EVERY: Duration = Duration::from_secs(1);
/// How often the number of unread events is measured.
const MEASURE_EVERY: Duration = Duration::from_secs(15);
/// Wait after an error, so that an absent database is not hammered.
const RETRY_AFTER: Duration = Duration::from_secs(2);

/// What a consumer does with a batch, in the transaction that also moves its place.
pub trait Handler: Send + Sync {
    /// Handles events in the log's order. An error rolls everything back; the batch comes again.
    fn handle<'a>(&'a self, db: &'a mut PgConnection, events: &'a [Event])
    -> BoxFuture<'a, sqlx::Result<()>>;
}

/// Hands the next batch to `handler` and moves the place of the consumer `name`; how many events it was.
/// Zero also when another server is at work under the same name.
///
/// # Errors
/// The database or the handler refused; nothing has moved.
pub async fn advance(pool: &PgPool, name: &str, handler: &dyn Handler) -> sqlx::Result<usize> {
    let mut tx = pool.begin().await?;
    let Some(after) = store::lock_position(&mut tx, name).await? else { return Ok(0) };
    let events = store::read(&mut tx, after, BATCH_MAX).await?;
    let Some(last) = events.last() else {
        // Ended by a commit: the first time it writes the consumer's row.
        tx.commit().await?;
        return Ok(0);
    };
    let at = last.at;
    handler.handle(&mut tx, &events).await?;
    store::set_position(&mut tx, name, at).await?;
    tx.commit().await?;
    Ok(events.len())
}

/// Runs a consumer until `stop` is cancelled: woken by `notify`, repaired by a poll each second, patient with
/// errors.
pub async fn run(pool: PgPool, name: &'static str, handler: impl Handler, stop: CancellationToken) {
    let mut listener = None;
    let mut measured: Option<Instant> = None;
    while !stop.is_cancelled() {
        if measured.is_none_or(|at| at.elapsed() >= MEASURE_EVERY) {
            measured = Some(Instant::now());
            measure(&pool, name).await;
        }
        if listener.is_none() {
            listener = listen(&pool).await;
        }
        match advance(&pool, name, &handler).await {
            Ok(0) => {
                let lost = tokio::select! {
                    () = stop.cancelled() => break,
                    lost = woken(&mut listener) => lost,
                    () = tokio::time::sleep(POLL_EVERY) => false,
                };
                if lost {
                    listener = None;
                }
            }
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(consumer = name, error = %error, "consumer {name} could not go on, it tries again");
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = tokio::time::sleep(RETRY_AFTER) => {}
                }
            }
        }
    }
}

/// Unread events, up to 10,000. It stays up when the consumer is stuck, or when an open write of somebody else
/// holds the horizon back.
async fn measure(pool: &PgPool, name: &'static str) {
    let Ok(mut db) = pool.acquire().await else { return };
    if let Ok(lag) = store::lag(&mut db, name).await {
        let lag = u32::try_from(lag).unwrap_or(u32::MAX);
        metrics::gauge!("event_consumer_lag", "consumer" => name).set(f64::from(lag));
    }
}

async fn listen(pool: &PgPool) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(pool).await.ok()?;
    listener.listen(CHANNEL).await.ok()?;
    Some(listener)
}

/// Waits for a wake-up; true when the listening connection is lost.
async fn woken(listener: &mut Option<PgListener>) -> bool {
    match listener {
        Some(listener) => !matches!(listener.try_recv().await, Ok(Some(_))),
        None => std::future::pending().await,
    }
}
