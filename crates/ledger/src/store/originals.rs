//! Transactions that are to be reversed, with what of them can be.

use crate::book::state::{Effect, Inner, LotId, Original, Part};
use crate::order::{Counter, EXPIRED};
use base::id::{AccountId, CurrencyId, TransactionId};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct PartRow {
    id: TransactionId,
    number: i64,
    place: i32,
    account: AccountId,
    inner_account: AccountId,
    inner_owner: Uuid,
    inner_role: String,
    currency: CurrencyId,
    amount: i64,
    gave: bool,
    asked: i64,
    owed: i64,
}

/// Which accounts transactions moved.
pub(crate) async fn accounts_of(
    db: &mut PgConnection,
    ids: &[TransactionId],
) -> sqlx::Result<Vec<AccountId>> {
    sqlx::query_scalar(
        "select distinct case when p.credit_after is null then p.debit_account else p.credit_account end
        from ledger.transaction t join ledger.posting p on p.number = t.number
        where t.id = any($1)",
    )
    .bind(ids)
    .fetch_all(db)
    .await
}

/// The transactions, and the inner accounts that stand opposite. Postings that reversed others, paid a claim or expired
/// lots are no part of what can be reversed.
pub(crate) async fn originals(
    db: &mut PgConnection,
    ids: &[TransactionId],
) -> sqlx::Result<(BTreeMap<TransactionId, Original>, BTreeMap<AccountId, Inner>)> {
    let heads: Vec<(TransactionId, i64)> =
        sqlx::query_as("select id, number from ledger.transaction where id = any($1)")
            .bind(ids)
            .fetch_all(&mut *db)
            .await?;
    let mut originals: BTreeMap<TransactionId, Original> =
        heads.into_iter().map(|(id, number)| (id, Original { id, number, parts: Vec::new() })).collect();
    let draws = draws(db, ids).await?;
    let mut inner = BTreeMap::new();
    for row in parts(db, ids).await? {
        let counter = Counter::of(row.inner_role, row.inner_owner);
        inner.insert(row.inner_account, Inner { counter, currency: row.currency });
        let effect = if row.gave {
            Effect::Gave(LotId::of(row.number, row.place))
        } else {
            Effect::Took(draws.get(&(row.number, row.place)).cloned().unwrap_or_default())
        };
        if let Some(original) = originals.get_mut(&row.id) {
            original.parts.push(Part {
                place: row.place,
                account: row.account,
                inner: row.inner_account,
                amount: row.amount,
                effect,
                asked: row.asked,
                owed: row.owed,
            });
        }
    }
    Ok((originals, inner))
}

async fn parts(db: &mut PgConnection, ids: &[TransactionId]) -> sqlx::Result<Vec<PartRow>> {
    sqlx::query_as(
        "select t.id, p.number, p.place, p.amount, p.credit_after is not null as gave,
            case when p.credit_after is null then p.debit_account else p.credit_account end as account,
            a.id as inner_account, a.owner as inner_owner, a.role as inner_role, a.currency,
            coalesce(r.asked, 0)::bigint as asked, coalesce(r.owed, 0)::bigint as owed
        from ledger.transaction t
        join ledger.posting p on p.number = t.number
        join ledger.account a
            on a.id = case when p.credit_after is null then p.credit_account else p.debit_account end
        left join lateral (
            select sum(back.asked) as asked, sum(back.owed) as owed
            from ledger.reversal back
            where back.reversed_number = p.number and back.reversed_place = p.place
        ) r on true
        where t.id = any($1) and a.role <> $2
            and not exists (
                select 1 from ledger.reversal own
                where own.number = p.number and own.place = p.place
                    and (own.reversed_number is not null or own.claim < 0)
            )
        order by p.number, p.place",
    )
    .bind(ids)
    .bind(EXPIRED)
    .fetch_all(db)
    .await
}

/// What each movement drew, in the order of spending.
async fn draws(
    db: &mut PgConnection,
    ids: &[TransactionId],
) -> sqlx::Result<BTreeMap<(i64, i32), Vec<(LotId, i64)>>> {
    let rows: Vec<(i64, i32, LotId, i64)> = sqlx::query_as(
        "select d.number, d.place, d.lot, d.amount
        from ledger.transaction t
        join ledger.draw d on d.number = t.number
        join ledger.lot l on l.id = d.lot
        where t.id = any($1)
        order by d.number, d.place, l.expires_at nulls last, l.id",
    )
    .bind(ids)
    .fetch_all(db)
    .await?;
    let mut draws: BTreeMap<(i64, i32), Vec<(LotId, i64)>> = BTreeMap::new();
    for (number, place, lot, amount) in rows {
        draws.entry((number, place)).or_default().push((lot, amount));
    }
    Ok(draws)
}
