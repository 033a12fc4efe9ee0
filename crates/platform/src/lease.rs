//! Work that one server does at a time: whoever holds the lease works, and one that dies loses it by time.
//!
//! A lease keeps two servers from doing the same in vain. What must not happen twice is guarded by the rows of the
//! work itself: a holder that was slow may learn late that the lease is another's.

mod store;
#[cfg(test)]
mod tests;

pub use store::{release, take};

use chrono::TimeDelta;

/// For how long a lease is taken or renewed: longer than the longest statement may run, so that a holder at work has
/// time to renew it, and short enough that another server takes over within minutes.
pub const LEASE_FOR: TimeDelta = TimeDelta::minutes(3);
