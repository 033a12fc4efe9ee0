//! The end of a call, for every reason, once.

use super::books::{Ended, Outcome};
use super::effect::{Effect, EndedBy, TimerKey};
use super::line::Line;
use super::{Call, Leg, Phase, Turn};
use flow::Input;
use std::time::Duration;

/// The longest call. Above any conversation we know of, below what a forgotten line costs in a night.
pub const CALL_LENGTH_MAX: Duration = Duration::from_secs(4 * 60 * 60);
/// How long a recording may take to be on disk after the call: hashing hours of audio takes seconds.
pub const RECORDING_STORED_WITHIN: Duration = Duration::from_secs(30);

/// Why a call ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reason {
    /// Before the answer, with a SIP status.
    Refused { status: u16 },
    /// Somebody hung up; the system does it by a flow's `hang_up`.
    Hung(EndedBy),
    /// A limit of ours.
    Limit,
    /// Something does not work.
    Failed,
}

impl Reason {
    const fn by(self) -> EndedBy {
        match self {
            Self::Hung(by) => by,
            Self::Refused { .. } | Self::Limit | Self::Failed => EndedBy::System,
        }
    }
}

impl Call {
    pub(super) fn end(&mut self, reason: Reason, turn: &mut Turn<'_>) {
        if self.books.phase() == Phase::Over {
            return; // it ends once
        }
        let outcome = self.outcome(reason);
        let by = reason.by();
        self.playing = None; // closing the media ends the play
        self.forget_keys(turn);
        self.leave_line(outcome == Outcome::Abandoned, turn);
        self.end_conversation(by, turn);
        let status = if let Reason::Refused { status } = reason { status } else { 503 };
        self.close_legs(status, turn);
        self.walk(Input::Ended, turn);
        for timer in std::mem::take(&mut self.timers) {
            turn.effect(Effect::Disarm { timer });
        }
        self.enter(Phase::Over, turn);
        turn.effect(Effect::ContactEnded(Box::new(self.account(outcome, by))));
        if self.storing.is_empty() {
            self.finish(turn);
        } else {
            self.arm(TimerKey::RecordingStored, RECORDING_STORED_WITHIN, turn);
        }
    }

    fn outcome(&self, reason: Reason) -> Outcome {
        let waits = self.line != Line::None;
        let has_waited = self.books.has_been(Phase::Waiting);
        match reason {
            Reason::Refused { status } => Outcome::Refused { status },
            Reason::Hung(EndedBy::Caller) if self.is_arriving() => Outcome::Cancelled,
            _ if self.last_operator.is_some() => Outcome::Served,
            // A caller whose line went dead while waiting is lost all the same.
            Reason::Hung(EndedBy::Caller) | Reason::Failed if waits => Outcome::Abandoned,
            Reason::Hung(_) | Reason::Limit if has_waited => Outcome::Unserved,
            Reason::Hung(EndedBy::Caller) => Outcome::LeftInFlow,
            Reason::Hung(EndedBy::System | EndedBy::Operator) => Outcome::ServedByFlow,
            Reason::Limit | Reason::Failed => Outcome::Failed,
        }
    }

    fn account(&self, outcome: Outcome, by: EndedBy) -> Ended {
        Ended {
            contact: self.contact,
            call: self.call,
            outcome,
            by,
            operator: self.last_operator,
            arrived_at: self.books.arrived_at,
            in_flow: self.books.total(&[Phase::Flow]),
            waited: self.books.total(&[Phase::Waiting]),
            talked: self.books.total(&[Phase::Talking]),
            held: self.books.total(&[Phase::Held, Phase::Away]),
            path: self.walk.path().to_vec(),
        }
    }

    pub(super) fn drain(&mut self, within: Duration, turn: &mut Turn<'_>) {
        match self.books.phase() {
            Phase::Arriving => self.end(Reason::Refused { status: 503 }, turn),
            Phase::Flow | Phase::Waiting | Phase::Talking | Phase::Held | Phase::Away => {
                self.arm(TimerKey::Drain, within, turn);
            }
            Phase::Over => {} // it is ending by itself
        }
    }

    pub(super) fn finish(&mut self, turn: &mut Turn<'_>) {
        self.storing.clear(); // given up: they are on disk under their names, or lost
        self.finished = true;
        turn.effect(Effect::Finished);
    }

    /// The invariants of the module, after every step.
    pub(super) fn check(&self) {
        let over = self.books.phase() == Phase::Over;
        let with_operator = self.conversation.is_some();
        let desks = self.legs.values().filter(|leg| matches!(leg, Leg::Desk(_))).count();
        let only_recording = self.timers.iter().all(|timer| *timer == TimerKey::RecordingStored);
        let holds = [
            ("an operator is in no queue", !with_operator || self.line == Line::None),
            ("one desk at most, and only in a conversation", desks <= usize::from(with_operator)),
            (
                "a bridge joins the caller and a leg of the call",
                self.bridge.between().is_none_or(|(a, b)| a == self.caller_leg && self.legs.contains_key(&b)),
            ),
            (
                "an ended call holds nothing",
                !over
                    || (!with_operator && self.media.is_empty() && self.playing.is_none() && only_recording),
            ),
            ("finished is over", !self.finished || (over && self.timers.is_empty())),
            ("waiting is in a queue", (self.books.phase() == Phase::Waiting) == (self.line != Line::None)),
        ];
        for (name, holds) in holds {
            debug_assert!(holds, "{name}: {self:?}");
            if !holds {
                metrics::counter!("call_invariant_broken_total", "invariant" => name).increment(1);
            }
        }
    }
}
