//! Accounts, lots that were drawn from, and holds. The accounts are locked, so the values are simply set.

use crate::book::Book;
use crate::book::state::{AccountState, Hold, Lot, LotId, Mark};
use base::id::{AccountId, HoldId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;

/// Accounts whose rows say something else by now; those that were locked by crediting them seldom do.
pub(super) async fn update_accounts(db: &mut PgConnection, book: &Book) -> sqlx::Result<()> {
    let rows: Vec<&AccountState> =
        book.accounts.values().filter(|account| account.sums() != account.stored).collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update ledger.account a
        set balance = given.balance, held = given.held, debt = given.debt, claim = given.claim
        from unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[])
            as given (id, balance, held, debt, claim)
        where a.id = given.id",
    )
    .bind(rows.iter().map(|row| row.id).collect::<Vec<AccountId>>())
    .bind(rows.iter().map(|row| row.balance).collect::<Vec<i64>>())
    .bind(rows.iter().map(|row| row.held).collect::<Vec<i64>>())
    .bind(rows.iter().map(|row| row.debt).collect::<Vec<i64>>())
    .bind(rows.iter().map(|row| row.claim).collect::<Vec<i64>>())
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn update_lots(db: &mut PgConnection, book: &Book) -> sqlx::Result<()> {
    let all = book.accounts.values().flat_map(|account| &account.lots);
    let rows: Vec<&Lot> = all.filter(|lot| lot.mark == Mark::Changed).collect();
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update ledger.lot l
        set remaining = given.remaining, held = given.held, expired = given.expired, open = given.remaining > 0
        from unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[]) as given (id, remaining, held, expired)
        where l.id = given.id",
    )
    .bind(rows.iter().map(|lot| lot.id.0).collect::<Vec<i64>>())
    .bind(rows.iter().map(|lot| lot.remaining).collect::<Vec<i64>>())
    .bind(rows.iter().map(|lot| lot.held).collect::<Vec<i64>>())
    .bind(rows.iter().map(|lot| lot.expired).collect::<Vec<i64>>())
    .execute(db)
    .await?;
    Ok(())
}

pub(super) async fn write_holds(db: &mut PgConnection, book: &Book) -> sqlx::Result<()> {
    let of = |mark: Mark| book.holds.values().filter(move |hold| hold.mark == mark).collect::<Vec<&Hold>>();
    insert_holds(db, &of(Mark::New)).await?;
    update_holds(db, &of(Mark::Changed)).await
}

async fn insert_holds(db: &mut PgConnection, rows: &[&Hold]) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "insert into ledger.hold (id, account, amount, captured, state, number, place, expires_at, closed_by,
            closed_at_place)
        select * from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::bigint[], $5::text[], $6::bigint[],
            $7::integer[], $8::timestamptz[], $9::bigint[], $10::integer[])",
    )
    .bind(rows.iter().map(|hold| hold.id).collect::<Vec<HoldId>>())
    .bind(rows.iter().map(|hold| hold.account).collect::<Vec<AccountId>>())
    .bind(rows.iter().map(|hold| hold.amount).collect::<Vec<i64>>())
    .bind(rows.iter().map(|hold| hold.captured).collect::<Vec<i64>>())
    .bind(rows.iter().map(|hold| hold.state.word()).collect::<Vec<&str>>())
    .bind(rows.iter().map(|hold| hold.number).collect::<Vec<i64>>())
    .bind(rows.iter().map(|hold| hold.place).collect::<Vec<i32>>())
    .bind(rows.iter().map(|hold| hold.expires_at).collect::<Vec<Option<DateTime<Utc>>>>())
    .bind(rows.iter().map(|hold| hold.closed.map(|at| at.0)).collect::<Vec<Option<i64>>>())
    .bind(rows.iter().map(|hold| hold.closed.map(|at| at.1)).collect::<Vec<Option<i32>>>())
    .execute(&mut *db)
    .await?;
    let lots: Vec<(HoldId, LotId, i64)> =
        rows.iter().flat_map(|hold| hold.lots.iter().map(|(lot, amount)| (hold.id, *lot, *amount))).collect();
    sqlx::query(
        "insert into ledger.hold_lot (hold, lot, amount)
        select * from unnest($1::uuid[], $2::bigint[], $3::bigint[])",
    )
    .bind(lots.iter().map(|(hold, ..)| *hold).collect::<Vec<HoldId>>())
    .bind(lots.iter().map(|(_, lot, _)| lot.0).collect::<Vec<i64>>())
    .bind(lots.iter().map(|(.., amount)| *amount).collect::<Vec<i64>>())
    .execute(db)
    .await?;
    Ok(())
}

async fn update_holds(db: &mut PgConnection, rows: &[&Hold]) -> sqlx::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "update ledger.hold h
        set state = given.state, captured = given.captured, closed_by = given.closed_by,
            closed_at_place = given.closed_at_place
        from unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::integer[])
            as given (id, state, captured, closed_by, closed_at_place)
        where h.id = given.id",
    )
    .bind(rows.iter().map(|hold| hold.id).collect::<Vec<HoldId>>())
    .bind(rows.iter().map(|hold| hold.state.word()).collect::<Vec<&str>>())
    .bind(rows.iter().map(|hold| hold.captured).collect::<Vec<i64>>())
    .bind(rows.iter().map(|hold| hold.closed.map(|at| at.0)).collect::<Vec<Option<i64>>>())
    .bind(rows.iter().map(|hold| hold.closed.map(|at| at.1)).collect::<Vec<Option<i32>>>())
    .execute(db)
    .await?;
    Ok(())
}
