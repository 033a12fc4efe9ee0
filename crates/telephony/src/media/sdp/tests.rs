use super::*;
use crate::media::g711::G711;
use proptest::prelude::*;

const OFFER: &str = "v=0\r\no=alice 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
    m=audio 4000 RTP/AVP 18 0 8 96\r\na=rtpmap:18 G729/8000\r\na=rtpmap:96 telephone-event/8000\r\na=ptime:30\r\n";

fn local() -> Local {
    Local::new(77, IpAddr::from([198, 51, 100, 7]), 20_000)
}

fn answer(offer: &str) -> (String, Negotiated) {
    local().answer(&parse(offer).unwrap()).unwrap()
}

#[test]
fn the_answer_keeps_the_offerers_order_and_numbers() {
    let (text, agreed) = answer(OFFER);

    assert_eq!(agreed.codecs, [(0, G711::Pcmu), (8, G711::Pcma)]);
    assert_eq!((agreed.event, agreed.ptime), (Some(96), 30));
    assert_eq!(agreed.target, Some("192.0.2.1:4000".parse().unwrap()));
    assert_eq!(agreed.rtcp_target, Some("192.0.2.1:4001".parse().unwrap()));
    insta::assert_snapshot!(text.replace("\r\n", "\n"), @r"
    v=0
    o=- 77 1 IN IP4 198.51.100.7
    s=-
    c=IN IP4 198.51.100.7
    t=0 0
    m=audio 20000 RTP/AVP 0 8 96
    a=rtpmap:0 PCMU/8000
    a=rtpmap:8 PCMA/8000
    a=rtpmap:96 telephone-event/8000
    a=fmtp:96 0-15
    a=ptime:30
    a=sendrecv
    ");
}

#[test]
fn every_section_is_answered_and_only_one_audio_is_taken() {
    let offer = format!(
        "{OFFER}m=video 5000 RTP/AVP 97\r\na=rtpmap:97 H264/90000\r\nm=audio 6000 RTP/AVP 8\r\nm=image 7000 udptl t38\r\n"
    );
    let (text, _) = answer(&offer);
    let sections: Vec<_> = text.lines().filter(|line| line.starts_with("m=")).collect();
    assert_eq!(
        sections,
        [
            "m=audio 20000 RTP/AVP 0 8 96",
            "m=video 0 RTP/AVP 97",
            "m=audio 0 RTP/AVP 8",
            "m=image 0 udptl t38"
        ]
    );
}

#[test]
fn both_styles_of_hold_stop_our_sending_and_resume_starts_it_again() {
    let mut local = local();
    let mut agree = |offer: &str| local.answer(&parse(offer).unwrap()).unwrap();
    let held_new = OFFER.to_owned() + "a=sendonly\r\n";
    let held_old = OFFER.replace("c=IN IP4 192.0.2.1", "c=IN IP4 0.0.0.0");
    let inactive = OFFER.to_owned() + "a=inactive\r\n";

    let directions: Vec<_> = [OFFER, &held_new, &held_old, &inactive, OFFER]
        .into_iter()
        .map(|offer| {
            let (text, agreed) = agree(offer);
            let version = text.lines().nth(1).unwrap().split(' ').nth(2).unwrap().to_owned();
            assert!(text.contains("m=audio 20000 "), "the port is kept");
            (agreed.direction, version)
        })
        .collect();

    assert_eq!(
        directions,
        [
            (Direction::SendRecv, "1".to_owned()),
            (Direction::RecvOnly, "2".to_owned()),
            (Direction::RecvOnly, "2".to_owned()),
            (Direction::Inactive, "3".to_owned()),
            (Direction::SendRecv, "4".to_owned()),
        ]
    );
}

#[test]
fn the_telephone_event_of_our_clock_is_taken() {
    let (_, agreed) = answer(
        "v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVPF 111 110 0 126\na=rtpmap:111 opus/48000/2\n\
         a=rtpmap:110 telephone-event/48000\na=rtpmap:126 telephone-event/8000\na=rtcp-mux\n",
    );
    assert_eq!((agreed.event, agreed.codecs.as_slice()), (Some(126), &[(0, G711::Pcmu)][..]));
    assert_eq!(agreed.rtcp_target, agreed.target);
}

#[test]
fn an_offer_that_needs_encryption_or_another_codec_has_nothing_in_common() {
    for offer in [
        "v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/SAVP 8\n",
        "v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 18\na=rtpmap:18 G729/8000\n",
        "v=0\nc=IN IP4 192.0.2.1\nm=audio 4000 RTP/AVP 8\na=rtpmap:8 PCMA/16000\n",
        "v=0\nc=IN IP4 192.0.2.1\nm=video 4000 RTP/AVP 97\n",
    ] {
        assert_eq!(local().answer(&parse(offer).unwrap()).unwrap_err(), Outcome::NothingInCommon, "{offer}");
    }
}

#[test]
fn our_offer_and_its_answer_agree_on_the_answerers_choice() {
    let mut ours = local();
    let offer = ours.offer();
    let mut theirs = Local::new(1, IpAddr::from([192, 0, 2, 1]), 4_000);
    let (answer, agreed) = theirs.answer(&parse(&offer).unwrap()).unwrap();

    let accepted = ours.accept(&parse(&answer).unwrap()).unwrap();

    assert_eq!((accepted.codecs, accepted.event), (agreed.codecs, Some(101)));
    assert_eq!(accepted.target, Some("192.0.2.1:4000".parse().unwrap()));
    assert!(ours.accept(&parse("v=0\nm=audio 0 RTP/AVP 8\n").unwrap()).is_err());
}

#[test]
fn addresses_of_version_six_are_read() {
    let (_, agreed) = answer("v=0\nc=IN IP6 2001:db8::1\nm=audio 4000 RTP/AVP 8\n");
    assert_eq!(agreed.target, Some("[2001:db8::1]:4000".parse().unwrap()));
}

#[test]
fn what_is_no_description_is_refused_with_its_line() {
    assert_eq!(parse(""), Err(SdpError::NotSdp));
    assert_eq!(parse("v=0\r\ns=-\r\n"), Err(SdpError::NoMedia));
    let bad = parse("v=0\r\nm=audio many RTP/AVP 0\r\n").unwrap_err();
    assert_eq!(bad.to_string(), "line 2 cannot be read: m=audio many RTP/AVP 0");
    assert!(matches!(
        parse("v=0\r\nc=IN IP4 pbx.example\r\nm=audio 1 RTP/AVP 0\r\n"),
        Err(SdpError::Line { number: 2, .. })
    ));
    assert_eq!(parse(&format!("v=0\r\n{}", "m=audio 1 RTP/AVP 0\r\n".repeat(17))), Err(SdpError::TooLong));
}

/// Lines that look like descriptions, whole and broken.
fn any_line() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("v=0".to_owned()),
        "m=(audio|video) [0-9]{1,6} RTP/AVP( [0-9]{1,3}){0,4}",
        "a=rtpmap:[0-9]{1,3} (PCMA|pcmu|opus|telephone-event)/[0-9]{1,5}",
        "c=IN IP[46] [0-9a-f.:]{1,15}",
        "a=(ptime:[0-9]{1,6}|sendonly|inactive|rtcp:[0-9]{1,6}|rtcp-mux|mid:0)",
        "[a-z]=.{0,20}",
        ".{0,20}",
    ]
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".{0,400}") {
        let _ = parse(&text);
    }

    /// Whatever is offered, an answer has as many sections as the offer, in the same order, and can be read again.
    #[test]
    fn an_answer_mirrors_its_offer(lines in proptest::collection::vec(any_line(), 0..30)) {
        let text = "v=0\nc=IN IP4 192.0.2.1\n".to_owned() + lines.join("\n").as_str();
        let Ok(offer) = parse(&text) else { return Ok(()) };
        let Ok((answer, agreed)) = local().answer(&offer) else { return Ok(()) };
        let answer = parse(&answer).unwrap();
        let kinds = |description: &Description| -> Vec<String> { description.media.iter().map(|media| media.kind.clone()).collect() };
        prop_assert_eq!(kinds(&offer), kinds(&answer));
        prop_assert!(answer.media.iter().filter(|media| media.port != 0).count() <= 1);
        prop_assert!((10..=60).contains(&agreed.ptime) && !agreed.codecs.is_empty());
    }
}
