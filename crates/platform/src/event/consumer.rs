//! Consumers: readers of the log that keep their place in the same transaction as their own writes.

use super::{Event, Log, Position, store};
use crate::dead_letter::{self, LetterState, NewLetter};
use crate::journal::{Fault, fault_of};
use base::id::DeadLetterId;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::json;
use sqlx::{Connection, PgConnection, PgPool};
use std::panic::AssertUnwindSafe;
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Events handed to a consumer at once.
pub const BATCH_MAX: u32 = 500;
/// How often a consumer looks without being woken: `notify` is a hint, the poll is the guarantee.
const POLL_EVERY: Duration = Duration::from_secs(1);
/// Wait while unread events stand above the snapshot horizon: an open write of somebody else holds it back, mostly for
/// milliseconds, and its end need not be announced.
const HELD_BACK_FOR: Duration = Duration::from_millis(3);
/// How often the number of unread events is measured.
const MEASURE_EVERY: Duration = Duration::from_secs(15);
/// Wait after an error, so that an absent database is not hammered.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// How often a busy consumer looks for dead letters that somebody wants tried again.
const LETTERS_EVERY: Duration = Duration::from_secs(1);

/// What a consumer does with a batch, in the transaction that also moves its place.
pub trait Handler: Send + Sync {
    /// Handles events in the log's order. An error rolls everything back; the batch comes again.
    fn handle<'a>(&'a self, db: &'a mut PgConnection, events: &'a [Event])
    -> BoxFuture<'a, sqlx::Result<()>>;

    /// Called before each batch is read, and also when nothing is there to read, in the same transaction: everything
    /// up to `after` was handled, nothing behind it was. For what must be done at a known place of the log. Whether
    /// it wrote anything.
    fn at<'a>(&'a self, _db: &'a mut PgConnection, _after: Position) -> BoxFuture<'a, sqlx::Result<bool>> {
        Box::pin(std::future::ready(Ok(false)))
    }

    /// Whether an event that fails goes to the dead letters, so that those behind it are handled. A batch that fails
    /// is then handled event by event. Say no where each event needs those before it.
    fn isolates(&self) -> bool {
        false
    }

    /// Whether the last batches may be taken back when the machine fails, and are handled again: its commits do not
    /// wait for the disk then. What others write later waits for all before it, so nothing can follow from a batch
    /// that is lost.
    fn may_repeat(&self) -> bool {
        false
    }

    /// For how long events may gather after a batch that was not full. A batch costs a handful of statements whatever is
    /// in it: a reader for which nobody waits leaves them to those for which somebody does, and takes turns with the others
    /// of its kind.
    fn gathers(&self) -> Duration {
        Duration::ZERO
    }
}

/// Hands the next batch to `handler` and moves the place of the consumer `name`; how many events it was.
/// Zero also when another server is at work under the same name.
///
/// # Errors
/// The database or the handler refused; nothing has moved.
pub async fn advance(pool: &PgPool, name: &str, handler: &dyn Handler) -> sqlx::Result<usize> {
    match step(&Log::new(pool.clone()), name, handler).await? {
        Step::Handled(count) => Ok(count),
        Step::Nothing | Step::HeldBack => Ok(0),
    }
}

/// What came of looking for a batch.
enum Step {
    /// So many events were handled.
    Handled(usize),
    /// Everything is read, or another server reads.
    Nothing,
    /// Events are there that an open write of somebody else keeps from being read, or the place was moved meanwhile.
    HeldBack,
}

async fn step(log: &Log, name: &str, handler: &dyn Handler) -> sqlx::Result<Step> {
    match advance_whole(log, name, handler).await {
        Err(error) if handler.isolates() && fault_of(&error) != Fault::Away => {
            tracing::warn!(consumer = name, %error, "consumer {name} failed on a batch: it goes on event by event");
            singly(log.pool(), name, &mut Sent(handler)).await.map(Step::Handled)
        }
        done => done,
    }
}

async fn advance_whole(log: &Log, name: &str, handler: &dyn Handler) -> sqlx::Result<Step> {
    let _turn = if handler.gathers().is_zero() { None } else { log.turn().await };
    let mut tx = log.pool().begin().await?;
    let Some((after, is_new)) = store::lock_position(&mut tx, name).await? else { return Ok(Step::Nothing) };
    let wrote = handler.at(&mut tx, after).await?;
    let events = log.read(&mut tx, after, BATCH_MAX).await?;
    let Some(last) = events.last() else {
        let held_back = store::has_more(&mut tx, after).await?;
        // The lock alone is given up without a write to the disk.
        if is_new || wrote {
            tx.commit().await?
        } else {
            tx.rollback().await?
        }
        return Ok(if held_back { Step::HeldBack } else { Step::Nothing });
    };
    let at = last.at;
    attempt(handler, &mut tx, &events).await?;
    if !store::move_position(&mut tx, name, after, at).await? {
        tx.rollback().await?;
        return Ok(Step::HeldBack);
    }
    if handler.may_repeat() {
        store::commit_without_waiting(&mut tx).await?;
    }
    tx.commit().await?;
    Ok(Step::Handled(events.len()))
}

/// [`advance`] for a reader that stays on one thread: the next batch in a transaction that also moves the place; how many
/// events it was. A batch that fails is handled again event by event, and what fails then becomes a dead letter; those
/// that somebody wants tried again are tried first.
///
/// # Errors
/// The database failed; nothing has moved.
pub async fn advance_local(
    log: &Log,
    name: &str,
    mut handle: impl AsyncFnMut(&mut PgConnection, &[Event]) -> sqlx::Result<()>,
) -> sqlx::Result<usize> {
    while retry(log.pool(), name, &mut Local(&mut handle)).await? {}
    match local_whole(log, name, &mut handle).await {
        Err(error) if fault_of(&error) != Fault::Away => {
            tracing::warn!(consumer = name, %error, "consumer {name} failed on a batch: it goes on event by event");
            singly(log.pool(), name, &mut Local(&mut handle)).await
        }
        done => done,
    }
}

async fn local_whole(
    log: &Log,
    name: &str,
    handle: &mut impl AsyncFnMut(&mut PgConnection, &[Event]) -> sqlx::Result<()>,
) -> sqlx::Result<usize> {
    let _turn = log.turn().await;
    let mut tx = log.pool().begin().await?;
    let Some((after, is_new)) = store::lock_position(&mut tx, name).await? else { return Ok(0) };
    let events = log.read(&mut tx, after, BATCH_MAX).await?;
    match events.last() {
        Some(last) => {
            let at = last.at;
            handle(&mut tx, &events).await?;
            if !store::move_position(&mut tx, name, after, at).await? {
                tx.rollback().await?;
                return Ok(0);
            }
            tx.commit().await?;
        }
        None if is_new => tx.commit().await?,
        // The lock alone is given up without a write to the disk.
        None => tx.rollback().await?,
    }
    Ok(events.len())
}

/// Who is handed single events: a handler that may change threads, or one that stays on its own.
trait Hand {
    async fn hand(&mut self, db: &mut PgConnection, event: &Event) -> sqlx::Result<()>;

    async fn at(&mut self, _db: &mut PgConnection, _after: Position) -> sqlx::Result<()> {
        Ok(())
    }
}

struct Sent<'h>(&'h dyn Handler);

impl Hand for Sent<'_> {
    async fn hand(&mut self, db: &mut PgConnection, event: &Event) -> sqlx::Result<()> {
        attempt(self.0, db, std::slice::from_ref(event)).await
    }

    async fn at(&mut self, db: &mut PgConnection, after: Position) -> sqlx::Result<()> {
        self.0.at(db, after).await.map(drop)
    }
}

struct Local<'h, H>(&'h mut H);

impl<H: AsyncFnMut(&mut PgConnection, &[Event]) -> sqlx::Result<()>> Hand for Local<'_, H> {
    async fn hand(&mut self, db: &mut PgConnection, event: &Event) -> sqlx::Result<()> {
        (self.0)(db, std::slice::from_ref(event)).await
    }
}

/// The same batch, each event behind a savepoint of its own: what fails becomes a dead letter.
async fn singly(pool: &PgPool, name: &str, handle: &mut impl Hand) -> sqlx::Result<usize> {
    let mut tx = pool.begin().await?;
    let Some((after, _)) = store::lock_position(&mut tx, name).await? else { return Ok(0) };
    handle.at(&mut tx, after).await?;
    let events = store::read(&mut tx, after, BATCH_MAX).await?;
    for event in &events {
        guarded(&mut tx, name, event, handle).await?;
    }
    if let Some(last) = events.last()
        && !store::move_position(&mut tx, name, after, last.at).await?
    {
        tx.rollback().await?;
        return Ok(0);
    }
    tx.commit().await?;
    Ok(events.len())
}

/// One event behind a savepoint; whether it was handled, else it is a dead letter.
async fn guarded(
    db: &mut PgConnection,
    name: &str,
    event: &Event,
    handle: &mut impl Hand,
) -> sqlx::Result<bool> {
    let mut step = db.begin().await?;
    match handle.hand(&mut step, event).await {
        Ok(()) => {
            step.commit().await?;
            Ok(true)
        }
        Err(error) if fault_of(&error) == Fault::Away => Err(error),
        Err(error) => {
            step.rollback().await?;
            bury(db, name, event, &error).await?;
            Ok(false)
        }
    }
}

/// A panic is a failure of the handler, not of the consumer.
async fn attempt(handler: &dyn Handler, db: &mut PgConnection, events: &[Event]) -> sqlx::Result<()> {
    let handled = AssertUnwindSafe(async { handler.handle(db, events).await }).catch_unwind().await;
    handled.unwrap_or_else(|_| Err(sqlx::Error::decode("the handler panicked")))
}

async fn bury(db: &mut PgConnection, name: &str, event: &Event, error: &sqlx::Error) -> sqlx::Result<()> {
    tracing::error!(consumer = name, event.id = %event.event_id, %error, "event {} is a dead letter", event.event_id);
    let letter = NewLetter {
        origin: dead_letter::of_consumer(name),
        event: Some((event.event_id, event.occurred_at)),
        reason: "handler_failed",
        detail: error.to_string(),
        payload: json!({ "kind": event.kind, "subject": event.subject, "payload": event.payload }),
    };
    let now = store::database_now(db).await?;
    dead_letter::store::keep(db, now, dead_letter::letter_id(name, event.event_id), &letter).await
}

/// A dead letter that somebody wants tried again.
struct Retried {
    id: DeadLetterId,
    /// Its event; none when it is no longer kept, which the letter says then.
    event: Option<Event>,
}

async fn retried(db: &mut PgConnection, name: &str) -> sqlx::Result<Option<Retried>> {
    let origin = dead_letter::of_consumer(name);
    let Some((id, event_id, occurred_at)) = dead_letter::store::take_retrying(db, &origin).await? else {
        return Ok(None);
    };
    let event = store::find(db, event_id, occurred_at).await?;
    if event.is_none() {
        let gone = NewLetter {
            origin,
            event: Some((event_id, occurred_at)),
            reason: "event_gone",
            detail: "the event is no longer kept: drop this letter".to_owned(),
            payload: json!({}),
        };
        let now = store::database_now(db).await?;
        dead_letter::store::keep(db, now, id, &gone).await?;
    }
    Ok(Some(Retried { id, event }))
}

/// Tries a dead letter again that somebody asked for; whether there was one.
///
/// # Errors
/// The database failed.
pub async fn retry_letter(pool: &PgPool, name: &str, handler: &dyn Handler) -> sqlx::Result<bool> {
    retry(pool, name, &mut Sent(handler)).await
}

async fn retry(pool: &PgPool, name: &str, handle: &mut impl Hand) -> sqlx::Result<bool> {
    let mut tx = pool.begin().await?;
    let Some(Retried { id, event }) = retried(&mut tx, name).await? else { return Ok(false) };
    if let Some(event) = event
        && guarded(&mut tx, name, &event, handle).await?
    {
        let now = store::database_now(&mut tx).await?;
        dead_letter::store::move_to(&mut tx, now, id, LetterState::Done).await?;
    }
    tx.commit().await?;
    Ok(true)
}

/// Runs a consumer until `stop` is cancelled: woken by `notify`, repaired by a poll each second, patient with
/// errors.
pub async fn run(log: Log, name: &'static str, handler: impl Handler, stop: CancellationToken) {
    let mut heard = log.heard();
    let mut running =
        Running { pool: log.pool().clone(), name, measured: None, letters: None, failing: None };
    while !stop.is_cancelled() {
        running.keep_house(&handler).await;
        match step(&log, name, &handler).await {
            Ok(Step::Nothing) => {
                running.works().await;
                tokio::select! {
                    () = stop.cancelled() => break,
                    _ = heard.changed() => {}
                    () = tokio::time::sleep(POLL_EVERY) => {}
                }
            }
            Ok(Step::HeldBack) => {
                running.works().await;
                tokio::time::sleep(HELD_BACK_FOR).await;
            }
            Ok(Step::Handled(count)) => {
                running.works().await;
                let is_full = u32::try_from(count).is_ok_and(|count| count >= BATCH_MAX);
                if !is_full && !handler.gathers().is_zero() {
                    tokio::select! {
                        () = stop.cancelled() => break,
                        () = tokio::time::sleep(handler.gathers()) => {}
                    }
                }
            }
            Err(error) => {
                tracing::warn!(consumer = name, error = %error, "consumer {name} could not go on, it tries again");
                running.fails(&error).await;
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = tokio::time::sleep(RETRY_AFTER) => {}
                }
            }
        }
    }
}

/// What a running consumer keeps beside its place.
struct Running {
    pool: PgPool,
    name: &'static str,
    measured: Option<Instant>,
    letters: Option<Instant>,
    /// What its row says; at the start nobody knows.
    failing: Option<bool>,
}

impl Running {
    async fn keep_house(&mut self, handler: &dyn Handler) {
        if self.measured.is_none_or(|at| at.elapsed() >= MEASURE_EVERY) {
            self.measured = Some(Instant::now());
            measure(&self.pool, self.name).await;
        }
        if handler.isolates() && self.letters.is_none_or(|at| at.elapsed() >= LETTERS_EVERY) {
            self.letters = Some(Instant::now());
            loop {
                match retry_letter(&self.pool, self.name, handler).await {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error) => {
                        tracing::warn!(consumer = self.name, %error, "dead letters could not be tried again");
                        break;
                    }
                }
            }
        }
    }

    async fn works(&mut self) {
        if self.failing.replace(false) != Some(false) {
            self.tell(None).await;
        }
    }

    async fn fails(&mut self, error: &sqlx::Error) {
        if self.failing.replace(true) != Some(true) {
            self.tell(Some(&error.to_string())).await;
        }
    }

    /// Told where people look; when even that fails, the database is away, and the log says so.
    async fn tell(&self, failure: Option<&str>) {
        let Ok(mut db) = self.pool.acquire().await else { return };
        if let Err(error) = store::set_failure(&mut db, self.name, failure).await {
            tracing::warn!(consumer = self.name, %error, "the state of consumer {} could not be written", self.name);
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
