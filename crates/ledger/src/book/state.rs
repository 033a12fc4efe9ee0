//! What is loaded of accounts, lots, holds and transactions.

use crate::order::Counter;
use crate::receipt::{HoldState, Receipt};
use base::id::{AccountId, CurrencyId, HoldId, TransactionId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Places of one transaction that a lot's id leaves room for.
pub const PLACES_MAX: i64 = 16_384;

/// One lot: the number of its transaction * [`PLACES_MAX`] + the place of its posting. Grows with time.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    sqlx::Type,
    utoipa::ToSchema,
)]
#[serde(transparent)]
#[sqlx(transparent)]
#[schema(value_type = i64)]
pub struct LotId(pub i64);

impl LotId {
    /// The lot of a posting.
    #[must_use]
    pub fn of(number: i64, place: i32) -> Self {
        Self(number * PLACES_MAX + i64::from(place))
    }

    /// The number of the transaction that brought it.
    #[must_use]
    pub const fn number(self) -> i64 {
        self.0 / PLACES_MAX
    }
}

/// What one credit brought, and what is left of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Its id.
    pub id: LotId,
    /// What it brought.
    pub amount: i64,
    /// What is left, held included.
    pub remaining: i64,
    /// What of it is held.
    pub held: i64,
    /// What of it expired.
    pub expired: i64,
    /// What returns of its credit owed so far; only known when an order reverses something.
    pub returned: i64,
    /// For whoever reads it.
    pub tag: Option<String>,
    /// Spendable from then on.
    pub active_from: DateTime<Utc>,
    /// Not spendable from then on.
    pub expires_at: Option<DateTime<Utc>>,
    /// What the write must do with it.
    pub mark: Mark,
}

/// What the write must do with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// As loaded.
    Same,
    /// Loaded and changed.
    Changed,
    /// Not there yet.
    New,
}

impl Mark {
    /// After a change.
    pub(super) const fn touch(&mut self) {
        if matches!(self, Self::Same) {
            *self = Self::Changed;
        }
    }
}

impl Lot {
    /// Neither taken nor held.
    #[must_use]
    pub const fn free(&self) -> i64 {
        self.remaining - self.held
    }

    /// Whether its end has come.
    #[must_use]
    pub fn is_over(&self, now: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|end| end <= now)
    }

    /// What can be spent of it now.
    #[must_use]
    pub fn usable(&self, now: DateTime<Utc>) -> i64 {
        if self.active_from <= now && !self.is_over(now) { self.free() } else { 0 }
    }

    /// What is free of it although its credit was returned: it came back after others' points had stood in for it.
    #[must_use]
    pub fn surplus(&self) -> i64 {
        let own = (self.amount - self.returned - self.expired).max(0);
        self.free().min(self.remaining - own).max(0)
    }

    /// The order in which lots are spent: what expires first, then what came first.
    fn order(&self) -> (bool, Option<DateTime<Utc>>, LotId) {
        (self.expires_at.is_none(), self.expires_at, self.id)
    }
}

/// A member's account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountState {
    /// Its id.
    pub id: AccountId,
    /// Whose.
    pub owner: Uuid,
    /// In which currency.
    pub currency: CurrencyId,
    /// What remains in its lots less its debt.
    pub balance: i64,
    /// What is held.
    pub held: i64,
    /// What it owes; the next credit pays it first.
    pub debt: i64,
    /// What returns could not take: paid by points that come back, never by new credits.
    pub claim: i64,
    /// Its lots, as far as they are needed, in the order in which they are spent.
    pub lots: Vec<Lot>,
    /// What its row says of balance, held, debt and claim: what differs in the end is written.
    pub stored: [i64; 4],
}

impl AccountState {
    /// Balance, held, debt and claim.
    #[must_use]
    pub const fn sums(&self) -> [i64; 4] {
        [self.balance, self.held, self.debt, self.claim]
    }

    /// What can be spent now.
    #[must_use]
    pub fn spendable(&self, now: DateTime<Utc>) -> i64 {
        self.lots.iter().map(|lot| lot.usable(now)).sum()
    }

    /// Puts a lot at its place in the order of spending.
    pub fn add_lot(&mut self, lot: Lot) {
        let at = self.lots.partition_point(|other| other.order() <= lot.order());
        self.lots.insert(at, lot);
    }

    /// A lot that is loaded.
    pub(super) fn lot(&mut self, id: LotId) -> Option<&mut Lot> {
        self.lots.iter_mut().find(|lot| lot.id == id)
    }

    /// Draws up to `amount` of what `part` says of each lot, in the order of spending.
    pub(super) fn take(&mut self, amount: i64, part: impl Fn(&Lot) -> i64) -> Vec<(LotId, i64)> {
        let mut left = amount;
        let mut draws = Vec::new();
        for lot in &mut self.lots {
            let drawn = part(lot).min(left);
            if drawn > 0 {
                lot.remaining -= drawn;
                lot.mark.touch();
                left -= drawn;
                draws.push((lot.id, drawn));
            }
            if left == 0 {
                break;
            }
        }
        draws
    }

    /// Draws up to `amount` from what is free in the given lots, no more of each than is said beside it; first what is
    /// there although its credit was returned.
    pub(super) fn take_from(&mut self, given: &[(LotId, i64)], amount: i64) -> Vec<(LotId, i64)> {
        let mut left = amount;
        let mut draws: Vec<(LotId, i64)> = Vec::new();
        for part in [Lot::surplus, Lot::free] {
            for (id, most) in given {
                let before = draws.iter().find(|(drawn, _)| drawn == id).map_or(0, |(_, drawn)| *drawn);
                let Some(lot) = self.lot(*id) else { continue };
                let drawn = part(lot).min(most - before).min(left);
                if drawn > 0 {
                    lot.remaining -= drawn;
                    lot.mark.touch();
                    left -= drawn;
                    add(&mut draws, *id, drawn);
                }
            }
        }
        draws
    }
}

/// Adds a draw to those of a movement: a lot is named once.
pub(super) fn add(draws: &mut Vec<(LotId, i64)>, lot: LotId, amount: i64) {
    match draws.iter_mut().find(|(drawn, _)| *drawn == lot) {
        Some((_, drawn)) => *drawn += amount,
        None => draws.push((lot, amount)),
    }
}

/// An amount that is set aside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// Its id.
    pub id: HoldId,
    /// Of which account.
    pub account: AccountId,
    /// How much.
    pub amount: i64,
    /// What was taken of it.
    pub captured: i64,
    /// Whether it still holds.
    pub state: HoldState,
    /// The transaction that placed it.
    pub number: i64,
    /// At which place.
    pub place: i32,
    /// Ends by itself then.
    pub expires_at: Option<DateTime<Utc>>,
    /// Of which lots, in the order of spending.
    pub lots: Vec<(LotId, i64)>,
    /// The transaction and place that ended it.
    pub closed: Option<(i64, i32)>,
    /// What the write must do with it.
    pub mark: Mark,
}

/// An inner account of a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inner {
    /// Its role and owner.
    pub counter: Counter,
    /// Its currency.
    pub currency: CurrencyId,
}

/// A transaction that stands under a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What makes a repetition the same.
    pub body_hash: [u8; 32],
    /// What was answered.
    pub receipt: Receipt,
}

impl Known {
    /// The first answer again, when the body is the same.
    pub(crate) fn again(&self, body_hash: &[u8; 32]) -> Option<Receipt> {
        (self.body_hash == *body_hash).then(|| Receipt { repeated: true, ..self.receipt.clone() })
    }
}

/// A transaction that is to be reversed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Original {
    /// Its id.
    pub id: TransactionId,
    /// Its number.
    pub number: i64,
    /// Its movements that can be reversed.
    pub parts: Vec<Part>,
}

/// A movement that can be reversed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// Its place in the transaction.
    pub place: i32,
    /// The member's account.
    pub account: AccountId,
    /// The inner account.
    pub inner: AccountId,
    /// How much was moved.
    pub amount: i64,
    /// What it did.
    pub effect: Effect,
    /// What reversals asked for so far.
    pub asked: i64,
    /// What of it was owed, that is, had not expired.
    pub owed: i64,
}

/// What a reversible movement did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Brought a lot.
    Gave(LotId),
    /// Drew from lots, in this order.
    Took(Vec<(LotId, i64)>),
}
