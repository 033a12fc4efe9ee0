//! The recount finds what was tampered with, and the tables refuse to be.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test stops at a fault")]

use crate::site::{Site, amount, credit, credit_until, debit, noon, order, reverse, site};
use chrono::TimeDelta;
use ledger::verify::Fault;
use ledger::{Counter, Movement, Portion, ReversalPolicy, order as words};
use sqlx::AssertSqlSafe;

/// A ledger in which everything has happened once.
async fn busy() -> Site {
    let site = site().await;
    let (anna, boris) = (site.account(1), site.account(2));
    let end = Some(noon() + TimeDelta::days(10));
    for n in 0..5 {
        site.post(order(&format!("give {n}"), credit_until(anna, 100, end))).await.unwrap();
    }
    site.post(order("boris", credit(boris, 50))).await.unwrap();
    let mut both = order("both", debit(anna, 5));
    both.movements.push(credit(boris, 5));
    site.post(both).await.unwrap();
    let hold = |units| Movement::Hold { account: anna, amount: amount(units), expires_at: None };
    let held = site.post(order("hold", hold(30))).await.unwrap().moved[0].hold.unwrap();
    let capture = Movement::Capture { hold: held, amount: Some(amount(20)), to: Counter::the(words::SPENT) };
    site.post(order("capture", capture)).await.unwrap();
    site.post(order("hold 2", hold(40))).await.unwrap();
    site.post(order("spend", debit(anna, 200))).await.unwrap();
    site.post(order("cancel", reverse("spend", Portion::Part(amount(50)), ReversalPolicy::OnlyRemaining)))
        .await
        .unwrap();
    site.post(order("return", reverse("boris", Portion::All, ReversalPolicy::AllowDebt))).await.unwrap();
    site.post(order("boris spends", credit(boris, 10))).await.unwrap();
    site
}

async fn findings(site: &Site) -> Vec<Fault> {
    let report = ledger::verify(&mut site.db.pool().acquire().await.unwrap()).await.unwrap();
    report.findings.into_iter().map(|finding| finding.fault).collect()
}

/// What was booked is refused to be changed or removed, in every table that only grows.
#[tokio::test]
async fn booked_rows_are_append_only() {
    let site = busy().await;
    for change in [
        "update ledger.further_posting set amount = amount + 1",
        "delete from ledger.further_posting",
        "truncate ledger.further_posting",
        "update ledger.transaction set key = 'other'",
        "update ledger.transaction set amount = amount + 1",
        "delete from ledger.transaction where false",
        "update ledger.draw set amount = 1",
        "delete from ledger.reversal",
        "update ledger.block set hash = ''",
        "update ledger.lot set amount = 1",
        "delete from ledger.lot",
        "update ledger.lot set expires_at = null",
        "update ledger.hold set amount = 1",
        "delete from ledger.hold_lot",
    ] {
        let error = sqlx::raw_sql(AssertSqlSafe(change)).execute(site.db.pool()).await.unwrap_err();
        let text = error.as_database_error().unwrap().message().to_owned();
        assert!(text.ends_with("is append-only: a correction is a new transaction"), "{change}: {text}");
    }
    assert_eq!(findings(&site).await, []);
}

/// Whoever goes around the triggers is found, by name.
#[tokio::test]
async fn tampering_with_any_row_is_found_by_name() {
    let site = busy().await;
    assert_eq!(findings(&site).await, []);
    let cases: [(&str, &[Fault]); 17] = [
        (
            "update ledger.account set balance = balance + 1 where role = 'member' and balance > 0",
            &[Fault::AccountBalance, Fault::AccountLots],
        ),
        ("update ledger.account set balance = balance + 1 where role = 'issuer'", &[Fault::AccountBalance]),
        ("update ledger.account set held = held + 1 where held > 0", &[Fault::AccountHeld]),
        ("update ledger.account set claim = 1 where held > 0", &[Fault::AccountClaim]),
        (
            "update ledger.lot set remaining = remaining + 1 where remaining between 1 and amount - 1",
            &[Fault::AccountLots, Fault::LotRemaining],
        ),
        (
            "update ledger.lot set expires_at = expires_at + interval '1 day' where expires_at is not null",
            &[Fault::TransactionHash],
        ),
        (
            "update ledger.lot set expired = 1 where id = (select min(id) from ledger.lot)",
            &[Fault::LotExpired],
        ),
        (
            "update ledger.transaction set amount = amount + 1 where number = (select min(number) from ledger.transaction)",
            &[Fault::TransactionHash, Fault::AccountBalance],
        ),
        (
            "update ledger.transaction set debit_account = null, credit_account = null, amount = null, credit_after = null,
                debit_after = null where number = (select max(number) from ledger.posting where place = 0)",
            &[Fault::TransactionHash, Fault::AccountBalance],
        ),
        ("delete from ledger.further_posting", &[Fault::TransactionHash, Fault::AccountBalance]),
        ("update ledger.transaction set reason = 'gift' where key = 'spend'", &[Fault::TransactionHash]),
        (
            "update ledger.transaction set booked_at = booked_at - interval '1 day' where key = 'spend'",
            &[Fault::TransactionHash],
        ),
        (
            "delete from ledger.transaction where key = 'give 0'",
            &[Fault::BlockCount, Fault::BlockHash, Fault::Orphan],
        ),
        ("delete from ledger.block where position = 3", &[Fault::ChainBroken, Fault::Orphan]),
        (
            "delete from ledger.block where position = (select max(position) from ledger.block)",
            &[Fault::ChainHead, Fault::Orphan],
        ),
        (
            "update ledger.draw set amount = amount + 1 where amount > 0 and number = (select min(number) from ledger.draw)",
            &[Fault::TransactionHash, Fault::LotRemaining],
        ),
        (
            "delete from ledger.hold_lot where hold = (select id from ledger.hold where state = 'open')",
            &[Fault::TransactionHash, Fault::LotHeld, Fault::HoldLots],
        ),
    ];
    for (change, expected) in cases {
        let mut tx = site.db.pool().begin().await.unwrap();
        sqlx::raw_sql("set local session_replication_role = replica").execute(&mut *tx).await.unwrap();
        let done = sqlx::raw_sql(AssertSqlSafe(change)).execute(&mut *tx).await.unwrap();
        assert!(done.rows_affected() > 0, "{change}");
        let report = ledger::verify::recount(&mut tx).await.unwrap();
        tx.rollback().await.unwrap();
        let found: Vec<Fault> = report.findings.into_iter().map(|finding| finding.fault).collect();
        for fault in expected {
            assert!(found.contains(fault), "{change}: {fault:?} is not among {found:?}");
        }
    }
    assert_eq!(findings(&site).await, []);
}
