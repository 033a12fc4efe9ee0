//! Locks: members' accounts in the order of their ids, then, at the very end, the head of the chain. An account's lock
//! covers its lots and holds.

use crate::book::state::AccountState;
use crate::chain::Hash;
use crate::order::{Account, MEMBER};
use base::id::{AccountId, CurrencyId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
pub(super) struct AccountRow {
    id: AccountId,
    owner: Uuid,
    currency: CurrencyId,
    balance: i64,
    held: i64,
    debt: i64,
    claim: i64,
}

impl From<AccountRow> for AccountState {
    fn from(row: AccountRow) -> Self {
        let AccountRow { id, owner, currency, balance, held, debt, claim } = row;
        Self { id, owner, currency, balance, held, debt, claim, lots: Vec::new(), changed: false }
    }
}

/// Locks members' accounts that exist.
pub(crate) async fn lock_accounts(
    db: &mut PgConnection,
    accounts: &[AccountId],
) -> sqlx::Result<Vec<AccountState>> {
    let rows: Vec<AccountRow> = sqlx::query_as(
        "select id, owner, currency, balance, held, debt, claim
        from ledger.account
        where id = any($1) and role = 'member'
        order by id
        for no key update",
    )
    .bind(accounts)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(AccountState::from).collect())
}

/// Opens accounts that do not exist, in the order of their ids. Whoever opens one at the same moment is waited for.
pub(crate) async fn open_accounts(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    accounts: &[Account],
) -> sqlx::Result<()> {
    let mut rows: Vec<(AccountId, Account)> =
        accounts.iter().map(|account| (account.id(), *account)).collect();
    rows.sort_unstable_by_key(|(id, _)| *id);
    sqlx::query(
        "insert into ledger.account (id, owner, role, currency, opened_at)
        select given.id, given.owner, $4, given.currency, $5
        from unnest($1::uuid[], $2::uuid[], $3::uuid[]) as given (id, owner, currency)
        where exists (select 1 from ledger.currency c where c.id = given.currency)
        order by given.id
        on conflict (id) do nothing",
    )
    .bind(rows.iter().map(|(id, _)| *id).collect::<Vec<AccountId>>())
    .bind(rows.iter().map(|(_, account)| account.owner).collect::<Vec<Uuid>>())
    .bind(rows.iter().map(|(_, account)| account.currency).collect::<Vec<CurrencyId>>())
    .bind(MEMBER)
    .bind(now)
    .execute(db)
    .await?;
    Ok(())
}

/// A number for a block: its transactions are numbered from a thousand times it on.
pub(crate) async fn take_block(db: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar("select nextval('ledger.block_id')").fetch_one(db).await
}

/// Locks the end of the chain: its position and hash. Held until the caller's transaction ends.
pub(crate) async fn lock_head(db: &mut PgConnection) -> sqlx::Result<(i64, Hash)> {
    let (position, hash): (i64, Vec<u8>) =
        sqlx::query_as("select position, hash from ledger.chain for no key update").fetch_one(db).await?;
    let hash = Hash::try_from(hash).map_err(|_| sqlx::Error::decode("the chain's hash has no 32 bytes"))?;
    Ok((position, hash))
}
