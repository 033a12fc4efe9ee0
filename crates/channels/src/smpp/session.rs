//! One session with an SMS centre: octets and requests in, octets and answers out. No clock, no socket.
//!
//! Time is the span since some moment that never moves, so that a clock that is set does not end sessions.

mod pending;

use super::frame::Frames;
use super::read::{Body, Deliver, Header, Incoming, read};
use super::{command, status, write};
use crate::link::SmppSettings;
use bytes::BytesMut;
use pending::{Pending, Waiting};
use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;
use write::Request;

/// Shortest pause after the centre said that it is busy.
const PAUSE_MIN: Duration = Duration::from_millis(100);
/// Longest such pause.
const PAUSE_MAX: Duration = Duration::from_secs(10);
/// How often the same part is handed over again to a busy centre before its message goes back to the queue.
const BUSY_MAX: u32 = 20;
/// How often after an answer that says that the centre has an error: that may be the message's fault.
const ERROR_MAX: u32 = 3;
/// Messages and receipts that wait to be stored before no more are read.
pub const ARRIVALS_MAX: usize = 1_000;

/// A part that shall be handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Whatever the shell knows it by.
    pub tag: u64,
    /// The frame.
    pub request: Request,
}

/// What the centre answered to a part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// It took it under this id; some centres give none.
    Taken(Option<String>),
    /// It refused it for good.
    Refused(u32),
    /// It was busy too often.
    Busy(u32),
    /// It did not answer, or the link was lost: it may have taken it.
    Unknown,
    /// It was never handed over.
    Returned,
}

/// What the shell does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The centre took our sign-in.
    Bound,
    /// A part has its answer. An answer after [`Answer::Unknown`] may still come.
    Answered {
        /// Which part.
        tag: u64,
        /// The answer.
        answer: Answer,
    },
    /// Store this, then [`Session::acknowledge`].
    Arrived {
        /// What to acknowledge.
        receipt: Arrival,
        /// What it says.
        deliver: Box<Deliver>,
    },
    /// What was put up with.
    Leniency(&'static str),
    /// Write what there is, close, and connect again.
    Close(String),
}

/// Something that came and waits to be acknowledged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrival {
    command: u32,
    sequence: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The sign-in is on its way.
    Binding,
    /// Messages may go.
    Bound,
    /// Over: what comes now is not read.
    Closed,
}

/// A session, from the moment the connection stands.
#[derive(Debug)]
pub struct Session {
    phase: Phase,
    window: usize,
    response: Duration,
    enquire: Duration,
    frames: Frames,
    out: BytesMut,
    sequence: u32,
    pending: Pending,
    /// Parts that wait for room or for a busy centre, the next first.
    held: VecDeque<Waiting>,
    paused_until: Duration,
    pause: Duration,
    heard_at: Duration,
    asked_at: Option<Duration>,
    arrivals: usize,
    began_at: Duration,
}

impl Session {
    /// A session that signs in.
    #[must_use]
    pub fn new(settings: &SmppSettings, password: &str, now: Duration) -> Self {
        let mut session = Self {
            phase: Phase::Binding,
            window: usize::from(settings.window),
            response: Duration::from_secs(settings.response_seconds.into()),
            enquire: Duration::from_secs(settings.enquire_seconds.into()),
            frames: Frames::default(),
            out: BytesMut::new(),
            sequence: 0,
            pending: Pending::default(),
            held: VecDeque::new(),
            paused_until: Duration::ZERO,
            pause: PAUSE_MIN,
            heard_at: now,
            asked_at: None,
            arrivals: 0,
            began_at: now,
        };
        let sequence = session.next_sequence();
        write::request(&write::bind(settings, password), sequence, &mut session.out);
        session
    }

    /// The same, as if this many requests had been sent: for tests of the wrap.
    #[doc(hidden)]
    pub fn set_sequence(&mut self, sequence: u32) {
        self.sequence = sequence;
    }

    /// What waits to be written; empty afterwards.
    pub fn take_output(&mut self) -> BytesMut {
        self.out.split()
    }

    /// Whether the centre took our sign-in.
    #[must_use]
    pub fn is_bound(&self) -> bool {
        self.phase == Phase::Bound
    }

    /// How many parts may be handed over now.
    #[must_use]
    pub fn room(&self, now: Duration) -> usize {
        if self.phase != Phase::Bound || now < self.paused_until {
            return 0;
        }
        self.window.saturating_sub(self.pending.len() + self.held.len())
    }

    /// Parts without an answer.
    #[must_use]
    pub fn pending(&self) -> usize {
        self.pending.len() + self.held.len()
    }

    /// Whether so much waits to be stored that nothing more should be read.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.arrivals >= ARRIVALS_MAX
    }

    /// Until when the centre is left alone, if it said that it is busy.
    #[must_use]
    pub fn paused(&self, now: Duration) -> Option<Duration> {
        (now < self.paused_until).then_some(self.paused_until)
    }

    /// A part to hand over.
    pub fn submit(&mut self, now: Duration, submission: Submission) {
        self.held.push_back(Waiting { submission, tries: 0 });
        self.hand_over(now);
    }

    /// The shell stored an arrival, or could not (`stored` false: the centre sends it again).
    pub fn acknowledge(&mut self, arrival: Arrival, stored: bool) {
        self.arrivals = self.arrivals.saturating_sub(1);
        let status = if stored { status::OK } else { status::SYSTEM_ERROR };
        write::deliver_answer(arrival.command, status, arrival.sequence, &mut self.out);
    }

    /// Octets came.
    pub fn receive(&mut self, now: Duration, octets: &[u8], effects: &mut Vec<Effect>) {
        self.heard_at = now;
        self.frames.push(octets);
        while self.phase != Phase::Closed {
            match self.frames.next_frame() {
                Ok(Some(frame)) => self.take(now, read(&frame), effects),
                Ok(None) => break,
                Err(bad) => {
                    write::bare(command::GENERIC_NACK, 0x02, 0, &mut self.out);
                    self.close(bad.to_string(), effects);
                }
            }
        }
        self.hand_over(now);
        self.check();
    }

    /// Time passed.
    pub fn tick(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        for tag in self.pending.time_out(now.saturating_sub(self.response)) {
            effects.push(Effect::Answered { tag, answer: Answer::Unknown });
        }
        match self.phase {
            Phase::Binding if now >= self.began_at + self.response => {
                self.close("the centre did not answer the sign-in".to_owned(), effects);
            }
            Phase::Bound => self.enquire(now, effects),
            Phase::Binding | Phase::Closed => {}
        }
        self.hand_over(now);
        self.check();
    }

    /// Asks to end the session; the centre's answer closes it.
    pub fn unbind(&mut self) {
        let sequence = self.next_sequence();
        write::bare(command::UNBIND, status::OK, sequence, &mut self.out);
        self.phase = Phase::Closed;
    }

    /// The connection is gone: parts on their way are unknown, the others go back.
    pub fn lost(&mut self, effects: &mut Vec<Effect>) {
        self.phase = Phase::Closed;
        for tag in self.pending.take_all() {
            effects.push(Effect::Answered { tag, answer: Answer::Unknown });
        }
        for waiting in self.held.drain(..) {
            effects.push(Effect::Answered { tag: waiting.submission.tag, answer: Answer::Returned });
        }
    }

    fn enquire(&mut self, now: Duration, effects: &mut Vec<Effect>) {
        if let Some(asked_at) = self.asked_at {
            if self.heard_at >= asked_at {
                self.asked_at = None; // whatever came shows that the link lives
            } else if now >= asked_at + self.response {
                return self.close("the centre did not answer a test of the link".to_owned(), effects);
            }
        }
        if self.asked_at.is_none() && now >= self.heard_at + self.enquire {
            let sequence = self.next_sequence();
            write::bare(command::ENQUIRE_LINK, status::OK, sequence, &mut self.out);
            self.asked_at = Some(now);
        }
    }

    fn take(&mut self, now: Duration, incoming: Incoming, effects: &mut Vec<Effect>) {
        let Incoming { header, body, leniencies } = incoming;
        effects.extend(leniencies.into_iter().map(Effect::Leniency));
        match body {
            Body::BindAnswer => self.bind_answer(header, effects),
            Body::SubmitAnswer(id) => self.answer(now, header, id, effects),
            Body::Deliver(deliver) => self.arrive(header, deliver, effects),
            Body::EnquireLink => {
                let answer = command::ENQUIRE_LINK | command::RESPONSE;
                write::bare(answer, status::OK, header.sequence, &mut self.out);
            }
            Body::Unbind => {
                let answer = command::UNBIND | command::RESPONSE;
                write::bare(answer, status::OK, header.sequence, &mut self.out);
                self.close("the centre ended the session".to_owned(), effects);
            }
            Body::UnbindAnswer => self.close("the session was ended".to_owned(), effects),
            Body::Nack => self.nack(now, header, effects),
            Body::EnquireLinkAnswer | Body::Notice => {}
            Body::OtherRequest => {
                effects.push(Effect::Leniency("unknown_operation"));
                let status = status::UNKNOWN_COMMAND;
                write::bare(command::GENERIC_NACK, status, header.sequence, &mut self.out);
            }
            Body::OtherAnswer => effects.push(Effect::Leniency("answer_to_nothing")),
        }
    }

    fn bind_answer(&mut self, header: Header, effects: &mut Vec<Effect>) {
        match (self.phase, header.status) {
            (Phase::Binding, status::OK) => {
                self.phase = Phase::Bound;
                effects.push(Effect::Bound);
            }
            (Phase::Binding, refused) => {
                self.close(format!("the centre refused the sign-in: {}", status::words(refused)), effects);
            }
            (Phase::Bound | Phase::Closed, _) => effects.push(Effect::Leniency("answer_to_nothing")),
        }
    }

    fn nack(&mut self, now: Duration, header: Header, effects: &mut Vec<Effect>) {
        if self.phase == Phase::Binding {
            let words = status::words(header.status);
            return self.close(format!("the centre could not read the sign-in: {words}"), effects);
        }
        // Sequence 0 is of no request: that one waits for its time to be over.
        let status = if header.status == status::OK { status::UNKNOWN_COMMAND } else { header.status };
        self.answer(now, Header { status, ..header }, None, effects);
    }

    fn answer(&mut self, now: Duration, header: Header, id: Option<String>, effects: &mut Vec<Effect>) {
        if let Some(tag) = self.pending.late(header.sequence) {
            effects.push(Effect::Leniency("late_answer"));
            if header.status == status::OK {
                effects.push(Effect::Answered { tag, answer: Answer::Taken(id) });
            }
            return;
        }
        let Some(mut waiting) = self.pending.take(header.sequence) else {
            effects.push(Effect::Leniency("answer_to_nothing"));
            return;
        };
        let tag = waiting.submission.tag;
        if header.status == status::OK {
            self.pause = PAUSE_MIN;
            effects.push(Effect::Answered { tag, answer: Answer::Taken(id) });
        } else if status::is_busy(header.status) {
            waiting.tries += 1;
            let most = if header.status == status::SYSTEM_ERROR { ERROR_MAX } else { BUSY_MAX };
            self.slow_down(now);
            if waiting.tries >= most {
                effects.push(Effect::Answered { tag, answer: Answer::Busy(header.status) });
            } else {
                self.hold(waiting);
            }
        } else {
            effects.push(Effect::Answered { tag, answer: Answer::Refused(header.status) });
        }
    }

    /// Back into line where it stood, so that the order of messages is kept.
    fn hold(&mut self, waiting: Waiting) {
        let place = self.held.partition_point(|other| other.submission.tag < waiting.submission.tag);
        self.held.insert(place, waiting);
    }

    fn slow_down(&mut self, now: Duration) {
        if now >= self.paused_until {
            self.paused_until = now + self.pause;
            self.pause = (self.pause * 2).min(PAUSE_MAX);
        }
    }

    fn arrive(&mut self, header: Header, deliver: Box<Deliver>, effects: &mut Vec<Effect>) {
        if self.phase != Phase::Bound {
            effects.push(Effect::Leniency("message_before_sign_in"));
            let out = &mut self.out;
            write::deliver_answer(header.command, status::WRONG_STATE, header.sequence, out);
            return;
        }
        self.arrivals += 1;
        let receipt = Arrival { command: header.command, sequence: header.sequence };
        effects.push(Effect::Arrived { receipt, deliver });
    }

    fn hand_over(&mut self, now: Duration) {
        while self.phase == Phase::Bound && now >= self.paused_until && self.pending.len() < self.window {
            let Some(waiting) = self.held.pop_front() else { return };
            let sequence = self.next_sequence();
            write::request(&waiting.submission.request, sequence, &mut self.out);
            self.pending.insert(sequence, now, waiting);
        }
    }

    fn close(&mut self, why: String, effects: &mut Vec<Effect>) {
        self.phase = Phase::Closed;
        effects.push(Effect::Close(why));
    }

    /// The next number; after the last comes 1 (SMPP 3.4, 3.2). One that is still in use is passed over.
    fn next_sequence(&mut self) -> u32 {
        loop {
            self.sequence = if self.sequence >= 0x7fff_ffff { 1 } else { self.sequence + 1 };
            if !self.pending.knows(self.sequence) {
                return self.sequence;
            }
        }
    }

    /// What always holds.
    fn check(&self) {
        debug_assert!(self.pending.len() <= self.window, "window_kept");
        let mut order = BTreeMap::new();
        debug_assert!(
            self.held.iter().all(|waiting| order.insert(waiting.submission.tag, ()).is_none()),
            "each_part_once"
        );
    }
}
