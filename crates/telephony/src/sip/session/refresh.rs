//! Keeping the session alive, and noticing that it is dead.

use super::super::event::{EndCause, SipEvent};
use super::super::session_timer::{Due, Expires};
use super::types::{OurRequest, Output};
use super::{Phase, Session};
use rand::{Rng, RngExt as _};
use std::time::{Duration, Instant};

impl Session {
    pub(super) fn keep_alive(&mut self, now: Instant) -> Vec<Output> {
        let waiting = self.refreshing || self.refresh_again_at.is_some_and(|at| now < at);
        match self.timer.and_then(|timer| timer.due(now, waiting)) {
            Some(Due::Expired) => {
                return self.end(EndCause::SessionExpired, "SIP;cause=408;text=\"session expired\"");
            }
            Some(Due::Refresh) => return self.refresh(now),
            None => {}
        }
        if self.probe_at.is_some_and(|at| now >= at) && !self.probing {
            self.probing = true;
            self.probe_at = Some(now + self.limits.probe_every);
            return vec![Output::Send(OurRequest::Probe)];
        }
        vec![]
    }

    fn refresh(&mut self, now: Instant) -> Vec<Output> {
        // An offer of theirs refreshes as well; ours would only collide with it.
        if self.pending.is_some() {
            self.refresh_again_at = Some(now + Duration::from_secs(2));
            return vec![];
        }
        let Some(timer) = self.timer else { return vec![] };
        let expires = timer.refresh_header();
        let request = match &self.local_sdp {
            Some(sdp) if !self.opening.allows_update => OurRequest::Reinvite { expires, sdp: sdp.clone() },
            _ => OurRequest::Update { expires },
        };
        self.refreshing = true;
        self.refresh_again_at = None;
        vec![Output::Send(request)]
    }

    pub(super) fn response(
        &mut self,
        now: Instant,
        to: OurRequest,
        status: u16,
        expires: Option<Expires>,
        rng: &mut dyn Rng,
    ) -> Vec<Output> {
        if matches!(to, OurRequest::Bye { .. }) {
            self.phase = Phase::Over;
            return vec![];
        }
        self.probing = self.probing && !matches!(to, OurRequest::Probe);
        let was_refresh = matches!(to, OurRequest::Update { .. } | OurRequest::Reinvite { .. });
        if was_refresh {
            self.refreshing = false;
        }
        if self.phase == Phase::Ending {
            return vec![];
        }
        match status {
            200..=299 if was_refresh => {
                match (self.timer.as_mut(), expires) {
                    (Some(timer), Some(expires)) => {
                        timer.interval = expires.interval.max(self.limits.min_se);
                        timer.we_refresh = expires.by_sender != Some(false);
                        timer.refreshed(now);
                    }
                    // RFC 4028 7.2: a 2xx without the header ends the timer, not the call.
                    (_, None) => {
                        self.timer = None;
                        self.probe_at = Some(now + self.limits.probe_every);
                    }
                    (None, Some(_)) => {}
                }
                vec![]
            }
            // RFC 3261 12.2.1.2: the dialog is gone.
            408 | 481 => {
                let mut outputs = self.hang_up(None);
                outputs.push(Output::Tell(SipEvent::HungUp { leg: self.leg, cause: EndCause::PeerGone }));
                outputs
            }
            // RFC 3261 14.1: we did not make the Call-ID, so we come back within two seconds.
            491 if was_refresh => {
                self.refresh_again_at = Some(now + Duration::from_millis(rng.random_range(0..2000)));
                vec![]
            }
            422.. if was_refresh => {
                self.refresh_again_at = Some(now + Duration::from_secs(10));
                vec![]
            }
            _ => vec![],
        }
    }
}
