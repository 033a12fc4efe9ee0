//! Digits: telephone events in RTP (RFC 4733), and the same digit arriving by two ways at once.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// After this time without a packet of an event its end is taken for lost.
pub const END_LOST_AFTER: Duration = Duration::from_millis(200);

/// A digit by INFO and the same digit by RTP within this time are one key press.
pub const SAME_PRESS_WITHIN: Duration = Duration::from_millis(400);

/// How often the last packet of an event is sent (RFC 4733, section 2.5.1.4).
pub const END_PACKETS: u8 = 3;

/// Samples of one segment of a long event: its duration field is full (RFC 4733, section 2.5.1.3).
const SEGMENT_MAX: u16 = u16::MAX;

/// The digit of an event code; `None` for tones that are not keys (RFC 4733, table 3).
#[must_use]
pub fn digit(event: u8) -> Option<char> {
    "0123456789*#ABCD".chars().nth(usize::from(event))
}

/// The event code of a digit, in any case.
#[must_use]
pub fn event(digit: char) -> Option<u8> {
    let digit = digit.to_ascii_uppercase();
    (0..16).find(|code| self::digit(*code) == Some(digit))
}

/// A key that was pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pressed {
    /// `0`-`9`, `*`, `#`, `A`-`D`.
    pub digit: char,
    /// How long it was held.
    pub duration: Duration,
}

/// The four octets of a telephone event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Event code.
    pub event: u8,
    /// Whether this is the end of the event.
    pub end: bool,
    /// Duration so far, in samples.
    pub duration: u16,
}

impl Payload {
    /// Reads the first event of a payload.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let [event, flags, d0, d1] = *bytes.first_chunk::<4>()?;
        Some(Self { event, end: flags & 0x80 != 0, duration: u16::from_be_bytes([d0, d1]) })
    }

    /// The four octets, with the usual volume of -10 dBm0.
    #[must_use]
    pub fn octets(self) -> [u8; 4] {
        let [d0, d1] = self.duration.to_be_bytes();
        [self.event, if self.end { 0x80 } else { 0 } | 10, d0, d1]
    }
}

#[derive(Clone, Copy, Debug)]
struct Active {
    ssrc: u32,
    time: i64,
    event: u8,
    before: u32,
    duration: u16,
    heard: Instant,
}

/// Collects the packets of events into key presses. An event is known by its stream and timestamp:
/// the marker may be lost, and the end comes three times.
#[derive(Clone, Debug, Default)]
pub struct Collector {
    active: Option<Active>,
    finished: Option<(u32, i64)>,
    pressed: VecDeque<Pressed>,
}

impl Collector {
    /// Takes in a packet with the extended timestamp `time`.
    pub fn receive(&mut self, now: Instant, ssrc: u32, time: i64, payload: Payload) {
        if self.finished.is_some_and(|(stream, until)| stream == ssrc && time <= until) {
            return; // the second and third end, or a straggler
        }
        match self.active {
            Some(active) if active.ssrc == ssrc && active.time == time => {
                let duration = active.duration.max(payload.duration);
                self.active = Some(Active { duration, heard: now, ..active });
            }
            Some(active) if active.ssrc == ssrc && time < active.time => return,
            Some(active) if continues(&active, ssrc, time, payload.event) => {
                let before = active.before + u32::from(SEGMENT_MAX);
                self.active = Some(Active { time, before, duration: payload.duration, heard: now, ..active });
            }
            Some(_) => {
                self.finish();
                self.active = Some(start(now, ssrc, time, payload));
            }
            None => self.active = Some(start(now, ssrc, time, payload)),
        }
        if payload.end {
            self.finish();
        }
    }

    /// Ends an event whose last packets were lost.
    pub fn tick(&mut self, now: Instant) {
        if self.active.is_some_and(|active| now.saturating_duration_since(active.heard) >= END_LOST_AFTER) {
            self.finish();
        }
    }

    /// The next key press.
    pub fn poll(&mut self) -> Option<Pressed> {
        self.pressed.pop_front()
    }

    fn finish(&mut self) {
        let Some(active) = self.active.take() else { return };
        self.finished = Some((active.ssrc, active.time));
        if let Some(digit) = digit(active.event) {
            let samples = u64::from(active.before) + u64::from(active.duration);
            self.pressed.push_back(Pressed { digit, duration: Duration::from_micros(samples * 125) });
        }
    }
}

fn start(now: Instant, ssrc: u32, time: i64, payload: Payload) -> Active {
    Active { ssrc, time, event: payload.event, before: 0, duration: payload.duration, heard: now }
}

fn continues(active: &Active, ssrc: u32, time: i64, event: u8) -> bool {
    active.ssrc == ssrc && active.event == event && time == active.time + i64::from(SEGMENT_MAX)
}

/// Which way a digit came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Telephone event in RTP.
    Rtp,
    /// SIP INFO.
    Info,
}

/// Lets a digit through once although it comes by RTP and by INFO. One for each leg.
#[derive(Clone, Debug, Default)]
pub struct OnePress {
    recent: VecDeque<(Instant, Way, char)>,
}

impl OnePress {
    /// Whether the digit is new: no equal digit came the other way within [`SAME_PRESS_WITHIN`].
    pub fn accepts(&mut self, now: Instant, way: Way, digit: char) -> bool {
        self.recent.retain(|(at, ..)| now.saturating_duration_since(*at) < SAME_PRESS_WITHIN);
        let twin = self.recent.iter().position(|(_, other, known)| *other != way && *known == digit);
        if let Some(twin) = twin {
            // A pair is one press; a third is the next press.
            self.recent.remove(twin);
            return false;
        }
        self.recent.push_back((now, way, digit));
        true
    }
}

#[cfg(test)]
mod tests;
