//! Writes all of a call, one statement a table, and last the block under the locked head of the chain.

mod details;
mod state;

use super::lock::lock_head;
use crate::book::Book;
use crate::book::rows::Transaction;
use crate::chain::{Hash, author_words, hash_of, hash_of_block};
use crate::order::ORDERS_MAX;
use base::id::{AccountId, CurrencyId, TransactionId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// The first number of a block.
pub(crate) fn first_number(block: i64) -> i64 {
    block * i64::try_from(ORDERS_MAX).unwrap_or(i64::MAX)
}

/// Writes what the book decided. The head of the chain is locked last, until the caller's transaction ends.
pub(crate) async fn write(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    block: i64,
    book: &Book,
) -> sqlx::Result<()> {
    if book.written.is_empty() {
        return Ok(());
    }
    let hashes: Vec<Hash> = book.written.iter().map(hash_of).collect();
    insert_transactions(db, &book.written, &hashes).await?;
    details::insert_postings(db, &book.written).await?;
    state::write_accounts(db, book).await?;
    state::write_lots(db, book).await?;
    details::insert_draws(db, &book.written).await?;
    details::insert_owed(db, &book.written).await?;
    state::write_holds(db, book).await?;
    let (position, previous) = lock_head(db).await?;
    move_inner(db, now, book).await?;
    let hash = hash_of_block(&previous, block, hashes.iter());
    sqlx::query(
        "with added as (
            insert into ledger.block (id, position, transactions, previous_hash, hash, booked_at)
            values ($1, $2, $3, $4, $5, $6))
        update ledger.chain set position = $2, hash = $5",
    )
    .bind(block)
    .bind(position + 1)
    .bind(i32::try_from(hashes.len()).unwrap_or(i32::MAX))
    .bind(previous.as_slice())
    .bind(hash.as_slice())
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

async fn insert_transactions(
    db: &mut PgConnection,
    written: &[Transaction],
    hashes: &[Hash],
) -> sqlx::Result<()> {
    let cause = |row: &Transaction| row.cause.as_ref().and_then(|cause| serde_json::to_string(cause).ok());
    sqlx::query(
        "insert into ledger.transaction (number, id, key, body_hash, kind, reason, source, cause, effective_at,
            booked_at, author_kind, author_id, hash)
        select number, id, key, body_hash, kind, reason, source, cause::jsonb, effective_at, $13, author_kind,
            author_id, hash
        from unnest($1::bigint[], $2::uuid[], $3::text[], $4::bytea[], $5::text[], $6::text[], $7::text[],
            $8::text[], $9::timestamptz[], $10::text[], $11::uuid[], $12::bytea[])
            as given (number, id, key, body_hash, kind, reason, source, cause, effective_at, author_kind, author_id,
                hash)",
    )
    .bind(written.iter().map(|row| row.number).collect::<Vec<i64>>())
    .bind(written.iter().map(|row| row.id).collect::<Vec<TransactionId>>())
    .bind(written.iter().map(|row| row.key.as_str()).collect::<Vec<&str>>())
    .bind(written.iter().map(|row| row.body_hash.as_slice()).collect::<Vec<&[u8]>>())
    .bind(written.iter().map(|row| row.kind.as_str()).collect::<Vec<&str>>())
    .bind(written.iter().map(|row| row.reason.as_deref()).collect::<Vec<Option<&str>>>())
    .bind(written.iter().map(|row| row.source.as_str()).collect::<Vec<&str>>())
    .bind(written.iter().map(cause).collect::<Vec<Option<String>>>())
    .bind(written.iter().map(|row| row.effective_at).collect::<Vec<DateTime<Utc>>>())
    .bind(written.iter().map(|row| author_words(row.author).0).collect::<Vec<&str>>())
    .bind(written.iter().map(|row| author_words(row.author).1).collect::<Vec<Option<Uuid>>>())
    .bind(hashes.iter().map(Hash::as_slice).collect::<Vec<&[u8]>>())
    .bind(written.first().map(|row| row.booked_at))
    .execute(db)
    .await?;
    Ok(())
}

/// Moves the balances of the inner accounts by the sums of what was posted: each of them is in every transaction, so
/// they are written under the head's lock, and opened there.
async fn move_inner(db: &mut PgConnection, now: DateTime<Utc>, book: &Book) -> sqlx::Result<()> {
    let mut changes: BTreeMap<AccountId, i64> = BTreeMap::new();
    for posting in book.written.iter().flat_map(|row| &row.postings) {
        if posting.debit_after.is_none() {
            *changes.entry(posting.debit).or_default() -= posting.amount;
        }
        if posting.credit_after.is_none() {
            *changes.entry(posting.credit).or_default() += posting.amount;
        }
    }
    let rows: Vec<_> = changes
        .iter()
        .filter_map(|(id, change)| book.inner.get(id).map(|inner| (*id, *change, inner)))
        .collect();
    sqlx::query(
        "insert into ledger.account as a (id, owner, role, currency, balance, opened_at)
        select id, owner, role, currency, change, $6
        from unnest($1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::bigint[])
            as given (id, owner, role, currency, change)
        on conflict (id) do update set balance = a.balance + excluded.balance",
    )
    .bind(rows.iter().map(|(id, ..)| *id).collect::<Vec<AccountId>>())
    .bind(rows.iter().map(|(.., inner)| inner.counter.owner).collect::<Vec<Uuid>>())
    .bind(rows.iter().map(|(.., inner)| &*inner.counter.role).collect::<Vec<&str>>())
    .bind(rows.iter().map(|(.., inner)| inner.currency).collect::<Vec<CurrencyId>>())
    .bind(rows.iter().map(|(_, change, _)| *change).collect::<Vec<i64>>())
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}
