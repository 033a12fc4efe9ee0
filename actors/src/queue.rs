//! The shell of one queue: partners, timers and rows, wired to [`routing::queue::Queue`].

use crate::Tell;
use crate::message::{Boards, CallMessage, Calls, Operators, Queues, Site};
use crate::supervise::{ExitGuard, Intensity, Restart, Supervise, Supervisor};
use crate::timers::Timers;
use crate::world::World;
use actix::{Actor, Addr, AsyncContext, Context, Handler};
use arc_swap::ArcSwap;
use base::id::{CallId, OperatorId, QueueId};
use chrono::{DateTime, Utc};
use rand_chacha::ChaCha8Rng;
use routing::contact::{EndedBy, Offered};
use routing::explain::{Decision, Outcome};
use routing::queue::{Config, Effect, Event, Happened, Queue, Timer, ToCall, ToOperator};
use routing::store::live as store;
use routing::{board, operator};
use std::sync::Arc;

/// The actor of one queue.
pub struct QueueActor {
    id: QueueId,
    world: Arc<World>,
    queue: Queue,
    /// What a restarted queue begins with.
    config: Arc<ArcSwap<Config>>,
    rng: ChaCha8Rng,
    timers: Timers<Timer>,
    _guard: ExitGuard,
}

/// Opens a queue: starts its actor under `supervisor`, or tells the one that is live how it works from now on.
pub fn open(world: &Arc<World>, supervisor: &Addr<Supervisor>, id: QueueId, config: Config) {
    let changed = Event::ConfigChanged { config: config.clone() };
    if world.directory.tell::<Queues>(id, changed).is_ok() || !world.directory.claim::<Queues>(id) {
        return;
    }
    let (world, config) = (Arc::clone(world), Arc::new(ArcSwap::from_pointee(config)));
    supervisor.do_send(Supervise {
        child: format!("queue {id}"),
        restart: Restart::Permanent,
        intensity: Intensity::ACTOR,
        factory: Box::new(move |guard| {
            QueueActor::new(id, Arc::clone(&world), Arc::clone(&config), guard).start();
        }),
    });
}

impl QueueActor {
    fn new(id: QueueId, world: Arc<World>, config: Arc<ArcSwap<Config>>, guard: ExitGuard) -> Self {
        let queue = Queue::new(id, Config::clone(&config.load()));
        let rng = world.dice.take();
        Self { id, world, queue, config, rng, timers: Timers::default(), _guard: guard }
    }

    fn drive(&mut self, event: Event, ctx: &mut Context<Self>) {
        for effect in self.queue.step(self.world.clock.now(), event, &mut self.rng) {
            self.perform(effect, ctx);
        }
        if !self.queue.config().open && self.queue.waiting() == 0 {
            self.close(ctx);
        }
    }

    /// The queue is no more and nobody waits in it: it leaves the board and ends.
    fn close(&mut self, ctx: &mut Context<Self>) {
        self.world.directory.remove::<Queues>(self.id);
        self.tell_board(board::Event::QueueRemoved { queue: self.id });
        self.timers.stop_all(ctx);
    }

    fn perform(&mut self, effect: Effect, ctx: &mut Context<Self>) {
        match effect {
            Effect::ToOperator { operator, message } => self.to_operator(operator, message, ctx),
            Effect::ToCall { call, message } => self.to_call(call, message),
            Effect::Arm { timer, after } => self.timers.arm(ctx, timer, after, move |this, ctx| {
                this.timers.fired(&timer);
                this.drive(Event::TimerFired { timer }, ctx);
            }),
            Effect::Disarm { timer } => self.timers.disarm(ctx, &timer),
            Effect::Explain(decision) => self.explain(decision),
            Effect::Happened(happened) => {
                self.write(&happened);
                self.tell_board(board::Event::QueueHappened { queue: self.id, happened });
                let wait = self.queue.estimated_wait(self.world.clock.now());
                self.tell_board(board::Event::QueueEstimated { queue: self.id, wait });
            }
            Effect::Configured => {
                self.config.store(Arc::new(self.queue.config().clone()));
                self.introduce();
            }
            Effect::Report(contacts) => {
                self.introduce();
                for contact in contacts {
                    self.tell_board(board::Event::Announced { queue: self.id, contact });
                }
            }
        }
    }

    fn to_operator(&self, operator: OperatorId, message: ToOperator, ctx: &mut Context<Self>) {
        let event = operator::Event::Queue { queue: self.id, message };
        if self.world.directory.tell::<Operators>(operator, event).is_err() {
            ctx.notify(Tell(Event::OperatorGone { operator }));
        }
    }

    fn to_call(&self, call: CallId, message: ToCall) {
        let told = self.world.directory.tell::<Calls>(call, CallMessage::Queue { queue: self.id, message });
        let Err(error) = told else { return };
        tracing::debug!(queue.id = %self.id, %error, "a queue had something to say to a call that is over");
        if let ToCall::Connect { operator, .. } = message {
            let message = operator::FromCall::Ended { by: EndedBy::System };
            // An operator that is gone as well needs to hear nothing.
            let _gone =
                self.world.directory.tell::<Operators>(operator, operator::Event::Call { call, message });
        }
    }

    fn introduce(&self) {
        let Config { name, target, .. } = self.queue.config().clone();
        self.tell_board(board::Event::QueueConfigured { queue: self.id, name, target });
    }

    fn tell_board(&self, event: board::Event) {
        if let Err(error) = self.world.directory.tell::<Boards>(Site::HERE, event) {
            tracing::debug!(%error, "the live board is not there; it will ask when it is back");
        }
    }

    /// The words are made by the writing task, not on the way of the decision.
    fn explain(&self, decision: Box<Decision>) {
        let contact = decision.rank.contact;
        let chosen = match decision.outcome {
            Outcome::Reserved { operator, .. } => Some(operator),
            Outcome::Waits => None,
        };
        self.submit("decision_explained", move |db| {
            let explanation = serde_json::to_value(decision.explain()).unwrap_or_default();
            let at = decision.at;
            Box::pin(async move { store::decision_explained(db, at, contact, chosen, &explanation).await })
        });
    }

    fn write(&self, happened: &Happened) {
        let (now, queue): (DateTime<Utc>, _) = (self.world.clock.now(), self.id);
        match *happened {
            Happened::Queued { ref contact } => {
                let contact = contact.id();
                self.submit("contact_queued", move |db| {
                    Box::pin(store::contact_queued(db, now, contact, queue))
                });
            }
            Happened::OfferMade { offer, contact, operator } => {
                let offered = Offered { offer, contact, queue, operator };
                self.submit("contact_offered", move |db| {
                    Box::pin(async move { store::contact_offered(db, now, &offered).await })
                });
            }
            Happened::OfferEnded { offer, end, .. } => {
                self.submit("offer_ended", move |db| Box::pin(store::offer_ended(db, now, offer, end)));
            }
            // The call writes these: it knows when they heard each other, and how it ended.
            Happened::Answered { .. } | Happened::Abandoned { .. } | Happened::TakenAway { .. } => {}
        }
    }

    fn submit<W>(&self, label: &'static str, write: W)
    where
        W: for<'c> Fn(
                &'c mut sqlx::PgConnection,
            ) -> futures_util::future::BoxFuture<'c, Result<(), sqlx::Error>>
            + Send
            + 'static,
    {
        if let Err(error) = self.world.journal.submit(label, write) {
            tracing::error!(queue.id = %self.id, %error, "a queue's {label} was not kept");
        }
    }
}

impl Actor for QueueActor {
    type Context = Context<Self>;

    /// A queue starts empty: who waits in it and who is free for it is asked to say so.
    fn started(&mut self, ctx: &mut Context<Self>) {
        let queue = self.id;
        self.world.directory.register::<Queues>(queue, ctx.address().recipient());
        self.introduce();
        self.tell_board(board::Event::QueueRestarted { queue });
        self.world.directory.broadcast::<Calls>(&CallMessage::AnnounceAgain { queue });
        self.world.directory.broadcast::<Operators>(&operator::Event::AnnounceAgain { queue });
    }
}

impl Handler<Tell<Event>> for QueueActor {
    type Result = ();

    fn handle(&mut self, Tell(event): Tell<Event>, ctx: &mut Context<Self>) {
        self.drive(event, ctx);
    }
}
