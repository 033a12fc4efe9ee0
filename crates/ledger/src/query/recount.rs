//! What the recount reads, in parts.

mod chain;
mod sums;

pub(crate) use chain::{Block, Stored, blocks, head, transactions};
pub(crate) use sums::{
    accounts, closings_out_of_step, holds_unlike_their_lots, lots, missing_accounts, orphans,
};

use sqlx::PgConnection;

/// Lets this transaction take as long as it takes: it reads everything, and locks nothing.
pub(crate) async fn allow_long(db: &mut PgConnection) -> sqlx::Result<()> {
    sqlx::query("select set_config('statement_timeout', '0', true)").execute(db).await?;
    Ok(())
}
