//! What the ledger does in a second, beside the ways it could be done and the goals, all in one run, fsync on.
//!
//! `cargo bench -p ledger`. Sizes are variables of the environment: `ACCOUNTS` (3,000,000), `LINES` (1,000,000),
//! `SECONDS` of each load (8), `PARTS` (all of `requests,writer,lines,balance,expiry,verify`).
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark")]

#[path = "parts/balance.rs"]
mod balance;
#[path = "parts/expiry.rs"]
mod expiry;
#[path = "parts/lines.rs"]
mod lines;
#[path = "parts/requests.rs"]
mod requests;
#[path = "parts/site.rs"]
mod site;
#[path = "parts/writer.rs"]
mod writer;

use site::{Site, variable};
use std::time::Instant;

fn main() {
    platform::tls::choose();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(run());
}

async fn run() {
    let parts =
        std::env::var("PARTS").unwrap_or_else(|_| "requests,writer,lines,balance,expiry,verify".to_owned());
    let wanted = |part: &str| parts.split(',').any(|wanted| wanted == part);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("load average before: {}", load.trim());
    let site = Site::start(variable("ACCOUNTS", 3_000_000)).await;
    let best = if wanted("requests") { Some(requests::run(&site).await) } else { None };
    if wanted("writer") {
        writer::run(&site, best).await;
    }
    if wanted("lines") {
        lines::run(&site).await;
    }
    if wanted("balance") {
        balance::run(&site).await;
    }
    if wanted("expiry") {
        expiry::run(&site).await;
    }
    if wanted("verify") {
        let begun = Instant::now();
        let report = ledger::verify(&mut site.pool().acquire().await.unwrap()).await.unwrap();
        let seconds = begun.elapsed().as_secs_f64();
        println!(
            "verify: {} transactions, {} accounts, {} lots in {seconds:.1} s: {} findings",
            report.transactions, report.accounts, report.lots, report.found
        );
        assert_eq!(report.findings, []);
    }
    site.stop().await;
}
