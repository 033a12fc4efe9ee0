//! The block, the end of the chain, and the balances of the inner accounts: each of them is in every transaction, so they
//! are moved, and opened, under the lock of the chain's end.

use crate::book::Book;
use crate::chain::Hash;
use base::id::{AccountId, CurrencyId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What goes into the hash beside the one before is `chain::hash_of_block`; the recount computes it again.
const ADD: &str = "
with head as (
    update ledger.chain
    set previous_hash = hash, position = position + 1, hash = sha256(hash || int8send($1) || $3)
    returning position, previous_hash, hash
), moved as (
    insert into ledger.account as a (id, owner, role, currency, balance, opened_at)
    select given.id, given.owner, given.role, given.currency, given.change, $4
    from head, unnest($5::uuid[], $6::uuid[], $7::text[], $8::uuid[], $9::bigint[])
        as given (id, owner, role, currency, change)
    order by given.id
    on conflict (id) do update set balance = a.balance + excluded.balance
)
insert into ledger.block (id, position, transactions, previous_hash, hash, booked_at)
select $1, head.position, $2, head.previous_hash, head.hash, $4 from head";

pub(super) async fn add_block(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    block: i64,
    book: &Book,
    hashes: &[Hash],
) -> sqlx::Result<()> {
    let changes = changes(book);
    let rows: Vec<_> = changes
        .iter()
        .filter_map(|(id, change)| book.inner.get(id).map(|inner| (*id, *change, inner)))
        .collect();
    sqlx::query(ADD)
        .bind(block)
        .bind(i32::try_from(hashes.len()).unwrap_or(i32::MAX))
        .bind(hashes.concat())
        .bind(now)
        .bind(rows.iter().map(|(id, ..)| *id).collect::<Vec<AccountId>>())
        .bind(rows.iter().map(|(.., inner)| inner.counter.owner).collect::<Vec<Uuid>>())
        .bind(rows.iter().map(|(.., inner)| &*inner.counter.role).collect::<Vec<&str>>())
        .bind(rows.iter().map(|(.., inner)| inner.currency).collect::<Vec<CurrencyId>>())
        .bind(rows.iter().map(|(_, change, _)| *change).collect::<Vec<i64>>())
        .execute(db)
        .await?;
    Ok(())
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
