//! Offers of the far end inside the dialog: re-INVITE and UPDATE, and who must wait for whom.

use super::super::check::Served;
use super::super::event::SipEvent;
use super::super::reply::{ALLOW, SUPPORTED};
use super::super::session_timer::{Asked, SessionTimer};
use super::types::{Output, Request, Target};
use super::{Phase, Session};
use rand::{Rng, RngExt as _};
use std::time::{Duration, Instant};

/// A change of the session that is not finished.
#[derive(Debug)]
pub(crate) enum Pending {
    /// Their offer waits for our answer.
    Theirs { to: Target, cseq: u32, is_invite: bool, late: bool, asked: Asked },
    /// We answered their re-INVITE; its ACK is due. `late`: the ACK carries an answer to our offer.
    Unacked { cseq: u32, late: bool },
}

impl Session {
    pub(super) fn offered(
        &mut self,
        now: Instant,
        to: Target,
        request: Request,
        rng: &mut dyn Rng,
    ) -> Vec<Output> {
        let later = |rng: &mut dyn Rng| {
            // RFC 3261 14.2 and RFC 3311 5.2: a random time of at most ten seconds.
            vec![Output::refuse(to, 500).retry_after(Some(Duration::from_secs(rng.random_range(1..=10))))]
        };
        if self.phase == Phase::Early {
            return later(rng);
        }
        if self.refreshing {
            return vec![Output::refuse(to, 491)];
        }
        match self.pending {
            Some(Pending::Theirs { .. }) => return later(rng),
            Some(Pending::Unacked { late: true, .. }) => return vec![Output::refuse(to, 491)],
            Some(Pending::Unacked { .. }) | None => {}
        }
        if self.phase == Phase::Answered && self.opening.late_offer {
            return vec![Output::refuse(to, 491)];
        }
        if let Some(expires) = request.asked.expires
            && expires.interval < self.limits.min_se
        {
            return vec![Output::refuse(to, 422).with("Min-SE", self.limits.min_se.as_secs().to_string())];
        }
        let is_invite = request.method == Served::Invite;
        if !is_invite && request.body.is_none() {
            // A refresh without media.
            let mut headers = vec![("Allow", ALLOW.to_owned()), ("Supported", SUPPORTED.to_owned())];
            headers.extend(self.agree_timer(now, request.asked));
            return vec![Output::Respond { to, status: 200, reason: None, headers, sdp: None }];
        }
        let late = request.body.is_none();
        self.pending =
            Some(Pending::Theirs { to, cseq: request.cseq, is_invite, late, asked: request.asked });
        vec![Output::Tell(SipEvent::Reoffered { leg: self.leg, sdp: request.body })]
    }

    /// Starts or restarts the session timer; what the 2xx says about it.
    pub(super) fn agree_timer(&mut self, now: Instant, asked: Asked) -> Vec<(&'static str, String)> {
        let mut headers = Vec::new();
        let agreed = SessionTimer::agree(asked, self.limits.session_expires, self.limits.min_se, now);
        if let Some(timer) = agreed {
            headers.push(("Session-Expires", timer.header()));
            if asked.supported && !timer.we_refresh {
                headers.push(("Require", "timer".to_owned()));
            }
        }
        self.timer = agreed;
        self.refresh_again_at = None;
        self.probe_at = agreed.is_none().then(|| now + self.limits.probe_every);
        headers
    }

    pub(super) fn answer_offer(&mut self, now: Instant, sdp: String) -> Vec<Output> {
        let Some(Pending::Theirs { to, cseq, is_invite, late, asked }) = self.pending.take() else {
            return vec![];
        };
        let mut headers = vec![("Allow", ALLOW.to_owned()), ("Supported", SUPPORTED.to_owned())];
        headers.extend(self.agree_timer(now, asked));
        self.local_sdp = Some(sdp.clone());
        if is_invite {
            self.pending = Some(Pending::Unacked { cseq, late });
        }
        vec![Output::Respond { to, status: 200, reason: None, headers, sdp: Some(sdp) }]
    }

    pub(super) fn refuse_offer(&mut self, status: u16, retry_after: Option<Duration>) -> Vec<Output> {
        let Some(Pending::Theirs { to, .. }) = self.pending.take() else { return vec![] };
        let status = if (300..700).contains(&status) { status } else { 488 };
        vec![Output::refuse(to, status).retry_after(retry_after)]
    }

    /// The leg ends: an offer that still waits must not wait for ever.
    pub(super) fn drop_offer(&mut self) -> Vec<Output> {
        match self.pending.take() {
            Some(Pending::Theirs { to, .. }) => vec![Output::refuse(to, 487)],
            Some(Pending::Unacked { .. }) | None => vec![],
        }
    }

    /// The ACK of a re-INVITE, if it is one.
    pub(super) fn offer_acked(&mut self, cseq: u32, sdp: Option<&String>) -> Option<Vec<Output>> {
        match self.pending {
            Some(Pending::Unacked { cseq: expected, .. }) if expected == cseq => {
                self.pending = None;
                Some(vec![Output::Tell(SipEvent::Acked { leg: self.leg, sdp: sdp.cloned() })])
            }
            _ => None,
        }
    }

    /// Whether the re-INVITE that was never acknowledged is the one we answered.
    pub(super) fn offer_unacked(&self, cseq: u32) -> bool {
        matches!(self.pending, Some(Pending::Unacked { cseq: expected, .. }) if expected == cseq)
    }
}
