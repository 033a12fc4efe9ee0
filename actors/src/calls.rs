//! Calls come in here: room is checked, the flow of the number is found, an actor is started.

use crate::call::CallActor;
use crate::inbox::{Admitted, Inbox};
use crate::legs::LegEvent;
use crate::message::{Boards, CallMessage, Calls, Operators, Queues, Site};
use crate::supervise::{GaveUp, Intensity, Restart, Supervise, Supervisor};
use crate::world::World;
use actix::{Actor, Addr, AsyncContext, Context, Handler};
use base::id::{CallId, ContactId, LegId};
use platform::journal::KEPT_MAX;
use routing::board;
use routing::contact::{EndedBy, Ending, Outcome};
use routing::operator::{self, FromCall};
use routing::queue::{self, Left};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use telephony::call::Arrival;
use telephony::media::api::MediaEvent;
use telephony::sip::{Incoming, SipCommand, SipEvent};
use tokio::sync::mpsc;
use tokio::time::Instant;

/// When a caller for whom there is no room may try again.
const RETRY_AFTER: Duration = Duration::from_secs(5);

/// How often calls that ended well are forgotten. One that is younger may not have registered yet.
const SWEPT_EVERY: Duration = Duration::from_secs(60);

/// How long calls that were ended when draining was over may take to have their recordings stored.
const STORED_WITHIN: Duration = Duration::from_secs(5);

/// Writes that the journal has room for, for calls that run, when new ones are refused: a call writes about ten.
const JOURNAL_ROOM: usize = KEPT_MAX / 10;

/// Most characters of a caller's display name that are kept; no name of a person is longer.
const DISPLAY_MAX: usize = 100;

/// What must be ended when a call's actor is gone.
#[derive(Clone, Copy, Debug)]
struct Held {
    call: CallId,
    contact: ContactId,
    leg: LegId,
    since: Instant,
}

/// Starts one actor a call and ends what a panicking one leaves behind.
pub struct CallsSupervisor {
    world: Arc<World>,
    supervisor: Option<Addr<Supervisor>>,
    held: BTreeMap<String, Held>,
}

impl CallsSupervisor {
    /// Starts on the current arbiter; returns the bounded way in.
    #[must_use]
    pub fn start_with(world: Arc<World>, calls_max: usize) -> Inbox<Arrival> {
        let address = Self { world, supervisor: None, held: BTreeMap::new() }.start();
        Inbox::new(address.recipient(), calls_max)
    }
}

impl Actor for CallsSupervisor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        self.supervisor = Some(Supervisor::start_under(ctx.address().recipient()));
        // Names of calls that ended well are forgotten now and then; a panicked one is looked up at once.
        ctx.run_interval(SWEPT_EVERY, |this, _| {
            let world = Arc::clone(&this.world);
            this.held.retain(|_, held| {
                held.since.elapsed() < SWEPT_EVERY || world.directory.is_live::<Calls>(held.call)
            });
        });
    }
}

impl Handler<Admitted<Arrival>> for CallsSupervisor {
    type Result = ();

    fn handle(&mut self, arrival: Admitted<Arrival>, _ctx: &mut Context<Self>) {
        let Some(supervisor) = &self.supervisor else { return };
        let Arrival { call, contact, caller_leg, .. } = arrival.event;
        let child = format!("call {call}");
        self.held.insert(child.clone(), Held { call, contact, leg: caller_leg, since: Instant::now() });
        let world = Arc::clone(&self.world);
        let mut arrival = Some(arrival);
        supervisor.do_send(Supervise {
            child,
            restart: Restart::Temporary,
            intensity: Intensity::ACTOR,
            factory: Box::new(move |guard| {
                if let Some(arrival) = arrival.take() {
                    CallActor::new(Arc::clone(&world), arrival, guard).start();
                }
            }),
        });
    }
}

impl Handler<GaveUp> for CallsSupervisor {
    type Result = ();

    fn handle(&mut self, GaveUp { child }: GaveUp, _ctx: &mut Context<Self>) {
        let Some(Held { call, contact, leg, .. }) = self.held.remove(&child) else { return };
        let world = &self.world;
        world.sip.send(SipCommand::Bye { leg, cause: Some("Q.850;cause=41".to_owned()) });
        if let Err(error) = world.media.close(leg) {
            tracing::warn!(%error, "the media of a failed call was not closed");
        }
        world.legs.remove(leg.as_uuid());
        crate::call::forget(world, call);
        world.directory.broadcast::<Queues>(&queue::Event::ContactLeft { contact, why: Left::CallerHungUp });
        // Who talked is free to finish the contact; others do not know the call.
        let message = FromCall::Ended { by: EndedBy::System };
        world.directory.broadcast::<Operators>(&operator::Event::Call { call, message });
        let _nobody_counts = world.directory.tell::<Boards>(Site::HERE, board::Event::CallEnded { contact });
        let now = world.clock.now();
        let ending =
            Ending { outcome: Outcome::Failed, ended_by: EndedBy::System, held_ms: 0, talked_ms: None };
        let written = world.journal.submit("contact_ended", move |db| {
            Box::pin(async move { routing::store::live::contact_ended(db, now, contact, &ending).await })
        });
        if let Err(error) = written {
            tracing::error!(%error, contact.id = %contact, "a failed contact was not written");
        }
    }
}

/// Takes what the SIP edge reports until it ends.
pub async fn pump_sip(world: Arc<World>, inbox: Inbox<Arrival>, mut events: mpsc::Receiver<SipEvent>) {
    let mut dice = world.dice.take();
    while let Some(event) = events.recv().await {
        match event {
            SipEvent::Incoming(incoming) => admit(&world, &inbox, incoming, &mut dice),
            SipEvent::Acked { leg, .. }
            | SipEvent::Cancelled { leg }
            | SipEvent::HungUp { leg, .. }
            | SipEvent::Reoffered { leg, .. }
            | SipEvent::Digit { leg, .. }
            | SipEvent::Failed { leg, .. } => world.legs.deliver(leg.as_uuid(), LegEvent::Sip(event)),
        }
    }
}

/// Takes what the media engine reports until it ends.
pub async fn pump_media(world: Arc<World>, mut events: mpsc::Receiver<MediaEvent>) {
    while let Some(event) = events.recv().await {
        let about = match &event {
            MediaEvent::Connected { leg }
            | MediaEvent::Disconnected { leg }
            | MediaEvent::Digit { leg, .. }
            | MediaEvent::PlayFinished { leg, .. }
            | MediaEvent::PlayFailed { leg, .. }
            | MediaEvent::TimedOut { leg }
            | MediaEvent::Quality { leg, .. } => leg.as_uuid(),
            MediaEvent::RecordingStored { recording, .. } | MediaEvent::RecordingFailed { recording, .. } => {
                recording.as_uuid()
            }
        };
        world.legs.deliver(about, LegEvent::Media(event));
    }
}

/// No new calls; calls that ring are refused; the others may last until `within` is over.
pub async fn drain(world: &World, within: Duration) {
    world.directory.broadcast::<Calls>(&CallMessage::Drain { within });
    let ended = async {
        while !world.directory.ids::<Calls>().is_empty() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    // The calls end themselves at `within`, and what they recorded is written down after that.
    if tokio::time::timeout(within + STORED_WITHIN, ended).await.is_err() {
        let left = world.directory.ids::<Calls>().len();
        tracing::warn!(calls.left = left, "the server stops with {left} calls that did not end in time");
    }
}

/// A name as a peer sent it, without what no row and no screen takes: one NUL would cost the contact its row.
fn plain(display: &str) -> String {
    display.chars().filter(|c| !c.is_control()).take(DISPLAY_MAX).collect()
}

fn admit(world: &World, inbox: &Inbox<Arrival>, incoming: Incoming, dice: &mut rand_chacha::ChaCha8Rng) {
    let leg = incoming.leg;
    let refuse = |status, retry_after| {
        world.sip.send(SipCommand::Reject { leg, status, reason: None, retry_after });
    };
    let book = world.book.load();
    let dialled: String = incoming.dialled.chars().filter(char::is_ascii_digit).collect();
    let Some(name) = book.numbers.get(&dialled) else { return refuse(404, None) };
    let Some(flow) = book.flows.get(name) else {
        tracing::error!(flow = %name, "a number leads to a flow that did not load");
        return refuse(503, Some(RETRY_AFTER));
    };
    if world.journal.backlog() >= KEPT_MAX - JOURNAL_ROOM {
        metrics::counter!("calls_refused_total").increment(1);
        tracing::warn!("a call was refused: it could not be written down, the database is away for too long");
        return refuse(503, Some(RETRY_AFTER));
    }
    let now = world.clock.now();
    let arrival = Arrival {
        call: CallId::new(now, dice),
        contact: ContactId::new(now, dice),
        caller_leg: leg,
        caller_number: incoming.caller.number,
        caller_display: plain(&incoming.caller.display.unwrap_or_default()),
        dialled: incoming.dialled,
        offer_sdp: incoming.offer,
        flow,
        flows: Arc::clone(&book.flows),
    };
    world.legs.expect(leg.as_uuid());
    if let Err(full) = inbox.offer(arrival) {
        world.legs.remove(leg.as_uuid());
        metrics::counter!("calls_refused_total").increment(1);
        tracing::debug!(%full, "a call was refused");
        refuse(503, Some(RETRY_AFTER));
    }
}
