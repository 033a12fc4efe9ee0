//! A file of a million purchases from the folder to the booked points, and the same file again; beside it what Postgres
//! takes of such rows in whole statements in the same minutes.

use crate::events::{People, psql};
use crate::loyalty::set_up;
use crate::site::{Site, Wants};
use serde_json::{Value, json};
use std::fmt::Write;
use std::time::{Duration, Instant};

/// Lines of the file.
const LINES: usize = 1_000_000;
/// Members that they speak of.
const MEMBERS: usize = 5_000;
/// Lines a second.
const GOAL: f64 = 50_000.0;
/// The same file again.
const GOAL_AGAIN: Duration = Duration::from_secs(10);
/// How often it is asked how far the file is.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Measures and prints.
pub fn run() {
    let site = Site::start(&Wants { operators: 0, calls_per_second: 1, calls_max: 10 });
    let people = People::make(&site);
    let programme = set_up(&site, &people);
    let columns: Vec<Value> =
        ["account", "date", "amount", "document"].map(|field| json!({ "field": field })).into();
    let structure = json!({ "programme_id": programme, "title": "Shop", "kind": "purchases", "prefix": "PUR_",
        "suffix": ".txt", "encoding": "utf8", "columns": columns, "date_format": "YYYY-MM-DD",
        "decimal_separator": "." });
    people.author.call("POST", "/api/v1/loyalty/file-structures", Some(&structure));
    let mut lines = String::new();
    for n in 0..LINES {
        writeln!(lines, "{}|2026-01-01|{}|D{n}", n * 37 % MEMBERS, 100 + n % 900).unwrap();
    }
    let limit = copied(&site);
    println!("limit: {limit:.0} accruals/s in whole statements into tables of the same shape");

    let first = apply(&site, &people, "PUR_1.txt", &lines);
    let rate = f64::from(u32::try_from(LINES).unwrap()) / first.as_secs_f64();
    println!("\na file of {LINES} purchases: {first:.1?} = {rate:.0} lines/s (goal {GOAL:.0})");
    let again = apply(&site, &people, "PUR_2.txt", &lines);
    println!("the same content again: {again:.1?} (goal {GOAL_AGAIN:?})");
    lines.push_str("0|2026-01-01|100|ONE-MORE\n");
    let known = apply(&site, &people, "PUR_3.txt", &lines);
    println!("one line more, all others known by their keys: {known:.1?}");
    assert_eq!(site.panics(), 0, "the server panicked");
}

/// How long a file takes from the moment when it is there.
fn apply(site: &Site, people: &People, name: &str, lines: &str) -> Duration {
    let folder = site.folder.join("data/loyalty/in");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!(".{name}")), lines).unwrap();
    std::fs::rename(folder.join(format!(".{name}")), folder.join(name)).unwrap();
    let start = Instant::now();
    loop {
        std::thread::sleep(LOOK_EVERY);
        let files = people.author.call("GET", &format!("/api/v1/loyalty/files?q={name}"), None);
        let file = &files["items"][0];
        if matches!(file["state"].as_str(), Some("done" | "repeated")) {
            assert_eq!(file["tally"]["rejected"], 0, "{file}");
            return start.elapsed();
        }
        assert_ne!(file["state"], "refused", "{file}");
    }
}

/// What Postgres takes: a transaction with its posting and a lot of each accrual, in one statement each.
fn copied(site: &Site) -> f64 {
    let sql = "create table public.f_transaction (like ledger.transaction including defaults including indexes); \
               create table public.f_lot (like ledger.lot including defaults including indexes)";
    psql(site, &["-q", "-c", sql]);
    let start = Instant::now();
    let fill = "insert into public.f_transaction (number, id, key, body_hash, kind, source, effective_at, booked_at, \
                author_kind, hash, debit_account, credit_account, amount, credit_after) \
                select n, md5('t' || n)::uuid, 'k' || n, 'x', 'accrue', 'file', now(), now(), 'system', 'h', \
                md5('i')::uuid, md5('a' || n % 5000)::uuid, 5, 5 from generate_series(1, 200000) n; \
                insert into public.f_lot (id, account, amount, remaining, open, active_from) \
                select n::bigint * 16384, md5('a' || n % 5000)::uuid, 5, 5, true, now() from generate_series(1, 200000) n";
    psql(site, &["-q", "-c", fill]);
    200_000.0 / start.elapsed().as_secs_f64()
}
