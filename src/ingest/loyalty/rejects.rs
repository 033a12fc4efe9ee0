//! The reject file and the report of a file (CIMP-ETL-04).

use loyalty::file::export::REJECT_HEADER;
use loyalty::file::record::LoyaltyFile;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use uuid::Uuid;

/// Most lanes whose parts are looked for.
const LANES_MAX: usize = 16;
const _: () = assert!(super::lanes::LANES <= LANES_MAX, "parts of all lanes are found");

/// Lines for the reject file, each with its number in the file.
pub type Rejected = Vec<(u64, Vec<u8>)>;

/// The part of the reject file that one lane writes while its file is being applied, in the order of the lines. What
/// belongs to a transaction that was not committed is cut off.
pub struct Rejects {
    part: PathBuf,
    file: Option<File>,
    bytes: u64,
}

/// Where the reject file of a file is when it is whole.
#[must_use]
pub fn place_of(dir: &Path, file: Uuid, name: &str) -> PathBuf {
    dir.join("rejected").join(format!("{name}.{file}.txt"))
}

fn part_of(dir: &Path, file: Uuid, lane: usize) -> PathBuf {
    dir.join("rejected").join(format!(".{file}.{lane}.part"))
}

impl Rejects {
    /// Opens what a server left of a lane, cut to the bytes that count, or nothing yet.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub async fn open(dir: &Path, file: Uuid, lane: usize, bytes: u64) -> std::io::Result<Self> {
        fs::create_dir_all(dir.join("rejected")).await?;
        let part = part_of(dir, file, lane);
        let mut rejects = Self { part, file: None, bytes: 0 };
        if bytes > 0 || fs::try_exists(&rejects.part).await? {
            rejects.file().await?;
        }
        rejects.cut(bytes).await?;
        Ok(rejects)
    }

    /// How long it is.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Cuts off what stands behind `bytes`.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn cut(&mut self, bytes: u64) -> std::io::Result<()> {
        if let Some(file) = &mut self.file {
            file.set_len(bytes).await?;
            file.seek(std::io::SeekFrom::Start(bytes)).await?;
        }
        self.bytes = bytes;
        Ok(())
    }

    /// Adds lines; they are on disk before their transaction is committed.
    ///
    /// # Errors
    /// The file cannot be written.
    pub async fn add(&mut self, mut lines: Rejected) -> std::io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        lines.sort_by_key(|(number, _)| *number);
        let bytes: Vec<u8> = lines.into_iter().flat_map(|(_, line)| line).collect();
        let file = self.file().await?;
        file.write_all(&bytes).await?;
        file.sync_data().await?;
        self.bytes += u64::try_from(bytes.len()).unwrap_or(0);
        Ok(())
    }

    async fn file(&mut self) -> std::io::Result<&mut File> {
        let file = match self.file.take() {
            Some(file) => file,
            None => OpenOptions::new().create(true).truncate(false).write(true).open(&self.part).await?,
        };
        Ok(self.file.insert(file))
    }
}

/// A part and its next line.
struct Part {
    lines: BufReader<std::fs::File>,
    next: Vec<u8>,
}

impl Part {
    /// Reads on. Half a line at the end is one that is being written: it is left out.
    fn step(&mut self) -> std::io::Result<()> {
        self.next.clear();
        self.lines.read_until(b'\n', &mut self.next)?;
        if !self.next.ends_with(b"\n") {
            self.next.clear();
        }
        Ok(())
    }

    /// The number of the next line; none: there is no more.
    fn number(&self) -> Option<u64> {
        let digits = self.next.split(|byte| *byte == b'|').next()?;
        std::str::from_utf8(digits).ok()?.parse().ok()
    }
}

/// Writes the parts of all lanes to `to`, in the order of the lines.
///
/// # Errors
/// A file cannot be read or written.
pub fn put_together(dir: &Path, file: Uuid, to: &Path) -> std::io::Result<()> {
    let mut parts = Vec::new();
    for lane in 0..LANES_MAX {
        match std::fs::File::open(part_of(dir, file, lane)) {
            Ok(part) => parts.push(Part { lines: BufReader::new(part), next: Vec::new() }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    let mut whole = BufWriter::new(std::fs::File::create(to)?);
    whole.write_all(REJECT_HEADER.as_bytes())?;
    for part in &mut parts {
        part.step()?;
    }
    while let Some(part) =
        parts.iter_mut().filter(|part| part.number().is_some()).min_by_key(|part| part.number())
    {
        whole.write_all(&part.next)?;
        part.step()?;
    }
    whole.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()
}

/// Removes the parts of a file whose reject file is whole.
///
/// # Errors
/// A file cannot be removed.
pub async fn forget_parts(dir: &Path, file: Uuid) -> std::io::Result<()> {
    for lane in 0..LANES_MAX {
        match fs::remove_file(part_of(dir, file, lane)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// What was done with a file, for people and programs of whoever sent it: a name and a value a line.
#[must_use]
pub fn report(file: &LoyaltyFile) -> String {
    let tally = &file.tally;
    let state = serde_json::to_value(file.state).ok();
    let kind = file.kind.map_or("", loyalty::file::FileKind::as_str);
    let mut rows = vec![
        ("file".to_owned(), file.name.clone()),
        ("id".to_owned(), file.id.to_string()),
        ("type".to_owned(), kind.to_owned()),
        ("sha256".to_owned(), file.sha256.clone().unwrap_or_default()),
        ("state".to_owned(), state.and_then(|state| state.as_str().map(str::to_owned)).unwrap_or_default()),
        ("bytes".to_owned(), file.bytes.to_string()),
        ("lines".to_owned(), file.lines.to_string()),
        ("accepted".to_owned(), tally.accepted.to_string()),
        ("rejected".to_owned(), tally.rejected.to_string()),
        ("not_enrolled".to_owned(), tally.not_enrolled.to_string()),
        ("repeated".to_owned(), tally.repeated.to_string()),
        ("amount".to_owned(), if tally.amount.is_empty() { "0".to_owned() } else { tally.amount.clone() }),
    ];
    rows.extend(tally.accrued.iter().map(|(code, units)| (format!("accrued.{code}"), units.to_string())));
    rows.extend(tally.faults.iter().map(|(code, count)| (format!("rejected.{code}"), count.to_string())));
    rows.extend(file.refusal.iter().map(|reason| ("refused".to_owned(), reason.clone())));
    rows.extend(file.repeats.iter().map(|known| ("repeats".to_owned(), known.to_string())));
    rows.push(("started".to_owned(), file.started_at.to_rfc3339()));
    if let Some(finished_at) = file.finished_at {
        let seconds = (finished_at - file.started_at).num_milliseconds();
        rows.push(("finished".to_owned(), finished_at.to_rfc3339()));
        rows.push(("milliseconds".to_owned(), seconds.to_string()));
    }
    rows.iter().map(|(name, value)| format!("{name}|{}\n", value.replace(['\n', '|'], " "))).collect()
}
