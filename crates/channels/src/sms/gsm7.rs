//! The default alphabet of GSM 03.38 (3GPP TS 23.038 6.2.1) and its extension table.

use super::Octets;

/// Leads to the extension table.
const ESCAPE: u8 = 0x1b;

/// The alphabet by code; the escape stands as a space, as the standard shows it to phones that do not know it.
const ALPHABET: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";

/// The septets of one character, one an octet; nothing when the alphabet does not have it.
#[must_use]
pub fn encode(c: char) -> Option<Octets> {
    if let Some(septet) = septet(c) {
        return Some(Octets::new(&[septet]));
    }
    extended(c).map(|septet| Octets::new(&[ESCAPE, septet]))
}

fn septet(c: char) -> Option<u8> {
    Some(match c {
        ' '..='#' | '%'..='?' | 'A'..='Z' | 'a'..='z' => u8::try_from(u32::from(c)).ok()?,
        '@' => 0x00,
        '£' => 0x01,
        '$' => 0x02,
        '¥' => 0x03,
        'è' => 0x04,
        'é' => 0x05,
        'ù' => 0x06,
        'ì' => 0x07,
        'ò' => 0x08,
        'Ç' => 0x09,
        '\n' => 0x0a,
        'Ø' => 0x0b,
        'ø' => 0x0c,
        '\r' => 0x0d,
        'Å' => 0x0e,
        'å' => 0x0f,
        'Δ' => 0x10,
        '_' => 0x11,
        'Φ' => 0x12,
        'Γ' => 0x13,
        'Λ' => 0x14,
        'Ω' => 0x15,
        'Π' => 0x16,
        'Ψ' => 0x17,
        'Σ' => 0x18,
        'Θ' => 0x19,
        'Ξ' => 0x1a,
        'Æ' => 0x1c,
        'æ' => 0x1d,
        'ß' => 0x1e,
        'É' => 0x1f,
        '¤' => 0x24,
        '¡' => 0x40,
        'Ä' => 0x5b,
        'Ö' => 0x5c,
        'Ñ' => 0x5d,
        'Ü' => 0x5e,
        '§' => 0x5f,
        '¿' => 0x60,
        'ä' => 0x7b,
        'ö' => 0x7c,
        'ñ' => 0x7d,
        'ü' => 0x7e,
        'à' => 0x7f,
        _ => return None,
    })
}

const fn extended(c: char) -> Option<u8> {
    Some(match c {
        '\u{c}' => 0x0a,
        '^' => 0x14,
        '{' => 0x28,
        '}' => 0x29,
        '\\' => 0x2f,
        '[' => 0x3c,
        '~' => 0x3d,
        ']' => 0x3e,
        '|' => 0x40,
        '€' => 0x65,
        _ => return None,
    })
}

/// Reads unpacked septets. What the tables do not have is shown as U+FFFD.
#[must_use]
pub fn decode(octets: &[u8]) -> String {
    let mut text = String::with_capacity(octets.len());
    let mut octets = octets.iter().copied();
    while let Some(octet) = octets.next() {
        let c = if octet == ESCAPE {
            octets.next().and_then(|code| "\u{c}^{}\\[~]|€".chars().find(|c| extended(*c) == Some(code)))
        } else {
            ALPHABET.chars().nth(usize::from(octet))
        };
        text.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    text
}
