//! API keys that were looked up a moment ago: a program that sends thousands of requests a second costs one look-up a
//! second and not one a request.

use access::Permissions;
use access::api_key::ApiKey;
use access::token::SecretHash;
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// For how long a key is not looked up again. This server forgets a key as it revokes it; what another server or a
/// changed unit does to a key is seen after this time.
const KNOWN_FOR: Duration = Duration::from_secs(1);
/// Most keys that are known at once: all are forgotten beyond it. There are tens of programs.
const KNOWN_MAX: usize = 1_000;

/// Keys by the digest of their text.
#[derive(Debug, Default)]
pub struct Programs(Mutex<HashMap<SecretHash, Known>>);

#[derive(Debug)]
struct Known {
    key: ApiKey,
    permissions: Permissions,
    since: Instant,
}

impl Programs {
    /// What was found for this digest of late; a key that has expired since is not.
    #[must_use]
    pub fn find(&self, digest: &SecretHash, now: DateTime<Utc>) -> Option<(ApiKey, Permissions)> {
        let known = self.lock();
        let known = known.get(digest).filter(|known| known.since.elapsed() < KNOWN_FOR)?;
        let is_over = known.key.expires_at.is_some_and(|at| at <= now);
        (!is_over).then(|| (known.key.clone(), known.permissions.clone()))
    }

    /// Keeps what was found.
    pub fn keep(&self, digest: SecretHash, key: ApiKey, permissions: Permissions) {
        let mut known = self.lock();
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert(digest, Known { key, permissions, since: Instant::now() });
    }

    /// Forgets all: a key was revoked.
    pub fn forget(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<SecretHash, Known>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
