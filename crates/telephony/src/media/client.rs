//! Small telephones for demonstrations, benchmarks and tests: they say a tone or a file and measure what they hear.
//! The server itself does not use them.

pub mod ear;
pub mod rtp_phone;
pub mod tone;
pub mod web_phone;

use std::sync::Arc;

pub use ear::{Ear, Heard};
pub use rtp_phone::RtpPhone;
pub use web_phone::WebPhone;

/// What a telephone says.
#[derive(Clone, Debug, Default)]
pub enum Voice {
    /// It sends no packets, as a browser without a track does.
    #[default]
    Nothing,
    /// It sends silence.
    Silence,
    /// It sends a tone of this frequency, in hertz.
    Tone(f32),
    /// It sends these samples (8 kHz, linear) once, then silence.
    Samples(Arc<[i16]>),
}

/// A voice on its way.
#[derive(Debug, Default)]
struct Mouth {
    voice: Voice,
    position: usize,
}

impl Mouth {
    fn say(&mut self, voice: Voice) {
        *self = Self { voice, position: 0 };
    }

    /// The next `count` samples; `None` when nothing is sent.
    fn next(&mut self, count: usize) -> Option<Vec<i16>> {
        let from = self.position;
        self.position += count;
        match &self.voice {
            Voice::Nothing => None,
            Voice::Silence => Some(vec![0; count]),
            Voice::Tone(frequency) => Some(tone::samples(*frequency, from, count)),
            Voice::Samples(samples) => {
                let mut next: Vec<i16> = samples.iter().skip(from).take(count).copied().collect();
                next.resize(count, 0);
                Some(next)
            }
        }
    }
}
