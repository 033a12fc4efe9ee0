//! What every accrual has, in one statement: transactions, postings, balances, new lots.

use crate::book::Book;
use crate::book::rows::{Posting, Transaction};
use crate::book::state::{AccountState, Lot, Mark};
use crate::chain::{Hash, author_words};
use base::id::{AccountId, TransactionId};
use chrono::{DateTime, Utc};
use sqlx::postgres::PgArguments;
use sqlx::query::Query;
use sqlx::{PgConnection, Postgres};
use uuid::Uuid;

const INSERT: &str = "
with added as (
    insert into ledger.transaction (booked_at, number, id, key, body_hash, kind, reason, source, cause, effective_at,
        author_kind, author_id, hash)
    select $1, number, id, key, body_hash, kind, reason, source, cause::jsonb, effective_at, author_kind, author_id, hash
    from unnest($2::bigint[], $3::uuid[], $4::text[], $5::bytea[], $6::text[], $7::text[], $8::text[], $9::text[],
        $10::timestamptz[], $11::text[], $12::uuid[], $13::bytea[])
        as given (number, id, key, body_hash, kind, reason, source, cause, effective_at, author_kind, author_id, hash)
), posted as (
    insert into ledger.posting (number, place, debit_account, credit_account, amount, debit_after, credit_after)
    select * from unnest($14::bigint[], $15::integer[], $16::uuid[], $17::uuid[], $18::bigint[], $19::bigint[],
        $20::bigint[])
), brought as (
    insert into ledger.lot (id, account, amount, remaining, held, expired, open, tag, active_from, expires_at)
    select id, account, amount, remaining, held, expired, remaining > 0, tag, active_from, expires_at
    from unnest($21::bigint[], $22::uuid[], $23::bigint[], $24::bigint[], $25::bigint[], $26::bigint[], $27::text[],
        $28::timestamptz[], $29::timestamptz[])
        as given (id, account, amount, remaining, held, expired, tag, active_from, expires_at)
)
update ledger.account a
set balance = given.balance, held = given.held, debt = given.debt, claim = given.claim
from unnest($30::uuid[], $31::bigint[], $32::bigint[], $33::bigint[], $34::bigint[])
    as given (id, balance, held, debt, claim)
where a.id = given.id";

type Asked<'q> = Query<'q, Postgres, PgArguments>;

pub(super) async fn insert(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    book: &Book,
    hashes: &[Hash],
) -> sqlx::Result<()> {
    let asked = transactions(sqlx::query(INSERT).bind(now), &book.written, hashes);
    let asked = lots(postings(asked, &book.written), book);
    accounts(asked, book).execute(db).await?;
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

fn postings<'q>(asked: Asked<'q>, written: &'q [Transaction]) -> Asked<'q> {
    let rows: Vec<(i64, &Posting)> =
        written.iter().flat_map(|row| row.postings.iter().map(|posting| (row.number, posting))).collect();
    asked
        .bind(rows.iter().map(|(number, _)| *number).collect::<Vec<i64>>())
        .bind(rows.iter().map(|(_, row)| row.place).collect::<Vec<i32>>())
        .bind(rows.iter().map(|(_, row)| row.debit).collect::<Vec<AccountId>>())
        .bind(rows.iter().map(|(_, row)| row.credit).collect::<Vec<AccountId>>())
        .bind(rows.iter().map(|(_, row)| row.amount).collect::<Vec<i64>>())
        .bind(rows.iter().map(|(_, row)| row.debit_after).collect::<Vec<Option<i64>>>())
        .bind(rows.iter().map(|(_, row)| row.credit_after).collect::<Vec<Option<i64>>>())
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
        .bind(rows.iter().map(|(_, lot)| lot.tag.as_deref()).collect::<Vec<Option<&str>>>())
        .bind(rows.iter().map(|(_, lot)| lot.active_from).collect::<Vec<DateTime<Utc>>>())
        .bind(rows.iter().map(|(_, lot)| lot.expires_at).collect::<Vec<Option<DateTime<Utc>>>>())
}

/// The accounts are locked, so their values are simply set.
fn accounts<'q>(asked: Asked<'q>, book: &'q Book) -> Asked<'q> {
    let rows: Vec<&AccountState> = book.accounts.values().filter(|account| account.changed).collect();
    asked
        .bind(rows.iter().map(|row| row.id).collect::<Vec<AccountId>>())
        .bind(rows.iter().map(|row| row.balance).collect::<Vec<i64>>())
        .bind(rows.iter().map(|row| row.held).collect::<Vec<i64>>())
        .bind(rows.iter().map(|row| row.debt).collect::<Vec<i64>>())
        .bind(rows.iter().map(|row| row.claim).collect::<Vec<i64>>())
}
