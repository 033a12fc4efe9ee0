//! Postings behind the first, draws, and what changed in what is owed.

use super::rows::FIRST_PLACE;
use crate::book::rows::{Draw, Owed, Posting, Transaction};
use base::id::AccountId;
use sqlx::PgConnection;

pub(super) async fn insert_postings(db: &mut PgConnection, written: &[Transaction]) -> sqlx::Result<()> {
    let rows: Vec<(i64, &Posting)> = written
        .iter()
        .flat_map(|row| row.postings.iter().map(|posting| (row.number, posting)))
        .filter(|(_, posting)| posting.place != FIRST_PLACE)
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into ledger.further_posting (number, place, debit_account, credit_account, amount, debit_after,
            credit_after)
        select * from unnest($1::bigint[], $2::integer[], $3::uuid[], $4::uuid[], $5::bigint[], $6::bigint[],
            $7::bigint[])",
    )
    .bind(rows.iter().map(|(number, _)| *number).collect::<Vec<i64>>())
    .bind(rows.iter().map(|(_, row)| row.place).collect::<Vec<i32>>())
    .bind(rows.iter().map(|(_, row)| row.debit).collect::<Vec<AccountId>>())
    .bind(rows.iter().map(|(_, row)| row.credit).collect::<Vec<AccountId>>())
    .bind(rows.iter().map(|(_, row)| row.amount).collect::<Vec<i64>>())
    .bind(rows.iter().map(|(_, row)| row.debit_after).collect::<Vec<Option<i64>>>())
    .bind(rows.iter().map(|(_, row)| row.credit_after).collect::<Vec<Option<i64>>>())
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn insert_draws(db: &mut PgConnection, written: &[Transaction]) -> sqlx::Result<()> {
    let rows: Vec<(i64, &Draw)> =
        written.iter().flat_map(|row| row.draws.iter().map(|draw| (row.number, draw))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into ledger.draw (number, place, lot, amount)
        select * from unnest($1::bigint[], $2::integer[], $3::bigint[], $4::bigint[])",
    )
    .bind(rows.iter().map(|(number, _)| *number).collect::<Vec<i64>>())
    .bind(rows.iter().map(|(_, row)| row.place).collect::<Vec<i32>>())
    .bind(rows.iter().map(|(_, row)| row.lot.0).collect::<Vec<i64>>())
    .bind(rows.iter().map(|(_, row)| row.amount).collect::<Vec<i64>>())
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn insert_owed(db: &mut PgConnection, written: &[Transaction]) -> sqlx::Result<()> {
    let rows: Vec<(i64, &Owed)> =
        written.iter().flat_map(|row| row.owed.iter().map(|owed| (row.number, owed))).collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into ledger.reversal (number, place, account, reversed_number, reversed_place, asked, owed, taken,
            debt, claim)
        select * from unnest($1::bigint[], $2::integer[], $3::uuid[], $4::bigint[], $5::integer[], $6::bigint[],
            $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[])",
    )
    .bind(rows.iter().map(|(number, _)| *number).collect::<Vec<i64>>())
    .bind(rows.iter().map(|(_, row)| row.place).collect::<Vec<i32>>())
    .bind(rows.iter().map(|(_, row)| row.account).collect::<Vec<AccountId>>())
    .bind(rows.iter().map(|(_, row)| row.reversed.map(|at| at.0)).collect::<Vec<Option<i64>>>())
    .bind(rows.iter().map(|(_, row)| row.reversed.map(|at| at.1)).collect::<Vec<Option<i32>>>())
    .bind(rows.iter().map(|(_, row)| row.asked).collect::<Vec<i64>>())
    .bind(rows.iter().map(|(_, row)| row.owed).collect::<Vec<i64>>())
    .bind(rows.iter().map(|(_, row)| row.taken).collect::<Vec<i64>>())
    .bind(rows.iter().map(|(_, row)| row.debt).collect::<Vec<i64>>())
    .bind(rows.iter().map(|(_, row)| row.claim).collect::<Vec<i64>>())
    .execute(db)
    .await?;
    Ok(())
}
