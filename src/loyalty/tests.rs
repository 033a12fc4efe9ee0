//! A month closes and points expire, on a real Postgres.

mod nights;

use super::expiry;
use super::night::{Night, NightError};
use super::statistics::Statistics;
use crate::ingest::loyalty::tests::{Site, site, site_at};
use actors::loyalty::Nightly;
use base::{Author, Clock};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use ledger::{Account, Amount, Counter, LotTerms, Movement, Order, Portion, ReversalPolicy, order};
use loyalty::programme::Programme;
use loyalty::statistics::{Month, RunState};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::Value;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use uuid::Uuid;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Moves the clock on to a moment.
fn set(site: &Site, to: DateTime<Utc>) {
    site.clock.advance((to - site.clock.now()).to_std().unwrap());
}

async fn programme(site: &Site) -> Programme {
    let mut db = site.db.pool().acquire().await.unwrap();
    loyalty::query::find_programme(&mut db, site.programme).await.unwrap().unwrap()
}

async fn account(site: &Site, n: usize) -> Account {
    let mut db = site.db.pool().acquire().await.unwrap();
    let all = loyalty::query::bonus_types(&mut db, Some(site.programme)).await.unwrap();
    Account { owner: site.members[n].as_uuid(), currency: all[0].currency() }
}

async fn post(site: &Site, now: DateTime<Utc>, key: String, movement: Movement) {
    let mut rng = ChaCha20Rng::from_seed([3; 32]);
    let mut tx = site.db.pool().begin().await.unwrap();
    let order = Order::new(key, "test", "test", Author::System, movement);
    // A refusal, such as of a debit of more than there is, is part of the story.
    let _answers = ledger::post(&mut tx, now, &mut rng, &[order]).await.unwrap();
    tx.commit().await.unwrap();
}

fn credit(account: Account, units: i64, expires_at: Option<DateTime<Utc>>) -> Movement {
    let lot = LotTerms { expires_at, ..LotTerms::default() };
    Movement::Credit { account, amount: Amount::new(units).unwrap(), from: Counter::the(order::ISSUER), lot }
}

/// Three months of accruals, spending, returns and expiry of all members.
async fn story(site: &Site) {
    let mut rng = ChaCha20Rng::from_seed([5; 32]);
    let begin = at("2026-09-01T00:00:00Z");
    let mut hours = 0;
    let mut keys: Vec<String> = Vec::new();
    for n in 0..240 {
        hours += rng.random_range(1..14);
        let now = begin + TimeDelta::hours(hours);
        let account = account(site, rng.random_range(1..site.members.len())).await;
        let amount = Amount::new(rng.random_range(1..60)).unwrap();
        let key = format!("k{n}");
        let movement = match rng.random_range(0..10) {
            0..5 => {
                keys.push(key.clone());
                credit(
                    account,
                    rng.random_range(20..200),
                    Some(now + TimeDelta::days(rng.random_range(5..90))),
                )
            }
            5..8 => {
                keys.push(key.clone());
                Movement::Debit { account, amount, to: Counter::the(order::SPENT) }
            }
            8 if !keys.is_empty() => Movement::Reverse {
                transaction: ledger::transaction_id(&keys[rng.random_range(0..keys.len())]),
                portion: Portion::All,
                policy: ReversalPolicy::WithinBalance,
            },
            _ => credit(account, 10, None),
        };
        post(site, now, key, movement).await;
        if n % 12 == 0 {
            let mut tx = site.db.pool().begin().await.unwrap();
            ledger::expire_chunk(&mut tx, now, 1_000).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}

fn statistics(site: &Site) -> Statistics {
    Statistics {
        pool: site.db.pool().clone(),
        clock: site.clock.clone(),
        dir: site.dir.path().join("out"),
        out: Some(site.dir.path().join("transmitted")),
    }
}

/// What the other program counts from the same raw rows.
fn recount(site: &Site, month: Month, months: u16) -> Vec<String> {
    let options = site.db.pool().connect_options();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recount/statistics.py");
    let mut command = Command::new("python3");
    command
        .arg(script)
        .args([month.from(), month.to(), month.horizon(months)].map(|at| at.to_rfc3339()))
        .env("PGUSER", options.get_username())
        .env("PGDATABASE", options.get_database().unwrap())
        .env("PGPORT", options.get_port().to_string());
    let host = options.get_socket().map(|path| path.display().to_string());
    command.env("PGHOST", host.unwrap_or_else(|| options.get_host().to_owned()));
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap().lines().map(str::to_owned).collect()
}

/// Journey 3 (CIMP-STAT-01, CIMP-STAT-02, CIMP-STAT-03, CIMP-STAT-04, CIMP-STAT-05, GAP-37): the figures are those that a separate program counts; a macroregion whose file
/// cannot be written fails alone, says so, and is made again by itself.
#[tokio::test]
async fn the_month_closes_with_the_figures_of_an_independent_recount() {
    let site = site_at(10, at("2026-08-31T00:00:00Z")).await;
    story(&site).await;
    let programme = programme(&site).await;
    let month = Month::of(NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(), programme.zone());
    let made = statistics(&site);
    let blocked = made.dir.join("STAT_main_202610_R1.txt");
    std::fs::create_dir_all(&blocked).unwrap();

    let runs = made.make(&programme, month, None).await.unwrap();

    let states: Vec<(&str, RunState, i64)> =
        runs.iter().map(|run| (run.macroregion.as_str(), run.state, run.accounts)).collect();
    assert_eq!(states, [("", RunState::Done, 4), ("R1", RunState::Failed, 3), ("R2", RunState::Done, 3)]);
    assert!(runs[1].failure.as_deref().unwrap().contains("file cannot be written"), "{:?}", runs[1]);
    assert!(made.dir.join("STAT_main_202610_R2.txt").is_file());
    std::fs::remove_dir(&blocked).unwrap();
    let again = made.make(&programme, month, Some(vec!["R1".to_owned()])).await.unwrap();
    assert_eq!((again.len(), again[0].state), (1, RunState::Done));

    let stored: Vec<String> = sqlx::query_scalar(
        "select concat_ws('|', account_id, bonus_type_id, opening, accumulated, accumulated_before, spent, expired,
            closing, to_be_expired)
         from loyalty.statistics where month = '2026-10-01' order by account_id",
    )
    .fetch_all(site.db.pool())
    .await
    .unwrap();
    let counted = recount(&site, month, 1);
    assert_eq!(stored, counted);
    let sum = |column: usize| -> i64 {
        counted.iter().map(|line| line.split('|').nth(column).unwrap().parse::<i64>().unwrap()).sum()
    };
    for column in 2..9 {
        assert!(sum(column) > 0, "the story has something in every column: {counted:?}");
    }
    // The file says the same as the table, and is where others fetch it.
    let file = std::fs::read_to_string(site.dir.path().join("transmitted/STAT_main_202610_R1.txt")).unwrap();
    assert!(file.contains("# POINTS_ACCUMULATED_PREV: credited before the period and still in the balance"));
    assert_eq!(file.lines().filter(|line| line.starts_with('A')).count(), 3, "{file}");
}

/// CIMP-STAT-05: a fault of the data of one macroregion stops it alone: the others have their tables and files, what was
/// begun of it is not half a table, and once the fault is gone it is made by itself and says the same as if nothing had
/// been.
#[tokio::test]
async fn a_fault_in_one_macroregion_harms_no_other() {
    let site = site_at(10, at("2026-08-31T00:00:00Z")).await;
    story(&site).await;
    let programme = programme(&site).await;
    let month = Month::of(NaiveDate::from_ymd_opt(2026, 10, 1).unwrap(), programme.zone());
    for sql in [
        "create function loyalty.broken() returns trigger language plpgsql as \
            'begin if new.macroregion = ''R2'' then raise exception ''broken''; end if; return new; end'",
        "create trigger broken before insert on loyalty.statistics for each row execute function loyalty.broken()",
    ] {
        sqlx::query(sql).execute(site.db.pool()).await.unwrap();
    }
    let made = statistics(&site);

    let runs = made.make(&programme, month, None).await.unwrap();

    let states: Vec<(&str, RunState)> =
        runs.iter().map(|run| (run.macroregion.as_str(), run.state)).collect();
    assert_eq!(states, [("", RunState::Done), ("R1", RunState::Done), ("R2", RunState::Failed)]);
    for (name, is_there) in [("none", true), ("R1", true), ("R2", false)] {
        let name = if name == "none" {
            runs[0].file_name.clone().unwrap()
        } else {
            format!("STAT_main_202610_{name}.txt")
        };
        assert_eq!(made.dir.join(&name).is_file(), is_there, "{name}");
        assert_eq!(site.dir.path().join("transmitted").join(&name).is_file(), is_there, "{name}");
    }
    let failed = events(&site, "loyalty.statistics_failed.v1").await;
    assert_eq!((failed.len(), &failed[0]["run"]["macroregion"]), (1, &"R2".into()));
    let rows = "select count(*)::text from loyalty.statistics where macroregion = 'R2'";
    assert_eq!(site.ask(rows).await.as_deref(), Some("0"));

    sqlx::query("drop trigger broken on loyalty.statistics").execute(site.db.pool()).await.unwrap();
    let again = made.make(&programme, month, Some(vec!["R2".to_owned()])).await.unwrap();
    assert_eq!((again.len(), again[0].state), (1, RunState::Done));
    let stored: Option<String> = site
        .ask(
            "select string_agg(concat_ws('|', account_id, bonus_type_id, opening, accumulated, accumulated_before, spent,
                expired, closing, to_be_expired), E'\n' order by account_id)
            from loyalty.statistics where month = '2026-10-01'",
        )
        .await;
    assert_eq!(stored.unwrap().lines().collect::<Vec<_>>(), recount(&site, month, 1));
}

async fn events(site: &Site, kind: &str) -> Vec<Value> {
    sqlx::query_scalar(
        "select payload from platform.event where kind = $1 order by payload ->> 'account', position",
    )
    .bind(kind)
    .fetch_all(site.db.pool())
    .await
    .unwrap()
}

fn night(site: &Site) -> Night {
    let (pool, clock): (_, Arc<dyn Clock>) = (site.db.pool().clone(), site.clock.clone());
    let nightly = Nightly { pool: pool.clone(), clock: Arc::clone(&clock), earning: site.earning.clone() };
    Night { pool, clock, nightly, statistics: statistics(site), holder: Uuid::from_u128(9) }
}

/// Journey 4 (CIMP-BON-12): members are told 30, 7 and 1 days before, once; at the programme's midnight points expire,
/// those that expire first before the others.
#[tokio::test]
async fn points_expire_at_the_programmes_midnight_and_members_are_told_before() {
    let site = site_at(3, at("2026-10-29T00:00:00Z")).await;
    let midnight = |day: i64| at("2026-11-30T19:00:00Z") + TimeDelta::days(day); // 1 December in Tashkent, and on
    set(&site, midnight(-31));
    let (one, two) = (account(&site, 1).await, account(&site, 2).await);
    post(&site, midnight(-31), "a".into(), credit(one, 100, Some(midnight(0)))).await;
    post(&site, midnight(-31), "b".into(), credit(one, 50, Some(midnight(10)))).await;
    post(&site, midnight(-31), "c".into(), credit(two, 5, None)).await;
    let spend =
        Movement::Debit { account: one, amount: Amount::new(30).unwrap(), to: Counter::the(order::SPENT) };
    post(&site, midnight(-31), "d".into(), spend).await;
    let programme = programme(&site).await;

    for day in -30..0 {
        let today = midnight(day).with_timezone(&programme.zone()).date_naive();
        set(&site, midnight(day) + TimeDelta::seconds(5));
        for _ in 0..2 {
            let told = expiry::tell_expiring(site.db.pool(), &*site.clock, &programme, today).await.unwrap();
            assert!(told <= 1);
        }
    }
    let told: Vec<(u64, String, u64)> = events(&site, "loyalty.points_expiring.v1")
        .await
        .iter()
        .map(|said| {
            let amount = said["amount"].as_u64().unwrap();
            let day = |field: &str| said[field].as_str().unwrap().parse::<chrono::NaiveDate>().unwrap();
            assert_eq!(day("last_day").succ_opt(), Some(day("expires_on")), "{said}");
            (said["days"].as_u64().unwrap(), said["last_day"].as_str().unwrap().to_owned(), amount)
        })
        .collect();
    let said = |days, day: &str, amount| (days, day.to_owned(), amount);
    let expected = [
        said(30, "2026-11-30", 70),
        said(30, "2026-12-10", 50),
        said(7, "2026-11-30", 70),
        said(1, "2026-11-30", 70),
    ];
    for one in &expected {
        assert!(told.contains(one), "{one:?} in {told:?}");
    }
    assert_eq!(told.len(), expected.len(), "{told:?}");

    set(&site, midnight(0) - TimeDelta::seconds(1));
    assert_eq!(expiry::expire_due(site.db.pool(), &*site.clock).await.unwrap(), 0);
    set(&site, midnight(0));
    assert_eq!(expiry::expire_due(site.db.pool(), &*site.clock).await.unwrap(), 1);
    assert_eq!(expiry::expire_due(site.db.pool(), &*site.clock).await.unwrap(), 0);
    let expired = events(&site, "loyalty.points_expired.v1").await;
    assert_eq!((expired.len(), &expired[0]["amount"], &expired[0]["balance"]), (1, &70.into(), &50.into()));
    assert_eq!(site.points().await, 55);
}

/// The steps of a night are done once, in their order; one server works, another waits.
#[tokio::test]
async fn a_night_is_worked_once_and_by_one_server() {
    let site = site(3).await;
    let one = account(&site, 1).await;
    post(&site, at("2026-11-20T10:00:00Z"), "a".into(), credit(one, 100, Some(at("2026-11-30T19:00:00Z"))))
        .await;
    set(&site, at("2026-11-30T19:00:10Z"));
    let first = night(&site);

    let early = first.look().await;
    assert!(
        matches!(early, Err(NightError::TooEarly)),
        "closing waits for what may still be open: {early:?}"
    );
    let mut other = first.clone();
    other.holder = Uuid::from_u128(10);
    set(&site, at("2026-11-30T19:02:00Z"));
    other.look().await.unwrap();
    let done = async || -> Vec<String> {
        sqlx::query_scalar("select step from loyalty.night where done_at is not null")
            .fetch_all(site.db.pool())
            .await
            .unwrap()
    };
    assert_eq!(done().await.len(), 3, "the other waits for the lease");
    first.look().await.unwrap();
    assert_eq!(done().await.len(), 6);
    first.look().await.unwrap();

    assert_eq!(site.points().await, 0);
    assert_eq!(events(&site, "loyalty.points_expired.v1").await.len(), 1);
    let runs: i64 = sqlx::query_scalar("select count(*) from loyalty.statistics_run where state = 'done'")
        .fetch_one(site.db.pool())
        .await
        .unwrap();
    assert_eq!(runs, 3, "November is closed in every macroregion");
    let closed: i64 = sqlx::query_scalar("select count(*) from ledger.closing where day = '2026-11-30'")
        .fetch_one(site.db.pool())
        .await
        .unwrap();
    assert_eq!(closed, 0, "nothing moved on the last day");
}
