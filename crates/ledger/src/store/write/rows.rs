//! What every accrual has, in one statement: transactions, each with its first posting, new lots, and their block, which
//! moves the end of the chain.

use crate::book::Book;
use crate::book::rows::{Posting, Transaction};
use crate::book::state::{Lot, Mark};
use crate::chain::{Hash, author_words};
use base::id::{AccountId, TransactionId};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres};
use uuid::Uuid;

// Unnested in the list of columns, where Postgres hands each row on; in `from` it would store all of them first. The end of
// the chain is locked when the rows stand: that is what counting them is for. What goes into its hash beside the one before
// is `chain::hash_of_block`; the recount computes it again.
const INSERT: &str = "
with added as (
    insert into ledger.transaction (booked_at, number, id, key, body_hash, kind, reason, source, cause, effective_at,
        author_kind, author_id, hash, debit_account, credit_account, amount, debit_after, credit_after)
    select $1, unnest($2::bigint[]), unnest($3::uuid[]), unnest($4::text[]), unnest($5::bytea[]), unnest($6::text[]),
        unnest($7::text[]), unnest($8::text[]), unnest($9::text[])::jsonb, unnest($10::timestamptz[]),
        unnest($11::text[]), unnest($12::uuid[]), unnest($13::bytea[]), unnest($14::uuid[]), unnest($15::uuid[]),
        unnest($16::bigint[]), unnest($17::bigint[]), unnest($18::bigint[])
    returning 1
), brought as (
    insert into ledger.lot (id, account, amount, remaining, held, expired, open, tag, active_from, expires_at)
    select unnest($19::bigint[]), unnest($20::uuid[]), unnest($21::bigint[]), unnest($22::bigint[]),
        unnest($23::bigint[]), unnest($24::bigint[]), unnest($25::boolean[]), unnest($26::text[]),
        unnest($27::timestamptz[]), unnest($28::timestamptz[])
    returning 1
), head as (
    update ledger.chain
    set previous_hash = hash, position = position + 1, hash = sha256(hash || int8send($29) || $30)
    where (select count(*) from added) + (select count(*) from brought) > 0
    returning position, previous_hash, hash
), moved as (
    insert into ledger.account as a (id, owner, role, currency, balance, opened_at)
    select given.id, given.owner, given.role, given.currency, given.change, $1
    from head, unnest($31::uuid[], $32::uuid[], $33::text[], $34::uuid[], $35::bigint[])
        as given (id, owner, role, currency, change)
    order by given.id
    on conflict (id) do update set balance = a.balance + excluded.balance
)
insert into ledger.block (id, position, transactions, previous_hash, hash, booked_at)
select $29, head.position, (select count(*) from added), head.previous_hash, head.hash, $1 from head";

pub(super) type Asked<'q> = Query<'q, Postgres, PgArguments>;

pub(super) async fn insert(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    block: i64,
    book: &Book,
    hashes: &[Hash],
) -> sqlx::Result<()> {
    let asked = transactions(sqlx::query(INSERT).bind(now), &book.written, hashes);
    let asked = lots(first_postings(asked, &book.written), book);
    super::chain::end(asked, block, book, hashes).execute(db).await?;
    Ok(())
}

fn transactions<'q>(asked: Asked<'q>, written: &'q [Transaction], hashes: &'q [Hash]) -> Asked<'q> {
    let cause = |row: &Transaction| row.cause.as_ref().and_then(|cause| serde_json::to_string(cause).ok());
    asked
        .bind(written.iter().map(|row| row.number).collect::<Vec<i64>>())
        .bind(written.iter().map(|row| row.id).collect::<Vec<TransactionId>>())
        .bind(written.iter().map(|row| row.key.as_str()).collect::<Vec<&str>>())
        .bind(written.iter().map(|row| row.body_hash.as_slice()).collect::<Vec<&[u8]>>())
        .bind(written.iter().map(|row| row.kind.as_str()).collect::<Vec<&str>>())
        .bind(written.iter().map(|row| row.reason.as_deref()).collect::<Vec<Option<&str>>>())
        .bind(written.iter().map(|row| row.source.as_str()).collect::<Vec<&str>>())
        .bind(written.iter().map(cause).collect::<Vec<Option<String>>>())
        .bind(written.iter().map(|row| row.effective_at).collect::<Vec<DateTime<Utc>>>())
        .bind(written.iter().map(|row| author_words(row.author).0).collect::<Vec<&str>>())
        .bind(written.iter().map(|row| author_words(row.author).1).collect::<Vec<Option<Uuid>>>())
        .bind(hashes.iter().map(Hash::as_slice).collect::<Vec<&[u8]>>())
}

/// The posting that stands in the row of its transaction.
pub(super) const FIRST_PLACE: i32 = 0;

fn first_postings<'q>(asked: Asked<'q>, written: &'q [Transaction]) -> Asked<'q> {
    let first = |row: &'q Transaction| row.postings.iter().find(|posting| posting.place == FIRST_PLACE);
    let rows: Vec<Option<&Posting>> = written.iter().map(first).collect();
    asked
        .bind(rows.iter().map(|row| row.map(|row| row.debit)).collect::<Vec<Option<AccountId>>>())
        .bind(rows.iter().map(|row| row.map(|row| row.credit)).collect::<Vec<Option<AccountId>>>())
        .bind(rows.iter().map(|row| row.map(|row| row.amount)).collect::<Vec<Option<i64>>>())
        .bind(rows.iter().map(|row| row.and_then(|row| row.debit_after)).collect::<Vec<Option<i64>>>())
        .bind(rows.iter().map(|row| row.and_then(|row| row.credit_after)).collect::<Vec<Option<i64>>>())
}

fn lots<'q>(asked: Asked<'q>, book: &'q Book) -> Asked<'q> {
    let all = book.accounts.values().flat_map(|account| account.lots.iter().map(|lot| (account.id, lot)));
    let mut rows: Vec<(AccountId, &Lot)> = all.filter(|(_, lot)| lot.mark == Mark::New).collect();
    rows.sort_unstable_by_key(|(_, lot)| lot.id);
    asked
        .bind(rows.iter().map(|(_, lot)| lot.id.0).collect::<Vec<i64>>())
        .bind(rows.iter().map(|(account, _)| *account).collect::<Vec<AccountId>>())
        .bind(rows.iter().map(|(_, lot)| lot.amount).collect::<Vec<i64>>())
        .bind(rows.iter().map(|(_, lot)| lot.remaining).collect::<Vec<i64>>())
        .bind(rows.iter().map(|(_, lot)| lot.held).collect::<Vec<i64>>())
        .bind(rows.iter().map(|(_, lot)| lot.expired).collect::<Vec<i64>>())
        .bind(rows.iter().map(|(_, lot)| lot.remaining > 0).collect::<Vec<bool>>())
        .bind(rows.iter().map(|(_, lot)| lot.tag.as_deref()).collect::<Vec<Option<&str>>>())
        .bind(rows.iter().map(|(_, lot)| lot.active_from).collect::<Vec<DateTime<Utc>>>())
        .bind(rows.iter().map(|(_, lot)| lot.expires_at).collect::<Vec<Option<DateTime<Utc>>>>())
}
