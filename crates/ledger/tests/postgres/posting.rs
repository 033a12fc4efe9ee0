//! Credits, debits, holds and reversals, and that a key counts once.

use crate::site::{amount, credit, credit_until, debit, noon, order, reverse, site};
use chrono::TimeDelta;
use ledger::{Account, Counter, Movement, Order, Portion, Refusal, ReversalPolicy, order as words, query};

/// CIMP-TXN-02, CIMP-TXN-05: what was given can be spent, and no more.
#[tokio::test]
async fn what_was_credited_can_be_spent_once_and_the_history_says_so() {
    let site = site().await;
    let anna = site.account(1);

    let given = site.post(order("give", credit(anna, 100))).await.unwrap();
    let again = site.post(order("give", credit(anna, 100))).await.unwrap();
    let other = site.post(order("give", credit(anna, 101))).await;
    let spent = site.post(order("spend", debit(anna, 70))).await.unwrap();
    let more = site.post(order("more", debit(anna, 31))).await;

    assert!(!given.repeated && again.repeated);
    assert_eq!((again.number, &again.moved), (given.number, &given.moved));
    assert_eq!(other, Err(Refusal::KeyReused("give".to_owned())));
    assert_eq!((spent.moved[0].change, spent.moved[0].balance), (-70, Some(30)));
    assert_eq!(more, Err(Refusal::Insufficient { available: 30, asked: 31 }));
    let balance = site.balance(anna).await;
    assert_eq!((balance.balance, balance.available), (30, 30));
    let mut db = site.db.pool().acquire().await.unwrap();
    let span = noon()..noon() + TimeDelta::days(1);
    let history = query::postings(&mut db, &[anna.id()], span, None, 10).await.unwrap();
    let told: Vec<_> =
        history.iter().map(|row| (row.change, row.balance, row.counter_role.as_str())).collect();
    assert_eq!(told, [(-70, 30, words::SPENT), (100, 100, words::ISSUER)]);
    let view = query::find_transaction(&mut db, spent.transaction).await.unwrap().unwrap();
    assert_eq!((view.draws[0].amount, view.draws[0].brought_by), (70, given.transaction));
}

/// CIMP-RED-02, CIMP-RED-05: an application holds points; confirming takes them, cancelling frees them.
#[tokio::test]
async fn holds_are_captured_in_part_released_and_end_by_themselves() {
    let site = site().await;
    let anna = site.account(1);
    site.post(order("give", credit(anna, 100))).await.unwrap();
    let hold = |units, ends: Option<i64>| Movement::Hold {
        account: anna,
        amount: amount(units),
        expires_at: ends.map(|minutes| noon() + TimeDelta::minutes(minutes)),
    };

    let first = site.post(order("hold 1", hold(60, None))).await.unwrap().moved[0].hold.unwrap();
    let too_much = site.post(order("hold 2", hold(41, None))).await;
    let second = site.post(order("hold 3", hold(40, Some(10)))).await.unwrap().moved[0].hold.unwrap();
    assert_eq!(too_much, Err(Refusal::Insufficient { available: 40, asked: 41 }));
    assert_eq!(site.balance(anna).await.available, 0);

    let capture = Movement::Capture { hold: first, amount: Some(amount(50)), to: Counter::the(words::SPENT) };
    let taken = site.post(order("capture", capture.clone())).await.unwrap();
    assert_eq!((taken.moved[0].change, taken.moved[0].balance), (-50, Some(50)));
    assert!(site.post(order("capture", capture.clone())).await.unwrap().repeated);
    assert!(matches!(site.post(order("capture 2", capture)).await, Err(Refusal::HoldClosed(..))));
    let late = noon() + TimeDelta::minutes(10);
    assert!(site.post_at(late, order("late", Movement::Release { hold: second })).await.is_err());
    site.post(order("release", Movement::Release { hold: second })).await.unwrap();

    let balance = site.balance(anna).await;
    assert_eq!((balance.balance, balance.available, balance.held), (50, 50, 0));
}

/// All movements of an order happen, or none; orders of one call see each other.
#[tokio::test]
async fn an_order_happens_entirely_or_not_at_all() {
    let site = site().await;
    let (anna, boris) = (site.account(1), site.account(2));
    let transit = || Counter::the("transit");
    let transfer = |key: &str, units| {
        let from = Movement::Debit { account: anna, amount: amount(units), to: transit() };
        let to = credit(boris, units);
        Order { movements: vec![to, from], ..order(key, credit(boris, units)) }
    };
    let many = Order { movements: vec![credit(anna, 1); 101], ..order("many", credit(anna, 1)) };
    let orders =
        [order("give", credit(anna, 10)), transfer("t1", 7), transfer("t2", 7), many, transfer("t3", 3)];

    let answers = site.post_all_at(noon(), &orders).await;

    assert!(answers[0].is_ok() && answers[1].is_ok() && answers[4].is_ok());
    assert_eq!(answers[2], Err(Refusal::Insufficient { available: 3, asked: 7 }));
    assert_eq!(answers[3], Err(Refusal::Movements));
    assert_eq!((site.balance(anna).await.balance, site.balance(boris).await.balance), (0, 10));
}

/// CIMP-TXN-01, CIMP-TXN-03: a return takes the bonus back; what was spent becomes debt that the next credit pays first.
#[tokio::test]
async fn reversals_take_back_once_and_debt_is_paid_first() {
    let site = site().await;
    let anna = site.account(1);
    let end = noon() + TimeDelta::days(30);
    site.post(order("bought", credit_until(anna, 100, Some(end)))).await.unwrap();
    site.post(order("spent", debit(anna, 80))).await.unwrap();

    let part = reverse("bought", Portion::Part(amount(30)), ReversalPolicy::AllowDebt);
    let part = site.post(order("return 1", part)).await.unwrap();
    assert_eq!((part.moved[0].change, part.moved[0].balance), (-30, Some(-10)));
    let rest = || reverse("bought", Portion::All, ReversalPolicy::OnlyRemaining);
    let rest_taken = site.post(order("return 2", rest())).await.unwrap();
    assert_eq!((rest_taken.moved[0].change, rest_taken.moved[0].short), (0, 70));
    assert!(matches!(site.post(order("return 3", rest())).await, Err(Refusal::AlreadyReversed(_))));
    assert_eq!(site.balance(anna).await.debt, 10);

    site.post(order("bought 2", credit(anna, 50))).await.unwrap();
    assert_eq!(site.balance(anna).await.available, 40);
    // The cancelled order's 80 come back: 70 of them are what the return could not take.
    let back = reverse("spent", Portion::All, ReversalPolicy::OnlyRemaining);
    site.post(order("cancelled", back)).await.unwrap();
    let balance = site.balance(anna).await;
    assert_eq!((balance.available, balance.debt), (50, 0));
}

/// GAP-36: debt only by reversal, and only where the currency allows it.
#[tokio::test]
async fn a_currency_that_allows_no_debt_has_none() {
    let site = site().await;
    let anna = Account { currency: site.strict, ..site.account(1) };
    site.post(order("bought", credit(anna, 100))).await.unwrap();
    site.post(order("spent", debit(anna, 80))).await.unwrap();

    let debt = site.post(order("return", reverse("bought", Portion::All, ReversalPolicy::AllowDebt))).await;
    let within =
        site.post(order("return", reverse("bought", Portion::All, ReversalPolicy::WithinBalance))).await;

    assert_eq!(debt, Err(Refusal::DebtNotAllowed { short: 80 }));
    assert_eq!(within.unwrap().moved[0].change, -20);
}
