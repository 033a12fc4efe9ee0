//! Inside a call: what RFC 3261 12-15, 3262, 3311 and 4028 want, over raw datagrams.

use crate::support::{Phone, Rig, SDP, header, open_book, settings};
use std::time::Duration;
use telephony::sip::{EndCause, LiveTrunkBook, SipCommand, SipEvent, SipSettings};

/// T1 = 20 ms makes 64*T1 1.3 seconds.
fn quick() -> SipSettings {
    SipSettings { t1: Duration::from_millis(20), ..settings() }
}

fn rig(settings: SipSettings) -> Rig {
    Rig::start(settings, LiveTrunkBook::new(open_book(100)))
}

fn ask(phone: &mut Phone, method: &str, cseq: u32, extra: &str, body: &str, answer: &str) -> String {
    let request = phone.request(method, cseq, extra, body);
    phone.send(&request);
    phone.expect(answer)
}

/// CC-TEL-01
#[test]
fn a_call_is_answered_and_the_caller_hangs_up() {
    let mut rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let leg = phone.call(&mut rig, "");

    ask(&mut phone, "BYE", 2, "Reason: Q.850;cause=16\r\n", "", "SIP/2.0 200");

    let cause = EndCause::Peer(Some("Q.850;cause=16".to_owned()));
    assert_eq!(rig.event(), SipEvent::HungUp { leg, cause });
    rig.until_no_legs();
}

#[test]
fn we_hang_up_with_a_reason_at_the_place_the_call_came_from() {
    let mut rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let port = phone.port();
    // The Contact of a peer behind NAT leads nowhere.
    let invite = phone
        .request("INVITE", 1, "", SDP)
        .replace(&format!("sip:anna@127.0.0.1:{port}"), "sip:anna@192.0.2.1:9");
    phone.send(&invite);
    let leg = rig.incoming();
    rig.send(SipCommand::Answer { leg, sdp: SDP.to_owned() });
    let answer = phone.expect("SIP/2.0 200");
    assert!(header(&answer, "Contact").unwrap().contains(&rig.udp().to_string()));
    let ack = phone.request("ACK", 1, "", "");
    phone.send(&ack);
    rig.event();

    rig.send(SipCommand::Bye { leg, cause: Some("Q.850;cause=16".to_owned()) });

    let bye = phone.expect("BYE sip:anna@192.0.2.1:9");
    assert_eq!(header(&bye, "Reason").as_deref(), Some("Q.850;cause=16"));
    assert!(header(&bye, "From").unwrap().contains(&phone.to_tag));
    phone.reply(&bye, "200 OK", "");
    rig.until_no_legs();
    rig.no_event();
}

#[test]
fn a_cancel_gets_200_and_the_invite_487() {
    let mut rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let invite = phone.request("INVITE", 1, "", SDP);
    phone.send(&invite);
    let leg = rig.incoming();
    rig.send(SipCommand::Ringing { leg });
    phone.expect("SIP/2.0 180");

    phone.to_tag.clear();
    let cancel = phone.request_on(phone.last_branch(), "CANCEL", 1, "", "");
    phone.send(&cancel);

    let mut answers = [phone.receive(), phone.receive()];
    answers.sort();
    assert!(
        answers[0].starts_with("SIP/2.0 200") && header(&answers[0], "CSeq").unwrap().ends_with("CANCEL")
    );
    assert!(answers[1].starts_with("SIP/2.0 487"));
    assert_eq!(rig.event(), SipEvent::Cancelled { leg });
    rig.until_no_legs();
}

#[test]
fn a_cancel_that_crosses_the_answer_is_confirmed_and_the_call_stands() {
    let mut rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let invite = phone.request("INVITE", 1, "", SDP);
    phone.send(&invite);
    let leg = rig.incoming();
    rig.send(SipCommand::Answer { leg, sdp: SDP.to_owned() });
    phone.expect("SIP/2.0 200");
    let to_tag = std::mem::take(&mut phone.to_tag);

    let cancel = phone.request_on(phone.last_branch(), "CANCEL", 1, "", "");
    phone.send(&cancel);
    loop {
        let answer = phone.expect("SIP/2.0 200");
        if header(&answer, "CSeq").unwrap().ends_with("CANCEL") {
            break;
        }
    }

    phone.to_tag = to_tag;
    let ack = phone.request("ACK", 1, "", "");
    phone.send(&ack);
    assert_eq!(rig.event(), SipEvent::Acked { leg, sdp: None });
}

#[test]
fn a_lost_ack_is_noticed_and_the_call_ended_with_bye() {
    let mut rig = rig(quick());
    let mut phone = Phone::new(rig.udp());
    let invite = phone.request("INVITE", 1, "", SDP);
    phone.send(&invite);
    let leg = rig.incoming();
    rig.send(SipCommand::Answer { leg, sdp: SDP.to_owned() });
    phone.expect("SIP/2.0 200");
    phone.expect("SIP/2.0 200");

    let bye = phone.expect("BYE ");
    phone.reply(&bye, "200 OK", "");

    assert_eq!(rig.event(), SipEvent::HungUp { leg, cause: EndCause::NoAck });
    rig.until_no_legs();
}

#[test]
fn a_peer_that_vanished_before_the_ack_leaves_nothing_behind() {
    let mut rig = rig(quick());
    for _ in 0..20 {
        let mut phone = Phone::new(rig.udp());
        let invite = phone.request("INVITE", 1, "", SDP);
        phone.send(&invite);
        // On a busy machine the first of them are given up before the last has called.
        let leg = loop {
            match rig.event() {
                SipEvent::Incoming(call) => break call.leg,
                SipEvent::HungUp { cause: EndCause::NoAck, .. } => {}
                other => panic!("{other:?} instead of a call"),
            }
        };
        rig.send(SipCommand::Answer { leg, sdp: SDP.to_owned() });
    }

    rig.until_no_legs();
    crate::support::until("no transaction is left", || {
        let stats = rig.handle.stats();
        (stats.transactions, stats.finished_transactions, stats.waiting_ack) == (0, 0, 0)
    });
}

#[test]
fn a_refusal_of_the_call_side_reaches_the_caller() {
    let mut rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let invite = phone.request("INVITE", 1, "", SDP);
    phone.send(&invite);
    let leg = rig.incoming();

    let retry_after = Some(Duration::from_secs(7));
    rig.send(SipCommand::Reject {
        leg,
        status: 488,
        reason: Some("No common codec".to_owned()),
        retry_after,
    });

    let answer = phone.expect("SIP/2.0 488 No common codec");
    assert_eq!(header(&answer, "Retry-After").as_deref(), Some("7"));
    let ack = phone.request_on(phone.last_branch(), "ACK", 1, "", "");
    phone.send(&ack);
    rig.until_no_legs();
    rig.no_event();
}

/// CC-TEL-02: digits by INFO.
#[test]
fn digits_come_by_info() {
    let mut rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let leg = phone.call(&mut rig, "");

    ask(
        &mut phone,
        "INFO",
        2,
        "Content-Type: application/dtmf-relay\r\n",
        "Signal=5\r\nDuration=100\r\n",
        "SIP/2.0 200",
    );
    ask(&mut phone, "INFO", 3, "Content-Type: application/dtmf\r\n", "#", "SIP/2.0 200");
    ask(&mut phone, "INFO", 4, "Content-Type: text/plain\r\n", "5", "SIP/2.0 415");

    assert_eq!(rig.event(), SipEvent::Digit { leg, digit: '5', duration: Duration::from_millis(100) });
    assert_eq!(rig.event(), SipEvent::Digit { leg, digit: '#', duration: Duration::from_millis(160) });
    rig.no_event();
}

#[test]
fn numbers_that_go_backwards_get_500_and_a_mismatch_400() {
    let mut rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    phone.call(&mut rig, "");
    let info = "Content-Type: application/dtmf-relay\r\n";

    ask(&mut phone, "INFO", 5, info, "Signal=1\r\n", "SIP/2.0 200");
    ask(&mut phone, "INFO", 4, info, "Signal=2\r\n", "SIP/2.0 500");
    let wrong = phone.request("INFO", 6, info, "Signal=3\r\n").replace("CSeq: 6 INFO", "CSeq: 6 BYE");
    phone.send(&wrong);
    phone.expect("SIP/2.0 400");

    assert!(matches!(rig.event(), SipEvent::Digit { digit: '1', .. }));
    rig.no_event();
}

#[test]
fn a_new_offer_is_passed_on_and_a_second_one_meanwhile_gets_500() {
    let mut rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let leg = phone.call(&mut rig, "");
    let hold = SDP.replace("m=audio", "a=sendonly\r\nm=audio");

    let first = phone.request("INVITE", 2, "", &hold);
    phone.send(&first);
    assert_eq!(rig.event(), SipEvent::Reoffered { leg, sdp: Some(hold) });
    let second = phone.request("INVITE", 3, "", SDP);
    phone.send(&second);
    let refused = phone.expect("SIP/2.0 500");
    assert!(header(&refused, "Retry-After").is_some() && header(&refused, "CSeq").unwrap().starts_with('3'));
    let ack = phone.request_on(phone.last_branch(), "ACK", 3, "", "");
    phone.send(&ack);

    rig.send(SipCommand::AnswerReoffer { leg, sdp: SDP.to_owned() });
    let answer = phone.expect("SIP/2.0 200");
    assert!(header(&answer, "CSeq").unwrap().starts_with('2') && answer.ends_with(SDP));
    let ack = phone.request("ACK", 2, "", "");
    phone.send(&ack);
    assert_eq!(rig.event(), SipEvent::Acked { leg, sdp: None });

    let third = phone.request("INVITE", 4, "", SDP);
    phone.send(&third);
    assert!(matches!(rig.event(), SipEvent::Reoffered { .. }));
    rig.send(SipCommand::RejectReoffer { leg, status: 488, retry_after: None });
    phone.expect("SIP/2.0 488");
    let ack = phone.request_on(phone.last_branch(), "ACK", 4, "", "");
    phone.send(&ack);
    ask(&mut phone, "BYE", 5, "", "", "SIP/2.0 200");
}

#[test]
fn a_hang_up_while_an_offer_waits_leaves_nothing_open() {
    let mut rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let leg = phone.call(&mut rig, "");
    let offer = phone.request("INVITE", 2, "", SDP);
    phone.send(&offer);
    assert!(matches!(rig.event(), SipEvent::Reoffered { .. }));

    rig.send(SipCommand::Bye { leg, cause: None });

    phone.expect("SIP/2.0 487");
    let bye = phone.expect("BYE ");
    phone.reply(&bye, "200 OK", "");
    rig.until_no_legs();
}

#[test]
fn a_late_offer_gets_ours_and_the_ack_brings_the_answer() {
    let mut rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let invite = phone.request("INVITE", 1, "", "");
    phone.send(&invite);
    let SipEvent::Incoming(call) = rig.event() else { panic!("no call") };
    assert_eq!(call.offer, None);
    rig.send(SipCommand::Answer { leg: call.leg, sdp: SDP.to_owned() });
    phone.expect("SIP/2.0 200");

    let ack = phone.request("ACK", 1, "", SDP);
    phone.send(&ack);

    assert_eq!(rig.event(), SipEvent::Acked { leg: call.leg, sdp: Some(SDP.to_owned()) });
}

/// CC-TEL-01: PRACK when the peer wants it.
#[test]
fn ringing_is_reliable_when_the_caller_requires_it() {
    let mut rig = rig(quick());
    let mut phone = Phone::new(rig.udp());
    let invite = phone.request("INVITE", 1, "Require: 100rel\r\n", SDP);
    phone.send(&invite);
    let leg = rig.incoming();
    rig.send(SipCommand::Ringing { leg });
    rig.send(SipCommand::Answer { leg, sdp: SDP.to_owned() });
    let ringing = phone.expect("SIP/2.0 180");
    assert_eq!(phone.expect("SIP/2.0 180"), ringing, "it comes again until PRACK");
    let rseq = header(&ringing, "RSeq").unwrap();

    let prack = phone.request("PRACK", 2, &format!("RAck: {rseq} 1 INVITE\r\n"), "");
    phone.send(&prack);

    let mut answers = [phone.expect("SIP/2.0 200"), phone.expect("SIP/2.0 200")]
        .map(|answer| header(&answer, "CSeq").unwrap());
    answers.sort();
    assert_eq!(answers, ["1 INVITE", "2 PRACK"]);
}

#[test]
fn a_caller_that_requires_100rel_and_sends_no_prack_gets_504() {
    let mut rig = rig(quick());
    let mut phone = Phone::new(rig.udp());
    let invite = phone.request("INVITE", 1, "Require: 100rel\r\n", SDP);
    phone.send(&invite);
    let leg = rig.incoming();
    rig.send(SipCommand::Ringing { leg });

    phone.expect("SIP/2.0 504");

    assert_eq!(rig.event(), SipEvent::Failed { leg, cause: EndCause::NoPrack });
}

#[test]
fn the_caller_refreshes_the_session_by_update() {
    let mut rig = Rig::open();
    let mut phone = Phone::new(rig.udp());
    let invite =
        phone.request("INVITE", 1, "Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n", SDP);
    phone.send(&invite);
    let leg = rig.incoming();
    rig.send(SipCommand::Answer { leg, sdp: SDP.to_owned() });
    let answer = phone.expect("SIP/2.0 200");
    assert_eq!(header(&answer, "Session-Expires").as_deref(), Some("600;refresher=uac"));
    assert_eq!(header(&answer, "Require").as_deref(), Some("timer"));
    let ack = phone.request("ACK", 1, "", "");
    phone.send(&ack);
    rig.event();

    let refreshed = ask(
        &mut phone,
        "UPDATE",
        2,
        "Supported: timer\r\nSession-Expires: 600;refresher=uac\r\n",
        "",
        "SIP/2.0 200",
    );
    assert_eq!(header(&refreshed, "Session-Expires").as_deref(), Some("600;refresher=uac"));
    let small =
        ask(&mut phone, "UPDATE", 3, "Supported: timer\r\nSession-Expires: 30\r\n", "", "SIP/2.0 422");
    assert_eq!(header(&small, "Min-SE").as_deref(), Some("90"));
    rig.no_event();
}

/// Session timers of one second, which RFC 4028 forbids outside of tests.
fn short() -> SipSettings {
    SipSettings { min_se: Duration::from_secs(1), ..quick() }
}

#[test]
fn a_session_that_the_caller_does_not_refresh_ends_with_bye() {
    let mut rig = rig(short());
    let mut phone = Phone::new(rig.udp());
    let leg = phone.call(&mut rig, "Supported: timer\r\nSession-Expires: 1;refresher=uac\r\n");

    let bye = phone.expect("BYE ");
    phone.reply(&bye, "200 OK", "");

    assert!(header(&bye, "Reason").unwrap().contains("session expired"));
    assert_eq!(rig.event(), SipEvent::HungUp { leg, cause: EndCause::SessionExpired });
}

#[test]
fn we_refresh_when_it_is_our_turn_by_update_or_by_the_same_offer() {
    let mut rig = rig(short());
    for (allow, method) in [("Allow: INVITE, UPDATE\r\n", "UPDATE"), ("", "INVITE")] {
        let mut phone = Phone::new(rig.udp());
        let leg =
            phone.call(&mut rig, &format!("{allow}Supported: timer\r\nSession-Expires: 2;refresher=uas\r\n"));

        for _ in 0..2 {
            let refresh = phone.expect(&format!("{method} "));
            assert!(header(&refresh, "Session-Expires").unwrap().starts_with("2;refresher=uac"));
            phone.reply(&refresh, "200 OK", "Session-Expires: 2;refresher=uac\r\nRequire: timer\r\n");
            if method == "INVITE" {
                assert!(refresh.ends_with(SDP));
                let ack = phone.expect("ACK ");
                assert_eq!(
                    header(&ack, "CSeq").unwrap().split(' ').next(),
                    header(&refresh, "CSeq").unwrap().split(' ').next()
                );
                // The ACK gets lost: the answer comes again, and so must the ACK.
                phone.reply(&refresh, "200 OK", "Session-Expires: 2;refresher=uac\r\n");
                phone.expect("ACK ");
            }
        }
        rig.send(SipCommand::Bye { leg, cause: None });
        let bye = phone.expect("BYE ");
        phone.reply(&bye, "200 OK", "");
        rig.until_no_legs();
    }
}

#[test]
fn a_peer_that_vanished_in_mid_call_is_reaped() {
    let mut settings = quick();
    settings.probe_every = Duration::from_millis(200);
    let mut rig = rig(settings);
    let leg = Phone::new(rig.udp()).call(&mut rig, "");

    assert_eq!(rig.event(), SipEvent::HungUp { leg, cause: EndCause::PeerGone });
    rig.until_no_legs();
}

#[test]
fn a_stop_ends_every_call_and_tells_the_peers() {
    let mut rig = Rig::open();
    let mut talking = Phone::new(rig.udp());
    let leg = talking.call(&mut rig, "");
    let mut ringing = Phone::new(rig.udp());
    let invite = ringing.request("INVITE", 1, "", SDP);
    ringing.send(&invite);
    let early = rig.incoming();

    let handle = rig.handle.clone();
    let stopping = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(handle.stop(Duration::from_secs(5)));
    });
    let bye = talking.expect("BYE ");
    talking.reply(&bye, "200 OK", "");
    ringing.expect("SIP/2.0 503");
    stopping.join().unwrap();

    let mut ended: Vec<SipEvent> = vec![rig.event(), rig.event()];
    ended.sort_by_key(|event| matches!(event, SipEvent::Failed { .. }));
    assert_eq!(ended[0], SipEvent::HungUp { leg, cause: EndCause::ShutDown });
    assert_eq!(ended[1], SipEvent::Failed { leg: early, cause: EndCause::ShutDown });
}
