//! The call: a pure machine over legs, a flow and a bridge plan.
//!
//! A call knows legs by id and says what must be done with them; it never sees SIP, audio, a queue or an operator's
//! desktop. Time and dice are arguments, effects are data.
//!
//! Invariants, checked after every step:
//! - two legs at most hear each other, and one of them is the caller's;
//! - an operator has the call exactly while a conversation exists, and the contact is then in no queue;
//! - a call that ended plays nothing, bridges nothing, has no media open and no timer but the one for its
//!   recording; a finished call answers nothing.
//!
//! What several legs need later (transfer, conference, listening in, outgoing calls) is another entry in `legs` and
//! another wish in the bridge plan.

mod effect;
mod event;

mod books;
mod bridge;
mod end;
mod hold;
mod leg;
mod line;
mod play;
mod record;
mod walk;

#[cfg(test)]
mod tests;

pub use books::{Ended, Outcome, Phase};
pub use effect::{CallState, CallView, Caller, Effect, EndedBy, Sound, TimerKey};
pub use end::{CALL_LENGTH_MAX, RECORDING_STORED_WITHIN};
pub use event::{Arrival, CallerRecord, Command, Event, MediaRefusal, StoredRecording};
pub use hold::AWAY_MAX;
pub use leg::{ACK_WITHIN, Dialog, Leg, MEDIA_OPEN_WITHIN, RETRY_AFTER_SECONDS};
pub use play::{KEYED_AHEAD_MAX, PLAY_WITHIN};
pub use walk::TRANSFERS_MAX;

use base::id::{CallId, ContactId, LegId, OperatorId, RecordingId};
use books::Books;
use bridge::Bridge;
use chrono::{DateTime, Utc};
use flow::{Definition, Library};
use hold::Conversation;
use line::Line;
use play::{Collector, Playing};
use rand::Rng;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// One call.
#[derive(Debug)]
pub struct Call {
    call: CallId,
    contact: ContactId,
    caller: Caller,
    dialled: String,
    caller_leg: LegId,
    legs: BTreeMap<LegId, Leg>,
    /// Legs whose media the call opened and has not closed.
    media: BTreeSet<LegId>,
    bridge: Bridge,
    conversation: Option<Conversation>,
    last_operator: Option<OperatorId>,
    line: Line,
    flow: Arc<Definition>,
    flows: Arc<Library>,
    walk: flow::State,
    transfers: u32,
    playing: Option<Playing>,
    plays: u64,
    collector: Option<Collector>,
    keyed_ahead: String,
    recording: Option<RecordingId>,
    /// Recordings that were stopped and are not on disk yet.
    storing: BTreeSet<RecordingId>,
    timers: BTreeSet<TimerKey>,
    books: Books,
    finished: bool,
}

/// What one step has at hand.
struct Turn<'a> {
    now: DateTime<Utc>,
    rng: &'a mut dyn Rng,
    effects: Vec<Effect>,
}

impl Turn<'_> {
    fn effect(&mut self, effect: Effect) {
        self.effects.push(effect);
    }
}

impl Call {
    /// An incoming call: journals the contact and opens media for the caller.
    #[must_use]
    pub fn arrive(now: DateTime<Utc>, arrival: Arrival, rng: &mut dyn Rng) -> (Self, Vec<Effect>) {
        let walk = flow::State::new(&arrival.flow);
        let caller = Caller {
            number: arrival.caller_number,
            display: arrival.caller_display,
            record: None,
            language: walk.language(),
        };
        let mut call = Self {
            call: arrival.call,
            contact: arrival.contact,
            caller,
            dialled: arrival.dialled,
            caller_leg: arrival.caller_leg,
            legs: BTreeMap::new(),
            media: BTreeSet::new(),
            bridge: Bridge::default(),
            conversation: None,
            last_operator: None,
            line: Line::None,
            flow: arrival.flow,
            flows: arrival.flows,
            walk,
            transfers: 0,
            playing: None,
            plays: 0,
            collector: None,
            keyed_ahead: String::new(),
            recording: None,
            storing: BTreeSet::new(),
            timers: BTreeSet::new(),
            books: Books::open(now),
            finished: false,
        };
        let mut turn = Turn { now, rng, effects: vec![] };
        call.open(arrival.offer_sdp, &mut turn);
        (call, turn.effects)
    }

    fn open(&mut self, offer: Option<String>, turn: &mut Turn<'_>) {
        let (contact, call) = (self.contact, self.call);
        let (caller, dialled) = (Box::new(self.caller.clone()), self.dialled.clone());
        turn.effect(Effect::ContactArrived { contact, call, caller, dialled });
        let leg = self.caller_leg;
        self.set_dialog(leg, Dialog::Offered { offer_is_ours: offer.is_none() });
        self.media.insert(leg);
        turn.effect(Effect::OpenMedia { leg, offer });
        turn.effect(Effect::Ringing { leg });
        self.arm(TimerKey::MediaOpen, MEDIA_OPEN_WITHIN, turn);
        self.arm(TimerKey::CallLength, CALL_LENGTH_MAX, turn);
    }

    /// Takes one event and says what must be done. Late and impossible events do nothing, or free who waits.
    #[must_use]
    pub fn step(&mut self, now: DateTime<Utc>, event: Event, rng: &mut dyn Rng) -> Vec<Effect> {
        let mut turn = Turn { now, rng, effects: vec![] };
        self.take(event, &mut turn);
        self.check();
        turn.effects
    }

    fn take(&mut self, event: Event, turn: &mut Turn<'_>) {
        match event {
            Event::MediaReady { leg, sdp } => self.media_ready(leg, sdp, turn),
            Event::MediaRefused { leg, why } => self.media_refused(leg, why, turn),
            Event::MediaRenegotiated { leg, sdp } => self.renegotiated(leg, sdp, turn),
            Event::MediaTimedOut { leg } => self.media_timed_out(leg, turn),
            Event::Acked { leg, answer_sdp } => self.acked(leg, answer_sdp, turn),
            Event::Cancelled { leg } => self.cancelled(leg, turn),
            Event::HungUp { leg } => self.hung_up(leg, turn),
            Event::Reoffered { leg, sdp } => self.reoffered(leg, sdp, turn),
            Event::Digit { leg, digit } => self.digit(leg, digit, turn),
            Event::PlayFinished { leg, play } => self.play_finished(leg, play, turn),
            Event::BridgeFailed { leg } => self.media_timed_out(leg, turn),
            Event::CallerFound(record) => self.caller_found(record, turn),
            Event::CallerUnknown => self.walk(flow::Input::CallerUnknown, turn),
            Event::LookUpFailed => self.walk(flow::Input::LookupFailed, turn),
            Event::Enqueued { queue } => self.enqueued(queue, turn),
            Event::EnqueueRefused { why } => self.enqueue_refused(why, turn),
            Event::LeftQueue { queue, why } => self.left_queue(queue, why, turn),
            Event::Position { queue, position, estimated_wait } => {
                self.position_known(queue, position, estimated_wait, turn);
            }
            Event::Connect { queue, offer, operator, operator_leg } => {
                self.connect(queue, offer, operator, operator_leg, turn);
            }
            Event::Command { operator, command } => self.command(operator, command, turn),
            Event::OperatorAway { operator } => self.operator_away(operator, turn),
            Event::OperatorBack { operator, operator_leg } => {
                self.operator_back(operator, operator_leg, turn)
            }
            Event::OperatorLost { operator } => self.operator_lost(operator, turn),
            Event::Timer(timer) => self.timer(timer, turn),
            Event::Drain { within } => self.drain(within, turn),
            Event::RecordingStored(stored) => self.recording_stored(stored, turn),
            Event::RecordingFailed { recording } => self.recording_failed(recording, turn),
        }
    }

    fn timer(&mut self, timer: TimerKey, turn: &mut Turn<'_>) {
        if !self.timers.remove(&timer) {
            return; // late: it was disarmed while it went off
        }
        match timer {
            TimerKey::MediaOpen => self.end(end::Reason::Refused { status: 503 }, turn),
            TimerKey::Ack => self.end(end::Reason::Failed, turn),
            TimerKey::CallLength | TimerKey::Drain => self.end(end::Reason::Limit, turn),
            TimerKey::Play => self.play_overdue(turn),
            TimerKey::Digits => self.digits_timed_out(turn),
            TimerKey::Away => self.away_too_long(turn),
            TimerKey::RecordingStored => self.finish(turn),
            TimerKey::Flow(timer) => self.walk(flow::Input::Timer(timer), turn),
        }
    }

    fn arm(&mut self, timer: TimerKey, after: Duration, turn: &mut Turn<'_>) {
        self.timers.insert(timer);
        turn.effect(Effect::Arm { timer, after });
    }

    fn disarm(&mut self, timer: TimerKey, turn: &mut Turn<'_>) {
        if self.timers.remove(&timer) {
            turn.effect(Effect::Disarm { timer });
        }
    }

    fn enter(&mut self, phase: Phase, turn: &mut Turn<'_>) {
        if self.books.phase() != phase {
            self.books.turn_to(turn.now, phase);
            turn.effect(Effect::PhaseChanged { phase });
        }
    }

    /// The call.
    #[must_use]
    pub const fn id(&self) -> CallId {
        self.call
    }

    /// The contact that the call is.
    #[must_use]
    pub const fn contact(&self) -> ContactId {
        self.contact
    }

    /// Who calls.
    #[must_use]
    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// What was dialled.
    #[must_use]
    pub fn dialled(&self) -> &str {
        &self.dialled
    }

    /// Where the contact is, and since when.
    #[must_use]
    pub const fn phase(&self) -> (Phase, DateTime<Utc>) {
        (self.books.phase(), self.books.since())
    }

    /// The operator who has the call.
    #[must_use]
    pub fn operator(&self) -> Option<OperatorId> {
        self.conversation.as_ref().map(|conversation| conversation.operator)
    }

    /// The walk through the flow: nodes, variables, language.
    #[must_use]
    pub const fn flow_state(&self) -> &flow::State {
        &self.walk
    }

    /// Whether nothing is left to do.
    #[must_use]
    pub const fn is_finished(&self) -> bool {
        self.finished
    }
}
