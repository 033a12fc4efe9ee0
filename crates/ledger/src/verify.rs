//! Recounts everything: the chain, every balance, lot, hold and closing, from one snapshot, in parts that fit into memory.

mod accounts;
mod blocks;
mod lots;
mod rest;

use base::id::AccountId;
use serde::Serialize;
use sqlx::{Connection, PgConnection};
use std::collections::BTreeMap;
use std::fmt;

/// Most findings that are kept; of the rest only the number. Whoever has a thousand has one cause.
pub const FINDINGS_MAX: usize = 1_000;
/// Transactions, accounts or lots of one part.
const PART: usize = 10_000;

/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// A block's position or previous hash does not follow the block before.
    ChainBroken,
    /// A block's hash is not that of its transactions.
    BlockHash,
    /// A block has another number of transactions than it says.
    BlockCount,
    /// The end of the chain is not the last block.
    ChainHead,
    /// A transaction does not say what its hash says: a row of it was changed, added or removed.
    TransactionHash,
    /// A row that belongs to no block.
    Orphan,
    /// A balance is not the sum of the account's postings.
    AccountBalance,
    /// A balance is not what remains in the account's lots less its debt.
    AccountLots,
    /// What an account holds is not the sum of its open holds.
    AccountHeld,
    /// A debt is not what became debt less what was paid.
    AccountDebt,
    /// A claim is not what returns could not take less what was paid.
    AccountClaim,
    /// What remains of a lot is not its amount less what was drawn.
    LotRemaining,
    /// What is held of a lot is not the sum of the open holds on it.
    LotHeld,
    /// What expired of a lot is not what expiry drew.
    LotExpired,
    /// A hold is not the sum of its lots.
    HoldLots,
    /// A closing balance does not follow from the one before.
    Closing,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = serde_json::to_value(self).ok();
        f.write_str(words.as_ref().and_then(serde_json::Value::as_str).unwrap_or("fault"))
    }
}

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What.
    pub fault: Fault,
    /// Where, such as `account 0197…`.
    pub at: String,
    /// What the recount gave.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: expected {}, found {}", self.fault, self.at, self.expected, self.found)
    }
}

/// What was recounted, and what is wrong.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Blocks of the chain.
    pub blocks: u64,
    /// Transactions.
    pub transactions: u64,
    /// Postings.
    pub postings: u64,
    /// Accounts.
    pub accounts: u64,
    /// Lots.
    pub lots: u64,
    /// The first [`FINDINGS_MAX`] findings.
    pub findings: Vec<Finding>,
    /// How many there are.
    pub found: u64,
    /// The end of the chain, in hexadecimal digits: whoever keeps it elsewhere can see that nothing before it changed.
    pub head: String,
}

impl Report {
    fn find(
        &mut self,
        fault: Fault,
        at: impl fmt::Display,
        expected: impl fmt::Display,
        found: impl fmt::Display,
    ) {
        self.found += 1;
        if self.findings.len() < FINDINGS_MAX {
            let (at, expected, found) = (at.to_string(), expected.to_string(), found.to_string());
            self.findings.push(Finding { fault, at, expected, found });
        }
    }

    /// A finding unless both are the same.
    fn compare(&mut self, fault: Fault, at: impl fmt::Display, expected: i64, found: i64) {
        if expected != found {
            self.find(fault, at, expected, found);
        }
    }
}

/// What the walk over the chain adds up: the inner accounts, which are few.
type Inner = BTreeMap<AccountId, i128>;

/// Recounts everything in one read-only snapshot. Others go on writing meanwhile.
///
/// # Errors
/// The database failed.
pub async fn verify(db: &mut PgConnection) -> sqlx::Result<Report> {
    let mut tx = db.begin_with("begin isolation level repeatable read read only").await?;
    let report = recount(&mut tx).await?;
    tx.rollback().await?;
    Ok(report)
}

/// [`verify`] in the caller's transaction, whose snapshot should stand still.
///
/// # Errors
/// The database failed.
pub async fn recount(db: &mut PgConnection) -> sqlx::Result<Report> {
    crate::query::recount::allow_long(db).await?;
    let mut report = Report::default();
    let mut inner = Inner::new();
    blocks::verify(db, &mut report, &mut inner).await?;
    accounts::verify(db, &mut report, &inner).await?;
    lots::verify(db, &mut report).await?;
    rest::verify(db, &mut report).await?;
    Ok(report)
}
