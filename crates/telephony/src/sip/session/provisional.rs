//! Provisional answers, reliable when the peer requires it (RFC 3262).

use super::types::{Output, Target};
use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// Provisional answers that wait for an earlier one; more are not worth sending.
const WAITING_MAX: usize = 8;

#[derive(Debug)]
struct Unconfirmed {
    rseq: u32,
    output: Output,
    interval: Duration,
    next_at: Instant,
    give_up_at: Instant,
}

/// The reliable part of an early dialog.
#[derive(Debug)]
pub(crate) struct Reliable {
    required: bool,
    next_rseq: u32,
    unconfirmed: Option<Unconfirmed>,
    waiting: VecDeque<(u16, Option<String>)>,
}

/// What a tick brings.
pub(crate) enum Tick {
    Nothing,
    Again(Box<Output>),
    GiveUp,
}

impl Reliable {
    pub(crate) fn new(required: bool, first_rseq: u32) -> Self {
        Self { required, next_rseq: first_rseq, unconfirmed: None, waiting: VecDeque::new() }
    }

    /// Whether a PRACK is still due.
    pub(crate) fn is_waiting(&self) -> bool {
        self.unconfirmed.is_some()
    }

    /// The INVITE is answered: nothing provisional matters any more.
    pub(crate) fn stop(&mut self) {
        self.unconfirmed = None;
        self.waiting.clear();
    }

    pub(crate) fn deadline(&self) -> Option<Instant> {
        self.unconfirmed.as_ref().map(|sent| sent.next_at.min(sent.give_up_at))
    }

    /// Sends a provisional answer, now or when the one before it is confirmed.
    pub(crate) fn say(
        &mut self,
        status: u16,
        sdp: Option<String>,
        now: Instant,
        t1: Duration,
    ) -> Vec<Output> {
        let output = Output::Respond {
            to: Target::Invite,
            status,
            reason: None,
            headers: Vec::new(),
            sdp: sdp.clone(),
        };
        if !self.required {
            return vec![output];
        }
        // RFC 3262 3: the second reliable answer waits for the PRACK of the first.
        if self.unconfirmed.is_some() {
            if self.waiting.len() < WAITING_MAX {
                self.waiting.push_back((status, sdp));
            }
            return vec![];
        }
        let rseq = self.next_rseq;
        self.next_rseq = self.next_rseq.wrapping_add(1).max(1);
        let output = output.with("Require", "100rel".to_owned()).with("RSeq", rseq.to_string());
        self.unconfirmed = Some(Unconfirmed {
            rseq,
            output: output.clone(),
            interval: t1,
            next_at: now + t1,
            give_up_at: now + t1 * 64,
        });
        vec![output]
    }

    /// Whether this RAck confirms what we wait for.
    pub(crate) fn confirm(&mut self, rack: Option<(u32, u32)>, cseq: u32) -> bool {
        let matches = self.unconfirmed.as_ref().is_some_and(|sent| rack == Some((sent.rseq, cseq)));
        if matches {
            self.unconfirmed = None;
        }
        matches
    }

    /// After a PRACK: the next one in line.
    pub(crate) fn next(&mut self, now: Instant, t1: Duration) -> Vec<Output> {
        match self.waiting.pop_front() {
            Some((status, sdp)) => self.say(status, sdp, now, t1),
            None => vec![],
        }
    }

    pub(crate) fn tick(&mut self, now: Instant, _t1: Duration) -> Tick {
        let Some(sent) = self.unconfirmed.as_mut() else { return Tick::Nothing };
        if now >= sent.give_up_at {
            return Tick::GiveUp;
        }
        if now < sent.next_at {
            return Tick::Nothing;
        }
        // RFC 3262 3: doubles without a ceiling.
        sent.interval *= 2;
        sent.next_at = now + sent.interval;
        Tick::Again(Box::new(sent.output.clone()))
    }
}
