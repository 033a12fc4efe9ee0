//! What the engine is told, what it answers, and what it reports.

use std::net::{IpAddr, Ipv4Addr};
use std::ops::RangeInclusive;
use std::path::PathBuf;
use std::time::Duration;

use base::id::{LegId, RecordingId};

/// Settings of a media engine.
#[derive(Clone, Debug)]
pub struct MediaSettings {
    /// The address that RTP ports are bound to.
    pub rtp_address: IpAddr,
    /// The address for peers that offer IPv6; none refuses them.
    pub rtp_address_v6: Option<IpAddr>,
    /// The address announced instead of `rtp_address`, when a NAT stands between.
    pub rtp_public_address: Option<IpAddr>,
    /// Ports for RTP and, one above, RTCP: two a leg.
    pub rtp_ports: RangeInclusive<u16>,
    /// Silence on an RTP leg after which it is reported as timed out. 30 s.
    pub rtp_timeout: Duration,
    /// Addresses that browsers may reach us at. Empty: 127.0.0.1 and the machine's own.
    pub webrtc_addresses: Vec<IpAddr>,
    /// The one UDP port for all browsers; 0 takes any free one.
    pub webrtc_port: u16,
    /// The address announced to browsers instead of the machine's own, when a NAT stands between.
    pub webrtc_public_address: Option<IpAddr>,
    /// Silence of a browser after which it is lost. A browser asks for consent every 2.5 s (RFC 7675
    /// allows 5), more often after a miss. 5 s.
    pub webrtc_silence: Duration,
    /// How often the quality of each leg is reported, and RTCP sent. 5 s (RFC 3550, section 6.2).
    pub quality_every: Duration,
}

impl Default for MediaSettings {
    fn default() -> Self {
        Self {
            rtp_address: IpAddr::V4(Ipv4Addr::LOCALHOST),
            rtp_address_v6: None,
            rtp_public_address: None,
            rtp_ports: 20_000..=29_999,
            rtp_timeout: Duration::from_secs(30),
            webrtc_addresses: Vec::new(),
            webrtc_port: 0,
            webrtc_public_address: None,
            webrtc_silence: Duration::from_secs(5),
            quality_every: Duration::from_secs(5),
        }
    }
}

/// One order to play; chosen by who orders it, unique on its leg.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PlayId(pub u64);

/// A channel of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// What the caller says.
    Left,
    /// What the operator says.
    Right,
}

/// Why a media session cannot be opened or changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MediaError {
    /// SIP 488.
    #[error("the offer has no audio in PCMA or PCMU over plain RTP")]
    NoCommonCodec,
    /// SIP 400 or 488.
    #[error("bad session description: {0}")]
    BadSdp(String),
    /// SIP 503.
    #[error("no RTP port is free")]
    NoPorts,
    /// Nothing was opened under this id, or it was closed.
    #[error("leg {0} is not open")]
    UnknownLeg(LegId),
    /// The id is in use.
    #[error("leg {0} is open already")]
    LegExists(LegId),
    /// The command queue is full: the media thread does not keep up.
    #[error("the media engine is overloaded")]
    Overloaded,
    /// The media thread has ended.
    #[error("the media engine has stopped")]
    Stopped,
}

/// Why an engine does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No address for browsers could be bound.
    #[error("no UDP port for browsers could be bound on port {port}")]
    NoBrowserPort {
        /// The port asked for.
        port: u16,
        /// The last reason.
        #[source]
        source: std::io::Error,
    },
    /// The system refused a poll, a thread or a socket.
    #[error("the media thread cannot start")]
    System(#[from] std::io::Error),
}

/// How well a leg hears and is heard, over the time since the last report.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quality {
    /// Packets received from the leg in all.
    pub received: u64,
    /// Packets of the leg lost in all.
    pub lost: u64,
    /// Share of the leg's packets lost since the last report, in percent.
    pub loss_percent: f32,
    /// Interarrival jitter.
    pub jitter_ms: f32,
    /// Round trip to the peer, when its reports tell.
    pub round_trip_ms: Option<f32>,
    /// Share of our packets that the peer lost, in percent, when its reports tell.
    pub peer_loss_percent: Option<f32>,
    /// Packets sent to the leg in all.
    pub sent: u64,
    /// Packets of strangers dropped in all.
    pub strangers: u64,
}

/// What happens on the media side.
#[derive(Clone, Debug, PartialEq)]
pub enum MediaEvent {
    /// Audio can flow: the first RTP source is latched, or a browser is connected. It comes again when an RTP peer
    /// has moved to another address.
    Connected {
        /// The leg.
        leg: LegId,
    },
    /// The browser is gone or never came. The leg stays until it is closed.
    Disconnected {
        /// The leg.
        leg: LegId,
    },
    /// A key was pressed and released.
    Digit {
        /// Who pressed it.
        leg: LegId,
        /// `0`-`9`, `*`, `#`, `A`-`D`.
        digit: char,
        /// How long it was held.
        duration_ms: u32,
    },
    /// A play reached its end by itself. A play that is stopped or replaced ends in silence.
    PlayFinished {
        /// Who heard it.
        leg: LegId,
        /// The order.
        play: PlayId,
    },
    /// A play could not start.
    PlayFailed {
        /// Who should have heard it.
        leg: LegId,
        /// The order.
        play: PlayId,
        /// Which file, and why.
        why: String,
    },
    /// No RTP came for the time set, although the peer may send. Said once, and again after it came back and stopped.
    TimedOut {
        /// The silent leg.
        leg: LegId,
    },
    /// The regular report.
    Quality {
        /// The leg.
        leg: LegId,
        /// The figures.
        quality: Quality,
    },
    /// A recording is whole, on disk and under its name.
    RecordingStored {
        /// The recording.
        recording: RecordingId,
        /// Where it is.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// SHA-256 of the file, in lower-case hexadecimal.
        sha256: String,
        /// Its length.
        duration_ms: u64,
    },
    /// A recording could not be started or finished; the call goes on. What was written is kept
    /// beside `path` with `.part` before its extension.
    RecordingFailed {
        /// The recording.
        recording: RecordingId,
        /// Where it would have been.
        path: PathBuf,
        /// The reason, for people.
        why: String,
    },
}
