//! Holds: set aside, then taken, in part too, or released.

use super::Book;
use super::rows::{Closed, Draft, Owed, Placed, whole};
use super::spend::post;
use super::state::{Hold, LotId, Mark};
use crate::amount::Amount;
use crate::order::{Account, Counter, ISSUER, hold_id};
use crate::receipt::{HoldState, Moved, Refusal, positive};
use base::id::{AccountId, HoldId};
use chrono::{DateTime, Utc};

impl Book {
    pub(super) fn hold(
        &mut self,
        draft: &mut Draft,
        account: &Account,
        amount: Amount,
        expires_at: Option<DateTime<Utc>>,
    ) -> Result<(), Refusal> {
        let asked = positive(amount)?;
        self.allows_debt(account.currency)?;
        let expires_at = expires_at.map(whole);
        if expires_at.is_some_and(|end| end <= draft.now) {
            return Err(Refusal::EndsTooEarly);
        }
        let available = self.available(account, draft.now);
        if available < asked {
            return Err(Refusal::Insufficient { available, asked });
        }
        let place = draft.step();
        let id = hold_id(draft.id, place);
        let state = self.state(account);
        let mut left = asked;
        let mut lots = Vec::new();
        for lot in &mut state.lots {
            let part = lot.usable(draft.now).min(left);
            if part > 0 {
                lot.held += part;
                lot.mark.touch();
                left -= part;
                lots.push((lot.id, part));
            }
        }
        state.held += asked;
        let account = state.id;
        draft.placed.push(Placed { place, id, account, amount: asked, expires_at, lots: lots.clone() });
        draft.moved.push(Moved { place, account, change: 0, balance: None, hold: Some(id), short: 0 });
        let number = draft.number;
        let hold = Hold {
            id,
            account,
            amount: asked,
            captured: 0,
            state: HoldState::Open,
            number,
            place,
            expires_at,
            lots,
            closed: None,
            mark: Mark::New,
        };
        self.holds.insert(id, hold);
        Ok(())
    }

    pub(super) fn capture(
        &mut self,
        draft: &mut Draft,
        id: HoldId,
        amount: Option<Amount>,
        to: &Counter,
    ) -> Result<(), Refusal> {
        let hold = self.open_hold(id, draft.now)?;
        let asked = amount.map_or(Ok(hold.amount), positive)?;
        if asked > hold.amount {
            return Err(Refusal::AboveHold { held: hold.amount, asked });
        }
        let (account, lots) = (hold.account, hold.lots.clone());
        let currency = self.currency_of(account, id)?;
        let inner = self.inner(to, currency)?;
        let place = draft.step();
        self.close(draft, place, id, HoldState::Captured, asked);
        let Some(state) = self.accounts.get_mut(&account) else { return Err(Refusal::UnknownHold(id)) };
        let draws = state.take_from(&lots, asked);
        draft.draw(place, &draws, 1);
        post(draft, state, place, -asked, inner);
        if let Some(moved) = draft.moved.last_mut() {
            moved.hold = Some(id);
        }
        let taken =
            |lot: LotId| draws.iter().filter(|(id, _)| *id == lot).map(|(_, drawn)| drawn).sum::<i64>();
        let freed: Vec<(LotId, i64)> = lots
            .iter()
            .map(|(lot, held)| (*lot, held - taken(*lot)))
            .filter(|(_, freed)| *freed > 0)
            .collect();
        self.settle(draft, account, &freed)
    }

    pub(super) fn release(&mut self, draft: &mut Draft, id: HoldId) -> Result<(), Refusal> {
        self.open_hold(id, draft.now)?;
        self.free(draft, id, HoldState::Released)
    }

    /// Ends an open hold and takes nothing.
    pub(super) fn free(&mut self, draft: &mut Draft, id: HoldId, end: HoldState) -> Result<(), Refusal> {
        let hold = self.holds.get(&id).ok_or(Refusal::UnknownHold(id))?;
        let (account, lots) = (hold.account, hold.lots.clone());
        let place = draft.step();
        self.close(draft, place, id, end, 0);
        draft.moved.push(Moved { place, account, change: 0, balance: None, hold: Some(id), short: 0 });
        self.settle(draft, account, &lots)
    }

    fn open_hold(&self, id: HoldId, now: DateTime<Utc>) -> Result<&Hold, Refusal> {
        let hold = self.holds.get(&id).ok_or(Refusal::UnknownHold(id))?;
        match hold.state {
            HoldState::Open if hold.expires_at.is_some_and(|end| end <= now) => {
                Err(Refusal::HoldClosed(id, HoldState::Expired))
            }
            HoldState::Open => Ok(hold),
            closed => Err(Refusal::HoldClosed(id, closed)),
        }
    }

    fn currency_of(&self, account: AccountId, hold: HoldId) -> Result<base::id::CurrencyId, Refusal> {
        self.accounts.get(&account).map(|state| state.currency).ok_or(Refusal::UnknownHold(hold))
    }

    /// Marks a hold as ended and gives its lots free, before anything is taken from them.
    fn close(&mut self, draft: &mut Draft, place: i32, id: HoldId, end: HoldState, captured: i64) {
        let Some(hold) = self.holds.get_mut(&id) else { return };
        hold.state = end;
        hold.captured = captured;
        hold.closed = Some((draft.number, place));
        hold.mark.touch();
        draft.closed.push(Closed { place, id, state: end, captured });
        let Some(state) = self.accounts.get_mut(&hold.account) else { return };
        state.held -= hold.amount;
        for (lot, held) in &hold.lots {
            if let Some(lot) = state.lot(*lot) {
                lot.held -= held;
                lot.mark.touch();
            }
        }
    }

    /// Points that came back pay the debt first, then what returns could not take.
    pub(super) fn settle(
        &mut self,
        draft: &mut Draft,
        account: AccountId,
        back: &[(LotId, i64)],
    ) -> Result<(), Refusal> {
        let Some(state) = self.accounts.get_mut(&account) else { return Ok(()) };
        if state.debt > 0 {
            let draws = state.take_from(back, state.debt);
            let paid: i64 = draws.iter().map(|(_, drawn)| drawn).sum();
            if paid > 0 {
                let place = draft.step();
                state.debt -= paid;
                draft.draw(place, &draws, 1);
                draft.owed.push(Owed::paid(place, account, -paid, 0));
            }
        }
        if state.claim > 0 {
            let draws = state.take_from(back, state.claim);
            let paid: i64 = draws.iter().map(|(_, drawn)| drawn).sum();
            let currency = state.currency;
            if paid > 0 {
                let inner = self.inner(&Counter::the(ISSUER), currency)?;
                let Some(state) = self.accounts.get_mut(&account) else { return Ok(()) };
                let place = draft.step();
                state.claim -= paid;
                draft.draw(place, &draws, 1);
                draft.owed.push(Owed::paid(place, account, 0, -paid));
                post(draft, state, place, -paid, inner);
            }
        }
        Ok(())
    }
}
