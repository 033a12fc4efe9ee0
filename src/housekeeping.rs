//! Partitions are made ahead of time, and what is older than it is kept is removed.

#[cfg(test)]
mod tests;

use crate::settings::Retention;
use base::Clock;
use chrono::{DateTime, Utc};
use platform::event::retention;
use platform::partition::{OUTSIDE_EVENTS, OWN_EVENTS, Partitions};
use rules::store::retention::DECISIONS;
use sqlx::PgPool;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often. What is a little too old harms nobody.
const EVERY: Duration = Duration::from_secs(3600);
/// Every table that is split by time, and how many of its partitions exist ahead of time: a server that is not
/// started for weeks still finds those it needs.
const TABLES: [(Partitions, u32); 3] = [(OWN_EVENTS, 3), (OUTSIDE_EVENTS, 5), (DECISIONS, 5)];
/// Rows deleted at once: short transactions, so that readers of the log wait for nothing.
const ROWS_AT_ONCE: i64 = 5_000;
/// Runs deleted at once: each has a path of some visits.
const RUNS_AT_ONCE: i64 = 500;

/// Makes the partitions of `now` and of the time to come.
///
/// # Errors
/// The database failed.
pub async fn make_partitions(pool: &PgPool, now: DateTime<Utc>) -> sqlx::Result<()> {
    let mut db = pool.acquire().await?;
    for (table, ahead) in TABLES {
        table.make(&mut db, now.date_naive(), ahead).await?;
    }
    Ok(())
}

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Events of other systems, and what belongs to them.
    pub events: retention::Removed,
    /// Weeks of decisions that were dropped whole.
    pub weeks: Vec<String>,
    /// Decisions beside those weeks.
    pub decisions: u64,
    /// Reactions.
    pub reactions: u64,
    /// Runs of flows.
    pub runs: u64,
    /// Visits of runs that go on.
    pub visits: u64,
}

/// Removes once what is older than it is kept.
///
/// # Errors
/// The database failed, or somebody reads in an old partition: what is left goes the next time.
pub async fn remove_old(pool: &PgPool, now: DateTime<Utc>, kept: &Retention) -> sqlx::Result<Removed> {
    let events = retention::run_once(pool, now).await?;
    let mut removed = Removed { events, ..Removed::default() };
    let mut db = pool.acquire().await?;
    let (decided, ran) = (now - kept.decisions(), now - kept.runs());
    removed.weeks = DECISIONS.drop_before(&mut db, decided).await?;
    while let count @ 1.. = rules::store::retention::delete_decisions(&mut db, decided, ROWS_AT_ONCE).await? {
        removed.decisions += count;
    }
    while let count @ 1.. = rules::store::retention::delete_reactions(&mut db, decided, ROWS_AT_ONCE).await? {
        removed.reactions += count;
    }
    while let count @ 1.. = flow::store::retention::delete_runs(&mut db, ran, RUNS_AT_ONCE).await? {
        removed.runs += count;
    }
    while let count @ 1.. = flow::store::retention::delete_visits(&mut db, ran, ROWS_AT_ONCE).await? {
        removed.visits += count;
    }
    Ok(removed)
}

/// Makes and removes every hour, until it is stopped.
pub async fn keep(pool: PgPool, clock: Arc<dyn Clock>, kept: Retention, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = make_partitions(&pool, clock.now()).await {
            tracing::warn!(%error, "partitions were not made ahead of time, another try in an hour");
        }
        match remove_old(&pool, clock.now(), &kept).await {
            Ok(removed) if removed == Removed::default() => {}
            Ok(removed) => tracing::info!(?removed, "what is older than it is kept was removed"),
            Err(error) => tracing::warn!(%error, "old rows could not be removed, another try in an hour"),
        }
    }
}
