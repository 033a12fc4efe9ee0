//! Which rules give what.

use super::Setup;
use crate::bonus_type::{BonusType, amount, expires_at};
use crate::member::Member;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rules::Prepared;
use rules::decide::{Occasion, RuleSet};
use rules::document::{Act, Reaction, value_in};
use std::sync::Arc;
use uuid::Uuid;

/// Points that a rule gives.
#[derive(Clone, Debug, PartialEq)]
pub struct Grant {
    /// The rule.
    pub rule: Uuid,
    /// Its version.
    pub version: i32,
    /// The key of its reaction.
    pub reaction: String,
    /// Which points.
    pub bonus_type: Arc<BonusType>,
    /// How many of the smallest unit; above zero.
    pub units: i64,
    /// When they expire.
    pub expires_at: Option<DateTime<Utc>>,
    /// The reason code, when the rule says one.
    pub reason: Option<String>,
}

/// What a reaction `accrue` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Terms<'a> {
    /// The code of the bonus type.
    pub bonus_type: &'a str,
    /// The expression of the amount.
    pub amount: &'a str,
    /// Instead of the validity of the bonus type.
    pub validity_days: Option<i32>,
}

impl<'a> Terms<'a> {
    /// The terms of a reaction, when it gives points.
    #[must_use]
    pub fn of(act: &'a Act) -> Option<Self> {
        match act {
            Act::Accrue { bonus_type, amount, validity_days, .. } => {
                Some(Self { bonus_type, amount, validity_days: *validity_days })
            }
            _ => None,
        }
    }
}

/// Why a rule that matched gave nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The rule.
    pub rule: Uuid,
    /// The key of its reaction.
    pub reaction: String,
    /// What is wrong.
    pub message: String,
}

/// What an activity gives at once.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decided {
    /// What is given now.
    pub grants: Vec<Grant>,
    /// Rules that give later, or need to remember how often they gave: the reader of the log looks at them.
    pub pending: Vec<Uuid>,
    /// What could not be computed.
    pub faults: Vec<Fault>,
}

/// What the live rules give for an activity of `kind` at `at`. `site` is the zone in which rules tell the time.
#[must_use]
pub fn decide(
    set: &RuleSet,
    setup: &Setup,
    member: &Member,
    kind: &str,
    facts: &Prepared<'_>,
    (at, site): (DateTime<Utc>, Tz),
) -> Decided {
    let mut decided = Decided::default();
    for rule in set.of_event(kind) {
        let (_, version) = rule.version(member.customer_id.as_uuid());
        let document = version.rule.document();
        let gives = |reaction: &&Reaction| matches!(reaction.act, Act::Accrue { .. });
        if document.event != kind || !document.reactions.iter().any(|reaction| gives(&reaction)) {
            continue;
        }
        let outcome = version.rule.decide(facts, Occasion { at, zone: site });
        if !outcome.matched() {
            continue;
        }
        for reaction in version.rule.reactions(&outcome.reactions).filter(gives) {
            if document.limit.is_some() || reaction.after_seconds > 0 {
                if !decided.pending.contains(&rule.rule_id) {
                    decided.pending.push(rule.rule_id);
                }
                continue;
            }
            match granted(setup, member, &reaction.act, facts, at) {
                Ok(None) => {}
                Ok(Some(given)) => decided.grants.push(Grant {
                    rule: rule.rule_id,
                    version: version.number,
                    reaction: reaction.key.clone(),
                    ..given
                }),
                Err(message) => {
                    decided.faults.push(Fault {
                        rule: rule.rule_id,
                        reaction: reaction.key.clone(),
                        message,
                    });
                }
            }
        }
    }
    decided
}

/// What one reaction gives; nothing when the amount is rounded to zero. Rule, version and reaction are the caller's.
///
/// # Errors
/// Why nothing can be given.
pub fn granted(
    setup: &Setup,
    member: &Member,
    act: &Act,
    facts: &Prepared<'_>,
    at: DateTime<Utc>,
) -> Result<Option<Grant>, String> {
    let terms = Terms::of(act).ok_or("the reaction gives no points")?;
    let reason = match act {
        Act::Accrue { reason, .. } => reason.clone(),
        _ => None,
    };
    let given = grant(setup, member, terms, facts, at)?;
    Ok(given.map(|(bonus_type, units, expires_at)| Grant {
        rule: Uuid::nil(),
        version: 0,
        reaction: String::new(),
        bonus_type,
        units,
        expires_at,
        reason,
    }))
}

/// Which points, how many of the smallest unit, and when they expire.
pub type Given = (Arc<BonusType>, i64, Option<DateTime<Utc>>);

/// Which points, how many of the smallest unit, and until when.
///
/// # Errors
/// The member's account earns nothing, the bonus type does not exist, or the amount cannot be computed or is negative.
pub fn grant(
    setup: &Setup,
    member: &Member,
    terms: Terms<'_>,
    facts: &Prepared<'_>,
    at: DateTime<Utc>,
) -> Result<Option<Given>, String> {
    if !member.status.earns() {
        return Err(format!("the account {} is not enrolled: it earns nothing", member.number));
    }
    let bonus_type = setup.bonus_type(member.programme_id, terms.bonus_type).ok_or_else(|| {
        format!("the programme of account {} has no bonus type {:?}", member.number, terms.bonus_type)
    })?;
    let fields = &bonus_type.fields;
    let computed = value_in(terms.amount, facts)?;
    let units =
        amount::computed(&computed, fields.scale, fields.rounding).map_err(|fault| fault.to_string())?;
    if units < 0 {
        return Err(format!("the amount is {computed}: a rule gives points and takes none away"));
    }
    if units == 0 {
        return Ok(None);
    }
    let zone = setup.programme(member.programme_id).map_or(Tz::UTC, crate::programme::Programme::zone);
    let days = terms.validity_days.or(fields.validity_days);
    let until = days.and_then(|days| expires_at(at, days, fields.expiry_round, zone));
    Ok(Some((Arc::clone(bonus_type), units, until)))
}
