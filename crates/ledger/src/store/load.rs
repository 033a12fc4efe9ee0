//! What the book needs to know, after the accounts are locked.

use crate::book::state::{Hold, Known, Lot, LotId, Mark};
use crate::chain::Hash;
use crate::receipt::{HoldState, Moved, Receipt};
use base::id::{AccountId, CurrencyId, HoldId, TransactionId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

#[derive(sqlx::FromRow)]
pub(super) struct LotRow {
    id: LotId,
    account: AccountId,
    amount: i64,
    remaining: i64,
    held: i64,
    expired: i64,
    tag: Option<String>,
    active_from: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

impl LotRow {
    fn into_lot(self) -> (AccountId, Lot) {
        let Self { id, account, amount, remaining, held, expired, tag, active_from, expires_at } = self;
        let mark = Mark::Same;
        let returned = 0;
        (account, Lot { id, amount, remaining, held, expired, returned, tag, active_from, expires_at, mark })
    }
}

/// The lots with their accounts.
pub(super) fn keep(rows: Vec<LotRow>) -> Vec<(AccountId, Lot)> {
    rows.into_iter().map(LotRow::into_lot).collect()
}

/// The currencies, and whether each allows debt.
pub(crate) async fn currencies(
    db: &mut PgConnection,
    ids: &[CurrencyId],
) -> sqlx::Result<BTreeMap<CurrencyId, bool>> {
    let rows: Vec<(CurrencyId, bool)> =
        sqlx::query_as("select id, allows_debt from ledger.currency where id = any($1)")
            .bind(ids)
            .fetch_all(db)
            .await?;
    Ok(rows.into_iter().collect())
}

/// The lots of accounts of which something remains, and the given ones in any case.
pub(crate) async fn lots(
    db: &mut PgConnection,
    accounts: &[AccountId],
    also: &[LotId],
) -> sqlx::Result<Vec<(AccountId, Lot)>> {
    let rows: Vec<LotRow> = sqlx::query_as(
        "select id, account, amount, remaining, held, expired, tag, active_from, expires_at
        from ledger.lot where account = any($1) and open
        union
        select id, account, amount, remaining, held, expired, tag, active_from, expires_at
        from ledger.lot where id = any($2)",
    )
    .bind(accounts)
    .bind(also)
    .fetch_all(db)
    .await?;
    Ok(keep(rows))
}

/// What returns of the lots of accounts owed so far.
pub(crate) async fn returned(
    db: &mut PgConnection,
    accounts: &[AccountId],
) -> sqlx::Result<BTreeMap<LotId, i64>> {
    let rows: Vec<(i64, i32, i64)> = sqlx::query_as(
        "select reversed_number, reversed_place, sum(owed)::bigint
        from ledger.reversal
        where account = any($1) and reversed_number is not null
        group by reversed_number, reversed_place",
    )
    .bind(accounts)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|(number, place, owed)| (LotId::of(number, place), owed)).collect())
}

#[derive(sqlx::FromRow)]
struct HoldRow {
    id: HoldId,
    account: AccountId,
    amount: i64,
    captured: i64,
    state: String,
    number: i64,
    place: i32,
    expires_at: Option<DateTime<Utc>>,
    closed_by: Option<i64>,
    closed_at_place: Option<i32>,
}

/// Which accounts holds are of.
pub(crate) async fn accounts_of_holds(
    db: &mut PgConnection,
    holds: &[HoldId],
) -> sqlx::Result<Vec<AccountId>> {
    sqlx::query_scalar("select distinct account from ledger.hold where id = any($1)")
        .bind(holds)
        .fetch_all(db)
        .await
}

/// Holds with their lots in the order of spending.
pub(crate) async fn holds(db: &mut PgConnection, ids: &[HoldId]) -> sqlx::Result<BTreeMap<HoldId, Hold>> {
    let rows: Vec<HoldRow> = sqlx::query_as(
        "select id, account, amount, captured, state, number, place, expires_at, closed_by, closed_at_place
        from ledger.hold where id = any($1)",
    )
    .bind(ids)
    .fetch_all(&mut *db)
    .await?;
    let mut holds: BTreeMap<HoldId, Hold> = rows.into_iter().map(|row| (row.id, row.into_hold())).collect();
    let lots: Vec<(HoldId, LotId, i64)> = sqlx::query_as(
        "select h.hold, h.lot, h.amount
        from ledger.hold_lot h join ledger.lot l on l.id = h.lot
        where h.hold = any($1)
        order by l.expires_at nulls last, l.id",
    )
    .bind(ids)
    .fetch_all(db)
    .await?;
    for (hold, lot, amount) in lots {
        if let Some(hold) = holds.get_mut(&hold) {
            hold.lots.push((lot, amount));
        }
    }
    Ok(holds)
}

impl HoldRow {
    fn into_hold(self) -> Hold {
        Hold {
            id: self.id,
            account: self.account,
            amount: self.amount,
            captured: self.captured,
            state: HoldState::of(&self.state),
            number: self.number,
            place: self.place,
            expires_at: self.expires_at,
            lots: Vec::new(),
            closed: self.closed_by.zip(self.closed_at_place),
            mark: Mark::Same,
        }
    }
}

#[derive(sqlx::FromRow)]
struct MovedRow {
    number: i64,
    place: i32,
    account: AccountId,
    change: i64,
    balance: Option<i64>,
    hold: Option<HoldId>,
    short: i64,
}

#[derive(sqlx::FromRow)]
struct KnownRow {
    block: i64,
    number: Option<i64>,
    id: Option<TransactionId>,
    body_hash: Option<Vec<u8>>,
    booked_at: Option<DateTime<Utc>>,
}

/// A number for a block (its transactions are numbered from a thousand times it on), and the transactions that stand
/// under the ids of keys, with what was answered.
pub(crate) async fn block_and_known(
    db: &mut PgConnection,
    ids: &BTreeSet<TransactionId>,
) -> sqlx::Result<(i64, BTreeMap<TransactionId, Known>)> {
    let rows: Vec<KnownRow> = sqlx::query_as(
        // One by one by the index, whatever the table looked like when the plan was made.
        "select (select nextval('ledger.block_id')) as block, t.number, t.id, t.body_hash, t.booked_at
        from (values (1)) as one (row)
        left join (
            select k.number, k.id, k.body_hash, k.booked_at from unnest($1::uuid[]) as sought (id)
            cross join lateral (
                select number, id, body_hash, booked_at from ledger.transaction where id = sought.id offset 0) k
        ) t on true",
    )
    .bind(ids.iter().copied().collect::<Vec<TransactionId>>())
    .fetch_all(&mut *db)
    .await?;
    let block = rows.first().map(|row| row.block).ok_or(sqlx::Error::RowNotFound)?;
    let head = |row: KnownRow| Some((row.number?, row.id?, row.body_hash?, row.booked_at?));
    let heads: Vec<(i64, TransactionId, Vec<u8>, DateTime<Utc>)> =
        rows.into_iter().filter_map(head).collect();
    if heads.is_empty() {
        return Ok((block, BTreeMap::new()));
    }
    let numbers: Vec<i64> = heads.iter().map(|(number, ..)| *number).collect();
    let mut moved: BTreeMap<i64, Vec<Moved>> = BTreeMap::new();
    for row in moved_rows(db, &numbers).await? {
        let MovedRow { number, place, account, change, balance, hold, short } = row;
        moved.entry(number).or_default().push(Moved { place, account, change, balance, hold, short });
    }
    let known = |(number, id, body_hash, booked_at): (i64, TransactionId, Vec<u8>, DateTime<Utc>)| {
        let body_hash =
            Hash::try_from(body_hash).map_err(|_| sqlx::Error::decode("a body hash has 32 bytes"))?;
        let moved = moved.remove(&number).unwrap_or_default();
        let receipt = Receipt { transaction: id, number, booked_at, repeated: true, moved };
        Ok((id, Known { body_hash, receipt }))
    };
    Ok((block, heads.into_iter().map(known).collect::<sqlx::Result<_>>()?))
}

/// What the movements of transactions did, as their receipts said.
async fn moved_rows(db: &mut PgConnection, numbers: &[i64]) -> sqlx::Result<Vec<MovedRow>> {
    sqlx::query_as(
        "select p.number, p.place,
            case when p.credit_after is null then p.debit_account else p.credit_account end as account,
            case when p.credit_after is null then -p.amount else p.amount end as change,
            coalesce(p.credit_after, p.debit_after) as balance, h.id as hold, greatest(coalesce(r.claim, 0), 0) as short
        from ledger.posting p
        left join ledger.hold h on h.closed_by = p.number and h.closed_at_place = p.place
        left join ledger.reversal r on r.number = p.number and r.place = p.place
        where p.number = any($1)
        union all
        select h.number, h.place, h.account, 0, null, h.id, 0 from ledger.hold h where h.number = any($1)
        union all
        select h.closed_by, h.closed_at_place, h.account, 0, null, h.id, 0
        from ledger.hold h where h.closed_by = any($1) and h.captured = 0
        union all
        select r.number, r.place, r.account, 0, null, null, greatest(r.claim, 0)
        from ledger.reversal r where r.number = any($1) and r.taken = 0 and r.reversed_number is not null
        order by 1, 2",
    )
    .bind(numbers)
    .fetch_all(db)
    .await
}
