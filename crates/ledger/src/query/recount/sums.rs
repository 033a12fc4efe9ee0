//! Sums that must equal what stands beside them.

use base::id::{AccountId, HoldId};
use chrono::NaiveDate;
use sqlx::PgConnection;

/// Rows of one kind that a recount names at most.
const NAMED_MAX: i64 = 1_000;

/// An account beside what its rows add up to.
#[derive(sqlx::FromRow)]
pub(crate) struct AccountSums {
    pub(crate) id: AccountId,
    pub(crate) is_member: bool,
    pub(crate) balance: i64,
    pub(crate) held: i64,
    pub(crate) debt: i64,
    pub(crate) claim: i64,
    pub(crate) posted: i64,
    pub(crate) remaining: i64,
    pub(crate) in_holds: i64,
    pub(crate) became_debt: i64,
    pub(crate) became_claim: i64,
}

/// Accounts after an id, in the order of their ids.
pub(crate) async fn accounts(
    db: &mut PgConnection,
    after: Option<AccountId>,
    limit: usize,
) -> sqlx::Result<Vec<AccountSums>> {
    sqlx::query_as(
        "select a.id, a.role = 'member' as is_member, a.balance, a.held, a.debt, a.claim,
            (coalesce((select sum(p.amount) from ledger.posting p
                where p.credit_account = a.id and p.credit_after is not null), 0)
            - coalesce((select sum(p.amount) from ledger.posting p
                where p.debit_account = a.id and p.debit_after is not null), 0))::bigint as posted,
            coalesce((select sum(l.remaining) from ledger.lot l where l.account = a.id and l.open), 0)::bigint
                as remaining,
            coalesce((select sum(h.amount) from ledger.hold h where h.account = a.id and h.state = 'open'), 0)::bigint
                as in_holds,
            coalesce(r.debt, 0)::bigint as became_debt, coalesce(r.claim, 0)::bigint as became_claim
        from (select * from ledger.account where $1::uuid is null or id > $1 order by id limit $2) a
        left join lateral (
            select sum(r.debt) as debt, sum(r.claim) as claim from ledger.reversal r where r.account = a.id
        ) r on true
        order by a.id",
    )
    .bind(after)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
}

/// Accounts that were posted to and are not there.
pub(crate) async fn missing_accounts(
    db: &mut PgConnection,
    accounts: Vec<AccountId>,
) -> sqlx::Result<Vec<AccountId>> {
    sqlx::query_scalar(
        "select given.id from unnest($1::uuid[]) as given (id)
        where not exists (select 1 from ledger.account a where a.id = given.id)",
    )
    .bind(accounts)
    .fetch_all(db)
    .await
}

/// A lot beside what its rows add up to.
#[derive(sqlx::FromRow)]
pub(crate) struct LotSums {
    pub(crate) id: i64,
    pub(crate) account: AccountId,
    pub(crate) amount: i64,
    pub(crate) remaining: i64,
    pub(crate) held: i64,
    pub(crate) expired: i64,
    pub(crate) drawn: i64,
    pub(crate) drawn_by_expiry: i64,
    pub(crate) in_holds: i64,
}

/// Lots after an id, in the order of their ids.
pub(crate) async fn lots(db: &mut PgConnection, after: i64, limit: usize) -> sqlx::Result<Vec<LotSums>> {
    sqlx::query_as(
        "select l.id, l.account, l.amount, l.remaining, l.held, l.expired,
            coalesce(d.drawn, 0)::bigint as drawn, coalesce(d.by_expiry, 0)::bigint as drawn_by_expiry,
            coalesce(case when l.held > 0 then (
                select sum(hl.amount) from ledger.hold h join ledger.hold_lot hl on hl.hold = h.id and hl.lot = l.id
                where h.account = l.account and h.state = 'open') end, 0)::bigint as in_holds
        from (select * from ledger.lot where id > $1 order by id limit $2) l
        left join lateral (
            select sum(d.amount) as drawn, sum(d.amount) filter (where a.role = 'expired') as by_expiry
            from ledger.draw d
            left join ledger.posting p on p.number = d.number and p.place = d.place
            left join ledger.account a on a.id = p.credit_account
            where d.lot = l.id
        ) d on true
        order by l.id",
    )
    .bind(after)
    .bind(i64::try_from(limit).unwrap_or(i64::MAX))
    .fetch_all(db)
    .await
}

/// Holds whose lots add up to something else: the hold, its amount, and the sum of its lots.
pub(crate) async fn holds_unlike_their_lots(db: &mut PgConnection) -> sqlx::Result<Vec<(HoldId, i64, i64)>> {
    sqlx::query_as(
        "select h.id, h.amount, coalesce(sum(l.amount), 0)::bigint
        from ledger.hold h left join ledger.hold_lot l on l.hold = h.id
        group by h.id, h.amount
        having h.amount <> coalesce(sum(l.amount), 0)
        limit $1",
    )
    .bind(NAMED_MAX)
    .fetch_all(db)
    .await
}

/// Closings that do not follow from the one before: account, day, what follows, what stands there. The first of an
/// account has none before it.
pub(crate) async fn closings_out_of_step(
    db: &mut PgConnection,
) -> sqlx::Result<Vec<(AccountId, NaiveDate, i64, i64)>> {
    sqlx::query_as(
        "select account, day, follows, balance from (
            select account, day, balance,
                lag(balance) over (partition by account order by day) + credited - debited as follows
            from ledger.closing) c
        where follows <> balance
        limit $1",
    )
    .bind(NAMED_MAX)
    .fetch_all(db)
    .await
}

/// Rows of no transaction, and transactions of no block: the table and the number.
pub(crate) async fn orphans(db: &mut PgConnection) -> sqlx::Result<Vec<(String, i64)>> {
    sqlx::query_as(
        "(select 'transaction', t.number from ledger.transaction t
            where not exists (select 1 from ledger.block b where b.id = t.number / 1000) limit $1)
        union all
        (select 'posting', p.number from ledger.posting p
            where not exists (select 1 from ledger.transaction t where t.number = p.number) limit $1)
        union all
        (select 'draw', d.number from ledger.draw d
            where not exists (select 1 from ledger.transaction t where t.number = d.number) limit $1)
        union all
        (select 'reversal', r.number from ledger.reversal r
            where not exists (select 1 from ledger.transaction t where t.number = r.number) limit $1)
        union all
        (select 'lot', l.id from ledger.lot l
            where not exists (select 1 from ledger.transaction t where t.number = l.id / 16384) limit $1)
        union all
        (select 'hold', h.number from ledger.hold h
            where not exists (select 1 from ledger.transaction t where t.number = h.number) limit $1)",
    )
    .bind(NAMED_MAX)
    .fetch_all(db)
    .await
}
