//! What is due: lots whose end has come, holds whose time is over.

use super::load::{LotRow, keep};
use super::lock::AccountRow;
use crate::book::state::{AccountState, Lot, LotId};
use base::id::{AccountId, HoldId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// What was found, with the accounts that nobody else works on, locked.
pub(crate) struct Due {
    pub(crate) accounts: Vec<AccountState>,
    pub(crate) seen: usize,
}

/// Locks the accounts of the first due lots and holds; those that somebody works on are left out.
pub(crate) async fn lock_due(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    lots: u32,
    holds: u32,
) -> sqlx::Result<Due> {
    let found: Vec<AccountId> = sqlx::query_scalar(
        "(select account from ledger.lot
            where open and expires_at is not null and expires_at <= $1 and remaining > held
            order by expires_at limit $2)
        union all
        (select account from ledger.hold where state = 'open' and expires_at <= $1 order by expires_at limit $3)",
    )
    .bind(now)
    .bind(i64::from(lots))
    .bind(i64::from(holds))
    .fetch_all(&mut *db)
    .await?;
    let seen = found.len();
    let accounts: Vec<AccountId> =
        found.into_iter().collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    if accounts.is_empty() {
        return Ok(Due { accounts: Vec::new(), seen });
    }
    let rows: Vec<AccountRow> = sqlx::query_as(
        "select id, owner, currency, balance, held, debt, claim
        from ledger.account
        where id = any($1) and role = 'member'
        order by id
        for no key update skip locked",
    )
    .bind(accounts)
    .fetch_all(db)
    .await?;
    Ok(Due { accounts: rows.into_iter().map(AccountState::from).collect(), seen })
}

/// The due holds of accounts.
pub(crate) async fn due_holds(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    accounts: &[AccountId],
    limit: u32,
) -> sqlx::Result<Vec<HoldId>> {
    sqlx::query_scalar(
        "select id from ledger.hold
        where account = any($1) and state = 'open' and expires_at <= $2
        order by expires_at
        limit $3",
    )
    .bind(accounts)
    .bind(now)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await
}

/// The due lots of accounts, and the given ones in any case.
pub(crate) async fn lots(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    accounts: &[AccountId],
    also: &[LotId],
) -> sqlx::Result<Vec<(AccountId, Lot)>> {
    let rows: Vec<LotRow> = sqlx::query_as(
        "select id, account, amount, remaining, held, expired, tag, active_from, expires_at
        from ledger.lot
        where account = any($1) and open and expires_at <= $2
        union
        select id, account, amount, remaining, held, expired, tag, active_from, expires_at
        from ledger.lot where id = any($3)",
    )
    .bind(accounts)
    .bind(now)
    .bind(also)
    .fetch_all(db)
    .await?;
    Ok(keep(rows))
}
