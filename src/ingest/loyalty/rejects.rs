//! The reject file and the report of a file (CIMP-ETL-04).

use loyalty::file::export::REJECT_HEADER;
use loyalty::file::record::{LoyaltyFile, Place};
use std::path::{Path, PathBuf};
use tokio::fs::{self, File, OpenOptions};
use tokio::io::{AsyncSeekExt, AsyncWriteExt};
use uuid::Uuid;

/// The reject file while its file is being applied. What belongs to a transaction that was not committed is cut off.
pub struct Rejects {
    part: PathBuf,
    whole: PathBuf,
    file: Option<File>,
    bytes: u64,
}

/// Where the reject file of a file is when it is whole.
#[must_use]
pub fn place_of(dir: &Path, file: Uuid, name: &str) -> PathBuf {
    dir.join("rejected").join(format!("{name}.{file}.txt"))
}

/// Where it is while it grows.
#[must_use]
pub fn part_of(dir: &Path, file: Uuid) -> PathBuf {
    dir.join("rejected").join(format!(".{file}.part"))
}

impl Rejects {
    /// Opens what a server left, or nothing yet.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub async fn open(dir: &Path, place: &Place, name: &str) -> std::io::Result<Self> {
        let (part, whole) = (part_of(dir, place.id), place_of(dir, place.id, name));
        fs::create_dir_all(dir.join("rejected")).await?;
        if place.reject_bytes > 0 && !fs::try_exists(&part).await? && fs::try_exists(&whole).await? {
            fs::rename(&whole, &part).await?;
        }
        let mut rejects = Self { part, whole, file: None, bytes: 0 };
        if place.reject_bytes > 0 {
            rejects.file().await?;
        }
        rejects.cut(place.reject_bytes).await?;
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
    pub async fn add(&mut self, lines: &[u8]) -> std::io::Result<()> {
        if lines.is_empty() {
            return Ok(());
        }
        let header = if self.bytes == 0 { REJECT_HEADER } else { "" };
        let file = self.file().await?;
        file.write_all(header.as_bytes()).await?;
        file.write_all(lines).await?;
        file.sync_data().await?;
        self.bytes += u64::try_from(header.len() + lines.len()).unwrap_or(0);
        Ok(())
    }

    /// Gives it its name, when there is anything in it.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub async fn finish(self) -> std::io::Result<()> {
        let Some(file) = self.file else { return Ok(()) };
        drop(file);
        if self.bytes == 0 {
            fs::remove_file(&self.part).await
        } else {
            fs::rename(&self.part, &self.whole).await
        }
    }

    async fn file(&mut self) -> std::io::Result<&mut File> {
        let file = match self.file.take() {
            Some(file) => file,
            None => OpenOptions::new().create(true).truncate(false).write(true).open(&self.part).await?,
        };
        Ok(self.file.insert(file))
    }
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
