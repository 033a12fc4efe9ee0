//! What the ledger answers.

use crate::amount::{AMOUNT_MAX, Amount, BALANCE_MAX};
use crate::order::{MOVEMENTS_MAX, ORDERS_MAX, TEXT_MAX};
use base::id::{AccountId, CurrencyId, HoldId, TransactionId};
use chrono::{DateTime, Utc};
use serde::Serialize;

/// The order is posted, now or before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Receipt {
    /// Its transaction.
    pub transaction: TransactionId,
    /// The transaction's number: grows with time, has gaps.
    pub number: i64,
    /// When it was booked.
    pub booked_at: DateTime<Utc>,
    /// Whether it stood there before.
    pub repeated: bool,
    /// What each movement did, in order. A reversal has one for each reversed movement.
    pub moved: Vec<Moved>,
}

/// What one movement did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Moved {
    /// Its place in the transaction, from 0.
    pub place: i32,
    /// The member's account.
    pub account: AccountId,
    /// What was added to the balance; negative: taken. 0 for holds and releases.
    pub change: i64,
    /// The balance afterwards; none where it did not change.
    pub balance: Option<i64>,
    /// The hold that was placed, captured or released.
    pub hold: Option<HoldId>,
    /// What a reversal had to take and could not.
    pub short: i64,
}

/// Why an order was not posted: nothing of it has happened.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The key came before with another body.
    #[error("the key {0:?} came before with another body: give each order a key of its own")]
    KeyReused(String),
    /// Less is there.
    #[error("{asked} is asked and {available} is available")]
    Insufficient {
        /// What the member can spend, in smallest units.
        available: i64,
        /// What was asked.
        asked: i64,
    },
    /// The account would hold too much.
    #[error("the balance would be above {BALANCE_MAX} smallest units")]
    BalanceTooLarge,
    /// An amount of nothing.
    #[error("an amount is 1 to {AMOUNT_MAX} smallest units")]
    ZeroAmount,
    /// No such currency.
    #[error("the currency {0} does not exist")]
    UnknownCurrency(CurrencyId),
    /// No such hold.
    #[error("the hold {0} does not exist")]
    UnknownHold(HoldId),
    /// The hold is over.
    #[error("the hold {0} was {1}")]
    HoldClosed(HoldId, HoldState),
    /// More than was held.
    #[error("the hold is of {held} and {asked} is asked")]
    AboveHold {
        /// What is held.
        held: i64,
        /// What was asked.
        asked: i64,
    },
    /// No such transaction.
    #[error("the transaction {0} does not exist")]
    UnknownTransaction(TransactionId),
    /// It is reversed as a whole already.
    #[error("the transaction {0} is reversed already")]
    AlreadyReversed(TransactionId),
    /// Nothing in it can be reversed.
    #[error(
        "the transaction {0} holds nothing that can be reversed: holds are released, reversals and expiry are corrected by a new movement"
    )]
    NotReversible(TransactionId),
    /// More than is left to reverse.
    #[error("{left} of it can be reversed and {asked} is asked")]
    AboveReversible {
        /// What was not reversed yet.
        left: i64,
        /// What was asked.
        asked: i64,
    },
    /// Several movements, and no word which.
    #[error("the transaction has several movements: say the place of the one that is reversed in part")]
    PlaceNeeded,
    /// A transaction that gave and took is reversed as a whole.
    #[error("the transaction gave and took: it is reversed as a whole or not at all")]
    WholeOnly,
    /// The currency allows no debt.
    #[error("the currency allows no debt, and {short} is not there any more")]
    DebtNotAllowed {
        /// What would become debt.
        short: i64,
    },
    /// A moment in the future.
    #[error("the effective time is in the future")]
    InFuture,
    /// A lot or hold that ends before it begins.
    #[error("it would end before it begins")]
    EndsTooEarly,
    /// A text that the ledger does not take.
    #[error("the {0} must have 1 to {TEXT_MAX} bytes and no NUL")]
    Text(&'static str),
    /// A role that is not for counters.
    #[error("the other side of a movement is an inner account, not a member's")]
    MemberAsCounter,
    /// Too many or no movements.
    #[error("an order has 1 to {MOVEMENTS_MAX} movements: a rule that grants without end stops here")]
    Movements,
    /// Too many orders in one call.
    #[error("one call takes at most {ORDERS_MAX} orders")]
    TooManyOrders,
}

impl Refusal {
    /// A stable word for programs.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::KeyReused(_) => "key_reused",
            Self::Insufficient { .. } => "insufficient",
            Self::BalanceTooLarge => "balance_too_large",
            Self::ZeroAmount => "zero_amount",
            Self::UnknownCurrency(_) => "unknown_currency",
            Self::UnknownHold(_) => "unknown_hold",
            Self::HoldClosed(..) => "hold_closed",
            Self::AboveHold { .. } => "above_hold",
            Self::UnknownTransaction(_) => "unknown_transaction",
            Self::AlreadyReversed(_) => "already_reversed",
            Self::NotReversible(_) => "not_reversible",
            Self::AboveReversible { .. } => "above_reversible",
            Self::PlaceNeeded => "place_needed",
            Self::WholeOnly => "whole_only",
            Self::DebtNotAllowed { .. } => "debt_not_allowed",
            Self::InFuture => "in_future",
            Self::EndsTooEarly => "ends_too_early",
            Self::Text(_) => "text",
            Self::MemberAsCounter => "member_as_counter",
            Self::Movements => "movements",
            Self::TooManyOrders => "too_many_orders",
        }
    }
}

/// What became of a hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HoldState {
    /// It holds.
    Open,
    /// Taken, at least a part.
    Captured,
    /// Ended by a release.
    Released,
    /// Ended by its time.
    Expired,
}

impl HoldState {
    /// The column's word.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Captured => "captured",
            Self::Released => "released",
            Self::Expired => "expired",
        }
    }

    /// The state of a word; the table's check constraint allows no other.
    #[must_use]
    pub fn of(word: &str) -> Self {
        match word {
            "captured" => Self::Captured,
            "released" => Self::Released,
            "expired" => Self::Expired,
            _ => Self::Open,
        }
    }
}

impl std::fmt::Display for HoldState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}

impl Moved {
    /// A movement of a balance.
    pub(crate) const fn of(place: i32, account: AccountId, change: i64, balance: i64) -> Self {
        Self { place, account, change, balance: Some(balance), hold: None, short: 0 }
    }
}

/// The part of [`Amount`] that a check needs.
pub(crate) const fn positive(amount: Amount) -> Result<i64, Refusal> {
    if amount.is_zero() { Err(Refusal::ZeroAmount) } else { Ok(amount.get()) }
}
