//! What happened: the postings of an account, a transaction with everything it did, holds.

use crate::book::state::LotId;
use base::Author;
use base::id::{AccountId, HoldId, TransactionId};
use chrono::{DateTime, Utc};
use serde::Serialize;
use sqlx::PgConnection;
use std::ops::Range;
use uuid::Uuid;

/// One posting of a member's account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct PostingRow {
    /// The transaction's number.
    pub number: i64,
    /// The place in it.
    pub place: i32,
    /// The transaction.
    pub transaction: TransactionId,
    /// The account.
    pub account: AccountId,
    /// What was added; negative: taken.
    pub change: i64,
    /// The balance afterwards.
    pub balance: i64,
    /// The role of the other side, such as `issuer`, `spent`, `expired`.
    pub counter_role: String,
    /// The owner of the other side, such as a partner; nil for the inner ones.
    pub counter_owner: Uuid,
    /// What it was in the words of whoever asked.
    pub kind: String,
    /// The code of the reason.
    pub reason: Option<String>,
    /// Which way it came.
    pub source: String,
    /// Why.
    #[schema(value_type = Option<crate::Cause>)]
    pub cause: Option<sqlx::types::Json<crate::Cause>>,
    /// When it happened.
    pub effective_at: DateTime<Utc>,
    /// When it was written.
    pub booked_at: DateTime<Utc>,
}

/// Postings of members' accounts booked in a span, the latest first: up to `limit` of those before the place `before`
/// (number and place of the last one of the page before).
///
/// # Errors
/// The database failed.
pub async fn postings(
    db: &mut PgConnection,
    accounts: &[AccountId],
    span: Range<DateTime<Utc>>,
    before: Option<(i64, i32)>,
    limit: u32,
) -> sqlx::Result<Vec<PostingRow>> {
    sqlx::query_as(
        "with own as (
            select number, place, debit_account as account, credit_account as counter, -amount as change,
                debit_after as balance
            from ledger.posting where debit_account = any($1) and debit_after is not null
            union all
            select number, place, credit_account, debit_account, amount, credit_after
            from ledger.posting where credit_account = any($1) and credit_after is not null)
        select own.number, own.place, t.id as transaction, own.account, own.change, own.balance,
            c.role as counter_role, c.owner as counter_owner, t.kind, t.reason, t.source, t.cause, t.effective_at,
            t.booked_at
        from own
        join ledger.transaction t on t.number = own.number
        join ledger.account c on c.id = own.counter
        where t.booked_at >= $2 and t.booked_at < $3
            and ($4::bigint is null or (own.number, own.place) < ($4, $5))
        order by own.number desc, own.place desc
        limit $6",
    )
    .bind(accounts)
    .bind(span.start)
    .bind(span.end)
    .bind(before.map(|at| at.0))
    .bind(before.map(|at| at.1))
    .bind(i64::from(limit))
    .fetch_all(db)
    .await
}

/// The head of a transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TransactionRow {
    /// Its id.
    pub id: TransactionId,
    /// Its number.
    pub number: i64,
    /// The key that it counts once under.
    pub key: String,
    /// What it was in the words of whoever asked.
    pub kind: String,
    /// The code of the reason.
    pub reason: Option<String>,
    /// Which way it came.
    pub source: String,
    /// Why.
    pub cause: Option<crate::Cause>,
    /// When it happened.
    pub effective_at: DateTime<Utc>,
    /// When it was written.
    pub booked_at: DateTime<Utc>,
    /// Who asked.
    pub author: Author,
    /// Its hash, in hexadecimal digits.
    pub hash: String,
    /// The transactions that reversed it.
    pub reversed_by: Vec<TransactionId>,
    /// The transactions that it reverses.
    pub reverses: Vec<TransactionId>,
}

/// What was drawn from a lot, with the transaction that brought the lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct Drawn {
    /// The place of the movement.
    pub place: i32,
    /// The lot.
    pub lot: LotId,
    /// How much; negative: given back.
    pub amount: i64,
    /// The lot's end.
    pub expires_at: Option<DateTime<Utc>>,
    /// The transaction that brought it.
    pub brought_by: TransactionId,
}

/// A hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct HoldRow {
    /// Its id.
    pub id: HoldId,
    /// Of which account.
    pub account: AccountId,
    /// How much.
    pub amount: i64,
    /// What was taken of it.
    pub captured: i64,
    /// `open`, `captured`, `released` or `expired`.
    pub state: String,
    /// Ends by itself then.
    pub expires_at: Option<DateTime<Utc>>,
    /// The transaction that placed it.
    pub placed_by: TransactionId,
}

/// A transaction with everything it did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct TransactionView {
    /// Its head.
    pub head: TransactionRow,
    /// Its postings.
    pub postings: Vec<PostingRow>,
    /// Which lots it drew from.
    pub draws: Vec<Drawn>,
    /// The holds that it placed or ended.
    pub holds: Vec<HoldRow>,
}

#[derive(sqlx::FromRow)]
struct Head {
    id: TransactionId,
    number: i64,
    key: String,
    kind: String,
    reason: Option<String>,
    source: String,
    cause: Option<sqlx::types::Json<crate::Cause>>,
    effective_at: DateTime<Utc>,
    booked_at: DateTime<Utc>,
    author_kind: String,
    author_id: Option<Uuid>,
    hash: String,
    reversed_by: Vec<TransactionId>,
    reverses: Vec<TransactionId>,
}

impl From<Head> for TransactionRow {
    fn from(row: Head) -> Self {
        Self {
            id: row.id,
            number: row.number,
            key: row.key,
            kind: row.kind,
            reason: row.reason,
            source: row.source,
            cause: row.cause.map(|cause| cause.0),
            effective_at: row.effective_at,
            booked_at: row.booked_at,
            author: crate::chain::author_of(&row.author_kind, row.author_id),
            hash: row.hash,
            reversed_by: row.reversed_by,
            reverses: row.reverses,
        }
    }
}

/// One transaction: everything that explains a posting.
///
/// # Errors
/// The database failed.
pub async fn find_transaction(
    db: &mut PgConnection,
    id: TransactionId,
) -> sqlx::Result<Option<TransactionView>> {
    let head: Option<Head> = sqlx::query_as(
        "select t.id, t.number, t.key, t.kind, t.reason, t.source, t.cause, t.effective_at, t.booked_at,
            t.author_kind, t.author_id, encode(t.hash, 'hex') as hash,
            array(select distinct b.id from ledger.reversal r join ledger.transaction b on b.number = r.number
                where r.reversed_number = t.number) as reversed_by,
            array(select distinct o.id from ledger.reversal r join ledger.transaction o on o.number = r.reversed_number
                where r.number = t.number) as reverses
        from ledger.transaction t where t.id = $1",
    )
    .bind(id)
    .fetch_optional(&mut *db)
    .await?;
    let Some(head) = head else { return Ok(None) };
    let number = head.number;
    let postings = postings_of(db, number).await?;
    let draws = draws_of(db, number).await?;
    let holds = holds_of(db, number).await?;
    Ok(Some(TransactionView { head: head.into(), postings, draws, holds }))
}

async fn postings_of(db: &mut PgConnection, number: i64) -> sqlx::Result<Vec<PostingRow>> {
    sqlx::query_as(
        "select p.number, p.place, t.id as transaction,
            case when p.credit_after is null then p.debit_account else p.credit_account end as account,
            case when p.credit_after is null then -p.amount else p.amount end as change,
            coalesce(p.credit_after, p.debit_after) as balance, c.role as counter_role, c.owner as counter_owner,
            t.kind, t.reason, t.source, t.cause, t.effective_at, t.booked_at
        from ledger.posting p
        join ledger.transaction t on t.number = p.number
        join ledger.account c
            on c.id = case when p.credit_after is null then p.credit_account else p.debit_account end
        where p.number = $1
        order by p.place",
    )
    .bind(number)
    .fetch_all(db)
    .await
}

async fn draws_of(db: &mut PgConnection, number: i64) -> sqlx::Result<Vec<Drawn>> {
    sqlx::query_as(
        "select d.place, d.lot, d.amount, l.expires_at, b.id as brought_by
        from ledger.draw d
        join ledger.lot l on l.id = d.lot
        join ledger.transaction b on b.number = d.lot / 16384
        where d.number = $1
        order by d.place, l.expires_at nulls last, l.id",
    )
    .bind(number)
    .fetch_all(db)
    .await
}

async fn holds_of(db: &mut PgConnection, number: i64) -> sqlx::Result<Vec<HoldRow>> {
    sqlx::query_as(
        "select h.id, h.account, h.amount, h.captured, h.state, h.expires_at, t.id as placed_by
        from ledger.hold h join ledger.transaction t on t.number = h.number
        where h.number = $1 or h.closed_by = $1
        order by h.place",
    )
    .bind(number)
    .fetch_all(db)
    .await
}

/// One hold.
///
/// # Errors
/// The database failed.
pub async fn find_hold(db: &mut PgConnection, id: HoldId) -> sqlx::Result<Option<HoldRow>> {
    sqlx::query_as(
        "select h.id, h.account, h.amount, h.captured, h.state, h.expires_at, t.id as placed_by
        from ledger.hold h join ledger.transaction t on t.number = h.number
        where h.id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// The open holds of an account, the oldest first.
///
/// # Errors
/// The database failed.
pub async fn open_holds(db: &mut PgConnection, account: AccountId) -> sqlx::Result<Vec<HoldRow>> {
    sqlx::query_as(
        "select h.id, h.account, h.amount, h.captured, h.state, h.expires_at, t.id as placed_by
        from ledger.hold h join ledger.transaction t on t.number = h.number
        where h.account = $1 and h.state = 'open'
        order by h.number, h.place",
    )
    .bind(account)
    .fetch_all(db)
    .await
}

/// Which of these transactions are booked.
///
/// # Errors
/// The database failed.
pub async fn existing(
    db: &mut PgConnection,
    transactions: &[TransactionId],
) -> sqlx::Result<Vec<TransactionId>> {
    // One by one by the index, whatever the table looked like when the plan was made.
    sqlx::query_scalar(
        "select t.id from unnest($1::uuid[]) as sought (id)
        cross join lateral (select id from ledger.transaction where id = sought.id offset 0) t",
    )
    .bind(transactions)
    .fetch_all(db)
    .await
}
