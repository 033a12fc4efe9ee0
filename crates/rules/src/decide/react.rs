//! From a batch of events to what is written: decisions, reactions, memory. Pure: the caller reads and writes.

use super::{LiveRule, Occasion, Outcome, RuleSet, Variant, Verdict, Version};
use crate::document::{Act, Goal, Limit, OnError};
use crate::facts::{Facts, References};
use crate::response::{Delivery, Reply, Responses};
use crate::store::{DecisionRow, ExposureRow, ReactionRow, UseRow};
use base::id::ReactionId;
use chrono::{DateTime, TimeDelta, Utc};
use platform::event::{DEPTH_MAX, Event};
use rand::Rng;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// The limit of rules that look at our own events and have none: our events do not count how many others caused
/// them, so a rule that causes its own event ends here.
const OWN_EVENTS: Limit = Limit { times: 20, per_seconds: 60 };

/// The key under which a reaction makes what it makes: a message, a run, a task.
#[must_use]
pub fn key_of(rule: Uuid, event: Uuid, reaction: &str) -> String {
    format!("rule/{rule}/{event}/{reaction}")
}

/// The reaction that made what stands under a key: rule, event and its own key.
fn reaction_of(key: &str) -> Option<(Uuid, Uuid, String)> {
    let mut parts = key.strip_prefix("rule/")?.splitn(3, '/');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?, parts.next()?.to_owned()))
}

/// The customer of an event, when it says one.
#[must_use]
pub fn customer_of(event: &Event) -> Option<Uuid> {
    let named = event.payload.get("customer_id").and_then(Value::as_str).and_then(|id| id.parse().ok());
    named.or_else(|| event.kind.starts_with("crm.customer_").then_some(event.subject))
}

fn is_own(event: &Event) -> bool {
    event.kind.contains(".v") && event.payload.get("data").is_none()
}

/// How many events caused each other before this one.
fn depth_of(event: &Event) -> u64 {
    event.payload.get("depth").and_then(Value::as_u64).unwrap_or(0)
}

/// The facts of an event. `customer` is the customer as expressions see one, or null.
#[must_use]
pub fn facts_of(event: &Event, customer: Value, reference: &References, zone: chrono_tz::Tz) -> Facts {
    Facts {
        event: data_of(event).clone(),
        meta: json!(Meta::of(event)),
        reference: reference.clone(),
        ..Facts::default()
    }
    .of_customer(customer)
    .at(event.occurred_at, zone)
}

/// What an event says: all of one of our own, the data of one from outside.
fn data_of(event: &Event) -> &Value {
    if is_own(event) { &event.payload } else { event.payload.get("data").unwrap_or(&Value::Null) }
}

/// What is said of an event beside its data.
#[derive(Clone, Debug, Serialize)]
pub struct Meta<'e> {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: &'e str,
    /// Which system sent it.
    pub source: Option<&'e str>,
    /// Its id there.
    pub id: Option<Cow<'e, str>>,
    time: DateTime<Utc>,
    depth: u64,
}

impl<'e> Meta<'e> {
    fn of(event: &'e Event) -> Self {
        let said = |key: &str| event.payload.get(key).and_then(Value::as_str);
        let (source, id) = if is_own(event) {
            (Some("trunkline"), Some(event.event_id.to_string().into()))
        } else {
            (said("source"), said("id").map(Cow::Borrowed))
        };
        Self { kind: &event.kind, source, id, time: event.occurred_at, depth: depth_of(event) }
    }
}

/// What a reaction that is done later needs to know of its event.
#[derive(Clone, Debug, Serialize)]
pub struct Context<'e> {
    event: &'e Value,
    /// What is said of it.
    pub meta: Meta<'e>,
    correlation: Uuid,
    subject: Option<&'e Value>,
}

impl<'e> Context<'e> {
    fn of(event: &'e Event) -> Self {
        Self {
            event: data_of(event),
            meta: Meta::of(event),
            correlation: event.correlation.unwrap_or(event.event_id.as_uuid()),
            subject: event.payload.get("subject"),
        }
    }
}

/// A rule that looked at an event.
#[derive(Clone, Debug)]
pub struct Considered {
    /// The place of the event in its batch.
    pub place: usize,
    /// The rule.
    pub rule: Arc<LiveRule>,
    /// As which variant.
    pub variant: Variant,
    /// In which version.
    pub version: Version,
    /// What came out, before limits.
    pub outcome: Outcome,
    /// What the criteria read.
    pub inputs: Map<String, Value>,
}

/// Lets all rules look at the events of a batch.
#[must_use]
pub fn consider(
    set: &RuleSet,
    events: &[Event],
    customers: &BTreeMap<Uuid, Value>,
    zone: chrono_tz::Tz,
) -> Vec<Considered> {
    let mut considered = Vec::new();
    for (place, event) in events.iter().enumerate() {
        let rules = set.of_event(&event.kind);
        if rules.is_empty() {
            continue;
        }
        let customer = customer_of(event).and_then(|id| customers.get(&id)).cloned().unwrap_or(Value::Null);
        let facts = facts_of(event, customer, &set.reference, zone);
        let prepared = facts.prepare();
        let whole = facts.without_references();
        for rule in rules {
            let (variant, version) = rule.version(customer_of(event).unwrap_or(event.subject));
            if version.rule.document().event != event.kind {
                continue; // the other variant looks at it
            }
            let outcome = version.rule.decide(&prepared, Occasion { at: event.occurred_at, zone });
            considered.push(Considered {
                place,
                rule: Arc::clone(rule),
                variant,
                version: version.clone(),
                inputs: version.rule.inputs(&whole),
                outcome,
            });
        }
    }
    considered
}

/// The limit that holds for a rule and an event.
fn limit_of(one: &Considered, event: &Event) -> Option<Limit> {
    one.version.rule.document().limit.or_else(|| is_own(event).then_some(OWN_EVENTS))
}

/// The pairs of rule and subject whose memory is needed to settle.
#[must_use]
pub fn memory_needed(considered: &[Considered], events: &[Event]) -> Vec<(Uuid, Uuid)> {
    let mut pairs = BTreeSet::new();
    for one in considered.iter().filter(|one| one.outcome.matched()) {
        if let Some(event) = events.get(one.place)
            && limit_of(one, event).is_some()
        {
            pairs.insert((one.rule.rule_id, subject_of(event)));
        }
    }
    pairs.into_iter().collect()
}

fn subject_of(event: &Event) -> Uuid {
    customer_of(event).unwrap_or(event.subject)
}

/// When a rule reacted for a subject of late.
pub type Memory = BTreeMap<(Uuid, Uuid), Vec<DateTime<Utc>>>;

/// Applies limits and ends chains of events; answers the pairs whose memory changed.
pub fn settle(
    considered: &mut [Considered],
    events: &[Event],
    memory: &mut Memory,
) -> BTreeSet<(Uuid, Uuid)> {
    let mut touched = BTreeSet::new();
    for one in considered.iter_mut().filter(|one| one.outcome.matched()) {
        let Some(event) = events.get(one.place) else { continue };
        let keys = &one.outcome.reactions;
        let emits = one.version.rule.reactions(keys).any(|reaction| matches!(reaction.act, Act::Emit { .. }));
        if emits && depth_of(event) >= u64::from(DEPTH_MAX) {
            let said = format!("{DEPTH_MAX} events caused each other before this one: the chain ends here");
            one.outcome = ended(&one.outcome, Verdict::Loop, Some(said));
            continue;
        }
        let Some(limit) = limit_of(one, event) else { continue };
        let pair = (one.rule.rule_id, subject_of(event));
        let used = memory.entry(pair).or_default();
        let since = event.occurred_at - TimeDelta::seconds(i64::from(limit.per_seconds));
        used.retain(|at| *at > since);
        if used.len() >= usize::try_from(limit.times).unwrap_or(usize::MAX) {
            let is_guard = one.version.rule.document().limit.is_none();
            let verdict = if is_guard { Verdict::Loop } else { Verdict::Limit };
            let said = is_guard.then(|| {
                format!(
                    "the rule reacted {} times within {} s: it causes its own event, or needs a limit",
                    limit.times, limit.per_seconds
                )
            });
            one.outcome = ended(&one.outcome, verdict, said);
        } else {
            used.push(event.occurred_at);
            touched.insert(pair);
        }
    }
    touched
}

fn ended(outcome: &Outcome, verdict: Verdict, fault: Option<String>) -> Outcome {
    Outcome { verdict, reactions: Vec::new(), fault, ..outcome.clone() }
}

/// The rows of the decisions.
#[must_use]
pub fn decision_rows(considered: &[Considered], events: &[Event]) -> Vec<DecisionRow> {
    let row = |one: &Considered| {
        let event = events.get(one.place)?;
        let outcome = &one.outcome;
        Some(DecisionRow {
            rule_id: one.rule.rule_id,
            event_id: event.event_id.as_uuid(),
            occurred_at: event.occurred_at,
            version: one.version.number,
            variant: one.variant.as_str(),
            subject_id: subject_of(event),
            customer_id: customer_of(event),
            verdict: outcome.verdict.as_str(),
            inputs: Value::Object(one.inputs.clone()),
            rows: (!outcome.rows.is_empty()).then(|| json!(outcome.rows)),
            reactions: outcome.matched().then(|| json!(outcome.reactions)),
            fault: outcome.fault.clone(),
        })
    };
    considered.iter().filter_map(row).collect()
}

/// What follows from the new decisions.
#[derive(Clone, Debug, Default)]
pub struct Consequences<'e> {
    /// What is owed.
    pub reactions: Vec<ReactionRow<'e>>,
    /// Whom versions reached.
    pub exposures: Vec<ExposureRow>,
    /// What the counters of rules grow by: seen, matched, reacted, failed.
    pub counts: BTreeMap<Uuid, [i64; 4]>,
}

/// What follows from those decisions that are new: pairs of rule and event.
#[must_use]
pub fn consequences<'e>(
    considered: &'e [Considered],
    events: &'e [Event],
    new: &BTreeSet<(Uuid, Uuid)>,
    rng: &mut dyn Rng,
) -> Consequences<'e> {
    let mut all = Consequences::default();
    for one in considered {
        let Some(event) = events.get(one.place) else { continue };
        if !new.contains(&(one.rule.rule_id, event.event_id.as_uuid())) {
            continue;
        }
        let counts = all.counts.entry(one.rule.rule_id).or_default();
        let [seen, matched, _, failed] = counts;
        *seen += 1;
        *matched += i64::from(one.outcome.matched());
        *failed += i64::from(matches!(one.outcome.verdict, Verdict::Failed | Verdict::Loop));
        if one.outcome.matched() {
            react(one, event, &mut all, rng);
        }
    }
    all
}

fn react<'e>(one: &'e Considered, event: &'e Event, all: &mut Consequences<'e>, rng: &mut dyn Rng) {
    let document = one.version.rule.document();
    for reaction in one.version.rule.reactions(&one.outcome.reactions) {
        all.reactions.push(ReactionRow {
            reaction_id: ReactionId::new(event.occurred_at, rng),
            rule_id: one.rule.rule_id,
            version: one.version.number,
            event_id: event.event_id.as_uuid(),
            occurred_at: event.occurred_at,
            key: &reaction.key,
            act: &reaction.act,
            unless: reaction.unless.as_ref(),
            on_error: match document.on_error {
                OnError::Continue => "continue",
                OnError::RollBack => "roll_back",
            },
            customer_id: customer_of(event),
            subject_id: subject_of(event),
            context: Context::of(event),
            due_at: event.occurred_at + TimeDelta::seconds(i64::from(reaction.after_seconds)),
            done: None,
        });
    }
    if let Some(customer_id) = customer_of(event) {
        let until = |goal: &Option<Goal>| {
            let within = goal.as_ref().map(|goal| TimeDelta::seconds(i64::from(goal.within_seconds)));
            within.map(|within| event.occurred_at + within)
        };
        all.exposures.push(ExposureRow {
            rule_id: one.rule.rule_id,
            version: one.version.number,
            customer_id,
            variant: one.variant.as_str(),
            first_at: event.occurred_at,
            until: until(&document.goal),
            interest_until: until(&document.interest),
        });
    }
}

/// What these events are in answer to rules. `delivered` is the kind of the event that says a message reached its customer.
#[must_use]
pub fn responses(set: &RuleSet, events: &[Event], delivered: &str) -> Responses {
    let mut all = Responses::default();
    for event in events {
        let Some(customer_id) = customer_of(event) else { continue };
        let at = event.occurred_at;
        let reply = |rule: &Arc<LiveRule>| Reply { rule_id: rule.rule_id, customer_id, at };
        all.conversions.extend(set.of_goal(&event.kind).iter().map(reply));
        all.interests.extend(set.of_interest(&event.kind).iter().map(reply));
        if event.kind == delivered {
            let key = event.payload.get("key").and_then(Value::as_str);
            all.deliveries.extend(key.and_then(reaction_of).map(|reaction| Delivery { reaction, at }));
        }
    }
    all
}

/// The memory to store of the pairs that changed.
#[must_use]
pub fn use_rows(memory: &Memory, touched: &BTreeSet<(Uuid, Uuid)>) -> Vec<UseRow> {
    let row = |pair: &(Uuid, Uuid)| UseRow {
        rule_id: pair.0,
        subject_id: pair.1,
        used_at: memory.get(pair).cloned().unwrap_or_default(),
    };
    touched.iter().map(row).collect()
}
