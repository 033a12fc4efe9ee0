//! Requests without an answer, by their sequence numbers.

use super::Submission;
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// How many requests whose time is over are remembered, for answers that come late.
const LATE_MAX: usize = 10_000;

/// A part that waits.
#[derive(Clone, Debug)]
pub(super) struct Waiting {
    pub submission: Submission,
    /// How often the centre was busy when it was handed over.
    pub tries: u32,
}

#[derive(Debug, Default)]
pub(super) struct Pending {
    by_sequence: BTreeMap<u32, Waiting>,
    /// In the order in which they were sent; those with an answer are still in it.
    sent: VecDeque<(Duration, u32)>,
    late: BTreeMap<u32, u64>,
    late_order: VecDeque<u32>,
}

impl Pending {
    pub fn len(&self) -> usize {
        self.by_sequence.len()
    }

    pub fn knows(&self, sequence: u32) -> bool {
        self.by_sequence.contains_key(&sequence) || self.late.contains_key(&sequence)
    }

    pub fn insert(&mut self, sequence: u32, now: Duration, waiting: Waiting) {
        self.by_sequence.insert(sequence, waiting);
        self.sent.push_back((now, sequence));
    }

    pub fn take(&mut self, sequence: u32) -> Option<Waiting> {
        let waiting = self.by_sequence.remove(&sequence);
        while self.sent.front().is_some_and(|(_, sequence)| !self.by_sequence.contains_key(sequence)) {
            self.sent.pop_front();
        }
        waiting
    }

    /// The part of a request whose time was over.
    pub fn late(&mut self, sequence: u32) -> Option<u64> {
        self.late.remove(&sequence)
    }

    /// Gives up on what was sent at or before that moment.
    pub fn time_out(&mut self, before: Duration) -> Vec<u64> {
        let mut tags = Vec::new();
        while let Some((sent_at, sequence)) = self.sent.front().copied() {
            if sent_at > before || before == Duration::ZERO {
                break;
            }
            self.sent.pop_front();
            if let Some(waiting) = self.by_sequence.remove(&sequence) {
                tags.push(waiting.submission.tag);
                self.late.insert(sequence, waiting.submission.tag);
                self.late_order.push_back(sequence);
            }
        }
        while self.late_order.len() > LATE_MAX {
            if let Some(oldest) = self.late_order.pop_front() {
                self.late.remove(&oldest);
            }
        }
        tags
    }

    pub fn take_all(&mut self) -> Vec<u64> {
        self.sent.clear();
        std::mem::take(&mut self.by_sequence).into_values().map(|waiting| waiting.submission.tag).collect()
    }
}
