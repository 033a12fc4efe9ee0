//! Which variant a customer sees: a keyed hash, so that it is the same each time and experiments do not depend on
//! each other.

use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Buckets of customers: a hundredth of a percent each.
pub const BUCKETS: u16 = 10_000;

/// The bucket of a customer in the experiment `salt`, from 0.
#[must_use]
pub fn bucket(salt: Uuid, customer: Uuid) -> u16 {
    let mut hash = Sha256::new();
    hash.update(salt.as_bytes());
    hash.update(customer.as_bytes());
    let mut first = [0_u8; 8];
    for (place, byte) in first.iter_mut().zip(hash.finalize()) {
        *place = byte;
    }
    u16::try_from(u64::from_be_bytes(first) % u64::from(BUCKETS)).unwrap_or(0)
}
