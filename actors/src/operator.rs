//! The shell of one operator: desktop, phone, queues, calls and rows, wired to [`routing::operator::Operator`].

mod perform;
mod request;

use crate::Tell;
use crate::desk::{Desk, DeskAsk, DeskCommand, DeskProblem};
use crate::legs::LegEvent;
use crate::live::Topic;
use crate::message::Operators;
use crate::supervise::{ExitGuard, Intensity, Restart, Supervise, Supervisor};
use crate::timers::Timers;
use crate::world::World;
use actix::{Actor, ActorFutureExt, Addr, AsyncContext, Context, Handler, WrapFuture};
use arc_swap::ArcSwap;
use base::id::{ContactId, LegId, OperatorId};
use routing::contact::WrapUp;
use routing::operator::{Effect, Event, Operator, Request, Settings, Timer, Totals, day_start};
use routing::query::day::{OperatorDay, operator_day};
use routing::store::wrap_up::faults;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use telephony::media::api::{MediaError, MediaEvent};
use tokio::sync::oneshot;

/// The rows are asked about topics and results for this long; an operator waits for the answer.
const ROWS_ANSWER_WITHIN: Duration = Duration::from_secs(1);

type Reply = oneshot::Sender<Result<Value, DeskProblem>>;

/// The actor of one operator.
pub struct OperatorActor {
    id: OperatorId,
    world: Arc<World>,
    operator: Operator,
    /// What the first step wanted, performed once the actor runs.
    first: Vec<Effect>,
    /// What a restarted operator begins with.
    settings: Arc<ArcSwap<Settings>>,
    timers: Timers<Timer>,
    topic: Topic,
    /// The socket that shows the desk, and what tells it that a newer one took over.
    socket: Option<(u64, oneshot::Sender<()>)>,
    asked: u64,
    replies: BTreeMap<u64, Reply>,
    _guard: ExitGuard,
}

/// Signs an operator in: starts its actor under `supervisor`, or tells the one that is live what changed.
pub fn sign_in(world: &Arc<World>, supervisor: &Addr<Supervisor>, id: OperatorId, settings: Settings) {
    let changed = Event::Configured { settings: Box::new(settings.clone()) };
    // Two windows at once: whoever came first starts the desk, with the same settings.
    if world.directory.tell::<Operators>(id, changed).is_ok() || !world.directory.claim::<Operators>(id) {
        return;
    }
    let (world, settings) = (Arc::clone(world), Arc::new(ArcSwap::from_pointee(settings)));
    supervisor.do_send(Supervise {
        child: format!("operator {id}"),
        restart: Restart::Permanent,
        intensity: Intensity::ACTOR,
        factory: Box::new(move |guard| {
            OperatorActor::new(id, Arc::clone(&world), Arc::clone(&settings), guard).start();
        }),
    });
}

impl OperatorActor {
    fn new(id: OperatorId, world: Arc<World>, settings: Arc<ArcSwap<Settings>>, guard: ExitGuard) -> Self {
        let now = world.clock.now();
        let (operator, first) = Operator::start(id, Settings::clone(&settings.load()), now);
        let epoch = LegId::new(now, &mut world.dice.take()).to_string();
        Self {
            id,
            topic: Topic::new("desk", epoch, now),
            world,
            operator,
            first,
            settings,
            timers: Timers::default(),
            socket: None,
            asked: 0,
            replies: BTreeMap::new(),
            _guard: guard,
        }
    }

    fn drive(&mut self, event: Event, ctx: &mut Context<Self>) {
        for effect in self.operator.step(self.world.clock.now(), event) {
            self.perform(effect, ctx);
        }
    }

    /// Opens a media session for the browser; its answer goes back when the engine has it.
    fn connect_phone(&mut self, sdp: String, reply: Reply, ctx: &mut Context<Self>) {
        let leg = LegId::new(self.world.clock.now(), &mut self.world.dice.take());
        self.world.legs.register(leg.as_uuid(), ctx.address().recipient());
        self.drive(Event::PhoneConnecting { leg }, ctx);
        if !self.operator.awaits_phone(leg) {
            // The window that asked is gone: an opened leg would be nobody's.
            return drop(reply);
        }
        let opened = self.world.media.open_webrtc(leg, sdp).into_actor(self);
        ctx.spawn(opened.map(move |answer, this, ctx| {
            if answer.is_err() {
                this.drive(Event::PhoneLost { leg }, ctx);
            }
            // A desktop that does not wait for the answer any more needs none.
            let _late =
                reply.send(answer.map(|sdp| json!({"sdp": sdp})).map_err(|error| phone_problem(&error)));
        }));
    }

    fn ask(&mut self, request: Request, reply: Reply, ctx: &mut Context<Self>) {
        self.asked += 1;
        self.replies.insert(self.asked, reply);
        self.drive(Event::Asked { ask: self.asked, request }, ctx);
    }

    /// What the rows would refuse is refused here, while somebody can correct it. While the database is away nobody
    /// knows its topics: what came from a list that it filled is believed.
    fn check_wrap_up(&mut self, contact: ContactId, wrap_up: WrapUp, reply: Reply, ctx: &mut Context<Self>) {
        if let Some(problem) = request::note_problem(&wrap_up.note) {
            let _late = reply.send(Err(problem));
            return;
        }
        let (pool, said) = (self.world.pool.clone(), wrap_up.clone());
        let asked = async move {
            let mut db = pool.acquire().await?;
            faults(&mut db, &said).await
        };
        let asked = async move { tokio::time::timeout(ROWS_ANSWER_WITHIN, asked).await };
        ctx.spawn(asked.into_actor(self).map(move |answer, this, ctx| match answer {
            Ok(Ok(faults)) if !faults.is_empty() => {
                let _late = reply.send(Err(request::faulty(&faults)));
            }
            Ok(Ok(_)) | Ok(Err(_)) | Err(_) => {
                this.ask(Request::CompleteWrapUp { contact, wrap_up }, reply, ctx);
            }
        }));
    }

    fn read_earlier_today(&mut self, ctx: &mut Context<Self>) {
        let (pool, id, now) = (self.world.pool.clone(), self.id, self.world.clock.now());
        let from = day_start(now, self.settings.load().zone);
        let read = async move {
            let mut db = pool.acquire().await?;
            operator_day(&mut db, id, from, now).await
        };
        ctx.spawn(read.into_actor(self).map(|day, this, ctx| match day {
            Ok(day) => this.drive(Event::EarlierToday { totals: totals(&day) }, ctx),
            Err(error) => tracing::warn!(%error, "an operator's day starts at zero: the rows cannot be read"),
        }));
    }
}

impl Actor for OperatorActor {
    type Context = Context<Self>;

    fn started(&mut self, ctx: &mut Context<Self>) {
        self.world.directory.register::<Operators>(self.id, ctx.address().recipient());
        for effect in std::mem::take(&mut self.first) {
            self.perform(effect, ctx);
        }
        // Last: from now on the edge finds a topic with a value.
        let desk = Desk { topic: self.topic.clone(), asks: ctx.address().recipient() };
        self.world.desks.register(self.id, desk);
        self.read_earlier_today(ctx);
    }
}

impl Handler<Tell<Event>> for OperatorActor {
    type Result = ();

    fn handle(&mut self, Tell(event): Tell<Event>, ctx: &mut Context<Self>) {
        self.drive(event, ctx);
    }
}

impl Handler<Tell<LegEvent>> for OperatorActor {
    type Result = ();

    fn handle(&mut self, Tell(event): Tell<LegEvent>, ctx: &mut Context<Self>) {
        match event {
            LegEvent::Media(MediaEvent::Connected { leg }) => self.drive(Event::PhoneConnected { leg }, ctx),
            LegEvent::Media(MediaEvent::Disconnected { leg }) => self.drive(Event::PhoneLost { leg }, ctx),
            // Digits, quality and recordings of a phone concern nobody here.
            LegEvent::Media(_) | LegEvent::Sip(_) => {}
        }
    }
}

impl Handler<DeskAsk> for OperatorActor {
    type Result = ();

    fn handle(&mut self, ask: DeskAsk, ctx: &mut Context<Self>) {
        match ask {
            DeskAsk::Attached { socket, taken_over } => {
                if let Some((_, older)) = self.socket.replace((socket, taken_over)) {
                    // An older socket that is gone already needs not be told.
                    let _gone = older.send(());
                }
                self.drive(Event::DeskConnected, ctx);
            }
            DeskAsk::Detached { socket } => {
                if self.socket.as_ref().is_some_and(|(shown, _)| *shown == socket) {
                    self.socket = None;
                    self.drive(Event::DeskLost, ctx);
                }
            }
            DeskAsk::Command { command: DeskCommand::ConnectPhone { sdp }, reply } => {
                self.connect_phone(sdp, reply, ctx);
            }
            DeskAsk::Command { command, reply } => match request::of(command) {
                Some(Request::CompleteWrapUp { contact, wrap_up }) => {
                    self.check_wrap_up(contact, wrap_up, reply, ctx);
                }
                Some(request) => self.ask(request, reply, ctx),
                None => drop(reply),
            },
        }
    }
}

fn phone_problem(error: &MediaError) -> DeskProblem {
    let (code, status) = match error {
        MediaError::NoCommonCodec | MediaError::BadSdp(_) => ("bad-sdp", 422),
        MediaError::UnknownLeg(_) | MediaError::LegExists(_) => ("wrong-state", 409),
        MediaError::NoPorts | MediaError::Overloaded | MediaError::Stopped => ("no-room", 503),
    };
    DeskProblem { code, status, detail: error.to_string() }
}

fn totals(day: &OperatorDay) -> Totals {
    let count = |rows: i64| u32::try_from(rows).unwrap_or(0);
    let seconds = |rows: i64| u64::try_from(rows).unwrap_or(0);
    Totals {
        handled: count(day.handled),
        missed: count(day.missed),
        talk_seconds: seconds(day.talk_seconds),
        wrap_up_seconds: seconds(day.wrap_up_seconds),
        ready_seconds: seconds(day.ready_seconds),
        not_ready_seconds: seconds(day.not_ready_seconds),
    }
}
