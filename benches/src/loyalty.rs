//! Accruals over HTTP to the booked points, each under a key of its own, beside one transaction a request on the same
//! disk in the same minutes.

use crate::events::{People, Session, at, psql, wear_in};
use crate::site::{Site, Wants};
use crate::wire::Connection;
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Connections that send at the same time, of several runs; the best counts.
const CONNECTIONS: [usize; 3] = [64, 256, 512];
/// Connections over which half of the best is sent: each is free again before its next turn.
const PACED_CONNECTIONS: usize = 128;
/// Members.
const MEMBERS: usize = 5_000;
/// How long a step is sent for.
const STEP: Duration = Duration::from_secs(15);
/// So many times the figure of one transaction a request.
const GOAL: f64 = 3.0;
/// Longest answer of 99 of 100 at half of the best load.
const GOAL_P99: Duration = Duration::from_millis(50);
/// Sessions that write one transaction a request: more do not commit more on one disk.
const RAW_SESSIONS: usize = 16;
/// Transactions of each such session.
const RAW_TRANSACTIONS: usize = 1_000;

/// Measures and prints.
pub fn run() {
    let site = Site::start(&Wants { operators: 0, calls_per_second: 1, calls_max: 10 });
    wear_in(&site);
    let people = People::make(&site);
    set_up(&site, &people);
    let key = json!({ "name": "till", "operations": ["loyalty.serve"] });
    let key = people.author.call("POST", "/api/v1/api-keys", Some(&key))["key"].as_str().unwrap().to_owned();
    let raw = one_by_one(&site);
    println!("limit: {raw:.0} accruals/s with one transaction a request, {RAW_SESSIONS} sessions, fsync on");

    println!("\naccruals over HTTP, each connection waits for its answer (goal {GOAL:.0} times the limit)");
    println!(
        "  connections | accruals/s | times the limit | answer p50 | p99 | CPU s/1,000 server | Postgres"
    );
    let mut best = 0.0_f64;
    for connections in CONNECTIONS {
        let before = site.usage();
        let (times, rate) = storm(&site, &key, connections, None);
        let used = site.usage().since(before);
        let count = f64::from(u32::try_from(times.len()).unwrap());
        best = best.max(rate);
        println!(
            "  {connections:>11} | {rate:>10.0} | {:>15.1} | {:>10.1?} | {:.1?} | {:>18.2} | {:.2}",
            rate / raw,
            at(&times, 50),
            at(&times, 99),
            used.server * 1_000.0 / count,
            used.postgres * 1_000.0 / count
        );
    }
    settle(&site);
    let (times, rate) = storm(&site, &key, PACED_CONNECTIONS, Some(best / 2.0));
    println!("\nat {rate:.0}/s, half of the best:");
    println!("  answer p50 {:.1?}, p99 {:.1?} (goal {GOAL_P99:?})", at(&times, 50), at(&times, 99));
    assert_eq!(site.panics(), 0, "the server panicked");
}

/// A programme, a live rule that gives a point for each hundred, and members; the programme's id.
pub fn set_up(site: &Site, people: &People) -> String {
    let call = |path: &str, body: Value| people.author.call("POST", path, Some(&body));
    let programme = json!({ "code": "bench", "title": { "en": "Bench" }, "zone": "UTC" });
    let programme = call("/api/v1/loyalty/programmes", programme)["id"].as_str().unwrap().to_owned();
    let points = json!({ "code": "points", "title": { "en": "Points" }, "validity_days": 365 });
    call(&format!("/api/v1/loyalty/programmes/{programme}/bonus-types"), points);
    let tier = json!({ "level": 1, "code": "base", "title": { "en": "Base" }, "condition": "account.services >= 1",
        "multiplier": 2 });
    call(&format!("/api/v1/loyalty/programmes/{programme}/tiers"), tier);
    let document = json!({
        "event": "loyalty.purchase", "criteria": { "kind": "expression", "text": "event.amount >= 100" },
        "reactions": [{ "key": "give", "kind": "accrue", "bonus_type": "points",
            "amount": "event.amount / 100 * account.multiplier" }],
        "tests": [{ "name": "it gives", "event": { "amount": 500 }, "account": { "multiplier": 1 },
            "expect": { "matched": true, "reactions": ["give"] } }],
    });
    let asked = json!({ "name": "bench", "description": "", "document": document });
    let rule = call("/api/v1/rules", asked)["id"].as_str().unwrap().to_owned();
    for (who, act) in
        [(&people.author, "ask-approval"), (&people.other, "approve"), (&people.author, "launch")]
    {
        who.call("POST", &format!("/api/v1/rules/{rule}/{act}"), Some(&json!({})));
    }
    members(site, &programme);
    programme
}

/// Members, straight into the tables: registering them by HTTP would take longer than the measurement.
fn members(site: &Site, programme: &str) {
    let sql = format!(
        "insert into crm.customer (customer_id, kind, name, vip, attributes, created_at, updated_at) \
         select md5('c' || n)::uuid, 'individual', 'Member ' || n, false, '{{}}', now(), now() \
         from generate_series(0, {MEMBERS} - 1) n; \
         insert into loyalty.account (account_id, programme_id, number, customer_id, status, tier_id, registered_at, \
             enrolled_at) \
         select md5('a' || n)::uuid, '{programme}', n::text, md5('c' || n)::uuid, 20, \
             (select tier_id from loyalty.tier where programme_id = '{programme}'), now(), now() from generate_series(0, {MEMBERS} - 1) n; \
         insert into loyalty.service (service_id, programme_id, account_id, code, name, user_id, line, state, \
             connected_at) \
         select md5('s' || n)::uuid, '{programme}', md5('a' || n)::uuid, 'S' || n, 'mobile', n::text, 'mobile', \
             'connected', now() from generate_series(0, {MEMBERS} - 1) n; \
         analyze crm.customer, loyalty.account, loyalty.service"
    );
    psql(site, &["-q", "-c", &sql]);
}

/// Waits until what follows from the accruals before is done: decisions, tiers, notices read the log behind them.
fn settle(site: &Site) {
    let mut database = Session::open(site);
    let behind = "select count(*) from platform.event_consumer c where exists (select 1 from platform.event e \
                  where (e.transaction_id, e.position) > (c.transaction_id, c.position));";
    let start = Instant::now();
    while database.ask(behind) != "0" {
        assert!(start.elapsed() < Duration::from_secs(120), "the readers of the log do not catch up");
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// What one transaction a request reaches: the rows of an accrual in tables of the same shape, written by themselves.
fn one_by_one(site: &Site) -> f64 {
    let tables = "create table public.b_account as select md5('a' || n)::uuid as id, 0::bigint as balance \
                  from generate_series(0, 4999) n; alter table public.b_account add primary key (id); \
                  create table public.b_transaction (like ledger.transaction including defaults including indexes); \
                  create table public.b_lot (like ledger.lot including defaults including indexes); \
                  create sequence public.b_number";
    psql(site, &["-q", "-c", tables]);
    let mut sql = String::new();
    for n in 0..RAW_TRANSACTIONS {
        let account = format!("md5('a' || {})::uuid", n * 37 % MEMBERS);
        sql.push_str(&format!(
            "begin; select nextval('public.b_number') as number \\gset\n\
             update public.b_account set balance = balance + 5 where id = {account};\n\
             insert into public.b_transaction (number, id, key, body_hash, kind, source, effective_at, booked_at, \
             author_kind, hash, debit_account, credit_account, amount, credit_after) values (:number, \
             gen_random_uuid(), 'k' || :number, 'x', 'accrue', 'event', now(), now(), 'system', 'h', \
             gen_random_uuid(), {account}, 5, 5);\n\
             insert into public.b_lot (id, account, amount, remaining, open, active_from) values (:number * 16384, \
             {account}, 5, 5, true, now());\ncommit;\n"
        ));
    }
    let file = site.folder.join("one.sql");
    std::fs::write(&file, sql).unwrap();
    let start = Instant::now();
    std::thread::scope(|scope| {
        for _ in 0..RAW_SESSIONS {
            scope.spawn(|| psql(site, &["-q", "-f", file.to_str().unwrap()]));
        }
    });
    let count = u32::try_from(RAW_SESSIONS * RAW_TRANSACTIONS).unwrap();
    f64::from(count) / start.elapsed().as_secs_f64()
}

/// Sends from all connections for a while, as fast as answers come or at `pace` a second; the times of the answers and
/// how many a second it was.
fn storm(site: &Site, key: &str, connections: usize, pace: Option<f64>) -> (Vec<Duration>, f64) {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let (start, sent) = (Instant::now(), AtomicUsize::new(0));
    let times = std::thread::scope(|scope| {
        let sender = || {
            let connection = Connection::open(&site.http, &format!("Authorization: Bearer {key}"));
            let mut times = Vec::new();
            while start.elapsed() < STEP {
                if let Some(pace) = pace {
                    let place = u32::try_from(sent.fetch_add(1, Ordering::Relaxed)).unwrap();
                    let due = Duration::from_secs_f64(f64::from(place) / pace);
                    std::thread::sleep(due.saturating_sub(start.elapsed()));
                }
                let id = NEXT.fetch_add(1, Ordering::Relaxed);
                let body = json!({ "programme": "bench", "account": (id * 7919 % MEMBERS).to_string(), "kind": "purchase",
                    "data": { "amount": 500, "receipt": id.to_string() } });
                let asked = Instant::now();
                let (status, answer) =
                    connection.post_once("/api/v1/loyalty/activities", id, &body.to_string());
                assert_eq!(status, 200, "{answer}");
                assert!(answer.contains("\"amount\":10"), "{answer}");
                times.push(asked.elapsed());
            }
            times
        };
        let senders: Vec<_> = (0..connections).map(|_| scope.spawn(sender)).collect();
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect::<Vec<_>>()
    });
    let rate = f64::from(u32::try_from(times.len()).unwrap()) / start.elapsed().as_secs_f64();
    (times, rate)
}
