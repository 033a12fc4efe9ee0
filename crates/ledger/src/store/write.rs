//! Writes all of a call: what not every accrual has in one statement a table, and last the rest with the block, which moves
//! the end of the chain. Each round trip is waited for by every caller of a group, so they are few.

mod chain;
mod details;
mod rows;
mod state;

use crate::book::Book;
use crate::chain::{Hash, hash_of};
use crate::order::ORDERS_MAX;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// The first number of a block.
pub(crate) fn first_number(block: i64) -> i64 {
    block * i64::try_from(ORDERS_MAX).unwrap_or(i64::MAX)
}

/// Writes what the book decided. The end of the chain is locked last, until the caller's transaction ends.
pub(crate) async fn write(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    block: i64,
    book: &Book,
) -> sqlx::Result<()> {
    // Also when all orders were refused: their accounts may have been locked by crediting them.
    state::update_accounts(db, book).await?;
    if book.written.is_empty() {
        return Ok(());
    }
    let hashes: Vec<Hash> = book.written.iter().map(hash_of).collect();
    state::update_lots(db, book).await?;
    details::insert_postings(db, &book.written).await?;
    details::insert_draws(db, &book.written).await?;
    details::insert_owed(db, &book.written).await?;
    state::write_holds(db, book).await?;
    rows::insert(db, now, block, book, &hashes).await
}
