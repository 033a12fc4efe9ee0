//! Symmetric RTP: who may send to a port, and where we send to.
//!
//! A port accepts the first source that shows a steady stream and nobody else; otherwise anybody who
//! guesses the port could listen and speak (the attack called RTPBleed).

use std::net::{IpAddr, SocketAddr};
use std::time::{Duration, Instant};

use super::Header;

/// Packets of one stable source before it is believed (RFC 3550, appendix A.1, asks for two).
const STEADY: u32 = 3;

/// Packets before a source is believed that the session description did not announce, although the
/// announced address can be reached from anywhere: half a second.
const STEADY_UNANNOUNCED: u32 = 25;

/// Sources that are watched at once before one is believed.
const CANDIDATES_MAX: usize = 4;

/// Silence of the believed source after which the same stream may continue from another address: a
/// NAT has given it a new one.
const REBIND_AFTER: Duration = Duration::from_secs(2);

/// What to do with a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Ours: play it.
    Accept,
    /// Ours, and the first of its source: from now on we send there.
    Latched,
    /// Not known yet.
    Wait,
    /// Somebody else's.
    Stranger,
}

#[derive(Clone, Copy, Debug)]
struct Candidate {
    source: SocketAddr,
    ssrc: u32,
    next: u16,
    seen: u32,
}

/// The guard of one port.
#[derive(Clone, Debug, Default)]
pub struct Latch {
    announced: Option<SocketAddr>,
    current: Option<(SocketAddr, u32)>,
    heard: Option<Instant>,
    open: bool,
    candidates: Vec<Candidate>,
    strangers: u64,
}

impl Latch {
    /// The address to send to: the believed source, or else what the peer announced.
    #[must_use]
    pub fn target(&self) -> Option<SocketAddr> {
        self.current.map(|(source, _)| source).or(self.announced)
    }

    /// Whether a source is believed.
    #[must_use]
    pub const fn is_latched(&self) -> bool {
        self.current.is_some()
    }

    /// Packets of strangers dropped so far.
    #[must_use]
    pub const fn strangers(&self) -> u64 {
        self.strangers
    }

    /// The peer announced `address` in an offer or answer. If it is a new one, another source may be believed;
    /// if not, another may take the place of the believed one once that has fallen silent, whatever its number.
    pub fn announce(&mut self, address: Option<SocketAddr>) {
        let moved = self.announced != address;
        self.announced = address;
        self.candidates.clear();
        self.open = true;
        if moved && self.current.is_some_and(|(source, _)| Some(source) != address) && address.is_some() {
            // It says where it listens now; what it sends from there is believed as soon as it is steady.
            self.current = None;
        }
    }

    /// Judges a packet of the right payload type.
    pub fn judge(&mut self, now: Instant, source: SocketAddr, header: &Header) -> Verdict {
        match self.current {
            Some((current, _)) if current == source => {
                self.current = Some((source, header.ssrc));
                self.heard = Some(now);
                self.open = false;
                Verdict::Accept
            }
            Some((_, ssrc)) if !self.may_move(now, header.ssrc, ssrc) => {
                self.strangers += 1;
                metrics::counter!("rtp_strangers_total").increment(1);
                Verdict::Stranger
            }
            _ => self.consider(now, source, header),
        }
    }

    fn may_move(&self, now: Instant, ssrc: u32, current: u32) -> bool {
        let silent = self.heard.is_none_or(|heard| now.saturating_duration_since(heard) >= REBIND_AFTER);
        silent && (self.open || ssrc == current)
    }

    fn consider(&mut self, now: Instant, source: SocketAddr, header: &Header) -> Verdict {
        let needed = self.needed(source);
        let known = self.candidates.iter_mut().find(|one| one.source == source && one.ssrc == header.ssrc);
        let candidate = match known {
            Some(candidate) => candidate,
            None => {
                if self.candidates.len() >= CANDIDATES_MAX {
                    self.candidates.remove(0);
                }
                self.candidates.push(Candidate { source, ssrc: header.ssrc, next: header.sequence, seen: 0 });
                let Some(added) = self.candidates.last_mut() else { return Verdict::Wait };
                added
            }
        };
        // A few lost packets are no reason to doubt; a leap is somebody guessing.
        let step = header.sequence.wrapping_sub(candidate.next);
        candidate.seen = if step < 10 { candidate.seen + 1 } else { 1 };
        candidate.next = header.sequence.wrapping_add(1);
        if candidate.seen < needed {
            return Verdict::Wait;
        }
        self.current = Some((source, header.ssrc));
        self.heard = Some(now);
        self.open = false;
        self.candidates.clear();
        Verdict::Latched
    }

    fn needed(&self, source: SocketAddr) -> u32 {
        match self.announced {
            Some(announced) if announced.ip() != source.ip() && is_public(announced.ip()) => {
                STEADY_UNANNOUNCED
            }
            _ => STEADY,
        }
    }
}

/// Whether an address can be reached from anywhere: then a peer behind it is not behind a NAT that it does not know.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            let shared = a == 100 && (64..128).contains(&b); // RFC 6598
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || shared)
        }
        IpAddr::V6(v6) => {
            !(v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local())
        }
    }
}
