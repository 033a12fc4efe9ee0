use super::*;
use std::fs;
use std::path::Path;
use std::sync::mpsc;

use crate::media::api::MediaEvent;

fn id(number: u128) -> RecordingId {
    RecordingId::from_uuid(uuid::Uuid::from_u128(number))
}

const BEAT: Duration = Duration::from_millis(20);

#[test]
fn both_sides_stay_aligned_over_gaps_and_late_packets() {
    let start = Instant::now();
    let mut recording = Recording::new(start, id(1), "a.wav".into());
    let at = |beat: u32| start + BEAT * (beat + 1);
    // The caller speaks all the time, with packets 3 and 4 swapped; the operator speaks from beat 50.
    for beat in 0..100_u32 {
        let n = match beat {
            3 => 4,
            4 => 3,
            n => n,
        };
        recording.push(at(beat), Side::Left, 1, i64::from(n) * 160, &[i16::try_from(n).unwrap() + 1; 160]);
        if beat >= 50 {
            recording.push(
                at(beat),
                Side::Right,
                2,
                i64::from(beat) * 160 + 77_777,
                &[1_000 + i16::try_from(beat).unwrap(); 160],
            );
        }
        recording.settle(at(beat));
    }
    recording.end(at(99));

    let samples = recording.take(0).unwrap();

    assert_eq!(samples.len(), 100 * 160 * 2);
    for (n, frame) in samples.chunks(2).enumerate() {
        let beat = n / 160;
        assert_eq!(frame[0], i16::try_from(beat).unwrap() + 1, "left at {n}");
        assert_eq!(
            frame[1],
            if beat < 50 { 0 } else { 1_000 + i16::try_from(beat).unwrap() },
            "right at {n}"
        );
    }
    assert_eq!(recording.late(), 0);
}

#[test]
fn what_was_held_back_for_a_while_takes_its_place_and_what_comes_later_than_that_its_arrival() {
    let start = Instant::now();
    let mut recording = Recording::new(start, id(1), "a.wav".into());
    let second = start + Duration::from_secs(1);
    recording.push(start + BEAT, Side::Left, 1, 0, &[5; 160]);
    recording.settle(second);
    recording.push(second, Side::Left, 1, 160 * 31, &[6; 160]);
    recording.push(second + Duration::from_secs(1), Side::Left, 1, 160 * 60, &[7; 160]);
    recording.end(second + Duration::from_secs(1));

    let left: Vec<i16> = recording.take(0).unwrap().into_iter().step_by(2).collect();

    assert_eq!(left.len(), 16_000);
    assert_eq!(left.iter().position(|sample| *sample == 6), Some(160 * 31));
    assert_eq!(left.iter().position(|sample| *sample == 7), Some(16_000 - 160));
    assert_eq!(recording.late(), 0);
}

fn run(jobs: Vec<WriteJob>) -> Vec<MediaEvent> {
    let (sender, receiver) = mpsc::channel();
    jobs.into_iter().for_each(|job| sender.send(job).unwrap());
    drop(sender);
    let mut events = Vec::new();
    write_all(&receiver, |event| events.push(event));
    events
}

#[test]
fn a_finished_recording_has_its_name_its_size_and_its_hash() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("2026/11/one.wav");
    let samples = vec![7; 8_000 * 2];
    let events = run(vec![
        WriteJob::Start { recording: id(1), path: path.clone() },
        WriteJob::Samples { recording: id(1), samples },
        WriteJob::Finish { recording: id(1) },
    ]);

    let stored = fs::read(&path).unwrap();
    let sha256 = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&stored));
    let bytes = u64::try_from(stored.len()).unwrap();
    assert_eq!(
        events,
        [MediaEvent::RecordingStored {
            recording: id(1),
            path: path.clone(),
            bytes,
            sha256,
            duration_ms: 1_000
        }]
    );
    assert!(!part_of(&path).exists());
    let reader = hound::WavReader::open(&path).unwrap();
    assert_eq!((reader.spec().channels, reader.spec().sample_rate, reader.duration()), (2, 8_000, 8_000));
}

#[test]
fn a_crash_leaves_a_playable_part() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.wav");
    let (sender, receiver) = mpsc::channel();
    let writer = std::thread::spawn(move || write_all(&receiver, |_| {}));
    sender.send(WriteJob::Start { recording: id(1), path: path.clone() }).unwrap();
    sender.send(WriteJob::Samples { recording: id(1), samples: vec![7; 48_000 * 2] }).unwrap();
    // A job for nobody: once it is taken, the samples before it have been written.
    let (probe, seen) = (folder.path().join("probe.wav"), part_of(&folder.path().join("probe.wav")));
    sender.send(WriteJob::Start { recording: id(2), path: probe }).unwrap();
    while !seen.exists() {
        std::thread::yield_now();
    }

    let copied = folder.path().join("copy.wav");
    fs::copy(part_of(&path), &copied).unwrap();
    let playable = hound::WavReader::open(&copied).unwrap().duration();

    assert!(playable >= 40_000, "{playable} samples");
    drop(sender);
    writer.join().unwrap();
    assert!(path.exists(), "what was heard is kept when the engine goes");
}

#[test]
fn a_full_disk_is_reported_once_and_the_rest_ignored() {
    let full = Path::new("/dev/full");
    if !full.exists() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("one.wav");
    std::os::unix::fs::symlink(full, part_of(&path)).unwrap();
    let mut jobs = vec![WriteJob::Start { recording: id(1), path: path.clone() }];
    jobs.extend((0..5).map(|_| WriteJob::Samples { recording: id(1), samples: vec![7; 80_000] }));
    jobs.push(WriteJob::Finish { recording: id(1) });

    let events = run(jobs);

    assert!(
        matches!(events.as_slice(), [MediaEvent::RecordingFailed { recording, .. }] if *recording == id(1)),
        "{events:?}"
    );
    assert!(!path.exists());
}

#[test]
fn a_folder_that_cannot_be_made_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("file"), "").unwrap();
    let path = folder.path().join("file/one.wav");
    let events = run(vec![WriteJob::Start { recording: id(1), path }]);
    assert!(matches!(events.as_slice(), [MediaEvent::RecordingFailed { .. }]));
}
