//! The statistics of a month: each macroregion by itself, several at a time (CIMP-STAT-01, CIMP-STAT-04, CIMP-STAT-05).

use crate::ingest::folder::Part;
use base::event::Journal;
use base::{Author, Clock, NewEvent};
use loyalty::bonus_type::BonusType;
use loyalty::programme::Programme;
use loyalty::statistics::store::Key;
use loyalty::statistics::{self, ACCOUNTS_AT_ONCE, Figures, Month, Run, query, store};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use serde_json::json;
use sqlx::PgPool;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

/// Macroregions that are made at the same time: each holds one connection of the pool while it reads.
const AT_ONCE: usize = 4;
/// Rows read at once for a file.
const ROWS_AT_ONCE: i64 = 5_000;

/// Makes statistics.
#[derive(Clone)]
pub struct Statistics {
    /// Connections.
    pub pool: PgPool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where the files are made.
    pub dir: PathBuf,
    /// Where they are put for whoever fetches them, when they are transmitted.
    pub out: Option<PathBuf>,
}

/// Why the statistics of a macroregion could not be made. The others are.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the file cannot be written: {0}")]
    File(#[from] std::io::Error),
}

impl Statistics {
    /// Makes the statistics of a month, of all macroregions or of these; how each ended.
    ///
    /// # Errors
    /// The database failed before any was begun.
    pub async fn make(
        &self,
        programme: &Programme,
        month: Month,
        only: Option<Vec<String>>,
    ) -> sqlx::Result<Vec<Run>> {
        let mut db = self.pool.acquire().await?;
        let regions = match only {
            Some(regions) => regions,
            None => query::macroregions(&mut db, programme.id.as_uuid(), month.to()).await?,
        };
        let bonus_types = Arc::new(loyalty::query::bonus_types(&mut db, Some(programme.id)).await?);
        drop(db);
        let room = Arc::new(Semaphore::new(AT_ONCE));
        let mut working = JoinSet::new();
        for macroregion in regions {
            let key = Key { programme_id: programme.id.as_uuid(), month: month.first(), macroregion };
            let (this, room) = (self.clone(), Arc::clone(&room));
            let (programme, bonus_types) = (programme.clone(), Arc::clone(&bonus_types));
            working.spawn(async move {
                let _room = room.acquire_owned().await;
                this.region(&programme, month, &key, &bonus_types).await
            });
        }
        let mut runs = Vec::new();
        while let Some(done) = working.join_next().await {
            match done {
                Ok(Ok(run)) => runs.push(run),
                // What cannot even be written down is begun again: it stands as running.
                Ok(Err(error)) => {
                    tracing::error!(%error, "statistics of a macroregion were not written down")
                }
                Err(error) => tracing::error!(%error, "statistics of a macroregion ended unexpectedly"),
            }
        }
        runs.sort_by(|a, b| a.macroregion.cmp(&b.macroregion));
        Ok(runs)
    }

    async fn region(
        &self,
        programme: &Programme,
        month: Month,
        key: &Key,
        bonus_types: &[BonusType],
    ) -> sqlx::Result<Run> {
        let made = self.table_and_file(programme, month, key, bonus_types).await;
        let said = made.as_ref().map(String::as_str).map_err(ToString::to_string);
        let mut tx = self.pool.begin().await?;
        let now = self.clock.now();
        let ended = said.as_ref().map(|name| *name).map_err(String::as_str);
        let run = store::finish(&mut tx, now, key, ended).await?;
        let journal = if made.is_ok() { Journal::Activity } else { Journal::Failure };
        let event = NewEvent {
            kind: if made.is_ok() { "loyalty.statistics_made.v1" } else { "loyalty.statistics_failed.v1" }
                .into(),
            journal,
            subject: key.programme_id,
            correlation: None,
            author: Author::System,
            payload: json!({ "programme": programme.fields.code, "run": run }),
        };
        let appended =
            platform::event::append(&mut tx, now, &mut ChaCha20Rng::from_rng(&mut rand::rng()), &event);
        appended.await?;
        tx.commit().await?;
        if let Some(failure) = &run.failure {
            tracing::error!(macroregion = %key.macroregion, failure, "the statistics of a macroregion could not be made: it can be made again by itself");
        }
        Ok(run)
    }

    async fn table_and_file(
        &self,
        programme: &Programme,
        month: Month,
        key: &Key,
        bonus_types: &[BonusType],
    ) -> Result<String, Fault> {
        let months = programme.fields.settings.expiring_months;
        store::begin(&mut *self.pool.acquire().await?, self.clock.now(), key).await?;
        let mut after = Uuid::nil();
        loop {
            let mut tx = self.pool.begin().await?;
            let accounts = query::accounts(&mut tx, key, month.to(), after, ACCOUNTS_AT_ONCE).await?;
            let Some(last) = accounts.last() else { break };
            after = *last;
            let mut rows = Vec::new();
            for bonus_type in bonus_types {
                let currency = bonus_type.currency();
                let span = month.from()..month.to();
                let found =
                    ledger::query::period(&mut tx, currency, &accounts, span, month.horizon(months)).await?;
                rows.extend(found.into_iter().map(|one| (one.owner, bonus_type.id.as_uuid(), figures(&one))));
            }
            let count = i64::try_from(accounts.len()).unwrap_or(i64::MAX);
            store::insert(&mut tx, key, &rows, count).await?;
            tx.commit().await?;
        }
        let name = statistics::file_name(&programme.fields.code, month, &key.macroregion);
        let head = statistics::head(&programme.fields.code, month, &key.macroregion, months);
        self.file(key, &name, &head).await?;
        if let Some(out) = &self.out {
            transmit(&self.dir.join(&name), out).await?;
        }
        Ok(name)
    }

    async fn file(&self, key: &Key, name: &str, head: &[u8]) -> Result<(), Fault> {
        let mut part = Part::begin(&self.dir.join(name)).await?;
        part.add(head).await?;
        let mut after = (Uuid::nil(), String::new());
        loop {
            let mut db = self.pool.acquire().await?;
            let rows = query::rows(&mut db, key, (after.0, &after.1), ROWS_AT_ONCE).await?;
            drop(db);
            let Some(last) = rows.last() else { break };
            after = (last.account_id, last.bonus_type.clone());
            let mut lines = Vec::new();
            for row in &rows {
                statistics::push_row(&mut lines, row);
            }
            part.add(&lines).await?;
        }
        part.finish().await?;
        Ok(())
    }
}

fn figures(of: &ledger::query::PeriodFigures) -> Figures {
    Figures {
        opening: of.opening,
        accumulated: of.credited,
        accumulated_before: of.remaining_before,
        spent: of.debited,
        expired: of.expired,
        closing: of.closing,
        to_be_expired: of.expiring,
    }
}

/// Puts a copy of a file into the folder from which others fetch: whole or not at all.
///
/// # Errors
/// The folder cannot be written.
pub async fn transmit(file: &Path, out: &Path) -> std::io::Result<()> {
    tokio::fs::create_dir_all(out).await?;
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let part = out.join(format!(".{name}.part"));
    tokio::fs::copy(file, &part).await?;
    tokio::fs::File::open(&part).await?.sync_all().await?;
    tokio::fs::rename(&part, out.join(&*name)).await
}
