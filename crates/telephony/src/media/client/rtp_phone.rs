//! A telephone over plain RTP.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::net::UdpSocket;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::{Ear, Heard, Mouth, Voice};
use crate::media::dtmf::{self, Payload};
use crate::media::g711::{FRAME, G711};
use crate::media::rtp::{self, Header};
use crate::media::sdp::{self, Direction, Local, Negotiated};

const BEAT: Duration = Duration::from_millis(20);

/// Packets of a key press of 100 ms, and the ends.
const PRESS_PACKETS: u16 = 5;

/// Sample rate times the beat.
const STEP: u32 = 160;

#[derive(Debug)]
struct State {
    local: Local,
    agreed: Option<Negotiated>,
    mouth: Mouth,
    ear: Ear,
    keys: VecDeque<char>,
    pressing: Option<Press>,
    header: Header,
}

#[derive(Clone, Copy, Debug)]
struct Press {
    event: u8,
    since: u32,
    sent: u16,
}

/// A telephone. It ends when it is dropped.
#[derive(Debug)]
pub struct RtpPhone {
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    socket: Arc<UdpSocket>,
    task: JoinHandle<()>,
}

impl Drop for RtpPhone {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl RtpPhone {
    /// A telephone with a free port of `address`.
    pub async fn open(address: IpAddr) -> io::Result<Self> {
        let socket = Arc::new(UdpSocket::bind((address, 0)).await?);
        let header = Header {
            marker: false,
            payload_type: 8,
            sequence: rand::random(),
            timestamp: rand::random(),
            ssrc: rand::random(),
        };
        let state = Arc::new(Mutex::new(State {
            local: Local::new(rand::random(), address, socket.local_addr()?.port()),
            agreed: None,
            mouth: Mouth::default(),
            ear: Ear::default(),
            keys: VecDeque::new(),
            pressing: None,
            header,
        }));
        let changed = Arc::new(Notify::new());
        let task = tokio::spawn(run(Arc::clone(&socket), Arc::clone(&state), Arc::clone(&changed)));
        Ok(Self { state, changed, socket, task })
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Where it listens.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Its offer: PCMA, PCMU and telephone events.
    #[must_use]
    pub fn offer(&self) -> String {
        self.with(|state| state.local.offer())
    }

    /// Its offer with another direction: `SendOnly` and `Inactive` put the other side on hold.
    #[must_use]
    pub fn offer_with(&self, direction: Direction) -> String {
        self.offer().replace("a=sendrecv", &format!("a={}", direction.name()))
    }

    /// Its answer to an offer; `None` when there is nothing in common.
    pub fn answer(&self, offer: &str) -> Option<String> {
        let offer = sdp::parse(offer).ok()?;
        self.with(|state| {
            let (text, agreed) = state.local.answer(&offer).ok()?;
            state.agreed = Some(agreed);
            Some(text)
        })
    }

    /// Takes in the answer to its offer; `false` when there is nothing in common.
    pub fn accept(&self, answer: &str) -> bool {
        let Ok(answer) = sdp::parse(answer) else { return false };
        self.with(|state| {
            let agreed = state.local.accept(&answer).ok();
            state.agreed = agreed.or(state.agreed.take());
            state.agreed.is_some()
        })
    }

    /// Says something else from the next packet on.
    pub fn say(&self, voice: Voice) {
        self.with(|state| state.mouth.say(voice));
    }

    /// Presses keys one after another, 100 ms each.
    pub fn press(&self, keys: &str) {
        self.with(|state| state.keys.extend(keys.chars()));
    }

    /// What it heard.
    #[must_use]
    pub fn heard(&self) -> Heard {
        self.with(|state| state.ear.heard(Instant::now()))
    }

    /// Forgets the sound heard so far.
    pub fn forget(&self) {
        self.with(|state| state.ear.forget());
    }

    /// Waits until the ear says so, or for `within`.
    pub async fn until(&self, within: Duration, mut says: impl FnMut(&mut Ear) -> bool) -> bool {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                if self.with(|state| says(&mut state.ear)) {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(within, wait).await.is_ok()
    }

    /// Waits until it hears a tone of `frequency`, or for `within`.
    pub async fn hears(&self, frequency: f32, within: Duration) -> bool {
        self.until(within, |ear| ear.share(frequency) > 0.8).await
    }

    /// Waits until it hears 200 ms of silence, or for `within`.
    pub async fn hears_silence(&self, within: Duration) -> bool {
        self.until(within, |ear| ear.peak().is_some_and(|peak| peak < 64)).await
    }
}

async fn run(socket: Arc<UdpSocket>, state: Arc<Mutex<State>>, changed: Arc<Notify>) {
    let mut beat = tokio::time::interval(BEAT);
    let mut buffer = vec![0; 2_048];
    loop {
        tokio::select! {
            _ = beat.tick() => {
                let next = state.lock().unwrap_or_else(PoisonError::into_inner).next();
                if let Some((to, datagram)) = next {
                    // A peer that is not there yet will hear the next one.
                    let _ = socket.send_to(&datagram, to).await;
                }
            }
            received = socket.recv_from(&mut buffer) => {
                if let Ok((count, _)) = received
                    && let Some((header, payload)) = rtp::parse(buffer.get(..count).unwrap_or_default())
                {
                    state.lock().unwrap_or_else(PoisonError::into_inner).receive(&header, payload);
                }
            }
        }
        changed.notify_waiters();
    }
}

impl State {
    fn receive(&mut self, header: &Header, payload: &[u8]) {
        let Some(agreed) = &self.agreed else { return };
        let codec = agreed.codecs.iter().find(|(kind, _)| *kind == header.payload_type);
        if let Some((_, codec)) = codec {
            self.ear.hear(Instant::now(), header, *codec, payload);
        } else if agreed.event == Some(header.payload_type) {
            self.ear.feel(Instant::now(), header, payload);
        }
    }

    /// The datagram of this beat.
    fn next(&mut self) -> Option<(SocketAddr, Vec<u8>)> {
        let to = self.agreed.as_ref()?.target?;
        let samples = self.mouth.next(FRAME);
        self.header.timestamp = self.header.timestamp.wrapping_add(STEP);
        let mut datagram = Vec::new();
        if let Some((header, payload)) = self.press() {
            rtp::write(&header, &payload, &mut datagram);
        } else {
            let (payload_type, codec) = *self.agreed.as_ref()?.codecs.first().unwrap_or(&(8, G711::Pcma));
            let mut payload = Vec::new();
            codec.encode(&samples?, &mut payload);
            rtp::write(&Header { payload_type, ..self.header }, &payload, &mut datagram);
        }
        self.header.sequence = self.header.sequence.wrapping_add(1);
        Some((to, datagram))
    }

    /// The packet of a key that is held now.
    fn press(&mut self) -> Option<(Header, [u8; 4])> {
        let payload_type = self.agreed.as_ref()?.event?;
        if self.pressing.is_none() {
            let event = self.keys.pop_front().and_then(dtmf::event)?;
            self.pressing = Some(Press { event, since: self.header.timestamp, sent: 0 });
        }
        let press = self.pressing.as_mut()?;
        press.sent += 1;
        let Press { event, since, sent } = *press;
        if sent == PRESS_PACKETS + u16::from(dtmf::END_PACKETS) {
            self.pressing = None;
        }
        let payload = Payload { event, end: sent > PRESS_PACKETS, duration: sent.min(PRESS_PACKETS) * 160 };
        Some((Header { marker: sent == 1, payload_type, timestamp: since, ..self.header }, payload.octets()))
    }
}
