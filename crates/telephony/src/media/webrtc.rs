//! A browser's leg: ICE-lite, DTLS and SRTP by `str0m`, which does no I/O either.
//!
//! All browsers share one UDP port; a peer is found by the address it sends from, or by the user
//! fragment of its first connectivity check.

use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use str0m::change::{SdpAnswer, SdpOffer};
use str0m::config::{CryptoProvider, DtlsCert};
use str0m::format::{Codec, FormatParams};
use str0m::ice::StunMessage;
use str0m::media::{Frequency, Mid, Pt};
use str0m::net::{Protocol, Receive};
use str0m::rtp::{Extension, ExtensionMap, RtpPacket, RtpWrite, SeqNo};
use str0m::{Candidate, Event, IceConnectionState, Input, Output, Rtc, RtcConfig};

use super::api::MediaError;
use super::g711::G711;
use super::rtp::Stamp;

/// A browser that has not connected after this time does not come any more.
const CONNECTS_WITHIN: Duration = Duration::from_secs(30);

/// The payload type of telephone events when we offer; in an answer the offerer's is taken.
const EVENT_TYPE: u8 = 101;

/// The header extension that names a stream's section (RFC 9143). No other is spoken.
const MID_EXTENSION: u8 = 1;

/// What all browsers' legs share.
#[derive(Clone)]
pub struct PeerConfig {
    crypto: Arc<CryptoProvider>,
    certificate: DtlsCert,
    /// Addresses announced as host candidates.
    pub candidates: Vec<SocketAddr>,
}

impl std::fmt::Debug for PeerConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PeerConfig").field("candidates", &self.candidates).finish_non_exhaustive()
    }
}

impl PeerConfig {
    /// Makes the one certificate of the engine; `None` when the cryptography of the system fails.
    #[must_use]
    pub fn new(candidates: Vec<SocketAddr>) -> Option<Self> {
        let crypto = Arc::new(str0m::crypto::from_feature_flags());
        let certificate = crypto.dtls_provider.generate_certificate()?;
        Some(Self { crypto, certificate, candidates })
    }

    /// An unconnected session. `lite`: it only answers connectivity checks, as a server does.
    pub fn session(&self, now: Instant, lite: bool) -> Result<Rtc, MediaError> {
        let mut extensions = ExtensionMap::empty();
        extensions.set(MID_EXTENSION, Extension::RtpMid);
        let mut config = RtcConfig::new()
            .set_crypto_provider(Arc::clone(&self.crypto))
            .set_dtls_cert(self.certificate.clone())
            .set_ice_lite(lite)
            .set_rtp_mode(true)
            .clear_codecs()
            .enable_pcma(true, false)
            .enable_pcmu(true, false)
            .set_extension_map(extensions)
            .set_stats_interval(Some(Duration::from_secs(5)));
        let events = FormatParams { telephone_event_max: Some(15), ..FormatParams::default() };
        let event = Pt::from(EVENT_TYPE);
        config.codec_config().add_config(event, None, Codec::Tele, Frequency::EIGHT_KHZ, None, events);
        let mut rtc = guarded(|| config.build(now)).ok_or_else(|| bad("no session can be made"))?;
        for address in &self.candidates {
            let candidate = Candidate::host(*address, "udp").map_err(|error| bad(&error.to_string()))?;
            rtc.add_local_candidate(candidate);
        }
        Ok(rtc)
    }
}

fn bad(why: &str) -> MediaError {
    MediaError::BadSdp(why.to_owned())
}

/// What a peer learned from one packet or timer.
#[derive(Debug, Default)]
pub struct Learned {
    /// Audio can flow now.
    pub connected: bool,
    /// The browser closed the session.
    pub closed: bool,
    /// What it sent.
    pub packets: Vec<RtpPacket>,
}

/// Where a session's datagrams go: from, to, octets.
pub type Transmit<'a> = &'a mut dyn FnMut(SocketAddr, SocketAddr, &[u8]);

/// One browser.
pub struct Peer {
    rtc: Rtc,
    fragment: String,
    mid: Option<Mid>,
    codecs: Vec<(Pt, G711)>,
    event: Option<Pt>,
    deadline: Instant,
    opened: Instant,
    heard: Instant,
    state: State,
    /// The last known round trip.
    pub round_trip: Option<Duration>,
    /// The share of our packets that the browser last reported lost.
    pub peer_loss: Option<f32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Connecting,
    Connected,
    Gone,
}

impl std::fmt::Debug for Peer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Peer")
            .field("fragment", &self.fragment)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

impl Peer {
    /// Answers a browser's offer.
    pub fn answer(config: &PeerConfig, now: Instant, offer: &str) -> Result<(Self, String), MediaError> {
        let mut peer = Self {
            rtc: config.session(now, true)?,
            fragment: String::new(),
            mid: None,
            codecs: Vec::new(),
            event: None,
            deadline: now,
            opened: now,
            heard: now,
            state: State::Connecting,
            round_trip: None,
            peer_loss: None,
        };
        let answer = peer.renegotiate(offer)?;
        Ok((peer, answer))
    }

    /// Answers another offer of the same session.
    pub fn renegotiate(&mut self, offer: &str) -> Result<String, MediaError> {
        let offer = SdpOffer::from_sdp_string(offer).map_err(|error| bad(&error.to_string()))?;
        let answer: SdpAnswer = guarded(|| self.rtc.sdp_api().accept_offer(offer))
            .ok_or_else(|| bad("it cannot be answered"))?
            .map_err(|error| bad(&error.to_string()))?;
        self.fragment = self.rtc.direct_api().local_ice_credentials().ufrag;
        let answer = answer.to_sdp_string();
        self.mid = audio_section(&answer);
        self.agree();
        // Events of the negotiation and the first deadline.
        self.drain(&mut Learned::default(), &mut |_, _, _| {});
        if self.codecs.is_empty() { Err(MediaError::NoCommonCodec) } else { Ok(answer) }
    }

    /// Learns from the session which codecs both sides know.
    fn agree(&mut self) {
        self.codecs.clear();
        let Some(media) = self.mid.and_then(|mid| self.rtc.media(mid)) else { return };
        for payload_type in media.remote_pts() {
            let known = self.rtc.codec_config().params().iter().find(|params| params.pt() == *payload_type);
            match known.map(|params| params.spec().codec) {
                Some(Codec::PCMA) => self.codecs.push((*payload_type, G711::Pcma)),
                Some(Codec::PCMU) => self.codecs.push((*payload_type, G711::Pcmu)),
                Some(Codec::Tele) => self.event = Some(*payload_type),
                _ => {}
            }
        }
    }

    /// What a connectivity check for this peer begins with.
    #[must_use]
    pub fn fragment(&self) -> &str {
        &self.fragment
    }

    /// The codecs in common, the preferred first.
    #[must_use]
    pub fn codecs(&self) -> &[(Pt, G711)] {
        &self.codecs
    }

    /// The codec of a payload type that comes in; `None` for telephone events and what was not agreed on.
    #[must_use]
    pub fn codec_of(&self, payload_type: Pt) -> Option<G711> {
        self.codecs.iter().find(|(known, _)| *known == payload_type).map(|(_, codec)| *codec)
    }

    /// The payload type of telephone events.
    #[must_use]
    pub const fn event(&self) -> Option<Pt> {
        self.event
    }

    /// Whether audio can flow.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.state == State::Connected
    }

    /// The number of the stream that we send.
    pub fn stream(&mut self) -> Option<u32> {
        let mid = self.mid?;
        self.rtc.direct_api().stream_tx_by_mid(mid, None).map(|stream| *stream.ssrc())
    }

    /// Takes in a datagram; `false` when it is not for this peer.
    pub fn receive(
        &mut self,
        now: Instant,
        from: SocketAddr,
        to: SocketAddr,
        datagram: &[u8],
        learned: &mut Learned,
        transmit: Transmit<'_>,
    ) -> bool {
        let Ok(receive) = Receive::new(Protocol::Udp, from, to, datagram) else { return false };
        let input = Input::Receive(now, receive);
        if !self.rtc.accepts(&input) {
            return false;
        }
        self.heard = now;
        match guarded(|| self.rtc.handle_input(input)) {
            Some(Ok(())) => {}
            Some(Err(error)) => tracing::debug!(%error, "a browser's packet was not understood"),
            None => self.give_up(learned),
        }
        self.drain(learned, transmit);
        true
    }

    /// Sends one packet of audio or one telephone event.
    pub fn send(
        &mut self,
        now: Instant,
        payload_type: Pt,
        stamp: &Stamp,
        payload: &[u8],
        transmit: Transmit<'_>,
    ) {
        let Some(mid) = self.mid else { return };
        if self.state != State::Connected {
            return;
        }
        let sequence = SeqNo::from(u64::try_from(stamp.sequence).unwrap_or(0));
        let packet =
            RtpWrite::new(payload_type, sequence, stamp.wire_time(), now, payload).marker(stamp.marker);
        let mut learned = Learned::default();
        let written = guarded(|| {
            if let Some(stream) = self.rtc.direct_api().stream_tx_by_mid(mid, None) {
                stream.write_rtp(packet);
            }
            self.rtc.handle_input(Input::Timeout(now))
        });
        if !matches!(written, Some(Ok(()))) {
            self.give_up(&mut learned);
        }
        self.drain(&mut learned, transmit);
    }

    /// Does what is due, and looks whether the browser is still there.
    pub fn tick(&mut self, now: Instant, silence: Duration, learned: &mut Learned, transmit: Transmit<'_>) {
        let patience = if self.state == State::Connected { silence } else { CONNECTS_WITHIN };
        let since = if self.state == State::Connected { self.heard } else { self.opened };
        if self.state != State::Gone && now.saturating_duration_since(since) >= patience {
            self.give_up(learned);
        }
        if now < self.deadline || self.state == State::Gone {
            return;
        }
        if !matches!(guarded(|| self.rtc.handle_input(Input::Timeout(now))), Some(Ok(()))) {
            self.give_up(learned);
        }
        self.drain(learned, transmit);
    }

    /// Says goodbye.
    pub fn close(&mut self, now: Instant, transmit: Transmit<'_>) {
        let closed = guarded(|| self.rtc.close().and_then(|()| self.rtc.handle_input(Input::Timeout(now))));
        if matches!(closed, Some(Ok(()))) {
            self.drain(&mut Learned::default(), transmit);
        }
        self.state = State::Gone;
    }

    fn give_up(&mut self, learned: &mut Learned) {
        if self.state != State::Gone {
            self.state = State::Gone;
            learned.closed = true;
        }
    }

    fn drain(&mut self, learned: &mut Learned, transmit: Transmit<'_>) {
        loop {
            match guarded(|| self.rtc.poll_output()) {
                Some(Ok(Output::Timeout(deadline))) => {
                    self.deadline = deadline;
                    return;
                }
                Some(Ok(Output::Transmit(out))) => transmit(out.source, out.destination, &out.contents),
                Some(Ok(Output::Event(event))) => self.learn(event, learned),
                Some(Err(error)) => {
                    tracing::info!(%error, "a browser's session has failed");
                    return self.give_up(learned);
                }
                None => return self.give_up(learned),
            }
        }
    }

    fn learn(&mut self, event: Event, learned: &mut Learned) {
        match event {
            Event::Connected if self.state == State::Connecting => {
                self.state = State::Connected;
                learned.connected = true;
            }
            Event::RtpPacket(packet) => learned.packets.push(packet),
            Event::MediaEgressStats(stats) => {
                self.round_trip = stats.rtt.or(self.round_trip);
                self.peer_loss = stats.loss.or(self.peer_loss);
            }
            Event::Closed | Event::IceConnectionStateChange(IceConnectionState::Disconnected) => {
                self.give_up(learned)
            }
            _ => {}
        }
    }
}

/// The section of our answer that carries audio.
fn audio_section(answer: &str) -> Option<Mid> {
    let audio =
        answer.lines().skip_while(|line| !line.starts_with("m=audio ") || line.starts_with("m=audio 0 "));
    let mut attributes = audio.skip(1).take_while(|line| !line.starts_with("m="));
    attributes.find_map(|line| line.strip_prefix("a=mid:")).map(|mid| Mid::from(mid.trim()))
}

/// The user fragment that a connectivity check is addressed to.
#[must_use]
pub fn addressee(datagram: &[u8]) -> Option<String> {
    // The first two bits of STUN are zero (RFC 8489, section 5); everything else is not for strangers.
    if datagram.first().is_none_or(|first| *first > 3) {
        return None;
    }
    let message = StunMessage::parse(datagram).ok()?;
    message.split_username().map(|(ours, _)| ours.to_owned())
}

/// Runs a call into `str0m`. It carries all browsers' calls on one thread: a defect that one peer can trigger
/// must not end the others' calls.
fn guarded<T>(call: impl FnOnce() -> T) -> Option<T> {
    catch_unwind(AssertUnwindSafe(call))
        .inspect_err(|_| tracing::error!("the WebRTC library panicked; the browser's leg is given up"))
        .ok()
}
