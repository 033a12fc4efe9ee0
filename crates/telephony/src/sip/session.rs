//! One leg as a pure machine: RFC 3261 13-15 for the called side, RFC 3262, RFC 3311, RFC 4028.
//!
//! `step` takes what happened and says what to send and what to tell the call. It knows no socket and no clock.

mod offer;
mod provisional;
mod refresh;
mod types;

pub(crate) use types::{Input, Limits, Opening, OurRequest, Output, Request, Target};

use super::check::Served;
use super::event::{EndCause, SipCommand, SipEvent};
use super::info::digit;
use super::reply::{ALLOW, SUPPORTED};
use super::session_timer::SessionTimer;
use base::id::LegId;
use offer::Pending;
use provisional::Reliable;
use rand::{Rng, RngExt as _};
use std::time::Instant;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// No final answer yet.
    Early,
    /// 200 sent, no ACK yet.
    Answered,
    /// ACK received.
    Confirmed,
    /// Our BYE is on its way.
    Ending,
    /// Nothing more will happen.
    Over,
}

/// One leg.
#[derive(Debug)]
pub(crate) struct Session {
    leg: LegId,
    limits: Limits,
    opening: Opening,
    phase: Phase,
    reliable: Reliable,
    /// 200 that waits until a reliable 1xx is acknowledged.
    held_answer: Option<String>,
    /// BYE that waits for the ACK (RFC 3261 15).
    bye_wanted: Option<Option<String>>,
    pending: Option<Pending>,
    local_sdp: Option<String>,
    timer: Option<SessionTimer>,
    /// Our own UPDATE or re-INVITE is on its way.
    refreshing: bool,
    refresh_again_at: Option<Instant>,
    probing: bool,
    probe_at: Option<Instant>,
    remote_cseq: u32,
    ends_at: Instant,
}

impl Session {
    pub(crate) fn new(leg: LegId, opening: Opening, limits: Limits, now: Instant, rng: &mut dyn Rng) -> Self {
        let first_rseq = rng.random_range(1..1_000_000);
        Self {
            leg,
            reliable: Reliable::new(opening.requires_reliable, first_rseq),
            remote_cseq: opening.cseq,
            phase: Phase::Early,
            held_answer: None,
            bye_wanted: None,
            pending: None,
            local_sdp: None,
            timer: None,
            refreshing: false,
            refresh_again_at: None,
            probing: false,
            probe_at: None,
            ends_at: now + limits.setup_max,
            limits,
            opening,
        }
    }

    pub(crate) fn is_over(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Whether the INVITE still waits for its final answer.
    #[cfg(test)]
    pub(crate) fn is_unanswered(&self) -> bool {
        self.phase == Phase::Early
    }

    /// When to step with [`Input::Tick`] at the latest.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        // The transaction of our 200 or BYE has timers of its own.
        if matches!(self.phase, Phase::Answered | Phase::Ending | Phase::Over) {
            return None;
        }
        let timer =
            self.timer.map(|timer| timer.deadline(self.refreshing || self.refresh_again_at.is_some()));
        // A probe that is on its way ends by its answer or by the timeout of its transaction.
        let probe = self.probe_at.filter(|_| !self.probing);
        [Some(self.ends_at), timer, self.reliable.deadline(), probe, self.refresh_again_at]
            .into_iter()
            .flatten()
            .min()
    }

    pub(crate) fn step(&mut self, now: Instant, input: Input, rng: &mut dyn Rng) -> Vec<Output> {
        if self.phase == Phase::Over {
            return self.after_the_end(input);
        }
        match input {
            Input::Command(command) => self.command(now, command),
            Input::Acked { cseq, sdp } => self.acked(cseq, sdp),
            Input::Cancelled => self.cancelled(),
            Input::NoAck { cseq } => self.no_ack(cseq),
            Input::Request(request) => self.request(now, request, rng),
            Input::Response { to, status, expires } => self.response(now, to, status, expires, rng),
            Input::Tick => self.tick(now),
            Input::ShutDown => self.shut_down(),
        }
    }

    fn after_the_end(&self, input: Input) -> Vec<Output> {
        match input {
            Input::Request(request) => vec![Output::refuse(Target::Request(request.id), 481)],
            _ => vec![],
        }
    }

    fn command(&mut self, now: Instant, command: SipCommand) -> Vec<Output> {
        match (self.phase, command) {
            (Phase::Early, SipCommand::Ringing { .. }) => self.reliable.say(180, None, now, self.limits.t1),
            (Phase::Early, SipCommand::Progress { sdp, .. }) => {
                self.local_sdp = Some(sdp.clone());
                self.reliable.say(183, Some(sdp), now, self.limits.t1)
            }
            (Phase::Early, SipCommand::Answer { sdp, .. }) => {
                if self.reliable.is_waiting() {
                    self.held_answer = Some(sdp);
                    return vec![];
                }
                self.answer(now, sdp)
            }
            (Phase::Early, SipCommand::Reject { status, reason, retry_after, .. }) => {
                self.phase = Phase::Over;
                let status = if (300..700).contains(&status) { status } else { 480 };
                vec![Output::refuse(Target::Invite, status).because(reason).retry_after(retry_after)]
            }
            (Phase::Early, SipCommand::Bye { .. }) => {
                self.phase = Phase::Over;
                vec![Output::refuse(Target::Invite, 480)]
            }
            (Phase::Answered, SipCommand::Bye { cause, .. }) => {
                self.bye_wanted = Some(cause);
                vec![]
            }
            (Phase::Confirmed, SipCommand::Bye { cause, .. }) => self.hang_up(cause),
            (Phase::Answered | Phase::Confirmed, SipCommand::AnswerReoffer { sdp, .. }) => {
                self.answer_offer(now, sdp)
            }
            (Phase::Answered | Phase::Confirmed, SipCommand::RejectReoffer { status, retry_after, .. }) => {
                self.refuse_offer(status, retry_after)
            }
            // Late: the leg moved on while the command was under way.
            (_, _) => vec![],
        }
    }

    fn answer(&mut self, now: Instant, sdp: String) -> Vec<Output> {
        self.phase = Phase::Answered;
        self.ends_at = now + self.limits.call_length_max;
        self.local_sdp = Some(sdp.clone());
        let mut headers = vec![("Allow", ALLOW.to_owned()), ("Supported", SUPPORTED.to_owned())];
        headers.extend(self.agree_timer(now, self.opening.asked));
        self.reliable.stop();
        vec![Output::Respond { to: Target::Invite, status: 200, reason: None, headers, sdp: Some(sdp) }]
    }

    /// Sends BYE and tells nobody: the call asked for it.
    fn hang_up(&mut self, reason: Option<String>) -> Vec<Output> {
        self.phase = Phase::Ending;
        let mut outputs = self.drop_offer();
        outputs.push(Output::Send(OurRequest::Bye { reason }));
        outputs
    }

    fn end(&mut self, cause: EndCause, reason: &str) -> Vec<Output> {
        let told = self.bye_wanted.is_some();
        let mut outputs = self.hang_up(Some(reason.to_owned()));
        if !told {
            outputs.push(Output::Tell(SipEvent::HungUp { leg: self.leg, cause }));
        }
        outputs
    }

    fn fail(&mut self, cause: EndCause, status: u16) -> Vec<Output> {
        self.phase = Phase::Over;
        vec![Output::refuse(Target::Invite, status), Output::Tell(SipEvent::Failed { leg: self.leg, cause })]
    }

    fn acked(&mut self, cseq: u32, sdp: Option<String>) -> Vec<Output> {
        if let Some(outputs) = self.offer_acked(cseq, sdp.as_ref()) {
            return outputs;
        }
        if self.phase != Phase::Answered || cseq != self.opening.cseq {
            return vec![];
        }
        self.phase = Phase::Confirmed;
        match self.bye_wanted.take() {
            Some(reason) => self.hang_up(reason),
            None => vec![Output::Tell(SipEvent::Acked { leg: self.leg, sdp })],
        }
    }

    fn cancelled(&mut self) -> Vec<Output> {
        // RFC 3261 9.2: a CANCEL that crosses the final answer changes nothing.
        if self.phase != Phase::Early {
            return vec![];
        }
        self.phase = Phase::Over;
        vec![Output::refuse(Target::Invite, 487), Output::Tell(SipEvent::Cancelled { leg: self.leg })]
    }

    fn no_ack(&mut self, cseq: u32) -> Vec<Output> {
        let lost = match self.phase {
            Phase::Answered => cseq == self.opening.cseq,
            Phase::Confirmed => self.offer_unacked(cseq),
            _ => false,
        };
        if lost { self.end(EndCause::NoAck, "SIP;cause=408;text=\"no ACK\"") } else { vec![] }
    }

    fn request(&mut self, now: Instant, request: Request, rng: &mut dyn Rng) -> Vec<Output> {
        let to = Target::Request(request.id);
        // RFC 3261 12.2.2.
        if request.cseq < self.remote_cseq {
            return vec![Output::refuse(to, 500).retry_after(None)];
        }
        self.remote_cseq = request.cseq;
        if self.phase == Phase::Ending {
            return match request.method {
                Served::Bye => vec![Output::accept(to)],
                _ => vec![Output::refuse(to, 481)],
            };
        }
        self.probe_at = self.probe_at.map(|_| now + self.limits.probe_every);
        match request.method {
            Served::Bye => self.far_bye(to, request.reason),
            Served::Info => self.info(to, &request),
            Served::Prack => self.prack(now, to, &request),
            Served::Invite | Served::Update => self.offered(now, to, request, rng),
            Served::Options => vec![Output::Respond {
                to,
                status: 200,
                reason: None,
                headers: vec![("Allow", ALLOW.to_owned()), ("Supported", SUPPORTED.to_owned())],
                sdp: None,
            }],
            Served::Ack | Served::Cancel => vec![],
        }
    }

    fn far_bye(&mut self, to: Target, reason: Option<String>) -> Vec<Output> {
        let mut outputs = vec![Output::accept(to)];
        outputs.extend(self.drop_offer());
        let event = match self.phase {
            // RFC 3261 15.1.2: a BYE in an early dialog ends the INVITE as well.
            Phase::Early => {
                outputs.push(Output::refuse(Target::Invite, 487));
                SipEvent::Cancelled { leg: self.leg }
            }
            _ => SipEvent::HungUp { leg: self.leg, cause: EndCause::Peer(reason) },
        };
        if self.bye_wanted.is_none() {
            outputs.push(Output::Tell(event));
        }
        self.phase = Phase::Over;
        outputs
    }

    fn info(&self, to: Target, request: &Request) -> Vec<Output> {
        let mut outputs = vec![Output::accept(to)];
        if let Some((digit, duration)) = digit(request.content_type.as_deref(), request.body.as_deref()) {
            outputs.push(Output::Tell(SipEvent::Digit { leg: self.leg, digit, duration }));
        }
        outputs
    }

    fn prack(&mut self, now: Instant, to: Target, request: &Request) -> Vec<Output> {
        if !self.reliable.confirm(request.rack, self.opening.cseq) {
            return vec![Output::refuse(to, 481)];
        }
        let mut outputs = vec![Output::accept(to)];
        outputs.extend(self.reliable.next(now, self.limits.t1));
        if !self.reliable.is_waiting()
            && self.phase == Phase::Early
            && let Some(sdp) = self.held_answer.take()
        {
            outputs.extend(self.answer(now, sdp));
        }
        outputs
    }

    fn tick(&mut self, now: Instant) -> Vec<Output> {
        match self.phase {
            Phase::Early => match self.reliable.tick(now, self.limits.t1) {
                provisional::Tick::GiveUp => self.fail(EndCause::NoPrack, 504),
                provisional::Tick::Again(output) => vec![*output],
                provisional::Tick::Nothing if now >= self.ends_at => self.fail(EndCause::TooLong, 480),
                provisional::Tick::Nothing => vec![],
            },
            Phase::Confirmed if now >= self.ends_at => {
                self.end(EndCause::TooLong, "Q.850;cause=16;text=\"longest call reached\"")
            }
            Phase::Confirmed => self.keep_alive(now),
            Phase::Answered | Phase::Ending | Phase::Over => vec![],
        }
    }

    fn shut_down(&mut self) -> Vec<Output> {
        match self.phase {
            Phase::Early => self.fail(EndCause::ShutDown, 503),
            Phase::Answered | Phase::Confirmed => {
                self.phase = Phase::Confirmed;
                self.end(EndCause::ShutDown, "Q.850;cause=41;text=\"shutting down\"")
            }
            Phase::Ending | Phase::Over => vec![],
        }
    }
}

#[cfg(test)]
mod tests;
