//! The first pass over a file: whether it can be taken at all, before anything of it is applied.

use super::line::LINE_BYTES_MAX;
use super::structure::{Encoding, Structure};
use sha2::{Digest, Sha256};

/// Largest file, in bytes: ten million lines of two hundred bytes.
pub const FILE_BYTES_MAX: u64 = 2_000_000_000;
/// Most lines of a file. Larger sets come in several files: a file is what one report speaks of.
pub const LINES_MAX: u64 = 10_000_000;
/// When more than one line in this many cannot be read, the file as a whole is written in another encoding.
pub const UNREADABLE_ONE_IN: u64 = 100;

/// Why a whole file is refused. Nothing of it is applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// Nothing in it.
    #[error("the file has no lines")]
    Empty,
    /// Too many bytes.
    #[error("the file is larger than {FILE_BYTES_MAX} bytes: send it in parts")]
    TooLarge,
    /// Too many lines.
    #[error("the file has more than {LINES_MAX} lines: send it in parts")]
    TooManyLines,
    /// Written in another encoding.
    #[error(
        "the file is not written in {expected} but {found}: write it in {expected}, or change its structure"
    )]
    Encoding {
        /// What the structure says.
        expected: &'static str,
        /// What it looks like.
        found: String,
    },
    /// The first line does not name the columns.
    #[error("the first line must be {expected:?}")]
    Header {
        /// The columns.
        expected: String,
    },
}

impl FileFault {
    /// What kind of fault, for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooLarge | Self::TooManyLines => "too_large",
            Self::Encoding { .. } => "encoding",
            Self::Header { .. } => "header",
        }
    }
}

/// What the first pass found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scanned {
    /// SHA-256 of the whole content.
    pub sha256: [u8; 32],
    /// Its length.
    pub bytes: u64,
    /// Its lines, the header included, the empty ones too.
    pub lines: u64,
    /// Whether the last line has its end. One without is perhaps the half of a line, and is not taken.
    pub is_complete: bool,
}

/// The first pass, line by line.
pub struct Scan {
    encoding: Encoding,
    hash: Sha256,
    bytes: u64,
    lines: u64,
    unreadable: u64,
    beyond_ascii: u64,
    as_utf8: u64,
    mark: Option<&'static str>,
    is_complete: bool,
}

impl Scan {
    /// Of a file of this structure.
    #[must_use]
    pub fn new(structure: &Structure) -> Self {
        Self {
            encoding: structure.encoding,
            hash: Sha256::new(),
            bytes: 0,
            lines: 0,
            unreadable: 0,
            beyond_ascii: 0,
            as_utf8: 0,
            mark: None,
            is_complete: true,
        }
    }

    /// The bytes of the next line with its end. Of a line longer than [`LINE_BYTES_MAX`] come pieces: `is_rest` for
    /// all but the first.
    ///
    /// # Errors
    /// The file is too large already.
    pub fn piece(&mut self, bytes: &[u8], is_rest: bool) -> Result<(), FileFault> {
        self.hash.update(bytes);
        self.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        self.is_complete = bytes.ends_with(b"\n");
        if self.bytes > FILE_BYTES_MAX {
            return Err(FileFault::TooLarge);
        }
        if is_rest {
            return Ok(());
        }
        if self.lines == 0 {
            self.mark =
                byte_order_mark(bytes).filter(|mark| *mark != "UTF-8" || self.encoding != Encoding::Utf8);
        }
        self.lines += 1;
        if self.lines > LINES_MAX {
            return Err(FileFault::TooManyLines);
        }
        self.judge(bytes);
        Ok(())
    }

    fn judge(&mut self, bytes: &[u8]) {
        let has_nul = bytes.contains(&0);
        if bytes.is_ascii() {
            self.unreadable += u64::from(has_nul);
            return;
        }
        self.beyond_ascii += 1;
        let is_utf8 = bytes.len() > LINE_BYTES_MAX || std::str::from_utf8(bytes).is_ok();
        self.as_utf8 += u64::from(is_utf8);
        let readable = match self.encoding {
            Encoding::Ascii => false,
            Encoding::Utf8 => is_utf8,
            Encoding::Cp1251 => !bytes.contains(&0x98),
        };
        self.unreadable += u64::from(!readable || has_nul);
    }

    /// What was found.
    ///
    /// # Errors
    /// Why the file is refused as a whole.
    pub fn finish(self) -> Result<Scanned, FileFault> {
        let expected = self.encoding.title();
        let found = |found: &str| FileFault::Encoding { expected, found: found.to_owned() };
        if self.bytes == 0 {
            return Err(FileFault::Empty);
        }
        if let Some(mark) = self.mark {
            return Err(found(&format!("begins with the mark of {mark}")));
        }
        // Text of a code page that is valid UTF-8 line for line by chance does not happen.
        if self.encoding == Encoding::Cp1251 && self.beyond_ascii > 0 && self.as_utf8 == self.beyond_ascii {
            return Err(found("is UTF-8"));
        }
        if self.unreadable.saturating_mul(UNREADABLE_ONE_IN) > self.lines {
            let (unreadable, lines) = (self.unreadable, self.lines);
            return Err(found(&format!("has {unreadable} of {lines} lines that cannot be read")));
        }
        Ok(Scanned {
            sha256: self.hash.finalize().into(),
            bytes: self.bytes,
            lines: self.lines,
            is_complete: self.is_complete,
        })
    }
}

/// The mark with which files of other encodings begin.
fn byte_order_mark(bytes: &[u8]) -> Option<&'static str> {
    let marks: [(&[u8], &str); 3] =
        [(b"\xef\xbb\xbf", "UTF-8"), (b"\xff\xfe", "UTF-16"), (b"\xfe\xff", "UTF-16")];
    marks.iter().find(|(mark, _)| bytes.starts_with(mark)).map(|(_, name)| *name)
}
