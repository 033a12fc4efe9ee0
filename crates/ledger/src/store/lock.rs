//! Locks of members' accounts, in the order of their ids. An account's lock covers its lots and holds.

use crate::book::state::AccountState;
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
        let stored = [balance, held, debt, claim];
        Self { id, owner, currency, balance, held, debt, claim, lots: Vec::new(), stored }
    }
}

/// An account, and whether its currency allows debt.
#[derive(sqlx::FromRow)]
struct LockedRow {
    #[sqlx(flatten)]
    account: AccountRow,
    allows_debt: bool,
}

/// Locks members' accounts, in the order given, which must be that of their ids; none at all while one of `all_of` does not
/// exist. With each, whether its currency allows debt. One by one by the index, whatever the table looked like when the plan
/// was made.
pub(crate) async fn lock_accounts(
    db: &mut PgConnection,
    accounts: &[AccountId],
    all_of: &[AccountId],
) -> sqlx::Result<Vec<(AccountState, bool)>> {
    let rows: Vec<LockedRow> = sqlx::query_as(
        "select a.id, a.owner, a.currency, a.balance, a.held, a.debt, a.claim, c.allows_debt
        from unnest($1::uuid[]) as sought (id)
        cross join lateral (
            select id, owner, currency, balance, held, debt, claim from ledger.account
            where id = sought.id and role = 'member'
            for no key update) a
        join ledger.currency c on c.id = a.currency
        where not exists (
            select from unnest($2::uuid[]) as needed (id)
            where (select count(*) from ledger.account there where there.id = needed.id) = 0)",
    )
    .bind(accounts)
    .bind(all_of)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (AccountState::from(row.account), row.allows_debt)).collect())
}

/// A number for a block, and an account that was locked by crediting it, as it was before, with what was added; none when no
/// account was.
#[derive(sqlx::FromRow)]
struct CreditedRow {
    block: i64,
    id: Option<AccountId>,
    owner: Option<Uuid>,
    currency: Option<CurrencyId>,
    balance: Option<i64>,
    held: Option<i64>,
    debt: Option<i64>,
    claim: Option<i64>,
    added: Option<i64>,
    allows_debt: Option<bool>,
}

impl CreditedRow {
    fn into_state(self) -> Option<(AccountState, bool)> {
        let (id, owner, currency) = (self.id?, self.owner?, self.currency?);
        let (balance, held, debt, claim) = (self.balance?, self.held?, self.debt?, self.claim?);
        let mut state = AccountState::from(AccountRow { id, owner, currency, balance, held, debt, claim });
        state.stored[0] += self.added?;
        Some((state, self.allows_debt?))
    }
}

/// Locks members' accounts by crediting them, in the order given, which must be that of their ids: one version of the row
/// where locking it and changing it would be two. The states are those before; their rows already have the amounts, but for
/// accounts that owe something: those are only locked. With `all_or_none` nothing is locked while one does not exist. With
/// them comes a number for a block, as from [`take_block`].
pub(crate) async fn credit_accounts(
    db: &mut PgConnection,
    accounts: &[(AccountId, i64)],
    all_or_none: bool,
) -> sqlx::Result<(i64, Vec<(AccountState, bool)>)> {
    let rows: Vec<CreditedRow> = sqlx::query_as(
        "select (select nextval('ledger.block_id')) as block, c.id, c.owner, c.currency, c.balance, c.held, c.debt, c.claim,
            c.added, c.allows_debt
        from (values (1)) as one (row) left join ledger.credit_accounts($1, $2, $3) c on true",
    )
    .bind(accounts.iter().map(|(id, _)| *id).collect::<Vec<AccountId>>())
    .bind(accounts.iter().map(|(_, amount)| *amount).collect::<Vec<i64>>())
    .bind(all_or_none)
    .fetch_all(db)
    .await?;
    let block = rows.first().map(|row| row.block).ok_or(sqlx::Error::RowNotFound)?;
    Ok((block, rows.into_iter().filter_map(CreditedRow::into_state).collect()))
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
