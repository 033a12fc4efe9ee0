//! The rows that an order becomes.

use super::Book;
use super::state::{Effect, LotId, Original, Part};
use crate::order::{Cause, Order};
use crate::receipt::{HoldState, Moved, Receipt};
use base::Author;
use base::id::{AccountId, HoldId, TransactionId};
use chrono::{DateTime, Utc};

/// An amount that goes from one account to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Its place in the transaction.
    pub place: i32,
    /// From.
    pub debit: AccountId,
    /// To.
    pub credit: AccountId,
    /// How much.
    pub amount: i64,
    /// The balance of `debit` afterwards when it is a member's.
    pub debit_after: Option<i64>,
    /// The balance of `credit` afterwards when it is a member's.
    pub credit_after: Option<i64>,
}

/// The terms of a lot, which never change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLot {
    /// Its id.
    pub id: LotId,
    /// Whose.
    pub account: AccountId,
    /// What it brought.
    pub amount: i64,
    /// For whoever reads it.
    pub tag: Option<String>,
    /// Spendable from then on.
    pub active_from: DateTime<Utc>,
    /// Not spendable from then on.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What was drawn from a lot; negative: given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Draw {
    /// The place of the movement.
    pub place: i32,
    /// From which lot.
    pub lot: LotId,
    /// How much.
    pub amount: i64,
}

/// A hold that was placed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    /// The place of the movement.
    pub place: i32,
    /// Its id.
    pub id: HoldId,
    /// Of which account.
    pub account: AccountId,
    /// How much.
    pub amount: i64,
    /// Ends by itself then.
    pub expires_at: Option<DateTime<Utc>>,
    /// Of which lots.
    pub lots: Vec<(LotId, i64)>,
}

/// A hold that ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Closed {
    /// The place of the movement.
    pub place: i32,
    /// Which.
    pub id: HoldId,
    /// How.
    pub state: HoldState,
    /// What was taken of it.
    pub captured: i64,
}

/// What changed in what is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The place of the movement.
    pub place: i32,
    /// Whose.
    pub account: AccountId,
    /// The posting that is reversed, by number and place.
    pub reversed: Option<(i64, i32)>,
    /// What was asked back.
    pub asked: i64,
    /// Less what had expired.
    pub owed: i64,
    /// What was moved.
    pub taken: i64,
    /// Became debt, or paid it.
    pub debt: i64,
    /// Became a claim, or paid it.
    pub claim: i64,
}

/// A transaction that is being made.
#[derive(Clone, Debug)]
pub struct Draft {
    /// Its id.
    pub id: TransactionId,
    /// Its number.
    pub number: i64,
    /// The moment.
    pub now: DateTime<Utc>,
    pub(super) place: i32,
    pub(super) postings: Vec<Posting>,
    pub(super) lots: Vec<NewLot>,
    pub(super) draws: Vec<Draw>,
    pub(super) placed: Vec<Placed>,
    pub(super) closed: Vec<Closed>,
    pub(super) owed: Vec<Owed>,
    pub(super) moved: Vec<Moved>,
}

impl Draft {
    pub(super) const fn new(id: TransactionId, number: i64, now: DateTime<Utc>) -> Self {
        Self {
            id,
            number,
            now,
            place: 0,
            postings: Vec::new(),
            lots: Vec::new(),
            draws: Vec::new(),
            placed: Vec::new(),
            closed: Vec::new(),
            owed: Vec::new(),
            moved: Vec::new(),
        }
    }

    /// The next place.
    pub(super) const fn step(&mut self) -> i32 {
        let place = self.place;
        self.place += 1;
        place
    }

    pub(super) fn draw(&mut self, place: i32, draws: &[(LotId, i64)], sign: i64) {
        self.draws.extend(draws.iter().map(|(lot, amount)| Draw { place, lot: *lot, amount: sign * amount }));
    }

    pub(super) fn receipt(&self) -> Receipt {
        Receipt {
            transaction: self.id,
            number: self.number,
            booked_at: self.now,
            repeated: false,
            moved: self.moved.clone(),
        }
    }

    /// What another order can reverse of it.
    pub(super) fn as_original(&self, book: &Book) -> Original {
        let is_reversal = |place| self.owed.iter().any(|owed| owed.place == place && owed.reversed.is_some());
        let pays = |place| self.owed.iter().any(|owed| owed.place == place && owed.claim < 0);
        let part = |posting: &Posting| {
            let gave = self.lots.iter().find(|lot| lot.id == LotId::of(self.number, posting.place));
            let (account, inner) = match posting.credit_after {
                Some(_) => (posting.credit, posting.debit),
                None => (posting.debit, posting.credit),
            };
            let effect = match gave {
                Some(lot) => Effect::Gave(lot.id),
                None => Effect::Took(
                    self.draws
                        .iter()
                        .filter(|draw| draw.place == posting.place)
                        .map(|draw| (draw.lot, draw.amount))
                        .collect(),
                ),
            };
            Part { place: posting.place, account, inner, amount: posting.amount, effect, asked: 0, owed: 0 }
        };
        let known = |part: &Part| book.accounts.contains_key(&part.account);
        let reversible = |posting: &&Posting| !is_reversal(posting.place) && !pays(posting.place);
        let parts = self.postings.iter().filter(reversible).map(part).filter(known).collect();
        Original { id: self.id, number: self.number, parts }
    }
}

/// A moment in whole microseconds, as the columns keep it: what is hashed now is what is read again.
pub(crate) fn whole(moment: DateTime<Utc>) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(moment.timestamp_micros()).unwrap_or(moment)
}

/// A transaction to be written.
#[derive(Clone, Debug)]
pub struct Transaction {
    /// Its id.
    pub id: TransactionId,
    /// Its number.
    pub number: i64,
    /// See [`Order::key`].
    pub key: String,
    /// See [`Order::body_hash`].
    pub body_hash: [u8; 32],
    /// See [`Order::kind`].
    pub kind: String,
    /// See [`Order::reason`].
    pub reason: Option<String>,
    /// See [`Order::source`].
    pub source: String,
    /// See [`Order::cause`].
    pub cause: Option<Cause>,
    /// When it happened.
    pub effective_at: DateTime<Utc>,
    /// When it was written.
    pub booked_at: DateTime<Utc>,
    /// Who asked.
    pub author: Author,
    /// What moved.
    pub postings: Vec<Posting>,
    /// Lots that it brought.
    pub lots: Vec<NewLot>,
    /// Lots that it drew from.
    pub draws: Vec<Draw>,
    /// Holds that it placed.
    pub placed: Vec<Placed>,
    /// Holds that it ended.
    pub closed: Vec<Closed>,
    /// What changed in what is owed.
    pub owed: Vec<Owed>,
}

impl Transaction {
    pub(super) fn of(draft: Draft, order: &Order, body_hash: [u8; 32]) -> Self {
        let Draft { id, number, now, postings, lots, mut draws, placed, closed, owed, .. } = draft;
        draws.sort_unstable();
        Self {
            id,
            number,
            key: order.key.clone(),
            body_hash,
            kind: order.kind.clone().into_owned(),
            reason: order.reason.clone(),
            source: order.source.clone().into_owned(),
            cause: (!order.cause.is_empty()).then(|| order.cause.clone()),
            effective_at: order.effective_at.map_or(now, whole),
            booked_at: now,
            author: order.author,
            postings,
            lots,
            draws,
            placed,
            closed,
            owed,
        }
    }
}
