//! The rows that were written are enough to recount everything, and no rule of the house is ever broken.

use super::account;
use super::script::{Move, Run, any_move};
use crate::book::Book;
use crate::book::rows::Transaction;
use crate::book::state::LotId;
use crate::receipt::{HoldState, Refusal};
use base::id::{AccountId, HoldId};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Books kept from the rows alone: sums, and nothing of the core's state.
#[derive(Default, PartialEq, Debug)]
struct Recount {
    balances: BTreeMap<AccountId, i64>,
    lots: BTreeMap<LotId, (AccountId, i64)>,
    debt: BTreeMap<AccountId, i64>,
    claim: BTreeMap<AccountId, i64>,
    held: BTreeMap<LotId, i64>,
    open_holds: BTreeMap<HoldId, Vec<(LotId, i64)>>,
    keys: BTreeSet<String>,
}

impl Recount {
    fn of<'t>(rows: impl IntoIterator<Item = &'t Transaction>) -> Self {
        let mut all = Self::default();
        for row in rows {
            all.add(row);
        }
        all
    }

    fn add(&mut self, row: &Transaction) {
        assert!(self.keys.insert(row.key.clone()), "the key {:?} counted twice", row.key);
        let mut sum = 0;
        for posting in &row.postings {
            assert!(posting.amount > 0);
            *self.balances.entry(posting.debit).or_default() -= posting.amount;
            *self.balances.entry(posting.credit).or_default() += posting.amount;
            sum -= posting.amount;
            sum += posting.amount;
            for (account, after) in
                [(posting.debit, posting.debit_after), (posting.credit, posting.credit_after)]
            {
                if let Some(after) = after {
                    assert_eq!(after, self.balances[&account], "the balance after a posting");
                }
            }
        }
        assert_eq!(sum, 0);
        for lot in &row.lots {
            self.lots.insert(lot.id, (lot.account, lot.amount));
        }
        for placed in &row.placed {
            for (lot, amount) in &placed.lots {
                *self.held.entry(*lot).or_default() += amount;
            }
            self.open_holds.insert(placed.id, placed.lots.clone());
        }
        for closed in &row.closed {
            for (lot, amount) in self.open_holds.remove(&closed.id).expect("a hold ends once") {
                *self.held.entry(lot).or_default() -= amount;
            }
        }
        for draw in &row.draws {
            let (_, remaining) = self.lots.get_mut(&draw.lot).expect("a draw is of a lot");
            *remaining -= draw.amount;
        }
        for (lot, (_, remaining)) in &self.lots {
            assert!(*remaining >= 0, "{lot:?} is below zero");
            assert!(*remaining >= self.held.get(lot).copied().unwrap_or(0), "{lot:?} is held and gone");
        }
        for owed in &row.owed {
            *self.debt.entry(owed.account).or_default() += owed.debt;
            *self.claim.entry(owed.account).or_default() += owed.claim;
        }
    }

    fn agrees_with(&self, book: &Book) {
        for (id, state) in &book.accounts {
            let balance = self.balances.get(id).copied().unwrap_or(0);
            let in_lots: i64 =
                self.lots.values().filter(|(account, _)| account == id).map(|(_, remaining)| remaining).sum();
            let debt = self.debt.get(id).copied().unwrap_or(0);
            assert_eq!(state.balance, balance);
            assert_eq!(state.balance, in_lots - debt, "balance = what remains in the lots less the debt");
            assert_eq!(state.debt, debt);
            assert_eq!(state.claim, self.claim.get(id).copied().unwrap_or(0));
            assert!(debt >= 0 && state.claim >= 0);
            let held: i64 = state.lots.iter().map(|lot| lot.held).sum();
            assert_eq!(state.held, held);
            for lot in &state.lots {
                assert_eq!(lot.remaining, self.lots[&lot.id].1);
                assert_eq!(lot.held, self.held.get(&lot.id).copied().unwrap_or(0));
            }
        }
        let open = book.holds.values().filter(|hold| hold.state == HoldState::Open).count();
        assert_eq!(open, self.open_holds.len());
        assert_eq!(self.balances.values().sum::<i64>(), 0, "everything together is nothing");
    }
}

/// What was asked back and given back of each posting, from the rows.
fn reversed(rows: &[Transaction]) -> BTreeMap<(i64, i32), i64> {
    let mut asked = BTreeMap::new();
    for owed in rows.iter().flat_map(|row| &row.owed) {
        if let Some(at) = owed.reversed {
            *asked.entry(at).or_default() += owed.asked;
        }
    }
    asked
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    /// Every transaction sums to zero; no lot below zero; the balance is what remains in the lots less the debt; a key
    /// counts once; nothing is reversed beyond its amount; a refused order leaves no trace.
    #[test]
    fn the_books_agree_after_every_move(script in prop::collection::vec(any_move(), 0..80)) {
        let mut run = Run::new();
        let mut recount = Recount::default();
        let mut seen = 0;
        for step in &script {
            let before = run.book.clone();
            run.perform(step);
            for row in &run.book.written[seen..] {
                recount.add(row);
            }
            if run.book.written.len() == seen {
                prop_assert_eq!(&run.book.accounts, &before.accounts, "nothing written, nothing changed");
                prop_assert_eq!(&run.book.holds, &before.holds);
            }
            seen = run.book.written.len();
            recount.agrees_with(&run.book);
        }
        let amounts: BTreeMap<(i64, i32), i64> = run.book.written.iter()
            .flat_map(|row| row.postings.iter().map(|posting| ((row.number, posting.place), posting.amount)))
            .collect();
        for (at, asked) in reversed(&run.book.written) {
            prop_assert!(asked <= amounts[&at], "{at:?} is reversed beyond its amount");
        }
        let repeated = run.asked.iter().filter(|(_, answer)| answer.as_ref().is_ok_and(|receipt| receipt.repeated));
        for (order, answer) in repeated {
            let first = run.asked.iter().find(|(other, answer)| other.key == order.key && answer.is_ok());
            let (_, Ok(first)) = first.unwrap() else { unreachable!() };
            prop_assert_eq!(&first.moved, &answer.as_ref().unwrap().moved);
        }
    }

    /// While there is debt, nothing that was not over could be spent; debt comes by reversal only.
    #[test]
    fn debt_and_spendable_points_never_stand_side_by_side(script in prop::collection::vec(any_move(), 0..80)) {
        let mut run = Run::new();
        for step in &script {
            run.perform(step);
            for state in run.book.accounts.values() {
                let free: i64 =
                    state.lots.iter().filter(|lot| !lot.is_over(run.now())).map(|lot| lot.free()).sum();
                prop_assert!(state.debt == 0 || free == 0, "{} owed beside {free} free", state.debt);
            }
        }
    }

    /// Replaying any beginning of what was asked gives the same rows and the same state.
    #[test]
    fn a_replay_of_any_prefix_gives_the_same_state(
        script in prop::collection::vec(any_move(), 0..50), cut in any::<prop::sample::Index>(),
    ) {
        let cut = cut.index(script.len() + 1);
        let (mut whole, mut again) = (Run::new(), Run::new());
        script[..cut].iter().for_each(|step| whole.perform(step));
        script[..cut].iter().for_each(|step| again.perform(step));
        prop_assert_eq!(&whole.book.accounts, &again.book.accounts);
        prop_assert_eq!(hashes(&whole.book), hashes(&again.book));
        // Sent again, every order changes nothing and says the same.
        let before = again.book.accounts.clone();
        for (order, answer) in whole.asked.clone() {
            let second = again.ask(order);
            if let (Ok(first), Ok(second)) = (&answer, &second) {
                prop_assert_eq!(&first.moved, &second.moved);
                prop_assert!(second.repeated);
            } else if answer.is_ok() {
                prop_assert!(false, "what was posted was refused when it was sent again: {second:?}");
            } else {
                // What was refused may pass now that more is there: the beginning is what counts.
                break;
            }
        }
        if whole.asked.iter().all(|(_, answer)| answer.is_ok()) {
            prop_assert_eq!(&before, &again.book.accounts);
        }
    }

    /// Reversing twice is reversing once.
    #[test]
    fn a_second_reversal_is_refused_and_changes_nothing(script in prop::collection::vec(any_move(), 1..50)) {
        let mut run = Run::new();
        script.iter().for_each(|step| run.perform(step));
        for (order, answer) in run.asked.clone() {
            if answer.is_err() {
                continue;
            }
            let all = Move::Reverse {
                which: run.asked.iter().position(|(other, _)| other.key == order.key).unwrap(),
                part: None,
                policy: crate::ReversalPolicy::AllowDebt,
            };
            run.perform(&all);
            let before = run.book.accounts.clone();
            run.perform(&all);
            let (_, second) = run.asked.last().unwrap();
            prop_assert!(matches!(
                second,
                Err(Refusal::AlreadyReversed(_) | Refusal::NotReversible(_) | Refusal::UnknownTransaction(_))
            ), "{second:?}");
            prop_assert_eq!(&before, &run.book.accounts);
        }
    }
}

fn hashes(book: &Book) -> Vec<[u8; 32]> {
    book.written.iter().map(crate::chain::hash_of).collect()
}

#[test]
fn the_recount_itself_sees_what_was_written() {
    let mut run = Run::new();
    run.perform(&Move::Accrue { member: 0, amount: 10, active_in: 0, valid_for: None });
    let recount = Recount::of(&run.book.written);
    assert_eq!(recount.balances[&account(0).id()], 10);
}
