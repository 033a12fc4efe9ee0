//! The only sockets of media: one thread that waits for datagrams, commands and the beat, and gives them to
//! the engine. It decides nothing.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket as StdSocket};
use std::sync::mpsc::{Receiver, TryRecvError};
use std::time::{Duration, Instant};

use mio::net::UdpSocket;
use mio::{Events, Interest, Poll, Token};
use socket2::{Domain, Protocol, Socket, Type};

use super::api::{MediaError, MediaSettings};
use super::engine::Engine;
use super::handle::Command;
use super::player::Loaded;

mod wires;

pub use wires::{Outbox, Slow, Wires};

/// The beat of all audio.
pub const BEAT: Duration = Duration::from_millis(20);

/// The token of the waker.
pub const WAKE: Token = Token(0);

/// Datagrams taken from one socket before the next has its turn.
const TURN: usize = 32;

/// Commands taken before the sockets have their turn.
const COMMANDS: usize = 64;

/// Beats that a late thread makes up for; more are left out.
const BEATS_MAX: u32 = 5;

/// Octets of receive buffer of the browsers' port, which all share; the system may grant less.
const SHARED_BUFFER: usize = 4 * 1024 * 1024;

/// How long an ending engine waits for a slow disk.
const ENDS_WITHIN: Duration = Duration::from_secs(10);

/// The thread's state.
pub struct Shell {
    engine: Engine,
    wires: Wires,
    poll: Poll,
    commands: Receiver<Command>,
    loaded: Receiver<Loaded>,
    ready: Vec<Token>,
    next_beat: Instant,
}

impl Shell {
    /// A shell around an engine whose sockets are in `wires`.
    #[must_use]
    pub fn new(
        engine: Engine,
        wires: Wires,
        poll: Poll,
        commands: Receiver<Command>,
        loaded: Receiver<Loaded>,
    ) -> Self {
        Self { engine, wires, poll, commands, loaded, ready: Vec::new(), next_beat: Instant::now() + BEAT }
    }

    /// Runs until it is told to stop or nobody is left who could tell.
    pub fn run(mut self) {
        let mut events = Events::with_capacity(1_024);
        loop {
            let patience = if self.ready.is_empty() {
                self.next_beat.saturating_duration_since(Instant::now())
            } else {
                Duration::ZERO
            };
            match self.poll.poll(&mut events, Some(patience)) {
                Err(error) if error.kind() != io::ErrorKind::Interrupted => {
                    tracing::error!(%error, "media cannot wait for packets");
                    return;
                }
                _ => {}
            }
            let left = self.ready.len();
            for token in events.iter().map(mio::event::Event::token).filter(|token| *token != WAKE) {
                if !self.ready.iter().take(left).any(|known| *known == token) {
                    self.ready.push(token);
                }
            }
            self.drain_sockets();
            if self.obey().is_err() {
                return self.end();
            }
            self.beat();
        }
    }

    /// A turn for every socket that has something; edge-triggered, so a socket is ready until it says it is not.
    fn drain_sockets(&mut self) {
        let mut ready = std::mem::take(&mut self.ready);
        let mut buffer = [0_u8; 2_048];
        ready.retain(|token| {
            for _ in 0..TURN {
                let Some((arrival, count)) = self.wires.receive(*token, &mut buffer) else { return false };
                let datagram = buffer.get(..count).unwrap_or_default();
                let (now, out) = (Instant::now(), &mut self.wires);
                match arrival {
                    Arrival::Rtp(leg, from) => self.engine.rtp(now, leg, from, datagram, out),
                    Arrival::Rtcp(leg, from) => self.engine.rtcp(now, leg, from, datagram),
                    Arrival::Web(to, from) => self.engine.web(now, from, to, datagram, out),
                }
            }
            true
        });
        self.ready = ready;
    }

    fn beat(&mut self) {
        let now = Instant::now();
        if now > self.next_beat + BEAT * BEATS_MAX {
            tracing::warn!(late_ms = (now - self.next_beat).as_millis(), "the beat of media is late");
            self.next_beat = now;
        }
        while now >= self.next_beat {
            self.engine.tick(now, &mut self.wires.slow, &mut self.wires.out);
            self.next_beat += BEAT;
            self.wires.out.outbox.retry();
            metrics::gauge!("media_legs")
                .set(f64::from(u32::try_from(self.engine.legs()).unwrap_or(u32::MAX)));
        }
    }

    /// Takes commands and prompts; an error when it is time to go.
    fn obey(&mut self) -> Result<(), Stop> {
        while let Ok(loaded) = self.loaded.try_recv() {
            self.engine.loaded(loaded, &mut self.wires);
        }
        for _ in 0..COMMANDS {
            match self.commands.try_recv() {
                Ok(command) => self.perform(command)?,
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => return Err(Stop),
            }
        }
        Ok(())
    }

    fn perform(&mut self, command: Command) -> Result<(), Stop> {
        let now = Instant::now();
        let (engine, wires) = (&mut self.engine, &mut self.wires);
        match command {
            Command::OpenRtp { leg, offer, reply } => {
                // Whoever asked may have gone meanwhile; then it will close the leg, too.
                let _ = reply.send(self.open_rtp(now, leg, offer.as_deref()));
            }
            Command::AcceptAnswer { leg, answer, reply } => {
                let _ = reply.send(engine.accept_answer(now, leg, &answer));
            }
            Command::Renegotiate { leg, offer, reply } => {
                let _ = reply.send(engine.renegotiate(now, leg, &offer));
            }
            Command::OpenWebrtc { leg, offer, reply } => {
                let _ = reply.send(engine.open_webrtc(now, leg, &offer));
            }
            Command::Play(job) => engine.play(job, &mut wires.slow, &mut wires.out),
            Command::StopPlay { leg, play } => engine.stop_play(leg, play),
            Command::Bridge { one, other } => engine.bridge(one, other),
            Command::Unbridge { leg } => engine.unbridge(leg),
            Command::Mute { leg, on } => engine.mute(leg, on),
            Command::StartRecording { recording, path, left, right } => {
                engine.start_recording(now, recording, path, left, right);
            }
            Command::SwapRecordingLeg { recording, side, leg } => {
                engine.swap_recording_leg(recording, side, leg)
            }
            Command::StopRecording { recording } => engine.stop_recording(now, recording),
            Command::Close { leg } => {
                engine.close(now, leg, wires);
                wires.release(leg, &self.poll);
            }
            Command::Stop => return Err(Stop),
        }
        Ok(())
    }

    fn open_rtp(
        &mut self,
        now: Instant,
        leg: base::id::LegId,
        offer: Option<&str>,
    ) -> Result<String, MediaError> {
        if self.engine.is_open(leg) {
            return Err(MediaError::LegExists(leg));
        }
        let address = self.wires.address_for(offer)?;
        let port = self.wires.bind(leg, address, &self.poll)?;
        self.engine
            .open_rtp(now, leg, offer, address, port)
            .inspect_err(|_| self.wires.release(leg, &self.poll))
    }

    /// Recordings are handed to the writer before the thread ends.
    fn end(mut self) {
        let until = Instant::now() + ENDS_WITHIN;
        let now = Instant::now();
        while !self.engine.end_recordings(now, &mut self.wires.slow, &mut self.wires.out)
            && Instant::now() < until
        {
            std::thread::sleep(BEAT);
        }
        self.wires.out.outbox.retry();
    }
}

/// It is time to go.
struct Stop;

/// Where a datagram came in.
#[derive(Clone, Copy, Debug)]
pub enum Arrival {
    /// A leg's RTP port, and from whom.
    Rtp(base::id::LegId, SocketAddr),
    /// A leg's RTCP port, and from whom.
    Rtcp(base::id::LegId, SocketAddr),
    /// The browsers' port: as which address of ours, and from whom.
    Web(SocketAddr, SocketAddr),
}

/// One of the browsers' sockets.
#[derive(Debug)]
pub struct WebSocket {
    /// The address announced to browsers.
    pub announced: SocketAddr,
    /// The socket.
    pub socket: UdpSocket,
}

/// Binds the browsers' port on every address; an address that cannot be bound is left out.
pub fn bind_web(settings: &MediaSettings, poll: &Poll) -> Result<Vec<WebSocket>, io::Error> {
    let addresses = if settings.webrtc_addresses.is_empty() {
        own_addresses()
    } else {
        settings.webrtc_addresses.clone()
    };
    let mut sockets: Vec<WebSocket> = Vec::new();
    let mut port = settings.webrtc_port;
    let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
    for address in addresses {
        match web_socket(SocketAddr::new(address, port)) {
            Ok(mut socket) => {
                port = socket.local_addr()?.port(); // the same for all, also when the first was free to choose
                let token = Token(1 + sockets.len());
                poll.registry().register(&mut socket, token, Interest::READABLE)?;
                let public = settings.webrtc_public_address;
                let stands_in =
                    public.filter(|public| !address.is_loopback() && public.is_ipv4() == address.is_ipv4());
                let announced = SocketAddr::new(stands_in.unwrap_or(address), port);
                sockets.push(WebSocket { announced, socket });
            }
            Err(error) => {
                tracing::warn!(%address, port, %error, "browsers cannot be reached at an address of ours");
                last = error;
            }
        }
    }
    if sockets.is_empty() { Err(last) } else { Ok(sockets) }
}

fn web_socket(address: SocketAddr) -> io::Result<UdpSocket> {
    let socket = Socket::new(Domain::for_address(address), Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket.set_recv_buffer_size(SHARED_BUFFER)?;
    socket.bind(&address.into())?;
    Ok(UdpSocket::from_std(StdSocket::from(socket)))
}

/// The loopback address and those that packets to the world leave from. Nothing is sent to find out.
fn own_addresses() -> Vec<IpAddr> {
    let mut addresses = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    let outward = [
        (IpAddr::V4(Ipv4Addr::UNSPECIFIED), IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))),
        (IpAddr::V6(Ipv6Addr::UNSPECIFIED), IpAddr::V6(Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1))),
    ];
    for (any, world) in outward {
        let found = StdSocket::bind((any, 0)).and_then(|socket| {
            socket.connect((world, 9))?;
            socket.local_addr()
        });
        if let Ok(found) = found.map(|address| address.ip())
            && !found.is_unspecified()
            && !addresses.contains(&found)
        {
            addresses.push(found);
        }
    }
    addresses
}
