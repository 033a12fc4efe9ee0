//! RTCP (RFC 3550, section 6): sender and receiver reports with a canonical name, no more.

use std::time::{Duration, Instant};

use super::rtp::Reception;

const SENDER_REPORT: u8 = 200;
const RECEIVER_REPORT: u8 = 201;
const SOURCE_DESCRIPTION: u8 = 202;

/// Seconds added to the age of the engine so that a report's clock is never zero, which means "none".
const CLOCK_START: u64 = 0x8000;

/// One reception report: how the sender of the report hears a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// The stream that is reported on.
    pub ssrc: u32,
    /// Share lost since the last report, in 256ths.
    pub fraction: u8,
    /// Interarrival jitter, in samples.
    pub jitter: u32,
    /// The middle 32 bits of the clock of the last sender report received; 0 for none.
    pub last_report: u32,
    /// Time since then, in 65,536ths of a second.
    pub delay: u32,
}

/// What a compound packet says that concerns us.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// The middle 32 bits of a sender report's clock.
    pub sender_clock: Option<u32>,
    /// Reception reports.
    pub blocks: Vec<Block>,
}

/// What we sent, for a sender report.
#[derive(Clone, Copy, Debug)]
pub struct Sent {
    /// Our stream.
    pub ssrc: u32,
    /// The timestamp of this moment.
    pub timestamp: u32,
    /// Packets sent.
    pub packets: u32,
    /// Payload octets sent.
    pub octets: u32,
}

/// What we heard, for a reception report.
#[derive(Clone, Copy, Debug)]
pub struct Listened {
    /// The peer's stream.
    pub ssrc: u32,
    /// How it came in.
    pub reception: Reception,
    /// The clock of the peer's last sender report, and how long ago that came.
    pub last: Option<(u32, Duration)>,
}

/// The 64-bit clock of reports. It counts from the start of the engine: RFC 3550, section 6.4.1, allows
/// a clock without a date.
#[must_use]
pub fn clock(age: Duration) -> u64 {
    let fraction = (u64::from(age.subsec_nanos()) << 32) / 1_000_000_000;
    ((age.as_secs() + CLOCK_START) << 32) | fraction
}

fn middle(clock: u64) -> u32 {
    let [_, _, a, b, c, d, ..] = clock.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// Replaces `out` by a compound packet: a sender report (or a receiver report while nothing was sent),
/// and the name.
pub fn write(age: Duration, sent: &Sent, heard: Option<&Listened>, out: &mut Vec<u8>) {
    out.clear();
    let sends = sent.packets > 0;
    let blocks: u8 = heard.is_some().into();
    out.push(0x80 | blocks);
    out.push(if sends { SENDER_REPORT } else { RECEIVER_REPORT });
    let words: u16 = if sends { 6 } else { 1 } + u16::from(blocks) * 6;
    out.extend_from_slice(&words.to_be_bytes());
    out.extend_from_slice(&sent.ssrc.to_be_bytes());
    if sends {
        out.extend_from_slice(&clock(age).to_be_bytes());
        out.extend_from_slice(&sent.timestamp.to_be_bytes());
        out.extend_from_slice(&sent.packets.to_be_bytes());
        out.extend_from_slice(&sent.octets.to_be_bytes());
    }
    if let Some(Listened { ssrc, reception, last }) = heard {
        out.extend_from_slice(&ssrc.to_be_bytes());
        out.push(reception.fraction);
        let lost = reception.lost.clamp(-0x80_0000, 0x7F_FFFF);
        let [.., l0, l1, l2] = lost.to_be_bytes();
        out.extend_from_slice(&[l0, l1, l2]);
        out.extend_from_slice(&reception.highest.to_be_bytes());
        out.extend_from_slice(&reception.jitter.to_be_bytes());
        let (clock, since) = last.unwrap_or_default();
        let delay = u32::try_from((since.as_micros() << 16) / 1_000_000).unwrap_or(u32::MAX);
        out.extend_from_slice(&clock.to_be_bytes());
        out.extend_from_slice(&delay.to_be_bytes());
    }
    describe(sent.ssrc, out);
}

fn describe(ssrc: u32, out: &mut Vec<u8>) {
    let name = format!("{ssrc:08x}");
    out.extend_from_slice(&[0x81, SOURCE_DESCRIPTION, 0, 5]);
    out.extend_from_slice(&ssrc.to_be_bytes());
    out.extend_from_slice(&[1, 8]); // CNAME, its length
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(&[0; 6]); // the end, and up to the word
}

/// Reads a compound packet; what is malformed ends the reading.
#[must_use]
pub fn parse(mut datagram: &[u8]) -> Heard {
    let mut heard = Heard::default();
    while let Some(([flags, kind, l0, l1], rest)) = datagram.split_first_chunk::<4>() {
        let length = usize::from(u16::from_be_bytes([*l0, *l1])) * 4;
        let Some((body, after)) = rest.split_at_checked(length) else { break };
        if flags >> 6 != 2 {
            break;
        }
        let reports = match *kind {
            SENDER_REPORT => {
                heard.sender_clock = body.get(6..10).and_then(word);
                body.get(24..)
            }
            RECEIVER_REPORT => body.get(4..),
            _ => None,
        };
        let count = usize::from(flags & 0x1F);
        heard.blocks.extend(reports.unwrap_or_default().chunks_exact(24).take(count).filter_map(block));
        datagram = after;
    }
    heard
}

fn word(bytes: &[u8]) -> Option<u32> {
    bytes.first_chunk::<4>().map(|bytes| u32::from_be_bytes(*bytes))
}

fn block(bytes: &[u8]) -> Option<Block> {
    Some(Block {
        ssrc: word(bytes)?,
        fraction: *bytes.get(4)?,
        jitter: word(bytes.get(12..)?)?,
        last_report: word(bytes.get(16..)?)?,
        delay: word(bytes.get(20..)?)?,
    })
}

/// The round trip that a reception report shows; `None` when the peer has not heard a report of ours.
#[must_use]
pub fn round_trip(age: Duration, block: &Block) -> Option<Duration> {
    if block.last_report == 0 {
        return None;
    }
    let passed = middle(clock(age)).wrapping_sub(block.last_report).checked_sub(block.delay)?;
    // More than a minute is a report on somebody else's clock.
    (passed < 60 << 16).then(|| Duration::from_micros((u64::from(passed) * 1_000_000) >> 16))
}

/// The state of the reports of one leg.
#[derive(Clone, Debug, Default)]
pub struct Reports {
    heard: Option<(u32, Instant)>,
    /// The last known round trip.
    pub round_trip: Option<Duration>,
    /// The share of our packets that the peer last reported lost, in 256ths.
    pub peer_fraction: Option<u8>,
}

impl Reports {
    /// Takes in a compound packet of the peer.
    pub fn receive(&mut self, now: Instant, age: Duration, ours: u32, datagram: &[u8]) {
        let heard = parse(datagram);
        if let Some(clock) = heard.sender_clock {
            self.heard = Some((clock, now));
        }
        if let Some(block) = heard.blocks.iter().find(|block| block.ssrc == ours) {
            self.round_trip = round_trip(age, block).or(self.round_trip);
            self.peer_fraction = Some(block.fraction);
        }
    }

    /// Replaces `out` by our report.
    pub fn write(
        &self,
        now: Instant,
        age: Duration,
        sent: &Sent,
        heard: Option<(u32, Reception)>,
        out: &mut Vec<u8>,
    ) {
        let last = self.heard.map(|(clock, at)| (clock, now.saturating_duration_since(at)));
        let heard = heard.map(|(ssrc, reception)| Listened { ssrc, reception, last });
        write(age, sent, heard.as_ref(), out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::media::rtp;
    use proptest::prelude::*;

    #[test]
    fn two_legs_that_report_to_each_other_learn_the_round_trip_and_the_loss() {
        let start = Instant::now();
        let after = |millis| (start + Duration::from_millis(millis), Duration::from_millis(millis));
        let sent = |ssrc| Sent { ssrc, timestamp: 1, packets: 10, octets: 1_600 };
        let (mut ours, mut theirs) = (Reports::default(), Reports::default());
        let mut packet = Vec::new();

        let (now, age) = after(1_000);
        ours.write(now, age, &sent(1), None, &mut packet);
        let (now, age) = after(1_040);
        theirs.receive(now, age, 2, &packet);
        let (now, age) = after(1_540);
        let header = rtp::Header { marker: false, payload_type: 8, sequence: 1, timestamp: 0, ssrc: 1 };
        let mut inbound = rtp::Inbound::new(now, &header);
        inbound.count(now, &header);
        inbound.count(now, &rtp::Header { sequence: 4, ..header });
        theirs.write(now, age, &sent(2), Some((1, inbound.report())), &mut packet);
        let (now, age) = after(1_580);
        ours.receive(now, age, 1, &packet);

        let trip = ours.round_trip.unwrap().as_millis();
        assert!((78..=82).contains(&trip), "{trip} ms");
        assert_eq!(ours.peer_fraction, Some(128));
    }

    proptest! {
        #[test]
        fn any_datagram_is_read_or_ignored(datagram in proptest::collection::vec(any::<u8>(), 0..200)) {
            let heard = parse(&datagram);
            prop_assert!(heard.blocks.len() <= datagram.len() / 24);
        }
    }
}
