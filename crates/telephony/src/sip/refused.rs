//! INVITEs that got 503 a moment ago.
//!
//! Copies of one INVITE wait in the socket while it storms. The caller leaves with the first answer; a later copy
//! that found room would make a call without a caller.

use super::check::Sound;
use std::collections::{BTreeSet, VecDeque};
use std::hash::{BuildHasher as _, RandomState};
use std::time::{Duration, Instant};

/// More are not remembered; at ten thousand refusals a second that is still six seconds.
const REMEMBERED_MAX: usize = 65_536;

/// Hashes of refused transactions.
#[derive(Debug)]
pub(crate) struct Refused {
    hashing: RandomState,
    known: BTreeSet<u64>,
    order: VecDeque<(Instant, u64)>,
    keep: Duration,
}

impl Refused {
    /// `keep`: how long a caller repeats an INVITE (64*T1).
    pub(crate) fn new(keep: Duration) -> Self {
        Self { hashing: RandomState::new(), known: BTreeSet::new(), order: VecDeque::new(), keep }
    }

    fn hash(&self, sound: &Sound<'_>) -> u64 {
        self.hashing.hash_one((sound.call_id, sound.caller_tag(), sound.cseq, sound.via.branch))
    }

    pub(crate) fn contains(&self, sound: &Sound<'_>) -> bool {
        self.known.contains(&self.hash(sound))
    }

    pub(crate) fn remember(&mut self, sound: &Sound<'_>, now: Instant) {
        let hash = self.hash(sound);
        if self.known.insert(hash) {
            self.order.push_back((now, hash));
        }
        while self.order.len() > REMEMBERED_MAX {
            self.forget_oldest();
        }
    }

    /// Forgets what nobody repeats any more.
    pub(crate) fn sweep(&mut self, now: Instant) {
        while self.order.front().is_some_and(|(at, _)| now.saturating_duration_since(*at) >= self.keep) {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        if let Some((_, hash)) = self.order.pop_front() {
            self.known.remove(&hash);
        }
    }
}
