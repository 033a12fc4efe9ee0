//! The calls that were let in: what tells a retransmission from a new call, and a dialog from a guess.

use super::check::Sound;
use base::id::{LegId, TrunkId};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Ended calls that are remembered for late retransmissions; beyond that the oldest go.
const ENDED_MAX: usize = 65_536;

type Key = (String, String);

/// One call that was let in.
#[derive(Clone, Debug)]
pub(crate) struct KnownCall {
    pub(crate) trunk: TrunkId,
    pub(crate) source: SocketAddr,
    pub(crate) local_tag: String,
    pub(crate) leg: LegId,
    pub(crate) cseq: u32,
    pub(crate) branch: String,
    pub(crate) ended: Option<Instant>,
}

impl KnownCall {
    pub(crate) fn is_live(&self) -> bool {
        self.ended.is_none()
    }

    pub(crate) fn is_retransmitted(&self, sound: &Sound<'_>) -> bool {
        self.cseq == sound.cseq && self.branch == sound.via.branch.unwrap_or("")
    }
}

/// Calls by Call-ID and the caller's tag.
#[derive(Debug)]
pub(crate) struct Known {
    calls: BTreeMap<Key, KnownCall>,
    by_trunk: BTreeMap<TrunkId, usize>,
    ended: VecDeque<(Instant, Key)>,
    live: usize,
    linger: Duration,
}

impl Known {
    /// `linger`: how long the transactions of an ended call may still be heard of (64*T1).
    pub(crate) fn new(linger: Duration) -> Self {
        Self { calls: BTreeMap::new(), by_trunk: BTreeMap::new(), ended: VecDeque::new(), live: 0, linger }
    }

    pub(crate) fn live(&self) -> usize {
        self.live
    }

    /// Calls that have ended and are still remembered.
    pub(crate) fn lingering(&self) -> usize {
        self.ended.len()
    }

    pub(crate) fn live_on(&self, trunk: TrunkId) -> usize {
        self.by_trunk.get(&trunk).copied().unwrap_or(0)
    }

    pub(crate) fn find(&self, call_id: &str, from_tag: &str) -> Option<&KnownCall> {
        self.calls.get(&(call_id.to_owned(), from_tag.to_owned()))
    }

    pub(crate) fn insert(&mut self, call_id: &str, from_tag: &str, call: KnownCall) {
        let count = self.by_trunk.entry(call.trunk).or_insert(0);
        *count = count.saturating_add(1);
        self.live = self.live.saturating_add(1);
        self.calls.insert((call_id.to_owned(), from_tag.to_owned()), call);
    }

    /// The leg is over; its transactions may still answer retransmissions for a while.
    pub(crate) fn end(&mut self, call_id: &str, from_tag: &str, leg: LegId, now: Instant) {
        let key = (call_id.to_owned(), from_tag.to_owned());
        let Some(call) = self.calls.get_mut(&key).filter(|call| call.leg == leg && call.ended.is_none())
        else {
            return;
        };
        call.ended = Some(now);
        if let Some(count) = self.by_trunk.get_mut(&call.trunk) {
            *count = count.saturating_sub(1);
        }
        self.live = self.live.saturating_sub(1);
        self.ended.push_back((now, key));
        self.sweep(now);
    }

    /// Forgets what nobody can ask about any more.
    pub(crate) fn sweep(&mut self, now: Instant) {
        while let Some((at, _)) = self.ended.front() {
            if now.saturating_duration_since(*at) < self.linger && self.ended.len() <= ENDED_MAX {
                break;
            }
            if let Some((at, key)) = self.ended.pop_front()
                && self.calls.get(&key).is_some_and(|call| call.ended == Some(at))
            {
                self.calls.remove(&key);
            }
        }
        self.by_trunk.retain(|_, count| *count > 0);
    }
}
