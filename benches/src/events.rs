//! Events over HTTP to a stored reaction: how many a second, and how long it takes, beside what Postgres alone can do
//! on the same disk in the same minutes.

use crate::site::{Site, Wants};
use crate::wire::Connection;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Connections that send at the same time.
const CONNECTIONS: usize = 32;
/// Events a second that are to be held, with a reaction each.
const GOAL: f64 = 3_000.0;
/// Longest time from sending to the stored reaction, for 99 of 100.
const GOAL_P99: Duration = Duration::from_millis(50);
/// How long a step is sent for.
const STEP: Duration = Duration::from_secs(10);
/// How often it is looked for a reaction.
const LOOK_EVERY: Duration = Duration::from_millis(2);
/// How long single events are followed to their reactions: some 600 of them, so that the slowest of a hundred are six.
const PROBE: Duration = Duration::from_secs(30);
/// Events of the burst.
const BURST: usize = 100_000;

/// Measures and prints.
pub fn run() {
    let site = Site::start(&Wants { operators: 0, calls_per_second: 1, calls_max: 10 });
    wear_in(&site);
    let raw = raw_insert(&site);
    println!(
        "limit: Postgres alone inserts {raw:.0} such rows/s, 1,000 a transaction, one connection, fsync on"
    );
    let people = People::make(&site);
    let key = people.key();
    let rule = people.rule();

    println!("\nevents a second over HTTP, {CONNECTIONS} connections, each waits for its answer");
    println!("  a request | accepted/s | reacted/s | answer p50 | p99 | CPU s/1,000 server | Postgres");
    for size in [1, 10, 100] {
        step(&site, &people, &key, &rule, size);
    }
    let (answered, paced) = probe(&site, &key, &rule);
    println!("\nat {GOAL:.0} events/s: from sending to the answer, and to the reaction in the database:");
    println!("  answer   p50 {:.1?}, p99 {:.1?}", at(&answered, 50), at(&answered, 99));
    println!("  reaction p50 {:.1?}, p99 {:.1?} (goal {GOAL_P99:?})", at(&paced, 50), at(&paced, 99));
    burst(&site, &people, &key, &rule);
    assert_eq!(site.panics(), 0, "the server panicked");
}

/// Rows like those of events, a thousand a transaction: the best that the disk and the engine do here.
fn raw_insert(site: &Site) -> f64 {
    const TRANSACTIONS: u32 = 100;
    let mut sql =
        String::from("create table public.bench_raw (like platform.event_outside including all);\n");
    for _ in 0..TRANSACTIONS {
        sql.push_str(
            "insert into public.bench_raw (event_id, kind, journal, subject_id, author_kind, payload, occurred_at) \
             select gen_random_uuid(), 'purchase', 'outside', gen_random_uuid(), 'system', \
             jsonb_build_object('source', '/bench', 'id', n, 'data', jsonb_build_object('amount', n)), now() \
             from generate_series(1, 1000) n;\n",
        );
    }
    let file = site.folder.join("raw.sql");
    std::fs::write(&file, sql).unwrap();
    let start = Instant::now();
    psql(site, &["-q", "-f", file.to_str().unwrap()]);
    let rate = f64::from(TRANSACTIONS) * 1_000.0 / start.elapsed().as_secs_f64();
    psql(site, &["-q", "-c", "drop table public.bench_raw"]);
    rate
}

/// Runs psql on the site's database.
pub fn psql(site: &Site, arguments: &[&str]) {
    let socket = site.folder.join("data/run");
    let done = Command::new("psql")
        .args(["-h", socket.to_str().unwrap(), "-U", "trunkline", "-v", "ON_ERROR_STOP=1", "postgres"])
        .args(arguments)
        .output()
        .expect("psql is installed");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
}

/// The write-ahead files of a database that has been at work: in a new one, whoever commits while a file is made waits
/// until it is filled with zeros.
pub fn wear_in(site: &Site) {
    // As many as there are between two checkpoints: 4 GB.
    const FILES: usize = 250;
    let one = "select pg_logical_emit_message(true, '', ''); select pg_switch_wal();\n";
    let file = site.folder.join("wear-in.sql");
    std::fs::write(&file, format!("{}checkpoint;\n", one.repeat(FILES))).unwrap();
    psql(site, &["-q", "-o", "/dev/null", "-f", file.to_str().unwrap()]);
}

/// Two people, because nobody approves what they wrote themselves.
pub struct People {
    /// Who writes.
    pub author: Connection,
    /// Who approves.
    pub other: Connection,
}

impl People {
    /// Makes them.
    pub fn make(site: &Site) -> Self {
        const FRESH: &str = "Bench-Trunkline-7";
        let (login, password) = site.first_sign_in.clone();
        let author = signed_in(site, &login, &password, FRESH);
        let me = author.call("GET", "/api/v1/session", None);
        let role = author.call("GET", "/api/v1/roles", None)["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|role| role["name"] == "Administrator")
            .unwrap()["role_id"]
            .clone();
        let unit = author.call("GET", "/api/v1/units", None)["items"][0]["unit_id"].clone();
        let person = json!({
            "login": "second", "name": "Second", "locale": "en", "unit_id": unit, "password": "Other-Trunkline-1",
            "roles": [{ "role_id": role, "unit_id": unit }],
        });
        author.call("POST", "/api/v1/people", Some(&person));
        assert!(me.is_object());
        Self { author, other: signed_in(site, "second", "Other-Trunkline-1", FRESH) }
    }

    fn key(&self) -> String {
        let asked = json!({ "name": "bench", "operations": ["event.send"] });
        self.author.call("POST", "/api/v1/api-keys", Some(&asked))["key"].as_str().unwrap().to_owned()
    }

    /// A live rule that reacts to every purchase by an event.
    fn rule(&self) -> String {
        let kind = json!({
            "name": "bench.reacted", "title": { "en": "Reacted" }, "retention_days": 1, "subject": "none",
            "schema": { "type": "object" },
        });
        self.author.call("POST", "/api/v1/event-types", Some(&kind));
        let criteria = json!({ "field": "event.amount", "op": "gt", "value": 0 });
        let document = json!({
            "event": "purchase",
            "criteria": { "kind": "form", "group": { "all": [criteria] } },
            "reactions": [{ "key": "told", "kind": "emit", "event": "bench.reacted",
                "data": { "amount": "event.amount" }, "after_seconds": 0 }],
            "on_error": "continue",
            "tests": [{ "name": "it fires", "event": { "amount": 5 },
                "expect": { "matched": true, "reactions": ["told"] } }],
        });
        let asked = json!({ "name": "bench", "description": "", "document": document });
        let id = self.author.call("POST", "/api/v1/rules", Some(&asked))["id"].as_str().unwrap().to_owned();
        let act = |who: &Connection, act: &str| {
            who.call("POST", &format!("/api/v1/rules/{id}/{act}"), Some(&json!({})))
        };
        act(&self.author, "ask-approval");
        act(&self.other, "approve");
        act(&self.author, "launch");
        id
    }

    /// Reactions of the rule so far.
    fn reacted(&self, rule: &str) -> usize {
        let rule = self.author.call("GET", &format!("/api/v1/rules/{rule}"), None);
        usize::try_from(rule["counters"]["reacted"].as_u64().unwrap()).unwrap()
    }

    /// Waits until the rule reacted so often, however long it takes within a minute; how long it took.
    fn wait_for(&self, rule: &str, count: usize) -> Duration {
        let start = Instant::now();
        while self.reacted(rule) < count {
            assert!(
                start.elapsed() < Duration::from_secs(120),
                "only {} of {count} reactions",
                self.reacted(rule)
            );
            std::thread::sleep(Duration::from_millis(5));
        }
        start.elapsed()
    }
}

/// Signs in and changes the password, as everybody must at first.
fn signed_in(site: &Site, login: &str, password: &str, fresh: &str) -> Connection {
    let cookie = crate::wire::sign_in(&site.http, login, password);
    let first = Connection::open(&site.http, &format!("Cookie: {cookie}"));
    first.call("POST", "/api/v1/session/password", Some(&json!({ "current": password, "new": fresh })));
    let cookie = crate::wire::sign_in(&site.http, login, fresh);
    Connection::open(&site.http, &format!("Cookie: {cookie}"))
}

/// Ids that no other request of this measurement has.
fn next_ids(count: usize) -> std::ops::Range<usize> {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let from = NEXT.fetch_add(count, Ordering::Relaxed);
    from..from + count
}

fn purchase(id: usize) -> Value {
    json!({
        "specversion": "1.0", "id": id.to_string(), "source": "/bench", "type": "purchase",
        "subject": format!("+99890{:07}", id % 50_000), "data": { "amount": 5, "category": "paint", "currency": "UZS" },
    })
}

/// Sends one request; how long its answer took, and the id of its first event. A full server is asked again.
fn send(connection: &Connection, size: usize) -> (Duration, String) {
    let events: Vec<Value> = next_ids(size).map(purchase).collect();
    let start = Instant::now();
    loop {
        let (status, answer) = if let [one] = events.as_slice() {
            connection.ask("POST", "/api/v1/events", "application/cloudevents+json", &one.to_string())
        } else {
            let batch = Value::Array(events.clone()).to_string();
            connection.ask("POST", "/api/v1/events", "application/cloudevents-batch+json", &batch)
        };
        if status == 503 {
            std::thread::sleep(Duration::from_millis(50));
            continue;
        }
        assert_eq!(status, 202, "{answer}");
        let answer: Value = serde_json::from_str(&answer).unwrap();
        let results = answer["results"].as_array().unwrap();
        assert!(results.iter().all(|result| result["status"] == "accepted"), "{answer}");
        return (start.elapsed(), results[0]["event_id"].as_str().unwrap().to_owned());
    }
}

/// Sends from all connections for a while; the times of the answers, and how many events it was.
fn storm(
    site: &Site,
    key: &str,
    size: usize,
    goes_on: impl Fn(usize) -> bool + Sync,
) -> (Vec<Duration>, usize) {
    let count = AtomicUsize::new(0);
    let times = std::thread::scope(|scope| {
        let sender = || {
            let connection = Connection::open(&site.http, &format!("Authorization: Bearer {key}"));
            let mut times = Vec::new();
            while goes_on(count.fetch_add(size, Ordering::Relaxed)) {
                times.push(send(&connection, size).0);
            }
            count.fetch_sub(size, Ordering::Relaxed);
            times
        };
        let senders: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(sender)).collect();
        senders.into_iter().flat_map(|sender| sender.join().unwrap()).collect::<Vec<_>>()
    });
    (times, count.into_inner())
}

fn step(site: &Site, people: &People, key: &str, rule: &str, size: usize) {
    let (before, cpu, start) = (people.reacted(rule), site.usage(), Instant::now());
    let (times, count) = storm(site, key, size, |_| start.elapsed() < STEP);
    let sent_for = start.elapsed().as_secs_f64();
    people.wait_for(rule, before + count);
    let all_for = start.elapsed().as_secs_f64();
    let used = site.usage().since(cpu);
    let count = f64::from(u32::try_from(count).unwrap());
    println!(
        "  {size:>9} | {:>10.0} | {:>9.0} | {:>10.1?} | {:.1?} | {:>18.2} | {:.2}",
        count / sent_for,
        count / all_for,
        at(&times, 50),
        at(&times, 99),
        used.server * 1_000.0 / count,
        used.postgres * 1_000.0 / count,
    );
}

/// One session of psql that is asked again and again.
pub struct Session {
    psql: Child,
    answers: BufReader<ChildStdout>,
}

impl Session {
    /// Begins it.
    pub fn open(site: &Site) -> Self {
        let socket = site.folder.join("data/run");
        let mut psql = Command::new("psql")
            .args(["-X", "-q", "-A", "-t", "-h", socket.to_str().unwrap(), "-U", "trunkline", "postgres"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("psql is installed");
        let answers = BufReader::new(psql.stdout.take().unwrap());
        Self { psql, answers }
    }

    /// The only value of the only row.
    pub fn ask(&mut self, sql: &str) -> String {
        writeln!(self.psql.stdin.as_ref().unwrap(), "{sql}").unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        line.trim().to_owned()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.psql.stdin.take());
        let _ = self.psql.wait();
    }
}

/// While the goal's rate is sent in tens, single events now and then; how long until their answer, and until
/// their reaction is stored.
fn probe(site: &Site, key: &str, rule: &str) -> (Vec<Duration>, Vec<Duration>) {
    let start = Instant::now();
    let done = Arc::new(AtomicUsize::new(0));
    let (mut answered, mut seen) = (Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        let due = Arc::clone(&done);
        scope.spawn(move || {
            storm(site, key, 10, |count| {
                let planned = Duration::from_secs_f64(f64::from(u32::try_from(count).unwrap()) / GOAL);
                std::thread::sleep(planned.saturating_sub(start.elapsed()));
                start.elapsed() < PROBE
            });
            due.store(1, Ordering::Relaxed);
        });
        let prober = Connection::open(&site.http, &format!("Authorization: Bearer {key}"));
        let mut database = Session::open(site);
        while done.load(Ordering::Relaxed) == 0 {
            let sent = Instant::now();
            let (answer, event) = send(&prober, 1);
            answered.push(answer);
            let stored = format!(
                "select count(*) from rules.reaction where event_id = '{event}' and rule_id = '{rule}';"
            );
            while database.ask(&stored) == "0" {
                assert!(sent.elapsed() < Duration::from_secs(30), "no reaction to {event}");
                std::thread::sleep(LOOK_EVERY);
            }
            seen.push(sent.elapsed());
            std::thread::sleep(Duration::from_millis(20));
        }
    });
    (answered, seen)
}

/// As many as come at once, in full batches: none is lost.
fn burst(site: &Site, people: &People, key: &str, rule: &str) {
    let (before, start) = (people.reacted(rule), Instant::now());
    let (_, count) = storm(site, key, 1_000, |count| count < BURST);
    let taken = start.elapsed();
    people.wait_for(rule, before + count);
    println!(
        "\nburst of {count} events: taken within {taken:.1?}, each reacted to within {:.1?}",
        start.elapsed()
    );
    let rate = f64::from(u32::try_from(count).unwrap()) / start.elapsed().as_secs_f64();
    println!("  {rate:.0} events/s from HTTP to the stored reaction (goal {GOAL:.0})");
}

/// The time that so many percent do not exceed.
pub fn at(times: &[Duration], percent: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() * percent / 100).or(times.last()).copied().unwrap_or_default()
}
