//! Turns an uploaded WAV file into what the media side plays: 8 kHz, mono, 16 bit.

#[cfg(test)]
mod tests;

use hound::{SampleFormat, WavReader, WavSpec, WavWriter};
use std::io::Cursor;

/// Samples a second of G.711 (ITU-T G.711), so that a prompt is not resampled while it plays.
pub const SAMPLE_RATE: u32 = 8_000;
/// Longest prompt, in seconds. Nobody listens longer.
pub const SECONDS_MAX: u32 = 300;
/// Largest upload, in bytes: five minutes of 48 kHz stereo at 24 bits.
pub const BYTES_MAX: usize = 90 * 1024 * 1024;

/// Why a file cannot be a prompt.
#[derive(Debug, thiserror::Error)]
pub enum NotPrompt {
    /// It is no WAV file, or it is cut off.
    #[error("the file is no readable WAV file: {0}")]
    Unreadable(#[from] hound::Error),
    /// More than two channels.
    #[error("the file has {0} channels, and 1 or 2 are understood")]
    Channels(u16),
    /// A rate nobody records with.
    #[error("the file has {0} samples a second, and 4000 to 192000 are understood")]
    Rate(u32),
    /// Nothing to play.
    #[error("the file has no sound in it")]
    Empty,
    /// Longer than [`SECONDS_MAX`].
    #[error("the file lasts {0} seconds, and {SECONDS_MAX} is the most")]
    TooLong(u32),
}

/// A prompt ready to be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Converted {
    /// The whole WAV file.
    pub file: Vec<u8>,
    /// How long it is.
    pub duration_ms: i64,
}

/// Reads any PCM WAV file and writes it as 8 kHz mono 16 bit.
///
/// # Errors
/// [`NotPrompt`] says what is wrong with the file.
pub fn convert(upload: &[u8]) -> Result<Converted, NotPrompt> {
    let mut reader = WavReader::new(Cursor::new(upload))?;
    let spec = reader.spec();
    if !(1..=2).contains(&spec.channels) {
        return Err(NotPrompt::Channels(spec.channels));
    }
    if !(4_000..=192_000).contains(&spec.sample_rate) {
        return Err(NotPrompt::Rate(spec.sample_rate));
    }
    let seconds = reader.duration() / spec.sample_rate;
    if seconds >= SECONDS_MAX {
        return Err(NotPrompt::TooLong(seconds));
    }
    let samples = mono(&samples(&mut reader, spec)?, spec.channels);
    let samples = if spec.sample_rate == SAMPLE_RATE {
        samples
    } else {
        audio_codec::resample(&samples, spec.sample_rate, SAMPLE_RATE)
    };
    if samples.is_empty() {
        return Err(NotPrompt::Empty);
    }
    let count = i64::try_from(samples.len()).unwrap_or(i64::MAX);
    Ok(Converted { file: write(&samples)?, duration_ms: count * 1_000 / i64::from(SAMPLE_RATE) })
}

fn samples(reader: &mut WavReader<Cursor<&[u8]>>, spec: WavSpec) -> Result<Vec<i16>, hound::Error> {
    match spec.sample_format {
        SampleFormat::Float => reader.samples::<f32>().map(|sample| sample.map(from_float)).collect(),
        SampleFormat::Int => {
            // Whole numbers of any width become the upper 16 bits.
            let shift = i32::from(spec.bits_per_sample) - 16;
            let narrow = |sample: i32| if shift >= 0 { sample >> shift } else { sample << -shift };
            reader.samples::<i32>().map(|sample| sample.map(|sample| clamp(narrow(sample)))).collect()
        }
    }
}

fn from_float(sample: f32) -> i16 {
    let scaled = (sample * f32::from(i16::MAX)).clamp(f32::from(i16::MIN), f32::from(i16::MAX));
    #[expect(clippy::as_conversions, reason = "the value is within the range of i16; NaN becomes 0")]
    {
        scaled as i16
    }
}

fn clamp(sample: i32) -> i16 {
    i16::try_from(sample).unwrap_or(if sample < 0 { i16::MIN } else { i16::MAX })
}

fn mono(samples: &[i16], channels: u16) -> Vec<i16> {
    if channels == 1 {
        return samples.to_vec();
    }
    let mean =
        |frame: &[i16]| frame.iter().map(|sample| i32::from(*sample)).sum::<i32>() / i32::from(channels);
    samples.chunks_exact(usize::from(channels)).map(|frame| clamp(mean(frame))).collect()
}

fn write(samples: &[i16]) -> Result<Vec<u8>, hound::Error> {
    let spec = WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let mut file = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut file, spec)?;
    for sample in samples {
        writer.write_sample(*sample)?;
    }
    writer.finalize()?;
    Ok(file.into_inner())
}
