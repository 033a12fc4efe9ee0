//! The log files: one a log, rotated by time, archived with gzip, the oldest removed.

use super::{CHANGE, SECURITY};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::num::NonZeroU32;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tracing::{Level, Metadata};
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling;

/// How often rotated files are archived and old ones removed.
const HOUSE_EVERY: Duration = Duration::from_secs(60);

/// Whether a log shows a line.
type Shown = fn(&Metadata<'_>) -> bool;

/// The four logs (NFR-LOG-01..04): file name, and which lines it shows.
pub(super) const LOGS: [(&str, Shown); 4] =
    [("information", information), ("failures", failures), ("security", security), ("changes", changes)];

/// Whether it is a line of the audit: who did what, and the records before and after.
pub(super) fn audit(line: &Metadata<'_>) -> bool {
    security(line) || changes(line)
}

fn information(line: &Metadata<'_>) -> bool {
    line.is_span() || !audit(line) && *line.level() > Level::WARN
}

fn failures(line: &Metadata<'_>) -> bool {
    line.is_span() || !audit(line) && *line.level() <= Level::WARN
}

fn security(line: &Metadata<'_>) -> bool {
    line.target() == SECURITY
}

fn changes(line: &Metadata<'_>) -> bool {
    line.target() == CHANGE
}

/// When a log starts a new file. Times are UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Rotation {
    /// At midnight.
    Daily,
    /// At each full hour.
    Hourly,
}

/// Where the files are and how long they stay.
#[derive(Clone, Debug)]
pub struct FileSettings {
    /// Their folder; made when its parent exists.
    pub folder: PathBuf,
    /// When a new one starts.
    pub rotation: Rotation,
    /// Files kept of each log, the current one included.
    pub keep_files: NonZeroU32,
}

/// The writer of one log, on a thread of its own; nothing is dropped when it is busy.
pub(super) fn writer(
    settings: &FileSettings,
    name: &str,
) -> Result<(NonBlocking, WorkerGuard), Box<dyn std::error::Error + Send + Sync>> {
    // The audit names people and shows records: nobody but the server's own account reads it.
    if let Err(error) = std::fs::DirBuilder::new().mode(0o700).create(&settings.folder)
        && error.kind() != std::io::ErrorKind::AlreadyExists
    {
        return Err(error.into());
    }
    let rotation = match settings.rotation {
        Rotation::Daily => rolling::Rotation::DAILY,
        Rotation::Hourly => rolling::Rotation::HOURLY,
    };
    let file = rolling::RollingFileAppender::builder()
        .rotation(rotation)
        .filename_prefix(name)
        .filename_suffix("log")
        .build(&settings.folder)?;
    Ok(NonBlockingBuilder::default().lossy(false).thread_name("log").finish(file))
}

/// Archives and removes on a thread of its own, as long as the program runs.
pub(super) fn keep_house(settings: FileSettings) {
    std::thread::spawn(move || {
        loop {
            for (name, _) in LOGS {
                if let Err(error) = tidy(&settings.folder, name, settings.keep_files) {
                    tracing::warn!(error = %error, "cannot archive the log {name}");
                }
            }
            std::thread::sleep(HOUSE_EVERY);
        }
    });
}

/// Compresses every file of the log but the newest, which is being written, and removes the oldest over `keep`.
pub(super) fn tidy(folder: &Path, name: &str, keep: NonZeroU32) -> std::io::Result<()> {
    // Names carry their time, so they sort by age: information.2026-11-22.log, later …log.gz.
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| belongs(path, name))
        .collect();
    files.sort();
    let rotated = files.len().saturating_sub(1);
    let too_many = files.len().saturating_sub(usize::try_from(keep.get()).unwrap_or(usize::MAX));
    for (place, file) in files.iter().take(rotated).enumerate() {
        if place < too_many {
            std::fs::remove_file(file)?;
        } else if file.extension().is_some_and(|extension| extension == "log") {
            archive(file)?;
        }
    }
    Ok(())
}

fn belongs(path: &Path, name: &str) -> bool {
    let file = path.file_name().and_then(|file| file.to_str()).unwrap_or("");
    let rest = file.strip_prefix(name).and_then(|rest| rest.strip_prefix('.'));
    rest.is_some_and(|rest| rest.ends_with(".log") || rest.ends_with(".log.gz"))
}

/// Compresses under another name first, so that a kill in between loses nothing.
fn archive(file: &Path) -> std::io::Result<()> {
    let half = file.with_extension("log.gz.part");
    let mut encoder = GzEncoder::new(File::create(&half)?, Compression::default());
    std::io::copy(&mut File::open(file)?, &mut encoder)?;
    encoder.finish()?.sync_all()?;
    std::fs::rename(&half, file.with_extension("log.gz"))?;
    std::fs::remove_file(file)
}
