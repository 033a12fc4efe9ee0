use super::*;
use proptest::prelude::*;

fn packet(event: u8, duration: u16, end: bool) -> Payload {
    Payload { event, end, duration }
}

fn all(collector: &mut Collector) -> Vec<(char, u128)> {
    std::iter::from_fn(|| collector.poll()).map(|one| (one.digit, one.duration.as_millis())).collect()
}

#[test]
fn three_end_packets_are_one_key_press() {
    let now = Instant::now();
    let mut collector = Collector::default();
    for duration in [160, 320, 480] {
        collector.receive(now, 7, 1_000, packet(5, duration, false));
    }
    for _ in 0..3 {
        collector.receive(now, 7, 1_000, packet(5, 800, true));
    }
    assert_eq!(all(&mut collector), [('5', 100)]);
}

#[test]
fn a_lost_end_is_noticed_after_200_milliseconds() {
    let now = Instant::now();
    let mut collector = Collector::default();
    collector.receive(now, 7, 1_000, packet(10, 320, false));

    collector.tick(now + Duration::from_millis(199));
    assert_eq!(all(&mut collector), []);
    collector.tick(now + END_LOST_AFTER);

    assert_eq!(all(&mut collector), [('*', 40)]);
    collector.receive(now + END_LOST_AFTER, 7, 1_000, packet(10, 400, true));
    assert_eq!(all(&mut collector), [], "a straggler is not a second press");
}

#[test]
fn the_next_event_ends_one_whose_end_was_lost() {
    let now = Instant::now();
    let mut collector = Collector::default();
    collector.receive(now, 7, 1_000, packet(1, 320, false));
    collector.receive(now, 7, 3_000, packet(1, 400, true));
    assert_eq!(all(&mut collector), [('1', 40), ('1', 50)]);
}

#[test]
fn a_key_held_longer_than_one_segment_is_one_press() {
    let now = Instant::now();
    let mut collector = Collector::default();
    collector.receive(now, 7, 1_000, packet(2, u16::MAX, false));
    collector.receive(now, 7, 1_000 + i64::from(u16::MAX), packet(2, 160, false));
    collector.receive(now, 7, 1_000 + i64::from(u16::MAX), packet(2, 465, true));
    assert_eq!(all(&mut collector), [('2', 8_250)]);
}

#[test]
fn tones_that_are_not_keys_are_no_digits() {
    let mut collector = Collector::default();
    collector.receive(Instant::now(), 7, 1, packet(16, 800, true));
    assert_eq!(all(&mut collector), []);
}

#[test]
fn the_same_digit_by_info_and_by_rtp_counts_once() {
    let now = Instant::now();
    let mut press = OnePress::default();
    assert!(press.accepts(now, Way::Rtp, '5'));
    assert!(!press.accepts(now + Duration::from_millis(120), Way::Info, '5'));
    assert!(press.accepts(now + Duration::from_millis(150), Way::Rtp, '5'), "pressed again");
    assert!(press.accepts(now + Duration::from_millis(900), Way::Info, '5'), "much later");
}

proptest! {
    /// Every press is reported once, whatever is lost, as long as one packet of it arrives.
    #[test]
    fn each_key_press_is_reported_once(presses in proptest::collection::vec((0..16_u8, any::<u8>()), 1..20)) {
        let start = Instant::now();
        let mut collector = Collector::default();
        let mut reported = Vec::new();
        let mut wanted = Vec::new();
        for (n, (event, kept)) in presses.iter().enumerate() {
            let at = start + Duration::from_secs(u64::try_from(n).unwrap());
            let time = 8_000 * i64::try_from(n).unwrap();
            for i in 0..8_u16 {
                if kept & (1 << i) != 0 {
                    collector.receive(at, 7, time, packet(*event, (160 * i).min(800), i >= 5));
                }
            }
            collector.tick(at + Duration::from_millis(500));
            if *kept != 0 {
                wanted.push(digit(*event).unwrap());
            }
            reported.extend(std::iter::from_fn(|| collector.poll()).map(|one| one.digit));
        }
        prop_assert_eq!(reported, wanted);
    }
}
