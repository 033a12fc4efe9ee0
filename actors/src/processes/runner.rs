//! The runner: what is due is claimed in batches and taken on; calls of outside systems are made outside of any
//! transaction. Everything is in rows, so that a killed server goes on where it was.

use super::Processes;
use base::{Author, Edit};
use chrono::TimeDelta;
use flow::store::run::{RunError, claim, set_aside};
use flow::store::{CHANNEL, call};
use futures_util::future::join_all;
use sqlx::postgres::PgListener;
use sqlx::{Acquire, PgConnection};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Runs that one transaction takes on.
const BATCH_MAX: i64 = 100;
/// Calls of outside systems that are made side by side.
const CALLS_MAX: i64 = 32;
/// How often it looks without being woken.
const POLL_EVERY: Duration = Duration::from_secs(1);
/// Wait after an error, so that an absent database is not hammered.
const RETRY_AFTER: Duration = Duration::from_secs(2);
/// How long a run waits that the database would not take on.
const POSTPONED_BY: TimeDelta = TimeDelta::seconds(30);

/// Takes runs on until `stop` is cancelled.
pub async fn run(processes: Arc<Processes>, stop: CancellationToken) {
    let calls = actix_rt::spawn(keep(Arc::clone(&processes), stop.clone(), Work::Calls));
    keep(processes, stop, Work::Runs).await;
    let _ended = calls.await;
}

#[derive(Clone, Copy)]
enum Work {
    Runs,
    Calls,
}

async fn keep(processes: Arc<Processes>, stop: CancellationToken, work: Work) {
    let mut listener = None;
    while !stop.is_cancelled() {
        if listener.is_none() {
            listener = listen(&processes).await;
        }
        let done = match work {
            Work::Runs => take_on(&processes).await,
            Work::Calls => make_calls(&processes).await,
        };
        match done {
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
                tracing::warn!(%error, "runs of flows could not go on, they are tried again");
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = tokio::time::sleep(RETRY_AFTER) => {}
                }
            }
        }
    }
}

async fn listen(processes: &Processes) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(&processes.pool).await.ok()?;
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

/// Takes on what is due, a batch in one transaction; how many runs it was.
///
/// # Errors
/// The database failed; nothing has moved.
pub(super) async fn take_on(processes: &Processes) -> sqlx::Result<usize> {
    let mut tx = processes.pool.begin().await?;
    let due = claim(&mut tx, processes.now(), BATCH_MAX).await?;
    for id in &due {
        if let Err(error) = take_on_one(processes, &mut tx, *id).await {
            tracing::warn!(flow.instance = %id, %error, "a run could not be taken on, it waits a little");
            flow::store::run::postpone(&mut tx, *id, processes.now() + POSTPONED_BY).await?;
        }
    }
    tx.commit().await?;
    metrics::counter!("flow_runs_taken_on").increment(u64::try_from(due.len()).unwrap_or(0));
    Ok(due.len())
}

/// One run behind a savepoint, so that one that cannot be taken on holds up no other.
async fn take_on_one(
    processes: &Processes,
    db: &mut PgConnection,
    id: base::id::InstanceId,
) -> sqlx::Result<()> {
    let mut apart = db.begin().await?;
    let mut dice = processes.dice();
    let mut edit = Edit { now: processes.now(), author: Author::System, rng: &mut dice };
    match processes.engine.advance(&mut apart, &mut edit, id, None).await {
        Ok(_) => apart.commit().await,
        Err(RunError::Database(error)) => {
            apart.rollback().await?;
            Err(error)
        }
        Err(error) => {
            apart.rollback().await?;
            tracing::error!(flow.instance = %id, %error, "a run cannot be read and waits for a person");
            set_aside(db, id, &error.to_string()).await
        }
    }
}

/// Makes the calls that are due, side by side; how many it were.
///
/// # Errors
/// The database failed; calls are made again when their lease is over.
pub(super) async fn make_calls(processes: &Processes) -> sqlx::Result<usize> {
    let mut tx = processes.pool.begin().await?;
    let calls = call::claim(&mut tx, processes.now(), None, CALLS_MAX).await?;
    tx.commit().await?;
    let made =
        calls.iter().map(|call| call::make(&processes.pool, &processes.client, || processes.now(), call));
    for outcome in join_all(made).await {
        if let Err(error) = outcome {
            tracing::warn!(%error, "the answer of an outside system could not be kept, it is asked again");
        }
    }
    Ok(calls.len())
}
