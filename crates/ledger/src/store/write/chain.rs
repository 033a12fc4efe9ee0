//! The block, the end of the chain, and the balances of the inner accounts: each of them is in every transaction, so they
//! are moved, and opened, under the lock of the chain's end.

use super::rows::Asked;
use crate::book::Book;
use crate::chain::Hash;
use base::id::{AccountId, CurrencyId};
use std::collections::BTreeMap;
use uuid::Uuid;

/// What the end of the chain and the inner accounts need of a block.
pub(super) fn end<'q>(asked: Asked<'q>, block: i64, book: &'q Book, hashes: &[Hash]) -> Asked<'q> {
    let changes = changes(book);
    let rows: Vec<_> = changes
        .iter()
        .filter_map(|(id, change)| book.inner.get(id).map(|inner| (*id, *change, inner)))
        .collect();
    asked
        .bind(block)
        .bind(hashes.concat())
        .bind(rows.iter().map(|(id, ..)| *id).collect::<Vec<AccountId>>())
        .bind(rows.iter().map(|(.., inner)| inner.counter.owner).collect::<Vec<Uuid>>())
        .bind(rows.iter().map(|(.., inner)| &*inner.counter.role).collect::<Vec<&str>>())
        .bind(rows.iter().map(|(.., inner)| inner.currency).collect::<Vec<CurrencyId>>())
        .bind(rows.iter().map(|(_, change, _)| *change).collect::<Vec<i64>>())
}

/// What was posted to each inner account, together.
fn changes(book: &Book) -> BTreeMap<AccountId, i64> {
    let mut changes: BTreeMap<AccountId, i64> = BTreeMap::new();
    for posting in book.written.iter().flat_map(|row| &row.postings) {
        if posting.debit_after.is_none() {
            *changes.entry(posting.debit).or_default() -= posting.amount;
        }
        if posting.credit_after.is_none() {
            *changes.entry(posting.credit).or_default() += posting.amount;
        }
    }
    changes
}
