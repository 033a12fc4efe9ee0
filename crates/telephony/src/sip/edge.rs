//! The SIP edge: its start, its handle, and the way of a message from a socket to a leg.

use super::dialog::{Dialog, Here};
use super::directory::SipDirectory;
use super::event::{SipCommand, SipEvent};
use super::front::{Front, Judged, Load, NewCall, Now};
use super::leg::{Leg, LegInput, incoming, pump, refuse};
use super::net::{self, Bound};
use super::session::Limits;
use super::settings::SipSettings;
use super::wire::{Start, address, cut, head_end};
use super::{front, tags};
use base::Clock;
use base::id::LegId;
use rsipstack::rsip::prelude::HeadersExt as _;
use rsipstack::rsip::{Method, SipMessage};
use rsipstack::transaction::TransactionReceiver;
use rsipstack::transaction::endpoint::EndpointInnerRef;
use rsipstack::transaction::transaction::Transaction;
use rsipstack::transport::{SipAddr, SipConnection};
use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Notify, mpsc};

/// Inputs that wait for one leg. A peer that sends more than this at once breaks its own call only.
const LEG_INBOX: usize = 64;
/// Events that a new call may need at once; with less room no call is let in.
const EVENTS_FOR_ONE_CALL: usize = 8;

/// Why the edge did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// A listener could not be bound.
    #[error("cannot listen for SIP on {transport} {address}")]
    Bind {
        /// `udp` or `tcp`.
        transport: &'static str,
        /// Where.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// No thread or no runtime.
    #[error("cannot start the SIP thread")]
    Thread(#[source] std::io::Error),
    /// The library refused its configuration.
    #[error("the SIP stack did not start: {0}")]
    Stack(String),
}

/// Why a command was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The leg has ended.
    #[error("leg {0} is over")]
    Over(LegId),
    /// The leg has more to do than it can hold.
    #[error("leg {0} has too much to do")]
    Full(LegId),
}

/// Figures of the moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SipStats {
    /// Legs that live: ringing, talking or being ended.
    pub legs: usize,
    /// Ended calls whose retransmissions are still recognised (64*T1).
    pub lingering: usize,
    /// Transactions under way.
    pub transactions: usize,
    /// Finished transactions that are kept for retransmissions.
    pub finished_transactions: usize,
    /// Answers that wait for their ACK.
    pub waiting_ack: usize,
    /// TCP connections.
    pub connections: usize,
    /// How long work waited lately.
    pub queue_delay: Duration,
}

/// What all parts of the edge share.
pub(crate) struct Edge {
    pub(crate) settings: SipSettings,
    pub(crate) limits: Limits,
    pub(crate) connections: AtomicUsize,
    pub(crate) queue_delay_us: AtomicU64,
    endpoint: EndpointInnerRef,
    incoming: Mutex<TransactionReceiver>,
    front: Mutex<Front>,
    legs: Mutex<BTreeMap<LegId, mpsc::Sender<LegInput>>>,
    /// Calls that were let in and whose transaction has not shown up yet.
    arriving: Mutex<BTreeMap<(String, String), NewCall>>,
    events: mpsc::Sender<SipEvent>,
    clock: Arc<dyn Clock>,
    stop: Notify,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Edge {
    pub(crate) fn endpoint(&self) -> &EndpointInnerRef {
        &self.endpoint
    }

    pub(crate) fn now(&self) -> Now {
        Now { utc: self.clock.now(), at: Instant::now() }
    }

    pub(crate) async fn tell(&self, event: SipEvent) {
        // The receiver is gone only when the whole server stops.
        let _ = self.events.send(event).await;
    }

    pub(crate) fn leg_ended(&self, call: &NewCall) {
        lock(&self.legs).remove(&call.leg);
        lock(&self.front).known.end(&call.call_id, &call.from_tag, call.leg, Instant::now());
    }

    /// Whether this address may speak at all: asked before a stream is read.
    pub(crate) fn is_expected(&self, directory: &dyn SipDirectory, source: IpAddr) -> bool {
        directory.trunk_by_address(source).is_some() || directory.has_credentials()
    }

    fn load(&self) -> Load {
        Load {
            queue_delay: Duration::from_micros(self.queue_delay_us.load(Ordering::Relaxed)),
            events_have_room: self.events.capacity() >= EVENTS_FOR_ONE_CALL,
        }
    }

    /// Takes one whole message. What comes back goes to where it came from, as it is.
    pub(crate) async fn take(
        self: &Arc<Self>,
        bytes: &[u8],
        source: SocketAddr,
        connection: &SipConnection,
    ) -> Option<Vec<u8>> {
        let (head, body) = bytes.split_at(head_end(bytes).unwrap_or(bytes.len()));
        let head = String::from_utf8_lossy(head);
        let mut message = cut(&head, body);
        message.broken_header |= head_end(bytes).is_none();
        let now = self.now();
        let load = self.load();
        let judged = {
            let mut front = lock(&self.front);
            if !front.may_look(source, now) {
                metrics::counter!("sip_flood_total").increment(1);
                return None;
            }
            front.judge(&message, source, now, load)
        };
        let call = match judged {
            Judged::Drop => return None,
            Judged::Answer(answer) => return Some(answer),
            Judged::Pass => None,
            Judged::Call(call) => Some(call),
        };
        let key = call.as_ref().map(|call| (call.call_id.clone(), call.from_tag.clone()));
        if let (Some(key), Some(call)) = (key.clone(), call) {
            lock(&self.arriving).insert(key, *call);
        }
        let taken = self.hand_over(bytes, source, connection).await;
        self.route(source, connection).await;
        let left = key.and_then(|key| lock(&self.arriving).remove(&key));
        if let Some(call) = &left {
            lock(&self.front).known.end(&call.call_id, &call.from_tag, call.leg, now.at);
        }
        if let Start::Response { status: 200..300 } = message.start {
            self.acknowledge_again(&message);
        }
        if taken.is_ok() {
            return None;
        }
        match lock(&self.front).unreadable(&message, source) {
            Judged::Answer(answer) => Some(answer),
            _ => None,
        }
    }

    /// The answer to a message whose length on a stream cannot be known.
    pub(crate) fn broken_frame(&self, head: &[u8], source: SocketAddr) -> Option<Vec<u8>> {
        let head = String::from_utf8_lossy(head);
        let message = cut(&head, &[]);
        message.first("Via")?;
        match lock(&self.front).unreadable(&message, source) {
            Judged::Answer(answer) => Some(answer),
            _ => None,
        }
    }

    async fn hand_over(
        &self,
        bytes: &[u8],
        source: SocketAddr,
        connection: &SipConnection,
    ) -> Result<(), rsipstack::Error> {
        let mut message = SipMessage::try_from(bytes)?;
        tags::mark(&mut message);
        let transport = connection.transport();
        let message = SipConnection::update_msg_received(message, source, transport)?;
        let from = SipAddr { r#type: Some(transport), addr: source.into() };
        self.endpoint.on_received_message(message, connection.clone(), &from).await
    }

    /// A 2xx of our re-INVITE may be a retransmission: only the leg can tell.
    fn acknowledge_again(&self, message: &super::wire::Message<'_>) {
        let Some((cseq, "INVITE")) = message.first("CSeq").and_then(|cseq| cseq.split_once(' ')) else {
            return;
        };
        let tag = message.first("To").and_then(|to| address(to).ok()).and_then(|to| to.param("tag"));
        let (Some(call_id), Some(tag), Ok(cseq)) = (message.first("Call-ID"), tag, cseq.parse()) else {
            return;
        };
        let leg = lock(&self.front).known.find(call_id, tag).map(|call| call.leg);
        if let Some(leg) = leg
            && let Some(inbox) = lock(&self.legs).get(&leg)
        {
            let _ = inbox.try_send(LegInput::AckAgain { cseq });
        }
    }

    /// Brings the transactions that have just begun to their legs.
    async fn route(self: &Arc<Self>, source: SocketAddr, connection: &SipConnection) {
        loop {
            let Ok(transaction) = lock(&self.incoming).try_recv() else { return };
            if let Err((transaction, status)) = self.place(transaction, source, connection).await {
                tokio::spawn(refuse(*transaction, status));
            }
        }
    }

    async fn place(
        self: &Arc<Self>,
        transaction: Transaction,
        source: SocketAddr,
        connection: &SipConnection,
    ) -> Result<(), (Box<Transaction>, u16)> {
        let Some((call_id, from_tag, to_tag)) = identity(&transaction) else {
            return Err((Box::new(transaction), 400));
        };
        if to_tag.is_some() {
            let leg = lock(&self.front).known.find(&call_id, &from_tag).map(|call| call.leg);
            let inbox = leg.and_then(|leg| lock(&self.legs).get(&leg).cloned());
            let Some(inbox) = inbox else { return Err((Box::new(transaction), 481)) };
            return match inbox.try_send(LegInput::Request(Box::new(transaction))) {
                Ok(()) => Ok(()),
                Err(mpsc::error::TrySendError::Full(LegInput::Request(transaction))) => {
                    Err((transaction, 503))
                }
                Err(mpsc::error::TrySendError::Closed(LegInput::Request(transaction))) => {
                    Err((transaction, 481))
                }
                Err(_) => Ok(()),
            };
        }
        let call = (transaction.original.method == Method::Invite)
            .then(|| lock(&self.arriving).remove(&(call_id, from_tag)))
            .flatten();
        match call {
            Some(call) => self.begin(transaction, call, source, connection).await,
            None => Err((Box::new(transaction), 481)),
        }
    }

    async fn begin(
        self: &Arc<Self>,
        mut transaction: Transaction,
        call: NewCall,
        source: SocketAddr,
        connection: &SipConnection,
    ) -> Result<(), (Box<Transaction>, u16)> {
        let here = Here {
            transport: connection.transport(),
            host: net::reachable_at(connection, source, self.settings.advertised).into(),
            product: self.settings.product.clone(),
        };
        let Some(dialog) = Dialog::begin(&transaction.original, &call.local_tag, here) else {
            lock(&self.front).known.end(&call.call_id, &call.from_tag, call.leg, Instant::now());
            return Err((Box::new(transaction), 400));
        };
        let cseq = transaction.original.cseq_header().and_then(|cseq| cseq.seq()).unwrap_or(0);
        let destination = SipAddr { r#type: Some(connection.transport()), addr: source.into() };
        let (own, inbox) = mpsc::channel(LEG_INBOX);
        lock(&self.legs).insert(call.leg, own.clone());
        // Here and not in the task, so that the next call sees how little room is left.
        let late = self.events.try_send(incoming(&call, source)).err();
        let edge = Arc::clone(self);
        let leg =
            Leg::new(edge, call, &transaction, dialog, connection.clone(), destination, (own.clone(), inbox));
        // 100 stops the caller's retransmissions (RFC 3261 17.2.1).
        if let Err(error) = transaction.send_trying().await {
            tracing::debug!(%error, "100 could not be sent");
        }
        tokio::spawn(pump(transaction, cseq, own));
        let edge = Arc::clone(self);
        tokio::spawn(async move {
            if let Some(mpsc::error::TrySendError::Full(event)) = late {
                edge.tell(event).await;
            }
            leg.run().await;
        });
        Ok(())
    }

    pub(crate) fn stats(&self) -> SipStats {
        let stack = self.endpoint.get_stats();
        let front = lock(&self.front);
        SipStats {
            legs: front.known.live(),
            lingering: front.known.lingering(),
            transactions: stack.running_transactions,
            finished_transactions: stack.finished_transactions,
            waiting_ack: stack.waiting_ack,
            connections: self.connections.load(Ordering::Relaxed),
            queue_delay: Duration::from_micros(self.queue_delay_us.load(Ordering::Relaxed)),
        }
    }

    /// Once a second: forgets, and shows figures.
    pub(crate) fn sweep(&self) {
        let mut front = lock(&self.front);
        front.sweep(Instant::now());
        metrics::gauge!("sip_dialogs").set(f64::from(u32::try_from(front.known.live()).unwrap_or(u32::MAX)));
    }

    pub(crate) async fn stopped(&self) {
        self.stop.notified().await;
    }
}

/// Call-ID, the caller's tag and, inside a dialog, ours.
fn identity(transaction: &Transaction) -> Option<(String, String, Option<String>)> {
    let request = &transaction.original;
    let call_id = request.call_id_header().ok()?.value().to_owned();
    let from = address(request.from_header().ok()?.value()).ok()?.param("tag").unwrap_or("").to_owned();
    let to = address(request.to_header().ok()?.value()).ok()?.param("tag").map(str::to_owned);
    Some((call_id, tags::plain(&from).to_owned(), to.filter(|tag| !tag.is_empty())))
}

/// The SIP edge.
#[derive(Clone, Copy, Debug)]
pub struct SipEdge;

impl SipEdge {
    /// Binds the listeners and starts the edge on a thread of its own.
    ///
    /// Events come in order for each leg. The channel is bounded by its maker; while it has little room, new
    /// calls are refused with 503.
    ///
    /// # Errors
    /// [`StartError`] when an address cannot be bound or the thread cannot start.
    pub fn start(
        settings: SipSettings,
        directory: Arc<dyn SipDirectory>,
        events: mpsc::Sender<SipEvent>,
        clock: Arc<dyn Clock>,
    ) -> Result<SipHandle, StartError> {
        let bound = net::bind(&settings)?;
        let (udp, tcp) = (bound.udp_addresses(), bound.tcp_addresses());
        let (ready, assembled) = std::sync::mpsc::sync_channel(1);
        // A runtime of its own, made on its own thread: the caller may be inside another one.
        let main = move || {
            let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
                Ok(runtime) => runtime,
                Err(error) => return drop(ready.send(Err(StartError::Thread(error)))),
            };
            let edge = runtime.block_on(assemble(settings, Arc::clone(&directory), events, clock, &bound));
            let started = edge.as_ref().ok().cloned();
            if ready.send(edge).is_ok()
                && let Some(edge) = started
            {
                runtime.block_on(net::serve(edge, bound, directory));
            }
            runtime.shutdown_timeout(Duration::from_millis(200));
        };
        std::thread::Builder::new().name("sip".to_owned()).spawn(main).map_err(StartError::Thread)?;
        let edge = assembled.recv().map_err(|_| StartError::Stack("its thread ended".to_owned()))??;
        Ok(SipHandle { edge, udp: udp.into(), tcp: tcp.into() })
    }
}

async fn assemble(
    settings: SipSettings,
    directory: Arc<dyn SipDirectory>,
    events: mpsc::Sender<SipEvent>,
    clock: Arc<dyn Clock>,
    bound: &Bound,
) -> Result<Arc<Edge>, StartError> {
    let endpoint = net::endpoint(&settings, bound).await?;
    let incoming = endpoint.incoming_transactions().map_err(|error| StartError::Stack(error.to_string()))?;
    let now = Now { utc: clock.now(), at: Instant::now() };
    let rng: rand::rngs::StdRng = rand::make_rng();
    let front = front::Front::new(settings.clone(), directory, Box::new(rng), now);
    Ok(Arc::new(Edge {
        limits: Limits::from(&settings),
        settings,
        connections: AtomicUsize::new(0),
        queue_delay_us: AtomicU64::new(0),
        endpoint: endpoint.inner.clone(),
        incoming: Mutex::new(incoming),
        front: Mutex::new(front),
        legs: Mutex::new(BTreeMap::new()),
        arriving: Mutex::new(BTreeMap::new()),
        events,
        clock,
        stop: Notify::new(),
    }))
}

/// The way to the edge from everywhere else. Cheap to clone.
#[derive(Clone)]
pub struct SipHandle {
    edge: Arc<Edge>,
    udp: Arc<[SocketAddr]>,
    tcp: Arc<[SocketAddr]>,
}

impl std::fmt::Debug for SipHandle {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SipHandle").field("udp", &self.udp).field("tcp", &self.tcp).finish_non_exhaustive()
    }
}

impl SipHandle {
    /// Tells a leg what to do. Never waits.
    ///
    /// # Errors
    /// [`SendError::Over`] when the leg has ended, which callers may ignore: its last event is on the way.
    pub fn send(&self, command: SipCommand) -> Result<(), SendError> {
        let leg = command.leg();
        let Some(inbox) = lock(&self.edge.legs).get(&leg).cloned() else { return Err(SendError::Over(leg)) };
        inbox.try_send(LegInput::Command(command)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => SendError::Full(leg),
            mpsc::error::TrySendError::Closed(_) => SendError::Over(leg),
        })
    }

    /// Whether new calls are let in; without, they get 503 with Retry-After. Running calls go on.
    pub fn set_accepting(&self, accepting: bool) {
        lock(&self.edge.front).accepting = accepting;
    }

    /// Figures of the moment.
    #[must_use]
    pub fn stats(&self) -> SipStats {
        self.edge.stats()
    }

    /// Where datagrams are received.
    #[must_use]
    pub fn udp_addresses(&self) -> &[SocketAddr] {
        &self.udp
    }

    /// Where streams are accepted.
    #[must_use]
    pub fn tcp_addresses(&self) -> &[SocketAddr] {
        &self.tcp
    }

    /// Ends every call with BYE or 503, waits for that at most `patience`, and closes the listeners.
    pub async fn stop(&self, patience: Duration) {
        self.set_accepting(false);
        let inboxes: Vec<_> = lock(&self.edge.legs).values().cloned().collect();
        for inbox in inboxes {
            let _ = inbox.try_send(LegInput::ShutDown);
        }
        let give_up = Instant::now() + patience;
        while self.stats().legs > 0 && Instant::now() < give_up {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        self.edge.stop.notify_one();
    }
}
