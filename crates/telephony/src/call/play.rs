//! What the caller hears from us, and the keys the caller presses.

use super::effect::Effect;
use super::{Call, Sound, TimerKey, Turn};
use crate::media::api::PlayId;
use base::id::LegId;
use flow::{Digits, Input};
use std::time::Duration;

/// The longest prompt: after this it counts as heard, so that a lost report never silences a call.
pub const PLAY_WITHIN: Duration = Duration::from_secs(180);
/// Keys remembered for questions that are still to come; people who know a menu by heart key ahead.
pub const KEYED_AHEAD_MAX: usize = 16;

/// Why something is played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// The flow says something and waits for its end.
    Prompt {
        /// Whether a key cuts it short.
        barge_in: bool,
    },
    /// Music while the caller waits.
    Music,
}

/// What is being played to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Playing {
    play: PlayId,
    purpose: Purpose,
}

/// An answer being keyed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Collector {
    keyed: String,
    max: u32,
    terminator: Option<char>,
    first_within: Duration,
    next_within: Duration,
}

impl Call {
    pub(super) fn play(&mut self, sound: Sound, purpose: Purpose, turn: &mut Turn<'_>) {
        self.plays += 1;
        let play = PlayId(self.plays);
        self.playing = Some(Playing { play, purpose });
        turn.effect(Effect::Play { leg: self.caller_leg, play, sound });
        match purpose {
            Purpose::Prompt { .. } => self.arm(TimerKey::Play, PLAY_WITHIN, turn),
            Purpose::Music => self.disarm(TimerKey::Play, turn),
        }
    }

    pub(super) fn stop_play(&mut self, turn: &mut Turn<'_>) {
        if let Some(Playing { play, .. }) = self.playing.take() {
            self.disarm(TimerKey::Play, turn);
            turn.effect(Effect::StopPlay { leg: self.caller_leg, play });
        }
    }

    pub(super) fn play_finished(&mut self, leg: LegId, play: PlayId, turn: &mut Turn<'_>) {
        if leg == self.caller_leg && self.playing.is_some_and(|playing| playing.play == play) {
            self.disarm(TimerKey::Play, turn);
            self.heard(turn);
        } // Late: it was stopped or replaced while it ended.
    }

    pub(super) fn play_overdue(&mut self, turn: &mut Turn<'_>) {
        if let Some(Playing { play, .. }) = self.playing {
            turn.effect(Effect::StopPlay { leg: self.caller_leg, play });
            self.heard(turn);
        }
    }

    fn heard(&mut self, turn: &mut Turn<'_>) {
        self.playing = None;
        match &self.collector {
            Some(collector) if collector.keyed.is_empty() => {
                let first_within = collector.first_within;
                self.arm(TimerKey::Digits, first_within, turn);
            }
            Some(_) => {} // the first key cut the prompt; the timer between keys runs
            None if self.conversation.is_none() => self.walk(Input::Said, turn),
            None => {} // music on hold that could not be played
        }
    }

    pub(super) fn collect(
        &mut self,
        max: u32,
        terminator: Option<char>,
        first_within: Duration,
        next_within: Duration,
        turn: &mut Turn<'_>,
    ) {
        self.collector = Some(Collector { keyed: String::new(), max, terminator, first_within, next_within });
        if self.playing.is_none() {
            self.arm(TimerKey::Digits, first_within, turn);
        }
        // Keys pressed ahead answer at once. Each round takes one key, and an answered question ends the loop: the
        // next question takes what is left by itself.
        while self.collector.is_some() && !self.keyed_ahead.is_empty() {
            let digit = self.keyed_ahead.remove(0);
            self.key(digit, turn);
        }
    }

    pub(super) fn digit(&mut self, leg: LegId, digit: char, turn: &mut Turn<'_>) {
        let is_key = digit.is_ascii_digit() || matches!(digit, '*' | '#');
        if leg != self.caller_leg || !is_key || self.is_arriving() || self.conversation.is_some() {
            return; // an operator's key, A to D, or a key that nobody asked for
        }
        if self.collector.is_some() {
            return self.key(digit, turn);
        }
        let playing = self.playing.map(|playing| playing.purpose);
        if playing == Some(Purpose::Prompt { barge_in: true }) {
            if self.keyed_ahead.len() < KEYED_AHEAD_MAX {
                self.keyed_ahead.push(digit);
            }
            self.stop_play(turn);
            self.walk(Input::Said, turn);
        }
    }

    fn key(&mut self, digit: char, turn: &mut Turn<'_>) {
        self.stop_play(turn);
        let Some(collector) = &mut self.collector else { return };
        let ends = collector.terminator == Some(digit);
        if !ends {
            collector.keyed.push(digit);
        }
        let next_within = collector.next_within;
        let is_full = u32::try_from(collector.keyed.len()).is_ok_and(|count| count >= collector.max);
        if ends || is_full {
            self.answered(Digits::Complete, turn);
        } else {
            self.arm(TimerKey::Digits, next_within, turn);
        }
    }

    pub(super) fn digits_timed_out(&mut self, turn: &mut Turn<'_>) {
        self.answered(Digits::TimedOut, turn);
    }

    fn answered(&mut self, how: fn(String) -> Digits, turn: &mut Turn<'_>) {
        self.disarm(TimerKey::Digits, turn);
        if let Some(collector) = self.collector.take() {
            self.walk(Input::Digits(how(collector.keyed)), turn);
        }
    }

    /// Nobody listens to prompts or keys any more: an operator has the call, or it is over.
    pub(super) fn forget_keys(&mut self, turn: &mut Turn<'_>) {
        self.collector = None;
        self.keyed_ahead.clear();
        self.disarm(TimerKey::Digits, turn);
    }
}
