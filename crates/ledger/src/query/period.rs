//! What moved on members' accounts in a span of time, by booking time: what was booked stays, so the figures of a span
//! that is over do not change.

use base::id::{AccountId, CurrencyId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// The figures of one account. `opening + credited - debited - expired = closing`.
#[derive(Clone, Debug, Default, PartialEq, Eq, sqlx::FromRow)]
pub struct PeriodFigures {
    /// Whose account.
    pub owner: Uuid,
    /// The balance when the span began.
    pub opening: i64,
    /// Credits of the span, less what of any credit was taken back in it.
    pub credited: i64,
    /// Debits of the span, less what of any debit was given back in it.
    pub debited: i64,
    /// What expired in the span.
    pub expired: i64,
    /// The balance when the span ended.
    pub closing: i64,
    /// What of credits before the span remained when it ended.
    pub remaining_before: i64,
    /// What remained when the span ended and expires before the horizon.
    pub expiring: i64,
}

/// The figures of these owners' accounts in a currency; of owners without an account none. `horizon` is the moment up to
/// which `expiring` looks.
///
/// # Errors
/// The database failed.
pub async fn period(
    db: &mut PgConnection,
    currency: CurrencyId,
    owners: &[Uuid],
    span: std::ops::Range<DateTime<Utc>>,
    horizon: DateTime<Utc>,
) -> sqlx::Result<Vec<PeriodFigures>> {
    sqlx::query_as(
        "with given as (
            select a.id, a.owner from ledger.account a
            where a.owner = any($2) and a.currency = $1 and a.role = 'member'),
        posted as (
            select g.id, p.number, p.place, p.amount, p.debit_account as other, true as is_credit
            from given g join ledger.posting p on p.credit_account = g.id and p.credit_after is not null
            union all
            select g.id, p.number, p.place, -p.amount, p.credit_account, false
            from given g join ledger.posting p on p.debit_account = g.id and p.debit_after is not null),
        moved as (
            select p.id, p.amount, t.booked_at >= $3 as inside, p.is_credit, o.role = 'expired' as expires,
                exists (select from ledger.reversal r where r.number = p.number and r.place = p.place
                    and (r.reversed_number is not null or not p.is_credit)) as takes_back
            from posted p
            join ledger.transaction t on t.number = p.number and t.booked_at < $4
            join ledger.account o on o.id = p.other),
        summed as (
            select id,
                coalesce(sum(amount) filter (where not inside), 0)::bigint as opening,
                coalesce(sum(amount) filter (where inside and not expires and is_credit <> takes_back), 0)::bigint
                    as credited,
                coalesce(-sum(amount) filter (where inside and not expires and is_credit = takes_back), 0)::bigint
                    as debited,
                coalesce(-sum(amount) filter (where inside and expires), 0)::bigint as expired,
                coalesce(sum(amount), 0)::bigint as closing
            from moved group by id),
        lots as (
            select l.account as id, l.expires_at, t.booked_at < $3 as is_before,
                l.amount - coalesce((
                    select sum(d.amount) from ledger.draw d join ledger.transaction dt on dt.number = d.number
                    where d.lot = l.id and dt.booked_at < $4), 0) as remained
            from given g
            join ledger.lot l on l.account = g.id
            join ledger.transaction t on t.number = l.id / 16384 and t.booked_at < $4),
        left_over as (
            select id,
                coalesce(sum(remained) filter (where is_before), 0)::bigint as remaining_before,
                coalesce(sum(remained) filter (where expires_at < $5), 0)::bigint as expiring
            from lots group by id)
        select g.owner, coalesce(s.opening, 0) as opening, coalesce(s.credited, 0) as credited,
            coalesce(s.debited, 0) as debited, coalesce(s.expired, 0) as expired, coalesce(s.closing, 0) as closing,
            coalesce(l.remaining_before, 0) as remaining_before, coalesce(l.expiring, 0) as expiring
        from given g left join summed s using (id) left join left_over l using (id)
        order by g.owner",
    )
    .bind(currency)
    .bind(owners)
    .bind(span.start)
    .bind(span.end)
    .bind(horizon)
    .fetch_all(db)
    .await
}

/// What an owner was given in a currency: credits less what of any credit was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Earned {
    /// Whose account.
    pub owner: Uuid,
    /// In which currency.
    pub currency: CurrencyId,
    /// Since the moment that was asked for; below zero when more was taken back than given.
    pub since: i64,
    /// Since ever.
    pub ever: i64,
}

/// What these owners were given in these currencies, by booking time, as [`PeriodFigures::credited`] counts it; of owners
/// that never had anything none.
///
/// # Errors
/// The database failed.
pub async fn earned(
    db: &mut PgConnection,
    currencies: &[CurrencyId],
    owners: &[Uuid],
    since: DateTime<Utc>,
) -> sqlx::Result<Vec<Earned>> {
    sqlx::query_as(
        "with given as (
            select a.id, a.owner, a.currency from ledger.account a
            where a.owner = any($2) and a.currency = any($1) and a.role = 'member'),
        moved as (
            select g.id, p.number, p.amount
            from given g join ledger.posting p on p.credit_account = g.id and p.credit_after is not null
            where not exists (select from ledger.reversal r
                where r.number = p.number and r.place = p.place and r.reversed_number is not null)
            union all
            select g.id, p.number, -p.amount
            from given g
            join ledger.posting p on p.debit_account = g.id and p.debit_after is not null
            join ledger.account o on o.id = p.credit_account and o.role <> 'expired'
            where exists (select from ledger.reversal r where r.number = p.number and r.place = p.place))
        select g.owner, g.currency,
            coalesce(sum(m.amount) filter (where t.booked_at >= $3), 0)::bigint as since,
            coalesce(sum(m.amount), 0)::bigint as ever
        from given g join moved m using (id) join ledger.transaction t on t.number = m.number
        group by g.owner, g.currency",
    )
    .bind(currencies)
    .bind(owners)
    .bind(since)
    .fetch_all(db)
    .await
}

/// A credit or debit of a report.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow, serde::Serialize)]
pub struct Movement {
    /// The transaction's number, and the posting's place in it.
    pub number: i64,
    /// See `number`.
    pub place: i32,
    /// The transaction.
    pub transaction: Uuid,
    /// Whose account.
    pub owner: Uuid,
    /// In which currency.
    pub currency: Uuid,
    /// What was added; negative: taken.
    pub change: i64,
    /// The balance afterwards.
    pub balance: i64,
    /// What it was in the words of whoever asked.
    pub kind: String,
    /// The code of the reason.
    pub reason: Option<String>,
    /// Which way it came.
    pub source: String,
    /// When it happened.
    pub effective_at: DateTime<Utc>,
    /// When it was written.
    pub booked_at: DateTime<Utc>,
}

/// All movements of members' accounts in a currency that were booked in a span, in the order of the ledger, behind
/// `after` (number and place): for periodic reports.
///
/// # Errors
/// The database failed.
pub async fn movements(
    db: &mut PgConnection,
    currency: CurrencyId,
    span: std::ops::Range<DateTime<Utc>>,
    after: (i64, i32),
    limit: i64,
) -> sqlx::Result<Vec<Movement>> {
    sqlx::query_as(
        "select p.number, p.place, t.id as transaction, a.owner, a.currency,
            case when p.credit_after is null then -p.amount else p.amount end as change,
            coalesce(p.credit_after, p.debit_after, 0) as balance,
            t.kind, t.reason, t.source, t.effective_at, t.booked_at
        from ledger.numbers_booked($2, $3) span
        join ledger.transaction t on t.number between greatest(span.first_number, $4) and span.last_number
        join ledger.posting p on p.number = t.number
        join ledger.account a on a.id = case when p.credit_after is null then p.debit_account else p.credit_account end
        where t.booked_at >= $2 and t.booked_at < $3 and (p.number, p.place) > ($4, $5)
            and a.currency = $1 and a.role = 'member'
        order by p.number, p.place
        limit $6",
    )
    .bind(currency)
    .bind(span.start)
    .bind(span.end)
    .bind(after.0)
    .bind(after.1)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// Movements between members and the inner accounts of an owner in a role, such as a partner's, that were booked in a
/// span; in the order of the ledger, behind `after`. The reference is what the cause names as record.
///
/// # Errors
/// The database failed.
pub async fn exchanged(
    db: &mut PgConnection,
    counter: AccountId,
    span: std::ops::Range<DateTime<Utc>>,
    after: (i64, i32),
    limit: i64,
) -> sqlx::Result<Vec<(Movement, Option<String>)>> {
    let rows: Vec<ExchangedRow> = sqlx::query_as(
        "select p.number, p.place, t.id as transaction, a.owner, a.currency,
            case when p.credit_after is null then -p.amount else p.amount end as change,
            coalesce(p.credit_after, p.debit_after, 0) as balance,
            t.kind, t.reason, t.source, t.effective_at, t.booked_at, t.cause ->> 'record' as reference
        from ledger.numbers_booked($2, $3) span
        join ledger.transaction t on t.number between greatest(span.first_number, $4) and span.last_number
        join ledger.posting p on p.number = t.number and (p.debit_account = $1 or p.credit_account = $1)
        join ledger.account a on a.id = case when p.credit_after is null then p.debit_account else p.credit_account end
        where t.booked_at >= $2 and t.booked_at < $3 and (p.number, p.place) > ($4, $5) and a.role = 'member'
        order by p.number, p.place
        limit $6",
    )
    .bind(counter)
    .bind(span.start)
    .bind(span.end)
    .bind(after.0)
    .bind(after.1)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.movement, row.reference)).collect())
}

#[derive(sqlx::FromRow)]
struct ExchangedRow {
    #[sqlx(flatten)]
    movement: Movement,
    reference: Option<String>,
}
