use super::super::session_timer::{Asked, parse_expires};
use super::*;
use proptest::prelude::*;
use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use std::time::Duration;

fn leg() -> LegId {
    LegId::from_uuid(uuid::Uuid::from_u128(7))
}

fn limits() -> Limits {
    Limits::from(&super::super::settings::SipSettings::default())
}

fn asked(expires: &str) -> Asked {
    Asked { supported: true, expires: parse_expires(expires), min_se: None }
}

struct Bench {
    session: Session,
    now: Instant,
    rng: ChaCha8Rng,
}

impl Bench {
    fn new(opening: Opening) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let now = Instant::now();
        let opening = Opening { cseq: 1, ..opening };
        Self { session: Session::new(leg(), opening, limits(), now, &mut rng), now, rng }
    }

    fn step(&mut self, input: Input) -> Vec<Output> {
        self.session.step(self.now, input, &mut self.rng)
    }

    fn after(&mut self, seconds: u64) -> Vec<Output> {
        self.now += Duration::from_secs(seconds);
        self.step(Input::Tick)
    }

    fn answered(opening: Opening) -> Self {
        let mut bench = Self::new(opening);
        bench.step(Input::Command(SipCommand::Answer { leg: leg(), sdp: "a".to_owned() }));
        bench.step(Input::Acked { cseq: 1, sdp: None });
        bench
    }

    fn request(&mut self, id: u64, method: Served, cseq: u32, body: Option<&str>) -> Vec<Output> {
        let request = Request {
            id,
            method,
            cseq,
            content_type: None,
            body: body.map(str::to_owned),
            asked: Asked::default(),
            rack: None,
            reason: None,
        };
        self.step(Input::Request(request))
    }
}

fn statuses(outputs: &[Output]) -> Vec<(Target, u16)> {
    let status = |output: &Output| match output {
        Output::Respond { to, status, .. } => Some((*to, *status)),
        _ => None,
    };
    outputs.iter().filter_map(status).collect()
}

fn header<'o>(outputs: &'o [Output], name: &str) -> Option<&'o str> {
    outputs.iter().find_map(|output| match output {
        Output::Respond { headers, .. } => {
            headers.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
        }
        _ => None,
    })
}

#[test]
fn a_bye_of_ours_waits_for_the_ack() {
    let mut bench = Bench::new(Opening::default());
    bench.step(Input::Command(SipCommand::Answer { leg: leg(), sdp: "a".to_owned() }));

    assert_eq!(bench.step(Input::Command(SipCommand::Bye { leg: leg(), cause: None })), []);
    let outputs = bench.step(Input::Acked { cseq: 1, sdp: None });

    assert_eq!(outputs, [Output::Send(OurRequest::Bye { reason: None })]);
}

#[test]
fn a_cancel_that_crosses_the_answer_changes_nothing() {
    let mut bench = Bench::new(Opening::default());
    bench.step(Input::Command(SipCommand::Answer { leg: leg(), sdp: "a".to_owned() }));

    assert_eq!(bench.step(Input::Cancelled), []);
}

#[test]
fn a_lost_ack_ends_the_call_with_bye() {
    let mut bench = Bench::new(Opening::default());
    bench.step(Input::Command(SipCommand::Answer { leg: leg(), sdp: "a".to_owned() }));

    let outputs = bench.step(Input::NoAck { cseq: 1 });

    assert!(matches!(outputs.first(), Some(Output::Send(OurRequest::Bye { .. }))));
    assert!(outputs.contains(&Output::Tell(SipEvent::HungUp { leg: leg(), cause: EndCause::NoAck })));
}

#[test]
fn a_required_100rel_is_repeated_until_prack_and_holds_the_answer_back() {
    let mut bench = Bench::new(Opening { requires_reliable: true, ..Opening::default() });
    let ringing = bench.step(Input::Command(SipCommand::Ringing { leg: leg() }));
    assert_eq!(header(&ringing, "Require"), Some("100rel"));
    let rseq: u32 = header(&ringing, "RSeq").unwrap().parse().unwrap();
    assert_eq!(bench.step(Input::Command(SipCommand::Answer { leg: leg(), sdp: "a".to_owned() })), []);
    assert_eq!(bench.after(1), ringing, "again after T1");

    let prack = |rseq| Request {
        id: 9,
        method: Served::Prack,
        cseq: 2,
        content_type: None,
        body: None,
        asked: Asked::default(),
        rack: Some((rseq, 1)),
        reason: None,
    };
    assert_eq!(statuses(&bench.step(Input::Request(prack(rseq + 1)))), [(Target::Request(9), 481)]);
    let outputs = bench.step(Input::Request(prack(rseq)));
    assert_eq!(statuses(&outputs), [(Target::Request(9), 200), (Target::Invite, 200)]);
}

#[test]
fn without_any_prack_the_call_fails_with_504() {
    let mut bench = Bench::new(Opening { requires_reliable: true, ..Opening::default() });
    bench.step(Input::Command(SipCommand::Ringing { leg: leg() }));

    let outputs = bench.after(32);

    assert_eq!(statuses(&outputs), [(Target::Invite, 504)]);
    assert!(outputs.contains(&Output::Tell(SipEvent::Failed { leg: leg(), cause: EndCause::NoPrack })));
}

#[test]
fn old_numbers_get_500_and_a_second_offer_500_with_retry_after() {
    let mut bench = Bench::answered(Opening::default());
    assert!(matches!(
        bench.request(1, Served::Invite, 5, Some("x")).as_slice(),
        [Output::Tell(SipEvent::Reoffered { .. })]
    ));

    assert_eq!(statuses(&bench.request(2, Served::Info, 4, None)), [(Target::Request(2), 500)]);
    let second = bench.request(3, Served::Invite, 6, Some("y"));
    assert_eq!(statuses(&second), [(Target::Request(3), 500)]);
    assert!((1..=10).contains(&header(&second, "Retry-After").unwrap().parse::<u32>().unwrap()));
    // The rest of the dialog goes on meanwhile.
    assert_eq!(statuses(&bench.request(4, Served::Info, 7, None)), [(Target::Request(4), 200)]);
}

#[test]
fn while_our_refresh_is_on_its_way_an_offer_gets_491() {
    let mut bench = Bench::answered(Opening {
        asked: asked("600;refresher=uas"),
        allows_update: true,
        ..Opening::default()
    });
    assert!(matches!(bench.after(300).as_slice(), [Output::Send(OurRequest::Update { .. })]));

    assert_eq!(statuses(&bench.request(1, Served::Invite, 2, Some("x"))), [(Target::Request(1), 491)]);
}

#[test]
fn a_refresh_that_meets_491_is_tried_again_within_two_seconds() {
    let mut bench = Bench::answered(Opening { asked: asked("600;refresher=uas"), ..Opening::default() });
    let sent = bench.after(300);
    let Some(Output::Send(request @ OurRequest::Reinvite { .. })) = sent.first().cloned() else {
        panic!("{sent:?}")
    };

    bench.step(Input::Response { to: request, status: 491, expires: None });

    let again = bench.session.deadline().unwrap();
    assert!(again <= bench.now + Duration::from_secs(2));
    assert!(matches!(bench.after(2).as_slice(), [Output::Send(OurRequest::Reinvite { .. })]));
}

#[test]
fn a_session_that_nobody_refreshes_is_ended() {
    let mut bench = Bench::answered(Opening { asked: asked("90;refresher=uac"), ..Opening::default() });

    assert_eq!(bench.after(59), []);
    let outputs = bench.after(1);

    assert!(
        outputs.contains(&Output::Tell(SipEvent::HungUp { leg: leg(), cause: EndCause::SessionExpired }))
    );
}

#[test]
fn a_peer_without_timers_is_asked_and_a_silent_one_is_given_up() {
    let mut bench = Bench::answered(Opening::default());

    assert_eq!(bench.after(300), [Output::Send(OurRequest::Probe)]);
    let outputs = bench.step(Input::Response { to: OurRequest::Probe, status: 408, expires: None });

    assert!(outputs.contains(&Output::Tell(SipEvent::HungUp { leg: leg(), cause: EndCause::PeerGone })));
    bench.step(Input::Response { to: OurRequest::Bye { reason: None }, status: 408, expires: None });
    assert!(bench.session.is_over());
}

#[test]
fn a_probe_without_an_answer_yet_wakes_nobody() {
    let mut bench = Bench::answered(Opening::default());
    assert_eq!(bench.after(300), [Output::Send(OurRequest::Probe)]);

    assert_eq!(bench.after(300), []);

    assert!(bench.session.deadline().is_none_or(|deadline| deadline > bench.now));
}

#[test]
fn the_longest_call_ends() {
    let mut bench = Bench::answered(Opening { asked: asked("86400;refresher=uac"), ..Opening::default() });

    let outputs = bench.after(4 * 3600);

    assert!(outputs.contains(&Output::Tell(SipEvent::HungUp { leg: leg(), cause: EndCause::TooLong })));
}

#[derive(Clone, Debug)]
enum Move {
    Command(u8),
    Ack(u32),
    Cancel,
    NoAck(u32),
    Request(u8, u32, bool),
    Respond(u16),
    Wait(u64),
    ShutDown,
}

fn any_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        (0_u8..7).prop_map(Move::Command),
        (1_u32..6).prop_map(Move::Ack),
        Just(Move::Cancel),
        (1_u32..6).prop_map(Move::NoAck),
        (0_u8..7, 1_u32..9, any::<bool>()).prop_map(|(method, cseq, body)| Move::Request(method, cseq, body)),
        prop::sample::select(vec![200_u16, 408, 422, 481, 491, 500]).prop_map(Move::Respond),
        (0_u64..700).prop_map(Move::Wait),
        Just(Move::ShutDown),
    ]
}

fn command(n: u8) -> SipCommand {
    let (leg, sdp) = (leg(), "s".to_owned());
    match n {
        0 => SipCommand::Ringing { leg },
        1 => SipCommand::Progress { leg, sdp },
        2 => SipCommand::Answer { leg, sdp },
        3 => SipCommand::Reject { leg, status: 486, reason: None, retry_after: None },
        4 => SipCommand::Bye { leg, cause: None },
        5 => SipCommand::AnswerReoffer { leg, sdp },
        _ => SipCommand::RejectReoffer { leg, status: 488, retry_after: None },
    }
}

const METHODS: [Served; 7] = [
    Served::Invite,
    Served::Bye,
    Served::Options,
    Served::Info,
    Served::Prack,
    Served::Update,
    Served::Invite,
];

#[derive(Default)]
struct Books {
    finals: u32,
    endings: u32,
    open: std::collections::BTreeSet<u64>,
    sent: Vec<OurRequest>,
}

impl Books {
    fn keep(&mut self, outputs: Vec<Output>) -> Result<(), TestCaseError> {
        for output in outputs {
            match output {
                Output::Respond { to: Target::Invite, status, .. } => {
                    prop_assert_eq!(self.finals, 0, "an answer after the final one");
                    self.finals += u32::from(status >= 200);
                }
                Output::Respond { to: Target::Request(id), .. } => {
                    prop_assert!(self.open.remove(&id), "answered twice")
                }
                Output::Send(request) => self.sent.push(request),
                Output::Tell(event) => {
                    prop_assert_eq!(self.endings, 0, "an event after the end");
                    let over = matches!(
                        event,
                        SipEvent::Cancelled { .. } | SipEvent::HungUp { .. } | SipEvent::Failed { .. }
                    );
                    self.endings += u32::from(over);
                }
            }
        }
        Ok(())
    }
}

proptest! {
    #[test]
    fn every_request_is_answered_once_and_a_leg_ends_once(
        script in prop::collection::vec(any_move(), 0..60),
        reliable: bool,
        timer in prop::option::of(prop::sample::select(vec!["90;refresher=uac", "120;refresher=uas", "600"])),
        update: bool,
    ) {
        let asked = timer.map_or_else(Asked::default, asked);
        let mut bench = Bench::new(Opening { requires_reliable: reliable, allows_update: update, asked, ..Opening::default() });
        let mut books = Books::default();
        for (n, step) in script.into_iter().enumerate() {
            let input = match step {
                Move::Command(n) => Input::Command(command(n)),
                Move::Ack(cseq) => Input::Acked { cseq, sdp: None },
                Move::Cancel => Input::Cancelled,
                Move::NoAck(cseq) => Input::NoAck { cseq },
                Move::ShutDown => Input::ShutDown,
                Move::Wait(seconds) => {
                    bench.now += Duration::from_secs(seconds);
                    Input::Tick
                }
                Move::Respond(status) => match books.sent.pop() {
                    Some(to) => Input::Response { to, status, expires: parse_expires("90") },
                    None => continue,
                },
                Move::Request(method, cseq, body) => {
                    let id = u64::try_from(n).unwrap();
                    books.open.insert(id);
                    Input::Request(Request {
                        id,
                        method: METHODS[usize::from(method)],
                        cseq,
                        content_type: None,
                        body: body.then(|| "x".to_owned()),
                        asked: Asked::default(),
                        rack: None,
                        reason: None,
                    })
                }
            };
            let outputs = bench.step(input);
            books.keep(outputs)?;
            // A deadline that has passed must be dealt with by one tick, or the shell would spin.
            let outputs = bench.step(Input::Tick);
            books.keep(outputs)?;
            if let Some(deadline) = bench.session.deadline() {
                prop_assert!(deadline > bench.now, "a deadline that never passes");
            }
        }
        if bench.session.is_over() {
            prop_assert!(books.open.is_empty(), "left unanswered: {:?}", books.open);
            prop_assert!(books.finals == 1);
            prop_assert!(!bench.session.is_unanswered());
        }
    }
}
