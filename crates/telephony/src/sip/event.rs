//! What the SIP edge tells the call, and what the call tells the edge.

use base::PhoneNumber;
use base::id::{LegId, TrunkId};
use std::net::SocketAddr;
use std::time::Duration;

/// Who calls, as the network says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerId {
    /// The caller's number, when the network gave one that is a number.
    pub number: Option<PhoneNumber>,
    /// The display name, without quotes.
    pub display: Option<String>,
    /// The user part of the identity as it came: `anonymous`, a short code, a login.
    pub raw: String,
}

/// Something happened on a leg.
///
/// A leg begins with [`SipEvent::Incoming`] and ends with exactly one of `Cancelled`, `HungUp` and `Failed`,
/// or without a further event after the call itself sent `Reject` or `Bye`.
#[derive(Clone, Debug, PartialEq)]
pub enum SipEvent {
    /// A caller of a known trunk dials one of our numbers. 100 has been sent.
    Incoming(Incoming),
    /// The caller confirmed our answer. With a late offer, `sdp` is the caller's answer.
    Acked {
        /// The leg.
        leg: LegId,
        /// The body of the ACK, when it had one.
        sdp: Option<String>,
    },
    /// The caller gave up before the answer.
    Cancelled {
        /// The leg.
        leg: LegId,
    },
    /// An answered leg ended, and not because we asked.
    HungUp {
        /// The leg.
        leg: LegId,
        /// Why.
        cause: EndCause,
    },
    /// The far end proposes new media (re-INVITE or UPDATE): answer with `AnswerReoffer` or `RejectReoffer`.
    Reoffered {
        /// The leg.
        leg: LegId,
        /// Its offer; none = it wants ours, and its answer will come in `Acked`.
        sdp: Option<String>,
    },
    /// A digit by SIP INFO (`application/dtmf-relay` or `application/dtmf`).
    Digit {
        /// The leg.
        leg: LegId,
        /// `0`-`9`, `*`, `#`, `A`-`D`.
        digit: char,
        /// How long it was pressed; 160 ms when the peer does not say.
        duration: Duration,
    },
    /// An unanswered leg ended because the peer broke the protocol or vanished.
    Failed {
        /// The leg.
        leg: LegId,
        /// Why.
        cause: EndCause,
    },
}

/// The first event of a leg.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The leg, made by the edge.
    pub leg: LegId,
    /// Where it came in.
    pub trunk: TrunkId,
    /// Who calls.
    pub caller: CallerId,
    /// The user part of the request URI, decoded, without parameters.
    pub dialled: String,
    /// The SDP offer; none = the caller wants ours (late offer).
    pub offer: Option<String>,
    /// SIP Call-ID, for logs and traces.
    pub call_id: String,
    /// Where the packet came from.
    pub source: SocketAddr,
}

/// Why a leg ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EndCause {
    /// The far end sent BYE; with the value of its Reason header (RFC 3326), if any.
    Peer(Option<String>),
    /// Our 200 was never acknowledged within 64*T1 (RFC 3261 13.3.1.4).
    NoAck,
    /// Our reliable provisional response was never acknowledged (RFC 3262 3).
    NoPrack,
    /// The session timer ran out (RFC 4028).
    SessionExpired,
    /// The far end no longer knows the dialog or no longer answers.
    PeerGone,
    /// The call reached `call_length_max`.
    TooLong,
    /// The edge is shutting down.
    ShutDown,
}

/// What the call wants done on a leg. Commands for a leg that has ended are ignored.
#[derive(Clone, Debug, PartialEq)]
pub enum SipCommand {
    /// Send 180.
    Ringing {
        /// The leg.
        leg: LegId,
    },
    /// Send 183 with media (early media).
    Progress {
        /// The leg.
        leg: LegId,
        /// The SDP answer.
        sdp: String,
    },
    /// Send 200.
    Answer {
        /// The leg.
        leg: LegId,
        /// The SDP answer (or our offer when the INVITE had none).
        sdp: String,
    },
    /// Refuse an unanswered leg.
    Reject {
        /// The leg.
        leg: LegId,
        /// 300-699, such as 488 when no codec is common.
        status: u16,
        /// Reason phrase; none = the usual one.
        reason: Option<String>,
        /// Retry-After, in whole seconds.
        retry_after: Option<Duration>,
    },
    /// End an answered leg (or refuse an unanswered one with 480).
    Bye {
        /// The leg.
        leg: LegId,
        /// Value of the Reason header (RFC 3326), such as `Q.850;cause=16`.
        cause: Option<String>,
    },
    /// Answer a new offer.
    AnswerReoffer {
        /// The leg.
        leg: LegId,
        /// The SDP answer (or our offer when theirs was missing).
        sdp: String,
    },
    /// Refuse a new offer; the session goes on as it was.
    RejectReoffer {
        /// The leg.
        leg: LegId,
        /// Such as 488.
        status: u16,
        /// Retry-After, in whole seconds.
        retry_after: Option<Duration>,
    },
}

impl SipCommand {
    /// The leg it is for.
    #[must_use]
    pub fn leg(&self) -> LegId {
        match self {
            Self::Ringing { leg }
            | Self::Progress { leg, .. }
            | Self::Answer { leg, .. }
            | Self::Reject { leg, .. }
            | Self::Bye { leg, .. }
            | Self::AnswerReoffer { leg, .. }
            | Self::RejectReoffer { leg, .. } => *leg,
        }
    }
}
