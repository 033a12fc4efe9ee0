//! A line becomes a record, or the list of what is wrong with it.

use super::kind::{Field, FileKind};
use super::structure::{COLUMNS_MAX, DatePart, Encoding, PASSED_OVER, SEPARATOR, Structure, date_pattern};
use super::value::{self, Value, Written};
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// Longest line, in bytes: every field at its longest, with room. A longer one is refused unread.
pub const LINE_BYTES_MAX: usize = 65_536;

/// What names a line for ever: half of a SHA-256.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineKey(pub [u8; 16]);

impl LineKey {
    /// The key of these parts, each with its length, so that moving a byte from one to the next differs.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        let mut key = [0; 16];
        key.copy_from_slice(digest.first_chunk::<16>().unwrap_or(&[0; 16]));
        Self(key)
    }

    /// In hexadecimal digits, as ids of events are written.
    #[must_use]
    pub fn text(self) -> String {
        format!("{:032x}", u128::from_be_bytes(self.0))
    }
}

/// Something wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct LineFault {
    /// The field; none when it is the line as a whole.
    pub field: Option<&'static str>,
    /// What kind of fault, for counting.
    pub code: &'static str,
    /// What is wrong and what would be right.
    pub detail: String,
}

impl LineFault {
    /// A fault of the whole line.
    #[must_use]
    pub fn line(code: &'static str, detail: impl Into<String>) -> Self {
        Self { field: None, code, detail: detail.into() }
    }

    /// A fault of a field.
    #[must_use]
    pub fn field(field: &'static str, code: &'static str, detail: impl Into<String>) -> Self {
        Self { field: Some(field), code, detail: detail.into() }
    }
}

/// A line that is well formed.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its number in the file, from 1.
    pub number: u64,
    /// What names it. Lines without named key fields share it with equal lines: see [`Record::counted`].
    pub key: LineKey,
    /// What it says: the hash of its bytes. The same key with another body is another line under a used name.
    pub body: LineKey,
    kind: FileKind,
    values: Vec<Option<Value>>,
}

impl Record {
    /// What stands in a field; nothing when it is empty or no column.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<&Value> {
        let place = self.kind.fields().iter().position(|known| known.name == field)?;
        self.values.get(place)?.as_ref()
    }

    /// The text of a field.
    #[must_use]
    pub fn text(&self, field: &str) -> Option<&str> {
        match self.value(field)? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The fields that are not empty.
    pub fn filled(&self) -> impl Iterator<Item = (&'static Field, &Value)> {
        let fields = self.kind.fields().iter().zip(&self.values);
        fields.filter_map(|(field, value)| value.as_ref().map(|value| (field, value)))
    }

    /// The same record as the `count`th of its equals in the file (from 0).
    #[must_use]
    pub fn counted(mut self, count: u32) -> Self {
        if count > 0 {
            self.key = LineKey::of(&[&self.key.0, &count.to_be_bytes()]);
        }
        self
    }
}

struct ReadColumn {
    /// The field and its place among those of the type; none: passed over.
    field: Option<(&'static Field, usize)>,
    required: bool,
    date: Vec<DatePart>,
}

/// A structure made ready to read lines.
pub struct Reader {
    kind: FileKind,
    encoding: Encoding,
    decimal: u8,
    columns: Vec<ReadColumn>,
    key: Vec<usize>,
    header: String,
}

impl Reader {
    /// Of a structure that was checked.
    #[must_use]
    pub fn new(structure: &Structure) -> Self {
        let of_structure = date_pattern(&structure.date_format).unwrap_or_default();
        let column = |column: &super::Column| {
            let place = structure.kind.fields().iter().position(|field| field.name == column.field);
            let field = structure.kind.field(&column.field).zip(place);
            ReadColumn {
                required: column.required || field.is_some_and(|(field, _)| field.required),
                date: column.format.as_deref().and_then(date_pattern).unwrap_or_else(|| of_structure.clone()),
                field,
            }
        };
        let place = |name: &String| structure.columns.iter().position(|column| column.field == *name);
        let names: Vec<&str> = structure.columns.iter().map(|column| column.field.as_str()).collect();
        Self {
            kind: structure.kind,
            encoding: structure.encoding,
            decimal: structure.decimal_separator.bytes().next().unwrap_or(b'.'),
            columns: structure.columns.iter().map(column).collect(),
            key: structure.key.iter().filter_map(place).collect(),
            header: names.join("|"),
        }
    }

    /// Whether lines are named by fields; else by themselves and how many equal ones stood before.
    #[must_use]
    pub fn has_key(&self) -> bool {
        !self.key.is_empty()
    }

    /// The text of a line's bytes.
    ///
    /// # Errors
    /// It is not text in this encoding.
    pub fn decode<'b>(&self, bytes: &'b [u8]) -> Result<Cow<'b, str>, LineFault> {
        if bytes.contains(&0) {
            return Err(LineFault::line("encoding", "the line has NUL bytes: this is no text"));
        }
        let text = decoded(self.encoding, bytes);
        let title = self.encoding.title();
        text.ok_or_else(|| LineFault::line("encoding", format!("the line is not written in {title}")))
    }

    /// Whether a first line names the columns as the structure does; columns that are passed over may have any name.
    #[must_use]
    pub fn is_header(&self, line: &str) -> bool {
        let expected: Vec<&str> = self.header.split('|').collect();
        let given: Vec<&str> = line.split('|').map(str::trim).collect();
        given.len() == expected.len()
            && given
                .iter()
                .zip(&expected)
                .all(|(given, expected)| *expected == PASSED_OVER || given.eq_ignore_ascii_case(expected))
    }

    /// The columns in words, for a header that differs.
    #[must_use]
    pub fn header(&self) -> &str {
        &self.header
    }
}

fn decoded(encoding: Encoding, bytes: &[u8]) -> Option<Cow<'_, str>> {
    match encoding {
        Encoding::Ascii => {
            bytes.is_ascii().then(|| std::str::from_utf8(bytes).ok()).flatten().map(Cow::Borrowed)
        }
        Encoding::Utf8 => std::str::from_utf8(bytes).ok().map(Cow::Borrowed),
        Encoding::Cp1251 => {
            let (text, faulty) = encoding_rs::WINDOWS_1251.decode_without_bom_handling(bytes);
            // The one byte without a character in this code page becomes a control character by WHATWG's table.
            (!faulty && !text.contains('\u{98}')).then_some(text)
        }
    }
}

/// Reads one line: its bytes without the line's end.
///
/// # Errors
/// All that is wrong with it.
pub fn read_line(reader: &Reader, number: u64, bytes: &[u8]) -> Result<Record, Vec<LineFault>> {
    if bytes.len() > LINE_BYTES_MAX {
        let detail = format!("the line is longer than {LINE_BYTES_MAX} bytes");
        return Err(vec![LineFault::line("too_long", detail)]);
    }
    let text = reader.decode(bytes).map_err(|fault| vec![fault])?;
    let separator = char::from(SEPARATOR);
    // One more than can be right is enough to know that it is wrong: nobody counts ten million.
    let cells: Vec<&str> = text.split(separator).take(COLUMNS_MAX + 1).collect();
    let expected = reader.columns.len();
    if cells.len() != expected {
        let given = if cells.len() > COLUMNS_MAX {
            format!("more than {COLUMNS_MAX}")
        } else {
            cells.len().to_string()
        };
        let detail = format!("the line has {given} columns and must have {expected}");
        return Err(vec![LineFault::line("columns", detail)]);
    }
    let mut values = vec![None; reader.kind.fields().len()];
    let mut faults = Vec::new();
    for (column, cell) in reader.columns.iter().zip(&cells) {
        let Some((field, place)) = column.field else { continue };
        let cell = cell.trim();
        if cell.is_empty() {
            if column.required {
                faults.push(LineFault::field(field.name, "required", "must not be empty"));
            }
            continue;
        }
        let written = Written { date: &column.date, decimal: reader.decimal };
        match value::read(cell, field.shape, written) {
            Ok(read) => {
                if let Some(slot) = values.get_mut(place) {
                    *slot = Some(read);
                }
            }
            Err(detail) => faults.push(LineFault::field(field.name, "format", detail)),
        }
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let kind = reader.kind.as_str().as_bytes();
    let body = LineKey::of(&[kind, text.trim_end().as_bytes()]);
    let key = if reader.key.is_empty() {
        body
    } else {
        let mut parts = vec![kind];
        parts.extend(
            reader.key.iter().filter_map(|place| cells.get(*place)).map(|cell| cell.trim().as_bytes()),
        );
        LineKey::of(&parts)
    };
    Ok(Record { number, key, body, kind: reader.kind, values })
}
