//! Browsers.

use std::time::Duration;

use telephony::media::api::{MediaError, MediaEvent, PlayId};
use telephony::media::client::{Voice, WebPhone};
use telephony::media::g711::G711;

use crate::rig::{LOCALHOST, PATIENCE, Rig, leg};

/// CC-TEL-02: a caller talks with an operator in a browser.
#[tokio::test]
async fn a_caller_and_a_browser_hear_each_other() {
    let mut rig = Rig::start();
    let (caller, leg_caller) = rig.phone(440.0).await;
    let (operator, leg_operator) = rig.browser(620.0).await;

    rig.media.bridge(leg_caller, leg_operator).unwrap();

    assert!(caller.hears(620.0, PATIENCE).await, "the caller does not hear the operator");
    assert!(operator.hears(440.0, PATIENCE).await, "the operator does not hear the caller");
    assert_eq!(operator.codec(), Some(G711::Pcma), "the caller's law passes untouched");
    assert_eq!((caller.heard().streams, operator.heard().streams), (1, 1));
}

#[tokio::test]
async fn one_browser_serves_one_caller_after_another_in_one_session() {
    let mut rig = Rig::start();
    let (operator, leg_operator) = rig.browser(620.0).await;
    for frequency in [440.0, 900.0] {
        let (caller, leg_caller) = rig.phone(frequency).await;
        rig.media.bridge(leg_caller, leg_operator).unwrap();
        assert!(operator.hears(frequency, PATIENCE).await);
        assert!(caller.hears(620.0, PATIENCE).await);
        rig.media.close(leg_caller).unwrap();
        operator.say(Voice::Nothing);
        operator.say(Voice::Tone(620.0));
    }
    let heard = operator.heard();
    assert_eq!((heard.streams, heard.backwards), (1, 0));
}

#[tokio::test]
async fn a_browser_hears_a_prompt_and_is_muted() {
    let mut rig = Rig::start();
    let (operator, leg_operator) = rig.browser(620.0).await;
    rig.media.play(leg_operator, PlayId(1), vec![rig.prompt(1_000.0, 600)], false).unwrap();
    assert!(operator.hears(1_000.0, PATIENCE).await);
    rig.event("finished", |event| matches!(event, MediaEvent::PlayFinished { .. })).await;

    let (caller, leg_caller) = rig.phone(440.0).await;
    rig.media.bridge(leg_caller, leg_operator).unwrap();
    assert!(caller.hears(620.0, PATIENCE).await);
    rig.media.mute(leg_operator, true).unwrap();
    assert!(caller.hears_silence(PATIENCE).await);
}

#[tokio::test]
async fn a_browser_that_vanishes_is_missed_within_seconds_and_one_that_says_goodbye_at_once() {
    let mut rig = Rig::with(|settings| settings.webrtc_silence = Duration::from_secs(2));
    let (vanishing, leg_vanishing) = rig.browser(620.0).await;
    let (leaving, leg_leaving) = rig.browser(900.0).await;
    let gone = |leg| move |event: &MediaEvent| *event == MediaEvent::Disconnected { leg };

    leaving.hang_up().await;
    rig.event_within(Duration::from_secs(1), "goodbye", gone(leg_leaving)).await;
    vanishing.vanish();
    rig.event_within(Duration::from_secs(5), "vanished", gone(leg_vanishing)).await;
}

#[tokio::test]
async fn an_idle_browser_that_sends_no_audio_is_not_missed() {
    let mut rig = Rig::with(|settings| settings.webrtc_silence = Duration::from_secs(5));
    let (operator, leg_operator) = rig.browser(620.0).await;
    operator.say(Voice::Nothing);
    let missed = tokio::time::timeout(Duration::from_secs(7), async {
        loop {
            let event = rig.events.recv().await.unwrap();
            if matches!(event, MediaEvent::Disconnected { .. }) {
                return;
            }
        }
    });
    assert!(missed.await.is_err(), "it was missed");
    let (caller, leg_caller) = rig.phone(440.0).await;
    rig.media.bridge(leg_caller, leg_operator).unwrap();
    assert!(operator.hears(440.0, PATIENCE).await);
    operator.say(Voice::Tone(620.0));
    assert!(caller.hears(620.0, PATIENCE).await);
}

#[tokio::test]
async fn the_answer_is_for_a_lite_server_with_two_laws_and_keys() {
    let rig = Rig::start();
    let (_phone, offer) = WebPhone::offer(LOCALHOST).await.unwrap();
    let answer = rig.media.open_webrtc(leg(), offer).await.unwrap();
    for line in [
        "a=ice-lite",
        "a=setup:passive",
        "a=rtcp-mux",
        "PCMA/8000",
        "PCMU/8000",
        "telephone-event/8000",
        "typ host",
    ] {
        assert!(answer.contains(line), "{line} is missing in\n{answer}");
    }
    assert!(!answer.contains("opus"));
    let audio = answer.lines().find(|line| line.starts_with("m=audio")).unwrap();
    assert!(audio.split(' ').count() == 6, "{audio}");
}

#[tokio::test]
async fn what_is_no_offer_of_a_browser_is_refused() {
    let rig = Rig::start();
    assert!(matches!(rig.media.open_webrtc(leg(), "v=0".to_owned()).await, Err(MediaError::BadSdp(_))));
    assert!(matches!(rig.media.open_webrtc(leg(), String::new()).await, Err(MediaError::BadSdp(_))));
}

/// What Chromium offers: candidates with names of multicast DNS, Opus first, two clocks of telephone events.
const CHROMIUM: &str = include_str!("chromium.sdp");

#[tokio::test]
async fn an_offer_as_chromium_makes_it_is_answered_in_g711() {
    let rig = Rig::start();
    let answer = rig.media.open_webrtc(leg(), CHROMIUM.replace('\n', "\r\n")).await.unwrap();
    let audio = answer.lines().find(|line| line.starts_with("m=audio")).unwrap();
    let kinds: Vec<&str> = audio.split(' ').skip(3).collect();
    assert_eq!(kinds.len(), 3, "{audio}");
    for kind in ["0", "8", "126"] {
        assert!(kinds.contains(&kind), "{audio}");
    }
    assert!(answer.contains("a=ice-lite") && answer.contains("a=setup:passive"), "{answer}");
    assert!(answer.contains("a=sendrecv"), "{answer}");
}
