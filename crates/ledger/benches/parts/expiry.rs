//! Everything expires in one night, while accruals go on.

use crate::site::{Site, end, percentile, rate, variable};
use base::FixedClock;
use ledger::Ledger;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// Accruals a second beside the run: a busy evening.
const BESIDE: f64 = 200.0;

pub async fn run(site: &Site) {
    site.settle().await;
    let lots: i64 = sqlx::query_scalar("select count(*) from ledger.lot where open and expires_at <= $1")
        .bind(end())
        .fetch_one(site.pool())
        .await
        .unwrap();
    let stop = CancellationToken::new();
    let clock = Arc::new(FixedClock::at(crate::site::now()));
    let ledger = Ledger::start(site.pool().clone(), clock, [2; 32], stop.clone());
    let pool = site.pool().clone();
    let chunk = u32::try_from(variable("CHUNK", 1_000)).unwrap();
    let run = tokio::spawn(async move {
        let begun = Instant::now();
        loop {
            let mut tx = pool.begin().await.unwrap();
            let expired = ledger::expire_chunk(&mut tx, end(), chunk).await.unwrap();
            tx.commit().await.unwrap();
            if expired.seen < usize::try_from(chunk).unwrap() {
                return begun.elapsed();
            }
        }
    });
    let mut times = Vec::new();
    while !run.is_finished() {
        times.extend(crate::writer::paced(site, &ledger, BESIDE, Duration::from_secs(1)).await);
    }
    let took = run.await.unwrap();
    let (p50, p99) = (percentile(&mut times, 50.0), percentile(&mut times, 99.0));
    println!(
        "{lots} lots expired in {:.1} s ({:.0} a second; goal 60 s for a million); {BESIDE:.0} accruals/s beside it: \
         p50 {p50:.1} ms   p99 {p99:.1} ms",
        took.as_secs_f64(),
        rate(usize::try_from(lots).unwrap(), took)
    );
    stop.cancel();
}
