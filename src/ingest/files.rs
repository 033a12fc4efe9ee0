//! Events in files: a folder in which other systems put `*.jsonl`, one CloudEvent a line (INT-03).
//!
//! A file is read when it no longer grows. Its events count once by source and id, so a server that dies in the
//! middle reads the file again from its beginning. Lines that are not taken go to `rejected/` with the reason, and
//! the file to `done/`.

#[cfg(test)]
mod tests;

use super::folder;
use base::event::Journal;
use base::{Author, Clock, NewEvent, id};
use platform::ingest::{EventFault, Incoming, Ingest, IngestError, Outcome, cloudevents};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use serde_json::json;
use sqlx::PgPool;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::fs::{self, File};
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio_util::sync::CancellationToken;

/// Lines that are taken at once.
const LINES_AT_ONCE: usize = 500;
/// Longest line, in bytes: the largest data with its attributes.
const LINE_BYTES_MAX: u64 = 131_072;
/// Wait before lines are offered again, when the database is away or there is no room.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Tally {
    /// Lines with an event that is new.
    pub accepted: u64,
    /// Lines with an event that was there.
    pub duplicates: u64,
    /// Lines that are not taken.
    pub refused: u64,
}

/// Watches the folder.
pub struct Folder {
    /// The folder.
    pub dir: PathBuf,
    /// Where events go.
    pub ingest: Ingest,
    /// For the event that says what became of a file.
    pub pool: PgPool,
    /// The time.
    pub clock: Arc<dyn Clock>,
}

impl Folder {
    /// Watches until it is stopped.
    pub async fn watch(self, stop: CancellationToken) {
        folder::watch(&self, &stop).await;
    }

    /// Takes the events of a file and moves it away; what was taken before counts once.
    ///
    /// # Errors
    /// The file or the folder cannot be read or written. Nothing is lost: the file is still there.
    pub async fn apply(&self, path: &Path) -> std::io::Result<Tally> {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let rejected = self.dir.join("rejected");
        fs::create_dir_all(&rejected).await?;
        let refused_path = rejected.join(&name);
        let mut refused = Refused { path: refused_path.with_extension("part"), file: None };
        let mut lines = BufReader::new(File::open(path).await?);
        let (mut tally, mut number) = (Tally::default(), 0_u64);
        loop {
            let batch = read_batch(&mut lines, &mut number).await?;
            if batch.is_empty() {
                break;
            }
            let events = batch.iter().map(|line| line.event.clone()).collect::<Vec<_>>();
            let outcomes = self.take(events).await;
            for (line, outcome) in batch.iter().zip(outcomes) {
                match outcome {
                    Outcome::Accepted(_) => tally.accepted += 1,
                    Outcome::Duplicate(_) => tally.duplicates += 1,
                    Outcome::Refused(faults) => {
                        tally.refused += 1;
                        refused.write(line, &faults).await?;
                    }
                }
            }
        }
        refused.finish(&refused_path).await?;
        folder::set_aside(path, &self.dir.join(folder::DONE)).await?;
        self.tell(&name, &tally).await;
        Ok(tally)
    }

    /// Until they are written: a file waits as long as the database is away.
    async fn take(&self, events: Vec<Result<Incoming, Vec<EventFault>>>) -> Vec<Outcome> {
        loop {
            match self.ingest.take_read(events.clone(), Author::System).await {
                Ok(outcomes) => return outcomes,
                Err(IngestError::Full) => tokio::time::sleep(AGAIN_AFTER).await,
                Err(error) => {
                    tracing::warn!(%error, "lines of a file of events wait for the database");
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
            }
        }
    }

    /// What became of the file, in the log and in the log file. Told once more, when the server died after moving it
    /// away, is better than never; untold, the file in `done/` says it.
    async fn tell(&self, name: &str, tally: &Tally) {
        let Tally { accepted, duplicates, refused } = tally;
        tracing::info!(accepted, duplicates, refused, "the file {name} of events is read");
        let now = self.clock.now();
        let mut rng = ChaCha20Rng::from_rng(&mut rand::rng());
        let event = NewEvent {
            kind: "platform.event_file_taken.v1".into(),
            journal: if *refused == 0 { Journal::Activity } else { Journal::Failure },
            subject: id::uuid_v7(now, &mut rng), // a file is known by name: the event is its own story
            correlation: None,
            author: Author::System,
            payload: json!({ "file": name, "tally": tally }),
        };
        let appended = async {
            let mut db = self.pool.acquire().await?;
            platform::event::append(&mut db, now, &mut rng, &event).await
        };
        if let Err(error) = appended.await {
            tracing::warn!(%error, "that the file {name} was read is not in the event log");
        }
    }
}

impl folder::Taker for Folder {
    fn dir(&self) -> &Path {
        &self.dir
    }

    fn is_ours(&self, path: &Path) -> bool {
        path.extension().is_some_and(|end| end == "jsonl")
    }

    async fn take_file(&self, path: PathBuf) -> std::io::Result<()> {
        self.apply(&path).await.map(drop)
    }
}

/// One line and the event in it.
struct Line {
    number: u64,
    text: String,
    event: Result<Incoming, Vec<EventFault>>,
}

/// The next lines that are not empty.
async fn read_batch(from: &mut (impl AsyncBufRead + Unpin), number: &mut u64) -> std::io::Result<Vec<Line>> {
    let mut batch = Vec::new();
    while batch.len() < LINES_AT_ONCE {
        let mut bytes = Vec::new();
        if (&mut *from).take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes).await? == 0 {
            break;
        }
        *number += 1;
        let is_whole =
            bytes.ends_with(b"\n") || u64::try_from(bytes.len()).is_ok_and(|length| length < LINE_BYTES_MAX);
        if !is_whole {
            skip_line(from).await?;
            bytes.truncate(200);
        }
        let text = String::from_utf8_lossy(&bytes).trim().to_owned();
        if text.is_empty() {
            continue;
        }
        let event = if is_whole {
            cloudevents::structured(text.as_bytes())
        } else {
            let message = format!("the line is longer than {LINE_BYTES_MAX} bytes");
            Err(vec![EventFault::new("too_large", "", message)])
        };
        batch.push(Line { number: *number, text, event });
    }
    Ok(batch)
}

async fn skip_line(from: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<()> {
    loop {
        let mut rest = Vec::new();
        let read = (&mut *from).take(LINE_BYTES_MAX).read_until(b'\n', &mut rest).await?;
        if read == 0 || rest.ends_with(b"\n") {
            return Ok(());
        }
    }
}

/// Lines that are not taken; the file appears under its name when it is complete.
struct Refused {
    path: PathBuf,
    file: Option<File>,
}

impl Refused {
    async fn write(&mut self, line: &Line, faults: &[EventFault]) -> std::io::Result<()> {
        if self.file.is_none() {
            self.file = Some(File::create(&self.path).await?);
        }
        let Some(file) = &mut self.file else { return Ok(()) };
        let said = json!({ "line": line.number, "faults": faults, "text": line.text });
        file.write_all(format!("{said}\n").as_bytes()).await
    }

    async fn finish(&mut self, name: &Path) -> std::io::Result<()> {
        let Some(mut file) = self.file.take() else { return Ok(()) };
        file.flush().await?;
        file.sync_all().await?;
        fs::rename(&self.path, name).await
    }
}
