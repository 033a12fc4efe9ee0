//! Prompts: read from WAV files once, kept as G.711, and cut into packets.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::SystemTime;

use base::id::LegId;

use super::api::PlayId;
use super::g711::{CLOCK, G711};

/// Octets of prompts that are kept: an hour and more.
const CACHE_MAX: usize = 64 * 1024 * 1024;

/// The longest prompt that is read: ten minutes.
const SECONDS_MAX: u32 = 600;

/// Why a prompt cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum PromptError {
    /// The file is missing or not to be read.
    #[error("prompt {path} cannot be read: {why}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// What the system or the decoder says.
        why: String,
    },
    /// Longer than ten minutes.
    #[error("prompt {path} is longer than {SECONDS_MAX} seconds")]
    TooLong {
        /// Which.
        path: PathBuf,
    },
}

/// A prompt in both laws.
#[derive(Debug)]
pub struct Prompt {
    pcma: Vec<u8>,
    pcmu: Vec<u8>,
}

impl Prompt {
    /// A prompt of linear samples at 8 kHz.
    #[must_use]
    pub fn new(samples: &[i16]) -> Self {
        let (mut pcma, mut pcmu) = (Vec::new(), Vec::new());
        G711::Pcma.encode(samples, &mut pcma);
        G711::Pcmu.encode(samples, &mut pcmu);
        Self { pcma, pcmu }
    }

    /// Reads a WAV file of any usual rate, depth and number of channels.
    pub fn read(path: &Path) -> Result<Self, PromptError> {
        let unreadable =
            |why: hound::Error| PromptError::Unreadable { path: path.to_owned(), why: why.to_string() };
        let mut reader = hound::WavReader::open(path).map_err(unreadable)?;
        let spec = reader.spec();
        if reader.duration() / spec.sample_rate.max(1) > SECONDS_MAX {
            return Err(PromptError::TooLong { path: path.to_owned() });
        }
        let samples: Vec<i16> = match spec.sample_format {
            hound::SampleFormat::Int => {
                let scale = |sample: i32| scaled(sample, spec.bits_per_sample);
                reader.samples::<i32>().map(|sample| sample.map(scale)).collect::<Result<_, _>>()
            }
            hound::SampleFormat::Float => {
                reader.samples::<f32>().map(|sample| sample.map(from_float)).collect::<Result<_, _>>()
            }
        }
        .map_err(unreadable)?;
        let mono = mixed(&samples, usize::from(spec.channels.max(1)));
        if spec.sample_rate == CLOCK {
            Ok(Self::new(&mono))
        } else {
            Ok(Self::new(&audio_codec::resample(&mono, spec.sample_rate, CLOCK)))
        }
    }

    /// The prompt in a law.
    #[must_use]
    pub fn audio(&self, codec: G711) -> &[u8] {
        match codec {
            G711::Pcma => &self.pcma,
            G711::Pcmu => &self.pcmu,
        }
    }

    fn size(&self) -> usize {
        self.pcma.len() + self.pcmu.len()
    }
}

fn scaled(sample: i32, bits: u16) -> i16 {
    let sample = match bits {
        17.. => sample >> (bits - 16),
        _ => sample << (16 - bits),
    };
    i16::try_from(sample).unwrap_or(if sample < 0 { i16::MIN } else { i16::MAX })
}

#[expect(
    clippy::as_conversions,
    reason = "there is no other way from float to integer, and this one saturates"
)]
fn from_float(sample: f32) -> i16 {
    (sample * 32_767.0) as i16
}

fn mixed(samples: &[i16], channels: usize) -> Vec<i16> {
    let count = i32::try_from(channels).unwrap_or(1);
    let mix = |frame: &[i16]| frame.iter().map(|sample| i32::from(*sample)).sum::<i32>() / count;
    samples.chunks(channels).map(|frame| i16::try_from(mix(frame)).unwrap_or(0)).collect()
}

#[derive(Debug)]
struct Kept {
    prompt: Arc<Prompt>,
    modified: Option<SystemTime>,
    size: u64,
    used: u64,
}

/// The prompts used last. A file that changed is read again.
#[derive(Debug, Default)]
pub struct Cache {
    kept: BTreeMap<PathBuf, Kept>,
    size: usize,
    uses: u64,
}

impl Cache {
    /// The prompt of a file, from memory when the file has not changed.
    pub fn get(&mut self, path: &Path) -> Result<Arc<Prompt>, PromptError> {
        let state = fs::metadata(path)
            .map_err(|why| PromptError::Unreadable { path: path.to_owned(), why: why.to_string() })?;
        let modified = state.modified().ok();
        self.uses += 1;
        if let Some(kept) = self.kept.get_mut(path)
            && kept.modified == modified
            && kept.size == state.len()
        {
            kept.used = self.uses;
            return Ok(Arc::clone(&kept.prompt));
        }
        self.forget(&path.to_owned());
        let prompt = Arc::new(Prompt::read(path)?);
        self.size += prompt.size();
        let kept = Kept { prompt: Arc::clone(&prompt), modified, size: state.len(), used: self.uses };
        self.kept.insert(path.to_owned(), kept);
        self.shrink();
        Ok(prompt)
    }

    fn forget(&mut self, path: &PathBuf) {
        if let Some(kept) = self.kept.remove(path) {
            self.size -= kept.prompt.size();
        }
    }

    fn shrink(&mut self) {
        while self.size > CACHE_MAX && self.kept.len() > 1 {
            let oldest = self.kept.iter().min_by_key(|(_, kept)| kept.used).map(|(path, _)| path.clone());
            match oldest {
                Some(path) => self.forget(&path),
                None => return,
            }
        }
    }
}

/// An order to read prompts, for the thread that may wait for a disk.
#[derive(Debug)]
pub struct LoadJob {
    /// Who will hear them.
    pub leg: LegId,
    /// The order to play.
    pub play: PlayId,
    /// One after another.
    pub files: Vec<PathBuf>,
    /// Again and again.
    pub looped: bool,
}

/// Prompts that were read, or why not.
#[derive(Debug)]
pub struct Loaded {
    /// The order.
    pub job: LoadJob,
    /// The prompts, or the first reason.
    pub prompts: Result<Vec<Arc<Prompt>>, PromptError>,
}

/// Reads prompts until there is nobody left who asks.
pub fn load_all(jobs: &Receiver<LoadJob>, mut done: impl FnMut(Loaded)) {
    let mut cache = Cache::default();
    while let Ok(job) = jobs.recv() {
        let prompts = job.files.iter().map(|path| cache.get(path)).collect();
        done(Loaded { job, prompts });
    }
}

/// A play on one leg.
#[derive(Debug)]
pub struct Playback {
    /// The order.
    pub play: PlayId,
    prompts: Vec<Arc<Prompt>>,
    looped: bool,
    index: usize,
    position: usize,
}

impl Playback {
    /// Plays `prompts` one after another without a pause, again and again if `looped`.
    #[must_use]
    pub fn new(play: PlayId, prompts: Vec<Arc<Prompt>>, looped: bool) -> Self {
        // An empty loop would never end and never be heard.
        let looped = looped && prompts.iter().any(|prompt| prompt.size() > 0);
        Self { play, prompts, looped, index: 0, position: 0 }
    }

    /// Replaces `out` by the next `samples` octets, the last of them padded with silence; `false` at the end.
    pub fn fill(&mut self, codec: G711, samples: usize, out: &mut Vec<u8>) -> bool {
        out.clear();
        while out.len() < samples {
            let Some(prompt) = self.prompts.get(self.index) else {
                if !self.looped {
                    break;
                }
                (self.index, self.position) = (0, 0);
                continue;
            };
            let rest = prompt.audio(codec).get(self.position..).unwrap_or_default();
            let taken = rest.get(..samples - out.len()).unwrap_or(rest);
            out.extend_from_slice(taken);
            self.position += taken.len();
            if taken.len() == rest.len() {
                (self.index, self.position) = (self.index + 1, 0);
            }
        }
        let heard = !out.is_empty();
        out.resize(samples, codec.silence());
        heard
    }
}

#[cfg(test)]
mod tests;
