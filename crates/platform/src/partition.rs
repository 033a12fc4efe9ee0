//! Tables that are split by time: partitions are made ahead of time, and dropped whole when nobody keeps what is in
//! them, which costs nothing; deleting their rows would cost as much as writing them did.

mod store;
#[cfg(test)]
mod tests;

use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;

/// How long a partition is. Weeks begin on Monday; all times are UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Every {
    /// A week.
    Week,
    /// A month.
    Month,
}

impl Every {
    const fn word(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
        }
    }
}

/// A table that is split by its column `occurred_at` and has a default partition for what no other holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partitions {
    /// The table with its schema, such as `rules.decision`.
    pub table: &'static str,
    /// What the names of its partitions begin with.
    pub prefix: &'static str,
    /// How long each is.
    pub every: Every,
}

/// The log of our own events.
pub const OWN_EVENTS: Partitions =
    Partitions { table: "platform.event_own", prefix: "event", every: Every::Month };
/// The log of events of other systems.
pub const OUTSIDE_EVENTS: Partitions =
    Partitions { table: "platform.event_outside", prefix: "event_outside", every: Every::Week };

impl Partitions {
    /// Makes `ahead` of them from the one of `from` on; how many were new. One whose rows already stand in the default
    /// partition is left out.
    ///
    /// # Errors
    /// The database refused.
    pub async fn make(&self, db: &mut PgConnection, from: NaiveDate, ahead: u32) -> sqlx::Result<u32> {
        store::make(db, self, from, ahead).await
    }

    /// Drops those that end at or before `kept_from`; their names. It waits two seconds for readers of them and fails
    /// then: who waits behind a waiting drop waits too.
    ///
    /// # Errors
    /// The database refused, or somebody reads in one of them.
    pub async fn drop_before(
        &self,
        db: &mut PgConnection,
        kept_from: DateTime<Utc>,
    ) -> sqlx::Result<Vec<String>> {
        store::drop_before(db, self, kept_from).await
    }
}
