//! What goes into the machine and what comes out.

use super::super::check::Served;
use super::super::event::{SipCommand, SipEvent};
use super::super::reply::phrase;
use super::super::session_timer::{Asked, Expires};
use super::super::settings::SipSettings;
use std::time::Duration;

/// The limits of a leg.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub(crate) t1: Duration,
    pub(crate) session_expires: Duration,
    pub(crate) min_se: Duration,
    pub(crate) probe_every: Duration,
    pub(crate) call_length_max: Duration,
    pub(crate) setup_max: Duration,
}

impl From<&SipSettings> for Limits {
    fn from(settings: &SipSettings) -> Self {
        Self {
            t1: settings.t1,
            session_expires: settings.session_expires,
            min_se: settings.min_se,
            probe_every: settings.probe_every,
            call_length_max: settings.call_length_max,
            setup_max: settings.setup_max,
        }
    }
}

/// What the INVITE said.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Opening {
    pub(crate) cseq: u32,
    pub(crate) requires_reliable: bool,
    pub(crate) allows_update: bool,
    /// It had no SDP: our 200 carries the offer, the ACK the answer.
    pub(crate) late_offer: bool,
    pub(crate) asked: Asked,
}

/// A request inside the dialog.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    /// Names its transaction.
    pub(crate) id: u64,
    pub(crate) method: Served,
    pub(crate) cseq: u32,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Option<String>,
    pub(crate) asked: Asked,
    /// RSeq and CSeq number of RAck.
    pub(crate) rack: Option<(u32, u32)>,
    /// Value of Reason.
    pub(crate) reason: Option<String>,
}

/// Something happened.
#[derive(Clone, Debug)]
pub(crate) enum Input {
    /// The call wants something.
    Command(SipCommand),
    /// ACK of the INVITE with this number.
    Acked { cseq: u32, sdp: Option<String> },
    /// CANCEL of the INVITE.
    Cancelled,
    /// The transaction of this INVITE ended without ACK.
    NoAck { cseq: u32 },
    /// A request inside the dialog.
    Request(Request),
    /// The final response to a request of ours; 408 when none came.
    Response { to: OurRequest, status: u16, expires: Option<Expires> },
    /// A deadline passed.
    Tick,
    /// The edge stops.
    ShutDown,
}

/// What is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// The INVITE that began the leg.
    Invite,
    /// A request inside the dialog.
    Request(u64),
}

/// A request of ours inside the dialog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OurRequest {
    Bye {
        reason: Option<String>,
    },
    /// Session refresh without media (RFC 3311).
    Update {
        expires: String,
    },
    /// Session refresh for peers without UPDATE: the same media again.
    Reinvite {
        expires: String,
        sdp: String,
    },
    /// OPTIONS: is anybody there?
    Probe,
}

/// What to do.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Output {
    Respond {
        to: Target,
        status: u16,
        reason: Option<String>,
        headers: Vec<(&'static str, String)>,
        sdp: Option<String>,
    },
    Send(OurRequest),
    Tell(SipEvent),
}

impl Output {
    pub(crate) fn accept(to: Target) -> Self {
        Self::refuse(to, 200)
    }

    pub(crate) fn refuse(to: Target, status: u16) -> Self {
        Self::Respond { to, status, reason: None, headers: Vec::new(), sdp: None }
    }

    pub(crate) fn because(mut self, words: Option<String>) -> Self {
        if let Self::Respond { reason, status, .. } = &mut self {
            let clean = words.map(|words| words.replace(['\r', '\n'], " "));
            *reason = clean.filter(|words| words != phrase(*status));
        }
        self
    }

    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        if let Self::Respond { headers, .. } = &mut self {
            headers.push((name, value));
        }
        self
    }

    pub(crate) fn retry_after(self, after: Option<Duration>) -> Self {
        match after {
            Some(after) => self.with("Retry-After", after.as_secs().max(1).to_string()),
            None => self,
        }
    }
}
