//! Balances, lots, and currencies.

use crate::book::state::LotId;
use crate::currency::Currency;
use crate::order::Account;
use base::id::{AccountId, CurrencyId};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use uuid::Uuid;

/// What an account has, in smallest units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct Balance {
    /// Which account.
    pub account: AccountId,
    /// Whose.
    pub owner: Uuid,
    /// In which currency.
    pub currency: CurrencyId,
    /// What remains in its lots less its debt: held, not yet active and just expired points included.
    pub balance: i64,
    /// What can be spent now.
    pub available: i64,
    /// What is set aside by holds.
    pub held: i64,
    /// What becomes active later.
    pub pending: i64,
    /// What is owed; the next credit pays it first.
    pub debt: i64,
}

/// A lot of which something remains.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct OpenLot {
    /// Its id.
    pub id: LotId,
    /// What it brought.
    pub amount: i64,
    /// What is left, held included.
    pub remaining: i64,
    /// What of it is held.
    pub held: i64,
    /// For whoever reads it.
    pub tag: Option<String>,
    /// Spendable from then on.
    pub active_from: DateTime<Utc>,
    /// Expires then.
    pub expires_at: Option<DateTime<Utc>>,
}

/// The balance of one account; of one that was never moved, all zeros.
///
/// # Errors
/// The database failed.
pub async fn balance(db: &mut PgConnection, now: DateTime<Utc>, account: Account) -> sqlx::Result<Balance> {
    let found: Option<Balance> = sqlx::query_as(
        "select a.id as account, a.owner, a.currency, a.balance, a.held, a.debt, l.available, l.pending
        from ledger.account a
        cross join lateral (
            select
                coalesce(sum(remaining - held) filter (
                    where active_from <= $2 and (expires_at is null or expires_at > $2)), 0)::bigint as available,
                coalesce(sum(remaining - held) filter (where active_from > $2), 0)::bigint as pending
            from ledger.lot where account = a.id and open
        ) l
        where a.id = $1",
    )
    .bind(account.id())
    .bind(now)
    .fetch_optional(db)
    .await?;
    Ok(found.unwrap_or(Balance {
        account: account.id(),
        owner: account.owner,
        currency: account.currency,
        balance: 0,
        available: 0,
        held: 0,
        pending: 0,
        debt: 0,
    }))
}

/// The balances of members' accounts of some owners, in all currencies that each ever had.
///
/// # Errors
/// The database failed.
pub async fn balances(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    owners: &[Uuid],
) -> sqlx::Result<Vec<Balance>> {
    sqlx::query_as(
        "select a.id as account, a.owner, a.currency, a.balance, a.held, a.debt, l.available, l.pending
        from ledger.account a
        cross join lateral (
            select
                coalesce(sum(remaining - held) filter (
                    where active_from <= $2 and (expires_at is null or expires_at > $2)), 0)::bigint as available,
                coalesce(sum(remaining - held) filter (where active_from > $2), 0)::bigint as pending
            from ledger.lot where account = a.id and open
        ) l
        where a.owner = any($1) and a.role = 'member'
        order by a.owner, a.currency",
    )
    .bind(owners)
    .bind(now)
    .fetch_all(db)
    .await
}

/// The lots of an account of which something remains, in the order in which they are spent.
///
/// # Errors
/// The database failed.
pub async fn open_lots(db: &mut PgConnection, account: AccountId) -> sqlx::Result<Vec<OpenLot>> {
    sqlx::query_as(
        "select id, amount, remaining, held, tag, active_from, expires_at
        from ledger.lot
        where account = $1 and open
        order by expires_at nulls last, id",
    )
    .bind(account)
    .fetch_all(db)
    .await
}

/// What is free and expires in a span of time, by account: for notices and for the month's figures. Up to `limit`
/// accounts after `after`, in the order of their ids.
///
/// # Errors
/// The database failed.
pub async fn expiring(
    db: &mut PgConnection,
    currency: CurrencyId,
    span: std::ops::Range<DateTime<Utc>>,
    after: Option<AccountId>,
    limit: u32,
) -> sqlx::Result<Vec<(AccountId, Uuid, i64)>> {
    sqlx::query_as(
        "select a.id, a.owner, sum(l.remaining - l.held)::bigint
        from ledger.lot l join ledger.account a on a.id = l.account
        where l.open and l.expires_at >= $2 and l.expires_at < $3 and a.currency = $1
            and ($4::uuid is null or a.id > $4) and l.remaining > l.held
        group by a.id, a.owner
        order by a.id
        limit $5",
    )
    .bind(currency)
    .bind(span.start)
    .bind(span.end)
    .bind(after)
    .bind(i64::from(limit))
    .fetch_all(db)
    .await
}

/// The balance of an account at the end of a closed day: of that day, or of the last day before on which it moved.
///
/// # Errors
/// The database failed.
pub async fn closing_on(db: &mut PgConnection, account: AccountId, day: NaiveDate) -> sqlx::Result<i64> {
    let balance: Option<i64> = sqlx::query_scalar(
        "select balance from ledger.closing where account = $1 and day <= $2 order by day desc limit 1",
    )
    .bind(account)
    .bind(day)
    .fetch_optional(db)
    .await?;
    Ok(balance.unwrap_or(0))
}

/// All currencies by code.
///
/// # Errors
/// The database failed.
pub async fn currencies(db: &mut PgConnection) -> sqlx::Result<Vec<Currency>> {
    sqlx::query_as("select id, code, scale, allows_debt from ledger.currency order by code")
        .fetch_all(db)
        .await
}

/// One currency.
///
/// # Errors
/// The database failed.
pub async fn find_currency(db: &mut PgConnection, id: CurrencyId) -> sqlx::Result<Option<Currency>> {
    sqlx::query_as("select id, code, scale, allows_debt from ledger.currency where id = $1")
        .bind(id)
        .fetch_optional(db)
        .await
}
