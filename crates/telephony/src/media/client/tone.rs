//! Tones, made and recognised.

use std::f32::consts::TAU;

use crate::media::g711::CLOCK;

/// A loud tone: a fifth of full scale leaves room for two.
const AMPLITUDE: f32 = 8_000.0;

/// `count` samples of a tone from sample `from` on, so that pieces join without a click.
#[must_use]
pub fn samples(frequency: f32, from: usize, count: usize) -> Vec<i16> {
    (from..from + count).map(|n| sample(frequency, n)).collect()
}

#[expect(clippy::as_conversions, reason = "sound is arithmetic; the cast saturates")]
fn sample(frequency: f32, n: usize) -> i16 {
    // Whole periods of a second are taken away first: the rest is small enough for a float.
    let second = CLOCK as usize;
    let turns = frequency * ((n % second) as f32) / CLOCK as f32;
    (AMPLITUDE * (turns.fract() * TAU).sin()) as i16
}

/// The share of the energy of `samples` that lies at `frequency`, 0 to 1 (Goertzel's algorithm).
#[must_use]
#[expect(clippy::as_conversions, reason = "sound is arithmetic; the precision of a float is enough")]
pub fn share(samples: &[i16], frequency: f32) -> f32 {
    let energy: f32 = samples.iter().map(|sample| f32::from(*sample).powi(2)).sum();
    // Below a twentieth of the tone it is noise of the codec.
    if samples.is_empty() || energy / (samples.len() as f32) < (AMPLITUDE / 20.0).powi(2) {
        return 0.0;
    }
    let turn = TAU * frequency / CLOCK as f32;
    let coefficient = 2.0 * turn.cos();
    let (mut one, mut two) = (0.0_f32, 0.0_f32);
    for sample in samples {
        (one, two) = (f32::from(*sample) + coefficient * one - two, one);
    }
    let power = one * one + two * two - coefficient * one * two;
    (2.0 * power / (energy * samples.len() as f32)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tone_is_recognised_and_another_is_not() {
        let heard = samples(440.0, 123, 3_200);
        assert!(share(&heard, 440.0) > 0.95);
        assert!(share(&heard, 1_000.0) < 0.05);
        assert!(share(&[0; 3_200], 440.0) < 0.01);
    }
}
