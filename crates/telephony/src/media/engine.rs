//! The engine: all legs, bridges and recordings of one thread, without any I/O.
//!
//! Datagrams, commands and beats go in; datagrams and events come out through an [`Outlet`]. Time is an argument.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use base::id::{LegId, RecordingId};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};

use super::api::{MediaError, MediaEvent, MediaSettings, PlayId, Side};
use super::leg::{Buffers, Leg, Limits, Outlet, Transport};
use super::player::{LoadJob, Loaded, Playback};
use super::recorder::{Recording, WriteJob};
use super::rtp::Outbound;
use super::sdp::{self, Local, Negotiated, Outcome};
use super::webrtc::{Peer, PeerConfig};

mod flow;
mod tape;

/// Where the engine's slow work goes: threads that may wait for a disk.
pub trait Desk {
    /// Has prompts read; `false` when there is no room for the order.
    fn load(&mut self, job: LoadJob) -> bool;
    /// Has a piece of a recording written; gives it back when the writer is behind.
    fn write(&mut self, job: WriteJob) -> Result<(), WriteJob>;
}

/// All media of one thread.
#[derive(Debug)]
pub struct Engine {
    limits: Limits,
    browser_silence: Duration,
    rtp_public: Option<IpAddr>,
    peers: PeerConfig,
    rng: StdRng,
    legs: BTreeMap<LegId, Leg>,
    by_address: BTreeMap<SocketAddr, LegId>,
    by_fragment: BTreeMap<String, LegId>,
    recordings: BTreeMap<RecordingId, Recording>,
    ending: Vec<Recording>,
    abandoned: Vec<RecordingId>,
    taps: BTreeMap<LegId, Vec<(RecordingId, Side)>>,
    buffers: Buffers,
    beats: u64,
}

impl Engine {
    /// An engine without legs. `seed` is for stream numbers, which must not be guessed.
    #[must_use]
    pub fn new(now: Instant, settings: &MediaSettings, peers: PeerConfig, seed: [u8; 32]) -> Self {
        Self {
            limits: Limits {
                started: now,
                rtp_timeout: settings.rtp_timeout,
                report_every: settings.quality_every,
            },
            browser_silence: settings.webrtc_silence,
            rtp_public: settings.rtp_public_address,
            peers,
            rng: StdRng::from_seed(seed),
            legs: BTreeMap::new(),
            by_address: BTreeMap::new(),
            by_fragment: BTreeMap::new(),
            recordings: BTreeMap::new(),
            ending: Vec::new(),
            abandoned: Vec::new(),
            taps: BTreeMap::new(),
            buffers: Buffers::default(),
            beats: 0,
        }
    }

    /// Legs that are open.
    #[must_use]
    pub fn legs(&self) -> usize {
        self.legs.len()
    }

    /// Whether a leg is open.
    #[must_use]
    pub fn is_open(&self, leg: LegId) -> bool {
        self.legs.contains_key(&leg)
    }

    /// Opens an RTP leg that listens at `address` and `port`, and answers the offer, or makes one.
    pub fn open_rtp(
        &mut self,
        now: Instant,
        leg: LegId,
        offer: Option<&str>,
        address: IpAddr,
        port: u16,
    ) -> Result<String, MediaError> {
        if self.legs.contains_key(&leg) {
            return Err(MediaError::LegExists(leg));
        }
        let announced =
            self.rtp_public.filter(|public| public.is_ipv4() == address.is_ipv4()).unwrap_or(address);
        let mut local = Local::new(self.rng.random(), announced, port);
        let (text, agreed) = match offer {
            Some(offer) => answer(&mut local, offer).map(|(text, agreed)| (text, Some(agreed)))?,
            None => (local.offer(), None),
        };
        let outbound = Outbound::new(self.rng.random(), self.rng.random(), self.rng.random());
        let transport = Leg::rtp_side(local, agreed);
        self.legs.insert(leg, Leg::new(now, leg, transport, outbound, self.limits.report_every));
        Ok(text)
    }

    /// Takes in the answer to the offer that [`Engine::open_rtp`] made.
    pub fn accept_answer(&mut self, now: Instant, leg: LegId, text: &str) -> Result<(), MediaError> {
        let open = self.legs.get_mut(&leg).ok_or(MediaError::UnknownLeg(leg))?;
        let Transport::Rtp(side) = &open.transport else {
            return Err(MediaError::BadSdp("a browser's leg makes no offers".to_owned()));
        };
        let answer = sdp::parse(text).map_err(|error| MediaError::BadSdp(error.to_string()))?;
        let agreed = side.local.accept(&answer).map_err(refused)?;
        open.agree(now, agreed);
        Ok(())
    }

    /// Answers another offer of an open leg: hold, resume, a new address. Ports and streams are kept.
    pub fn renegotiate(&mut self, now: Instant, leg: LegId, offer: &str) -> Result<String, MediaError> {
        let open = self.legs.get_mut(&leg).ok_or(MediaError::UnknownLeg(leg))?;
        match &mut open.transport {
            Transport::Rtp(side) => {
                let (text, agreed) = answer(&mut side.local, offer)?;
                open.agree(now, agreed);
                Ok(text)
            }
            Transport::Web(peer) => {
                let text = peer.renegotiate(offer)?;
                self.by_fragment.insert(peer.fragment().to_owned(), leg);
                Ok(text)
            }
        }
    }

    /// Opens a browser's leg and answers its offer.
    pub fn open_webrtc(&mut self, now: Instant, leg: LegId, offer: &str) -> Result<String, MediaError> {
        if self.legs.contains_key(&leg) {
            return Err(MediaError::LegExists(leg));
        }
        let (mut peer, text) = Peer::answer(&self.peers, now, offer)?;
        let stream = peer.stream().unwrap_or_else(|| self.rng.random());
        let outbound = Outbound::new(stream, self.rng.random(), self.rng.random());
        self.by_fragment.insert(peer.fragment().to_owned(), leg);
        let transport = Transport::Web(Box::new(peer));
        self.legs.insert(leg, Leg::new(now, leg, transport, outbound, self.limits.report_every));
        Ok(text)
    }

    /// Has prompts read, and played once they are. What plays on the leg now goes on until then.
    pub fn play(&mut self, job: LoadJob, desk: &mut dyn Desk, out: &mut dyn Outlet) {
        let (leg, play) = (job.leg, job.play);
        let why = match self.legs.get_mut(&leg) {
            Some(open) if desk.load(job) => {
                open.awaited = Some(play);
                return;
            }
            Some(_) => MediaError::Overloaded,
            None => MediaError::UnknownLeg(leg),
        };
        out.event(MediaEvent::PlayFailed { leg, play, why: why.to_string() });
    }

    /// Plays prompts that were read, unless they were stopped or replaced meanwhile.
    pub fn loaded(&mut self, loaded: Loaded, out: &mut dyn Outlet) {
        let Loaded { job: LoadJob { leg, play, looped, .. }, prompts } = loaded;
        let Some(open) = self.legs.get_mut(&leg).filter(|open| open.awaited == Some(play)) else { return };
        open.stop_all();
        match prompts {
            Ok(prompts) => open.play(Playback::new(play, prompts, looped)),
            Err(error) => out.event(MediaEvent::PlayFailed { leg, play, why: error.to_string() }),
        }
    }

    /// Stops a play.
    pub fn stop_play(&mut self, leg: LegId, play: PlayId) {
        if let Some(open) = self.legs.get_mut(&leg) {
            open.stop(play);
        }
    }

    /// Lets two legs hear each other. Whom they heard before is left alone.
    pub fn bridge(&mut self, one: LegId, other: LegId) {
        self.unbridge(one);
        self.unbridge(other);
        if one == other || !self.is_open(one) || !self.is_open(other) {
            tracing::warn!(leg.one = %one, leg.other = %other, "legs that are not open cannot be bridged");
            return;
        }
        for (leg, partner) in [(one, other), (other, one)] {
            if let Some(open) = self.legs.get_mut(&leg) {
                open.join(Some(partner));
            }
        }
    }

    /// Ends the bridge that a leg is in.
    pub fn unbridge(&mut self, leg: LegId) {
        let partner = self.legs.get_mut(&leg).and_then(|open| open.join(None));
        if let Some(open) = partner.and_then(|partner| self.legs.get_mut(&partner)) {
            open.join(None);
        }
    }

    /// Replaces what a leg sends by silence, or lets it be heard again.
    pub fn mute(&mut self, leg: LegId, on: bool) {
        if let Some(open) = self.legs.get_mut(&leg) {
            open.muted = on;
        }
    }

    /// Closes a leg. A recording of it goes on with silence.
    pub fn close(&mut self, now: Instant, leg: LegId, out: &mut dyn Outlet) {
        self.unbridge(leg);
        let Some(mut open) = self.legs.remove(&leg) else { return };
        if let Transport::Web(peer) = &mut open.transport {
            peer.close(now, &mut |from, to, datagram| out.web(from, to, datagram));
            self.by_address.retain(|_, known| *known != leg);
            self.by_fragment.retain(|_, known| *known != leg);
        }
    }

    /// Begins a recording: its first sample is this moment.
    pub fn start_recording(
        &mut self,
        now: Instant,
        id: RecordingId,
        path: PathBuf,
        left: LegId,
        right: LegId,
    ) {
        if self.recordings.contains_key(&id) {
            tracing::warn!(recording.id = %id, "the recording runs already");
            return;
        }
        self.recordings.insert(id, Recording::new(now, id, path));
        self.tap(id, Side::Left, left);
        self.tap(id, Side::Right, right);
    }
}

/// Answers an offer in text.
fn answer(local: &mut Local, offer: &str) -> Result<(String, Negotiated), MediaError> {
    let offer = sdp::parse(offer).map_err(|error| MediaError::BadSdp(error.to_string()))?;
    local.answer(&offer).map_err(refused)
}

fn refused(outcome: Outcome) -> MediaError {
    match outcome {
        Outcome::NothingInCommon => MediaError::NoCommonCodec,
        Outcome::Mismatch => MediaError::BadSdp(outcome.to_string()),
    }
}

#[cfg(test)]
mod tests;
