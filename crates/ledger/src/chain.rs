//! The chain of hashes: each transaction has the hash of everything it says, and each block the hash of the block before
//! it and of its transactions. Whoever changes a row later would have to change every block after it.

use crate::book::rows::Transaction;
use base::Author;
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// SHA-256.
pub type Hash = [u8; 32];

/// Writes values so that no two different rows give the same bytes: every variable part has its length before it.
struct Canonical(Sha256);

impl Canonical {
    fn number(&mut self, value: i64) {
        self.0.update(value.to_be_bytes());
    }
    fn count(&mut self, value: usize) {
        self.number(i64::try_from(value).unwrap_or(i64::MAX));
    }
    fn uuid(&mut self, value: Uuid) {
        self.0.update(value.as_bytes());
    }
    fn bytes(&mut self, value: &[u8]) {
        self.count(value.len());
        self.0.update(value);
    }
    fn optional(&mut self, value: Option<&[u8]>) {
        self.0.update([u8::from(value.is_some())]);
        self.bytes(value.unwrap_or_default());
    }
    fn optional_number(&mut self, value: Option<i64>) {
        self.0.update([u8::from(value.is_some())]);
        self.number(value.unwrap_or_default());
    }
    fn time(&mut self, value: DateTime<Utc>) {
        self.number(value.timestamp_micros());
    }
    fn optional_time(&mut self, value: Option<DateTime<Utc>>) {
        self.optional_number(value.map(|time| time.timestamp_micros()));
    }
}

/// The hash of everything that a transaction says.
#[must_use]
pub fn hash_of(transaction: &Transaction) -> Hash {
    let mut to = Canonical(Sha256::new());
    head(&mut to, transaction);
    to.count(transaction.postings.len());
    for row in &transaction.postings {
        to.number(row.place.into());
        to.uuid(row.debit.as_uuid());
        to.uuid(row.credit.as_uuid());
        to.number(row.amount);
        to.optional_number(row.debit_after);
        to.optional_number(row.credit_after);
    }
    to.count(transaction.lots.len());
    for row in &transaction.lots {
        to.number(row.id.0);
        to.uuid(row.account.as_uuid());
        to.number(row.amount);
        to.optional(row.tag.as_deref().map(str::as_bytes));
        to.time(row.active_from);
        to.optional_time(row.expires_at);
    }
    to.count(transaction.draws.len());
    for row in &transaction.draws {
        to.number(row.place.into());
        to.number(row.lot.0);
        to.number(row.amount);
    }
    holds(&mut to, transaction);
    to.count(transaction.owed.len());
    for row in &transaction.owed {
        to.number(row.place.into());
        to.uuid(row.account.as_uuid());
        to.optional_number(row.reversed.map(|(number, _)| number));
        to.optional_number(row.reversed.map(|(_, place)| place.into()));
        for amount in [row.asked, row.owed, row.taken, row.debt, row.claim] {
            to.number(amount);
        }
    }
    to.0.finalize().into()
}

fn head(to: &mut Canonical, transaction: &Transaction) {
    to.number(transaction.number);
    to.uuid(transaction.id.as_uuid());
    to.bytes(transaction.key.as_bytes());
    to.bytes(&transaction.body_hash);
    to.bytes(transaction.kind.as_bytes());
    to.optional(transaction.reason.as_deref().map(str::as_bytes));
    to.bytes(transaction.source.as_bytes());
    let cause = transaction.cause.as_ref().map(|cause| serde_json::to_vec(cause).unwrap_or_default());
    to.optional(cause.as_deref());
    to.time(transaction.effective_at);
    to.time(transaction.booked_at);
    let (kind, id) = author_words(transaction.author);
    to.bytes(kind.as_bytes());
    to.uuid(id.unwrap_or_default());
}

fn holds(to: &mut Canonical, transaction: &Transaction) {
    to.count(transaction.placed.len());
    for row in &transaction.placed {
        to.number(row.place.into());
        to.uuid(row.id.as_uuid());
        to.uuid(row.account.as_uuid());
        to.number(row.amount);
        to.optional_time(row.expires_at);
        to.count(row.lots.len());
        // In the order of the lots' ids, as they are read again.
        let mut lots = row.lots.clone();
        lots.sort_unstable();
        for (lot, amount) in lots {
            to.number(lot.0);
            to.number(amount);
        }
    }
    to.count(transaction.closed.len());
    for row in &transaction.closed {
        to.number(row.place.into());
        to.uuid(row.id.as_uuid());
        to.bytes(row.state.word().as_bytes());
        to.number(row.captured);
    }
}

/// The hash of a block: of the one before it, and of its transactions in the order of their numbers.
#[must_use]
pub fn hash_of_block<'h>(previous: &Hash, block: i64, transactions: impl Iterator<Item = &'h Hash>) -> Hash {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(block.to_be_bytes());
    for transaction in transactions {
        hash.update(transaction);
    }
    hash.finalize().into()
}

/// The columns of an author.
pub(crate) fn author_words(author: Author) -> (&'static str, Option<Uuid>) {
    match author {
        Author::Person(id) => ("person", Some(id.as_uuid())),
        Author::ApiKey(id) => ("api_key", Some(id.as_uuid())),
        Author::System => ("system", None),
    }
}

/// The author of the columns.
pub(crate) fn author_of(kind: &str, id: Option<Uuid>) -> Author {
    match (kind, id) {
        ("person", Some(id)) => Author::Person(base::id::PersonId::from_uuid(id)),
        ("api_key", Some(id)) => Author::ApiKey(base::id::ApiKeyId::from_uuid(id)),
        _ => Author::System,
    }
}
