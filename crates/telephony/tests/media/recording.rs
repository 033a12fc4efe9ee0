//! Recordings of calls.

use std::path::Path;
use std::time::Duration;

use base::id::RecordingId;
use telephony::media::api::{MediaEvent, PlayId, Side};
use telephony::media::client::{Voice, tone};
use tokio::time::Instant;

use crate::rig::{PATIENCE, Rig, uuid};

fn channels(path: &Path) -> (Vec<i16>, Vec<i16>) {
    let mut reader = hound::WavReader::open(path).unwrap();
    assert_eq!((reader.spec().channels, reader.spec().sample_rate), (2, 8_000));
    let all: Vec<i16> = reader.samples::<i16>().map(Result::unwrap).collect();
    all.chunks(2).map(|frame| (frame[0], frame[1])).unzip()
}

/// The share of 200 ms pieces in which a tone is heard throughout. The first and the last are seldom whole, and a
/// loaded machine holds packets back: tests ask for less than all of a tone, but for nothing of another.
fn heard(samples: &[i16], frequency: f32) -> f32 {
    let pieces: Vec<_> = samples.chunks_exact(1_600).collect();
    let with = pieces.iter().filter(|piece| tone::share(piece, frequency) > 0.7).count();
    with as f32 / pieces.len() as f32
}

async fn stored(rig: &mut Rig) -> MediaEvent {
    rig.event("stored", |event| {
        matches!(event, MediaEvent::RecordingStored { .. } | MediaEvent::RecordingFailed { .. })
    })
    .await
}

/// CC-TEL-06: the recording is stored whole, with both parties apart.
#[tokio::test]
async fn the_caller_is_on_the_left_and_the_operator_on_the_right() {
    let mut rig = Rig::start();
    let (caller, leg_caller) = rig.phone(440.0).await;
    let (operator, leg_operator) = rig.browser(620.0).await;
    let id = RecordingId::from_uuid(uuid());
    let path = rig.folder.path().join("one.wav");

    rig.media.bridge(leg_caller, leg_operator).unwrap();
    assert!(operator.hears(440.0, PATIENCE).await && caller.hears(620.0, PATIENCE).await);
    let began = Instant::now();
    rig.media.start_recording(id, path.clone(), leg_caller, leg_operator).unwrap();
    caller.press("5");
    tokio::time::sleep_until(began + Duration::from_millis(2_000)).await;
    rig.media.stop_recording(id).unwrap();
    let lasted = began.elapsed();

    let MediaEvent::RecordingStored { recording, bytes, duration_ms, sha256, .. } = stored(&mut rig).await
    else {
        panic!()
    };
    assert_eq!((recording, sha256.len()), (id, 64));
    assert_eq!(bytes, std::fs::metadata(&path).unwrap().len());
    assert!((lasted.as_millis() as u64).abs_diff(duration_ms) < 150, "{duration_ms} ms of {lasted:?}");
    let (left, right) = channels(&path);
    assert!(
        heard(&left, 440.0) > 0.5 && heard(&left, 620.0) < 0.05,
        "{} {}",
        heard(&left, 440.0),
        heard(&left, 620.0)
    );
    assert!(
        heard(&right, 620.0) > 0.5 && heard(&right, 440.0) < 0.05,
        "{} {}",
        heard(&right, 620.0),
        heard(&right, 440.0)
    );
}

/// CC-TEL-06: one recording for the whole call, whatever becomes of the browser.
#[tokio::test]
async fn a_recording_goes_on_over_hold_and_over_a_new_browser_session() {
    let mut rig = Rig::start();
    let (caller, leg_caller) = rig.phone(440.0).await;
    let (operator, leg_operator) = rig.browser(620.0).await;
    let id = RecordingId::from_uuid(uuid());
    let path = rig.folder.path().join("one.wav");
    rig.media.bridge(leg_caller, leg_operator).unwrap();
    assert!(caller.hears(620.0, PATIENCE).await);
    let began = Instant::now();
    rig.media.start_recording(id, path.clone(), leg_caller, leg_operator).unwrap();
    tokio::time::sleep_until(began + Duration::from_secs(1)).await;

    // The browser is reloaded: the caller hears music meanwhile and speaks on.
    operator.vanish();
    rig.media.unbridge(leg_caller).unwrap();
    rig.media.close(leg_operator).unwrap();
    rig.media.play(leg_caller, PlayId(1), vec![rig.prompt(1_200.0, 300)], true).unwrap();
    assert!(caller.hears(1_200.0, PATIENCE).await);
    tokio::time::sleep_until(began + Duration::from_secs(2)).await;
    let (operator, leg_again) = rig.browser(900.0).await;
    rig.media.swap_recording_leg(id, Side::Right, leg_again).unwrap();
    rig.media.stop_play(leg_caller, PlayId(1)).unwrap();
    rig.media.bridge(leg_caller, leg_again).unwrap();
    assert!(caller.hears(900.0, PATIENCE).await && operator.hears(440.0, PATIENCE).await);
    let back = began.elapsed();
    tokio::time::sleep_until(began + back + Duration::from_secs(1)).await;
    rig.media.stop_recording(id).unwrap();

    assert!(matches!(stored(&mut rig).await, MediaEvent::RecordingStored { .. }));
    let (left, right) = channels(&path);
    assert!(heard(&left, 440.0) > 0.75, "the caller is heard throughout: {}", heard(&left, 440.0));
    assert!(heard(&left, 1_200.0) < 0.05, "what the caller hears is not what he says");
    assert!(heard(&right[..7_200], 620.0) > 0.45, "{}", heard(&right[..7_200], 620.0));
    assert!(right[10_400..15_200].iter().all(|sample| *sample == 0), "silence while nobody was there");
    assert!(heard(&right[right.len() - 7_200..], 900.0) > 0.45);
}

#[tokio::test]
async fn an_engine_that_ends_stores_what_it_records() {
    let mut rig = Rig::start();
    let (_caller, leg_caller) = rig.phone(440.0).await;
    let id = RecordingId::from_uuid(uuid());
    let path = rig.folder.path().join("one.wav");
    rig.media.start_recording(id, path.clone(), leg_caller, crate::rig::leg()).unwrap();
    let until = Instant::now() + Duration::from_millis(600);
    tokio::time::sleep_until(until).await;

    rig.media.clone().stop().await;

    assert!(heard(&channels(&path).0, 440.0) > 0.6);
    let event = stored(&mut rig).await;
    assert!(matches!(event, MediaEvent::RecordingStored { recording, .. } if recording == id), "{event:?}");
    assert!(rig.media.mute(leg_caller, true).is_err(), "the engine is gone");
}

#[tokio::test]
async fn a_recording_that_cannot_be_written_is_reported_and_the_call_goes_on() {
    let mut rig = Rig::start();
    let (caller, leg_caller) = rig.phone(440.0).await;
    let (other, leg_other) = rig.phone(620.0).await;
    std::fs::write(rig.folder.path().join("file"), "").unwrap();
    let id = RecordingId::from_uuid(uuid());
    let path = rig.folder.path().join("file/one.wav");
    rig.media.start_recording(id, path.clone(), leg_caller, leg_other).unwrap();
    rig.media.bridge(leg_caller, leg_other).unwrap();

    let failed = stored(&mut rig).await;
    assert!(
        matches!(&failed, MediaEvent::RecordingFailed { recording, path: at, .. } if *recording == id && *at == path),
        "{failed:?}"
    );
    caller.say(Voice::Tone(900.0));
    assert!(other.hears(900.0, PATIENCE).await && caller.hears(620.0, PATIENCE).await);
    rig.media.stop_recording(id).unwrap();
}
