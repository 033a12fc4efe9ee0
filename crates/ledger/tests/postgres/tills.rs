//! Many at once: two tills and one balance, the same key from many sides, connections that end in the middle.
#![expect(clippy::unwrap_used, reason = "a test stops at a fault")]

use crate::site::{Site, amount, credit, credit_until, debit, noon, order, site};
use base::{Author, FixedClock, NewEvent, event::Journal};
use chrono::TimeDelta;
use ledger::{
    Ledger, Movement, Order, OrderEvent, PostError, Receipt, Refusal, expire_chunk, order as words,
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_util::sync::{CancellationToken, DropGuard};

/// A writer that ends with the guard.
fn writer(site: &Site) -> (Ledger, DropGuard) {
    let stop = CancellationToken::new();
    let clock = Arc::new(FixedClock::at(noon()));
    (Ledger::start(site.db.pool().clone(), clock, [7; 32], stop.clone()), stop.drop_guard())
}

/// Sends an order until something is known of it.
async fn insist(ledger: &Ledger, order: &Order) -> Result<Receipt, Refusal> {
    loop {
        match ledger.post(order.clone()).await {
            Ok(answer) => return answer,
            Err(PostError::Away | PostError::Full) => tokio::task::yield_now().await,
            Err(PostError::TooMany) => unreachable!("one order"),
        }
    }
}

async fn sound(site: &Site) {
    let report = ledger::verify(&mut site.db.pool().acquire().await.unwrap()).await.unwrap();
    assert_eq!(report.findings, []);
}

/// Two tills, one balance: never both. Each way in, and both ways beside each other.
#[tokio::test(flavor = "multi_thread")]
async fn one_balance_is_spent_once_however_many_tills_ask() {
    let site = Arc::new(site().await);
    let (ledger, _stop) = writer(&site);
    for round in 0..20_u128 {
        let member = site.account(round);
        insist(&ledger, &order(&format!("give {round}"), credit(member, 100))).await.unwrap();
        let till = |n: usize| {
            let (site, ledger) = (Arc::clone(&site), ledger.clone());
            let spend = order(&format!("spend {round} {n}"), debit(member, 60));
            tokio::spawn(async move {
                if n.is_multiple_of(2) { insist(&ledger, &spend).await } else { site.post(spend).await }
            })
        };
        let tills: Vec<_> = (0..4).map(till).collect();
        let mut won = 0;
        for till in tills {
            match till.await.unwrap() {
                Ok(receipt) => won += i64::from(receipt.moved[0].balance == Some(40)),
                Err(refusal) => assert_eq!(refusal, Refusal::Insufficient { available: 40, asked: 60 }),
            }
        }
        assert_eq!(won, 1, "round {round}");
    }
    sound(&site).await;
}

/// INT-03: the same key at the same moment from many sides is one transaction; another body is refused to all others.
#[tokio::test(flavor = "multi_thread")]
async fn a_key_counts_once_from_many_sides() {
    let site = site().await;
    let (ledger, _stop) = writer(&site);
    let (first, second) = (writer(&site), writer(&site));
    for round in 0..10_u128 {
        let ask = |n: usize| {
            let ledger = [&ledger, &first.0, &second.0][n % 3].clone();
            // Half of them with another account and so another body.
            let account = site.account(if n.is_multiple_of(2) { 1 } else { 2 });
            let order = order(&format!("key {round}"), credit(account, 1));
            tokio::spawn(async move { insist(&ledger, &order).await })
        };
        let asked: Vec<_> = (0..12).map(ask).collect();
        let (mut new, mut repeated, mut refused) = (0, 0, 0);
        for one in asked {
            match one.await.unwrap() {
                Ok(Receipt { repeated: false, .. }) => new += 1,
                Ok(_) => repeated += 1,
                Err(Refusal::KeyReused(_)) => refused += 1,
                Err(other) => panic!("{other}"),
            }
        }
        assert_eq!((new, repeated, refused), (1, 5, 6));
    }
    let (one, two) = (site.balance(site.account(1)).await, site.balance(site.account(2)).await);
    assert_eq!(one.balance + two.balance, 10);
    sound(&site).await;
}

/// What the callers of one moment bring is merged into few transactions; events go with what is new only.
#[tokio::test(flavor = "multi_thread")]
async fn a_burst_is_merged_and_its_events_are_written_once() {
    const CALLERS: usize = 64;
    let site = site().await;
    let (ledger, _stop) = writer(&site);
    let send = |n: usize| {
        let ledger = ledger.clone();
        let account = site.account(u128::try_from(n).unwrap());
        let event = NewEvent {
            kind: "ledger.tested.v1".into(),
            journal: Journal::Activity,
            subject: account.owner,
            correlation: None,
            author: Author::System,
            payload: serde_json::json!({ "n": n }),
        };
        tokio::spawn(async move {
            for at in 0..5 {
                let order = order(&format!("{n} {at}"), credit(account, 1));
                let order = Order { events: vec![OrderEvent::New(event.clone())], ..order };
                assert!(!insist(&ledger, &order).await.unwrap().repeated);
                assert!(insist(&ledger, &order).await.unwrap().repeated);
            }
        })
    };
    for one in (0..CALLERS).map(send).collect::<Vec<_>>() {
        one.await.unwrap();
    }
    let events: i64 =
        sqlx::query_scalar("select count(*) from platform.event where kind = 'ledger.tested.v1'")
            .fetch_one(site.db.pool())
            .await
            .unwrap();
    let blocks: i64 =
        sqlx::query_scalar("select count(*) from ledger.block").fetch_one(site.db.pool()).await.unwrap();
    assert_eq!(events, 5 * 64);
    assert!(blocks < 5 * 64 / 2, "{blocks} blocks");
    sound(&site).await;
}

/// Expiry blocks no accrual: an account that somebody works on is left for the next run.
#[tokio::test(flavor = "multi_thread")]
async fn expiry_leaves_what_others_work_on_and_blocks_nobody() {
    let site = site().await;
    let end = noon() + TimeDelta::days(1);
    let orders: Vec<Order> = (0..50_u128)
        .map(|n| order(&format!("give {n}"), credit_until(site.account(n), 10, Some(end))))
        .collect();
    site.post_all_at(noon(), &orders).await;
    let mut till = site.db.pool().begin().await.unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let spend = [order("spend", debit(site.account(7), 1))];
    ledger::post(&mut till, noon(), &mut rng, &spend).await.unwrap()[0].as_ref().unwrap();
    // The till's transaction holds the end of the chain: the run waits for it there and nowhere else.
    let pool = site.db.pool().clone();
    let run = tokio::spawn(async move {
        let mut tx = pool.begin().await.unwrap();
        let expired = expire_chunk(&mut tx, end, 10_000).await.unwrap();
        tx.commit().await.unwrap();
        expired.lost.len()
    });
    till.commit().await.unwrap();
    let first = run.await.unwrap();
    let mut tx = site.db.pool().begin().await.unwrap();
    let second = expire_chunk(&mut tx, end, 10_000).await.unwrap().lost.len();
    tx.commit().await.unwrap();
    assert_eq!(first + second, 50);
    sound(&site).await;
}

/// Connections that are ended in the middle, a hundred times, under callers that send again: the recount equals what
/// they were told.
#[tokio::test(flavor = "multi_thread")]
async fn broken_connections_lose_nothing_and_count_nothing_twice() {
    const CALLERS: usize = 24;
    const KILLS: usize = 100;
    let site = Arc::new(site().await);
    let (ledger, _stop) = writer(&site);
    let over = Arc::new(AtomicBool::new(false));
    let caller = |n: usize| {
        let (ledger, over) = (ledger.clone(), Arc::clone(&over));
        let account = site.account(u128::try_from(n % 6).unwrap());
        tokio::spawn(async move {
            let mut told = 0;
            let mut rng = ChaCha8Rng::seed_from_u64(u64::try_from(n).unwrap());
            for at in 0.. {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                let units = rng.random_range(1..50);
                let movement = match rng.random_range(0..3) {
                    0 => debit(account, units),
                    1 => Movement::Hold { account, amount: amount(units), expires_at: None },
                    _ => credit(account, units),
                };
                if let Ok(receipt) = insist(&ledger, &order(&format!("{n} {at}"), movement)).await {
                    told += receipt.moved.iter().map(|moved| moved.change).sum::<i64>();
                }
            }
            (n % 6, told)
        })
    };
    let callers: Vec<_> = (0..CALLERS).map(caller).collect();
    let mut killed = 0_i64;
    for _ in 0..KILLS {
        tokio::time::sleep(std::time::Duration::from_millis(15)).await;
        let ended: i64 = sqlx::query_scalar(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid() and state <> 'idle'",
        )
        .fetch_one(site.db.pool())
        .await
        .unwrap_or(0);
        killed += ended;
    }
    over.store(true, Ordering::Relaxed);
    let mut told = [0_i64; 6];
    for caller in callers {
        let (member, sum) = caller.await.unwrap();
        told[member] += sum;
    }
    assert!(killed > 20, "only {killed} connections were ended at work");
    for (member, expected) in told.into_iter().enumerate() {
        let balance = site.balance(site.account(u128::try_from(member).unwrap())).await;
        assert_eq!(balance.balance, expected, "member {member}");
    }
    let spent = ledger::order::account_id(uuid::Uuid::nil(), words::SPENT, site.points);
    let inner: i64 = sqlx::query_scalar("select balance from ledger.account where id = $1")
        .bind(spent)
        .fetch_one(site.db.pool())
        .await
        .unwrap();
    assert!(inner > 0);
    sound(&site).await;
}
