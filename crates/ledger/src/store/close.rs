//! Daily closing balances.

use base::id::CurrencyId;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::PgConnection;
use std::ops::Range;

/// Writes the closing balances of a day for every account of a currency that moved in `span`, which is the day in the
/// zone of whoever closes it; how many. Doing it again gives the same. Days are closed in order, once no transaction
/// of the day can still be open (half a minute after it): the inner accounts' balances build on the day before.
///
/// # Errors
/// The database refused.
pub async fn close_day(
    db: &mut PgConnection,
    currency: CurrencyId,
    day: NaiveDate,
    span: Range<DateTime<Utc>>,
) -> sqlx::Result<u64> {
    let done = sqlx::query(
        "with booked as (
            select p.number, p.place, p.debit_account, p.credit_account, p.amount, p.debit_after, p.credit_after
            from ledger.numbers_booked($3, $4) span
            join ledger.transaction t on t.number between span.first_number and span.last_number
            join ledger.posting p on p.number = t.number
            where t.booked_at >= $3 and t.booked_at < $4
        ), side as (
            select debit_account as account, number, place, 0::bigint as credited, amount as debited,
                debit_after as after
            from booked
            union all
            select credit_account, number, place, amount, 0, credit_after from booked
        ), moved as (
            select s.account, sum(s.credited)::bigint as credited, sum(s.debited)::bigint as debited,
                (array_agg(s.after order by s.number desc, s.place desc))[1] as after
            from side s join ledger.account a on a.id = s.account
            where a.currency = $1
            group by s.account
        )
        insert into ledger.closing (account, day, credited, debited, balance)
        select m.account, $2, m.credited, m.debited, coalesce(m.after, m.credited - m.debited + coalesce((
            select c.balance from ledger.closing c
            where c.account = m.account and c.day < $2 order by c.day desc limit 1), 0))
        from moved m
        on conflict (account, day) do update
        set credited = excluded.credited, debited = excluded.debited, balance = excluded.balance",
    )
    .bind(currency)
    .bind(day)
    .bind(span.start)
    .bind(span.end)
    .execute(db)
    .await?;
    Ok(done.rows_affected())
}
