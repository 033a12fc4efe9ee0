//! Reads a file on a thread of its own: first whether it can be taken, then chunk by chunk.

use loyalty::file::line::{LINE_BYTES_MAX, Reader};
use loyalty::file::topup::{Sum, Sums};
use loyalty::file::{
    FileFault, FileKind, LineFault, LineKey, Record, Scan, Scanned, Structure, export, read_line,
};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Units of one chunk, which is one transaction: as many as the ledger takes in one call. More would keep the end of the
/// ledger's chain from everybody else for longer. Where rules give several times a unit, it becomes several transactions.
pub const CHUNK: usize = 1_000;
/// Bytes read at once.
const BUFFER: usize = 1 << 20;
/// The longest line with both bytes of its end, and one byte that shows that it is longer.
const LINE_READ_MAX: u64 = LINE_BYTES_MAX_U64 + 3;
const LINE_BYTES_MAX_U64: u64 = 65_536;
const _: () = assert!(LINE_BYTES_MAX == 65_536, "both say the same");

/// What a chunk brings.
#[derive(Debug)]
pub enum Content {
    /// Lines, each with its bytes for the reject file.
    Lines(Vec<(Record, Box<[u8]>)>),
    /// Sums of top-ups.
    Sums(Vec<Sum>),
}

impl Content {
    /// How many lines or sums.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Lines(lines) => lines.len(),
            Self::Sums(sums) => sums.len(),
        }
    }
}

/// A line that is wrong in itself.
#[derive(Debug)]
pub struct Wrong {
    /// Its number.
    pub number: u64,
    /// The kind of its first fault.
    pub code: &'static str,
    /// What the reject file says of it.
    pub told: Vec<u8>,
}

/// The next units of a file.
#[derive(Debug)]
pub struct Chunk {
    /// Units before it.
    pub from: u64,
    /// Units including it.
    pub to: u64,
    /// All units, as far as they are known: sums are counted when the lines are read.
    pub units: u64,
    /// What is to be applied.
    pub content: Content,
    /// What is not.
    pub wrong: Vec<Wrong>,
}

impl Chunk {
    /// Takes off what stands behind the first `most` lines or sums that are to be applied.
    pub fn split_off(&mut self, most: usize) -> Option<Self> {
        let (content, middle) = match &mut self.content {
            Content::Lines(lines) => {
                let middle = lines.get(..most).filter(|_| lines.len() > most)?.last()?.0.number;
                (Content::Lines(lines.split_off(most)), middle)
            }
            Content::Sums(sums) if sums.len() > most => {
                let middle = self.from + u64::try_from(most).unwrap_or(0);
                (Content::Sums(sums.split_off(most)), middle)
            }
            Content::Sums(_) => return None,
        };
        let behind = self.wrong.partition_point(|wrong| wrong.number <= middle);
        let wrong = self.wrong.split_off(behind);
        let to = std::mem::replace(&mut self.to, middle);
        Some(Self { from: middle, to, units: self.units, content, wrong })
    }
}

/// One physical line, or a piece of one that is too long.
struct Piece<'b> {
    bytes: &'b [u8],
    is_rest: bool,
    is_too_long: bool,
}

/// Gives each line to `each` until it says that this is enough.
fn lines(file: File, mut each: impl FnMut(Piece<'_>) -> bool) -> std::io::Result<()> {
    let mut from = BufReader::with_capacity(BUFFER, file);
    let mut bytes = Vec::new();
    let mut is_rest = false;
    loop {
        bytes.clear();
        if (&mut from).take(LINE_READ_MAX).read_until(b'\n', &mut bytes)? == 0 {
            return Ok(());
        }
        let is_whole = bytes.ends_with(b"\n");
        let is_too_long = is_rest || without_end(&bytes).len() > LINE_BYTES_MAX;
        if !each(Piece { bytes: &bytes, is_rest, is_too_long }) {
            return Ok(());
        }
        is_rest = !is_whole;
    }
}

fn without_end(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    bytes.strip_suffix(b"\r").unwrap_or(bytes)
}

/// The first pass: what the file is, or why it is refused as a whole.
///
/// # Errors
/// The file cannot be read.
pub fn scan(path: &Path, structure: &Structure) -> std::io::Result<Result<Scanned, FileFault>> {
    let mut scan = Scan::new(structure);
    let reader = Reader::new(structure);
    let (mut fault, mut is_first) = (None, true);
    lines(File::open(path)?, |piece| {
        if is_first && structure.header {
            let text = reader.decode(without_end(piece.bytes)).unwrap_or_default();
            if !reader.is_header(text.trim_start_matches('\u{feff}')) {
                fault = Some(FileFault::Header { expected: reader.header().to_owned() });
            }
        }
        is_first = false;
        if let Err(refused) = scan.piece(piece.bytes, piece.is_rest) {
            fault = Some(refused);
            return false;
        }
        true
    })?;
    let scanned = scan.finish();
    Ok(match (fault, scanned) {
        // A file in another encoding has no right header either, and the encoding is what helps.
        (_, Err(refused)) => Err(refused),
        (Some(refused), Ok(_)) => Err(refused),
        (None, Ok(scanned)) => Ok(scanned),
    })
}

/// The second pass: gives `emit` chunk by chunk with the number of its lane, without those that their lane reached before,
/// until it says that this is enough.
///
/// # Errors
/// The file cannot be read, or is not the one of the first pass.
pub fn read(
    path: &Path,
    structure: &Structure,
    scanned: &Scanned,
    reached: &[u64],
    emit: impl FnMut(usize, Chunk) -> bool,
) -> std::io::Result<()> {
    let mut chunks = Chunks::new(structure, scanned, reached, emit);
    let mut bytes = 0_u64;
    lines(File::open(path)?, |piece| {
        bytes += u64::try_from(piece.bytes.len()).unwrap_or(u64::MAX);
        piece.is_rest || chunks.line(&piece)
    })?;
    if chunks.is_stopped {
        return Ok(());
    }
    if bytes != scanned.bytes {
        return Err(std::io::Error::other("the file was changed while it was read"));
    }
    chunks.finish();
    Ok(())
}

struct Chunks<'s, E> {
    reader: Reader,
    kind: FileKind,
    scanned: &'s Scanned,
    has_header: bool,
    reached: &'s [u64],
    /// The lane of the chunk that is being read.
    lane: usize,
    emit: E,
    is_stopped: bool,
    number: u64,
    from: u64,
    lines: Vec<(Record, Box<[u8]>)>,
    wrong: Vec<Wrong>,
    sums: Sums,
    equals: HashMap<LineKey, u32>,
}

impl<'s, E: FnMut(usize, Chunk) -> bool> Chunks<'s, E> {
    fn new(structure: &Structure, scanned: &'s Scanned, reached: &'s [u64], emit: E) -> Self {
        Self {
            reader: Reader::new(structure),
            kind: structure.kind,
            scanned,
            has_header: structure.header,
            reached,
            lane: 0,
            emit,
            is_stopped: false,
            number: 0,
            from: 0,
            lines: Vec::new(),
            wrong: Vec::new(),
            sums: Sums::default(),
            equals: HashMap::new(),
        }
    }

    fn line(&mut self, piece: &Piece<'_>) -> bool {
        self.number += 1;
        let mut bytes = without_end(piece.bytes);
        if self.number == 1 {
            bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        }
        let is_header = self.has_header && self.number == 1;
        if !is_header && !bytes.is_empty() {
            self.take(bytes, piece);
        }
        if self.number - self.from >= u64::try_from(CHUNK).unwrap_or(u64::MAX) {
            self.pass_on(self.number);
        }
        !self.is_stopped
    }

    fn take(&mut self, bytes: &[u8], piece: &Piece<'_>) {
        let is_truncated =
            !self.scanned.is_complete && self.number == self.scanned.lines && !piece.bytes.ends_with(b"\n");
        let read = if piece.is_too_long {
            let detail = format!("the line is longer than {LINE_BYTES_MAX} bytes");
            Err(vec![LineFault::line("too_long", detail)])
        } else if is_truncated {
            let detail = "the last line has no end: perhaps the rest of it is missing";
            Err(vec![LineFault::line("truncated", detail)])
        } else {
            read_line(&self.reader, self.number, bytes)
        };
        match read {
            Ok(record) => self.keep(record, bytes),
            Err(faults) if self.is_wanted(self.number) => {
                // Of a line that is too long, what tells which it was is enough.
                let shown =
                    bytes.get(..bytes.len().min(if piece.is_too_long { 200 } else { LINE_BYTES_MAX }));
                let code = faults.first().map_or("format", |fault| fault.code);
                let told = export::reject_line(self.number, &faults, shown.unwrap_or_default());
                self.wrong.push(Wrong { number: self.number, code, told });
            }
            Err(_) => {}
        }
    }

    fn keep(&mut self, record: Record, bytes: &[u8]) {
        let record = if self.reader.has_key() {
            record
        } else {
            let count = self.equals.entry(record.key).or_default();
            let counted = record.counted(*count);
            *count += 1;
            counted
        };
        if self.kind == FileKind::TopUps {
            self.sums.add(&record);
        } else if self.is_wanted(self.number) {
            self.lines.push((record, bytes.into()));
        }
    }

    /// What the lane of this chunk reached before.
    fn reached(&self) -> u64 {
        self.reached.get(self.lane).copied().unwrap_or(u64::MAX)
    }

    fn is_wanted(&self, unit: u64) -> bool {
        unit > self.reached()
    }

    /// Passes on what was read up to the unit `to`.
    fn pass_on(&mut self, to: u64) {
        let content = Content::Lines(std::mem::take(&mut self.lines));
        if to > self.from {
            self.give(to, self.scanned.lines, content);
        }
    }

    /// The next chunk, whose last unit is `to`, of so many that are known.
    fn give(&mut self, to: u64, units: u64, content: Content) {
        let from = std::mem::replace(&mut self.from, to).max(self.reached());
        let wrong = std::mem::take(&mut self.wrong);
        if to > from {
            self.is_stopped |= !(self.emit)(self.lane, Chunk { from, to, units, content, wrong });
        }
        self.lane = (self.lane + 1) % self.reached.len().max(1);
    }

    fn finish(mut self) {
        self.pass_on(self.number);
        let lines = self.number;
        let sums = std::mem::take(&mut self.sums).finish();
        let units = lines + u64::try_from(sums.len()).unwrap_or(0);
        let mut sums = sums.into_iter();
        while !self.is_stopped {
            let next: Vec<Sum> = sums.by_ref().take(CHUNK).collect();
            if next.is_empty() {
                return;
            }
            let to = self.from + u64::try_from(next.len()).unwrap_or(0);
            let done = usize::try_from(self.reached().saturating_sub(self.from)).unwrap_or(usize::MAX);
            self.give(to, units, Content::Sums(next.into_iter().skip(done).collect()));
        }
    }
}
