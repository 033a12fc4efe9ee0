//! The thread that writes recordings: a slow disk must not delay audio.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, BufWriter, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;

use base::id::RecordingId;
use sha2::{Digest, Sha256};

use crate::media::api::MediaEvent;
use crate::media::g711::CLOCK;

/// Samples of each channel after which the header is put right, so that a crash leaves a playable
/// file that lacks five seconds at most.
const HEADER_EVERY: u32 = 5 * CLOCK;

/// Octets collected before they go to the system.
const BUFFER: usize = 64 * 1024;

/// What the writer is told.
#[derive(Debug)]
pub enum WriteJob {
    /// A recording begins.
    Start {
        /// Which.
        recording: RecordingId,
        /// Where it will be.
        path: PathBuf,
    },
    /// More of it, left and right in turn.
    Samples {
        /// Which.
        recording: RecordingId,
        /// Linear samples.
        samples: Vec<i16>,
    },
    /// It is whole.
    Finish {
        /// Which.
        recording: RecordingId,
    },
    /// It was given up, and that was said: what is written stays a part.
    Abandon {
        /// Which.
        recording: RecordingId,
    },
}

struct Open {
    path: PathBuf,
    part: PathBuf,
    wav: hound::WavWriter<BufWriter<File>>,
    unsafe_samples: u32,
}

/// Where a recording is while it is being written: playable under a name that says that it is a part.
#[must_use]
pub fn part_of(path: &Path) -> PathBuf {
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    path.with_extension(format!("part.{extension}"))
}

/// Writes recordings until there is nobody left who records.
pub fn write_all(jobs: &Receiver<WriteJob>, mut report: impl FnMut(MediaEvent)) {
    let mut open: BTreeMap<RecordingId, Open> = BTreeMap::new();
    while let Ok(job) = jobs.recv() {
        if let Some(event) = perform(&mut open, job) {
            report(event);
        }
    }
    // The engine has gone without a word: what was heard so far is kept.
    for (recording, one) in open {
        report(finish(recording, one));
    }
}

fn perform(open: &mut BTreeMap<RecordingId, Open>, job: WriteJob) -> Option<MediaEvent> {
    match job {
        WriteJob::Start { recording, path } => match start(&path) {
            Ok(one) => {
                open.insert(recording, one);
                None
            }
            Err(why) => Some(MediaEvent::RecordingFailed { recording, path, why: why.to_string() }),
        },
        WriteJob::Samples { recording, samples } => {
            let one = open.get_mut(&recording)?;
            let why = append(one, &samples).err()?.to_string();
            // A full disk fills no further: the file so far stays, the call goes on.
            let path = open.remove(&recording)?.path;
            Some(MediaEvent::RecordingFailed { recording, path, why })
        }
        WriteJob::Finish { recording } => Some(finish(recording, open.remove(&recording)?)),
        WriteJob::Abandon { recording } => {
            open.remove(&recording);
            None
        }
    }
}

fn start(path: &Path) -> Result<Open, hound::Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let part = part_of(path);
    let spec = hound::WavSpec {
        channels: 2,
        sample_rate: CLOCK,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let file = BufWriter::with_capacity(BUFFER, File::create(&part)?);
    let wav = hound::WavWriter::new(file, spec)?;
    Ok(Open { path: path.to_owned(), part, wav, unsafe_samples: 0 })
}

fn append(one: &mut Open, samples: &[i16]) -> Result<(), hound::Error> {
    for sample in samples {
        one.wav.write_sample(*sample)?;
    }
    one.unsafe_samples += u32::try_from(samples.len() / 2).unwrap_or(0);
    if one.unsafe_samples >= HEADER_EVERY {
        one.unsafe_samples = 0;
        one.wav.flush()?;
    }
    Ok(())
}

fn finish(recording: RecordingId, one: Open) -> MediaEvent {
    let Open { path, part, wav, .. } = one;
    let duration_ms = u64::from(wav.duration()) * 1_000 / u64::from(CLOCK);
    match seal(wav, &part, &path) {
        Ok((bytes, sha256)) => MediaEvent::RecordingStored { recording, path, bytes, sha256, duration_ms },
        Err(why) => MediaEvent::RecordingFailed { recording, path, why: why.to_string() },
    }
}

/// Ends the file, makes sure of it, hashes it and gives it its name: the name is only ever that of a whole file.
fn seal(
    wav: hound::WavWriter<BufWriter<File>>,
    part: &Path,
    path: &Path,
) -> Result<(u64, String), hound::Error> {
    wav.finalize()?;
    let mut file = File::open(part)?;
    file.sync_all()?;
    let hashed = hash(&mut file)?;
    fs::rename(part, path)?;
    Ok(hashed)
}

fn hash(file: &mut File) -> io::Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    let mut bytes = 0;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            return Ok((bytes, hex::encode(hasher.finalize())));
        }
        hasher.update(buffer.get(..count).unwrap_or_default());
        bytes += u64::try_from(count).unwrap_or(0);
    }
}
