//! Idempotency keys: a request repeated from outside counts once and gets the first answer again.

mod store;
#[cfg(test)]
mod tests;

pub use store::{claim, complete, forget_expired};

use serde_json::Value;

/// SHA-256 of what makes a request the same: method, path and body.
pub type RequestHash = [u8; 32];

/// What is known of a key.
#[derive(Clone, Debug, PartialEq)]
pub enum Claim {
    /// New: do the work in this transaction, then [`complete`].
    New,
    /// Done before: give this answer again.
    Done {
        /// HTTP status of the first answer.
        status: u16,
        /// Body of the first answer.
        body: Option<Value>,
    },
    /// The key came before with another request: refuse with 422.
    OtherRequest,
    /// The same request is being worked on: refuse with 409.
    InProgress,
}

/// Hashes the parts of a request, each with its length, so that moving a byte from one part to the next differs.
#[must_use]
pub fn hash_request(parts: &[&[u8]]) -> RequestHash {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}
