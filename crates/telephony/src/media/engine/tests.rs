use super::*;
use std::net::Ipv4Addr;
use std::sync::Arc;

use proptest::prelude::*;

use crate::media::player::Prompt;
use crate::media::rtp::{self, Header};

const BEAT: Duration = Duration::from_millis(20);
const LOCALHOST: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What came out.
#[derive(Default)]
struct Seen {
    rtp: Vec<(LegId, SocketAddr, Vec<u8>)>,
    events: Vec<MediaEvent>,
}

impl Outlet for Seen {
    fn rtp(&mut self, leg: LegId, to: SocketAddr, datagram: &[u8]) {
        self.rtp.push((leg, to, datagram.to_vec()));
    }
    fn rtcp(&mut self, _: LegId, _: SocketAddr, _: &[u8]) {}
    fn web(&mut self, _: SocketAddr, _: SocketAddr, _: &[u8]) {}
    fn event(&mut self, event: MediaEvent) {
        self.events.push(event);
    }
}

/// A writer that may be behind.
#[derive(Default)]
struct Paper {
    jobs: Vec<WriteJob>,
    busy: bool,
}

impl Desk for Paper {
    fn load(&mut self, _: LoadJob) -> bool {
        true
    }
    fn write(&mut self, job: WriteJob) -> Result<(), WriteJob> {
        if self.busy {
            return Err(job);
        }
        self.jobs.push(job);
        Ok(())
    }
}

fn leg(number: usize) -> LegId {
    LegId::from_uuid(uuid::Uuid::from_u128(u128::try_from(number).unwrap() + 1))
}

fn home(number: usize) -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 4_000 + u16::try_from(number).unwrap()))
}

fn offer(number: usize, law: u8) -> String {
    format!(
        "v=0\r\nc=IN IP4 127.0.0.1\r\nm=audio {} RTP/AVP {law} 101\r\na=rtpmap:101 telephone-event/8000\r\n",
        home(number).port()
    )
}

/// Some legs of one engine, each of which says an octet of its own.
struct Party {
    now: Instant,
    engine: Engine,
    seen: Seen,
    paper: Paper,
    sent: Vec<u16>,
}

impl Party {
    fn of(legs: usize) -> Self {
        let now = Instant::now();
        let peers = PeerConfig::new(Vec::new()).unwrap();
        let mut engine = Engine::new(now, &MediaSettings::default(), peers, [7; 32]);
        for n in 0..legs {
            engine.open_rtp(now, leg(n), Some(&offer(n, 8)), LOCALHOST, 20_000).unwrap();
        }
        let mut party =
            Self { now, engine, seen: Seen::default(), paper: Paper::default(), sent: vec![0; legs] };
        for _ in 0..3 {
            (0..legs).for_each(|n| party.speak(n));
        }
        party.seen = Seen::default();
        party
    }

    fn speak(&mut self, n: usize) {
        let sequence = self.sent[n];
        self.sent[n] = sequence.wrapping_add(1);
        let ssrc = 500 + u32::try_from(n).unwrap();
        let header =
            Header { marker: false, payload_type: 8, sequence, timestamp: u32::from(sequence) * 160, ssrc };
        let mut datagram = Vec::new();
        rtp::write(&header, &[u8::try_from(n).unwrap(); 160], &mut datagram);
        self.engine.rtp(self.now, leg(n), home(n), &datagram, &mut self.seen);
    }

    fn tick(&mut self) {
        self.now += BEAT;
        self.engine.tick(self.now, &mut self.paper, &mut self.seen);
    }

    /// What each leg heard since the last time: listener, and the octet said.
    fn heard(&mut self) -> Vec<(LegId, u8)> {
        std::mem::take(&mut self.seen.rtp).into_iter().map(|(leg, _, datagram)| (leg, datagram[12])).collect()
    }
}

fn recording(number: u128) -> RecordingId {
    RecordingId::from_uuid(uuid::Uuid::from_u128(number))
}

#[test]
fn a_play_that_is_stopped_while_it_is_read_is_never_heard() {
    let mut party = Party::of(1);
    let job = |play| LoadJob { leg: leg(0), play: PlayId(play), files: Vec::new(), looped: false };
    let prompts = || Ok(vec![Arc::new(Prompt::new(&[9_000; 320]))]);
    party.engine.play(job(1), &mut party.paper, &mut party.seen);
    party.engine.stop_play(leg(0), PlayId(1));
    party.engine.loaded(Loaded { job: job(1), prompts: prompts() }, &mut party.seen);
    party.tick();
    assert_eq!(party.heard(), []);

    party.engine.play(job(2), &mut party.paper, &mut party.seen);
    party.engine.loaded(Loaded { job: job(2), prompts: prompts() }, &mut party.seen);
    (0..3).for_each(|_| party.tick());
    assert_eq!(party.heard().len(), 2);
    assert_eq!(party.seen.events, [MediaEvent::PlayFinished { leg: leg(0), play: PlayId(2) }]);
}

#[test]
fn a_caller_in_another_law_hears_its_own() {
    let mut party = Party::of(1);
    party.engine.open_rtp(party.now, leg(1), Some(&offer(1, 0)), LOCALHOST, 20_002).unwrap();
    party.engine.bridge(leg(0), leg(1));
    party.speak(0);
    let (listener, to, datagram) = party.seen.rtp.pop().unwrap();
    assert_eq!((listener, to, datagram[1] & 0x7F), (leg(1), home(1), 0));
    assert_ne!(datagram[12], 0, "transcoded");
}

#[test]
fn an_rtp_leg_that_nobody_speaks_to_is_sent_silence_after_half_a_second() {
    let mut party = Party::of(1);
    (0..24).for_each(|_| party.tick());
    assert_eq!(party.heard(), []);
    (0..26).for_each(|_| party.tick());
    let heard = party.heard();
    assert_eq!(heard.len(), 26);
    assert!(heard.iter().all(|(_, octet)| *octet == 0xD5));
}

#[test]
fn a_recording_survives_a_writer_that_is_behind_for_seconds_and_ends_when_it_stays_behind() {
    let mut party = Party::of(2);
    party.engine.start_recording(party.now, recording(1), "a.wav".into(), leg(0), leg(1));
    party.paper.busy = true;
    for _ in 0..500 {
        party.speak(0);
        party.tick();
    }
    party.paper.busy = false;
    (0..10).for_each(|_| party.tick());
    let samples: usize = party
        .paper
        .jobs
        .iter()
        .map(|job| if let WriteJob::Samples { samples, .. } = job { samples.len() / 2 } else { 0 })
        .sum();
    assert!(samples > 500 * 160 - 5_000, "all but what is not settled yet: {samples}");

    party.paper.busy = true;
    (0..1_200).for_each(|_| party.tick());
    assert!(party.seen.events.iter().any(|event| matches!(event, MediaEvent::RecordingFailed { .. })));
    party.paper.busy = false;
    party.tick();
    assert!(matches!(party.paper.jobs.last(), Some(WriteJob::Abandon { .. })));
}

#[test]
fn keys_pressed_are_not_in_the_recording() {
    let mut party = Party::of(2);
    party.engine.start_recording(party.now, recording(1), "a.wav".into(), leg(0), leg(1));
    for n in 0..20_u16 {
        let header =
            Header { marker: n == 0, payload_type: 101, sequence: 3 + n, timestamp: 9_000, ssrc: 500 };
        let mut datagram = Vec::new();
        rtp::write(&header, &[5, u8::from(n > 16) << 7, 1, 0x90], &mut datagram);
        party.engine.rtp(party.now, leg(0), home(0), &datagram, &mut party.seen);
        party.tick();
    }
    party.engine.stop_recording(party.now, recording(1));
    party.tick();
    for job in &party.paper.jobs {
        if let WriteJob::Samples { samples, .. } = job {
            assert!(samples.iter().all(|sample| *sample == 0));
        }
    }
    assert!(party.seen.events.iter().any(|event| matches!(event, MediaEvent::Digit { digit: '5', .. })));
}

#[derive(Clone, Copy, Debug)]
enum Move {
    Bridge(usize, usize),
    Unbridge(usize),
    Mute(usize, bool),
    Close(usize),
    Speak(usize),
    Tick,
}

const LEGS: usize = 4;

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        (0..LEGS, 0..LEGS).prop_map(|(one, other)| Move::Bridge(one, other)),
        (0..LEGS).prop_map(Move::Unbridge),
        (0..LEGS, any::<bool>()).prop_map(|(leg, on)| Move::Mute(leg, on)),
        (0..LEGS * 8).prop_filter_map("seldom", |n| (n < LEGS).then_some(Move::Close(n))),
        (0..LEGS).prop_map(Move::Speak),
        Just(Move::Tick),
    ]
}

proptest! {
    /// Nothing that comes in can stop the engine.
    #[test]
    fn any_datagram_on_any_port_is_heard_or_dropped(datagrams in proptest::collection::vec((0..3_u8, proptest::collection::vec(any::<u8>(), 0..80)), 0..40)) {
        let mut party = Party::of(2);
        party.engine.bridge(leg(0), leg(1));
        party.engine.start_recording(party.now, recording(1), "a.wav".into(), leg(0), leg(1));
        for (port, mut datagram) in datagrams {
            match port {
                0 => {
                    // More often than not it is RTP of a known kind from the right source.
                    if let [flags, kind, ..] = datagram.as_mut_slice() {
                        *flags |= 0x80;
                        *flags &= 0xBF;
                        *kind = if *kind % 2 == 0 { 8 } else { 101 };
                    }
                    party.engine.rtp(party.now, leg(0), home(0), &datagram, &mut party.seen);
                }
                1 => party.engine.rtcp(party.now, leg(0), home(0), &datagram),
                _ => party.engine.web(party.now, home(0), home(1), &datagram, &mut party.seen),
            }
            party.tick();
        }
        party.engine.stop_recording(party.now, recording(1));
        party.tick();
    }

    /// Whoever is bridged, and nobody else, hears a leg; each hears one stream whose numbers never repeat.
    #[test]
    fn only_partners_hear_each_other(script in proptest::collection::vec(any_move(), 0..150)) {
        let mut party = Party::of(LEGS);
        let mut partners = [None; LEGS];
        let mut muted = [false; LEGS];
        let mut open = [true; LEGS];
        let mut streams: BTreeMap<LegId, (u32, u16)> = BTreeMap::new();
        for one in script {
            let part = |partners: &mut [Option<usize>; LEGS], n: usize| {
                if let Some(other) = partners[n].take() {
                    partners[other] = None;
                }
            };
            let mut wanted: Option<(LegId, u8)> = None;
            match one {
                Move::Bridge(one, other) => {
                    party.engine.bridge(leg(one), leg(other));
                    part(&mut partners, one);
                    part(&mut partners, other);
                    if one != other && open[one] && open[other] {
                        (partners[one], partners[other]) = (Some(other), Some(one));
                    }
                }
                Move::Unbridge(n) => {
                    party.engine.unbridge(leg(n));
                    part(&mut partners, n);
                }
                Move::Mute(n, on) => {
                    party.engine.mute(leg(n), on);
                    muted[n] = on;
                }
                Move::Close(n) => {
                    party.engine.close(party.now, leg(n), &mut party.seen);
                    part(&mut partners, n);
                    open[n] = false;
                }
                Move::Speak(n) => {
                    party.speak(n);
                    let said = if muted[n] { 0xD5 } else { u8::try_from(n).unwrap() };
                    wanted = partners[n].filter(|_| open[n]).map(|listener| (leg(listener), said));
                }
                Move::Tick => party.tick(),
            }
            for (listener, _, datagram) in &party.seen.rtp {
                let (header, _) = rtp::parse(datagram).unwrap();
                if let Some((ssrc, sequence)) = streams.insert(*listener, (header.ssrc, header.sequence)) {
                    prop_assert_eq!(ssrc, header.ssrc);
                    prop_assert_eq!(header.sequence, sequence.wrapping_add(1));
                }
            }
            let heard = party.heard();
            if matches!(one, Move::Tick) {
                prop_assert!(heard.iter().all(|(_, octet)| *octet == 0xD5), "only silence comes by itself");
            } else {
                prop_assert_eq!(heard, wanted.into_iter().collect::<Vec<_>>());
            }
        }
    }
}
