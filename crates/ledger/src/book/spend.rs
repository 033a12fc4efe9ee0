//! Credits and debits.

use super::Book;
use super::rows::{Draft, NewLot, Owed, Posting, whole};
use super::state::{AccountState, Lot, LotId, Mark};
use crate::amount::{Amount, BALANCE_MAX};
use crate::order::{Account, Counter, LotTerms, TEXT_MAX};
use crate::receipt::{Moved, Refusal, positive};
use base::id::AccountId;

impl Book {
    pub(super) fn credit(
        &mut self,
        draft: &mut Draft,
        account: &Account,
        amount: Amount,
        from: &Counter,
        terms: &LotTerms,
    ) -> Result<(), Refusal> {
        let amount = positive(amount)?;
        self.allows_debt(account.currency)?;
        let active_from = terms.active_from.map_or(draft.now, whole);
        let expires_at = terms.expires_at.map(whole);
        if expires_at.is_some_and(|end| end <= active_from || end <= draft.now) {
            return Err(Refusal::EndsTooEarly);
        }
        if terms.tag.as_ref().is_some_and(|tag| tag.is_empty() || tag.len() > TEXT_MAX || tag.contains('\0'))
        {
            return Err(Refusal::Text("tag"));
        }
        let inner = self.inner(from, account.currency)?;
        let state = self.state(account);
        if state.balance > BALANCE_MAX - amount {
            return Err(Refusal::BalanceTooLarge);
        }
        let place = draft.step();
        let id = LotId::of(draft.number, place);
        let new = NewLot { id, account: state.id, amount, tag: terms.tag.clone(), active_from, expires_at };
        let paid = state.debt.min(amount);
        state.debt -= paid;
        state.add_lot(Lot {
            id,
            amount,
            remaining: amount - paid,
            held: 0,
            expired: 0,
            returned: 0,
            tag: new.tag.clone(),
            active_from,
            expires_at: new.expires_at,
            mark: Mark::New,
        });
        draft.lots.push(new);
        if paid > 0 {
            draft.draw(place, &[(id, paid)], 1);
            draft.owed.push(Owed::paid(place, state.id, -paid, 0));
        }
        post(draft, state, place, amount, inner);
        Ok(())
    }

    pub(super) fn debit(
        &mut self,
        draft: &mut Draft,
        account: &Account,
        amount: Amount,
        to: &Counter,
    ) -> Result<(), Refusal> {
        let asked = positive(amount)?;
        self.allows_debt(account.currency)?;
        let available = self.available(account, draft.now);
        if available < asked {
            return Err(Refusal::Insufficient { available, asked });
        }
        let inner = self.inner(to, account.currency)?;
        let place = draft.step();
        let now = draft.now;
        let state = self.state(account);
        let draws = state.take(asked, |lot| lot.usable(now));
        draft.draw(place, &draws, 1);
        post(draft, state, place, -asked, inner);
        Ok(())
    }

    /// The account, opened when it is not there.
    pub(super) fn state(&mut self, account: &Account) -> &mut AccountState {
        let id = account.id();
        self.accounts.entry(id).or_insert_with(|| AccountState {
            id,
            owner: account.owner,
            currency: account.currency,
            balance: 0,
            held: 0,
            debt: 0,
            claim: 0,
            lots: Vec::new(),
            stored: [0; 4],
        })
    }
}

/// Moves the balance by `change` against the inner account.
pub(super) fn post(draft: &mut Draft, state: &mut AccountState, place: i32, change: i64, inner: AccountId) {
    state.balance += change;
    let after = Some(state.balance);
    let amount = change.abs();
    draft.postings.push(if change < 0 {
        Posting { place, debit: state.id, credit: inner, amount, debit_after: after, credit_after: None }
    } else {
        Posting { place, debit: inner, credit: state.id, amount, debit_after: None, credit_after: after }
    });
    draft.moved.push(Moved::of(place, state.id, change, state.balance));
}

impl Owed {
    /// Debt or claim that was paid (both are not above zero).
    pub(super) const fn paid(place: i32, account: AccountId, debt: i64, claim: i64) -> Self {
        Self { place, account, reversed: None, asked: 0, owed: 0, taken: 0, debt, claim }
    }
}
