//! A server without network, sound and database, on a clock that the test drives.

use actix::{Actor, Addr, Context, Handler};
use actors::Tell;
use actors::desk::{DeskAsk, DeskCommand, DeskProblem, Desks};
use actors::directory::Directory;
use actors::legs::{LegEvent, Legs};
use actors::live::Topic;
use actors::message::{CallMessage, Calls, Operators, Queues};
use actors::supervise::{GaveUp, Supervisor};
use actors::world::{Book, Dice, MediaPort, SipPort, Sounds, World};
use arc_swap::ArcSwap;
use base::Clock;
use base::id::{CallId, ContactId, LegId, OperatorId, QueueId, RecordingId};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use platform::journal::Journal;
use routing::contact::{Channel, Direction};
use routing::matching::Skills;
use routing::operator::{self, FromCall, Settings};
use routing::queue::{self, Caller, Card, Config, Contact, ToCall, WrapUpRule};
use routing::service_level::Target;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use telephony::media::api::{MediaError, MediaEvent, PlayId};
use telephony::sip::SipCommand;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// Dates follow tokio's time, so that pausing moves both. Panics once when told to: that fails whoever asks next.
pub struct TestClock {
    epoch: DateTime<Utc>,
    start: Instant,
    pub fails_next: AtomicBool,
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        assert!(!self.fails_next.swap(false, Ordering::SeqCst), "the clock fails, as the test wants");
        self.epoch + self.start.elapsed()
    }
}

/// Opens every browser's leg and remembers which.
#[derive(Default)]
pub struct FakeMedia {
    opened: Mutex<VecDeque<LegId>>,
}

impl MediaPort for FakeMedia {
    fn open_rtp(&self, _: LegId, _: Option<String>) -> BoxFuture<'static, Result<String, MediaError>> {
        Box::pin(async { Ok("answer".into()) })
    }
    fn accept_answer(&self, _: LegId, _: String) -> BoxFuture<'static, Result<(), MediaError>> {
        Box::pin(async { Ok(()) })
    }
    fn renegotiate(&self, _: LegId, _: String) -> BoxFuture<'static, Result<String, MediaError>> {
        Box::pin(async { Ok("answer".into()) })
    }
    fn open_webrtc(&self, leg: LegId, _: String) -> BoxFuture<'static, Result<String, MediaError>> {
        self.opened.lock().unwrap().push_back(leg);
        Box::pin(async { Ok("answer".into()) })
    }
    fn play(&self, _: LegId, _: PlayId, _: Vec<PathBuf>, _: bool) -> Result<(), MediaError> {
        Ok(())
    }
    fn stop_play(&self, _: LegId, _: PlayId) -> Result<(), MediaError> {
        Ok(())
    }
    fn bridge(&self, _: LegId, _: LegId) -> Result<(), MediaError> {
        Ok(())
    }
    fn unbridge(&self, _: LegId) -> Result<(), MediaError> {
        Ok(())
    }
    fn mute(&self, _: LegId, _: bool) -> Result<(), MediaError> {
        Ok(())
    }
    fn start_recording(&self, _: RecordingId, _: PathBuf, _: LegId, _: LegId) -> Result<(), MediaError> {
        Ok(())
    }
    fn record_right(&self, _: RecordingId, _: LegId) -> Result<(), MediaError> {
        Ok(())
    }
    fn stop_recording(&self, _: RecordingId) -> Result<(), MediaError> {
        Ok(())
    }
    fn close(&self, _: LegId) -> Result<(), MediaError> {
        Ok(())
    }
}

/// Remembers what was to be said to peers.
#[derive(Default)]
pub struct FakeSip(Mutex<Vec<SipCommand>>);

impl FakeSip {
    pub fn said(&self) -> Vec<SipCommand> {
        self.0.lock().unwrap().clone()
    }
}

impl SipPort for FakeSip {
    fn send(&self, command: SipCommand) {
        self.0.lock().unwrap().push(command);
    }
}

struct Root;

impl Actor for Root {
    type Context = Context<Self>;
}

impl Handler<GaveUp> for Root {
    type Result = ();

    fn handle(&mut self, message: GaveUp, _: &mut Context<Self>) {
        panic!("{} was given up", message.child);
    }
}

/// A call that waits in the queue and connects when told to.
pub struct FakeCall {
    server: Arc<World>,
    contact: Contact,
    with: Option<OperatorId>,
    pub heard: Arc<Mutex<Vec<CallMessage>>>,
}

impl Actor for FakeCall {
    type Context = Context<Self>;
}

impl Handler<Tell<CallMessage>> for FakeCall {
    type Result = ();

    fn handle(&mut self, Tell(message): Tell<CallMessage>, _: &mut Context<Self>) {
        self.heard.lock().unwrap().push(message.clone());
        let call = self.contact.call;
        let tell = |operator, message| {
            self.server
                .directory
                .tell::<Operators>(operator, operator::Event::Call { call, message })
                .unwrap();
        };
        match message {
            CallMessage::Queue { message: ToCall::Connect { operator, .. }, .. } => {
                self.with = Some(operator);
                tell(operator, FromCall::Connected);
            }
            CallMessage::WhoServes { operator } if self.with == Some(operator) => {
                let (contact, answered_at) = (self.contact.clone(), self.server.clock.now());
                tell(operator, FromCall::Holds { contact, wrap_up: WrapUpRule::default(), answered_at });
            }
            CallMessage::AnnounceAgain { queue } if self.with.is_none() => {
                let contact = Contact { returning: true, ..self.contact.clone() };
                self.server
                    .directory
                    .tell::<Queues>(queue, queue::Event::ContactArrived { contact })
                    .unwrap();
            }
            _ => {}
        }
    }
}

/// The live part with one queue and one operator.
pub struct Server {
    pub world: Arc<World>,
    pub clock: Arc<TestClock>,
    pub sip: Arc<FakeSip>,
    media: Arc<FakeMedia>,
    supervisor: Addr<Supervisor>,
    sockets: u64,
}

pub fn queue_id() -> QueueId {
    QueueId::from_uuid(uuid::Uuid::from_u128(1))
}

pub fn operator_id() -> OperatorId {
    OperatorId::from_uuid(uuid::Uuid::from_u128(100))
}

pub fn queue_config() -> Config {
    Config {
        name: "Sales".into(),
        open: true,
        skills: Skills::default(),
        priority: 0,
        offer_rings_for: Duration::from_secs(20),
        wrap_up: WrapUpRule { lasts: Duration::from_secs(30), mandatory: false },
        waiting_max: 100,
        target: Target {
            answered_within: Duration::from_secs(20),
            percent: 80,
            short_abandon: Duration::from_secs(5),
        },
    }
}

fn settings() -> Settings {
    Settings {
        name: "Anna".into(),
        login: "anna".into(),
        unit: None,
        queues: [(queue_id(), "Sales".into())].into(),
        skills: Skills::default(),
        receives_incoming: true,
        wrap_up_mandatory: false,
        zone: chrono_tz::Asia::Tashkent,
        reasons: Vec::new(),
    }
}

impl Server {
    /// Call it inside an actix system; pauses tokio's time.
    pub fn start() -> Self {
        tokio::time::pause();
        let epoch = DateTime::from_timestamp(1_767_250_800, 0).unwrap();
        let clock = Arc::new(TestClock { epoch, start: Instant::now(), fails_next: AtomicBool::new(false) });
        // Nobody listens there: what would be written is kept, as when the database is away.
        let pool = sqlx::PgPool::connect_lazy("postgres://nobody@127.0.0.1:1/none").unwrap();
        let media = Arc::new(FakeMedia::default());
        let sip = Arc::new(FakeSip::default());
        let world = Arc::new(World {
            clock: clock.clone(),
            dice: Dice::seeded(1),
            zone: chrono_tz::Asia::Tashkent,
            directory: Directory::default(),
            desks: Desks::default(),
            legs: Legs::default(),
            journal: Journal::start(pool.clone()),
            pool,
            media: media.clone(),
            sip: sip.clone(),
            book: ArcSwap::from_pointee(Book::default()),
            sounds: Sounds { shipped: PathBuf::new(), uploaded: PathBuf::new() },
            recordings: PathBuf::new(),
            board: Topic::new("board", "b", epoch),
            floor: Topic::new("floor", "f", epoch),
            visits: actors::call::visits::Visits::default(),
        });
        let supervisor: Addr<Supervisor> = Supervisor::start_under(Root.start().recipient());
        actors::board::open(&world, &supervisor);
        actors::queue::open(&world, &supervisor, queue_id(), queue_config());
        actors::operator::sign_in(&world, &supervisor, operator_id(), settings());
        Self { world, clock, sip, media, supervisor, sockets: 0 }
    }

    /// A fresh queue, as after a failure.
    pub fn restart_queue(&self) {
        self.world.directory.remove::<Queues>(queue_id());
        actors::queue::open(&self.world, &self.supervisor, queue_id(), queue_config());
    }

    /// Waits, in the test's time, until a value is what it should be.
    pub async fn until(&self, what: &str, holds: impl Fn(&Self) -> bool) -> Duration {
        let start = Instant::now();
        while !holds(self) {
            assert!(
                start.elapsed() < Duration::from_secs(60),
                "never: {what}; the desk is {}",
                self.desk("")
            );
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        start.elapsed()
    }

    pub fn desk(&self, pointer: &str) -> Value {
        let desk = self.world.desks.find(operator_id()).map(|desk| desk.topic.value());
        desk.and_then(|desk| desk.pointer(pointer).cloned()).unwrap_or(Value::Null)
    }

    pub fn board(&self, pointer: &str) -> Value {
        self.world.board.value().pointer(pointer).cloned().unwrap_or(Value::Null)
    }

    pub fn floor(&self, pointer: &str) -> Value {
        self.world.floor.value().pointer(pointer).cloned().unwrap_or(Value::Null)
    }

    pub fn is(&self, state: &str) -> bool {
        self.desk("/presence/state") == state
    }

    /// A browser opens the desk and connects its phone.
    pub async fn sit_down(&mut self) -> oneshot::Receiver<()> {
        self.sockets += 1;
        let (taken_over, closed) = oneshot::channel();
        self.until("a desk is open", |server| server.world.desks.find(operator_id()).is_some()).await;
        let desk = self.world.desks.find(operator_id()).unwrap();
        desk.asks.do_send(DeskAsk::Attached { socket: self.sockets, taken_over });
        let answer = self.command(DeskCommand::ConnectPhone { sdp: "offer".into() }).await;
        assert_eq!(answer, Ok(json!({"sdp": "answer"})));
        let leg = self.media.opened.lock().unwrap().pop_back().unwrap();
        self.world.legs.deliver(leg.as_uuid(), LegEvent::Media(MediaEvent::Connected { leg }));
        self.until("the phone is connected", |server| server.desk("/phone/state") == "connected").await;
        closed
    }

    pub fn stand_up(&self) {
        let desk = self.world.desks.find(operator_id()).unwrap();
        desk.asks.do_send(DeskAsk::Detached { socket: self.sockets });
    }

    pub async fn command(&self, command: DeskCommand) -> Result<Value, DeskProblem> {
        let (reply, answer) = oneshot::channel();
        let desk = self.world.desks.find(operator_id()).unwrap();
        desk.asks.do_send(DeskAsk::Command { command, reply });
        answer.await.unwrap()
    }

    /// A command as it stands in a frame.
    pub async fn frame(&self, frame: Value) -> Result<Value, DeskProblem> {
        self.command(serde_json::from_value(frame).unwrap()).await
    }

    pub fn caller_arrives(&self, number: u128) -> Arc<Mutex<Vec<CallMessage>>> {
        let (call, now) = (CallId::from_uuid(uuid::Uuid::from_u128(number)), self.world.clock.now());
        let card = Card {
            contact_id: ContactId::from_uuid(uuid::Uuid::from_u128(number)),
            channel: Channel::Voice,
            direction: Direction::Inbound,
            queue: None,
            caller: Caller { name: Some("Aziza".into()), ..Caller::default() },
            dialled: "+998712000000".into(),
            arrived_at: now,
            queued_at: None,
        };
        let card = Arc::new(card);
        let contact =
            Contact { card, call, needs: Skills::default(), priority: 0, queued_at: now, returning: false };
        let heard = Arc::new(Mutex::new(Vec::new()));
        let (server, heard_by) = (Arc::clone(&self.world), Arc::clone(&heard));
        let actor = FakeCall { server, contact: contact.clone(), with: None, heard: heard_by }.start();
        self.world.directory.register::<Calls>(call, actor.recipient());
        self.world.directory.tell::<Queues>(queue_id(), queue::Event::ContactArrived { contact }).unwrap();
        heard
    }

    /// The operator is at the desk and ready.
    pub async fn ready(&mut self) {
        self.sit_down().await;
        self.until("synced", |server| server.is("not_ready")).await;
        let ready = json!({"name": "presence.set", "args": {"state": "ready"}});
        assert_eq!(self.frame(ready).await, Ok(Value::Null));
        self.until("ready", |server| server.is("ready") && server.board("/totals").is_object()).await;
    }

    pub async fn accept(&self) {
        self.until("it rings", |server| server.is("ringing")).await;
        let accept = json!({"name": "offer.accept", "args": {"offer_id": self.desk("/offer/id")}});
        assert_eq!(self.frame(accept).await, Ok(Value::Null));
    }
}
