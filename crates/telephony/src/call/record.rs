//! Recording: one file a conversation, the caller on the left, the operator on the right.
//!
//! It begins with the bridge and goes on over holds and absences, in which it has what the two sides say and no music.

use super::effect::{Effect, TimerKey};
use super::event::StoredRecording;
use super::{Call, Turn};
use base::id::{LegId, RecordingId};

impl Call {
    pub(super) fn start_recording(&mut self, operator_leg: LegId, turn: &mut Turn<'_>) {
        let recording = RecordingId::new(turn.now, turn.rng);
        self.recording = Some(recording);
        turn.effect(Effect::StartRecording { recording, left: self.caller_leg, right: operator_leg });
    }

    pub(super) fn record_right(&self, leg: LegId, turn: &mut Turn<'_>) {
        turn.effects.extend(self.recording.map(|recording| Effect::RecordRight { recording, leg }));
    }

    pub(super) fn stop_recording(&mut self, turn: &mut Turn<'_>) {
        if let Some(recording) = self.recording.take() {
            self.storing.insert(recording);
            turn.effect(Effect::StopRecording { recording });
        }
    }

    pub(super) fn recording_stored(&mut self, stored: StoredRecording, turn: &mut Turn<'_>) {
        let recording = stored.recording;
        if self.storing.remove(&recording) {
            turn.effect(Effect::KeepRecording(stored));
            self.stored_or_given_up(turn);
        } // Late: the call gave it up; it is on disk, and its name says whose it is.
    }

    pub(super) fn recording_failed(&mut self, recording: RecordingId, turn: &mut Turn<'_>) {
        if self.recording == Some(recording) {
            self.recording = None; // the call goes on without one
        }
        if self.storing.remove(&recording) {
            self.stored_or_given_up(turn);
        }
    }

    fn stored_or_given_up(&mut self, turn: &mut Turn<'_>) {
        if self.storing.is_empty() && self.timers.contains(&TimerKey::RecordingStored) {
            self.disarm(TimerKey::RecordingStored, turn);
            self.finish(turn);
        }
    }
}
