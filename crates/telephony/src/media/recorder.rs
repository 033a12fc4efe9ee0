//! Recordings: two channels on one timeline. Left is what the caller says, right what the operator says;
//! where nobody was heard there is silence, so that both stay aligned for hours.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use base::id::RecordingId;

use super::api::Side;
use super::jitter::Placement;
use super::rtp;

mod writer;

pub use writer::{WriteJob, part_of, write_all};

/// How long the recorder waits for late packets before it writes a moment. More than [`Placement`] lets a
/// packet be late.
const SETTLES_AFTER: Duration = Duration::from_millis(500);

/// Samples of one channel that may wait for a slow disk: twenty seconds.
const WAITING_MAX: usize = 20 * 8_000;

#[derive(Debug, Default)]
struct Track {
    placement: Placement,
    samples: VecDeque<i16>,
}

/// One running recording.
#[derive(Debug)]
pub struct Recording {
    /// Its id.
    pub id: RecordingId,
    /// Where it will be.
    pub path: PathBuf,
    /// Whether the writer knows of it.
    pub announced: bool,
    started: Instant,
    left: Track,
    right: Track,
    settled: i64,
    waiting: Vec<i16>,
    late: u64,
}

impl Recording {
    /// A recording whose first sample is this moment.
    #[must_use]
    pub fn new(now: Instant, id: RecordingId, path: PathBuf) -> Self {
        Self {
            id,
            path,
            announced: false,
            started: now,
            left: Track::default(),
            right: Track::default(),
            settled: 0,
            waiting: Vec::new(),
            late: 0,
        }
    }

    fn position(&self, now: Instant) -> i64 {
        rtp::samples(now.saturating_duration_since(self.started))
    }

    /// Puts a packet that ends now onto its side of the timeline.
    pub fn push(&mut self, now: Instant, side: Side, ssrc: u32, time: i64, samples: &[i16]) {
        let length = i64::try_from(samples.len()).unwrap_or(0);
        let arrival = (self.position(now) - length).max(0);
        let settled = self.settled;
        let track = match side {
            Side::Left => &mut self.left,
            Side::Right => &mut self.right,
        };
        let offset = track.placement.place(ssrc, time, arrival) - settled;
        let Ok(offset) = usize::try_from(offset) else {
            self.late += 1;
            return;
        };
        if track.samples.len() < offset + samples.len() {
            track.samples.resize(offset + samples.len(), 0);
        }
        for (slot, sample) in track.samples.range_mut(offset..).zip(samples) {
            *slot = *sample;
        }
    }

    /// Settles what can no longer change.
    pub fn settle(&mut self, now: Instant) {
        let until = self.position(now) - rtp::samples(SETTLES_AFTER);
        self.settle_until(until);
    }

    /// Settles everything up to now: the recording ends.
    pub fn end(&mut self, now: Instant) {
        let until = self.position(now);
        self.settle_until(until);
    }

    fn settle_until(&mut self, until: i64) {
        let count = usize::try_from(until - self.settled).unwrap_or(0);
        for _ in 0..count {
            self.waiting.push(self.left.samples.pop_front().unwrap_or(0));
            self.waiting.push(self.right.samples.pop_front().unwrap_or(0));
        }
        self.settled = self.settled.max(until);
    }

    /// Takes what is settled, left and right in turn, when it is at least `min` samples of each.
    pub fn take(&mut self, min: usize) -> Option<Vec<i16>> {
        (!self.waiting.is_empty() && self.waiting.len() >= min * 2).then(|| std::mem::take(&mut self.waiting))
    }

    /// Puts back what the writer could not take yet; `false` when that has gone on for too long.
    #[must_use]
    pub fn put_back(&mut self, samples: Vec<i16>) -> bool {
        self.waiting = samples;
        self.has_patience()
    }

    /// Whether what waits for the writer is still little enough.
    #[must_use]
    pub const fn has_patience(&self) -> bool {
        self.waiting.len() / 2 <= WAITING_MAX
    }

    /// Whether the writer has everything that is settled.
    #[must_use]
    pub const fn is_given(&self) -> bool {
        self.announced && self.waiting.is_empty()
    }

    /// Packets that came too late to be heard.
    #[must_use]
    pub const fn late(&self) -> u64 {
        self.late
    }
}

#[cfg(test)]
mod tests;
