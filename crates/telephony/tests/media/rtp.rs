//! Telephones over plain RTP.

use std::net::{IpAddr, Ipv6Addr};
use std::time::{Duration, Instant};

use telephony::media::api::{MediaError, MediaEvent, PlayId};
use telephony::media::client::{RtpPhone, Voice};
use telephony::media::rtp::{self, Header};
use telephony::media::sdp::Direction;

use crate::rig::{LOCALHOST, PATIENCE, Rig, leg};

#[tokio::test]
async fn a_caller_hears_a_prompt_to_its_end_and_the_end_is_reported_on_time() {
    let mut rig = Rig::start();
    let (phone, leg) = rig.phone(440.0).await;
    let files = vec![rig.prompt(1_000.0, 700), rig.prompt(1_500.0, 500)];

    let started = Instant::now();
    rig.media.play(leg, PlayId(7), files, false).unwrap();
    assert!(phone.hears(1_000.0, PATIENCE).await);
    assert!(phone.hears(1_500.0, PATIENCE).await);
    rig.event("finished", |event| *event == MediaEvent::PlayFinished { leg, play: PlayId(7) }).await;

    let lasted = started.elapsed();
    assert!(lasted >= Duration::from_millis(1_180), "{lasted:?}");
    assert!(lasted < Duration::from_millis(2_500), "{lasted:?}");
    let heard = phone.heard();
    assert_eq!((heard.streams, heard.backwards, heard.lost), (1, 0, 0));
}

#[tokio::test]
async fn music_goes_on_until_it_is_stopped_and_a_missing_file_is_reported() {
    let mut rig = Rig::start();
    let (phone, leg) = rig.phone(440.0).await;
    let music = rig.prompt(800.0, 240);

    rig.media.play(leg, PlayId(1), vec![music], true).unwrap();
    assert!(phone.hears(800.0, PATIENCE).await);
    let packets = phone.heard().packets;
    assert!(phone.until(PATIENCE, |ear| ear.heard(Instant::now()).packets > packets + 50).await);
    assert!(phone.hears(800.0, PATIENCE).await, "after several rounds");
    rig.media.stop_play(leg, PlayId(2)).unwrap();
    phone.forget();
    assert!(phone.hears(800.0, PATIENCE).await, "another play is left alone");
    rig.media.stop_play(leg, PlayId(1)).unwrap();
    assert!(phone.hears_silence(PATIENCE).await);

    rig.media.play(leg, PlayId(3), vec!["/nowhere/at/all.wav".into()], false).unwrap();
    let failed = rig
        .event("failed", |event| {
            matches!(event, MediaEvent::PlayFinished { .. } | MediaEvent::PlayFailed { .. })
        })
        .await;
    assert!(matches!(failed, MediaEvent::PlayFailed { play: PlayId(3), .. }), "{failed:?}");
}

/// CC-TEL-02: two parties talk; hold is a bridge taken apart and music instead.
#[tokio::test]
async fn bridged_callers_hear_each_other_and_music_wins_until_it_stops() {
    let mut rig = Rig::start();
    let (anna, leg_anna) = rig.phone(440.0).await;
    let (boris, leg_boris) = rig.phone(620.0).await;

    rig.media.bridge(leg_anna, leg_boris).unwrap();
    assert!(anna.hears(620.0, PATIENCE).await);
    assert!(boris.hears(440.0, PATIENCE).await);

    rig.media.play(leg_anna, PlayId(1), vec![rig.prompt(1_200.0, 400)], true).unwrap();
    assert!(anna.hears(1_200.0, PATIENCE).await);
    rig.media.stop_play(leg_anna, PlayId(1)).unwrap();
    assert!(anna.hears(620.0, PATIENCE).await);

    rig.media.unbridge(leg_boris).unwrap();
    assert!(anna.hears_silence(PATIENCE).await);
    assert!(boris.hears_silence(PATIENCE).await);
    for phone in [&anna, &boris] {
        let heard = phone.heard();
        assert_eq!((heard.streams, heard.backwards), (1, 0));
        let off = heard.media_time.abs_diff(heard.clock_time);
        assert!(off < Duration::from_millis(300), "media time and clock time differ by {off:?}");
    }
}

/// CC-TEL-02: mute.
#[tokio::test]
async fn a_muted_leg_is_silent_for_its_partner() {
    let mut rig = Rig::start();
    let (_anna, leg_anna) = rig.phone(440.0).await;
    let (boris, leg_boris) = rig.phone(620.0).await;
    rig.media.bridge(leg_anna, leg_boris).unwrap();
    assert!(boris.hears(440.0, PATIENCE).await);

    rig.media.mute(leg_anna, true).unwrap();
    assert!(boris.hears_silence(PATIENCE).await);
    rig.media.mute(leg_anna, false).unwrap();
    assert!(boris.hears(440.0, PATIENCE).await);
    assert_eq!(boris.heard().streams, 1);
}

#[tokio::test]
async fn keys_are_reported_once_each_and_reach_the_partner() {
    let mut rig = Rig::start();
    let (anna, leg_anna) = rig.phone(440.0).await;
    let (boris, leg_boris) = rig.phone(620.0).await;
    rig.media.bridge(leg_anna, leg_boris).unwrap();
    assert!(boris.hears(440.0, PATIENCE).await);

    anna.press("19#1");
    let mut digits = String::new();
    while digits.len() < 4 {
        let event = rig.event("digit", |event| matches!(event, MediaEvent::Digit { .. })).await;
        let MediaEvent::Digit { leg, digit, duration_ms } = event else { unreachable!() };
        assert_eq!((leg, duration_ms), (leg_anna, 100));
        digits.push(digit);
    }

    assert_eq!(digits, "19#1");
    assert!(
        boris.until(PATIENCE, |ear| ear.heard(Instant::now()).digits == "19#1").await,
        "{:?}",
        boris.heard()
    );
    assert!(boris.hears(440.0, PATIENCE).await);
}

#[tokio::test]
async fn a_stranger_is_neither_heard_nor_spoken_to() {
    let mut rig = Rig::with(|settings| settings.quality_every = Duration::from_millis(500));
    let (anna, leg_anna) = rig.phone(440.0).await;
    let (boris, leg_boris) = rig.phone(620.0).await;
    rig.media.bridge(leg_anna, leg_boris).unwrap();
    assert!(boris.hears(440.0, PATIENCE).await);

    // The port of the engine for Anna, from its answer to the same offer again.
    let answer = rig.media.renegotiate(leg_anna, anna.offer()).await.unwrap();
    let port: u16 = answer.split("m=audio ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(boris.hears(440.0, PATIENCE).await);
    let stranger = tokio::net::UdpSocket::bind((LOCALHOST, 0)).await.unwrap();
    let mut datagram = Vec::new();
    for n in 0..200_u16 {
        let header =
            Header { marker: false, payload_type: 8, sequence: n, timestamp: u32::from(n) * 160, ssrc: 99 };
        rtp::write(&header, &[0x2A; 160], &mut datagram);
        stranger.send_to(&datagram, (LOCALHOST, port)).await.unwrap();
    }

    let seen = rig
        .event(
            "strangers",
            |event| matches!(event, MediaEvent::Quality { quality, .. } if quality.strangers >= 150),
        )
        .await;
    assert!(matches!(seen, MediaEvent::Quality { leg, .. } if leg == leg_anna));
    boris.forget();
    assert!(boris.hears(440.0, PATIENCE).await, "still Anna");
    assert!(stranger.try_recv(&mut [0; 10]).is_err(), "the stranger heard something");
    assert!(anna.hears(620.0, PATIENCE).await, "Anna still hears Boris");
}

/// CC-TEL-02: hold and resume, asked for by the peer in either style.
#[tokio::test]
async fn hold_and_resume_leave_no_seam_in_the_stream() {
    let mut rig = Rig::start();
    let (anna, leg_anna) = rig.phone(440.0).await;
    let (_boris, leg_boris) = rig.phone(620.0).await;
    rig.media.bridge(leg_anna, leg_boris).unwrap();
    assert!(anna.hears(620.0, PATIENCE).await);

    for hold in [Direction::SendOnly, Direction::Inactive] {
        let answer = rig.media.renegotiate(leg_anna, anna.offer_with(hold)).await.unwrap();
        assert!(answer.contains(&format!("a={}", hold.reversed().name())), "{answer}");
        let packets = anna.heard().packets;
        assert!(
            !anna
                .until(Duration::from_millis(400), |ear| ear.heard(Instant::now()).packets > packets + 5)
                .await
        );
        rig.media.renegotiate(leg_anna, anna.offer()).await.unwrap();
        anna.forget();
        assert!(anna.hears(620.0, PATIENCE).await);
    }

    let heard = anna.heard();
    assert_eq!((heard.streams, heard.backwards, heard.lost), (1, 0, 0));
    let off = heard.media_time.abs_diff(heard.clock_time);
    assert!(off < Duration::from_millis(300), "media time and clock time differ by {off:?}");
}

#[tokio::test]
async fn a_leg_opened_without_an_offer_takes_the_answer() {
    let rig = Rig::start();
    let phone = RtpPhone::open(LOCALHOST).await.unwrap();
    let leg = leg();
    let offer = rig.media.open_rtp(leg, None).await.unwrap();
    let answer = phone.answer(&offer).unwrap();
    rig.media.accept_answer(leg, answer).await.unwrap();
    phone.say(Voice::Silence);

    rig.media.play(leg, PlayId(1), vec![rig.prompt(700.0, 2_000)], false).unwrap();

    assert!(phone.hears(700.0, PATIENCE).await);
}

#[tokio::test]
async fn a_caller_over_version_six_is_met_there_and_refused_where_we_have_no_such_address() {
    let six: IpAddr = Ipv6Addr::LOCALHOST.into();
    let Ok(phone) = RtpPhone::open(six).await else { return }; // a machine without it
    let rig = Rig::with(|settings| settings.rtp_address_v6 = Some(six));
    let leg = leg();
    let answer = rig.media.open_rtp(leg, Some(phone.offer())).await.unwrap();
    assert!(answer.contains("c=IN IP6 ::1") && phone.accept(&answer));
    phone.say(Voice::Silence);
    rig.media.play(leg, PlayId(1), vec![rig.prompt(700.0, 2_000)], false).unwrap();
    assert!(phone.hears(700.0, PATIENCE).await);

    let rig = Rig::start();
    assert!(matches!(rig.media.open_rtp(leg, Some(phone.offer())).await, Err(MediaError::BadSdp(_))));
}

#[tokio::test]
async fn what_cannot_be_opened_is_refused_with_the_reason_and_frees_its_ports() {
    let rig = Rig::with(|settings| {
        settings.rtp_ports = *settings.rtp_ports.start()..=*settings.rtp_ports.start() + 3
    });
    let phone = RtpPhone::open(LOCALHOST).await.unwrap();
    let secure = phone.offer().replace("RTP/AVP", "RTP/SAVP");
    for _ in 0..10 {
        assert_eq!(rig.media.open_rtp(leg(), Some(secure.clone())).await, Err(MediaError::NoCommonCodec));
    }
    assert!(matches!(rig.media.open_rtp(leg(), Some("v=1".to_owned())).await, Err(MediaError::BadSdp(_))));

    let (one, two) = (leg(), leg());
    rig.media.open_rtp(one, Some(phone.offer())).await.unwrap();
    assert_eq!(rig.media.open_rtp(one, Some(phone.offer())).await, Err(MediaError::LegExists(one)));
    rig.media.open_rtp(two, Some(phone.offer())).await.unwrap();
    assert_eq!(rig.media.open_rtp(leg(), Some(phone.offer())).await, Err(MediaError::NoPorts));
    rig.media.close(one).unwrap();
    rig.media.open_rtp(leg(), Some(phone.offer())).await.unwrap();
    assert_eq!(rig.media.renegotiate(one, phone.offer()).await, Err(MediaError::UnknownLeg(one)));
}

#[tokio::test]
async fn a_silent_peer_is_reported_once_until_it_is_heard_again() {
    let mut rig = Rig::with(|settings| settings.rtp_timeout = Duration::from_millis(300));
    let (phone, leg) = rig.phone(440.0).await;
    for _ in 0..2 {
        phone.say(Voice::Nothing);
        rig.event("timed out", |event| *event == MediaEvent::TimedOut { leg }).await;
        phone.say(Voice::Tone(440.0));
        tokio::time::timeout(Duration::from_millis(600), rig.events.recv()).await.ok();
    }
    assert!(rig.events.try_recv().is_err(), "once each");
}

#[tokio::test]
async fn quality_tells_what_was_heard_and_the_reports_of_the_peer() {
    let mut rig = Rig::with(|settings| settings.quality_every = Duration::from_millis(400));
    let (_phone, leg) = rig.phone(440.0).await;
    rig.event("quality", |event| {
        matches!(event, MediaEvent::Quality { leg: about, quality } if *about == leg && quality.received > 20 && quality.lost == 0)
    })
    .await;
}
