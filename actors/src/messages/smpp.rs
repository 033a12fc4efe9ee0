//! The shell of a link to an SMS centre: a socket around [`Session`].

use super::board::LinkBoard;
use super::counter::{Counter, Item};
use super::writer::{self, Stored, WAITING_MAX};
use base::Clock;
use base::id::LinkId;
use channels::link::{Bind, SmppSettings};
use channels::message::Channel;
use channels::pace::Pace;
use channels::smpp::delivery::Deliveries;
use channels::smpp::read::Deliver;
use channels::smpp::receipt::receipt;
use channels::smpp::session::{Answer, Arrival, Effect, Session, Submission};
use channels::smpp::write;
use channels::store::{Claimed, NewReceived};
use futures_util::future::LocalBoxFuture;
use rand::RngExt;
use secrecy::{ExposeSecret, SecretString};
use std::collections::VecDeque;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::{Instant, timeout};
use tokio_util::sync::CancellationToken;

/// How long a connection may take to stand.
const CONNECT_WITHIN: Duration = Duration::from_secs(10);
/// How often the session is told the time; the shortest pause of a busy centre is as long.
const TICK: Duration = Duration::from_millis(50);
/// How often the queue is looked at without being woken.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// First and longest wait before a lost link is tried again.
const AGAIN: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// A link that held this long was fine: the next wait is the first again.
const HELD: Duration = Duration::from_secs(60);
/// How long answers are waited for when the link is switched off.
const DRAIN: Duration = Duration::from_secs(5);
/// Octets that are read at once.
const READ_MAX: usize = 64 * 1024;
/// Requests that are written at once, so that receipts are read in between.
const AT_ONCE: usize = 1_000;

/// What a link runs on.
pub struct SmppLink {
    /// Which link.
    pub id: LinkId,
    /// Its settings.
    pub settings: SmppSettings,
    /// Its password.
    pub password: Option<SecretString>,
    /// Where its messages come from and go to.
    pub counter: Rc<dyn Counter>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Where its state is shown.
    pub board: LinkBoard,
    /// Changes whenever something was queued.
    pub queued: watch::Receiver<u64>,
    /// Cancelled when the link is switched off.
    pub stop: CancellationToken,
}

impl SmppLink {
    /// Runs the link until it is stopped: connects, sends, and connects again.
    pub async fn run(mut self) {
        let began = Instant::now();
        if !take_over(&*self.counter, self.id, &self.stop).await {
            return;
        }
        let (items, waiting) = mpsc::channel(WAITING_MAX);
        let (stored, acknowledged) = mpsc::unbounded_channel();
        let writer = actix_rt::spawn(writer::write(Rc::clone(&self.counter), waiting, stored));
        let mut hands = Hands { items, acknowledged, began };
        let mut wait = AGAIN.0;
        while !self.stop.is_cancelled() {
            let started = Instant::now();
            let why = self.connect_and_run(&mut hands).await;
            self.show(false, Some(why.clone()));
            if self.stop.is_cancelled() {
                break;
            }
            if started.elapsed() >= HELD {
                wait = AGAIN.0;
            }
            let jittered = wait.mul_f64(rand::rng().random_range(0.5..1.5));
            tracing::warn!(link = %self.id, "the link is down, another try in {jittered:.1?}: {why}");
            metrics::counter!("channels_link_lost_total", "link" => self.id.to_string()).increment(1);
            tokio::select! {
                () = tokio::time::sleep(jittered) => {}
                () = self.stop.cancelled() => {}
            }
            wait = (wait * 2).min(AGAIN.1);
        }
        drop(hands);
        let _ended = writer.await;
    }

    fn show(&self, connected: bool, error: Option<String>) {
        let now = self.clock.now();
        self.board.update(self.id, |state| {
            if state.connected != connected || state.since.is_none() {
                state.since = Some(now);
            }
            state.connected = connected;
            state.error = error;
            if !connected {
                state.pending = 0;
            }
        });
    }

    async fn connect_and_run(&mut self, hands: &mut Hands) -> String {
        let address = (self.settings.host.clone(), self.settings.port.get());
        let connected = tokio::select! {
            connected = timeout(CONNECT_WITHIN, TcpStream::connect(address)) => connected,
            () = self.stop.cancelled() => return "the link is switched off".to_owned(),
        };
        let stream = match connected {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return format!("no connection: {error}"),
            Err(_) => return "no connection in time".to_owned(),
        };
        // A request that waits for the answer to the last one would halve the rate of every link.
        if let Err(error) = stream.set_nodelay(true) {
            return format!("no connection: {error}");
        }
        while hands.acknowledged.try_recv().is_ok() {} // of a session that is over
        let password = self.password.as_ref().map_or("", |password| password.expose_secret());
        let session = Session::new(&self.settings, password, hands.began.elapsed());
        let mut talk = Talk {
            pace: Pace::new(self.settings.per_second),
            link: self,
            session,
            deliveries: Deliveries::default(),
            ready: VecDeque::new(),
            effects: Vec::new(),
            reference: rand::rng().random(),
            closing: None,
            claiming: None,
        };
        let why = talk.run(stream, hands).await;
        // What was claimed meanwhile goes back with the rest.
        if let Some(claim) = talk.claiming.take() {
            let claimed = claim.await;
            talk.begin(claimed);
        }
        talk.session.lost(&mut talk.effects);
        talk.give_back();
        talk.perform(hands).await;
        why
    }
}

/// Takes over what the last run left, as soon as the database is there; false when stopped before.
pub(super) async fn take_over(counter: &dyn Counter, link: LinkId, stop: &CancellationToken) -> bool {
    loop {
        match counter.take_over().await {
            Ok(0) => return true,
            Ok(count) => {
                tracing::warn!(%link, count, "{count} messages were on their way when the server stopped");
                return true;
            }
            Err(error) => tracing::warn!(%link, %error, "the queue cannot be read, another try follows"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stop.cancelled() => return false,
        }
    }
}

/// What outlives a session.
struct Hands {
    items: mpsc::Sender<Item>,
    acknowledged: mpsc::UnboundedReceiver<Stored>,
    began: Instant,
}

/// One session over one connection.
struct Talk<'l> {
    link: &'l mut SmppLink,
    session: Session,
    deliveries: Deliveries,
    /// Parts that were claimed and wait for room and pace.
    ready: VecDeque<Submission>,
    pace: Pace,
    effects: Vec<Effect>,
    reference: u8,
    closing: Option<String>,
    /// A question to the queue that is under way.
    claiming: Option<LocalBoxFuture<'static, sqlx::Result<Vec<Claimed>>>>,
}

impl Talk<'_> {
    /// Runs the session; why it ended.
    async fn run(&mut self, stream: TcpStream, hands: &mut Hands) -> String {
        let (mut from, mut to) = stream.into_split();
        let mut buffer = vec![0; READ_MAX];
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let counter = Rc::clone(&self.link.counter);
        let (mut look_at, mut stop_by) = (hands.began.elapsed(), None);
        let stop = self.link.stop.clone();
        let mut queued = self.link.queued.clone();
        loop {
            let now = hands.began.elapsed();
            self.hand_over(now);
            self.perform(hands).await;
            if let Err(error) = flush(&mut to, &mut self.session).await {
                return error;
            }
            if let Some(why) = self.closing.take() {
                return why;
            }
            if stop_by.is_some_and(|by| now >= by || self.deliveries.open() == 0) {
                self.session.unbind();
                let _ = flush(&mut to, &mut self.session).await;
                return "the link is switched off".to_owned();
            }
            if self.claiming.is_none() && stop_by.is_none() && now >= look_at && self.wants() {
                let counter = Rc::clone(&counter);
                let limit = u32::from(self.link.settings.window);
                self.claiming = Some(Box::pin(async move { counter.claim(limit).await }));
            }
            tokio::select! {
                biased;
                read = from.read(&mut buffer), if !self.session.is_full() => match read {
                    Ok(0) => return "the centre closed the connection".to_owned(),
                    Ok(count) => {
                        let octets = buffer.get(..count).unwrap_or_default();
                        self.session.receive(hands.began.elapsed(), octets, &mut self.effects);
                    }
                    Err(error) => return format!("the connection broke: {error}"),
                },
                Some((arrival, is_stored)) = hands.acknowledged.recv() => {
                    self.session.acknowledge(arrival, is_stored);
                    while let Ok((arrival, is_stored)) = hands.acknowledged.try_recv() {
                        self.session.acknowledge(arrival, is_stored);
                    }
                }
                claimed = claimed(&mut self.claiming) => {
                    self.claiming = None;
                    look_at = hands.began.elapsed() + self.begin(claimed);
                }
                changed = queued.changed() => {
                    look_at = if changed.is_ok() { Duration::ZERO } else { look_at };
                }
                _ = tick.tick() => self.tick(hands.began.elapsed()),
                () = stop.cancelled(), if stop_by.is_none() => {
                    stop_by = Some(hands.began.elapsed() + DRAIN);
                    self.give_back();
                }
            }
        }
    }

    /// Whether more messages should be claimed: never many more than the window, for what is claimed when the
    /// server dies is of unknown outcome.
    fn wants(&self) -> bool {
        let window = usize::from(self.link.settings.window);
        self.session.is_bound() && self.link.settings.bind != Bind::Receiver && self.ready.len() <= window / 2
    }

    /// Takes claimed messages; when to look again.
    fn begin(&mut self, claimed: sqlx::Result<Vec<Claimed>>) -> Duration {
        let claimed = match claimed {
            Ok(claimed) => claimed,
            Err(error) => {
                tracing::warn!(link = %self.link.id, %error, "the queue cannot be read, another try follows");
                return LOOK_EVERY;
            }
        };
        let is_full = claimed.len() >= usize::from(self.link.settings.window);
        for message in claimed {
            self.reference = self.reference.wrapping_add(1);
            let settings = &self.link.settings;
            let requests = write::submit(settings, &message.address, &message.text, self.reference);
            self.ready.extend(self.deliveries.begin(message.id, message.attempt, requests));
        }
        if is_full { Duration::ZERO } else { LOOK_EVERY }
    }

    fn hand_over(&mut self, now: Duration) {
        let mut room = self.session.room(now).min(AT_ONCE);
        while room > 0 && !self.ready.is_empty() && self.pace.take(now) {
            if let Some(part) = self.ready.pop_front() {
                self.session.submit(now, part);
            }
            room -= 1;
        }
    }

    /// What was not handed over goes back into the queue.
    fn give_back(&mut self) {
        for part in self.ready.drain(..) {
            self.effects.push(Effect::Answered { tag: part.tag, answer: Answer::Returned });
        }
    }

    fn tick(&mut self, now: Duration) {
        self.session.tick(now, &mut self.effects);
        let pending = self.session.pending();
        let busy = self.session.paused(now).map(|_| "the centre is busy: sending is paused".to_owned());
        let is_bound = self.session.is_bound();
        self.link.board.update(self.link.id, |state| {
            state.pending = pending;
            if is_bound {
                state.error = busy;
            }
        });
    }

    async fn perform(&mut self, hands: &Hands) {
        for effect in std::mem::take(&mut self.effects) {
            match effect {
                Effect::Bound => {
                    tracing::info!(link = %self.link.id, "the link is up");
                    self.link.show(true, None);
                }
                Effect::Answered { tag, answer } => {
                    let (now, ids) = (self.link.clock.now(), self.link.settings.response_ids);
                    if let Some(outcome) = self.deliveries.answered(now, ids, tag, answer) {
                        let _ = hands.items.send(Item::Outcome(outcome)).await; // the writer outlives us
                    }
                }
                Effect::Arrived { receipt, deliver } => {
                    let item = arrived(&self.link.settings, receipt, &deliver);
                    let _ = hands.items.send(item).await;
                }
                Effect::Leniency(what) => {
                    metrics::counter!("channels_smpp_leniencies_total", "what" => what).increment(1);
                    self.link.board.update(self.link.id, |state| {
                        *state.leniencies.entry(what.to_owned()).or_default() += 1;
                    });
                }
                Effect::Close(why) => self.closing = Some(why),
            }
        }
    }
}

/// The answer to a question to the queue, if one is under way.
async fn claimed(
    claiming: &mut Option<LocalBoxFuture<'static, sqlx::Result<Vec<Claimed>>>>,
) -> sqlx::Result<Vec<Claimed>> {
    match claiming {
        Some(claim) => claim.await,
        None => std::future::pending().await,
    }
}

/// What came: a receipt, or what a customer wrote.
fn arrived(settings: &SmppSettings, arrival: Arrival, deliver: &Deliver) -> Item {
    if let Some(receipt) = receipt(deliver, settings) {
        return Item::Receipt(arrival, receipt);
    }
    let (text, part) = deliver.read_text(settings.alphabet);
    let received = NewReceived {
        channel: Channel::Sms,
        sender: deliver.sender(),
        recipient: deliver.destination.clone(),
        text,
        part,
    };
    Item::Received(arrival, received)
}

/// Writes what the session has to say, in one go.
async fn flush(to: &mut tokio::net::tcp::OwnedWriteHalf, session: &mut Session) -> Result<(), String> {
    let octets = session.take_output();
    if octets.is_empty() {
        return Ok(());
    }
    match timeout(CONNECT_WITHIN, to.write_all(&octets)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(format!("the connection broke: {error}")),
        Err(_) => Err("the centre does not read".to_owned()),
    }
}
