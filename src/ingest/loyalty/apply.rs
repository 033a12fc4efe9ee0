//! What the lines of each type of file do.

mod accrual;
mod lists;
mod participants;
mod partner;
mod settle;

use super::rejects::Rejected;
use super::source::Content;
use actors::loyalty::Snapshot;
use base::id::ProgrammeId;
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
    /// Whether its lines are believed to be new: one that was booked before fails the transaction.
    pub unseen: bool,
}

impl About<'_> {
    fn kind(&self) -> FileKind {
        self.structure.fields.structure.kind
    }

    fn programme(&self) -> ProgrammeId {
        ProgrammeId::from_uuid(self.structure.fields.programme_id)
    }

    fn edit<'r>(&self, rng: &'r mut dyn Rng) -> Edit<'r> {
        Edit { now: self.now, author: Author::System, rng }
    }
}

/// What became of a chunk.
#[derive(Debug, Default)]
pub(super) struct Applied {
    /// Counts and sums, without the amount.
    pub tally: Tally,
    /// The sum of the amounts of accepted lines.
    pub amount: Decimal,
    /// Lines for the reject file.
    pub rejects: Rejected,
    /// Whether the chunk is given up when it gives more than one call of the ledger takes.
    pub is_limited: bool,
    /// It was: the transaction is to be rolled back.
    pub is_too_much: bool,
}

impl Applied {
    /// A line that is wrong.
    fn reject(&mut self, number: u64, faults: &[LineFault], line: &[u8]) {
        self.tally.reject(faults.first().map_or("refused", |fault| fault.code));
        self.rejects.push((number, export::reject_line(number, faults, line)));
    }

    /// A line whose account does not take part.
    fn not_enrolled(&mut self, number: u64, fault: &LineFault, line: &[u8]) {
        self.tally.not_enrolled += 1;
        self.rejects.push((number, export::reject_line(number, std::slice::from_ref(fault), line)));
    }

    fn accept(&mut self, lines: u64, amount: Option<Decimal>) {
        self.tally.accepted += lines;
        self.amount += amount.unwrap_or_default();
    }

    /// Lines that a rule gave points for.
    fn accrued(&mut self, bonus_type: &str, units: i64) {
        match self.tally.accrued.get_mut(bonus_type) {
            Some(sum) => *sum = sum.saturating_add(units),
            None => drop(self.tally.accrued.insert(bonus_type.to_owned(), units)),
        }
    }

    fn merge(&mut self, other: Self) {
        self.tally.add(&other.tally);
        self.amount += other.amount;
        self.rejects.extend(other.rejects);
    }

    /// Counts and sums, and the lines for the reject file.
    pub fn finish(mut self) -> (Tally, Rejected) {
        self.tally.add(&Tally { amount: self.amount.to_string(), ..Tally::default() });
        (self.tally, self.rejects)
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
                keep(tx, done, (line.0.number, &line.1), one, applied).await?;
            }
            Ok(())
        }
        Content::Sums(sums) => {
            for sum in sums {
                let (mut one, mut tx) = (Applied::default(), db.begin().await?);
                let done =
                    accrual::sums(rules, &mut tx, about, std::slice::from_ref(sum), dice, &mut one).await;
                keep(tx, done, (sum.number(), b""), one, applied).await?;
            }
            Ok(())
        }
    }
}

async fn keep(
    tx: sqlx::Transaction<'_, sqlx::Postgres>,
    done: sqlx::Result<()>,
    (number, line): (u64, &[u8]),
    one: Applied,
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
