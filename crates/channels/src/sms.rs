//! Text of short messages: which alphabet it needs and how it is cut into parts, right to the last character.

pub mod gsm7;
#[cfg(test)]
mod tests;

use serde::Serialize;
use utoipa::ToSchema;

/// Septets of a message that is one part (3GPP TS 23.040: 140 octets).
pub const GSM7_SINGLE: usize = 160;
/// Septets of a part among several: six octets say which part it is.
pub const GSM7_PART: usize = 153;
/// UTF-16 units of a message that is one part.
pub const UCS2_SINGLE: usize = 70;
/// UTF-16 units of a part among several.
pub const UCS2_PART: usize = 67;
/// Most parts of one message: a longer text is a letter, and each part is paid for.
pub const PARTS_MAX: usize = 10;

/// The alphabet a text needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Encoding {
    /// The default alphabet of GSM 03.38 with its extension: Latin without Uzbek oʻ and gʻ, some Greek.
    Gsm7,
    /// UTF-16, big-endian: everything else.
    Ucs2,
}

/// A text cut into parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The alphabet; one for all parts.
    pub encoding: Encoding,
    /// What counts against the limit: septets, or UTF-16 units.
    pub units: usize,
    /// The parts: one septet an octet, or two octets a unit.
    pub parts: Vec<Vec<u8>>,
}

/// Cuts a text. No character is cut in two: an escaped septet pair and a surrogate pair stay together, which may
/// leave the last place of a part empty.
#[must_use]
pub fn split(text: &str) -> Parts {
    match characters(text, gsm7::encode) {
        Some(encoded) => cut(Encoding::Gsm7, &encoded, GSM7_SINGLE, GSM7_PART),
        None => split_ucs2(text),
    }
}

/// The same in UTF-16, whatever the text holds.
#[must_use]
pub fn split_ucs2(text: &str) -> Parts {
    let encoded = characters(text, |c| Some(utf16(c))).unwrap_or_default();
    cut(Encoding::Ucs2, &encoded, UCS2_SINGLE * 2, UCS2_PART * 2)
}

/// The octets of one character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Octets {
    bytes: [u8; 4],
    length: usize,
}

impl Octets {
    fn new(from: &[u8]) -> Self {
        let mut bytes = [0; 4];
        let length = from.len().min(bytes.len());
        for (to, from) in bytes.iter_mut().zip(from) {
            *to = *from;
        }
        Self { bytes, length }
    }

    /// Them.
    #[must_use]
    pub fn as_slice(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

fn characters(text: &str, encode: impl Fn(char) -> Option<Octets>) -> Option<Vec<Octets>> {
    text.chars().map(encode).collect()
}

fn utf16(c: char) -> Octets {
    let mut units = [0_u16; 2];
    let mut bytes = [0_u8; 4];
    let units = c.encode_utf16(&mut units);
    for (to, unit) in bytes.chunks_exact_mut(2).zip(units.iter()) {
        to.copy_from_slice(&unit.to_be_bytes());
    }
    Octets { bytes, length: units.len() * 2 }
}

fn cut(encoding: Encoding, characters: &[Octets], single: usize, part: usize) -> Parts {
    let octets: usize = characters.iter().map(|c| c.length).sum();
    let room = if octets <= single { single } else { part };
    let mut parts = vec![Vec::with_capacity(octets.min(room))];
    let mut left = room;
    for character in characters {
        if character.length > left {
            parts.push(Vec::with_capacity(room));
            left = room;
        }
        if let Some(last) = parts.last_mut() {
            last.extend_from_slice(character.as_slice());
        }
        left -= character.length;
    }
    let units = if encoding == Encoding::Gsm7 { octets } else { octets / 2 };
    Parts { encoding, units, parts }
}
