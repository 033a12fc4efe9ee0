//! What the lines of each type of file do.

mod accrual;
mod lists;
mod participants;
mod partner;
mod settle;

use super::source::Content;
use actors::loyalty::Snapshot;
use base::{Author, Edit};
use chrono::{DateTime, Utc};
use loyalty::file::record::{StoredStructure, Tally};
use loyalty::file::{FileKind, LineFault, Record, Value, export};
use platform::journal::{Fault, fault_of};
use rand::Rng;
use rust_decimal::Decimal;
use sqlx::{Connection, PgConnection};
use uuid::Uuid;

/// The file that is applied.
pub(super) struct About<'f> {
    /// The moment of the transaction.
    pub now: DateTime<Utc>,
    /// Its id.
    pub file: Uuid,
    /// Its name.
    pub name: &'f str,
    /// How it is read.
    pub structure: &'f StoredStructure,
}

impl About<'_> {
    fn kind(&self) -> FileKind {
        self.structure.fields.structure.kind
    }

    fn edit<'r>(&self, rng: &'r mut dyn Rng) -> Edit<'r> {
        Edit { now: self.now, author: Author::System, rng }
    }
}

/// What became of a chunk.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// Counts and sums.
    pub tally: Tally,
    /// Lines for the reject file.
    pub rejects: Vec<u8>,
}

impl Applied {
    /// A line that is wrong.
    fn reject(&mut self, number: u64, faults: &[LineFault], line: &[u8]) {
        self.tally.reject(faults.first().map_or("refused", |fault| fault.code));
        self.rejects.extend(export::reject_line(number, faults, line));
    }

    /// A line whose account does not take part.
    fn not_enrolled(&mut self, number: u64, fault: &LineFault, line: &[u8]) {
        self.tally.not_enrolled += 1;
        self.rejects.extend(export::reject_line(number, std::slice::from_ref(fault), line));
    }

    fn accept(&mut self, lines: u64, amount: Option<Decimal>) {
        let one =
            Tally { accepted: lines, amount: amount.unwrap_or_default().to_string(), ..Tally::default() };
        self.tally.add(&one);
    }

    fn merge(&mut self, other: &Self) {
        self.tally.add(&other.tally);
        self.rejects.extend(&other.rejects);
    }
}

/// A record with its bytes.
type Line = (Record, Box<[u8]>);

/// Applies a chunk in the caller's transaction; `one_by_one` puts each unit behind a savepoint, so that one that the
/// database refuses harms no other.
pub(super) async fn apply(
    db: &mut PgConnection,
    about: &About<'_>,
    content: &Content,
    (rules, one_by_one): (&Snapshot, bool),
    dice: &mut (dyn Rng + Send),
    applied: &mut Applied,
) -> sqlx::Result<()> {
    match content {
        Content::Lines(all) if !one_by_one => lines(rules, db, about, all, dice, applied).await,
        Content::Sums(sums) if !one_by_one => accrual::sums(rules, db, about, sums, dice, applied).await,
        Content::Lines(all) => {
            for line in all {
                let (mut one, mut tx) = (Applied::default(), db.begin().await?);
                let done = lines(rules, &mut tx, about, std::slice::from_ref(line), dice, &mut one).await;
                keep(tx, done, (line.0.number, &line.1), &one, applied).await?;
            }
            Ok(())
        }
        Content::Sums(sums) => {
            for sum in sums {
                let (mut one, mut tx) = (Applied::default(), db.begin().await?);
                let done =
                    accrual::sums(rules, &mut tx, about, std::slice::from_ref(sum), dice, &mut one).await;
                keep(tx, done, (sum.number(), b""), &one, applied).await?;
            }
            Ok(())
        }
    }
}

async fn keep(
    tx: sqlx::Transaction<'_, sqlx::Postgres>,
    done: sqlx::Result<()>,
    (number, line): (u64, &[u8]),
    one: &Applied,
    applied: &mut Applied,
) -> sqlx::Result<()> {
    match done {
        Ok(()) => {
            tx.commit().await?;
            applied.merge(one);
        }
        Err(error) => {
            tx.rollback().await?;
            applied.reject(number, &[database_fault(error)?], line);
        }
    }
    Ok(())
}

async fn lines(
    rules: &Snapshot,
    db: &mut PgConnection,
    about: &About<'_>,
    lines: &[Line],
    dice: &mut (dyn Rng + Send),
    applied: &mut Applied,
) -> sqlx::Result<()> {
    match about.kind() {
        FileKind::Participants => participants::apply(db, about, lines, dice, applied).await,
        FileKind::Invoices | FileKind::Purchases => {
            accrual::lines(rules, db, about, lines, dice, applied).await
        }
        FileKind::TopUps => Ok(()), // their sums come behind the lines
        FileKind::TariffPlans => lists::tariff_plans(db, about, lines, dice, applied).await,
        FileKind::Gifts => lists::gifts(db, about, lines, dice, applied).await,
        FileKind::PartnerExchange => partner::apply(rules, db, about, lines, dice, applied).await,
    }
}

/// The fault of a line that the database refuses.
///
/// # Errors
/// The database is away: that is no line's fault.
fn database_fault(error: sqlx::Error) -> sqlx::Result<LineFault> {
    if fault_of(&error) != Fault::Bad {
        return Err(error);
    }
    tracing::error!(%error, "the database refused a line of a file");
    Ok(LineFault::line("database", "the database refused the line: the log says why"))
}

/// The amount of a record.
fn amount_of(record: &Record) -> Option<Decimal> {
    match record.value("amount")? {
        Value::Amount(amount) => Some(*amount),
        _ => None,
    }
}
