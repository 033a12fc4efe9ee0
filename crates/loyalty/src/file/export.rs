//! Lines of files that go out: `|` between columns, one line end at the end of each (CIMP-ETL-01, CIMP-ETL-12).

use super::structure::{Encoding, SEPARATOR};

/// Adds a line of these cells. What would break the structure, or cannot be written in the encoding, becomes a blank
/// or a question mark: a file that other systems read is whole in any case.
pub fn push_line(into: &mut Vec<u8>, encoding: Encoding, cells: &[&str]) {
    for (place, cell) in cells.iter().enumerate() {
        if place > 0 {
            into.push(SEPARATOR);
        }
        let plain: String = cell
            .chars()
            .map(|c| if c.is_control() || c == char::from(SEPARATOR) { ' ' } else { c })
            .collect();
        match encoding {
            Encoding::Utf8 => into.extend_from_slice(plain.as_bytes()),
            Encoding::Ascii => {
                into.extend(plain.chars().map(|c| u8::try_from(c).ok().filter(u8::is_ascii).unwrap_or(b'?')))
            }
            Encoding::Cp1251 => into.extend(plain.chars().map(cp1251)),
        }
    }
    into.push(b'\n');
}

fn cp1251(character: char) -> u8 {
    let mut buffer = [0; 4];
    let (bytes, _, is_lossy) = encoding_rs::WINDOWS_1251.encode(character.encode_utf8(&mut buffer));
    bytes.first().copied().filter(|_| !is_lossy).unwrap_or(b'?')
}

/// A line of a reject file: number, field, reason, and the line itself as it came, so that it can be corrected.
#[must_use]
pub fn reject_line(number: u64, faults: &[super::LineFault], line: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(line).replace('\0', "\u{fffd}");
    let text = text.trim_end_matches(['\r', '\n']);
    let fields: Vec<&str> = faults.iter().filter_map(|fault| fault.field).collect();
    let reasons: Vec<String> = faults
        .iter()
        .map(|fault| match fault.field {
            Some(field) => format!("{field}: {}", fault.detail),
            None => fault.detail.clone(),
        })
        .collect();
    let plain = |text: String| text.replace('|', "/");
    format!("{number}|{}|{}|{text}\n", fields.join(","), plain(reasons.join("; "))).into_bytes()
}

/// The first line of a reject file.
pub const REJECT_HEADER: &str = "line|field|reason|text\n";
