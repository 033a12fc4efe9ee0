//! Accounts that are only credited are locked by the credit itself: their rows must say in the end what the book decided.
#![expect(clippy::unwrap_used, reason = "a test stops at a fault")]

use crate::site::{Site, amount, credit, debit, noon, order, reverse, site};
use base::FixedClock;
use ledger::{Account, Keys, Ledger, Order, Portion, Refusal, ReversalPolicy};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

async fn row(site: &Site, account: Account) -> (i64, i64) {
    sqlx::query_as("select balance, debt from ledger.account where id = $1")
        .bind(account.id())
        .fetch_one(site.db.pool())
        .await
        .unwrap()
}

async fn is_sound(site: &Site) {
    let report = ledger::verify(&mut site.db.pool().acquire().await.unwrap()).await.unwrap();
    assert_eq!(report.findings, []);
}

/// CIMP-TXN-02: what is refused, repeated or owed leaves the row as the book says, whatever stands beside it in the call.
#[tokio::test]
async fn a_row_says_what_was_decided_whatever_was_asked_together() {
    let site = site().await;
    let [anna, boris, clara, dana] = [1, 2, 3, 4].map(|member| site.account(member));
    site.post(order("anna", credit(anna, 10))).await.unwrap();
    site.post(order("clara", credit(clara, 50))).await.unwrap();
    site.post(order("clara spends", debit(clara, 50))).await.unwrap();
    let back = reverse("clara", Portion::Part(amount(20)), ReversalPolicy::AllowDebt);
    site.post(order("clara returns", back)).await.unwrap();
    assert_eq!(row(&site, clara).await, (-20, 20));

    let nothing = |key: &str| order(key, credit(dana, 0));
    let half = Order { movements: vec![credit(anna, 7), credit(boris, 0)], ..order("half", credit(anna, 7)) };
    let answers = site
        .post_all_at(
            noon(),
            &[
                order("anna", credit(anna, 10)),   // known
                order("anna", credit(anna, 11)),   // known with another body
                half,                              // refused at its second movement
                order("new", credit(anna, 5)),     // posted
                order("new", credit(anna, 5)),     // the same once more
                nothing("nothing"),                // refused
                order("debt", credit(clara, 30)),  // pays what is owed
                order("first", credit(boris, 12)), // opens an account
            ],
        )
        .await;

    let balances: Vec<_> =
        answers.iter().map(|answer| answer.as_ref().map(|receipt| receipt.moved[0].balance).ok()).collect();
    let expected =
        [Some(10), None, None, Some(15), Some(15), None, Some(10), Some(12)].map(|it| it.map(Some));
    assert_eq!(balances, expected);
    assert_eq!(answers[2], Err(Refusal::ZeroAmount));
    assert_eq!(row(&site, anna).await, (15, 0));
    assert_eq!(row(&site, boris).await, (12, 0));
    assert_eq!(row(&site, clara).await, (10, 0));
    is_sound(&site).await;

    // A call of which nothing is left changes nothing.
    let answers = site.post_all_at(noon(), &[order("anna", credit(anna, 11)), nothing("nothing 2")]).await;
    assert!(answers.iter().all(Result::is_err));
    let refused =
        Order { movements: vec![credit(anna, 7), credit(boris, 0)], ..order("half 2", credit(anna, 7)) };
    assert!(site.post(refused).await.is_err());
    assert_eq!((row(&site, anna).await, row(&site, boris).await), ((15, 0), (12, 0)));
    is_sound(&site).await;
}

/// CIMP-ETL-04: orders that are believed to be new fail as a whole when one is not, and nothing of them has happened.
#[tokio::test]
async fn orders_believed_to_be_new_fail_together_when_one_is_known() {
    let site = site().await;
    let (anna, boris) = (site.account(1), site.account(2));
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let orders = [order("a", credit(anna, 5)), order("b", credit(boris, 6))];
    let mut tx = site.db.pool().begin().await.unwrap();
    let done = ledger::post_with(&mut tx, noon(), &mut rng, &orders[..1], Keys::Unseen).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!done[0].as_ref().unwrap().repeated);

    let mut tx = site.db.pool().begin().await.unwrap();
    let error = ledger::post_with(&mut tx, noon(), &mut rng, &orders, Keys::Unseen).await.unwrap_err();
    tx.rollback().await.unwrap();

    assert_eq!(error.as_database_error().unwrap().constraint(), Some("transaction_id_key"));
    assert_eq!(row(&site, anna).await, (5, 0));
    let answers = site.post_all_at(noon(), &orders).await;
    let told: Vec<_> = answers.iter().map(|answer| answer.as_ref().unwrap().repeated).collect();
    assert_eq!(told, [true, false]);
    assert_eq!((row(&site, anna).await, row(&site, boris).await), ((5, 0), (6, 0)));
    is_sound(&site).await;
}

/// CIMP-RED-02: who sends a spend or a return again gets the first answer, also when it could not be posted any more.
#[tokio::test]
async fn what_is_sent_again_through_the_writer_gets_its_first_answer() {
    let site = site().await;
    let anna = site.account(1);
    let stop = CancellationToken::new();
    let clock = Arc::new(FixedClock::at(noon()));
    let ledger = Ledger::start(site.db.pool().clone(), clock, [5; 32], stop.clone());
    ledger.post(order("give", credit(anna, 10))).await.unwrap().unwrap();
    let spend = || order("spend", debit(anna, 10));
    let back = || order("back", reverse("spend", Portion::All, ReversalPolicy::OnlyRemaining));

    let spent = ledger.post(spend()).await.unwrap().unwrap();
    let again = ledger.post(spend()).await.unwrap().unwrap();
    assert!(again.repeated);
    assert_eq!((again.number, again.moved), (spent.number, spent.moved));
    let other = ledger.post(order("spend", debit(anna, 11))).await.unwrap();
    assert_eq!(other, Err(Refusal::KeyReused("spend".to_owned())));
    let new = ledger.post(order("spend 2", debit(anna, 10))).await.unwrap();
    assert_eq!(new, Err(Refusal::Insufficient { available: 0, asked: 10 }));

    let returned = ledger.post(back()).await.unwrap().unwrap();
    let once_more = ledger.post(back()).await.unwrap().unwrap();
    assert!(!returned.repeated && once_more.repeated);
    assert_eq!(row(&site, anna).await, (10, 0));
    stop.cancel();
    is_sound(&site).await;
}
