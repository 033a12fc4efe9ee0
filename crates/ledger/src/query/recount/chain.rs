//! Blocks and whole transactions, as they stand.

use crate::book::rows::{Closed, Draw, NewLot, Owed, Placed, Posting, Transaction};
use crate::book::state::LotId;
use crate::chain::author_of;
use crate::order::ORDERS_MAX;
use crate::receipt::HoldState;
use base::id::{AccountId, HoldId, TransactionId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A block of the chain.
#[derive(sqlx::FromRow)]
pub(crate) struct Block {
    pub(crate) id: i64,
    pub(crate) position: i64,
    pub(crate) transactions: i32,
    pub(crate) previous_hash: Vec<u8>,
    pub(crate) hash: Vec<u8>,
}

/// A transaction with everything that its rows say, and the hash beside it.
pub(crate) struct Stored {
    pub(crate) transaction: Transaction,
    pub(crate) hash: Vec<u8>,
}

/// Blocks after a position, in their order.
pub(crate) async fn blocks(db: &mut PgConnection, after: i64, limit: i64) -> sqlx::Result<Vec<Block>> {
    sqlx::query_as(
        "select id, position, transactions, previous_hash, hash
        from ledger.block where position > $1 order by position limit $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// The end of the chain.
pub(crate) async fn head(db: &mut PgConnection) -> sqlx::Result<(i64, Vec<u8>)> {
    sqlx::query_as("select position, hash from ledger.chain").fetch_one(db).await
}

#[derive(sqlx::FromRow)]
struct Head {
    number: i64,
    id: TransactionId,
    key: String,
    body_hash: Vec<u8>,
    kind: String,
    reason: Option<String>,
    source: String,
    cause: Option<serde_json::Value>,
    effective_at: DateTime<Utc>,
    booked_at: DateTime<Utc>,
    author_kind: String,
    author_id: Option<Uuid>,
    hash: Vec<u8>,
}

impl Head {
    fn stored(self) -> Stored {
        // A cause that cannot be read any more counts as another one: the hash differs.
        let unreadable = || crate::Cause { record: Some("unreadable".to_owned()), ..crate::Cause::default() };
        let cause = self.cause.map(|cause| serde_json::from_value(cause).unwrap_or_else(|_| unreadable()));
        let transaction = Transaction {
            id: self.id,
            number: self.number,
            key: self.key,
            body_hash: self.body_hash.try_into().unwrap_or_default(),
            kind: self.kind,
            reason: self.reason,
            source: self.source,
            cause,
            effective_at: self.effective_at,
            booked_at: self.booked_at,
            author: author_of(&self.author_kind, self.author_id),
            postings: Vec::new(),
            lots: Vec::new(),
            draws: Vec::new(),
            placed: Vec::new(),
            closed: Vec::new(),
            owed: Vec::new(),
        };
        Stored { transaction, hash: self.hash }
    }
}

/// The transactions of blocks by their numbers, with all their rows.
pub(crate) async fn transactions(
    db: &mut PgConnection,
    blocks: &[i64],
) -> sqlx::Result<BTreeMap<i64, Stored>> {
    let heads: Vec<Head> = sqlx::query_as(
        "select t.number, t.id, t.key, t.body_hash, t.kind, t.reason, t.source, t.cause, t.effective_at, t.booked_at,
            t.author_kind, t.author_id, t.hash
        from unnest($1::bigint[]) as b (id)
        join ledger.transaction t on t.number >= b.id * $2 and t.number < (b.id + 1) * $2",
    )
    .bind(blocks)
    .bind(width())
    .fetch_all(&mut *db)
    .await?;
    let mut all: BTreeMap<i64, Stored> = heads.into_iter().map(|head| (head.number, head.stored())).collect();
    add_postings(db, blocks, &mut all).await?;
    add_lots(db, blocks, &mut all).await?;
    add_draws(db, blocks, &mut all).await?;
    add_owed(db, blocks, &mut all).await?;
    add_holds(db, blocks, &mut all).await?;
    Ok(all)
}

fn width() -> i64 {
    i64::try_from(ORDERS_MAX).unwrap_or(i64::MAX)
}

async fn add_postings(
    db: &mut PgConnection,
    blocks: &[i64],
    all: &mut BTreeMap<i64, Stored>,
) -> sqlx::Result<()> {
    type Row = (i64, i32, AccountId, AccountId, i64, Option<i64>, Option<i64>);
    let rows: Vec<Row> = sqlx::query_as(
        "select p.number, p.place, p.debit_account, p.credit_account, p.amount, p.debit_after, p.credit_after
        from unnest($1::bigint[]) as b (id)
        join ledger.posting p on p.number >= b.id * $2 and p.number < (b.id + 1) * $2
        order by p.number, p.place",
    )
    .bind(blocks)
    .bind(width())
    .fetch_all(db)
    .await?;
    for (number, place, debit, credit, amount, debit_after, credit_after) in rows {
        if let Some(stored) = all.get_mut(&number) {
            stored.transaction.postings.push(Posting {
                place,
                debit,
                credit,
                amount,
                debit_after,
                credit_after,
            });
        }
    }
    Ok(())
}

async fn add_lots(
    db: &mut PgConnection,
    blocks: &[i64],
    all: &mut BTreeMap<i64, Stored>,
) -> sqlx::Result<()> {
    type Row = (LotId, AccountId, i64, Option<String>, DateTime<Utc>, Option<DateTime<Utc>>);
    let rows: Vec<Row> = sqlx::query_as(
        "select l.id, l.account, l.amount, l.tag, l.active_from, l.expires_at
        from unnest($1::bigint[]) as b (id)
        join ledger.lot l on l.id >= b.id * $2 * 16384 and l.id < (b.id + 1) * $2 * 16384
        order by l.id",
    )
    .bind(blocks)
    .bind(width())
    .fetch_all(db)
    .await?;
    for (id, account, amount, tag, active_from, expires_at) in rows {
        if let Some(stored) = all.get_mut(&id.number()) {
            stored.transaction.lots.push(NewLot { id, account, amount, tag, active_from, expires_at });
        }
    }
    Ok(())
}

async fn add_draws(
    db: &mut PgConnection,
    blocks: &[i64],
    all: &mut BTreeMap<i64, Stored>,
) -> sqlx::Result<()> {
    let rows: Vec<(i64, i32, LotId, i64)> = sqlx::query_as(
        "select d.number, d.place, d.lot, d.amount
        from unnest($1::bigint[]) as b (id)
        join ledger.draw d on d.number >= b.id * $2 and d.number < (b.id + 1) * $2
        order by d.number, d.place, d.lot",
    )
    .bind(blocks)
    .bind(width())
    .fetch_all(db)
    .await?;
    for (number, place, lot, amount) in rows {
        if let Some(stored) = all.get_mut(&number) {
            stored.transaction.draws.push(Draw { place, lot, amount });
        }
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct OwedRow {
    number: i64,
    place: i32,
    account: AccountId,
    reversed_number: Option<i64>,
    reversed_place: Option<i32>,
    asked: i64,
    owed: i64,
    taken: i64,
    debt: i64,
    claim: i64,
}

async fn add_owed(
    db: &mut PgConnection,
    blocks: &[i64],
    all: &mut BTreeMap<i64, Stored>,
) -> sqlx::Result<()> {
    let rows: Vec<OwedRow> = sqlx::query_as(
        "select r.number, r.place, r.account, r.reversed_number, r.reversed_place, r.asked, r.owed, r.taken, r.debt,
            r.claim
        from unnest($1::bigint[]) as b (id)
        join ledger.reversal r on r.number >= b.id * $2 and r.number < (b.id + 1) * $2
        order by r.number, r.place",
    )
    .bind(blocks)
    .bind(width())
    .fetch_all(db)
    .await?;
    for row in rows {
        if let Some(stored) = all.get_mut(&row.number) {
            let OwedRow { place, account, asked, owed, taken, debt, claim, .. } = row;
            let reversed = row.reversed_number.zip(row.reversed_place);
            stored.transaction.owed.push(Owed { place, account, reversed, asked, owed, taken, debt, claim });
        }
    }
    Ok(())
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
    lots: Vec<i64>,
    amounts: Vec<i64>,
}

async fn add_holds(
    db: &mut PgConnection,
    blocks: &[i64],
    all: &mut BTreeMap<i64, Stored>,
) -> sqlx::Result<()> {
    let rows: Vec<HoldRow> = sqlx::query_as(
        "with found as (
            select h.id from unnest($1::bigint[]) as b (id)
            join ledger.hold h on h.number >= b.id * $2 and h.number < (b.id + 1) * $2
            union
            select h.id from unnest($1::bigint[]) as b (id)
            join ledger.hold h on h.closed_by >= b.id * $2 and h.closed_by < (b.id + 1) * $2)
        select h.id, h.account, h.amount, h.captured, h.state, h.number, h.place, h.expires_at, h.closed_by,
            h.closed_at_place,
            array(select l.lot from ledger.hold_lot l where l.hold = h.id order by l.lot) as lots,
            array(select l.amount from ledger.hold_lot l where l.hold = h.id order by l.lot) as amounts
        from found join ledger.hold h on h.id = found.id
        order by h.number, h.place",
    )
    .bind(blocks)
    .bind(width())
    .fetch_all(db)
    .await?;
    for row in rows {
        let HoldRow { id, account, amount, captured, place, expires_at, .. } = row;
        if let Some(stored) = all.get_mut(&row.number) {
            let lots = row.lots.into_iter().map(LotId).zip(row.amounts).collect();
            stored.transaction.placed.push(Placed { place, id, account, amount, expires_at, lots });
        }
        if let Some((closed_by, place)) = row.closed_by.zip(row.closed_at_place)
            && let Some(stored) = all.get_mut(&closed_by)
        {
            let state = HoldState::of(&row.state);
            stored.transaction.closed.push(Closed { place, id, state, captured });
        }
    }
    for stored in all.values_mut() {
        stored.transaction.closed.sort_unstable_by_key(|closed| closed.place);
    }
    Ok(())
}
