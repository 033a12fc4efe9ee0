//! The sockets themselves, and the ways out of the thread.

use std::collections::{BTreeMap, VecDeque};
use std::net::{IpAddr, SocketAddr};
use std::sync::mpsc::{SyncSender, TrySendError};

use base::id::LegId;
use mio::net::UdpSocket;
use mio::{Interest, Poll, Token};
use slab::Slab;
use tokio::sync::mpsc::Sender;
use tokio::sync::mpsc::error::TrySendError as Full;

use super::{Arrival, WebSocket};
use crate::media::api::{MediaError, MediaEvent, MediaSettings};
use crate::media::engine::Desk;
use crate::media::leg::Outlet;
use crate::media::player::LoadJob;
use crate::media::recorder::WriteJob;
use crate::media::sdp;

/// Tokens below are the waker's and the browsers' sockets'.
const FIRST_RTP: usize = 64;

/// Events that wait for a slow listener; regular reports are dropped first.
const EVENTS_MAX: usize = 16_384;

/// Events that wait before regular reports are dropped.
const REPORTS_MAX: usize = 1_024;

/// Everything that the engine reaches out to.
pub struct Wires {
    /// The way out.
    pub out: Out,
    /// The threads that may wait.
    pub slow: Slow,
    tokens: Slab<(LegId, Kind)>,
    settings: MediaSettings,
    next_port: u16,
}

/// Sockets and events.
pub struct Out {
    ports: BTreeMap<LegId, Ports>,
    web: Vec<WebSocket>,
    /// Events on their way.
    pub outbox: Outbox,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Rtp,
    Rtcp,
}

struct Ports {
    rtp: UdpSocket,
    rtcp: UdpSocket,
    tokens: [usize; 2],
}

/// The threads for prompts and recordings.
pub struct Slow {
    /// Reads prompts.
    pub loader: SyncSender<LoadJob>,
    /// Writes recordings.
    pub writer: SyncSender<WriteJob>,
}

impl Desk for Slow {
    fn load(&mut self, job: LoadJob) -> bool {
        self.loader.try_send(job).is_ok()
    }

    fn write(&mut self, job: WriteJob) -> Result<(), WriteJob> {
        self.writer.try_send(job).map_err(|error| match error {
            TrySendError::Full(job) | TrySendError::Disconnected(job) => job,
        })
    }
}

/// Events on their way to whoever listens. The media thread never waits for it.
pub struct Outbox {
    sender: Sender<MediaEvent>,
    waiting: VecDeque<MediaEvent>,
}

impl Outbox {
    /// An outbox before `sender`.
    #[must_use]
    pub const fn new(sender: Sender<MediaEvent>) -> Self {
        Self { sender, waiting: VecDeque::new() }
    }

    fn push(&mut self, event: MediaEvent) {
        let regular = matches!(event, MediaEvent::Quality { .. });
        if self.waiting.len() >= if regular { REPORTS_MAX } else { EVENTS_MAX } {
            metrics::counter!("media_events_dropped_total").increment(1);
            return;
        }
        self.waiting.push_back(event);
        self.retry();
    }

    /// Sends what waits, in order, as far as there is room.
    pub fn retry(&mut self) {
        while let Some(event) = self.waiting.pop_front() {
            match self.sender.try_send(event) {
                Ok(()) => {}
                Err(Full::Full(event)) => return self.waiting.push_front(event),
                Err(Full::Closed(_)) => self.waiting.clear(),
            }
        }
    }
}

impl Out {
    fn send(socket: &UdpSocket, to: SocketAddr, datagram: &[u8]) {
        // Full buffers and peers that are gone: the next packet is 20 ms away, and this one would be late.
        if socket.send_to(datagram, to).is_err() {
            metrics::counter!("media_send_errors_total").increment(1);
        }
    }
}

impl Outlet for Out {
    fn rtp(&mut self, leg: LegId, to: SocketAddr, datagram: &[u8]) {
        if let Some(ports) = self.ports.get(&leg) {
            Self::send(&ports.rtp, to, datagram);
        }
    }

    fn rtcp(&mut self, leg: LegId, to: SocketAddr, datagram: &[u8]) {
        if let Some(ports) = self.ports.get(&leg) {
            Self::send(&ports.rtcp, to, datagram);
        }
    }

    fn web(&mut self, from: SocketAddr, to: SocketAddr, datagram: &[u8]) {
        if let Some(web) = self.web.iter().find(|web| web.announced == from) {
            Self::send(&web.socket, to, datagram);
        }
    }

    fn event(&mut self, event: MediaEvent) {
        self.outbox.push(event);
    }
}

impl Outlet for Wires {
    fn rtp(&mut self, leg: LegId, to: SocketAddr, datagram: &[u8]) {
        self.out.rtp(leg, to, datagram);
    }

    fn rtcp(&mut self, leg: LegId, to: SocketAddr, datagram: &[u8]) {
        self.out.rtcp(leg, to, datagram);
    }

    fn web(&mut self, from: SocketAddr, to: SocketAddr, datagram: &[u8]) {
        self.out.web(from, to, datagram);
    }

    fn event(&mut self, event: MediaEvent) {
        self.out.event(event);
    }
}

impl Wires {
    /// Wires with the browsers' sockets and no legs.
    #[must_use]
    pub fn new(settings: MediaSettings, web: Vec<WebSocket>, outbox: Outbox, slow: Slow) -> Self {
        let out = Out { ports: BTreeMap::new(), web, outbox };
        let next_port = *settings.rtp_ports.start();
        Self { out, slow, tokens: Slab::new(), settings, next_port }
    }

    /// Addresses announced to browsers.
    #[must_use]
    pub fn candidates(&self) -> Vec<SocketAddr> {
        self.out.web.iter().map(|web| web.announced).collect()
    }

    /// The address of ours that a peer with this offer can reach.
    pub fn address_for(&self, offer: Option<&str>) -> Result<IpAddr, MediaError> {
        let offer = offer.and_then(|offer| sdp::parse(offer).ok());
        let theirs = offer.and_then(|offer| {
            let audio = offer.media.iter().find(|media| media.kind == "audio")?;
            audio.address.or(offer.address)
        });
        match theirs {
            Some(theirs) if theirs.is_ipv4() != self.settings.rtp_address.is_ipv4() => {
                self.settings.rtp_address_v6.filter(|ours| ours.is_ipv4() == theirs.is_ipv4()).ok_or_else(
                    || MediaError::BadSdp("we have no address of the family that it announces".to_owned()),
                )
            }
            _ => Ok(self.settings.rtp_address),
        }
    }

    /// Binds an even port for RTP and the next for RTCP. Ports are used in turn, so that a port rests before its next
    /// call: late packets of the last one find nobody.
    pub fn bind(&mut self, leg: LegId, address: IpAddr, poll: &Poll) -> Result<u16, MediaError> {
        let (first, last) = (*self.settings.rtp_ports.start(), *self.settings.rtp_ports.end());
        for _ in 0..=(last.saturating_sub(first) / 2) {
            let mut port = self.next_port.saturating_add(self.next_port % 2);
            if port < first || port >= last {
                port = first.saturating_add(first % 2);
            }
            self.next_port = port.saturating_add(2);
            let pair = UdpSocket::bind(SocketAddr::new(address, port))
                .and_then(|rtp| Ok((rtp, UdpSocket::bind(SocketAddr::new(address, port + 1))?)));
            if let Ok((rtp, rtcp)) = pair {
                return self.register(leg, rtp, rtcp, poll).map(|()| port);
            }
        }
        Err(MediaError::NoPorts)
    }

    fn register(
        &mut self,
        leg: LegId,
        mut rtp: UdpSocket,
        mut rtcp: UdpSocket,
        poll: &Poll,
    ) -> Result<(), MediaError> {
        let tokens = [self.tokens.insert((leg, Kind::Rtp)), self.tokens.insert((leg, Kind::Rtcp))];
        let registered =
            [(&mut rtp, tokens[0]), (&mut rtcp, tokens[1])].into_iter().try_for_each(|(socket, token)| {
                poll.registry().register(socket, Token(FIRST_RTP + token), Interest::READABLE)
            });
        self.out.ports.insert(leg, Ports { rtp, rtcp, tokens });
        registered.map_err(|error| {
            tracing::error!(%error, "a socket cannot be waited for");
            self.release(leg, poll);
            MediaError::NoPorts
        })
    }

    /// Closes a leg's ports, if it has any.
    pub fn release(&mut self, leg: LegId, poll: &Poll) {
        let Some(mut ports) = self.out.ports.remove(&leg) else { return };
        for socket in [&mut ports.rtp, &mut ports.rtcp] {
            // Dropping the socket takes it from the poll in any case.
            let _ = poll.registry().deregister(socket);
        }
        for token in ports.tokens {
            self.tokens.try_remove(token);
        }
    }

    /// The next datagram of a socket; `None` when it has no more.
    pub fn receive(&self, token: Token, buffer: &mut [u8]) -> Option<(Arrival, usize)> {
        if let Some(index) = token.0.checked_sub(FIRST_RTP) {
            let (leg, kind) = *self.tokens.get(index)?;
            let ports = self.out.ports.get(&leg)?;
            let socket = if kind == Kind::Rtp { &ports.rtp } else { &ports.rtcp };
            let (count, from) = receive_from(socket, buffer)?;
            let arrival = if kind == Kind::Rtp { Arrival::Rtp(leg, from) } else { Arrival::Rtcp(leg, from) };
            return Some((arrival, count));
        }
        let web = self.out.web.get(token.0.checked_sub(1)?)?;
        let (count, from) = receive_from(&web.socket, buffer)?;
        Some((Arrival::Web(web.announced, from), count))
    }
}

/// An ICMP error of an earlier packet is reported once on the next call and means nothing here.
fn receive_from(socket: &UdpSocket, buffer: &mut [u8]) -> Option<(usize, SocketAddr)> {
    for _ in 0..8 {
        match socket.recv_from(buffer) {
            Ok((count, from)) => return Some((count, from)),
            Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => return None,
            Err(_) => {}
        }
    }
    None
}
