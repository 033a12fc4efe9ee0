//! Reversals: by reference, whole and in part, never twice.

use super::Book;
use super::rows::{Draft, Owed};
use super::spend::post;
use super::state::{Effect, Lot, LotId, Original, Part, add};
use crate::order::{Portion, ReversalPolicy};
use crate::receipt::{Moved, Refusal, positive};
use base::id::TransactionId;
use chrono::{DateTime, Utc};

impl Book {
    pub(super) fn reverse(
        &mut self,
        draft: &mut Draft,
        id: TransactionId,
        portion: Portion,
        policy: ReversalPolicy,
    ) -> Result<(), Refusal> {
        let original = self.originals.get(&id).ok_or(Refusal::UnknownTransaction(id))?;
        let number = original.number;
        let is_mixed = original.is_mixed();
        let asked = original.asked(portion)?;
        for (part, asked) in asked {
            let owed = match &part.effect {
                Effect::Took(draws) => {
                    self.give_back(draft, number, &part, draws, asked)?;
                    asked
                }
                Effect::Gave(lot) => self.take_back(draft, number, (&part, *lot, is_mixed), asked, policy)?,
            };
            let parts = self.originals.get_mut(&id).map(|original| &mut original.parts);
            if let Some(kept) = parts.into_iter().flatten().find(|kept| kept.place == part.place) {
                kept.asked += asked;
                kept.owed += owed;
            }
        }
        Ok(())
    }

    /// Gives `asked` back into the lots it came from, the last drawn first: as if less had been spent.
    fn give_back(
        &mut self,
        draft: &mut Draft,
        number: i64,
        part: &Part,
        draws: &[(LotId, i64)],
        asked: i64,
    ) -> Result<(), Refusal> {
        let mut skip = part.asked;
        let mut left = asked;
        let mut back = Vec::new();
        for (lot, drawn) in draws.iter().rev() {
            let skipped = skip.min(*drawn);
            skip -= skipped;
            let given = (drawn - skipped).min(left);
            if given > 0 {
                left -= given;
                back.push((*lot, given));
            }
        }
        let Some(state) = self.accounts.get_mut(&part.account) else {
            return Err(Refusal::NotReversible(draft.id));
        };
        for (lot, given) in &back {
            if let Some(lot) = state.lot(*lot) {
                lot.remaining += given;
                lot.mark.touch();
            }
        }
        let place = draft.step();
        draft.draw(place, &back, -1);
        let reversed = Some((number, part.place));
        draft.owed.push(Owed {
            place,
            account: part.account,
            reversed,
            asked,
            owed: asked,
            taken: asked,
            debt: 0,
            claim: 0,
        });
        post(draft, state, place, asked, part.inner);
        // What expires first pays first.
        back.reverse();
        self.settle(draft, part.account, &back)
    }

    /// Takes back what a credit gave; how much of it was owed.
    fn take_back(
        &mut self,
        draft: &mut Draft,
        number: i64,
        (part, lot, is_mixed): (&Part, LotId, bool),
        asked: i64,
        policy: ReversalPolicy,
    ) -> Result<i64, Refusal> {
        let now = draft.now;
        let refused = Refusal::NotReversible(draft.id);
        let Some(state) = self.accounts.get_mut(&part.account) else { return Err(refused) };
        let Some(own) = state.lot(lot) else { return Err(refused) };
        let expired = own.expired;
        // Of all that was asked back up to now, what had expired is back already.
        let owed = (part.asked + asked - expired).max(0).saturating_sub(part.owed).max(0);
        own.returned += owed;
        let mut draws = state.take(owed, |other| if other.id == lot { other.free() } else { 0 });
        let drawn = |draws: &[(LotId, i64)]| draws.iter().map(|(_, drawn)| drawn).sum::<i64>();
        for part in others(policy) {
            let left = owed - drawn(&draws);
            for (other, taken) in state.take(left, |lot| part(lot, now)) {
                add(&mut draws, other, taken);
            }
        }
        let short = owed - drawn(&draws);
        if short > 0 && is_mixed && policy != ReversalPolicy::AllowDebt {
            return Err(Refusal::Insufficient { available: owed - short, asked: owed });
        }
        let becomes_debt = policy == ReversalPolicy::AllowDebt;
        if short > 0 && becomes_debt && !self.currencies.get(&state.currency).copied().unwrap_or(false) {
            return Err(Refusal::DebtNotAllowed { short });
        }
        let (debt, claim) = if becomes_debt { (short, 0) } else { (0, short) };
        let taken = owed - claim;
        state.debt += debt;
        state.claim += claim;
        let place = draft.step();
        draft.draw(place, &draws, 1);
        let reversed = Some((number, part.place));
        draft.owed.push(Owed { place, account: part.account, reversed, asked, owed, taken, debt, claim });
        if taken > 0 {
            post(draft, state, place, -taken, part.inner);
        } else {
            let (account, hold, balance) = (part.account, None, None);
            draft.moved.push(Moved { place, account, change: 0, balance, hold, short: 0 });
        }
        if let Some(moved) = draft.moved.last_mut() {
            moved.short = claim;
        }
        Ok(owed)
    }
}

/// How much of a lot may be taken at a moment.
type Takes = fn(&Lot, DateTime<Utc>) -> i64;

/// What a reversal takes of other lots than its own, one after the other.
fn others(policy: ReversalPolicy) -> &'static [Takes] {
    const SURPLUS: Takes = |lot, _| lot.surplus();
    match policy {
        ReversalPolicy::OnlyRemaining => &[SURPLUS],
        ReversalPolicy::WithinBalance => &[SURPLUS, Lot::usable],
        ReversalPolicy::AllowDebt => &[SURPLUS, |lot, now| if lot.is_over(now) { 0 } else { lot.free() }],
    }
}

impl Original {
    /// Whether it gave and took.
    fn is_mixed(&self) -> bool {
        let gave = |part: &Part| matches!(part.effect, Effect::Gave(_));
        self.parts.iter().any(gave) && !self.parts.iter().all(gave)
    }

    /// How much of which movement is asked back.
    fn asked(&self, portion: Portion) -> Result<Vec<(Part, i64)>, Refusal> {
        if self.parts.is_empty() {
            return Err(Refusal::NotReversible(self.id));
        }
        let left = |part: &Part| part.amount - part.asked;
        if self.parts.iter().all(|part| left(part) == 0) {
            return Err(Refusal::AlreadyReversed(self.id));
        }
        if portion != Portion::All && self.is_mixed() {
            return Err(Refusal::WholeOnly);
        }
        let (part, amount) = match portion {
            Portion::All => {
                let rest = self.parts.iter().map(|part| (part.clone(), left(part)));
                return Ok(rest.filter(|(_, left)| *left > 0).collect());
            }
            Portion::Part(amount) => match &*self.parts {
                [only] => (only, amount),
                _ => return Err(Refusal::PlaceNeeded),
            },
            Portion::PartOf(place, amount) => {
                let part = self.parts.iter().find(|part| part.place == place);
                (part.ok_or(Refusal::NotReversible(self.id))?, amount)
            }
        };
        let asked = positive(amount)?;
        if asked > left(part) {
            return Err(Refusal::AboveReversible { left: left(part), asked });
        }
        Ok(vec![(part.clone(), asked)])
    }
}
