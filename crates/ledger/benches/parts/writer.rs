//! The merging writer under many callers, as fast as they can and at half of that.

use crate::site::{Site, now, percentile, rate, variable};
use base::FixedClock;
use ledger::Ledger;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// How many times the best of one request, one transaction it should be.
const GOAL: f64 = 3.0;
/// So many times longer at half: one pause of the machine in a short time would be the slowest of a hundred.
const HALF_LONGER: u32 = 4;

/// Each accrual of all runs has a key of its own.
static NEXT: AtomicUsize = AtomicUsize::new(0);

pub async fn run(site: &Site, best: Option<(f64, f64)>) {
    let stop = CancellationToken::new();
    let clock = Arc::new(FixedClock::at(now()));
    let ledger = Ledger::start(site.pool().clone(), clock, [1; 32], stop.clone());
    let time = Duration::from_secs(u64::try_from(variable("SECONDS", 8)).unwrap());
    let (mut highest, mut cheapest) = (0.0_f64, f64::INFINITY);
    for callers in [64, 256, 1_024] {
        let (begun, cpu) = (Instant::now(), site.cpu());
        let mut times = full(site, &ledger, callers, time).await;
        let figure = rate(times.len(), begun.elapsed());
        highest = highest.max(figure);
        let (p50, p99) = (percentile(&mut times, 50.0), percentile(&mut times, 99.0));
        let cpu = (site.cpu() - cpu) * 1e6 / figure / begun.elapsed().as_secs_f64();
        cheapest = cheapest.min(cpu);
        println!(
            "merging writer, {callers:>4} callers {figure:>10.0} accruals/s {cpu:>6.0} us of CPU each   p50 {p50:>6.1} ms   \
             p99 {p99:>6.1} ms"
        );
    }
    let time = time * HALF_LONGER;
    let mut times = paced(site, &ledger, highest / 2.0, time).await;
    let (p50, p99) = (percentile(&mut times, 50.0), percentile(&mut times, 99.0));
    let figure = rate(times.len(), time);
    println!(
        "merging writer at half of it {figure:>12.0} accruals/s   p50 {p50:>6.1} ms   p99 {p99:>6.1} ms (goal 50)"
    );
    if let Some((best, cpu)) = best {
        println!(
            "{:.1} times the best of one request, one transaction (goal {GOAL}); by CPU {:.1} times",
            highest / best,
            cpu / cheapest
        );
    }
    stop.cancel();
}

/// Callers that each wait for their answer before they ask again.
async fn full(site: &Site, ledger: &Ledger, callers: usize, time: Duration) -> Vec<Duration> {
    let begun = Instant::now();
    let caller = |n: usize| {
        let ledger = ledger.clone();
        let mut rng = ChaCha8Rng::seed_from_u64(u64::try_from(n).unwrap());
        let orders: Vec<_> = (0..100_000 / callers).map(|_| rng.random_range(0..site.accounts)).collect();
        let site = site.light();
        tokio::spawn(async move {
            let mut times = Vec::new();
            for member in orders.into_iter().cycle() {
                if begun.elapsed() > time {
                    break;
                }
                times.push(one(&site, &ledger, member).await);
            }
            times
        })
    };
    let mut times = Vec::new();
    for caller in (0..callers).map(caller).collect::<Vec<_>>() {
        times.extend(caller.await.unwrap());
    }
    times
}

/// Accruals that come at a rate, whether the ones before are answered or not.
pub async fn paced(site: &Site, ledger: &Ledger, rate: f64, time: Duration) -> Vec<Duration> {
    let begun = Instant::now();
    let mut tick = tokio::time::interval(Duration::from_millis(2));
    let mut running = tokio::task::JoinSet::new();
    let mut sent = 0.0;
    let mut rng = ChaCha8Rng::seed_from_u64(99);
    while begun.elapsed() < time {
        tick.tick().await;
        while sent < begun.elapsed().as_secs_f64() * rate {
            let (site, ledger, member) = (site.light(), ledger.clone(), rng.random_range(0..site.accounts));
            running.spawn(async move { one(&site, &ledger, member).await });
            sent += 1.0;
        }
    }
    running.join_all().await
}

async fn one(site: &crate::site::Light, ledger: &Ledger, member: usize) -> Duration {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let order =
        site.accrual(format!("accrue:shop:{number}:01970000-0000-7000-8000-000000000007:0"), member, 5);
    let begun = Instant::now();
    ledger.post(order).await.unwrap().unwrap();
    begun.elapsed()
}
