//! A telephone as a browser is one: full ICE, DTLS and SRTP.

use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpPendingOffer};
use str0m::format::Codec;
use str0m::media::{Direction, MediaKind, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{RtpPacket, RtpWrite, SeqNo};
use str0m::{Event, Input, Output, Rtc};
use tokio::net::UdpSocket;
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::{Ear, Heard, Mouth, Voice};
use crate::media::g711::{FRAME, G711};
use crate::media::rtp::Header;
use crate::media::webrtc::PeerConfig;

const BEAT: Duration = Duration::from_millis(20);

/// Why a telephone does not work.
#[derive(Debug, thiserror::Error)]
pub enum WebPhoneError {
    /// No port, or no cryptography.
    #[error("no session can be made")]
    System(#[from] io::Error),
    /// The session refused a description.
    #[error("bad session description: {0}")]
    Sdp(String),
}

#[derive(Debug, Default)]
struct State {
    mouth: Mouth,
    ear: Ear,
    connected: bool,
    codec: Option<G711>,
}

/// A telephone that has made an offer.
pub struct WebPhone {
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    waiting: Option<(Box<Rtc>, SdpPendingOffer, Mid, UdpSocket)>,
    task: Option<JoinHandle<()>>,
    goodbye: Option<oneshot::Sender<()>>,
}

impl std::fmt::Debug for WebPhone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebPhone").finish_non_exhaustive()
    }
}

impl Drop for WebPhone {
    fn drop(&mut self) {
        if let Some(task) = self.task.take() {
            task.abort();
        }
    }
}

impl WebPhone {
    /// A telephone with a free port of `address`, and its offer.
    pub async fn offer(address: IpAddr) -> Result<(Self, String), WebPhoneError> {
        let socket = UdpSocket::bind((address, 0)).await?;
        let config = PeerConfig::new(vec![socket.local_addr()?])
            .ok_or_else(|| io::Error::other("no DTLS certificate can be made"))?;
        let mut rtc =
            config.session(Instant::now(), false).map_err(|error| WebPhoneError::Sdp(error.to_string()))?;
        let mut changes = rtc.sdp_api();
        let mid = changes.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) =
            changes.apply().ok_or_else(|| WebPhoneError::Sdp("nothing to offer".to_owned()))?;
        let phone = Self {
            state: Arc::default(),
            changed: Arc::default(),
            waiting: Some((Box::new(rtc), pending, mid, socket)),
            task: None,
            goodbye: None,
        };
        Ok((phone, offer.to_sdp_string()))
    }

    /// Takes in the answer and begins to connect.
    pub fn accept(&mut self, answer: &str) -> Result<(), WebPhoneError> {
        let bad = |error: &dyn std::fmt::Display| WebPhoneError::Sdp(error.to_string());
        let answer = SdpAnswer::from_sdp_string(answer).map_err(|error| bad(&error))?;
        let Some((mut rtc, pending, mid, socket)) = self.waiting.take() else {
            return Err(WebPhoneError::Sdp("answered already".to_owned()));
        };
        rtc.sdp_api().accept_answer(pending, answer).map_err(|error| bad(&error))?;
        let (goodbye, asked) = oneshot::channel();
        self.goodbye = Some(goodbye);
        let line = Line {
            rtc,
            mid,
            socket,
            state: Arc::clone(&self.state),
            changed: Arc::clone(&self.changed),
            sequence: 1_000,
            timestamp: rand::random(),
        };
        self.task = Some(tokio::spawn(line.run(asked)));
        Ok(())
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Says something else from the next packet on.
    pub fn say(&self, voice: Voice) {
        self.with(|state| state.mouth.say(voice));
    }

    /// What it heard.
    #[must_use]
    pub fn heard(&self) -> Heard {
        self.with(|state| state.ear.heard(Instant::now()))
    }

    /// The codec of what it heard last.
    #[must_use]
    pub fn codec(&self) -> Option<G711> {
        self.with(|state| state.codec)
    }

    /// Forgets the sound heard so far.
    pub fn forget(&self) {
        self.with(|state| state.ear.forget());
    }

    async fn wait(&self, within: Duration, mut says: impl FnMut(&mut State) -> bool) -> bool {
        let wait = async {
            loop {
                let changed = self.changed.notified();
                if self.with(&mut says) {
                    return;
                }
                changed.await;
            }
        };
        tokio::time::timeout(within, wait).await.is_ok()
    }

    /// Waits until it is connected, or for `within`.
    pub async fn connects(&self, within: Duration) -> bool {
        self.wait(within, |state| state.connected).await
    }

    /// Waits until it hears a tone of `frequency`, or for `within`.
    pub async fn hears(&self, frequency: f32, within: Duration) -> bool {
        self.wait(within, |state| state.ear.share(frequency) > 0.8).await
    }

    /// Waits until it hears 200 ms of silence, or for `within`.
    pub async fn hears_silence(&self, within: Duration) -> bool {
        self.wait(within, |state| state.ear.peak().is_some_and(|peak| peak < 64)).await
    }

    /// Closes the session properly, as a page does that is left.
    pub async fn hang_up(mut self) {
        if let (Some(goodbye), Some(task)) = (self.goodbye.take(), self.task.take()) {
            let _ = goodbye.send(());
            let _ = task.await;
        }
    }

    /// Falls silent without a word, as a machine does whose power is cut.
    pub fn vanish(self) {
        drop(self);
    }
}

struct Line {
    rtc: Box<Rtc>,
    mid: Mid,
    socket: UdpSocket,
    state: Arc<Mutex<State>>,
    changed: Arc<Notify>,
    sequence: u64,
    timestamp: u32,
}

impl Line {
    async fn run(mut self, mut goodbye: oneshot::Receiver<()>) {
        let Ok(local) = self.socket.local_addr() else { return };
        let mut beat = tokio::time::interval(BEAT);
        let mut buffer = vec![0; 2_048];
        loop {
            if !self.drain().await {
                return;
            }
            self.changed.notify_waiters();
            tokio::select! {
                _ = beat.tick() => self.beat(),
                received = self.socket.recv_from(&mut buffer) => {
                    let Ok((count, from)) = received else { continue };
                    let datagram = buffer.get(..count).unwrap_or_default();
                    if let Ok(receive) = Receive::new(Protocol::Udp, from, local, datagram) {
                        // What is not understood is what a stranger sent.
                        let _ = self.rtc.handle_input(Input::Receive(Instant::now(), receive));
                    }
                }
                _ = &mut goodbye => {
                    let _ = self.rtc.close();
                    let _ = self.rtc.handle_input(Input::Timeout(Instant::now()));
                    self.drain().await;
                    return;
                }
            }
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn beat(&mut self) {
        let now = Instant::now();
        let samples = self.state().mouth.next(FRAME);
        self.timestamp = self.timestamp.wrapping_add(160);
        if let (Some(samples), true, Some((kind, codec))) = (samples, self.rtc.is_connected(), self.speaks())
        {
            let mut payload = Vec::new();
            codec.encode(&samples, &mut payload);
            let packet = RtpWrite::new(kind, SeqNo::from(self.sequence), self.timestamp, now, payload);
            self.sequence += 1;
            if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(self.mid, None) {
                stream.write_rtp(packet);
            }
        }
        let _ = self.rtc.handle_input(Input::Timeout(now));
    }

    fn codec(&self, kind: Pt) -> Option<G711> {
        match self.rtc.codec_config().params().iter().find(|params| params.pt() == kind)?.spec().codec {
            Codec::PCMA => Some(G711::Pcma),
            Codec::PCMU => Some(G711::Pcmu),
            _ => None,
        }
    }

    fn speaks(&self) -> Option<(Pt, G711)> {
        self.rtc.media(self.mid)?.remote_pts().iter().find_map(|kind| Some((*kind, self.codec(*kind)?)))
    }

    /// Sends what is to be sent; `false` when the session is over.
    async fn drain(&mut self) -> bool {
        loop {
            match self.rtc.poll_output() {
                Ok(Output::Timeout(_)) => return self.rtc.is_alive(),
                Ok(Output::Transmit(out)) => {
                    let _ = self.socket.send_to(&out.contents, out.destination).await;
                }
                Ok(Output::Event(Event::Connected)) => self.state().connected = true,
                Ok(Output::Event(Event::RtpPacket(packet))) => self.hear(&packet),
                Ok(Output::Event(_)) => {}
                Err(_) => return false,
            }
        }
    }

    fn hear(&mut self, packet: &RtpPacket) {
        let header = Header {
            marker: packet.header.marker,
            payload_type: 0,
            sequence: packet.header.sequence_number,
            timestamp: packet.header.timestamp,
            ssrc: *packet.header.ssrc,
        };
        let codec = self.codec(packet.header.payload_type);
        let mut state = self.state();
        match codec {
            Some(codec) => {
                state.codec = Some(codec);
                state.ear.hear(Instant::now(), &header, codec, &packet.payload);
            }
            None => state.ear.feel(Instant::now(), &header, &packet.payload),
        }
    }
}
