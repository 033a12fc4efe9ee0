//! Movements of points that people or programs ask for, as orders of the ledger: awards, adjustments, taking back.

use crate::account::Account;
use crate::adjustment::AdjustmentKind;
use crate::bonus_type::amount::Points;
use crate::bonus_type::{BonusType, expires_at};
use crate::store::member_event;
use base::Edit;
use base::id::TransactionId;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use ledger::{
    Account as Book, Amount, Cause, Counter, LotTerms, Movement, Order, OrderEvent, Portion, ReversalPolicy,
};
use serde_json::json;

/// An award or a correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Manual<'a> {
    /// Counts once.
    pub key: &'a str,
    /// Award or correction.
    pub kind: AdjustmentKind,
    /// In the smallest unit; negative takes away; not zero.
    pub units: i64,
    /// Instead of the validity of the bonus type.
    pub validity_days: Option<i32>,
    /// The reason code.
    pub reason: &'a str,
    /// What it belongs to: a purchase, a contact, an approval.
    pub record: Option<&'a str>,
    /// Which way it came: `desk`, `api`, `file`.
    pub source: &'static str,
}

/// The account of a member in the ledger.
#[must_use]
pub const fn book(account: &Account, bonus_type: &BonusType) -> Book {
    Book { owner: account.id.as_uuid(), currency: bonus_type.currency() }
}

/// The order of an award or a correction (CIMP-BON-10, CIMP-TXN-02). What is taken away goes back to the issuer.
#[must_use]
pub fn manual(
    edit: &Edit<'_>,
    account: &Account,
    bonus_type: &BonusType,
    zone: Tz,
    asked: Manual<'_>,
) -> Order {
    let amount = Amount::new(asked.units.saturating_abs()).unwrap_or_default();
    let until = lot_end(edit.now, bonus_type, asked.validity_days, zone);
    let book = book(account, bonus_type);
    let movement = if asked.units >= 0 {
        let lot = LotTerms { active_from: None, expires_at: until, tag: None };
        Movement::Credit { account: book, amount, from: Counter::the(ledger::order::ISSUER), lot }
    } else {
        Movement::Debit { account: book, amount, to: Counter::the(ledger::order::ISSUER) }
    };
    let (kind, told) = match asked.kind {
        AdjustmentKind::Award => ("award", "loyalty.bonus_accrued.v1"),
        AdjustmentKind::Adjustment => ("adjust", "loyalty.bonus_adjusted.v1"),
    };
    let fields = &bonus_type.fields;
    let said = json!({
        "bonus_type": fields.code, "bonus_title": fields.title, "amount": Points::new(asked.units, fields.scale),
        "expires_at": (asked.units > 0).then_some(until).flatten(), "reason": asked.reason, "activity": kind,
    });
    let mut order = Order::new(asked.key, kind, asked.source, edit.author, movement);
    order.reason = Some(asked.reason.to_owned());
    order.cause = Cause { record: asked.record.map(str::to_owned), ..Cause::default() };
    order.events = vec![OrderEvent::New(member_event(told, edit, &account.into(), said))];
    // The end of validity follows from the moment, which is another at each try.
    let identity = (kind, account.id, asked.units, asked.validity_days, asked.reason, asked.record);
    order.body = Some(body(&json!(identity)));
    order
}

fn lot_end(now: DateTime<Utc>, bonus_type: &BonusType, days: Option<i32>, zone: Tz) -> Option<DateTime<Utc>> {
    let days = days.or(bonus_type.fields.validity_days)?;
    expires_at(now, days, bonus_type.fields.expiry_round, zone)
}

fn body(said: &serde_json::Value) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    Sha256::digest(said.to_string()).into()
}

/// Why points are taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeBack {
    /// Goods were returned (CIMP-TXN-03).
    Return,
    /// An accrual was a mistake (CIMP-TXN-01).
    Cancel,
}

/// What is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Back<'a> {
    /// Counts once.
    pub key: &'a str,
    /// Why.
    pub why: TakeBack,
    /// The transaction that gave the points.
    pub transaction: TransactionId,
    /// So many of the smallest unit; none: all that was not taken back before.
    pub units: Option<i64>,
    /// The reason code.
    pub reason: &'a str,
    /// The purchase, or what else it belongs to.
    pub record: Option<&'a str>,
    /// Which way it came.
    pub source: &'static str,
}

/// The order that takes back what an accrual gave. Where the points are spent already, debt is made only when the bonus
/// type allows it (GAP-36).
#[must_use]
pub fn back(edit: &Edit<'_>, account: &Account, bonus_type: &BonusType, asked: Back<'_>) -> Order {
    let policy =
        if bonus_type.fields.allows_debt { ReversalPolicy::AllowDebt } else { ReversalPolicy::WithinBalance };
    let portion = match asked.units {
        None => Portion::All,
        Some(units) => Portion::Part(Amount::new(units).unwrap_or_default()),
    };
    let kind = match asked.why {
        TakeBack::Return => "return",
        TakeBack::Cancel => "cancel",
    };
    let movement = Movement::Reverse { transaction: asked.transaction, portion, policy };
    let fields = &bonus_type.fields;
    let said = json!({
        "bonus_type": fields.code, "bonus_title": fields.title, "reason": asked.reason, "why": kind,
        "amount": asked.units.map(|units| Points::new(units, fields.scale)), "transaction": asked.transaction,
        "record": asked.record,
    });
    let mut order = Order::new(asked.key, kind, asked.source, edit.author, movement);
    order.reason = Some(asked.reason.to_owned());
    order.cause = Cause { record: asked.record.map(str::to_owned), ..Cause::default() };
    order.events =
        vec![OrderEvent::New(member_event("loyalty.bonus_reversed.v1", edit, &account.into(), said))];
    order
}

/// Shares a part of a purchase's bonus that is taken back among its accruals, in the order in which they were given:
/// `given` are the accruals with what is left of each. None when less is left than is asked.
#[must_use]
pub fn share(given: &[(TransactionId, i64)], units: i64) -> Option<Vec<(TransactionId, i64)>> {
    let mut left = units;
    let mut parts = Vec::new();
    for (id, amount) in given {
        let part = left.min(*amount);
        if part > 0 {
            parts.push((*id, part));
            left -= part;
        }
    }
    (left == 0).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_part_is_taken_from_the_first_accruals_and_never_more_than_is_left() {
        let id = |n| TransactionId::from_uuid(Uuid::from_u128(n));
        let given = [(id(1), 10), (id(2), 5)];
        assert_eq!(share(&given, 12), Some(vec![(id(1), 10), (id(2), 2)]));
        assert_eq!(share(&given, 15), Some(vec![(id(1), 10), (id(2), 5)]));
        assert_eq!(share(&given, 16), None);
    }
}
