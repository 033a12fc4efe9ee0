//! What a rule would have done: counts and examples, nothing performed.

use super::react::{Memory, customer_of, facts_of};
use super::{CompiledRule, LiveRule, RuleSet, Verdict, Version, react};
use crate::facts::References;
use platform::event::Event;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;

/// Examples that are kept.
const EXAMPLES_MAX: usize = 20;

/// A simulation as it goes.
#[derive(Debug)]
pub struct Tally {
    rule: Arc<LiveRule>,
    set: RuleSet,
    memory: Memory,
    zone: chrono_tz::Tz,
    seen: u64,
    matched: u64,
    reactions: BTreeMap<String, u64>,
    customers: BTreeSet<Uuid>,
    would_not: BTreeMap<Verdict, u64>,
    faults: BTreeMap<String, u64>,
    examples: Vec<Value>,
}

impl Tally {
    /// An empty one.
    #[must_use]
    pub fn new(rule: CompiledRule, reference: References, zone: chrono_tz::Tz) -> Self {
        let live = LiveRule {
            rule_id: Uuid::nil(),
            name: String::new(),
            salt: Uuid::nil(),
            live: Version { number: 0, rule: Arc::new(rule) },
            challenger: None,
        };
        let set = RuleSet::new(vec![live.clone()], reference);
        Self {
            rule: Arc::new(live),
            set,
            memory: Memory::new(),
            zone,
            seen: 0,
            matched: 0,
            reactions: BTreeMap::new(),
            customers: BTreeSet::new(),
            would_not: BTreeMap::new(),
            faults: BTreeMap::new(),
            examples: Vec::new(),
        }
    }

    /// The type of the events it looks at.
    #[must_use]
    pub fn event(&self) -> &str {
        &self.rule.live.rule.document().event
    }

    /// Lets the rule look at these events, oldest first.
    pub fn add(&mut self, events: &[Event], customers: &BTreeMap<Uuid, Value>) {
        let mut considered = react::consider(&self.set, events, customers, self.zone);
        react::settle(&mut considered, events, &mut self.memory);
        for one in considered {
            let Some(event) = events.get(one.place) else { continue };
            self.seen += 1;
            if let Some(fault) = one.outcome.fault {
                *self.faults.entry(fault).or_default() += 1;
            }
            if one.outcome.verdict != Verdict::Matched {
                *self.would_not.entry(one.outcome.verdict).or_default() += 1;
                continue;
            }
            self.matched += 1;
            for key in &one.outcome.reactions {
                *self.reactions.entry(key.clone()).or_default() += 1;
            }
            let customer = customer_of(event);
            self.customers.extend(customer);
            if self.examples.len() < EXAMPLES_MAX {
                let name = customer.and_then(|id| customers.get(&id)).and_then(|facts| facts.get("name"));
                self.examples.push(json!({
                    "event_id": event.event_id, "customer_id": customer, "customer_name": name,
                    "occurred_at": event.occurred_at, "reactions": one.outcome.reactions,
                    "data": facts_of(event, Value::Null, &References::default(), self.zone).event,
                }));
            }
        }
    }

    /// Events it looked at.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// What came out so far.
    #[must_use]
    pub fn result(&self) -> Value {
        let would_not: Vec<Value> = self
            .would_not
            .iter()
            .map(|(verdict, count)| json!({ "reason": verdict.as_str(), "count": count }))
            .collect();
        let faults: Vec<Value> = self
            .faults
            .iter()
            .take(EXAMPLES_MAX)
            .map(|(fault, count)| json!({ "fault": fault, "count": count }))
            .collect();
        json!({
            "matched": self.matched, "reactions": self.reactions, "customers": self.customers.len(),
            "examples": self.examples, "would_not": would_not, "faults": faults,
        })
    }
}
