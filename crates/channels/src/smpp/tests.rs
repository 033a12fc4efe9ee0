use super::read::{Body, read};
use super::session::{Answer, Effect, Session, Submission};
use super::*;
use crate::link::{LinkKind, LinkSettings, SmppSettings};
use crate::store::{PartOf, ReceiptState};
use bytes::{BufMut, Bytes, BytesMut};
use proptest::prelude::*;
use serde_json::json;
use std::time::Duration;

fn settings(window: u16) -> SmppSettings {
    let given = json!({ "host": "h", "port": 1, "system_id": "t", "sender": "Trunkline", "window": window });
    match LinkSettings::read(LinkKind::Smpp, &given).unwrap() {
        LinkSettings::Smpp(settings) => settings,
        LinkSettings::Smtp(_) => unreachable!(),
    }
}

fn frame(command: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let mut frame = Vec::new();
    frame.put_u32(u32::try_from(16 + body.len()).unwrap());
    frame.put_u32(command);
    frame.put_u32(status);
    frame.put_u32(sequence);
    frame.extend_from_slice(body);
    frame
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A session and what the centre sees of it.
struct World {
    session: Session,
    effects: Vec<Effect>,
    now: Duration,
}

impl World {
    fn bound(window: u16) -> Self {
        let now = seconds(100);
        let mut world = Self { session: Session::new(&settings(window), "p", now), effects: Vec::new(), now };
        world.written();
        world.says(frame(0x8000_0009, 0, 1, b"SMSC\0"));
        assert_eq!(world.effects(), [Effect::Bound]);
        world
    }

    fn says(&mut self, octets: impl AsRef<[u8]>) {
        self.session.receive(self.now, octets.as_ref(), &mut self.effects);
    }

    fn tick(&mut self, after: u64) {
        self.now += seconds(after);
        self.session.tick(self.now, &mut self.effects);
    }

    fn submit(&mut self, tag: u64) {
        let request = write::submit(&settings(1), "+998901234567", "Hi", 1).remove(0);
        self.session.submit(self.now, Submission { tag, request });
    }

    fn effects(&mut self) -> Vec<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// Command, status and sequence of what was written.
    fn written(&mut self) -> Vec<(u32, u32, u32)> {
        let mut frames = frame::Frames::default();
        frames.push(&self.session.take_output());
        let mut written = Vec::new();
        while let Some(frame) = frames.next_frame().unwrap() {
            let header = read(&frame).header;
            written.push((header.command, header.status, header.sequence));
        }
        written
    }
}

fn answered(tag: u64, answer: Answer) -> Effect {
    Effect::Answered { tag, answer }
}

fn taken(id: &str) -> Answer {
    Answer::Taken(Some(id.to_owned()))
}

/// INT-17: never more than the window, and each answer finds its part in any order.
#[test]
fn the_window_is_kept_and_answers_come_in_any_order() {
    let mut world = World::bound(2);

    for tag in 1..=3 {
        world.submit(tag);
    }
    assert_eq!(world.written(), [(4, 0, 2), (4, 0, 3)]);
    assert_eq!(world.session.room(world.now), 0);
    world.says([frame(0x8000_0004, 0, 3, b"b\0"), frame(0x8000_0004, 0, 2, b"a\0")].concat());

    assert_eq!(world.effects(), [answered(2, taken("b")), answered(1, taken("a"))]);
    assert_eq!(world.written(), [(4, 0, 4)]);
}

#[test]
fn a_busy_centre_is_left_alone_and_then_served_in_order() {
    let mut world = World::bound(2);
    world.submit(1);
    world.submit(2);
    world.written();

    world.says([frame(0x8000_0004, 0x58, 2, b""), frame(0x8000_0004, 0x58, 3, b"")].concat());
    assert_eq!((world.effects(), world.written()), (vec![], vec![]));
    assert!(world.session.paused(world.now).is_some());
    world.tick(1);
    assert_eq!(world.written(), [(4, 0, 4), (4, 0, 5)]);
    world.says(frame(0x8000_0004, 0, 4, b"a\0"));

    assert_eq!(world.effects(), [answered(1, taken("a"))]);
}

#[test]
fn a_centre_that_stays_busy_gets_no_message_for_ever() {
    let mut world = World::bound(1);
    world.submit(1);
    let mut answers = Vec::new();
    for sequence in 2..30 {
        world.says(frame(0x8000_0004, 0x58, sequence, b""));
        answers.extend(world.effects().into_iter().filter(|e| matches!(e, Effect::Answered { .. })));
        world.tick(11);
    }

    assert_eq!(answers, [answered(1, Answer::Busy(0x58))]);
}

/// What was on its way when the link was lost is unknown; what was not goes back.
#[test]
fn a_lost_link_leaves_what_was_sent_unknown() {
    let mut world = World::bound(1);
    world.submit(1);
    world.submit(2);

    let mut effects = Vec::new();
    world.session.lost(&mut effects);

    assert_eq!(effects, [answered(1, Answer::Unknown), answered(2, Answer::Returned)]);
}

#[test]
fn an_answer_that_comes_late_still_counts() {
    let mut world = World::bound(5);
    world.submit(1);

    world.tick(9);
    assert_eq!(world.effects(), []);
    world.tick(1);
    assert_eq!(world.effects(), [answered(1, Answer::Unknown)]);
    world.says(frame(0x8000_0004, 0, 2, b"a\0"));

    assert_eq!(world.effects(), [Effect::Leniency("late_answer"), answered(1, taken("a"))]);
}

#[test]
fn links_are_tested_both_ways() {
    let mut world = World::bound(5);

    world.says(frame(0x15, 0, 77, b""));
    assert_eq!(world.written(), [(0x8000_0015, 0, 77)]);
    world.tick(30);
    assert_eq!(world.written(), [(0x15, 0, 2)]);
    world.says(frame(0x8000_0015, 0, 2, b""));
    world.tick(30);
    assert_eq!(world.written(), [(0x15, 0, 3)]);
    world.tick(10);

    assert_eq!(world.effects(), [Effect::Close("the centre did not answer a test of the link".to_owned())]);
}

#[test]
fn unknown_requests_are_refused_and_unbind_is_answered() {
    let mut world = World::bound(5);

    world.says(frame(0x7777, 0, 5, b"xyz"));
    world.says(frame(0x8000_7777, 0, 5, b"xyz"));
    world.says(frame(0x102, 0, 5, b"xyz"));
    assert_eq!(
        world.effects(),
        [Effect::Leniency("unknown_operation"), Effect::Leniency("answer_to_nothing")]
    );
    world.says(frame(6, 0, 9, b""));

    assert_eq!(world.written(), [(0x8000_0000, 3, 5), (0x8000_0006, 0, 9)]);
    assert_eq!(world.effects(), [Effect::Close("the centre ended the session".to_owned())]);
}

#[test]
fn a_nack_of_a_request_refuses_it_and_one_of_none_refuses_nothing() {
    let mut world = World::bound(5);
    world.submit(1);

    world.says(frame(0x8000_0000, 3, 0, b""));
    world.says(frame(0x8000_0000, 3, 2, b""));

    let refused = answered(1, Answer::Refused(3));
    assert_eq!(world.effects(), [Effect::Leniency("answer_to_nothing"), refused]);
}

#[test]
fn a_refused_or_unanswered_sign_in_closes() {
    let why = |octets: &[u8], wait: u64| {
        let mut session = Session::new(&settings(1), "p", seconds(100));
        let mut effects = Vec::new();
        session.receive(seconds(100), octets, &mut effects);
        session.tick(seconds(100 + wait), &mut effects);
        match effects.pop() {
            Some(Effect::Close(why)) => why,
            other => panic!("{other:?}"),
        }
    };

    assert_eq!(
        why(&frame(0x8000_0009, 0x0e, 1, b""), 0),
        "the centre refused the sign-in: the password is wrong (0x0000000E)"
    );
    assert!(why(&frame(0x8000_0000, 2, 0, b""), 0).starts_with("the centre could not read the sign-in"));
    assert_eq!(why(b"", 10), "the centre did not answer the sign-in");
    assert_eq!(why(&[0, 0, 0, 15, 0, 0], 0), "a frame says that it has 15 octets: 16 to 81920 are possible");
    assert_eq!(why(&frame(5, 0, 1, b""), 10), "the centre did not answer the sign-in");
}

#[test]
fn numbers_begin_again_after_the_last() {
    let mut world = World::bound(2);
    world.session.set_sequence(0x7fff_fffe);

    world.submit(1);
    world.submit(2);

    assert_eq!(world.written(), [(4, 0, 0x7fff_ffff), (4, 0, 1)]);
}

fn deliver(esm_class: u8, data_coding: u8, text: &[u8], parameters: &[u8]) -> Vec<u8> {
    let mut body = Vec::new();
    body.extend_from_slice(b"\0\x01\x01998901234567\0\0\x011099\0");
    body.extend_from_slice(&[esm_class, 0, 0, 0, 0, 0, 0, data_coding, 0, u8::try_from(text.len()).unwrap()]);
    body.extend_from_slice(text);
    body.extend_from_slice(parameters);
    frame(5, 0, 7, &body)
}

fn delivered(octets: Vec<u8>) -> (Box<read::Deliver>, Vec<&'static str>) {
    let incoming = read(&Bytes::from(octets));
    match incoming.body {
        Body::Deliver(deliver) => (deliver, incoming.leniencies),
        other => panic!("{other:?}"),
    }
}

/// Whatever arrives is acknowledged only after it is stored.
#[test]
fn an_arrival_is_acknowledged_when_the_shell_says_so() {
    let mut world = World::bound(5);
    world.says(deliver(4, 0, b"id:1 stat:DELIVRD", b""));

    let Some(Effect::Arrived { receipt, .. }) = world.effects().pop() else { panic!() };
    assert_eq!(world.written(), []);
    world.session.acknowledge(receipt, true);

    assert_eq!(world.written(), [(0x8000_0005, 0, 7)]);
}

/// INT-17: receipts as text, as parameters, or both; the parameters win.
#[test]
fn receipts_are_read_in_every_form() {
    let read = |esm: u8, text: &[u8], parameters: &[u8]| {
        let (deliver, _) = delivered(deliver(esm, 0, text, parameters));
        receipt::receipt(&deliver, &settings(1)).map(|r| (r.provider_id, r.state, r.code))
    };
    let text = b"id:0a1 sub:001 dlvrd:001 submit date:2611271200 done date:2611271201 stat:DELIVRD err:000 text:stat:UNDELIV";
    let parameters = [0, 0x1e, 0, 3, b'0', b'9', 0, 0x04, 0x27, 0, 1, 5, 0x04, 0x23, 0, 3, 3, 1, 2];

    let said = Some(("0a1".to_owned(), ReceiptState::Delivered, Some("DELIVRD 000".to_owned())));
    assert_eq!(read(4, text, b""), said);
    assert_eq!(read(0, text, b""), said);
    let upper = read(4, b"STAT:EXPIRED ERR:4 ID:7", b"");
    assert_eq!(upper, Some(("7".to_owned(), ReceiptState::Expired, Some("EXPIRED 4".to_owned()))));
    assert_eq!(
        read(4, text, &parameters).map(|r| (r.0, r.1)),
        Some(("09".to_owned(), ReceiptState::Undelivered))
    );
    assert_eq!(read(0x20, b"id:7 stat:ENROUTE", b"").map(|r| r.1), Some(ReceiptState::Pending));
    assert_eq!(read(0, b"hello", b""), None);
}

#[test]
fn texts_and_their_parts_are_read() {
    let read = |esm: u8, coding: u8, text: &[u8], parameters: &[u8]| {
        let (deliver, _) = delivered(deliver(esm, coding, text, parameters));
        (deliver.sender(), deliver.read_text(crate::link::Alphabet::Gsm7))
    };
    let sar = [0x02, 0x0c, 0, 2, 1, 0, 0x02, 0x0e, 0, 1, 2, 0x02, 0x0f, 0, 1, 1];

    assert_eq!(read(0, 0, b"\x00\x1b\x65", b""), ("+998901234567".to_owned(), ("@€".to_owned(), None)));
    assert_eq!(read(0, 8, &[0x04, 0x36], b"").1.0, "ж");
    let part = Some(PartOf { reference: 9, total: 2, number: 1 });
    assert_eq!(read(0x40, 0, b"\x05\x00\x03\x09\x02\x01Hi", b"").1, ("Hi".to_owned(), part));
    let part = Some(PartOf { reference: 256, total: 2, number: 1 });
    assert_eq!(read(0, 0, b"Hi", &sar).1, ("Hi".to_owned(), part));
}

#[test]
fn what_is_not_quite_right_is_put_up_with_and_named() {
    let mut cut = deliver(0, 0, b"Hello", b"");
    cut.truncate(cut.len() - 2);
    let long = frame(5, 0, 1, b"too long\0\0\0a\xe9\0\0\0b\0\0\0\0\0\0\0\0\0\0\0");
    let answer = read(&Bytes::from(frame(0x8000_0004, 0, 1, b"no end")));

    assert_eq!(delivered(cut).1, ["short_text"]);
    assert_eq!(delivered(long).1, ["overlong_text", "text_not_ascii"]);
    assert_eq!(answer.body, Body::SubmitAnswer(Some("no end".to_owned())));
    assert_eq!(delivered(deliver(0, 0, b"x", b"\x00")).1, ["trailing_octets"]);
}

/// CIMP-NTF-01: what is written is what the standard says, by another reader.
#[test]
fn a_long_message_is_written_in_the_way_that_the_settings_say() {
    use crate::link::LongMessages;
    use rusmpp::decode::DecodeWithLength;
    let text = "a".repeat(161);
    let read = |way: LongMessages| -> Vec<rusmpp::pdus::SubmitSm> {
        let settings = SmppSettings { long_messages: way, validity_seconds: 90_061, ..settings(1) };
        let requests = write::submit(&settings, "+998901234567", &text, 7);
        requests
            .iter()
            .map(|request| {
                let mut octets = BytesMut::from(&request[4..]);
                let length = octets.len();
                let (command, _) = rusmpp::Command::decode(&mut octets, length).unwrap();
                match command.pdu() {
                    Some(rusmpp::Pdu::SubmitSm(submit)) => submit.clone(),
                    other => panic!("{other:?}"),
                }
            })
            .collect()
    };

    let (udh, sar, payload) = (read(LongMessages::Udh), read(LongMessages::Sar), read(LongMessages::Payload));

    assert_eq!(udh.iter().map(rusmpp::pdus::SubmitSm::sm_length).collect::<Vec<_>>(), [159, 14]);
    assert_eq!(&udh[1].short_message()[..7], b"\x05\x00\x03\x07\x02\x02a");
    assert_eq!(
        sar.iter().map(|part| (part.sm_length(), part.tlvs().len())).collect::<Vec<_>>(),
        [(153, 3), (8, 3)]
    );
    assert_eq!((payload.len(), payload[0].sm_length(), payload[0].tlvs().len()), (1, 0, 1));
    assert_eq!(udh[0].destination_addr.as_str(), "998901234567");
    assert_eq!(udh[0].source_addr_ton, rusmpp::values::Ton::Alphanumeric);
    assert_eq!(&udh[0].validity_period[..], b"000001010101000R\0");
}

proptest! {
    /// No octets make the reader or the session fail.
    #[test]
    fn rubbish_is_read_without_a_failure(octets in proptest::collection::vec(any::<u8>(), 0..300), command in 0_u32..0x120) {
        let _ = read(&Bytes::from(octets.clone()));
        let mut world = World::bound(5);
        world.submit(1);
        for command in [command, command | 0x8000_0000] {
            world.says(frame(command, 0, 2, &octets));
        }
        world.says(&octets);
    }

    /// Whatever the centre does, each part gets one answer in the end, or is known to be unknown.
    #[test]
    fn each_part_is_answered(script in proptest::collection::vec((0_u8..6, 0_u32..40), 0..120), window in 1_u16..8) {
        let mut world = World::bound(window);
        let (mut tag, mut answers) = (0, std::collections::BTreeMap::<u64, Vec<Answer>>::new());
        let mut closed = false;
        for (what, number) in script {
            match what {
                0 | 1 => { tag += 1; world.submit(tag); }
                2 => world.says(frame(0x8000_0004, 0, number, b"x\0")),
                3 => world.says(frame(0x8000_0004, 0x58, number, b"")),
                4 => world.says(frame(0x8000_0004, 0x45, number, b"")),
                _ => world.tick(u64::from(number) / 4),
            }
            world.written();
            for effect in world.effects() {
                match effect {
                    Effect::Answered { tag, answer } => answers.entry(tag).or_default().push(answer),
                    Effect::Close(_) => closed = true,
                    _ => {}
                }
            }
            if closed { break; }
        }
        let mut effects = Vec::new();
        world.session.lost(&mut effects);
        for effect in effects {
            if let Effect::Answered { tag, answer } = effect { answers.entry(tag).or_default().push(answer); }
        }
        for tag in 1..=tag {
            let said = answers.remove(&tag).unwrap_or_default();
            let fine = said.len() == 1 || matches!(said.as_slice(), [Answer::Unknown, Answer::Taken(_)]);
            prop_assert!(fine, "part {} got {:?}", tag, said);
        }
    }
}
