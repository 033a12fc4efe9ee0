//! Expiry of lots and holds, in chunks that block no accrual: accounts that somebody works on are left for the next run.

use crate::book::Book;
use crate::book::rows::whole;
use crate::order::Order;
use crate::store::{due, load, lock, write};
use base::Author;
use base::id::{AccountId, CurrencyId, HoldId, TransactionId};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Most due lots of one chunk: its postings and holds fit into the places that a lot's id leaves room for.
pub const CHUNK_MAX: u32 = 10_000;
/// Due lots of a chunk that nobody notices: whoever moves one of its accounts waits for a few hundredths of a second.
pub const CHUNK: u32 = 1_000;
/// Most due holds of one chunk.
const HOLDS_MAX: u32 = 1_000;
/// The kind of transactions that write off what expired.
pub const EXPIRY_KIND: &str = "expire";

/// What a chunk did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expired {
    /// Its transaction; none when nothing was due.
    pub transaction: Option<TransactionId>,
    /// What each account lost, in the order of their ids.
    pub lost: Vec<Lost>,
    /// The holds that ended.
    pub holds: Vec<HoldId>,
    /// How many due lots and holds were looked at: less than the limit means that only what others work on is left.
    pub seen: usize,
}

/// What one account lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Lost {
    /// Which account.
    pub account: AccountId,
    /// Whose.
    pub owner: Uuid,
    /// In which currency.
    pub currency: CurrencyId,
    /// How much, in smallest units.
    pub amount: i64,
    /// The balance afterwards.
    pub balance: i64,
}

/// Writes off what is free in up to `limit` lots whose end has come, and ends due holds, in the caller's transaction:
/// one transaction of the ledger with one posting for each account. Whoever wants events appends them beside it.
/// What is held of a lot stays until its hold ends; what a hold frees after the lot's end goes with the next run.
/// Call it in transactions of its own until nothing is lost and no hold ends.
///
/// # Errors
/// The database refused; the caller's transaction is lost and nothing has expired.
pub async fn expire_chunk(db: &mut PgConnection, now: DateTime<Utc>, limit: u32) -> sqlx::Result<Expired> {
    let now = whole(now);
    let found = due::lock_due(db, now, limit.min(CHUNK_MAX), HOLDS_MAX).await?;
    let mut book = Book::default();
    book.accounts.extend(found.accounts.into_iter().map(|account| (account.id, account)));
    if book.accounts.is_empty() {
        return Ok(Expired { seen: found.seen, ..Expired::default() });
    }
    let accounts: Vec<AccountId> = book.accounts.keys().copied().collect();
    let holds = due::due_holds(db, now, &accounts, HOLDS_MAX).await?;
    book.holds = load::holds(db, &holds).await?;
    let of_holds: BTreeSet<_> =
        book.holds.values().flat_map(|hold| hold.lots.iter().map(|(lot, _)| *lot)).collect();
    let owes = book.accounts.values().any(|account| account.debt > 0 || account.claim > 0);
    let returned =
        if owes && !holds.is_empty() { load::returned(db, &accounts).await? } else { BTreeMap::new() };
    for (account, mut lot) in due::lots(db, now, &accounts, &of_holds.into_iter().collect::<Vec<_>>()).await?
    {
        lot.returned = returned.get(&lot.id).copied().unwrap_or(0);
        if let Some(state) = book.accounts.get_mut(&account) {
            state.add_lot(lot);
        }
    }
    let block = lock::take_block(db).await?;
    let order = order_of(block);
    let (moved, ended) = book.expire(now, write::first_number(block), &order, &holds);
    write::write(db, now, block, &book).await?;
    let lost = moved.iter().filter_map(|moved| {
        let account = book.accounts.get(&moved.account)?;
        let (owner, currency) = (account.owner, account.currency);
        Some(Lost { account: account.id, owner, currency, amount: -moved.change, balance: account.balance })
    });
    Ok(Expired {
        transaction: (!book.written.is_empty()).then(|| order.id()),
        lost: lost.collect(),
        holds: ended,
        seen: found.seen,
    })
}

fn order_of(block: i64) -> Order {
    Order {
        key: format!("{EXPIRY_KIND}:{block}"),
        body: Some([0; 32]),
        kind: Cow::Borrowed(EXPIRY_KIND),
        reason: None,
        source: Cow::Borrowed("ledger"),
        cause: crate::Cause::default(),
        effective_at: None,
        author: Author::System,
        movements: Vec::new(),
        events: Vec::new(),
    }
}
