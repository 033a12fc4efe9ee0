use super::*;
use std::net::SocketAddr;

use proptest::prelude::*;

fn header(sequence: u16, timestamp: u32, ssrc: u32) -> Header {
    Header { marker: false, payload_type: 8, sequence, timestamp, ssrc }
}

fn leg(number: u128) -> LegId {
    LegId::from_uuid(uuid::Uuid::from_u128(number))
}

fn address(port: u16) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], port))
}

const BEAT: Duration = Duration::from_millis(20);

#[test]
fn a_stranger_is_refused_once_a_source_is_latched() {
    let start = Instant::now();
    let mut latch = Latch::default();
    latch.announce(Some(address(4000)));

    let verdicts: Vec<_> = (0..4).map(|n| latch.judge(start, address(4000), &header(n, 0, 7))).collect();

    assert_eq!(verdicts, [Verdict::Wait, Verdict::Wait, Verdict::Latched, Verdict::Accept]);
    for n in 0..50 {
        assert_eq!(latch.judge(start, address(5000), &header(n, 0, 7)), Verdict::Stranger);
    }
    assert_eq!((latch.target(), latch.strangers()), (Some(address(4000)), 50));
}

#[test]
fn a_latched_stream_may_move_after_silence_with_its_own_source_number_only() {
    let start = Instant::now();
    let mut latch = Latch::default();
    latch.announce(None);
    for n in 0..3 {
        latch.judge(start, address(4000), &header(n, 0, 7));
    }
    let later = start + Duration::from_secs(3);

    for n in 0..9 {
        assert_eq!(latch.judge(later, address(5000), &header(n, 0, 8)), Verdict::Stranger);
    }
    for n in 0..3 {
        latch.judge(later, address(6000), &header(n, 0, 7));
    }

    assert_eq!(latch.target(), Some(address(6000)));
}

#[test]
fn after_hold_and_resume_another_source_is_believed_only_once_the_old_one_is_silent() {
    let start = Instant::now();
    let mut latch = Latch::default();
    latch.announce(Some(address(4000)));
    for n in 0..3 {
        latch.judge(start, address(4000), &header(n, 0, 7));
    }

    latch.announce(Some(address(4000)));
    for n in 0..9 {
        assert_eq!(latch.judge(start, address(5000), &header(n, 0, 8)), Verdict::Stranger);
    }
    let later = start + Duration::from_secs(3);
    let verdicts: Vec<_> = (0..3).map(|n| latch.judge(later, address(5000), &header(n, 0, 8))).collect();

    assert_eq!(verdicts, [Verdict::Wait, Verdict::Wait, Verdict::Latched]);
}

#[test]
fn a_source_that_was_not_announced_must_be_steadier() {
    let start = Instant::now();
    let mut latch = Latch::default();
    latch.announce(Some(SocketAddr::from(([8, 8, 8, 8], 4000))));

    let verdicts: Vec<_> = (0..25).map(|n| latch.judge(start, address(5000), &header(n, 0, 7))).collect();

    assert!(verdicts[..24].iter().all(|verdict| *verdict == Verdict::Wait));
    assert_eq!(verdicts[24], Verdict::Latched);
}

#[test]
fn a_new_offer_lets_another_source_in_once() {
    let start = Instant::now();
    let mut latch = Latch::default();
    latch.announce(Some(address(4000)));
    for n in 0..3 {
        latch.judge(start, address(4000), &header(n, 0, 7));
    }

    latch.announce(Some(address(6000)));
    assert_eq!(latch.target(), Some(address(6000)));
    for n in 0..3 {
        latch.judge(start, address(6000), &header(n, 0, 9));
    }

    assert_eq!(latch.judge(start, address(4000), &header(3, 0, 7)), Verdict::Stranger);
}

#[test]
fn a_stream_changes_its_source_without_a_seam_in_its_numbers() {
    let mut now = Instant::now();
    let mut out = Outbound::new(1, 100, 5_000);
    let first = out.own(now, Origin::Play, 160);
    now += BEAT;
    let second = out.own(now, Origin::Play, 160);
    now += BEAT;
    let source = Source { sequence: 9_000, time: 77_000, length: 160, marker: false };
    let third = out.relay(now, leg(1), 42, source).unwrap();

    assert!(first.marker && !second.marker && third.marker);
    assert_eq!((second.sequence - first.sequence, second.time - first.time), (1, 160));
    assert_eq!((third.sequence - second.sequence, third.time - second.time), (1, 160));

    now += Duration::from_secs(10);
    let after_hold = out.own(now, Origin::Play, 160);
    assert_eq!((after_hold.sequence - third.sequence, after_hold.time - third.time), (1, 80_000));
}

#[test]
fn a_lost_packet_of_the_source_stays_a_gap_for_the_listener() {
    let now = Instant::now();
    let mut out = Outbound::new(1, 100, 5_000);
    let source = |n: i64| Source { sequence: 10 + n, time: 160 * n, length: 160, marker: false };

    let first = out.relay(now, leg(1), 42, source(0)).unwrap();
    let third = out.relay(now + 2 * BEAT, leg(1), 42, source(2)).unwrap();
    let late = out.relay(now + 2 * BEAT, leg(1), 42, source(1)).unwrap();

    assert_eq!(third.sequence - first.sequence, 2);
    assert_eq!((late.sequence - first.sequence, late.time - first.time), (1, 160));
    assert!(out.relay(now, leg(1), 42, source(-1)).is_none(), "before the seam");
}

#[test]
fn sequence_and_time_are_followed_over_their_wraps() {
    let now = Instant::now();
    let first = header(65_534, u32::MAX - 159, 3);
    let mut inbound = Inbound::new(now, &first);

    let numbers: Vec<_> = (0..4_u16)
        .map(|n| {
            let packet =
                header(first.sequence.wrapping_add(n), first.timestamp.wrapping_add(160 * u32::from(n)), 3);
            inbound.count(now + BEAT * u32::from(n), &packet)
        })
        .collect();

    assert_eq!(numbers[3].0 - numbers[0].0, 3);
    assert_eq!(numbers[3].1 - numbers[0].1, 480);
    assert_eq!(inbound.report(), Reception { received: 4, lost: 0, fraction: 0, jitter: 0, highest: 65_537 });
}

#[test]
fn loss_is_reported_by_interval_and_in_all() {
    let now = Instant::now();
    let mut inbound = Inbound::new(now, &header(0, 0, 3));
    for n in (0..100_u16).filter(|n| n % 4 != 1) {
        inbound.count(now + BEAT * u32::from(n), &header(n, 160 * u32::from(n), 3));
    }

    let report = inbound.report();

    assert_eq!((report.received, report.lost, report.fraction), (75, 25, 64));
    assert_eq!(inbound.report().fraction, 0);
}

proptest! {
    #[test]
    fn any_datagram_is_parsed_or_refused(datagram in proptest::collection::vec(any::<u8>(), 0..64)) {
        if let Some((_, payload)) = parse(&datagram) {
            prop_assert!(payload.len() + HEADER_LEN <= datagram.len());
        }
    }

    #[test]
    fn what_is_written_is_read_back(sequence: u16, timestamp: u32, ssrc: u32, marker: bool, payload in proptest::collection::vec(any::<u8>(), 0..200)) {
        let header = Header { marker, payload_type: 101, sequence, timestamp, ssrc };
        let mut datagram = Vec::new();
        write(&header, &payload, &mut datagram);
        let (read, rest) = parse(&datagram).unwrap();
        prop_assert_eq!((read, rest), (header, payload.as_slice()));
    }

    /// Whatever the sources do, the listener hears one stream: numbers never repeat within a source, and time never runs back at a seam.
    #[test]
    fn an_outgoing_stream_never_runs_backwards(script in proptest::collection::vec((0..4_u8, 1..400_u64), 1..80)) {
        let mut now = Instant::now();
        let mut out = Outbound::new(1, 40_000, 0xFFFF_FF00);
        let mut sources = [(0_i64, 0_i64); 2];
        let mut last: Option<Stamp> = None;
        for (which, pause) in script {
            now += Duration::from_millis(pause);
            let stamp = match which {
                0 => out.own(now, Origin::Play, 160),
                1 => out.own(now, Origin::Silence, 160),
                n => {
                    let source = &mut sources[usize::from(n) - 2];
                    source.0 += 1;
                    source.1 += 160;
                    let packet = Source { sequence: source.0, time: source.1, length: 160, marker: false };
                    out.relay(now, leg(u128::from(n)), 5, packet).unwrap()
                }
            };
            if let Some(last) = last {
                prop_assert_eq!(stamp.sequence, last.sequence + 1);
                prop_assert!(stamp.time >= last.time + 160);
            }
            last = Some(stamp);
        }
    }
}
