//! What is asked of the ledger.

use crate::amount::Amount;
use base::id::{AccountId, CurrencyId, HoldId, TransactionId};
use base::{Author, NewEvent};
use chrono::{DateTime, TimeDelta, Utc};
use platform::event::OutsideEvent;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::Arc;
use uuid::Uuid;

/// Most orders of one call; also the width of a block of transaction numbers.
pub const ORDERS_MAX: usize = 1_000;
/// Most movements of one order. No purchase grants this often: a rule that grants without end stops here, and is told.
pub const MOVEMENTS_MAX: usize = 100;
/// Longest key, kind, reason, source and tag, in bytes.
pub const TEXT_MAX: usize = 300;
/// How far ahead of ours the clock of whoever sets the effective time may be.
pub const FUTURE_MAX: TimeDelta = TimeDelta::minutes(5);

/// The role of accounts that have lots and never go below zero, except by a reversal where the currency allows debt.
pub const MEMBER: &str = "member";
/// Where given points come from, and where taken-back ones go: its balance is minus what was issued.
pub const ISSUER: &str = "issuer";
/// Where spent points go.
pub const SPENT: &str = "spent";
/// Where expired points go.
pub const EXPIRED: &str = "expired";

/// A member's account: one for each owner and currency, opened by its first movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Account {
    /// Whose, such as the id of a master account.
    pub owner: Uuid,
    /// In which currency.
    pub currency: CurrencyId,
}

impl Account {
    /// Its id, which follows from owner and currency.
    #[must_use]
    pub fn id(&self) -> AccountId {
        account_id(self.owner, MEMBER, self.currency)
    }
}

/// The other side of a movement: an inner account, without lots and without a lower end, in the same currency.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Counter {
    /// What it is for, such as [`ISSUER`]; never [`MEMBER`].
    pub role: Cow<'static, str>,
    /// Whose; nil when there is one of the kind.
    pub owner: Uuid,
}

impl Counter {
    /// The one of a role, such as [`ISSUER`], [`SPENT`].
    #[must_use]
    pub const fn the(role: &'static str) -> Self {
        Self { role: Cow::Borrowed(role), owner: Uuid::nil() }
    }

    /// One of several of a role, such as a partner's.
    pub fn of(role: impl Into<Cow<'static, str>>, owner: Uuid) -> Self {
        Self { role: role.into(), owner }
    }

    /// Its account in a currency.
    #[must_use]
    pub fn id(&self, currency: CurrencyId) -> AccountId {
        account_id(self.owner, &self.role, currency)
    }
}

/// How what is credited may be used.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotTerms {
    /// Spendable from then on; none: at once.
    pub active_from: Option<DateTime<Utc>>,
    /// Expires then (not spendable from that moment on); none: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// Kept with the lot for whoever reads it, such as a promotion's code.
    pub tag: Option<String>,
}

/// How much of a transaction is reversed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Portion {
    /// All that was not reversed before, of every movement.
    All,
    /// So much of the only movement.
    Part(Amount),
    /// So much of the movement at this place of the receipt.
    PartOf(i32, Amount),
}

/// What a reversal of a credit takes when the points are not there any more. What had expired is never taken again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReversalPolicy {
    /// What remains of the credit's own lot, or of what stands in for it.
    OnlyRemaining,
    /// Its own lot first, then whatever the member could spend.
    WithinBalance,
    /// The same, and the rest becomes debt; refused where the currency allows none.
    AllowDebt,
}

/// One movement of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    /// Gives: a new lot. Debt is paid from it first.
    Credit {
        /// Whom.
        account: Account,
        /// How much; not zero.
        amount: Amount,
        /// From where, usually [`ISSUER`].
        from: Counter,
        /// How it may be used.
        lot: LotTerms,
    },
    /// Takes what is spendable, from the lots that expire first.
    Debit {
        /// From whom.
        account: Account,
        /// How much; not zero.
        amount: Amount,
        /// Where to, usually [`SPENT`].
        to: Counter,
    },
    /// Sets aside what is spendable, from the lots that expire first. Held points do not expire.
    Hold {
        /// Of whom.
        account: Account,
        /// How much; not zero.
        amount: Amount,
        /// Released by itself then; none: never.
        expires_at: Option<DateTime<Utc>>,
    },
    /// Takes a hold, or part of it: the rest is released.
    Capture {
        /// Which.
        hold: HoldId,
        /// How much; none: all of it.
        amount: Option<Amount>,
        /// Where to, usually [`SPENT`].
        to: Counter,
    },
    /// Ends a hold and takes nothing.
    Release {
        /// Which.
        hold: HoldId,
    },
    /// Takes back what a transaction gave, and gives back what it took into the lots it came from.
    Reverse {
        /// Which: see [`transaction_id`].
        transaction: TransactionId,
        /// How much of it.
        portion: Portion,
        /// What to do when credited points are not there any more.
        policy: ReversalPolicy,
    },
}

/// Why an order was made: back to the event and the version of the rule. Kept with the transaction and in its hash.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// The event, as its source names it or by its id in the log.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// The rule.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rule: Option<Uuid>,
    /// The rule's version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i32>,
    /// The file that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// The line of the file, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<i64>,
    /// What it belongs to, such as an order of a reward, a purchase, a contact.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<String>,
}

impl Cause {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// An event that is appended with the transaction, and only when the order is posted for the first time.
#[derive(Clone, Debug, PartialEq)]
pub enum OrderEvent {
    /// One of our own.
    New(NewEvent),
    /// One of another system: already known ones are left as they are.
    Outside(Arc<OutsideEvent>),
}

/// Movements that happen together or not at all, once a key.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    /// Counts once for ever, such as `accrue:shop:77:<rule>:0`. 1 to [`TEXT_MAX`] bytes.
    pub key: String,
    /// What makes a repetition the same; none: kind, reason, effective time and movements. Whoever computes amounts
    /// or dates anew at each try fixes it, such as to the hash of the event's identity.
    pub body: Option<[u8; 32]>,
    /// What it is in the words of whoever asks, such as `accrue`, `spend`, `adjust`.
    pub kind: Cow<'static, str>,
    /// The code of the reason.
    pub reason: Option<String>,
    /// Which way it came, such as `event`, `desk`, `file`.
    pub source: Cow<'static, str>,
    /// Why.
    pub cause: Cause,
    /// When it happened; none: now. Not later than now: what becomes usable later says so in its lot.
    pub effective_at: Option<DateTime<Utc>>,
    /// Who asked.
    pub author: Author,
    /// 1 to [`MOVEMENTS_MAX`]; a later one sees what an earlier one did.
    pub movements: Vec<Movement>,
    /// Appended with it.
    pub events: Vec<OrderEvent>,
}

impl Order {
    /// An order of one movement, with no reason, no cause and no events; the fields are there to be set.
    pub fn new(
        key: impl Into<String>,
        kind: impl Into<Cow<'static, str>>,
        source: impl Into<Cow<'static, str>>,
        author: Author,
        movement: Movement,
    ) -> Self {
        Self {
            key: key.into(),
            body: None,
            kind: kind.into(),
            reason: None,
            source: source.into(),
            cause: Cause::default(),
            effective_at: None,
            author,
            movements: vec![movement],
            events: Vec::new(),
        }
    }

    /// The id of its transaction.
    #[must_use]
    pub fn id(&self) -> TransactionId {
        transaction_id(&self.key)
    }

    /// What makes a repetition the same.
    #[must_use]
    pub fn body_hash(&self) -> [u8; 32] {
        self.body.unwrap_or_else(|| {
            let at = self.effective_at.map(|at| at.timestamp_micros());
            let body =
                serde_json::to_vec(&(&self.kind, &self.reason, at, &self.movements)).unwrap_or_default();
            Sha256::digest(body).into()
        })
    }
}

/// The transaction of a key.
#[must_use]
pub fn transaction_id(key: &str) -> TransactionId {
    TransactionId::from_uuid(uuid_of(b"trunkline.ledger.transaction", &[key.as_bytes()]))
}

/// The hold that the movement at `place` of a transaction set aside; its receipt says it too.
#[must_use]
pub fn hold_id(transaction: TransactionId, place: i32) -> HoldId {
    let transaction = transaction.as_uuid();
    let parts = [transaction.as_bytes().as_slice(), &place.to_be_bytes()];
    HoldId::from_uuid(uuid_of(b"trunkline.ledger.hold", &parts))
}

/// The account of an owner in a role and a currency.
#[must_use]
pub fn account_id(owner: Uuid, role: &str, currency: CurrencyId) -> AccountId {
    let currency = currency.as_uuid();
    let parts = [owner.as_bytes().as_slice(), currency.as_bytes().as_slice(), role.as_bytes()];
    AccountId::from_uuid(uuid_of(b"trunkline.ledger.account", &parts))
}

/// A UUIDv8 (RFC 9562) that follows from its parts; at most the last of them varies in length.
fn uuid_of(space: &[u8], parts: &[&[u8]]) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(space);
    for part in parts {
        hash.update(part);
    }
    let mut bytes = [0_u8; 16];
    for (place, byte) in bytes.iter_mut().zip(hash.finalize()) {
        *place = byte;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
