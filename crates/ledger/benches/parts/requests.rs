//! The ways the ledger does not go: a transaction for each request. They get the same rows and indexes, but neither the
//! chain of hashes nor the issuer's balance, which would make them wait for each other.

use crate::site::{Site, end, now, rate, variable};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use sqlx::{AssertSqlSafe, PgPool};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

const ONE_STATEMENT: &str = "
with moved as (
    update ledger.account set balance = balance + $6
    where id = $7 and not exists (select 1 from bench.transaction where id = $2) returning balance),
added as (
    insert into bench.transaction (number, id, key, body_hash, kind, source, effective_at, booked_at, author_kind, hash,
        debit_account, credit_account, amount, credit_after)
    select $1, $2, $3, $4, 'accrue', 'event', $5, $5, 'system', $4, $8, $7, $6, balance from moved)
insert into bench.lot (id, account, amount, remaining, open, active_from, expires_at)
select $1 * 16384, $7, $6, $6, true, $5, $9 from moved";

/// The best of both ways and of several numbers of clients: accruals a second, and the least CPU of one in microseconds.
pub async fn run(site: &Site) -> (f64, f64) {
    for statement in [
        "create schema bench",
        "create table bench.transaction (like ledger.transaction including all)",
        "create table bench.lot (like ledger.lot including all)",
    ] {
        sqlx::raw_sql(AssertSqlSafe(statement)).execute(site.pool()).await.unwrap();
    }
    let (mut best, mut cheapest) = (0.0_f64, f64::INFINITY);
    for clients in [1, 8, 64] {
        for (name, at_once) in [("a statement at a time", false), ("one statement", true)] {
            let (figure, cpu) = load(site, clients, at_once).await;
            best = best.max(figure);
            cheapest = cheapest.min(cpu);
            println!(
                "one request, one transaction: {name}, {clients:>2} clients {figure:>10.0} accruals/s {cpu:>6.0} us of CPU each"
            );
        }
    }
    sqlx::raw_sql("drop schema bench cascade").execute(site.pool()).await.unwrap();
    sqlx::raw_sql("update ledger.account set balance = 0 where balance <> 0")
        .execute(site.pool())
        .await
        .unwrap();
    site.settle().await;
    (best, cheapest)
}

async fn load(site: &Site, clients: usize, at_once: bool) -> (f64, f64) {
    let next = Arc::new(AtomicUsize::new(clients * 10_000_000 + if at_once { 5_000_000 } else { 0 }));
    let first = next.load(Ordering::Relaxed);
    let time = Duration::from_secs(u64::try_from(variable("SECONDS", 8)).unwrap());
    let (begun, cpu) = (Instant::now(), site.cpu());
    let client = |n: usize| {
        let (pool, next) = (site.pool().clone(), Arc::clone(&next));
        let accounts: Vec<Uuid> = {
            let mut rng = ChaCha8Rng::seed_from_u64(u64::try_from(n).unwrap());
            (0..20_000).map(|_| site.account(rng.random_range(0..site.accounts)).id().as_uuid()).collect()
        };
        tokio::spawn(async move {
            for account in accounts.iter().cycle() {
                if begun.elapsed() > time {
                    return;
                }
                let number = next.fetch_add(1, Ordering::Relaxed);
                accrue(&pool, i64::try_from(number).unwrap(), *account, at_once).await.unwrap();
            }
        })
    };
    for client in (0..clients).map(client).collect::<Vec<_>>() {
        client.await.unwrap();
    }
    let figure = rate(next.load(Ordering::Relaxed) - first, begun.elapsed());
    (figure, (site.cpu() - cpu) * 1e6 / figure / begun.elapsed().as_secs_f64())
}

async fn accrue(pool: &PgPool, number: i64, account: Uuid, at_once: bool) -> sqlx::Result<()> {
    let (key, hash, issuer) = (format!("accrue:shop:{number}:rule:0"), [7_u8; 32], Uuid::nil());
    let id = ledger::transaction_id(&key).as_uuid();
    if at_once {
        let mut db = pool.acquire().await?;
        let query =
            sqlx::query(ONE_STATEMENT).bind(number).bind(id).bind(key).bind(hash.as_slice()).bind(now());
        query.bind(5_i64).bind(account).bind(issuer).bind(end()).execute(&mut *db).await?;
        return Ok(());
    }
    let mut tx = pool.begin().await?;
    sqlx::query("select number from bench.transaction where id = $1")
        .bind(id)
        .fetch_optional(&mut *tx)
        .await?;
    let after: i64 = sqlx::query_scalar(
        "update ledger.account set balance = balance + $2 where id = $1 returning balance",
    )
    .bind(account)
    .bind(5_i64)
    .fetch_one(&mut *tx)
    .await?;
    sqlx::query(
        "insert into bench.transaction (number, id, key, body_hash, kind, source, effective_at, booked_at, author_kind,
            hash, debit_account, credit_account, amount, credit_after)
        values ($1, $2, $3, $4, 'accrue', 'event', $5, $5, 'system', $4, $6, $7, 5, $8)",
    )
    .bind(number)
    .bind(id)
    .bind(key)
    .bind(hash.as_slice())
    .bind(now())
    .bind(issuer)
    .bind(account)
    .bind(after)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "insert into bench.lot (id, account, amount, remaining, open, active_from, expires_at)
        values ($1 * 16384, $2, 5, 5, true, $3, $4)",
    )
    .bind(number)
    .bind(account)
    .bind(now())
    .bind(end())
    .execute(&mut *tx)
    .await?;
    tx.commit().await
}
