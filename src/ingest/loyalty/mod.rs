//! Files of the loyalty programme: a folder in which billings and partners put them, or an upload (CIMP-ETL-02).
//!
//! A file is applied where it lies, chunk by chunk in [`lanes`]: what a chunk causes, how far its lane is and how long its
//! part of the reject file is are one transaction. A server that dies leaves the file where it is; whoever holds the lease
//! next reads it again and goes on behind the last chunks that were committed. Afterwards it goes to `done/` or `refused/`, with a report.

mod apply;
mod lanes;
mod rejects;
mod source;
#[cfg(test)]
pub(crate) mod tests;

pub use rejects::{place_of, put_together};
pub use source::CHUNK;

use super::folder;
use actors::loyalty::Earning;
use base::event::Journal;
use base::{Author, Clock, NewEvent, id};
use loyalty::file::record::{NewFile, Place, StoredStructure};
use loyalty::file::store::{self, Started};
use loyalty::file::{name, query};
use platform::lease;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use serde_json::{Value, json};
use sqlx::PgPool;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// The lease of whoever applies files.
const LEASE: &str = "loyalty.files";
/// Ends of names under which programs write files that are not whole yet.
const UNFINISHED: [&str; 3] = [".part", ".tmp", ".filepart"];

/// Applies files.
pub struct Files {
    /// The folder.
    pub dir: PathBuf,
    /// Connections.
    pub pool: PgPool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// The live earning rules.
    pub earning: Earning,
    /// Who this server is among those that share the folder.
    pub holder: Uuid,
}

/// Why a file is not done yet. It stays where it is.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// The file or the folder cannot be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The database failed.
    #[error("database error")]
    Database(#[from] sqlx::Error),
    /// Another server applies it.
    #[error("another server applies this file")]
    Elsewhere,
}

/// A file on its way.
struct Work<'f> {
    path: &'f Path,
    structure: &'f StoredStructure,
    id: Uuid,
    name: &'f str,
}

impl Files {
    /// Watches the folder until it is stopped.
    pub async fn watch(self, stop: CancellationToken) {
        folder::watch(&self, &stop).await;
        if let Ok(mut db) = self.pool.acquire().await {
            let _ = lease::release(&mut db, LEASE, self.holder).await; // else it ends by time
        }
    }

    /// Applies one file of the folder and moves it away.
    ///
    /// # Errors
    /// See [`FileError`]; what was applied counts once, however often it is tried.
    pub async fn take(&self, path: &Path) -> Result<Uuid, FileError> {
        self.hold().await?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let id = id::uuid_v7(self.clock.now(), &mut self.dice());
        if let Err(fault) = name::check(&name) {
            // The name itself is not used for anything: not even for the place where the file is kept.
            let kept = path.with_file_name(format!("name-{id}"));
            tokio::fs::rename(path, &kept).await?;
            let shown: String = name.chars().filter(|c| !c.is_control()).take(name::NAME_MAX).collect();
            return self.refuse(&kept, id, &shown, None, "name", &fault.to_string()).await;
        }
        let structures: Vec<(StoredStructure, loyalty::file::Structure)> =
            query::structures(&mut *self.pool.acquire().await?)
                .await?
                .into_iter()
                .filter(|structure| structure.fields.active)
                .map(|structure| (structure.clone(), structure.fields.structure))
                .collect();
        let Some((structure, _)) = name::recognise(&name, &structures) else {
            let reason = "no structure has this prefix and suffix: add one, then put the file here again";
            return self.refuse(path, id, &name, None, "unrecognised", reason).await;
        };
        self.apply(Work { path, structure, id, name: &name }).await
    }

    async fn apply(&self, work: Work<'_>) -> Result<Uuid, FileError> {
        let (path, definition) = (work.path.to_owned(), work.structure.fields.structure.clone());
        let scanned = blocking(move || source::scan(&path, &definition)).await??;
        let scanned = match scanned {
            Ok(scanned) => scanned,
            Err(fault) => {
                let (code, reason) = (fault.code(), fault.to_string());
                return self.refuse(work.path, work.id, work.name, Some(work.structure), code, &reason).await;
            }
        };
        let new = NewFile {
            id: work.id,
            name: work.name,
            structure: Some(work.structure),
            sha256: Some(scanned.sha256),
            bytes: scanned.bytes,
            lines: scanned.lines,
        };
        let started = {
            let mut db = self.pool.acquire().await?;
            let lanes = lanes::lanes_of(work.structure.fields.structure.kind);
            store::start(&mut db, self.clock.now(), Author::System, &new, lanes).await?
        };
        match started {
            Started::Before(known) => {
                tracing::info!(file = work.name, %known, "a file was applied before: nothing was done");
                self.tell(
                    work.id,
                    "loyalty.file_repeated.v1",
                    Journal::Activity,
                    json!({ "file": work.name, "repeats": known }),
                )
                .await?;
                self.put_away(&work, work.id, folder::DONE).await?;
                Ok(work.id)
            }
            Started::Here(place) => {
                let file_id = place.id;
                let place = lanes::apply(self, &work, &scanned, place).await?;
                self.finish(&work, &place).await?;
                self.put_away(&work, file_id, folder::DONE).await?;
                Ok(file_id)
            }
        }
    }

    /// Gives the reject file its name and writes down that all is done.
    async fn finish(&self, work: &Work<'_>, place: &Place) -> Result<(), FileError> {
        let total = place.total();
        if total.reject_bytes > 0 {
            let whole = place_of(&self.dir, place.id, work.name);
            let (dir, id, part) =
                (self.dir.clone(), place.id, whole.with_file_name(format!(".{}.whole", place.id)));
            let together = part.clone();
            blocking(move || put_together(&dir, id, &together)).await??;
            tokio::fs::rename(part, whole).await?;
        }
        let mut tx = self.pool.begin().await?;
        store::finish(&mut tx, self.clock.now(), place).await?;
        let tally = &total.tally;
        let journal = if tally.rejected == 0 { Journal::Activity } else { Journal::Failure };
        let payload =
            json!({ "file": work.name, "kind": work.structure.fields.structure.kind, "tally": tally });
        self.append(&mut tx, place.id, "loyalty.file_applied.v1", journal, payload).await?;
        tx.commit().await?;
        rejects::forget_parts(&self.dir, place.id).await?;
        tracing::info!(
            tally.accepted,
            tally.rejected,
            tally.not_enrolled,
            tally.repeated,
            "the file {} is applied",
            work.name
        );
        Ok(())
    }

    async fn refuse(
        &self,
        path: &Path,
        id: Uuid,
        name: &str,
        structure: Option<&StoredStructure>,
        code: &str,
        reason: &str,
    ) -> Result<Uuid, FileError> {
        tracing::warn!(file = name, code, "a file of the loyalty programme is refused: {reason}");
        let bytes = tokio::fs::metadata(path).await?.len();
        let file = NewFile { id, name, structure, sha256: None, bytes, lines: 0 };
        let mut tx = self.pool.begin().await?;
        store::refuse(&mut tx, self.clock.now(), Author::System, &file, code, reason).await?;
        let payload = json!({ "file": name, "code": code, "reason": reason });
        self.append(&mut tx, id, "loyalty.file_refused.v1", Journal::Failure, payload).await?;
        tx.commit().await?;
        self.report(id).await?;
        folder::set_aside(path, &self.dir.join("refused")).await?;
        Ok(id)
    }

    async fn put_away(&self, work: &Work<'_>, id: Uuid, folder: &str) -> Result<(), FileError> {
        self.report(id).await?;
        folder::set_aside(work.path, &self.dir.join(folder)).await?;
        Ok(())
    }

    async fn report(&self, id: Uuid) -> Result<(), FileError> {
        let file = query::file(&mut *self.pool.acquire().await?, id).await?;
        let Some(file) = file else { return Ok(()) };
        let name = if name::check(&file.name).is_ok() { file.name.as_str() } else { "name" };
        let place = self.dir.join("reports").join(format!("{name}.{id}.txt"));
        Ok(folder::write_whole(&place, rejects::report(&file).as_bytes()).await?)
    }

    async fn hold(&self) -> Result<(), FileError> {
        let mut db = self.pool.acquire().await?;
        let held = lease::take(&mut db, LEASE, self.holder, self.clock.now()).await?;
        if held { Ok(()) } else { Err(FileError::Elsewhere) }
    }

    fn dice(&self) -> ChaCha20Rng {
        ChaCha20Rng::from_rng(&mut rand::rng())
    }

    async fn tell(
        &self,
        id: Uuid,
        kind: &'static str,
        journal: Journal,
        payload: Value,
    ) -> Result<(), FileError> {
        let mut db = self.pool.acquire().await?;
        Ok(self.append(&mut db, id, kind, journal, payload).await?)
    }

    async fn append(
        &self,
        db: &mut sqlx::PgConnection,
        subject: Uuid,
        kind: &'static str,
        journal: Journal,
        payload: Value,
    ) -> sqlx::Result<()> {
        let event = NewEvent {
            kind: kind.into(),
            journal,
            subject,
            correlation: None,
            author: Author::System,
            payload,
        };
        platform::event::append(db, self.clock.now(), &mut self.dice(), &event).await.map(drop)
    }
}

impl folder::Taker for Files {
    fn dir(&self) -> &Path {
        &self.dir
    }

    fn is_ours(&self, path: &Path) -> bool {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        !name.starts_with('.') && !UNFINISHED.iter().any(|end| name.ends_with(end))
    }

    async fn take_file(&self, path: PathBuf) -> std::io::Result<()> {
        match self.take(&path).await {
            Ok(_) | Err(FileError::Elsewhere) => Ok(()),
            Err(FileError::Io(error)) => Err(error),
            Err(FileError::Database(error)) => Err(std::io::Error::other(error)),
        }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> std::io::Result<T> {
    blocking_result(tokio::task::spawn_blocking(work).await)
}

fn blocking_result<T>(done: Result<T, tokio::task::JoinError>) -> std::io::Result<T> {
    done.map_err(std::io::Error::other)
}
