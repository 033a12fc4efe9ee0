//! A grant as an order of the ledger.

use super::Grant;
use crate::bonus_type::amount::Points;
use crate::member::Member;
use base::event::Journal;
use base::{Author, NewEvent};
use chrono::{DateTime, Utc};
use ledger::{Account, Amount, Cause, Counter, LotTerms, Movement, Order, OrderEvent};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// Longest key that is written out; a longer one is replaced by a hash, because the ledger takes 300 bytes.
const KEY_MAX: usize = 200;

/// The activity for which points are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Occasion<'a> {
    /// Which system reported it.
    pub source: &'a str,
    /// Its id there.
    pub id: &'a str,
    /// The type of its event.
    pub kind: &'a str,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Who reported it.
    pub author: Author,
}

/// The key under which a reaction gives points once, however often its event comes.
#[must_use]
pub fn key(source: &str, id: &str, rule: Uuid, reaction: &str) -> String {
    if source.len() + id.len() > KEY_MAX {
        let digest = Sha256::digest(format!("{}:{source}{id}", source.len()));
        return format!("accrue:{}:{rule}:{reaction}", hex(&digest));
    }
    format!("accrue:{source}:{id}:{rule}:{reaction}")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What makes an activity the same when it is reported again: its type and what it says. Not its time, which is the
/// moment of arrival when the sender says none.
#[must_use]
pub fn identity(kind: &str, data: &impl Serialize) -> [u8; 32] {
    // Of JSON values there is none that cannot be written.
    Sha256::digest(serde_json::to_vec(&(kind, data)).unwrap_or_default()).into()
}

/// The order that gives a grant. Its event tells rules and histories what was given.
#[must_use]
pub fn order(occasion: Occasion<'_>, member: &Member, grant: &Grant, body: [u8; 32]) -> Order {
    let mut order = silent_order(occasion, member, grant, body);
    order.events = vec![OrderEvent::New(accrued(occasion, member, grant))];
    order
}

/// [`order`] without an event.
#[must_use]
pub fn silent_order(occasion: Occasion<'_>, member: &Member, grant: &Grant, body: [u8; 32]) -> Order {
    let Occasion { source, id, kind, at, author } = occasion;
    let currency = grant.bonus_type.currency();
    let movement = Movement::Credit {
        account: Account { owner: member.id.as_uuid(), currency },
        amount: Amount::new(grant.units).unwrap_or_default(),
        from: Counter::the(ledger::order::ISSUER),
        lot: LotTerms { active_from: None, expires_at: grant.expires_at, tag: None },
    };
    let activity = kind.strip_prefix(super::PREFIX).unwrap_or(kind);
    let mut order =
        Order::new(key(source, id, grant.rule, &grant.reaction), "accrue", "event", author, movement);
    order.body = Some(body);
    order.reason = Some(grant.reason.clone().unwrap_or_else(|| activity.to_owned()));
    order.effective_at = Some(at);
    order.cause = Cause {
        event: Some(format!("{source} {id}")),
        rule: Some(grant.rule),
        version: Some(grant.version),
        record: Some(id.to_owned()),
        ..Cause::default()
    };
    order
}

fn accrued(occasion: Occasion<'_>, member: &Member, grant: &Grant) -> NewEvent {
    let fields = &grant.bonus_type.fields;
    NewEvent {
        kind: "loyalty.bonus_accrued.v1".into(),
        journal: Journal::Activity,
        subject: member.id.as_uuid(),
        correlation: None,
        author: occasion.author,
        payload: json!({
            "customer_id": member.customer_id, "account_id": member.id, "account": member.number,
            "bonus_type": fields.code, "bonus_title": fields.title, "amount": Points::new(grant.units, fields.scale),
            "expires_at": grant.expires_at, "activity": occasion.kind, "reason": grant.reason,
            "source": occasion.source, "id": occasion.id, "rule_id": grant.rule, "version": grant.version,
        }),
    }
}
