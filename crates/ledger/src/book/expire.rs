//! What ends by itself: lots, and holds.

use super::Book;
use super::rows::{Draft, Transaction};
use super::spend::post;
use crate::order::{Counter, EXPIRED, Order};
use crate::receipt::{HoldState, Moved};
use base::id::HoldId;

impl Book {
    /// Takes what is free in every loaded lot whose end has come, one posting for each account, and ends the given holds;
    /// all one transaction. What each account lost, and the holds that ended; nothing when nothing is due.
    pub fn expire(
        &mut self,
        now: chrono::DateTime<chrono::Utc>,
        number: i64,
        order: &Order,
        holds: &[HoldId],
    ) -> (Vec<Moved>, Vec<HoldId>) {
        let mut draft = Draft::new(order.id(), number, now);
        for hold in holds {
            let is_open = self.holds.get(hold).is_some_and(|hold| hold.state == HoldState::Open);
            if is_open && self.free(&mut draft, *hold, HoldState::Expired).is_err() {
                // Its account is not loaded: the next run finds it.
                continue;
            }
        }
        // Freed points may have paid a claim: that is nobody's loss by expiry.
        let settled = draft.moved.len();
        let accounts: Vec<_> = self.accounts.keys().copied().collect();
        for account in accounts {
            let Some(state) = self.accounts.get_mut(&account) else { continue };
            let draws = state.take(i64::MAX, |lot| if lot.is_over(now) { lot.free() } else { 0 });
            if draws.is_empty() {
                continue;
            }
            for (id, drawn) in &draws {
                if let Some(lot) = state.lot(*id) {
                    lot.expired += drawn;
                }
            }
            let currency = state.currency;
            let Ok(inner) = self.inner(&Counter::the(EXPIRED), currency) else { continue };
            let Some(state) = self.accounts.get_mut(&account) else { continue };
            let place = draft.step();
            draft.draw(place, &draws, 1);
            let drawn: i64 = draws.iter().map(|(_, drawn)| drawn).sum();
            post(&mut draft, state, place, -drawn, inner);
        }
        let ended = draft.moved.iter().filter_map(|moved| moved.hold).collect();
        let lost = draft.moved.iter().skip(settled).cloned().collect();
        if !draft.moved.is_empty() {
            self.written.push(Transaction::of(draft, order, order.body_hash()));
        }
        (lost, ended)
    }
}
