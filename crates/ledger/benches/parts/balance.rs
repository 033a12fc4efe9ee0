//! Questions for a balance.

use crate::site::{Site, now, percentile, rate};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::time::{Duration, Instant};

const CLIENTS: usize = 4;
const EACH: usize = 5_000;

pub async fn run(site: &Site) {
    let begun = Instant::now();
    let client = |n: usize| {
        let (site, pool) = (site.light(), site.pool().clone());
        tokio::spawn(async move {
            let mut rng = ChaCha8Rng::seed_from_u64(u64::try_from(n).unwrap() + 50);
            let mut times: Vec<Duration> = Vec::with_capacity(EACH);
            for _ in 0..EACH {
                let account = site.account(rng.random_range(0..site.accounts));
                let begun = Instant::now();
                let mut db = pool.acquire().await.unwrap();
                ledger::query::balance(&mut db, now(), account).await.unwrap();
                times.push(begun.elapsed());
            }
            times
        })
    };
    let mut times = Vec::new();
    for client in (0..CLIENTS).map(client).collect::<Vec<_>>() {
        times.extend(client.await.unwrap());
    }
    let figure = rate(times.len(), begun.elapsed());
    let (p50, p99) = (percentile(&mut times, 50.0), percentile(&mut times, 99.0));
    println!(
        "balance of one of {} accounts: {figure:.0} a second   p50 {p50:.2} ms   p99 {p99:.2} ms (goal 5)",
        site.accounts
    );
}
