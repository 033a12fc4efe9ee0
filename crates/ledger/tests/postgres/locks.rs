//! Calls that name the same accounts wait for each other one after the other and never in a ring: Postgres counts no deadlock.
#![expect(clippy::unwrap_used, reason = "a test stops at a fault")]

use crate::site::{Site, amount, credit, debit, noon, order, reverse, site};
use ledger::{Account, Order, Portion, Receipt, Refusal, ReversalPolicy};
use sqlx::{Connection, PgConnection};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// Two members' accounts, numbered from `first` on, in the order of their ids.
fn in_order(site: &Site, first: u128) -> [Account; 2] {
    let mut pair = [first, first + 1].map(|member| site.account(member));
    pair.sort_unstable_by_key(Account::id);
    pair
}

fn number(account: Account) -> u128 {
    account.owner.as_u128()
}

/// Makes the account owe 50 points: they were given, spent, and the gift was taken back.
async fn indebt(site: &Site, account: Account) {
    let (give, spend, back) = (
        format!("give {}", number(account)),
        format!("spend {}", number(account)),
        format!("take back {}", number(account)),
    );
    site.post(order(&give, credit(account, 50))).await.unwrap();
    site.post(order(&spend, debit(account, 50))).await.unwrap();
    site.post(order(&back, reverse(&give, Portion::Part(amount(50)), ReversalPolicy::AllowDebt)))
        .await
        .unwrap();
}

type Posting = JoinHandle<Vec<Result<Receipt, Refusal>>>;

/// Posts one order for each account, each of `units`, in one call beside the test.
fn posting(site: &Arc<Site>, key: &str, movements: &[(Account, i64)]) -> Posting {
    let orders: Vec<Order> = movements
        .iter()
        .enumerate()
        .map(|(place, (account, units))| {
            let movement = if *units < 0 { debit(*account, -units) } else { credit(*account, *units) };
            order(&format!("{key} {place}"), movement)
        })
        .collect();
    let site = Arc::clone(site);
    tokio::spawn(async move { site.post_all_at(noon(), &orders).await })
}

/// Once so many calls wait for a lock, or this one is done.
async fn waiting(site: &Site, calls: i64, or_done: &Posting) {
    let mut db = site.db.pool().acquire().await.unwrap();
    while !or_done.is_finished() {
        let waiting: i64 = sqlx::query_scalar(
            "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
        )
        .fetch_one(&mut *db)
        .await
        .unwrap();
        if waiting >= calls {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Somebody who works on the account until the connection ends.
async fn hold(site: &Site, account: Account) -> PgConnection {
    let mut db = site.db.pool().acquire().await.unwrap().detach();
    sqlx::query("begin").execute(&mut db).await.unwrap();
    sqlx::query("select from ledger.account where id = $1 for update")
        .bind(account.id())
        .execute(&mut db)
        .await
        .unwrap();
    db
}

/// How many deadlocks Postgres ended in the test's database; sessions report before they leave, so all others leave first.
async fn deadlocks(site: Arc<Site>) -> i64 {
    let options = site.db.pool().connect_options();
    site.db.pool().close().await;
    let mut db = PgConnection::connect_with(&options).await.unwrap();
    let others = "select count(*) from pg_stat_activity
        where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()";
    while sqlx::query_scalar::<_, i64>(others).fetch_one(&mut db).await.unwrap() > 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let counted =
        sqlx::query_scalar("select deadlocks from pg_stat_database where datname = current_database()")
            .fetch_one(&mut db)
            .await
            .unwrap();
    db.close().await.unwrap();
    counted
}

/// CIMP-ETL-04: an account that owes is locked in its place among the others, whatever is done with them.
#[tokio::test(flavor = "multi_thread")]
async fn who_owes_is_locked_in_its_turn() {
    let site = Arc::new(site().await);
    let [first, second] = in_order(&site, 1);
    let other = site.account(9);
    indebt(&site, first).await;
    site.post(order("second", credit(second, 5))).await.unwrap();
    site.post(order("other", credit(other, 5))).await.unwrap();

    let busy = hold(&site, second).await;
    let credits = posting(&site, "credits", &[(first, 20), (second, 7)]);
    waiting(&site, 1, &credits).await;
    // A call that draws from something locks all that it names in order, too.
    let drawing = posting(&site, "drawing", &[(first, 30), (second, 8), (other, -5)]);
    waiting(&site, 2, &drawing).await;
    busy.close().await.unwrap();

    assert!(credits.await.unwrap().iter().all(Result::is_ok));
    assert!(drawing.await.unwrap().iter().all(Result::is_ok));
    let balances = [site.balance(first).await, site.balance(second).await];
    assert_eq!(balances.map(|balance| (balance.balance, balance.debt)), [(0, 0), (20, 0)]);
    assert_eq!(deadlocks(site).await, 0);
}

/// CIMP-ETL-04: accounts are opened before anything is locked: who comes when one is there does not meet who comes before.
#[tokio::test(flavor = "multi_thread")]
async fn who_is_new_is_opened_before_anything_is_locked() {
    let site = Arc::new(site().await);
    let [new, known] = in_order(&site, 1);
    site.post(order("known", credit(known, 5))).await.unwrap();

    let busy = hold(&site, known).await;
    let early = posting(&site, "early", &[(new, 1), (known, 1)]);
    waiting(&site, 1, &early).await;
    let opening = posting(&site, "opening", &[(new, 1)]);
    waiting(&site, 2, &opening).await;
    let late = posting(&site, "late", &[(new, 1), (known, 1)]);
    waiting(&site, 3 - i64::from(opening.is_finished()), &late).await;
    busy.close().await.unwrap();

    for call in [early, opening, late] {
        assert!(call.await.unwrap().iter().all(Result::is_ok));
    }
    assert_eq!(site.balance(new).await.balance, 3);
    assert_eq!(site.balance(known).await.balance, 7);
    assert_eq!(deadlocks(site).await, 0);
}

/// CIMP-ETL-04: many calls over the same accounts, some of which owe, are new, or are drawn from, each in another order.
#[tokio::test(flavor = "multi_thread")]
async fn many_calls_over_the_same_accounts_never_meet_in_a_ring() {
    let site = Arc::new(site().await);
    for member in 0..6 {
        indebt(&site, site.account(member)).await;
    }
    for member in 6..12 {
        site.post(order(&format!("start {member}"), credit(site.account(member), 1_000))).await.unwrap();
    }

    for round in 0..12_u128 {
        let calls: Vec<Posting> = (0..4_u128)
            .map(|call| {
                let turn = round * 4 + call;
                let mut accounts: Vec<(Account, i64)> =
                    (0..12).map(|place| (site.account((place * 5 + turn) % 12), 1)).collect();
                // Two that nobody has named before the round, and in every other call somebody who spends.
                accounts.extend([0, 1].map(|place| (site.account(100 + round * 2 + (place + call) % 2), 1)));
                if call % 2 == 0 {
                    accounts.push((site.account(6 + turn % 6), -1));
                }
                posting(&site, &format!("round {round} {call}"), &accounts)
            })
            .collect();
        for call in calls {
            assert!(call.await.unwrap().iter().all(Result::is_ok));
        }
    }
    let report = ledger::verify(&mut site.db.pool().acquire().await.unwrap()).await.unwrap();
    assert_eq!(report.findings, []);
    assert_eq!(site.balance(site.account(0)).await.balance, 48 - 50);
    assert_eq!(deadlocks(site).await, 0);
}

/// CIMP-TXN-02: a call that names an account of a currency that does not exist locks the others all the same.
#[tokio::test]
async fn a_currency_that_does_not_exist_stops_nobody_else() {
    let site = site().await;
    let anna = site.account(1);
    let nowhere =
        Account { owner: anna.owner, currency: base::id::CurrencyId::from_uuid(Uuid::from_u128(7)) };
    site.post(order("anna", credit(anna, 1))).await.unwrap();
    let orders = [order("nowhere", credit(nowhere, 5)), order("anna 2", credit(anna, 5))];

    let answers = site.post_all_at(noon(), &orders).await;

    assert!(matches!(answers[..], [Err(_), Ok(_)]), "{answers:?}");
    assert_eq!(site.balance(anna).await.balance, 6);
}
