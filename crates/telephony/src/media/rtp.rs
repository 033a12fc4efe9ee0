//! RTP (RFC 3550): the header, what is known of a stream that comes in, who may send it, and the one
//! continuous stream that goes out whatever its source is.

use std::time::{Duration, Instant};

use base::id::LegId;

mod latch;

pub use latch::{Latch, Verdict};

/// Octets of the fixed header.
pub const HEADER_LEN: usize = 12;

/// The fixed header, without contributing sources and extensions: we neither mix nor extend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// First packet of a talkspurt, or of a telephone event.
    pub marker: bool,
    /// Payload type, 7 bits.
    pub payload_type: u8,
    /// Grows by one a packet and wraps.
    pub sequence: u16,
    /// In samples, and wraps.
    pub timestamp: u32,
    /// Synchronisation source.
    pub ssrc: u32,
}

/// Splits a datagram into header and payload; `None` when it is not RTP version 2 or is cut short.
#[must_use]
pub fn parse(datagram: &[u8]) -> Option<(Header, &[u8])> {
    let (fixed, mut rest) = datagram.split_first_chunk::<HEADER_LEN>()?;
    let [flags, kind, s0, s1, t0, t1, t2, t3, r0, r1, r2, r3] = *fixed;
    if flags >> 6 != 2 {
        return None;
    }
    rest = rest.get(usize::from(flags & 0x0F) * 4..)?;
    if flags & 0x10 != 0 {
        let ([_, _, l0, l1], after) = rest.split_first_chunk::<4>()?;
        rest = after.get(usize::from(u16::from_be_bytes([*l0, *l1])) * 4..)?;
    }
    if flags & 0x20 != 0 {
        let padding = usize::from(*rest.last()?);
        if padding == 0 {
            return None;
        }
        rest = rest.get(..rest.len().checked_sub(padding)?)?;
    }
    let header = Header {
        marker: kind & 0x80 != 0,
        payload_type: kind & 0x7F,
        sequence: u16::from_be_bytes([s0, s1]),
        timestamp: u32::from_be_bytes([t0, t1, t2, t3]),
        ssrc: u32::from_be_bytes([r0, r1, r2, r3]),
    };
    Some((header, rest))
}

/// Replaces `out` by the datagram of `header` and `payload`.
pub fn write(header: &Header, payload: &[u8], out: &mut Vec<u8>) {
    out.clear();
    out.push(0x80);
    out.push((header.payload_type & 0x7F) | if header.marker { 0x80 } else { 0 });
    out.extend_from_slice(&header.sequence.to_be_bytes());
    out.extend_from_slice(&header.timestamp.to_be_bytes());
    out.extend_from_slice(&header.ssrc.to_be_bytes());
    out.extend_from_slice(payload);
}

/// A duration in samples of 8 kHz.
#[must_use]
pub fn samples(duration: Duration) -> i64 {
    i64::try_from(duration.as_micros().saturating_mul(8) / 1_000).unwrap_or(i64::MAX)
}

/// What is known of a stream that comes in (RFC 3550, appendix A).
#[derive(Clone, Debug)]
pub struct Inbound {
    /// The stream's synchronisation source.
    pub ssrc: u32,
    opened: Instant,
    first: i64,
    highest: i64,
    time: i64,
    transit: i64,
    jitter_16th: i64,
    received: i64,
    expected_before: i64,
    received_before: i64,
}

/// Loss and jitter of a stream since the last report, and in all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reception {
    /// Packets received in all.
    pub received: u64,
    /// Packets lost in all; duplicates make it smaller.
    pub lost: i64,
    /// Share lost since the last report, in 256ths.
    pub fraction: u8,
    /// Interarrival jitter, in samples.
    pub jitter: u32,
    /// Highest sequence number received, extended by its cycles.
    pub highest: u32,
}

impl Inbound {
    /// A stream whose first packet carries `header`.
    #[must_use]
    pub fn new(now: Instant, header: &Header) -> Self {
        let sequence = i64::from(header.sequence);
        let time = i64::from(header.timestamp);
        Self {
            ssrc: header.ssrc,
            opened: now,
            first: sequence,
            highest: sequence - 1,
            time,
            transit: -time,
            jitter_16th: 0,
            received: 0,
            expected_before: 0,
            received_before: 0,
        }
    }

    /// Counts a packet and returns its sequence number and timestamp, extended over all wraps.
    pub fn count(&mut self, now: Instant, header: &Header) -> (i64, i64) {
        let [.., h0, h1] = self.highest.to_be_bytes();
        let step = header.sequence.wrapping_sub(u16::from_be_bytes([h0, h1])).cast_signed();
        let sequence = self.highest + i64::from(step);
        let [.., t0, t1, t2, t3] = self.time.to_be_bytes();
        let passed = header.timestamp.wrapping_sub(u32::from_be_bytes([t0, t1, t2, t3])).cast_signed();
        let time = self.time + i64::from(passed);
        self.received += 1;
        if sequence > self.highest {
            self.highest = sequence;
            self.time = time;
            let transit = samples(now.saturating_duration_since(self.opened)) - time;
            let moved = (transit - self.transit).abs();
            self.transit = transit;
            // A jump of more than a second is a new talkspurt, not jitter.
            if moved < 8_000 {
                self.jitter_16th += moved - ((self.jitter_16th + 8) >> 4);
            }
        } else if sequence < self.first {
            self.first = sequence;
        }
        (sequence, time)
    }

    /// What to report, starting a new interval.
    pub fn report(&mut self) -> Reception {
        let expected = self.highest - self.first + 1;
        let expected_now = expected - self.expected_before;
        let lost_now = expected_now - (self.received - self.received_before);
        self.expected_before = expected;
        self.received_before = self.received;
        let fraction = if expected_now > 0 { (lost_now.max(0) << 8) / expected_now } else { 0 };
        Reception { fraction: u8::try_from(fraction).unwrap_or(u8::MAX), ..self.totals() }
    }

    /// The totals, leaving the interval open.
    #[must_use]
    pub fn totals(&self) -> Reception {
        let [.., h0, h1, h2, h3] = self.highest.to_be_bytes();
        Reception {
            received: u64::try_from(self.received).unwrap_or(0),
            lost: self.highest - self.first + 1 - self.received,
            fraction: 0,
            jitter: u32::try_from(self.jitter_16th >> 4).unwrap_or(0),
            highest: u32::from_be_bytes([h0, h1, h2, h3]),
        }
    }
}

/// Where the packets of an outgoing stream come from at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A prompt or music.
    Play,
    /// Nobody speaks; the stream is kept open.
    Silence,
    /// Another leg's stream.
    Relay {
        /// The leg that is heard.
        leg: LegId,
        /// The stream it sends.
        ssrc: u32,
    },
}

/// The numbers of one outgoing packet, extended over all wraps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Sequence number.
    pub sequence: i64,
    /// Timestamp in samples.
    pub time: i64,
    /// Set on the first packet after a change of source.
    pub marker: bool,
}

impl Stamp {
    /// The sequence number as it goes on the wire.
    #[must_use]
    pub fn wire_sequence(&self) -> u16 {
        let [.., s0, s1] = self.sequence.to_be_bytes();
        u16::from_be_bytes([s0, s1])
    }

    /// The timestamp as it goes on the wire.
    #[must_use]
    pub fn wire_time(&self) -> u32 {
        let [.., t0, t1, t2, t3] = self.time.to_be_bytes();
        u32::from_be_bytes([t0, t1, t2, t3])
    }
}

/// A packet of another stream that is to be sent on: extended numbers of that stream, and its length in samples.
#[derive(Clone, Copy, Debug)]
pub struct Source {
    /// Extended sequence number in the source stream.
    pub sequence: i64,
    /// Extended timestamp in the source stream.
    pub time: i64,
    /// Samples in the packet; 0 for a telephone event.
    pub length: i64,
    /// The source's marker.
    pub marker: bool,
}

/// A gap beyond which a stream of the same source is joined anew instead of being followed, in samples.
const JUMP: i64 = 8_000;

/// One stream as a leg hears it: a single SSRC, sequence numbers and timestamps without a seam, whether
/// a prompt, music, silence or another leg is its source.
#[derive(Clone, Debug)]
pub struct Outbound {
    /// The stream's synchronisation source.
    pub ssrc: u32,
    /// Packets sent.
    pub packets: u32,
    /// Payload octets sent.
    pub octets: u32,
    origin: Option<Origin>,
    last: Stamp,
    last_length: i64,
    last_sent: Option<Instant>,
    base: Stamp,
    shift: (i64, i64),
}

impl Outbound {
    /// A stream that starts at the given numbers; both should be random (RFC 3550, section 5.1).
    #[must_use]
    pub fn new(ssrc: u32, sequence: u16, timestamp: u32) -> Self {
        // Below 2^15 so that a receiver's rollover counter starts at zero (RFC 3711, section 3.3.1).
        let start = Stamp { sequence: i64::from(sequence >> 1), time: i64::from(timestamp), marker: false };
        Self {
            ssrc,
            packets: 0,
            octets: 0,
            origin: None,
            last: start,
            last_length: 0,
            last_sent: None,
            base: start,
            shift: (0, 0),
        }
    }

    /// When the last packet was sent.
    #[must_use]
    pub const fn last_sent(&self) -> Option<Instant> {
        self.last_sent
    }

    /// The timestamp of this moment, for sender reports.
    #[must_use]
    pub fn time_at(&self, now: Instant) -> Stamp {
        let passed = self.last_sent.map_or(0, |sent| samples(now.saturating_duration_since(sent)));
        Stamp { time: self.last.time + passed, ..self.last }
    }

    /// The source is interrupted: when it goes on, it is joined anew, and what was missed is no gap.
    pub const fn interrupt(&mut self) {
        self.origin = None;
    }

    /// Numbers for a packet of ours of `length` samples.
    pub fn own(&mut self, now: Instant, origin: Origin, length: usize) -> Stamp {
        let length = i64::try_from(length).unwrap_or(0);
        let seam = self.origin != Some(origin);
        let time = if seam { self.resume_at(now) } else { self.follow_at(now) };
        self.origin = Some(origin);
        self.sent(now, Stamp { sequence: self.last.sequence + 1, time, marker: seam }, length)
    }

    /// Numbers for a packet of another leg's stream, keeping that stream's gaps and order; `None` for
    /// a packet from before the last seam.
    pub fn relay(&mut self, now: Instant, leg: LegId, ssrc: u32, source: Source) -> Option<Stamp> {
        let origin = Origin::Relay { leg, ssrc };
        let mut stamp = Stamp {
            sequence: source.sequence + self.shift.0,
            time: source.time + self.shift.1,
            marker: source.marker,
        };
        let jumped =
            (stamp.time - self.last.time).abs() > JUMP || (stamp.sequence - self.last.sequence).abs() > 500;
        if self.origin != Some(origin) || jumped {
            let time = self.resume_at(now);
            stamp = Stamp { sequence: self.last.sequence + 1, time, marker: true };
            self.shift = (stamp.sequence - source.sequence, stamp.time - source.time);
            self.base = stamp;
            self.origin = Some(origin);
        } else if stamp.sequence < self.base.sequence {
            return None;
        }
        Some(self.sent(now, stamp, source.length))
    }

    /// The timestamp that continues the stream in real time after a change of source.
    fn resume_at(&self, now: Instant) -> i64 {
        let Some(sent) = self.last_sent else { return self.last.time };
        let passed = samples(now.saturating_duration_since(sent));
        // The beat of a steady stream wobbles by scheduling; the numbers need not.
        let step = if (passed - self.last_length).abs() < 80 { self.last_length } else { passed };
        self.last.time + step.max(self.last_length).max(1)
    }

    /// The timestamp of the next packet of the same source: exactly after the last one, unless beats were missed.
    fn follow_at(&self, now: Instant) -> i64 {
        let passed = self.last_sent.map_or(0, |sent| samples(now.saturating_duration_since(sent)));
        if passed > self.last_length + 1_600 {
            self.resume_at(now)
        } else {
            self.last.time + self.last_length
        }
    }

    fn sent(&mut self, now: Instant, stamp: Stamp, length: i64) -> Stamp {
        if stamp.sequence > self.last.sequence || self.last_sent.is_none() {
            self.last = stamp;
            if length > 0 {
                self.last_length = length;
            }
            self.last_sent = Some(now);
        }
        self.packets = self.packets.wrapping_add(1);
        self.octets = self.octets.wrapping_add(u32::try_from(length).unwrap_or(0));
        stamp
    }
}

#[cfg(test)]
mod tests;
