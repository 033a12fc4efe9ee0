//! G.711 (ITU-T): A-law and μ-law, one octet a sample, 8,000 samples a second.

use std::sync::LazyLock;

use audio_codec::Decoder as _;
use audio_codec::Encoder as _;
use audio_codec::pcma::{PcmaDecoder, PcmaEncoder};
use audio_codec::pcmu::{PcmuDecoder, PcmuEncoder};

/// Samples a second of every stream here (RFC 3551: PCMA and PCMU have an 8 kHz clock).
pub const CLOCK: u32 = 8_000;

/// Samples in the 20 ms that one packet carries unless the peer asked otherwise.
pub const FRAME: usize = 160;

/// Which of the two companding laws a payload is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum G711 {
    /// A-law, RTP name `PCMA`, payload type 8.
    Pcma,
    /// μ-law, RTP name `PCMU`, payload type 0.
    Pcmu,
}

type Table = [u8; 256];

static PCMA_TO_PCMU: LazyLock<Table> = LazyLock::new(|| table(G711::Pcma, G711::Pcmu));
static PCMU_TO_PCMA: LazyLock<Table> = LazyLock::new(|| table(G711::Pcmu, G711::Pcma));

fn table(from: G711, to: G711) -> Table {
    let all: Vec<u8> = (0..=u8::MAX).collect();
    let mut linear = Vec::new();
    let mut coded = Vec::new();
    from.decode(&all, &mut linear);
    to.encode(&linear, &mut coded);
    coded.try_into().unwrap_or([to.silence(); 256])
}

impl G711 {
    /// The static payload type (RFC 3551, table 4).
    #[must_use]
    pub const fn payload_type(self) -> u8 {
        match self {
            Self::Pcma => 8,
            Self::Pcmu => 0,
        }
    }

    /// The encoding name in an `a=rtpmap` line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pcma => "PCMA",
            Self::Pcmu => "PCMU",
        }
    }

    /// The codec of an encoding name, in any case.
    #[must_use]
    pub fn by_name(name: &str) -> Option<Self> {
        [Self::Pcma, Self::Pcmu].into_iter().find(|codec| codec.name().eq_ignore_ascii_case(name))
    }

    /// The octet that decodes to (almost) zero.
    #[must_use]
    pub const fn silence(self) -> u8 {
        match self {
            Self::Pcma => 0xD5,
            Self::Pcmu => 0xFF,
        }
    }

    /// Replaces `out` by the linear samples of `payload`.
    pub fn decode(self, payload: &[u8], out: &mut Vec<i16>) {
        out.clear();
        out.resize(payload.len(), 0);
        // Cannot fail: the buffer is exactly as long as the payload.
        let _ = match self {
            Self::Pcma => PcmaDecoder::new().decode_into(payload, out),
            Self::Pcmu => PcmuDecoder::new().decode_into(payload, out),
        };
    }

    /// Replaces `out` by the octets of linear `samples`.
    pub fn encode(self, samples: &[i16], out: &mut Vec<u8>) {
        out.clear();
        out.resize(samples.len(), self.silence());
        // Cannot fail: the buffer is exactly as long as the samples.
        let _ = match self {
            Self::Pcma => PcmaEncoder::new().encode_into(samples, out),
            Self::Pcmu => PcmuEncoder::new().encode_into(samples, out),
        };
    }

    /// Replaces `out` by `payload` in the law `to`: a table look-up an octet.
    pub fn transcode(self, to: Self, payload: &[u8], out: &mut Vec<u8>) {
        out.clear();
        let table: &Table = match (self, to) {
            (Self::Pcma, Self::Pcmu) => &PCMA_TO_PCMU,
            (Self::Pcmu, Self::Pcma) => &PCMU_TO_PCMA,
            _ => return out.extend_from_slice(payload),
        };
        let silence = to.silence();
        out.extend(payload.iter().map(|octet| *table.get(usize::from(*octet)).unwrap_or(&silence)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_octet_survives_decoding_and_encoding_again() {
        for codec in [G711::Pcma, G711::Pcmu] {
            let all: Vec<u8> = (0..=255).collect();
            let (mut linear, mut again, mut twice) = (Vec::new(), Vec::new(), Vec::new());
            codec.decode(&all, &mut linear);
            codec.encode(&linear, &mut again);
            codec.decode(&again, &mut twice);
            // The codec crate folds the smallest negative step of A-law onto the smallest positive one.
            let off = linear.iter().zip(&twice).filter(|(before, after)| before != after);
            assert!(off.clone().all(|(before, after)| (*before, *after) == (-8, 8)), "{codec:?}");
            assert!(off.count() <= 1, "{codec:?}");
        }
    }

    #[test]
    fn the_table_agrees_with_decoding_and_encoding() {
        let samples: Vec<i16> = (-32_000..32_000).step_by(97).collect();
        let (mut alaw, mut ulaw, mut linear) = (Vec::new(), Vec::new(), Vec::new());
        G711::Pcma.encode(&samples, &mut alaw);
        G711::Pcma.transcode(G711::Pcmu, &alaw, &mut ulaw);
        G711::Pcmu.decode(&ulaw, &mut linear);
        for (wanted, got) in samples.iter().zip(&linear) {
            let allowed = 16 + i32::from(wanted.unsigned_abs() / 12);
            assert!((i32::from(*wanted) - i32::from(*got)).abs() <= allowed, "{wanted} became {got}");
        }
    }

    #[test]
    fn silence_is_quiet_in_both_laws() {
        for codec in [G711::Pcma, G711::Pcmu] {
            let mut linear = Vec::new();
            codec.decode(&[codec.silence()], &mut linear);
            assert!(linear[0].unsigned_abs() <= 8);
        }
    }
}
