//! The engine's recordings.

use super::*;
use crate::media::leg::{Content, Frame};

/// Beats between two pieces given to the writer: 200 ms.
const PIECE_BEATS: u64 = 10;

impl Engine {
    pub(super) fn tap(&mut self, id: RecordingId, side: Side, leg: LegId) {
        self.taps.entry(leg).or_default().push((id, side));
    }

    fn untap(&mut self, gone: impl Fn(RecordingId, Side) -> bool) {
        self.taps.retain(|_, taps| {
            taps.retain(|(id, side)| !gone(*id, *side));
            !taps.is_empty()
        });
    }

    /// Records another leg on one side from now on.
    pub fn swap_recording_leg(&mut self, id: RecordingId, side: Side, leg: LegId) {
        if self.recordings.contains_key(&id) {
            self.untap(|known, taken| known == id && taken == side);
            self.tap(id, side, leg);
        }
    }

    /// Ends a recording. `RecordingStored` or `RecordingFailed` follows.
    pub fn stop_recording(&mut self, now: Instant, id: RecordingId) {
        self.untap(|known, _| known == id);
        if let Some(mut recording) = self.recordings.remove(&id) {
            recording.end(now);
            self.ending.push(recording);
        }
    }

    /// Ends all recordings and gives them to the writer; `true` once it has them all.
    pub fn end_recordings(&mut self, now: Instant, desk: &mut dyn Desk, out: &mut dyn Outlet) -> bool {
        let running: Vec<RecordingId> = self.recordings.keys().copied().collect();
        running.into_iter().for_each(|id| self.stop_recording(now, id));
        self.hand_over(desk, out);
        self.ending.is_empty()
    }

    /// Keeps what a leg sent in the recordings that it is in. Keys pressed are not kept: they may be card data.
    pub(super) fn keep(&mut self, now: Instant, from: LegId, frame: &Frame<'_>) {
        let Content::Audio(codec) = frame.content else { return };
        let Some(taps) = self.taps.get(&from) else { return };
        codec.decode(frame.payload, &mut self.buffers.linear);
        for (id, side) in taps {
            if let Some(recording) = self.recordings.get_mut(id) {
                recording.push(now, *side, frame.ssrc, frame.time, &self.buffers.linear);
            }
        }
    }

    /// Gives the writer what is settled.
    pub(super) fn turn_tapes(&mut self, now: Instant, desk: &mut dyn Desk, out: &mut dyn Outlet) {
        if self.beats.is_multiple_of(PIECE_BEATS) {
            let mut failed = Vec::new();
            for (id, recording) in &mut self.recordings {
                recording.settle(now);
                if !offer(recording, desk) {
                    failed.push(*id);
                }
            }
            for id in failed {
                self.untap(|known, _| known == id);
                if let Some(recording) = self.recordings.remove(&id) {
                    self.abandon(&recording, out);
                }
            }
        }
        self.hand_over(desk, out);
    }

    fn abandon(&mut self, recording: &Recording, out: &mut dyn Outlet) {
        let why = "the disk is too slow".to_owned();
        out.event(MediaEvent::RecordingFailed { recording: recording.id, path: recording.path.clone(), why });
        self.abandoned.push(recording.id);
    }

    fn hand_over(&mut self, desk: &mut dyn Desk, out: &mut dyn Outlet) {
        for mut recording in std::mem::take(&mut self.ending) {
            if !offer(&mut recording, desk) {
                self.abandon(&recording, out);
            } else if !recording.is_given()
                || desk.write(WriteJob::Finish { recording: recording.id }).is_err()
            {
                self.ending.push(recording);
            }
        }
        self.abandoned.retain(|id| desk.write(WriteJob::Abandon { recording: *id }).is_err());
    }
}

/// Offers the writer a recording's start and what is settled; `false` when it has been behind for too long.
fn offer(recording: &mut Recording, desk: &mut dyn Desk) -> bool {
    if !recording.announced {
        let start = WriteJob::Start { recording: recording.id, path: recording.path.clone() };
        recording.announced = desk.write(start).is_ok();
        if !recording.announced {
            return recording.has_patience();
        }
    }
    let Some(samples) = recording.take(0) else { return true };
    match desk.write(WriteJob::Samples { recording: recording.id, samples }) {
        Err(WriteJob::Samples { samples, .. }) => recording.put_back(samples),
        _ => true,
    }
}
