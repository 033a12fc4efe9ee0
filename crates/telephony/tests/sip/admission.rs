//! Who is let in, and what the others hear.

use crate::support::{NUMBER, Phone, Rig, SDP, digest_book, header, open_book, settings};
use md5::{Digest as _, Md5};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;
use telephony::sip::{LiveTrunkBook, SipCommand, SipEvent, SipSettings, TrunkBook};

fn answer_to(phone: &mut Phone, method: &str, extra: &str, body: &str) -> String {
    let request = phone.request(method, 1, extra, body);
    phone.send(&request);
    phone.receive()
}

/// CC-TEL-01
#[test]
fn a_call_reaches_the_call_side_with_what_the_network_said() {
    let mut rig = Rig::open();
    let mut phone = Phone::new(rig.udp());

    let invite = phone.request("INVITE", 1, "", SDP);
    phone.send(&invite);

    assert!(phone.receive().starts_with("SIP/2.0 100"));
    let SipEvent::Incoming(call) = rig.event() else { panic!("no call") };
    assert_eq!(call.caller.number.unwrap().as_str(), "+998901234567");
    assert_eq!(call.caller.display.as_deref(), Some("Anna"));
    assert_eq!(
        (call.dialled.as_str(), call.offer.as_deref(), &call.call_id),
        (NUMBER, Some(SDP), &phone.call_id)
    );
    assert_eq!(call.source.port(), phone.port());
}

#[test]
fn an_unknown_number_is_not_found() {
    let rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let invite = phone.request("INVITE", 1, "", SDP).replace(NUMBER, "+998710000000");

    phone.send(&invite);

    assert!(phone.receive().starts_with("SIP/2.0 404"));
    assert_eq!(rig.handle.stats().legs, 0);
}

#[test]
fn options_say_what_we_speak() {
    let rig = Rig::open();
    let answer = answer_to(&mut Phone::new(rig.udp()), "OPTIONS", "", "");

    assert!(answer.starts_with("SIP/2.0 200"));
    assert!(header(&answer, "Allow").unwrap().contains("PRACK"));
    assert_eq!(header(&answer, "Accept").as_deref(), Some("application/sdp"));
    assert_eq!(header(&answer, "Supported").as_deref(), Some("100rel, timer"));
}

#[test]
fn refusals_name_what_would_have_been_accepted() {
    let rig = Rig::open();
    let ask =
        |method: &str, extra: &str, body: &str| answer_to(&mut Phone::new(rig.udp()), method, extra, body);

    let answer = ask("REGISTER", "", "");
    assert!(answer.starts_with("SIP/2.0 405") && header(&answer, "Allow").unwrap().contains("INVITE"));
    assert!(ask("BREW", "", "").starts_with("SIP/2.0 501"));
    let answer = ask("INVITE", "Require: foo-ext, timer\r\n", SDP);
    assert!(answer.starts_with("SIP/2.0 420"));
    assert_eq!(header(&answer, "Unsupported").as_deref(), Some("foo-ext"));
    let answer = ask("INVITE", "Content-Type: text/plain\r\n", "hello");
    assert!(answer.starts_with("SIP/2.0 415"));
    assert_eq!(header(&answer, "Accept").as_deref(), Some("application/sdp"));
    let answer = ask("INVITE", "Supported: timer\r\nSession-Expires: 60\r\n", SDP);
    assert!(answer.starts_with("SIP/2.0 422"));
    assert_eq!(header(&answer, "Min-SE").as_deref(), Some("90"));
    for (method, status) in [("BYE", 481), ("INFO", 481), ("UPDATE", 481), ("PRACK", 481), ("CANCEL", 481)] {
        assert!(ask(method, "", "").starts_with(&format!("SIP/2.0 {status}")), "{method}");
    }
    let mut phone = Phone::new(rig.udp());
    phone.to_tag = "no-such-dialog".to_owned();
    assert!(answer_to(&mut phone, "BYE", "", "").starts_with("SIP/2.0 481"));
}

#[test]
fn a_call_that_comes_by_two_ways_is_merged_and_a_retransmission_is_not_a_second_call() {
    let mut rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let first = phone.request("INVITE", 1, "", SDP);
    let second = phone.request("INVITE", 1, "", SDP);

    phone.send(&first);
    phone.expect("SIP/2.0 100");
    rig.incoming();
    phone.send(&second);
    phone.expect("SIP/2.0 482");
    phone.send(&first);
    phone.expect("SIP/2.0 100");

    rig.no_event();
    assert_eq!(rig.handle.stats().legs, 1);
}

#[test]
fn an_ack_of_nothing_and_a_response_to_nothing_are_dropped() {
    let rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let ack = phone.request("ACK", 1, "", "");
    phone.send(&ack);
    phone.reply(&ack, "200 OK", "");
    phone.send("\r\n\r\n");

    // The keep-alive is answered, so everything before it has been read.
    assert_eq!(phone.receive(), "\r\n");
    assert!(phone.hears_nothing(Duration::from_millis(50)));
}

/// CC-TEL-01: strangers hear nothing.
#[test]
fn strangers_hear_nothing() {
    let mut book = TrunkBook::default();
    book.add_number(NUMBER);
    let mut rig = Rig::start(settings(), LiveTrunkBook::new(book));
    let mut phone = Phone::new(rig.udp());
    for method in ["INVITE", "OPTIONS", "REGISTER", "BYE"] {
        let request = phone.request(method, 1, "", "");
        phone.send(&request);
    }
    phone.send("INVITE nonsense\r\nVia: x\r\n\r\n");
    phone.send("\r\n\r\n");

    assert_eq!(phone.receive(), "\r\n");
    assert!(phone.hears_nothing(Duration::from_millis(50)));
    rig.no_event();
}

#[test]
fn beyond_calls_max_of_the_trunk_there_is_503_and_the_place_is_given_back() {
    let mut rig = Rig::start(settings(), LiveTrunkBook::new(open_book(1)));
    let mut first = Phone::new(rig.udp());
    let leg = first.call(&mut rig, "");

    let refused = answer_to(&mut Phone::new(rig.udp()), "INVITE", "", SDP);
    assert!(refused.starts_with("SIP/2.0 503"));
    assert_eq!(header(&refused, "Retry-After").as_deref(), Some("5"));

    let bye = first.request("BYE", 2, "", "");
    first.send(&bye);
    first.expect("SIP/2.0 200");
    assert!(matches!(rig.event(), SipEvent::HungUp { leg: ended, .. } if ended == leg));
    rig.until_no_legs();
    Phone::new(rig.udp()).call(&mut rig, "");
}

#[test]
fn while_draining_new_calls_get_503_and_running_ones_go_on() {
    let mut rig = Rig::open();
    let mut running = Phone::new(rig.udp());
    running.call(&mut rig, "");
    rig.handle.set_accepting(false);

    let refused = answer_to(&mut Phone::new(rig.udp()), "INVITE", "", SDP);
    assert!(refused.starts_with("SIP/2.0 503") && header(&refused, "Retry-After").is_some());
    let info = running.request("INFO", 2, "Content-Type: application/dtmf-relay\r\n", "Signal=5\r\n");
    running.send(&info);
    running.expect("SIP/2.0 200");
    assert!(matches!(rig.event(), SipEvent::Digit { .. }));
    rig.handle.set_accepting(true);
    Phone::new(rig.udp()).call(&mut rig, "");
}

#[test]
fn more_than_the_rate_gets_503_and_a_flood_is_not_even_read() {
    let slow = SipSettings { calls_per_second_max: 2.0, ..settings() };
    let rig = Rig::start(slow, LiveTrunkBook::new(open_book(100)));
    let answers: Vec<String> =
        (0..4).map(|_| answer_to(&mut Phone::new(rig.udp()), "INVITE", "", SDP)[..11].to_owned()).collect();
    assert_eq!(answers, ["SIP/2.0 100", "SIP/2.0 100", "SIP/2.0 503", "SIP/2.0 503"]);

    let tight = SipSettings { source_messages_per_second: 0.001, source_burst: 3.0, ..settings() };
    let rig = Rig::start(tight, LiveTrunkBook::new(open_book(100)));
    let mut phone = Phone::new(rig.udp());
    for _ in 0..3 {
        assert!(answer_to(&mut phone, "OPTIONS", "", "").starts_with("SIP/2.0 200"));
    }
    let options = phone.request("OPTIONS", 1, "", "");
    phone.send(&options);
    assert!(phone.hears_nothing(Duration::from_millis(100)));
}

#[test]
fn what_was_refused_stays_refused_when_it_comes_again() {
    let slow = SipSettings { calls_per_second_max: 2.0, ..settings() };
    let mut rig = Rig::start(slow, LiveTrunkBook::new(open_book(100)));
    for _ in 0..2 {
        assert!(answer_to(&mut Phone::new(rig.udp()), "INVITE", "", SDP).starts_with("SIP/2.0 100"));
        rig.incoming();
    }
    let mut phone = Phone::new(rig.udp());
    let invite = phone.request("INVITE", 1, "", SDP);
    phone.send(&invite);
    assert!(phone.receive().starts_with("SIP/2.0 503"));

    // There is room again: a call after this one is let in.
    crate::support::until("there is room", || {
        answer_to(&mut Phone::new(rig.udp()), "INVITE", "", SDP).starts_with("SIP/2.0 100")
    });
    rig.incoming();
    phone.send(&invite);

    assert!(phone.receive().starts_with("SIP/2.0 503"));
    rig.no_event();
}

#[test]
fn an_ack_of_another_answer_does_not_confirm_the_call() {
    let mut rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let invite = phone.request("INVITE", 1, "", SDP);
    phone.send(&invite);
    let leg = rig.incoming();
    rig.handle.send(SipCommand::Answer { leg, sdp: SDP.to_owned() }).unwrap();
    phone.expect("SIP/2.0 200");
    let right = std::mem::replace(&mut phone.to_tag, "of-a-refusal".to_owned());
    let ack = phone.request_on(phone.last_branch(), "ACK", 1, "", "");
    phone.send(&ack);
    phone.send("\r\n\r\n");
    phone.expect("\r\n");
    rig.no_event();

    phone.to_tag = right;
    let ack = phone.request("ACK", 1, "", "");
    phone.send(&ack);
    assert_eq!(rig.event(), SipEvent::Acked { leg, sdp: None });
}

fn authorization(challenge: &str, password: &str, nc: u32) -> String {
    let part = |name: &str| {
        challenge.split(&format!("{name}=\"")).nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    let (realm, nonce) = (part("realm"), part("nonce"));
    let uri = format!("sip:{NUMBER}@x");
    let hash = |text: String| hex::encode(Md5::digest(text));
    let ha1 = hash(format!("carrier:{realm}:{password}"));
    let ha2 = hash(format!("INVITE:{uri}"));
    let response = hash(format!("{ha1}:{nonce}:{nc:08x}:c:auth:{ha2}"));
    format!(
        "Authorization: Digest username=\"carrier\", realm=\"{realm}\", nonce=\"{nonce}\", uri=\"{uri}\", \
         response=\"{response}\", algorithm=MD5, cnonce=\"c\", qop=auth, nc={nc:08x}\r\n"
    )
}

/// CC-TEL-01: a trunk by digest.
#[test]
fn a_digest_trunk_is_challenged_and_then_let_in_once_for_each_answer() {
    let mut rig = Rig::start(settings(), LiveTrunkBook::new(digest_book()));
    let mut phone = Phone::new(rig.udp());
    let challenge = answer_to(&mut phone, "INVITE", "", SDP);
    assert!(challenge.starts_with("SIP/2.0 401"));
    assert!(challenge.contains("algorithm=SHA-256") && challenge.contains("algorithm=MD5"));
    assert_eq!(rig.handle.stats().transactions, 0, "a challenge makes no state");

    let wrong = answer_to(&mut phone, "INVITE", &authorization(&challenge, "guess", 1), SDP);
    assert!(wrong.starts_with("SIP/2.0 401"));
    let right = authorization(&challenge, "s3cret", 1);
    let invite = phone.request("INVITE", 2, &right, SDP);
    phone.send(&invite);
    phone.expect("SIP/2.0 100");
    rig.incoming();

    // The same answer again, for another call: somebody listened.
    let replayed = answer_to(&mut Phone::new(rig.udp()), "INVITE", &right, SDP);
    assert!(replayed.starts_with("SIP/2.0 401") && replayed.contains("stale=true"));
}

#[test]
fn guessing_passwords_ends_in_silence() {
    let strict = SipSettings { digest_failures_max: 3, ..settings() };
    let rig = Rig::start(strict, LiveTrunkBook::new(digest_book()));
    let mut phone = Phone::new(rig.udp());
    for cseq in 1..=3 {
        phone.call_id = format!("guess-{cseq}");
        let challenge = answer_to(&mut phone, "INVITE", "", SDP);
        assert!(
            answer_to(&mut phone, "INVITE", &authorization(&challenge, "guess", 1), SDP)
                .starts_with("SIP/2.0 401")
        );
    }

    let invite = phone.request("INVITE", 1, "", SDP);
    phone.send(&invite);

    assert!(phone.hears_nothing(Duration::from_millis(100)));
}

#[test]
fn a_peer_behind_nat_is_answered_where_it_came_from() {
    let rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let port = phone.port();
    let request = |line: &str| line.replace(&format!("UDP 127.0.0.1:{port}"), "UDP 10.9.8.7:5099");

    let options = request(&phone.request("OPTIONS", 1, "", ""));
    phone.send(&options);
    let answer = phone.receive();
    assert!(answer.contains(&format!(";received=127.0.0.1;rport={port}")), "{answer}");

    let invite = request(&phone.request("INVITE", 1, "", SDP)).replace(";rport", "");
    phone.send(&invite);
    assert!(phone.receive().starts_with("SIP/2.0 100"));
}

fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    let mut buffer = [0_u8; 4096];
    while !text.contains(end) {
        let length = stream.read(&mut buffer).unwrap();
        assert!(length > 0, "closed after {text:?}");
        text.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
    text
}

fn connect(rig: &Rig) -> TcpStream {
    let stream = TcpStream::connect(rig.tcp()).unwrap();
    stream.set_read_timeout(Some(crate::support::PATIENCE)).unwrap();
    stream
}

#[test]
fn streams_may_cut_and_join_messages_as_they_like() {
    let rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let mut stream = connect(&rig);
    let first = phone.request("OPTIONS", 1, "", "").replace("SIP/2.0/UDP", "SIP/2.0/TCP");
    let second = phone.request("OPTIONS", 2, "", "").replace("SIP/2.0/UDP", "SIP/2.0/TCP");

    stream.write_all(b"\r\n\r\n").unwrap();
    assert_eq!(read_until(&mut stream, "\r\n"), "\r\n");
    for piece in first.as_bytes().chunks(40) {
        stream.write_all(piece).unwrap();
        stream.flush().unwrap();
    }
    assert!(read_until(&mut stream, "\r\n\r\n").contains("CSeq: 1 OPTIONS"));
    stream.write_all(format!("{second}\r\n\r\n{first}").as_bytes()).unwrap();
    let both = read_until(&mut stream, "CSeq: 1 OPTIONS");
    assert!(both.contains("CSeq: 2 OPTIONS"));
}

#[test]
fn a_stream_without_length_gets_400_and_is_closed() {
    let rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    for bad in ["Content-Length: -5", "Content-Length: 99999999", "X-Nothing: 0"] {
        let mut stream = connect(&rig);
        let request = phone.request("OPTIONS", 1, "", "").replace("Content-Length: 0", bad);
        stream.write_all(request.as_bytes()).unwrap();

        assert!(read_until(&mut stream, "\r\n\r\n").starts_with("SIP/2.0 400"), "{bad}");
        let mut rest = Vec::new();
        assert_eq!(stream.read_to_end(&mut rest).unwrap_or(0), 0, "{bad}");
    }
}

#[test]
fn a_stream_that_drips_is_closed_and_too_many_are_not_taken() {
    let mut tight = SipSettings { connections_max: 1, ..settings() };
    tight.stream_stall = Duration::from_millis(200);
    let rig = Rig::start(tight, LiveTrunkBook::new(open_book(100)));
    let mut slow = connect(&rig);
    slow.write_all(b"OPTIONS sip:a SIP").unwrap();
    crate::support::until("the first is counted", || rig.handle.stats().connections == 1);

    let mut second = connect(&rig);
    let mut rest = Vec::new();
    assert_eq!(second.read_to_end(&mut rest).unwrap_or(0), 0);
    assert_eq!(slow.read_to_end(&mut rest).unwrap_or(0), 0);
    crate::support::until("the first is gone", || rig.handle.stats().connections == 0);
}

#[test]
fn the_call_side_without_room_makes_503_and_not_a_pile() {
    let rig = Rig::start(settings(), LiveTrunkBook::new(open_book(10_000)));
    let mut refused = 0;
    // 256 events fit; nobody reads them.
    for _ in 0..300 {
        if answer_to(&mut Phone::new(rig.udp()), "INVITE", "", SDP).starts_with("SIP/2.0 503") {
            refused += 1;
        }
    }

    assert!(refused >= 40, "{refused}");
    let nobody = base::id::LegId::from_uuid(uuid::Uuid::nil());
    assert!(rig.handle.send(SipCommand::Ringing { leg: nobody }).is_err());
}
