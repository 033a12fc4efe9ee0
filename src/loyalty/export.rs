//! Makes files that go out, in the background (CIMP-ETL-12, CIMP-PRT-05, CIMP-STAT-06).

mod masters;
mod participants;

use super::statistics::transmit;
use crate::ingest::folder::Part;
use base::event::Journal;
use base::id::ProgrammeId;
use base::{Author, ChangeError, Clock, Edit, NewEvent};
use chrono::NaiveDate;
use ledger::Counter;
use ledger::query::ReportedMovement;
use loyalty::bonus_type::amount::Points;
use loyalty::bonus_type::{BonusType, midnight};
use loyalty::export::{Asked, Export, ExportInput, query, store};
use loyalty::file::{Encoding, export};
use loyalty::id::PartnerId;
use loyalty::programme::Programme;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use serde_json::json;
use sqlx::{PgConnection, PgPool};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use uuid::Uuid;

/// Rows read at once.
const ROWS_AT_ONCE: i64 = 2_000;

/// Makes files that go out. Clones share nothing but the folders.
#[derive(Clone)]
pub struct Exports {
    /// Connections.
    pub pool: PgPool,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Where files are made.
    pub dir: PathBuf,
    /// From where others fetch.
    pub out: Option<PathBuf>,
}

/// Why a file was not made.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the file cannot be written: {0}")]
    File(#[from] std::io::Error),
    #[error("{0}")]
    Asked(String),
}

/// A file on its way.
struct Making<'m> {
    exports: &'m Exports,
    programme: Programme,
    bonus_types: Vec<BonusType>,
    encoding: Encoding,
    part: Part,
    lines: u64,
}

impl Exports {
    /// Writes down what is asked for, with the fields that it reads, and makes it in the background.
    ///
    /// # Errors
    /// What cannot be accepted, or the database failed.
    pub async fn start(
        &self,
        db: &mut PgConnection,
        edit: &mut Edit<'_>,
        input: ExportInput,
        reads: &[String],
    ) -> Result<Export, ChangeError> {
        let mut faults = input.asked.faults();
        if input.transmit && self.out.is_none() {
            let detail = "there is no folder to transmit into: set [loyalty.files] out_dir";
            faults.push(base::FieldFault::new("/transmit", detail));
        }
        ChangeError::unless_empty(faults)?;
        let programme =
            loyalty::query::find_programme(db, ProgrammeId::from_uuid(input.programme_id)).await?;
        let programme = programme.ok_or(ChangeError::Unknown("programme"))?;
        let export = store::start(db, edit, &input, reads).await?;
        let (this, begun) = (self.clone(), export.clone());
        tokio::spawn(async move { this.make(begun, programme, input).await });
        Ok(export)
    }

    async fn make(&self, export: Export, programme: Programme, input: ExportInput) {
        let made = self.file(&export, programme, &input).await;
        let said = made.as_ref().map(|done| *done).map_err(ToString::to_string);
        if let Err(failure) = &said {
            tracing::error!(export.id = %export.id, failure, "a file that goes out was not made");
        }
        let written = async {
            let mut tx = self.pool.begin().await?;
            let now = self.clock.now();
            store::finish(&mut tx, now, export.id, said.as_ref().map(|done| *done).map_err(String::as_str))
                .await?;
            let event = NewEvent {
                kind: "loyalty.file_exported.v1".into(),
                journal: if said.is_ok() { Journal::Activity } else { Journal::Failure },
                subject: export.id,
                correlation: None,
                author: Author::System,
                payload: json!({ "file": export.name, "kind": export.kind, "failure": said.as_ref().err() }),
            };
            let appended = {
                let mut dice = ChaCha20Rng::from_rng(&mut rand::rng());
                platform::event::append(&mut tx, now, &mut dice, &event)
            };
            appended.await?;
            tx.commit().await
        };
        if let Err(error) = written.await {
            tracing::error!(%error, "how an export ended was not written down");
        }
    }

    async fn file(
        &self,
        export: &Export,
        programme: Programme,
        input: &ExportInput,
    ) -> Result<(u64, u64, bool), Fault> {
        let place = self.dir.join(&export.name);
        let bonus_types =
            loyalty::query::bonus_types(&mut *self.pool.acquire().await?, Some(programme.id)).await?;
        let part = Part::begin(&place).await?;
        let mut making =
            Making { exports: self, programme, bonus_types, encoding: input.encoding, part, lines: 0 };
        match &input.asked {
            Asked::PartnerExchange { partner_id, from, to } => {
                making.exchange(*partner_id, (*from, *to)).await?
            }
            Asked::Participants { condition, columns } => {
                making.participants(condition.as_deref(), columns).await?;
            }
            Asked::Masters { lists } => making.masters(lists).await?,
            Asked::Movements { from, to } => making.movements((*from, *to)).await?,
        }
        let lines = making.lines;
        let bytes = making.part.finish().await?;
        if let Some(out) = self.out.as_ref().filter(|_| input.transmit) {
            transmit(&place, out).await?;
        }
        Ok((lines, bytes, input.transmit))
    }
}

impl Making<'_> {
    async fn add(&mut self, rows: &[Vec<String>]) -> Result<(), Fault> {
        let mut bytes = Vec::new();
        for row in rows {
            let cells: Vec<&str> = row.iter().map(String::as_str).collect();
            export::push_line(&mut bytes, self.encoding, &cells);
        }
        self.part.add(&bytes).await?;
        self.lines += u64::try_from(rows.len()).unwrap_or(0);
        Ok(())
    }

    async fn head(&mut self, columns: &[&str]) -> Result<(), Fault> {
        let mut bytes = Vec::new();
        export::push_line(&mut bytes, self.encoding, columns);
        Ok(self.part.add(&bytes).await?)
    }

    fn span(&self, (from, to): (NaiveDate, NaiveDate)) -> std::ops::Range<chrono::DateTime<chrono::Utc>> {
        let zone = self.programme.zone();
        midnight(from, zone)..midnight(to.succ_opt().unwrap_or(to), zone)
    }

    /// What moved with a partner, in the columns of the file that partners send: what they sent, and what happened here.
    async fn exchange(&mut self, partner: Uuid, days: (NaiveDate, NaiveDate)) -> Result<(), Fault> {
        let mut db = self.exports.pool.acquire().await?;
        let named = loyalty::query::partner::find(&mut db, PartnerId::from_uuid(partner)).await?;
        drop(db);
        let named = named.ok_or_else(|| Fault::Asked("there is no such partner".to_owned()))?;
        self.head(&[
            "partner",
            "document",
            "operation",
            "account",
            "date",
            "amount",
            "service",
            "bonus_type",
            "transaction",
        ])
        .await?;
        let (span, zone) = (self.span(days), self.programme.zone());
        for bonus_type in self.bonus_types.clone() {
            let counter = Counter::of("partner", partner).id(bonus_type.currency());
            let mut after = (0, 0);
            loop {
                let mut db = self.exports.pool.acquire().await?;
                let found =
                    ledger::query::exchanged(&mut db, counter, span.clone(), after, ROWS_AT_ONCE).await?;
                let Some((last, _)) = found.last() else { break };
                after = (last.number, last.place);
                let numbers = numbers(&mut db, found.iter().map(|(moved, _)| moved.owner)).await?;
                drop(db);
                let rows: Vec<Vec<String>> = found
                    .iter()
                    .map(|(moved, reference)| {
                        vec![
                            named.fields.code.clone(),
                            reference.clone().unwrap_or_default(),
                            moved.kind.strip_prefix("partner_").unwrap_or(&moved.kind).to_owned(),
                            numbers.get(&moved.owner).cloned().unwrap_or_default(),
                            moved.effective_at.with_timezone(&zone).date_naive().to_string(),
                            points(&bonus_type, moved.change),
                            moved.reason.clone().unwrap_or_default(),
                            bonus_type.fields.code.clone(),
                            moved.transaction.to_string(),
                        ]
                    })
                    .collect();
                self.add(&rows).await?;
            }
        }
        Ok(())
    }

    async fn movements(&mut self, days: (NaiveDate, NaiveDate)) -> Result<(), Fault> {
        self.head(&[
            "booked",
            "date",
            "account",
            "bonus_type",
            "change",
            "balance",
            "kind",
            "reason",
            "source",
            "transaction",
        ])
        .await?;
        let span = self.span(days);
        for bonus_type in self.bonus_types.clone() {
            let mut after = (0, 0);
            loop {
                let mut db = self.exports.pool.acquire().await?;
                let currency = bonus_type.currency();
                let found =
                    ledger::query::movements(&mut db, currency, span.clone(), after, ROWS_AT_ONCE).await?;
                let Some(last) = found.last() else { break };
                after = (last.number, last.place);
                let numbers = numbers(&mut db, found.iter().map(|moved| moved.owner)).await?;
                drop(db);
                let row = |moved: &ReportedMovement| self.movement(moved, &bonus_type, &numbers);
                let rows: Vec<Vec<String>> = found.iter().map(row).collect();
                self.add(&rows).await?;
            }
        }
        Ok(())
    }

    fn movement(
        &self,
        moved: &ReportedMovement,
        bonus_type: &BonusType,
        numbers: &BTreeMap<Uuid, String>,
    ) -> Vec<String> {
        let zone = self.programme.zone();
        vec![
            moved.booked_at.with_timezone(&zone).to_rfc3339(),
            moved.effective_at.with_timezone(&zone).date_naive().to_string(),
            numbers.get(&moved.owner).cloned().unwrap_or_default(),
            bonus_type.fields.code.clone(),
            points(bonus_type, moved.change),
            points(bonus_type, moved.balance),
            moved.kind.clone(),
            moved.reason.clone().unwrap_or_default(),
            moved.source.clone(),
            moved.transaction.to_string(),
        ]
    }
}

fn points(bonus_type: &BonusType, units: i64) -> String {
    Points::new(units, bonus_type.fields.scale).to_string()
}

async fn numbers(
    db: &mut PgConnection,
    owners: impl Iterator<Item = Uuid>,
) -> sqlx::Result<BTreeMap<Uuid, String>> {
    let owners: Vec<Uuid> = owners.collect();
    Ok(query::numbers(db, &owners).await?.into_iter().collect())
}
