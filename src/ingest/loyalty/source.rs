//! Reads a file on a thread of its own: first whether it can be taken, then chunk by chunk.

use loyalty::file::line::{LINE_BYTES_MAX, Reader};
use loyalty::file::record::Tally;
use loyalty::file::topup::{Sum, Sums};
use loyalty::file::{
    FileFault, FileKind, LineFault, LineKey, Record, Scan, Scanned, Structure, export, read_line,
};
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// Units of one chunk, which is one transaction: as many as the ledger takes in one call. More would keep the end of the
/// ledger's chain from everybody else for longer.
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
    /// Lines for the reject file that are wrong in themselves.
    pub rejects: Vec<u8>,
    /// How many those are.
    pub tally: Tally,
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

/// The second pass: gives what stands behind the first `skip` units to `emit`, chunk by chunk, until it says that this is
/// enough.
///
/// # Errors
/// The file cannot be read, or is not the one of the first pass.
pub fn read(
    path: &Path,
    structure: &Structure,
    scanned: &Scanned,
    skip: u64,
    emit: impl FnMut(Chunk) -> bool,
) -> std::io::Result<()> {
    let mut chunks = Chunks::new(structure, scanned, skip, emit);
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
    skip: u64,
    emit: E,
    is_stopped: bool,
    number: u64,
    from: u64,
    lines: Vec<(Record, Box<[u8]>)>,
    rejects: Vec<u8>,
    tally: Tally,
    sums: Sums,
    equals: HashMap<LineKey, u32>,
}

impl<'s, E: FnMut(Chunk) -> bool> Chunks<'s, E> {
    fn new(structure: &Structure, scanned: &'s Scanned, skip: u64, emit: E) -> Self {
        Self {
            reader: Reader::new(structure),
            kind: structure.kind,
            scanned,
            has_header: structure.header,
            skip,
            emit,
            is_stopped: false,
            number: 0,
            from: 0,
            lines: Vec::new(),
            rejects: Vec::new(),
            tally: Tally::default(),
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
            Err(faults) => {
                self.tally.reject(faults.first().map_or("format", |fault| fault.code));
                // Of a line that is too long, what tells which it was is enough.
                let shown =
                    bytes.get(..bytes.len().min(if piece.is_too_long { 200 } else { LINE_BYTES_MAX }));
                self.rejects.extend(export::reject_line(self.number, &faults, shown.unwrap_or_default()));
            }
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
        } else if self.number > self.skip {
            self.lines.push((record, bytes.into()));
        }
    }

    /// Passes on what was read up to the unit `to`.
    fn pass_on(&mut self, to: u64) {
        let from = std::mem::replace(&mut self.from, to);
        let content = Content::Lines(std::mem::take(&mut self.lines));
        let rejects = std::mem::take(&mut self.rejects);
        let tally = std::mem::take(&mut self.tally);
        if to > self.skip && to > from {
            let units = self.scanned.lines;
            self.is_stopped |= !(self.emit)(Chunk { from, to, units, content, rejects, tally });
        }
    }

    fn finish(mut self) {
        self.pass_on(self.number);
        let lines = self.number;
        let sums = std::mem::take(&mut self.sums).finish();
        let units = lines + u64::try_from(sums.len()).unwrap_or(0);
        let mut from = lines;
        let mut sums = sums.into_iter();
        while !self.is_stopped {
            let next: Vec<Sum> = sums.by_ref().take(CHUNK).collect();
            if next.is_empty() {
                return;
            }
            let to = from + u64::try_from(next.len()).unwrap_or(0);
            if to > self.skip {
                let (rejects, tally) = (Vec::new(), Tally::default());
                let chunk = Chunk { from, to, units, content: Content::Sums(next), rejects, tally };
                self.is_stopped |= !(self.emit)(chunk);
            }
            from = to;
        }
    }
}
