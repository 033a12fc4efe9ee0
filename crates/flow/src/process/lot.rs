//! Lots that fall the same way each time: shares of a split by a keyed hash.

use super::node::Share;
use sha2::{Digest, Sha256};

/// Into how many buckets lots fall: hundredths of a percent.
const BUCKETS: u64 = 10_000;

/// The bucket of a subject, 0 to 9999; the same for the same salt and subject on every server.
#[must_use]
pub fn bucket(salt: &str, subject: &str) -> u64 {
    let digest = Sha256::new().chain_update(salt).chain_update([0]).chain_update(subject).finalize();
    let first = digest.iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
    first % BUCKETS
}

/// The share that a subject falls to.
#[must_use]
pub fn draw<'s>(shares: &'s [Share], salt: &str, subject: &str) -> Option<&'s Share> {
    let at = f64::from(u32::try_from(bucket(salt, subject)).unwrap_or(0)) / 100.0;
    let mut upper = 0.0;
    shares.iter().find(|share| {
        upper += share.percent;
        at < upper
    })
}
