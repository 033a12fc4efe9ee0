//! "Buy, earn, refund, keep" does not work in any order.

use super::script::Run;
use super::{account, day, order};
use crate::amount::Amount;
use crate::order::{
    Counter, ISSUER, LotTerms, Movement, Order, Portion, ReversalPolicy, SPENT, hold_id, transaction_id,
};
use proptest::prelude::*;

/// What happens to a member who earned twice, in any order that is possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Event {
    Spend,
    CancelSpend,
    Hold,
    ReleaseHold,
    ReturnFirst,
    ReturnSecond,
    ReturnPartOfFirst,
    Expire,
}

fn units(amount: i64) -> Amount {
    Amount::new(amount).unwrap()
}

fn earn(key: &str, amount: i64, valid_for: Option<i64>) -> Order {
    let lot = LotTerms { expires_at: valid_for.map(day), ..LotTerms::default() };
    let from = Counter::the(ISSUER);
    order(key, Movement::Credit { account: account(0), amount: units(amount), from, lot })
}

fn reversal(key: &str, of: &str, portion: Portion, policy: ReversalPolicy) -> Order {
    order(key, Movement::Reverse { transaction: transaction_id(of), portion, policy })
}

fn ask(event: Event, policy: ReversalPolicy, amounts: (i64, i64, i64)) -> Order {
    let (spent, held, part) = amounts;
    match event {
        Event::Spend => {
            let to = Counter::the(SPENT);
            order("spend", Movement::Debit { account: account(0), amount: units(spent), to })
        }
        Event::Hold => {
            order("hold", Movement::Hold { account: account(0), amount: units(held), expires_at: None })
        }
        Event::ReleaseHold => {
            order("release", Movement::Release { hold: hold_id(transaction_id("hold"), 0) })
        }
        Event::CancelSpend => reversal("cancel", "spend", Portion::All, policy),
        Event::ReturnFirst => reversal("return 1", "earn 1", Portion::All, policy),
        Event::ReturnSecond => reversal("return 2", "earn 2", Portion::All, policy),
        Event::ReturnPartOfFirst => reversal("return part", "earn 1", Portion::Part(units(part)), policy),
        Event::Expire => unreachable!("expiry is no order"),
    }
}

fn all_orders() -> impl Strategy<Value = Vec<Event>> {
    let all = vec![
        Event::Spend,
        Event::CancelSpend,
        Event::Hold,
        Event::ReleaseHold,
        Event::ReturnFirst,
        Event::ReturnSecond,
        Event::ReturnPartOfFirst,
        Event::Expire,
    ];
    prop::sample::subsequence(all.clone(), 0..=all.len()).prop_shuffle()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, ..ProptestConfig::default() })]

    /// Once nothing is spent or held any more, the member has at most what was not returned: in no order of earning,
    /// spending, holding, returning (whole and in part), cancelling and expiring is there more.
    #[test]
    fn nobody_ends_above_what_was_not_returned(
        events in all_orders(),
        policies in prop::collection::vec(prop_oneof![
            Just(ReversalPolicy::OnlyRemaining), Just(ReversalPolicy::WithinBalance), Just(ReversalPolicy::AllowDebt),
        ], 8),
        (first, second) in (1_i64..100, 1_i64..100),
        shares in (1_i64..200, 1_i64..200, 1_i64..100),
        (valid_first, valid_second) in (prop::option::of(1_i64..3), prop::option::of(1_i64..3)),
    ) {
        let mut run = Run::new();
        prop_assert!(run.ask(earn("earn 1", first, valid_first)).is_ok());
        prop_assert!(run.ask(earn("earn 2", second, valid_second)).is_ok());
        let done = |run: &Run, key: &str| run.asked.iter().any(|(order, answer)| order.key == key && answer.is_ok());
        for (event, policy) in events.iter().zip(policies) {
            if *event == Event::Expire {
                run.today += 1;
                run.expire();
            } else {
                let _ = run.ask(ask(*event, policy, shares));
            }
        }
        // Everything that is under way ends: what is held comes free, what was spent is cancelled.
        if done(&run, "hold") && !done(&run, "release") {
            run.ask(ask(Event::ReleaseHold, ReversalPolicy::OnlyRemaining, shares)).unwrap();
        }
        if done(&run, "spend") && !done(&run, "cancel") {
            run.ask(ask(Event::CancelSpend, ReversalPolicy::OnlyRemaining, shares)).unwrap();
        }
        let mut left = first + second;
        if done(&run, "return 1") {
            left -= first;
        } else if done(&run, "return part") {
            left -= shares.2;
        }
        if done(&run, "return 2") {
            left -= second;
        }
        let state = &run.book.accounts[&account(0).id()];
        prop_assert!(state.balance <= left, "{} is there and {left} was not returned: {events:?}", state.balance);
        // And never less than what did not expire: a return takes nothing twice.
        let expired: i64 = state.lots.iter().map(|lot| lot.expired).sum();
        prop_assert!(state.balance >= left - expired, "{} of {left}, {expired} expired: {events:?}", state.balance);
    }
}
