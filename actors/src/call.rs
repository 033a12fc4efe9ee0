//! The shell of one call: signalling, media, queue, operator and rows, wired to [`telephony::call::Call`].
//!
//! It is temporary: when it panics it is never rebuilt. The supervisor hangs the leg up and the contact is
//! reported as failed, because a half-known call is worse than an ended one.

mod line;
mod perform;
mod rows;
mod translate;
pub mod visits;

use crate::Tell;
use crate::inbox::Admitted;
use crate::legs::LegEvent;
use crate::message::{CallMessage, Calls};
use crate::supervise::ExitGuard;
use crate::timers::Timers;
use crate::world::World;
use actix::{Actor, ActorContext, AsyncContext, Context, Handler};
use base::id::{LegId, OperatorId, RecordingId};
use chrono::{DateTime, Utc};
use line::Line;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::sync::Arc;
use telephony::call::{Arrival, Call, CallView, Event, TimerKey};
use telephony::media::api::MediaEvent;
use telephony::media::dtmf::{OnePress, Way};
use telephony::sip::SipEvent;
use tokio::sync::OwnedSemaphorePermit;
use visits::Whereabouts;

/// The actor of one call.
pub struct CallActor {
    world: Arc<World>,
    call: Call,
    /// What the first step wanted, performed once the actor runs.
    first: Vec<telephony::call::Effect>,
    rng: ChaCha8Rng,
    timers: Timers<TimerKey>,
    line: Line,
    /// How the call last looked to each operator who has had it.
    views: BTreeMap<OperatorId, CallView>,
    /// The last description we sent on each leg; offered again when a peer wants our offer.
    described: BTreeMap<LegId, String>,
    recordings: BTreeMap<RecordingId, DateTime<Utc>>,
    answered_at: Option<DateTime<Utc>>,
    /// A phone may report one key by RTP and by INFO.
    presses: OnePress,
    whereabouts: Whereabouts,
    _permit: OwnedSemaphorePermit,
    _guard: ExitGuard,
}

impl CallActor {
    /// A call that arrives; start it on the arbiter of queues and operators.
    #[must_use]
    pub fn new(world: Arc<World>, arrival: Admitted<Arrival>, guard: ExitGuard) -> Self {
        let mut rng = world.dice.take();
        let Admitted { event, permit } = arrival;
        let (call, first) = Call::arrive(world.clock.now(), event, &mut rng);
        let whereabouts = Whereabouts::new(world.visits.clone());
        Self {
            world,
            call,
            first,
            rng,
            timers: Timers::default(),
            line: Line::default(),
            views: BTreeMap::new(),
            described: BTreeMap::new(),
            recordings: BTreeMap::new(),
            answered_at: None,
            presses: OnePress::default(),
            whereabouts,
            _permit: permit,
            _guard: guard,
        }
    }

    /// Whether a key was reported already, the other way.
    fn is_second_report(&mut self, event: &LegEvent) -> bool {
        let (way, digit) = match event {
            LegEvent::Sip(SipEvent::Digit { digit, .. }) => (Way::Info, *digit),
            LegEvent::Media(MediaEvent::Digit { digit, .. }) => (Way::Rtp, *digit),
            LegEvent::Sip(_) | LegEvent::Media(_) => return false,
        };
        !self.presses.accepts(tokio::time::Instant::now().into_std(), way, digit)
    }

    /// The one way in.
    fn drive(&mut self, event: Event, ctx: &mut Context<Self>) {
        let now = self.world.clock.now();
        let before = self.call.caller().clone();
        let effects = self.call.step(now, event, &mut self.rng);
        self.whereabouts.look(self.call.flow_state());
        if *self.call.caller() != before {
            self.caller_changed(now);
        }
        for effect in effects {
            self.perform(now, effect, ctx);
        }
    }
}

/// A recording that nobody stops would be written for ever.
impl Drop for CallActor {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            return;
        }
        for recording in self.recordings.keys() {
            let contact = self.call.contact();
            tracing::error!(contact.id = %contact, recording.id = %recording, "a recording is on disk and in no row");
            self.world.legs.remove(recording.as_uuid());
            let _engine_gone = self.world.media.stop_recording(*recording);
        }
    }
}

impl Actor for CallActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        self.world.directory.register::<Calls>(self.call.id(), ctx.address().recipient());
        let now = self.world.clock.now();
        for effect in std::mem::take(&mut self.first) {
            self.perform(now, effect, ctx);
        }
    }
}

impl Handler<Tell<CallMessage>> for CallActor {
    type Result = ();

    fn handle(&mut self, Tell(message): Tell<CallMessage>, ctx: &mut Context<Self>) {
        match message {
            CallMessage::Queue { queue, message } => self.queue_said(queue, message, ctx),
            CallMessage::Operator { operator, command } => {
                self.drive(translate::command(operator, command), ctx);
            }
            CallMessage::AnnounceAgain { queue } => self.announce_again(queue),
            CallMessage::WhoServes { operator } => self.say_who_is_served(operator),
            CallMessage::Drain { within } => self.drive(Event::Drain { within }, ctx),
        }
    }
}

impl Handler<Tell<LegEvent>> for CallActor {
    type Result = ();

    fn handle(&mut self, Tell(event): Tell<LegEvent>, ctx: &mut Context<Self>) {
        if self.is_second_report(&event) {
            return;
        }
        if let Some(event) = translate::leg_event(event, &self.world.recordings) {
            self.drive(event, ctx);
        }
    }
}

/// Ends what a call that panicked held: its legs, its place in line.
pub(crate) fn forget(world: &World, call: base::id::CallId) {
    world.directory.remove::<Calls>(call);
}

fn stop(ctx: &mut Context<CallActor>) {
    ctx.stop();
}
