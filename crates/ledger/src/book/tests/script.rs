//! Moves of a random sequence, and how the book does them.

use super::{account, book, day, order};
use crate::amount::Amount;
use crate::book::Book;
use crate::order::{Counter, ISSUER, LotTerms, Movement, Order, Portion, ReversalPolicy, SPENT, hold_id};
use crate::receipt::{Receipt, Refusal};
use chrono::{DateTime, Utc};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// One move. Numbers choose among what happened before.
#[derive(Clone, Debug)]
pub(super) enum Move {
    Accrue { member: u8, amount: i64, active_in: i64, valid_for: Option<i64> },
    Spend { member: u8, amount: i64 },
    Transfer { from: u8, to: u8, amount: i64 },
    Hold { member: u8, amount: i64, ends_in: Option<i64> },
    Capture { which: usize, amount: Option<i64> },
    Release { which: usize },
    Reverse { which: usize, part: Option<i64>, policy: ReversalPolicy },
    Repeat { which: usize },
    Pass { days: i64 },
    Expire,
}

pub(super) fn any_move() -> impl Strategy<Value = Move> {
    let member = 0_u8..3;
    let amount = 1_i64..60;
    let policy = prop_oneof![
        Just(ReversalPolicy::OnlyRemaining),
        Just(ReversalPolicy::WithinBalance),
        Just(ReversalPolicy::AllowDebt),
    ];
    prop_oneof![
        4 => (member.clone(), amount.clone(), prop_oneof![3 => Just(0_i64), 1 => 0_i64..5],
            prop::option::of(1_i64..15))
            .prop_map(|(member, amount, active_in, valid_for)| Move::Accrue { member, amount, active_in, valid_for }),
        3 => (member.clone(), amount.clone()).prop_map(|(member, amount)| Move::Spend { member, amount }),
        1 => (member.clone(), member.clone(), amount.clone())
            .prop_map(|(from, to, amount)| Move::Transfer { from, to, amount }),
        2 => (member, amount.clone(), prop::option::of(1_i64..6))
            .prop_map(|(member, amount, ends_in)| Move::Hold { member, amount, ends_in }),
        1 => (any::<usize>(), prop::option::of(amount.clone()))
            .prop_map(|(which, amount)| Move::Capture { which, amount }),
        1 => any::<usize>().prop_map(|which| Move::Release { which }),
        4 => (any::<usize>(), prop::option::of(amount), policy)
            .prop_map(|(which, part, policy)| Move::Reverse { which, part, policy }),
        1 => any::<usize>().prop_map(|which| Move::Repeat { which }),
        1 => (0_i64..4).prop_map(|days| Move::Pass { days }),
        1 => Just(Move::Expire),
    ]
}

/// A book that does moves, and what it was asked and answered.
pub(super) struct Run {
    pub(super) book: Book,
    pub(super) today: i64,
    pub(super) asked: Vec<(Order, Result<Receipt, Refusal>)>,
    pub(super) holds: Vec<base::id::HoldId>,
}

impl Run {
    pub(super) fn new() -> Self {
        Self { book: book(), today: 0, asked: Vec::new(), holds: Vec::new() }
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        day(self.today)
    }

    pub(super) fn number(&self) -> i64 {
        i64::try_from(self.book.written.len() + self.asked.len()).unwrap() + 1
    }

    pub(super) fn perform(&mut self, step: &Move) {
        match step {
            Move::Pass { days } => self.today += days,
            Move::Expire => self.expire(),
            other => {
                if let Some(order) = self.order_of(other) {
                    let _answer = self.ask(order);
                }
            }
        }
    }

    pub(super) fn ask(&mut self, order: Order) -> Result<Receipt, Refusal> {
        // Everything may be reversed later.
        self.book.wanted.insert(order.id());
        let answer = self.book.post(self.now(), self.number(), &order);
        if let Ok(receipt) = &answer {
            let new = receipt.moved.iter().filter(|moved| moved.hold.is_some() && !receipt.repeated);
            for moved in new.filter(|moved| moved.hold == Some(hold_id(receipt.transaction, moved.place))) {
                self.holds.extend(moved.hold);
            }
        }
        self.asked.push((order, answer.clone()));
        answer
    }

    pub(super) fn expire(&mut self) {
        let due: BTreeSet<_> = self
            .book
            .holds
            .values()
            .filter(|hold| hold.expires_at.is_some_and(|end| end <= self.now()))
            .map(|hold| hold.id)
            .collect();
        let number = self.number();
        let order = order(format!("expire {number}"), spend(0, 1));
        self.book.expire(self.now(), number, &order, &due.into_iter().collect::<Vec<_>>());
    }

    fn order_of(&self, step: &Move) -> Option<Order> {
        let key = self.asked.len();
        let movement = match step {
            Move::Accrue { member, amount, active_in, valid_for } => {
                let active = self.today + active_in;
                let lot = LotTerms {
                    active_from: Some(day(active)),
                    expires_at: valid_for.map(|days| day(active + days)),
                    tag: None,
                };
                let (account, amount) = (account(*member), Amount::new(*amount).unwrap());
                Movement::Credit { account, amount, from: Counter::the(ISSUER), lot }
            }
            Move::Spend { member, amount } => spend(*member, *amount),
            Move::Transfer { from, to, amount } => return Some(transfer(key, *from, *to, *amount)),
            Move::Hold { member, amount, ends_in } => Movement::Hold {
                account: account(*member),
                amount: Amount::new(*amount).unwrap(),
                expires_at: ends_in.map(|days| day(self.today + days)),
            },
            Move::Capture { which, amount } => Movement::Capture {
                hold: chosen(&self.holds, *which).copied()?,
                amount: amount.map(|units| Amount::new(units).unwrap()),
                to: Counter::the(SPENT),
            },
            Move::Release { which } => Movement::Release { hold: chosen(&self.holds, *which).copied()? },
            Move::Reverse { which, part, policy } => {
                let (original, _) = chosen(&self.asked, *which)?;
                let portion = part.map_or(Portion::All, |units| Portion::Part(Amount::new(units).unwrap()));
                Movement::Reverse { transaction: original.id(), portion, policy: *policy }
            }
            Move::Repeat { which } => return chosen(&self.asked, *which).map(|(order, _)| order.clone()),
            Move::Pass { .. } | Move::Expire => return None,
        };
        Some(order(key, movement))
    }
}

fn spend(member: u8, amount: i64) -> Movement {
    let amount = Amount::new(amount).unwrap();
    Movement::Debit { account: account(member), amount, to: Counter::the(SPENT) }
}

fn transfer(key: usize, from: u8, to: u8, amount: i64) -> Order {
    let units = Amount::new(amount).unwrap();
    let transit = || Counter::the("transit");
    let takes = Movement::Debit { account: account(from), amount: units, to: transit() };
    let gives =
        Movement::Credit { account: account(to), amount: units, from: transit(), lot: LotTerms::default() };
    Order { movements: vec![takes.clone(), gives], ..order(key, takes) }
}

fn chosen<T>(all: &[T], which: usize) -> Option<&T> {
    (!all.is_empty()).then(|| &all[which % all.len()])
}
