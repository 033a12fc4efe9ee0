//! Expiry, closings, and days that are not like the others.
#![expect(clippy::unwrap_used, reason = "a test stops at a fault")]

use crate::site::{Site, amount, credit_until, debit, noon, order, reverse, site};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use ledger::{Account, Movement, Portion, Refusal, ReversalPolicy, expire_chunk, query};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

async fn expire(site: &Site, now: DateTime<Utc>) -> ledger::expire::Expired {
    let mut tx = site.db.pool().begin().await.unwrap();
    let expired = expire_chunk(&mut tx, now, 10_000).await.unwrap();
    tx.commit().await.unwrap();
    expired
}

async fn sound(site: &Site) {
    let report = ledger::verify(&mut site.db.pool().acquire().await.unwrap()).await.unwrap();
    assert_eq!(report.findings, []);
}

async fn give(site: &Site, key: &str, account: Account, units: i64, end: &str) {
    site.post(order(key, credit_until(account, units, Some(at(end))))).await.unwrap();
}

/// CIMP-BON-12, GAP-36: what expires first is spent first; a lot is gone at its end, and once.
#[tokio::test]
async fn lots_are_spent_oldest_end_first_and_expire_once() {
    let site = site().await;
    let (anna, boris) = (site.account(1), site.account(2));
    give(&site, "late", anna, 10, "2027-02-01T00:00:00Z").await;
    give(&site, "early", anna, 10, "2027-01-01T00:00:00Z").await;
    give(&site, "boris", boris, 5, "2027-01-01T00:00:00Z").await;
    site.post(order("spend", debit(anna, 4))).await.unwrap();

    let just_before = at("2026-12-31T23:59:59.999999Z");
    assert_eq!(expire(&site, just_before).await.lost, []);
    assert_eq!(site.balance_at(just_before, anna).await.available, 16);
    // At the end itself it cannot be spent any more, even before the run.
    let end = at("2027-01-01T00:00:00Z");
    assert_eq!(site.balance_at(end, anna).await.available, 10);
    let late = site.post_at(end, order("late spend", debit(anna, 11))).await;
    assert_eq!(late, Err(Refusal::Insufficient { available: 10, asked: 11 }));

    let expired = expire(&site, end).await;
    let mut lost: Vec<(u128, i64, i64)> =
        expired.lost.iter().map(|lost| (lost.owner.as_u128(), lost.amount, lost.balance)).collect();
    lost.sort_unstable();
    assert_eq!(lost, [(1, 6, 10), (2, 5, 0)]);
    assert_eq!(expire(&site, end).await.transaction, None);
    let mut db = site.db.pool().acquire().await.unwrap();
    let view = query::find_transaction(&mut db, expired.transaction.unwrap()).await.unwrap().unwrap();
    assert_eq!((view.head.kind.as_str(), view.postings.len(), view.draws.len()), ("expire", 2, 2));
    drop(db);
    sound(&site).await;
}

/// A hold keeps its points from expiring; when it ends by its time, they go.
#[tokio::test]
async fn held_points_expire_when_their_hold_is_over() {
    let site = site().await;
    let anna = site.account(1);
    give(&site, "give", anna, 10, "2027-01-01T00:00:00Z").await;
    let ends = Some(at("2027-01-02T00:00:00Z"));
    let hold = Movement::Hold { account: anna, amount: amount(7), expires_at: ends };
    let hold = site.post(order("hold", hold)).await.unwrap().moved[0].hold.unwrap();

    assert_eq!(expire(&site, at("2027-01-01T00:00:00Z")).await.lost[0].amount, 3);
    let second = expire(&site, at("2027-01-02T00:00:00Z")).await;

    assert_eq!((second.holds, second.lost[0].amount), (vec![hold], 7));
    let balance = site.balance(anna).await;
    assert_eq!((balance.balance, balance.held), (0, 0));
    sound(&site).await;
}

/// Spent points come back into the lots they came from; one that is over meanwhile goes with the next run.
#[tokio::test]
async fn what_comes_back_into_a_lot_that_is_over_goes_with_the_next_run() {
    let site = site().await;
    let anna = site.account(1);
    give(&site, "short", anna, 10, "2027-01-01T00:00:00Z").await;
    give(&site, "long", anna, 10, "2028-01-01T00:00:00Z").await;
    site.post(order("spend", debit(anna, 15))).await.unwrap();
    let later = at("2027-06-01T00:00:00Z");

    let part = reverse("spend", Portion::Part(amount(8)), ReversalPolicy::OnlyRemaining);
    site.post_at(later, order("cancel", part)).await.unwrap();

    // The last drawn comes back first: 5 of the long lot, 3 of the short one.
    assert_eq!(site.balance_at(later, anna).await.available, 10);
    let mut db = site.db.pool().acquire().await.unwrap();
    let lots = query::open_lots(&mut db, anna.id()).await.unwrap();
    assert_eq!(lots.iter().map(|lot| lot.remaining).collect::<Vec<_>>(), [3, 10]);
    drop(db);
    assert_eq!(expire(&site, later).await.lost[0].amount, 3);
    // What had expired is not taken once more by a return.
    let back = reverse("short", Portion::All, ReversalPolicy::AllowDebt);
    let back = site.post_at(later, order("return", back)).await.unwrap();
    assert_eq!((back.moved[0].change, back.moved[0].balance), (-7, Some(3)));
    sound(&site).await;
}

/// Leap days, month ends and a clock that is put back: the end is a moment, whatever the calendar calls it.
#[tokio::test]
async fn leap_days_month_ends_and_a_clock_put_back_change_nothing() {
    let site = site().await;
    let anna = site.account(1);
    for (key, end) in [
        ("leap", "2028-02-29T00:00:00+05:00"),
        ("month", "2027-01-31T23:59:59.999999Z"),
        ("spring", "2027-03-28T03:00:00+03:00"),
    ] {
        give(&site, key, anna, 10, end).await;
    }
    assert_eq!(expire(&site, at("2027-01-31T23:59:59.999998Z")).await.lost, []);
    assert_eq!(expire(&site, at("2027-02-01T00:00:00Z")).await.lost[0].amount, 10);
    assert_eq!(expire(&site, at("2027-03-28T00:00:00Z")).await.lost[0].amount, 10);
    // The clock is put back by an hour: what is gone stays gone, and writing goes on.
    let back = at("2027-03-27T23:00:00Z");
    assert_eq!(expire(&site, back).await.lost, []);
    let spent = site.post_at(back, order("spend", debit(anna, 1))).await.unwrap();
    assert_eq!(spent.moved[0].balance, Some(9));
    assert_eq!(expire(&site, at("2028-02-28T18:59:59Z")).await.lost, []);
    assert_eq!(expire(&site, at("2028-02-28T19:00:00Z")).await.lost[0].amount, 9);
    // Half a microsecond is cut off, not rounded into the future.
    let odd = noon() + TimeDelta::nanoseconds(999);
    let lot = credit_until(anna, 1, Some(odd + TimeDelta::days(1)));
    let receipt = site.post_at(odd, order("odd", lot)).await.unwrap();
    assert_eq!(receipt.booked_at, noon());
    sound(&site).await;
}

/// CIMP-STAT: a day's closing is the balance at its end in the zone of whoever closes it, also done twice.
#[tokio::test]
async fn days_are_closed_with_the_balance_of_their_end() {
    let site = site().await;
    let anna = site.account(1);
    let post = async |key: &str, now: &str, movement| {
        site.post_at(at(now), order(key, movement)).await.unwrap();
    };
    post("1", "2026-11-28T10:00:00Z", credit_until(anna, 100, None)).await;
    post("2", "2026-11-28T18:59:59Z", debit(anna, 30)).await;
    post("3", "2026-11-28T19:00:00Z", debit(anna, 5)).await;
    let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
    // Tashkent: the day ends at 19:00 UTC.
    let midnight = |day| at(&format!("2026-11-{day:02}T19:00:00Z"));
    let mut db = site.db.pool().acquire().await.unwrap();
    for _ in 0..2 {
        for number in [28, 29, 30] {
            let span = midnight(number - 1)..midnight(number);
            ledger::close_day(&mut db, site.points, day(number), span).await.unwrap();
        }
    }
    for (number, expected) in [(27, 0), (28, 70), (29, 65), (30, 65)] {
        assert_eq!(query::closing_on(&mut db, anna.id(), day(number)).await.unwrap(), expected);
    }
    let issuer = ledger::order::account_id(uuid::Uuid::nil(), ledger::order::ISSUER, site.points);
    assert_eq!(query::closing_on(&mut db, issuer, day(30)).await.unwrap(), -100);
    drop(db);
    sound(&site).await;
}
