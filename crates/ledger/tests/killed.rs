//! kill -9 under load: a process of its own serves the ledger to clients that send again with their keys; it, and now and
//! then Postgres too, is killed in the middle. In the end the recount equals what the clients were told.
//!
//! `KILLS=200 cargo nextest run -p ledger --test killed` does it two hundred times; a run of the tests does it eight times.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at a fault")]

use base::id::CurrencyId;
use base::{Author, Edit};
use ledger::currency::CurrencyFields;
use ledger::{Account, Amount, Counter, Ledger, LotTerms, Movement, Order, order, query};
use platform::SystemClock;
use platform::db::{Database, Durability, Settings};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::num::NonZeroU32;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const FOLDER: &str = "LEDGER_KILLED_FOLDER";
const CURRENCY: &str = "LEDGER_KILLED_CURRENCY";
const CLIENTS: usize = 16;
const MEMBERS: usize = 5;
/// Each so many kills it is Postgres that is killed.
const POSTGRES_EACH: usize = 4;

fn settings(folder: &Path) -> Settings {
    Settings {
        url: None,
        data_dir: folder.to_owned(),
        connections_max: NonZeroU32::new(8).unwrap(),
        durability: Durability::Full,
    }
}

fn socket(folder: &Path) -> PathBuf {
    folder.join("ledger.socket")
}

fn account(currency: CurrencyId, member: usize) -> Account {
    Account { owner: Uuid::from_u128(u128::try_from(member).unwrap() + 1), currency }
}

/// `key member units`: a credit, or a debit when the units are negative.
fn order_of(line: &str, currency: CurrencyId) -> Order {
    let parts: Vec<&str> = line.split(' ').collect();
    let (account, units) = (account(currency, parts[1].parse().unwrap()), parts[2].parse::<i64>().unwrap());
    let amount = Amount::new(units.abs()).unwrap();
    let movement = if units > 0 {
        Movement::Credit { account, amount, from: Counter::the(order::ISSUER), lot: LotTerms::default() }
    } else {
        Movement::Debit { account, amount, to: Counter::the(order::SPENT) }
    };
    Order::new(parts[0], "test", "test", Author::System, movement)
}

/// Not a test: the process that is killed.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "the process that the other test starts and kills"]
async fn serve() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let currency: CurrencyId = std::env::var(CURRENCY).unwrap().parse().unwrap();
    let folder = PathBuf::from(folder);
    let database = Database::attach(&settings(&folder)).await.unwrap();
    let seed = rand::rng().random();
    let ledger =
        Ledger::start(database.pool().clone(), Arc::new(SystemClock), seed, CancellationToken::new());
    let _ = std::fs::remove_file(socket(&folder));
    let listener = UnixListener::bind(socket(&folder)).unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        let ledger = ledger.clone();
        tokio::spawn(async move {
            let mut lines = BufReader::new(stream).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let answer = match ledger.post(order_of(&line, currency)).await {
                    Ok(Ok(receipt)) => format!("{}\n", receipt.moved[0].change),
                    Ok(Err(refusal)) => format!("{}\n", refusal.code()),
                    // Nothing is known: the client sends again.
                    Err(_) => return,
                };
                if lines.get_mut().write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
        });
    }
}

fn start(folder: &Path, currency: CurrencyId) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "serve", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .env(CURRENCY, currency.to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// What one client asks, again and again until it is told, and the sum of what it was told by member.
async fn client(n: usize, folder: PathBuf, over: Arc<AtomicBool>, retried: Arc<AtomicUsize>) -> Vec<i64> {
    let mut rng = ChaCha8Rng::seed_from_u64(u64::try_from(n).unwrap());
    let mut told = vec![0; MEMBERS];
    let mut connection = None;
    for at in 0.. {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let (member, units) = (rng.random_range(0..MEMBERS), rng.random_range(-40..60));
        let line = format!("{n}:{at} {member} {}\n", if units == 0 { 1 } else { units });
        loop {
            match ask(&mut connection, &folder, &line).await {
                Some(answer) => {
                    // A refusal moves nothing.
                    told[member] += answer.parse::<i64>().unwrap_or(0);
                    break;
                }
                None => {
                    connection = None;
                    retried.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
            }
        }
    }
    told
}

async fn ask(connection: &mut Option<BufReader<UnixStream>>, folder: &Path, line: &str) -> Option<String> {
    if connection.is_none() {
        *connection = Some(BufReader::new(UnixStream::connect(socket(folder)).await.ok()?));
    }
    let stream = connection.as_mut()?;
    stream.write_all(line.as_bytes()).await.ok()?;
    let mut answer = String::new();
    let read =
        tokio::time::timeout(Duration::from_secs(20), stream.read_line(&mut answer)).await.ok()?.ok()?;
    (read > 0 && answer.ends_with('\n')).then(|| answer.trim().to_owned())
}

/// Nothing acknowledged is lost, nothing repeated counts twice.
#[tokio::test(flavor = "multi_thread")]
async fn the_recount_equals_what_clients_were_told_after_every_kill() {
    platform::tls::choose();
    let kills: usize = std::env::var("KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(8);
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let database = Database::start(&settings(folder.path())).await.unwrap();
    platform::migrate::run(database.pool()).await.unwrap();
    let now = "2026-11-28T12:00:00Z".parse().unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut edit = Edit { now, author: Author::System, rng: &mut rng };
    let fields = CurrencyFields { code: "POINT".to_owned(), scale: 0, allows_debt: false };
    let mut db = database.pool().acquire().await.unwrap();
    let currency = ledger::store::insert_currency(&mut db, &mut edit, &fields).await.unwrap().id;
    drop(db);

    let (over, retried) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let run = |n| client(n, folder.path().to_owned(), Arc::clone(&over), Arc::clone(&retried));
    let clients: Vec<_> = (0..CLIENTS).map(|n| tokio::spawn(run(n))).collect();
    let mut server = start(folder.path(), currency);
    for kill in 0..kills {
        let before = transactions(&database).await;
        // Under load: something has been written since the last kill.
        while transactions(&database).await < before + 30 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        tokio::time::sleep(Duration::from_millis(rng.random_range(0..30))).await;
        if kill % POSTGRES_EACH == POSTGRES_EACH - 1 {
            let pid = i32::try_from(database.postmaster_pid().unwrap()).unwrap();
            let pid = rustix::process::Pid::from_raw(pid).unwrap();
            rustix::process::kill_process(pid, rustix::process::Signal::KILL).unwrap();
        } else {
            server.kill().unwrap();
            server.wait().unwrap();
            server = start(folder.path(), currency);
        }
    }
    over.store(true, Ordering::Relaxed);
    let mut told = vec![0; MEMBERS];
    for client in clients {
        for (sum, own) in told.iter_mut().zip(client.await.unwrap()) {
            *sum += own;
        }
    }
    server.kill().unwrap();
    server.wait().unwrap();

    assert!(retried.load(Ordering::Relaxed) > kills, "the kills came too late to matter");
    let mut db = database.pool().acquire().await.unwrap();
    for (member, expected) in told.into_iter().enumerate() {
        let balance = query::balance(&mut db, now, account(currency, member)).await.unwrap();
        assert_eq!(balance.balance, expected, "member {member}");
    }
    let report = ledger::verify(&mut db).await.unwrap();
    assert_eq!(report.findings, []);
    drop(db);
    database.stop().await;
}

/// How many transactions there are, once the database answers.
async fn transactions(database: &Database) -> i64 {
    loop {
        let count =
            sqlx::query_scalar("select count(*) from ledger.transaction").fetch_one(database.pool()).await;
        match count {
            Ok(count) => return count,
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
