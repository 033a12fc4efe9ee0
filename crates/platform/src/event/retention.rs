//! How long events of other systems are kept: weeks that no type keeps are dropped whole, events of types that are
//! kept for a shorter time are deleted a little at a time.

mod store;
#[cfg(test)]
mod tests;

use crate::partition::OUTSIDE_EVENTS;
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

/// For how long events are kept whose type was removed, in days; no type counts as shorter for what is dropped whole.
const DAYS_UNKNOWN: i32 = 90;
/// For how long a repeated event is known as repeated, at least, in days. Senders that were away come back sooner.
pub const KNOWN_DAYS_MIN: i32 = 30;
/// For how long letters and deliveries that are done with can be looked at, in days.
const DONE_DAYS: i64 = 30;
/// Rows deleted at once: short transactions, so that readers of the log wait for nothing.
const ROWS_AT_ONCE: i64 = 5_000;

/// What was removed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Weeks that were dropped whole.
    pub weeks: Vec<String>,
    /// Events that were deleted.
    pub events: u64,
    /// Keys of events, letters and deliveries that were deleted.
    pub others: u64,
}

/// Removes what is older than its type is kept.
///
/// # Errors
/// The database failed, or a reader of an old week holds it: what is left goes the next time.
pub async fn run_once(pool: &PgPool, now: DateTime<Utc>) -> sqlx::Result<Removed> {
    let mut db = pool.acquire().await?;
    let days = |days: i64| now - TimeDelta::days(days);
    let types = store::retentions(&mut db).await?;
    let longest = types.iter().map(|(_, days)| *days).fold(DAYS_UNKNOWN, i32::max);
    let weeks = OUTSIDE_EVENTS.drop_before(&mut db, days(longest.into())).await?;
    let mut removed = Removed { weeks, ..Removed::default() };
    for (kind, kept) in &types {
        while let deleted @ 1.. =
            store::delete_kind(&mut db, kind, days((*kept).into()), ROWS_AT_ONCE).await?
        {
            removed.events += deleted;
        }
    }
    while let deleted @ 1.. = store::delete_unknown(&mut db, days(longest.into()), ROWS_AT_ONCE).await? {
        removed.events += deleted;
    }
    let known = i64::from(longest.max(KNOWN_DAYS_MIN));
    while let deleted @ 1.. = store::forget_keys(&mut db, days(known), ROWS_AT_ONCE).await? {
        removed.others += deleted;
    }
    while let deleted @ 1.. =
        crate::dead_letter::store::forget(&mut db, days(DONE_DAYS), ROWS_AT_ONCE).await?
    {
        removed.others += deleted;
    }
    while let deleted @ 1.. = crate::webhook::store::forget(&mut db, days(DONE_DAYS), ROWS_AT_ONCE).await? {
        removed.others += deleted;
    }
    Ok(removed)
}
