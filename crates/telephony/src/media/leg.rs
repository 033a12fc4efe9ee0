//! One leg: a peer over RTP or WebRTC, what it sends, what it hears, and the only place where both kinds differ.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use base::id::LegId;
use str0m::media::Pt;

use super::api::{MediaEvent, PlayId, Quality};
use super::dtmf::{Collector, Payload};
use super::g711::G711;
use super::player::Playback;
use super::rtcp::{Reports, Sent};
use super::rtp::{self, Header, Inbound, Latch, Origin, Outbound, Source, Stamp, Verdict};
use super::sdp::{Local, Negotiated};
use super::webrtc::Peer;

mod send;

pub use send::Outlet;

/// After this time without anything to hear, an RTP leg is sent silence: ports of a NAT stay open, and the peer
/// does not take us for dead.
const QUIET_AFTER: Duration = Duration::from_millis(500);

/// A beat that comes this early is on time: the clock of the thread is not finer.
const EARLY: Duration = Duration::from_millis(2);

/// Beats missed by more than this are left out instead of being caught up.
const LATE_MAX: Duration = Duration::from_millis(100);

/// A plain RTP peer.
#[derive(Debug)]
pub struct RtpSide {
    /// Our side of the session.
    pub local: Local,
    /// What was agreed; nothing yet after a late offer.
    pub agreed: Option<Negotiated>,
    /// Who may send.
    pub latch: Latch,
    reports: Reports,
}

/// How a leg is reached.
#[derive(Debug)]
pub enum Transport {
    /// A SIP phone or trunk.
    Rtp(Box<RtpSide>),
    /// A browser.
    Web(Box<Peer>),
}

/// What a packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Samples in one of the laws.
    Audio(G711),
    /// A telephone event.
    Event(Payload),
}

/// A packet that a leg sent, with extended numbers.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// The stream.
    pub ssrc: u32,
    /// Extended sequence number.
    pub sequence: i64,
    /// Extended timestamp.
    pub time: i64,
    /// First of a talkspurt.
    pub marker: bool,
    /// What it carries.
    pub content: Content,
    /// The octets.
    pub payload: &'a [u8],
}

/// One leg.
#[derive(Debug)]
pub struct Leg {
    /// Its id.
    pub id: LegId,
    /// How it is reached.
    pub transport: Transport,
    partner: Option<LegId>,
    /// What it sends is replaced by silence.
    pub muted: bool,
    /// The play that is being read from disk.
    pub awaited: Option<PlayId>,
    inbound: Option<Inbound>,
    outbound: Outbound,
    digits: Collector,
    playing: Option<Playback>,
    next_beat: Option<Instant>,
    opened: Instant,
    next_report: Instant,
    heard: Instant,
    timed_out: bool,
    quiet: bool,
}

impl Leg {
    /// A leg that sends the stream `outbound`.
    #[must_use]
    pub fn new(
        now: Instant,
        id: LegId,
        transport: Transport,
        outbound: Outbound,
        report_every: Duration,
    ) -> Self {
        Self {
            id,
            transport,
            partner: None,
            muted: false,
            awaited: None,
            inbound: None,
            outbound,
            digits: Collector::default(),
            playing: None,
            next_beat: None,
            opened: now,
            next_report: now + report_every,
            heard: now,
            timed_out: false,
            quiet: false,
        }
    }

    /// A leg over RTP that has agreed on `agreed`.
    #[must_use]
    pub fn rtp_side(local: Local, agreed: Option<Negotiated>) -> Transport {
        let mut side = RtpSide { local, agreed: None, latch: Latch::default(), reports: Reports::default() };
        if let Some(agreed) = agreed {
            side.agree(agreed);
        }
        Transport::Rtp(Box::new(side))
    }

    /// Judges and counts an RTP packet; `None` when it is not to be heard.
    pub fn receive_rtp<'a>(
        &mut self,
        now: Instant,
        from: SocketAddr,
        datagram: &'a [u8],
        out: &mut dyn Outlet,
    ) -> Option<Frame<'a>> {
        let Transport::Rtp(side) = &mut self.transport else { return None };
        let (header, payload) = rtp::parse(datagram)?;
        let content = side.agreed.as_ref().and_then(|agreed| content(agreed, &header, payload))?;
        match side.latch.judge(now, from, &header) {
            Verdict::Accept => {}
            Verdict::Latched => out.event(MediaEvent::Connected { leg: self.id }),
            Verdict::Wait | Verdict::Stranger => return None,
        }
        Some(self.count(now, &header, content, payload))
    }

    /// Counts a packet of a browser.
    pub fn receive_web<'a>(
        &mut self,
        now: Instant,
        header: &Header,
        payload_type: Pt,
        payload: &'a [u8],
    ) -> Option<Frame<'a>> {
        let Transport::Web(peer) = &self.transport else { return None };
        let content = match peer.codec_of(payload_type) {
            Some(codec) => Content::Audio(codec),
            None if peer.event() == Some(payload_type) => Content::Event(Payload::parse(payload)?),
            None => return None,
        };
        Some(self.count(now, header, content, payload))
    }

    fn count<'a>(&mut self, now: Instant, header: &Header, content: Content, payload: &'a [u8]) -> Frame<'a> {
        self.heard = now;
        self.timed_out = false;
        let inbound = match &mut self.inbound {
            Some(inbound) if inbound.ssrc == header.ssrc => inbound,
            other => other.insert(Inbound::new(now, header)),
        };
        let (sequence, time) = inbound.count(now, header);
        if let Content::Event(event) = content {
            self.digits.receive(now, header.ssrc, time, event);
        }
        Frame { ssrc: header.ssrc, sequence, time, marker: header.marker, content, payload }
    }

    /// Takes in the peer's RTCP.
    pub fn receive_rtcp(&mut self, now: Instant, age: Duration, from: SocketAddr, datagram: &[u8]) {
        let ours = self.outbound.ssrc;
        if let Transport::Rtp(side) = &mut self.transport
            && side.latch.target().is_some_and(|target| target.ip() == from.ip())
        {
            side.reports.receive(now, age, ours, datagram);
        }
    }

    /// Who hears it, and whom it hears.
    #[must_use]
    pub const fn partner(&self) -> Option<LegId> {
        self.partner
    }

    /// Puts it into a bridge or takes it out of one, and tells whom it heard before.
    pub const fn join(&mut self, partner: Option<LegId>) -> Option<LegId> {
        self.outbound.interrupt();
        std::mem::replace(&mut self.partner, partner)
    }

    /// Reports keys that were pressed.
    pub fn report_digits(&mut self, out: &mut dyn Outlet) {
        while let Some(pressed) = self.digits.poll() {
            let duration_ms = u32::try_from(pressed.duration.as_millis()).unwrap_or(u32::MAX);
            out.event(MediaEvent::Digit { leg: self.id, digit: pressed.digit, duration_ms });
        }
    }

    /// Takes in a new offer's outcome. What was heard of the old stream stays counted.
    pub fn agree(&mut self, now: Instant, agreed: Negotiated) {
        self.heard = now;
        if let Transport::Rtp(side) = &mut self.transport {
            side.agree(agreed);
        }
    }

    /// Begins to play from the next beat on, instead of what was played before.
    pub fn play(&mut self, playback: Playback) {
        self.playing = Some(playback);
        self.next_beat = None;
    }

    /// Stops a play, or the reading of it; another play is left alone.
    pub fn stop(&mut self, play: PlayId) {
        if self.playing.as_ref().is_some_and(|playing| playing.play == play) {
            self.playing = None;
        }
        if self.awaited == Some(play) {
            self.awaited = None;
        }
    }

    /// Stops whatever plays.
    pub fn stop_all(&mut self) {
        self.playing = None;
        self.awaited = None;
    }

    /// The beat: 20 ms of prompt or silence, lost ends of digits, silence of the peer, reports.
    pub fn tick(&mut self, now: Instant, limits: &Limits, buffers: &mut Buffers, out: &mut dyn Outlet) {
        self.digits.tick(now);
        self.report_digits(out);
        self.beat(now, buffers, out);
        if self.is_overdue(now, limits.rtp_timeout) {
            self.timed_out = true;
            out.event(MediaEvent::TimedOut { leg: self.id });
        }
        if now >= self.next_report {
            self.next_report = now + limits.report_every;
            self.report(now, now.saturating_duration_since(limits.started), buffers, out);
        }
    }

    fn is_overdue(&self, now: Instant, timeout: Duration) -> bool {
        let Transport::Rtp(side) = &self.transport else { return false };
        let expected = side.agreed.as_ref().is_some_and(|agreed| agreed.direction.listens());
        expected && !self.timed_out && now.saturating_duration_since(self.heard) >= timeout
    }

    fn report(&mut self, now: Instant, age: Duration, buffers: &mut Buffers, out: &mut dyn Outlet) {
        let heard = self.inbound.as_mut().map(|inbound| (inbound.ssrc, inbound.report()));
        let stamp = self.outbound.time_at(now);
        let Outbound { ssrc, packets, octets, .. } = self.outbound;
        let (trip, peer_loss, strangers) = match &mut self.transport {
            Transport::Rtp(side) => {
                let sent = Sent { ssrc, timestamp: stamp.wire_time(), packets, octets };
                side.reports.write(now, age, &sent, heard, &mut buffers.datagram);
                if let Some(to) = side.agreed.as_ref().and_then(|agreed| agreed.rtcp_target) {
                    // A NAT that moved the media has moved the reports too.
                    let to = side.latch.target().map_or(to, |target| SocketAddr::new(target.ip(), to.port()));
                    out.rtcp(self.id, to, &buffers.datagram);
                }
                let loss = side.reports.peer_fraction.map(|fraction| f32::from(fraction) / 2.56);
                (side.reports.round_trip, loss, side.latch.strangers())
            }
            Transport::Web(peer) if !peer.is_connected() => return,
            Transport::Web(peer) => (peer.round_trip, peer.peer_loss.map(|loss| loss * 100.0), 0),
        };
        let heard = heard.map(|(_, reception)| reception).unwrap_or_default();
        let millis = |samples: u32| f32::from(u16::try_from(samples).unwrap_or(u16::MAX)) / 8.0;
        let quality = Quality {
            received: heard.received,
            lost: u64::try_from(heard.lost).unwrap_or(0),
            loss_percent: f32::from(heard.fraction) / 2.56,
            jitter_ms: millis(heard.jitter),
            round_trip_ms: trip.map(|trip| trip.as_secs_f32() * 1_000.0),
            peer_loss_percent: peer_loss,
            sent: u64::from(packets),
            strangers,
        };
        out.event(MediaEvent::Quality { leg: self.id, quality });
    }
}

impl RtpSide {
    fn agree(&mut self, agreed: Negotiated) {
        // Held the old way, by address 0.0.0.0: the peer is still where it was.
        if agreed.target.is_some() {
            self.latch.announce(agreed.target);
        }
        self.agreed = Some(agreed);
    }
}

fn content(agreed: &Negotiated, header: &Header, payload: &[u8]) -> Option<Content> {
    if agreed.event == Some(header.payload_type) {
        return Payload::parse(payload).map(Content::Event);
    }
    let known = agreed.codecs.iter().find(|(payload_type, _)| *payload_type == header.payload_type);
    known.filter(|_| !payload.is_empty()).map(|(_, codec)| Content::Audio(*codec))
}

/// Times that hold for every leg.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// When the engine started: the zero of the clock in reports.
    pub started: Instant,
    /// Silence after which an RTP leg is timed out.
    pub rtp_timeout: Duration,
    /// How often quality is reported.
    pub report_every: Duration,
}

/// Buffers that every packet passes through, kept to save allocations.
#[derive(Debug, Default)]
pub struct Buffers {
    /// A payload in the listener's law.
    pub payload: Vec<u8>,
    /// A datagram.
    pub datagram: Vec<u8>,
    /// Linear samples.
    pub linear: Vec<i16>,
}
