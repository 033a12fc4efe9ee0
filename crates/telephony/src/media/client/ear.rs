//! What a telephone hears, measured.

use std::collections::{BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use super::tone;
use crate::media::dtmf::{Collector, Payload};
use crate::media::g711::G711;
use crate::media::rtp::{Header, Inbound};

/// Samples kept for measuring: a second.
const KEPT: usize = 8_000;

/// Samples that a tone is looked for in: the last 200 ms.
const MEASURED: usize = 1_600;

/// Figures of what was heard.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// Audio packets.
    pub packets: u64,
    /// Packets missing between the first and the last.
    pub lost: i64,
    /// Streams: one, if the other side does its work.
    pub streams: usize,
    /// Packets whose number grew while their time did not.
    pub backwards: u64,
    /// Packets that begin a talkspurt.
    pub markers: u64,
    /// Media time between the first and the last packet.
    pub media_time: Duration,
    /// Clock time between the same.
    pub clock_time: Duration,
    /// Keys pressed.
    pub digits: String,
}

/// An ear.
#[derive(Debug, Default)]
pub struct Ear {
    inbound: Option<Inbound>,
    streams: BTreeSet<u32>,
    digits: Collector,
    recent: VecDeque<i16>,
    first: Option<(Instant, i64)>,
    last: Option<(i64, i64)>,
    heard: Heard,
}

impl Ear {
    /// A packet of audio.
    pub fn hear(&mut self, now: Instant, header: &Header, codec: G711, payload: &[u8]) {
        let (sequence, time) = self.count(now, header);
        self.heard.packets += 1;
        self.heard.markers += u64::from(header.marker);
        if let Some((before, at)) = self.last
            && sequence > before
            && time <= at
        {
            self.heard.backwards += 1;
        }
        let (start, from) = *self.first.get_or_insert((now, time));
        self.last = Some((sequence, time));
        let samples = u64::try_from(time - from).unwrap_or(0);
        self.heard.media_time = Duration::from_micros(samples * 125);
        self.heard.clock_time = now.saturating_duration_since(start);
        let mut linear = Vec::new();
        codec.decode(payload, &mut linear);
        self.recent.extend(linear);
        self.recent.drain(..self.recent.len().saturating_sub(KEPT));
    }

    /// A telephone event.
    pub fn feel(&mut self, now: Instant, header: &Header, payload: &[u8]) {
        let (_, time) = self.count(now, header);
        if let Some(event) = Payload::parse(payload) {
            self.digits.receive(now, header.ssrc, time, event);
        }
    }

    fn count(&mut self, now: Instant, header: &Header) -> (i64, i64) {
        self.streams.insert(header.ssrc);
        let inbound = match &mut self.inbound {
            Some(inbound) if inbound.ssrc == header.ssrc => inbound,
            other => other.insert(Inbound::new(now, header)),
        };
        inbound.count(now, header)
    }

    /// The figures so far.
    pub fn heard(&mut self, now: Instant) -> Heard {
        self.digits.tick(now);
        while let Some(pressed) = self.digits.poll() {
            self.heard.digits.push(pressed.digit);
        }
        self.heard.streams = self.streams.len();
        self.heard.lost = self.inbound.as_ref().map_or(0, |inbound| inbound.totals().lost);
        self.heard.clone()
    }

    /// The share of the last 200 ms that is a tone of `frequency`, 0 to 1.
    #[must_use]
    pub fn share(&self, frequency: f32) -> f32 {
        if self.recent.len() < MEASURED {
            return 0.0;
        }
        let last: Vec<i16> = self.recent.iter().skip(self.recent.len() - MEASURED).copied().collect();
        tone::share(&last, frequency)
    }

    /// Forgets the sound heard so far, but not the figures.
    pub fn forget(&mut self) {
        self.recent.clear();
    }

    /// The loudest of the last 200 ms; `None` when less was heard.
    #[must_use]
    pub fn peak(&self) -> Option<u16> {
        let from = self.recent.len().checked_sub(MEASURED)?;
        self.recent.iter().skip(from).map(|sample| sample.unsigned_abs()).max()
    }
}
