//! The core: what is loaded, and orders, become receipts and the rows to write. No clock, no dice, no I/O.
//!
//! Invariants, checked by the property tests: every posting moves an amount from one account to another; a lot's
//! remaining is never below zero nor above its amount, and never below what is held of it; an account's balance is what
//! remains in its lots less its debt; while there is debt nothing that could be spent remains.

mod expire;
mod hold;
mod reverse;
pub mod rows;
mod spend;
pub mod state;
#[cfg(test)]
mod tests;

use crate::order::{Account, Counter, FUTURE_MAX, MEMBER, MOVEMENTS_MAX, Movement, Order, TEXT_MAX};
use crate::receipt::{Receipt, Refusal};
use base::id::{AccountId, CurrencyId, HoldId, TransactionId};
use chrono::{DateTime, Utc};
use rows::{Draft, Transaction};
use state::{AccountState, Hold, Inner, Known, Original};
use std::collections::{BTreeMap, BTreeSet};

/// What is loaded of the ledger, changed by each order that is posted.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// Whether a currency allows debt.
    pub currencies: BTreeMap<CurrencyId, bool>,
    /// The members' accounts that the orders name.
    pub accounts: BTreeMap<AccountId, AccountState>,
    /// The holds that the orders name.
    pub holds: BTreeMap<HoldId, Hold>,
    /// Transactions that stand under the keys of the orders.
    pub known: BTreeMap<TransactionId, Known>,
    /// The transactions that the orders reverse.
    pub originals: BTreeMap<TransactionId, Original>,
    /// Transactions that an order of the same call reverses: kept as originals once they are posted.
    pub wanted: BTreeSet<TransactionId>,
    /// The inner accounts of what was written.
    pub inner: BTreeMap<AccountId, Inner>,
    /// What is to be written, in order.
    pub written: Vec<Transaction>,
}

/// What a refused order leaves as it was.
struct Before {
    accounts: Vec<(AccountId, AccountState)>,
    holds: Vec<(HoldId, Hold)>,
    originals: Vec<(TransactionId, Original)>,
}

impl Book {
    /// Posts orders one after the other: each sees what those before it did. `first_number` is the number of the first;
    /// a refused or repeated one leaves a gap.
    pub fn post_all(
        &mut self,
        now: DateTime<Utc>,
        first_number: i64,
        orders: &[Order],
    ) -> Vec<Result<Receipt, Refusal>> {
        (first_number..).zip(orders).map(|(number, order)| self.post(now, number, order)).collect()
    }

    /// Posts one order, or leaves everything as it was.
    ///
    /// # Errors
    /// Why it is not posted.
    pub fn post(&mut self, now: DateTime<Utc>, number: i64, order: &Order) -> Result<Receipt, Refusal> {
        check(order, now)?;
        let (id, body) = (order.id(), order.body_hash());
        if let Some(known) = self.known.get(&id) {
            return known.again(&body).ok_or_else(|| Refusal::KeyReused(order.key.clone()));
        }
        let mut draft = Draft::new(id, number, now);
        // One movement checks before it changes anything; only several must be undone together.
        let is_simple =
            matches!(&*order.movements, [movement] if !matches!(movement, Movement::Reverse { .. }));
        let before = (!is_simple).then(|| self.before(order));
        for movement in &order.movements {
            if let Err(refusal) = self.apply(&mut draft, movement) {
                if let Some(before) = before {
                    self.undo(before, &draft);
                }
                return Err(refusal);
            }
        }
        Ok(self.keep(draft, order, body))
    }

    fn apply(&mut self, draft: &mut Draft, movement: &Movement) -> Result<(), Refusal> {
        match movement {
            Movement::Credit { account, amount, from, lot } => {
                self.credit(draft, account, *amount, from, lot)
            }
            Movement::Debit { account, amount, to } => self.debit(draft, account, *amount, to),
            Movement::Hold { account, amount, expires_at } => self.hold(draft, account, *amount, *expires_at),
            Movement::Capture { hold, amount, to } => self.capture(draft, *hold, *amount, to),
            Movement::Release { hold } => self.release(draft, *hold),
            Movement::Reverse { transaction, portion, policy } => {
                self.reverse(draft, *transaction, *portion, *policy)
            }
        }
    }

    fn keep(&mut self, draft: Draft, order: &Order, body_hash: [u8; 32]) -> Receipt {
        let receipt = draft.receipt();
        if self.wanted.contains(&draft.id) {
            self.originals.insert(draft.id, draft.as_original(self));
        }
        self.known.insert(draft.id, Known { body_hash, receipt: receipt.clone() });
        self.written.push(Transaction::of(draft, order, body_hash));
        receipt
    }

    fn before(&self, order: &Order) -> Before {
        let mut accounts = BTreeSet::new();
        let mut before = Before { accounts: Vec::new(), holds: Vec::new(), originals: Vec::new() };
        for movement in &order.movements {
            match movement {
                Movement::Credit { account, .. }
                | Movement::Debit { account, .. }
                | Movement::Hold { account, .. } => {
                    accounts.insert(account.id());
                }
                Movement::Capture { hold, .. } | Movement::Release { hold } => {
                    if let Some(state) = self.holds.get(hold) {
                        accounts.insert(state.account);
                        before.holds.push((*hold, state.clone()));
                    }
                }
                Movement::Reverse { transaction, .. } => {
                    if let Some(original) = self.originals.get(transaction) {
                        accounts.extend(original.parts.iter().map(|part| part.account));
                        before.originals.push((*transaction, original.clone()));
                    }
                }
            }
        }
        let state = |id: AccountId| self.accounts.get(&id).map(|state| (id, state.clone()));
        before.accounts = accounts.into_iter().filter_map(state).collect();
        before
    }

    fn undo(&mut self, before: Before, draft: &Draft) {
        self.accounts.extend(before.accounts);
        self.holds.extend(before.holds);
        self.originals.extend(before.originals);
        for placed in &draft.placed {
            self.holds.remove(&placed.id);
        }
    }

    /// The inner account that stands opposite a member's, remembered for the write.
    fn inner(&mut self, counter: &Counter, currency: CurrencyId) -> Result<AccountId, Refusal> {
        if counter.role == MEMBER {
            return Err(Refusal::MemberAsCounter);
        }
        let id = counter.id(currency);
        self.inner.entry(id).or_insert_with(|| Inner { counter: counter.clone(), currency });
        Ok(id)
    }

    fn allows_debt(&self, currency: CurrencyId) -> Result<bool, Refusal> {
        self.currencies.get(&currency).copied().ok_or(Refusal::UnknownCurrency(currency))
    }

    /// What a member can spend now.
    fn available(&self, account: &Account, now: DateTime<Utc>) -> i64 {
        self.accounts.get(&account.id()).map_or(0, |state| state.spendable(now))
    }
}

/// Whether an order is one at all, before anything is looked up.
fn check(order: &Order, now: DateTime<Utc>) -> Result<(), Refusal> {
    let texts = [
        ("key", Some(&*order.key)),
        ("kind", Some(&*order.kind)),
        ("source", Some(&*order.source)),
        ("reason", order.reason.as_deref()),
        ("event", order.cause.event.as_deref()),
        ("file", order.cause.file.as_deref()),
        ("record", order.cause.record.as_deref()),
    ];
    for (name, text) in texts {
        if text.is_some_and(|text| !is_text(text)) {
            return Err(Refusal::Text(name));
        }
    }
    if !(1..=MOVEMENTS_MAX).contains(&order.movements.len()) {
        return Err(Refusal::Movements);
    }
    if order.effective_at.is_some_and(|at| at > now + FUTURE_MAX) {
        return Err(Refusal::InFuture);
    }
    Ok(())
}

fn is_text(text: &str) -> bool {
    (1..=TEXT_MAX).contains(&text.len()) && !text.contains('\0')
}
