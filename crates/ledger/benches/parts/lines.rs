//! A million credits by batches of a thousand, as a file brings them, over two connections; and the same again.

use crate::site::{Site, now, rate, variable};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::time::Instant;

const BATCH: usize = 1_000;
const CONNECTIONS: usize = 2;

pub async fn run(site: &Site) {
    let lines = variable("LINES", 1_000_000);
    site.settle().await;
    let (limit, limit_cpu) = limit(site, lines.min(200_000)).await;
    let cpu = site.cpu();
    let first = pass(site, lines, false).await;
    let each = (site.cpu() - cpu) * 1e6 / amount(lines);
    println!(
        "{lines} credits in batches of {BATCH}: {first:.0} lines/s (goal 50,000), {each:.0} us of CPU each; Postgres alone \
         {limit:.0} rows/s, {limit_cpu:.0} us"
    );
    let begun = Instant::now();
    pass(site, lines, true).await;
    println!("the same again, all known: {:.1} s (goal 10 for a million)", begun.elapsed().as_secs_f64());
}

async fn pass(site: &Site, lines: usize, known: bool) -> f64 {
    let begun = Instant::now();
    let part = |connection: usize| {
        let (site, pool) = (site.light(), site.pool().clone());
        tokio::spawn(async move {
            let mut rng = ChaCha8Rng::seed_from_u64(u64::try_from(connection).unwrap());
            let mut db = pool.acquire().await.unwrap();
            let mut line = connection;
            while line < lines {
                let orders: Vec<_> = (0..BATCH)
                    .map(|_| {
                        let key = format!("file:purchases-2026-11-28.txt:{line}");
                        line += CONNECTIONS;
                        site.accrual(key, rng.random_range(0..site.accounts), 7)
                    })
                    .collect();
                let mut tx = sqlx::Connection::begin(&mut *db).await.unwrap();
                let answers = ledger::post(&mut tx, now(), &mut rng, &orders).await.unwrap();
                tx.commit().await.unwrap();
                assert!(
                    answers
                        .iter()
                        .all(|answer| answer.as_ref().is_ok_and(|receipt| receipt.repeated == known))
                );
            }
        })
    };
    for part in (0..CONNECTIONS).map(part).collect::<Vec<_>>() {
        part.await.unwrap();
    }
    rate(lines, begun.elapsed())
}

/// The rows alone, made by Postgres itself: no client, no checks, no hashes.
async fn limit(site: &Site, lines: usize) -> (f64, f64) {
    for statement in [
        "create schema bench",
        "create table bench.transaction (like ledger.transaction including all)",
        "create table bench.lot (like ledger.lot including all)",
    ] {
        sqlx::raw_sql(sqlx::AssertSqlSafe(statement)).execute(site.pool()).await.unwrap();
    }
    let (begun, cpu) = (Instant::now(), site.cpu());
    for from in (0..lines).step_by(BATCH) {
        sqlx::query(
            "with line as (
                select n, gen_random_uuid() as id, gen_random_uuid() as account
                from generate_series($1::bigint, $1 + 999) n),
            added as (
                insert into bench.transaction (number, id, key, body_hash, kind, source, cause, effective_at, booked_at,
                    author_kind, hash, debit_account, credit_account, amount, credit_after)
                select n, id, 'file:purchases-2026-11-28.txt:' || n, '\\x00', 'accrue', 'event', null, now(), now(),
                    'system', '\\x00', id, account, 7, 7 from line)
            insert into bench.lot (id, account, amount, remaining, open, active_from, expires_at)
            select n * 16384, account, 7, 7, true, now(), now() from line",
        )
        .bind(i64::try_from(from).unwrap())
        .execute(site.pool())
        .await
        .unwrap();
    }
    let figure = rate(lines, begun.elapsed());
    let each = (site.cpu() - cpu) * 1e6 / amount(lines);
    sqlx::raw_sql("drop schema bench cascade").execute(site.pool()).await.unwrap();
    (figure, each)
}

#[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "a count")]
fn amount(lines: usize) -> f64 {
    lines as f64
}
