//! The rules that are live.

use super::{BUCKETS, CompiledRule, bucket};
use crate::facts::References;
use std::collections::BTreeMap;
use std::sync::Arc;
use uuid::Uuid;

/// Which of two versions that run side by side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Variant {
    /// The live one.
    A,
    /// The challenger.
    B,
}

impl Variant {
    /// Its name, as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::A => "a",
            Self::B => "b",
        }
    }
}

/// One version, ready.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its number.
    pub number: i32,
    /// The rule.
    pub rule: Arc<CompiledRule>,
}

/// A rule that runs.
#[derive(Clone, Debug)]
pub struct LiveRule {
    /// Which rule.
    pub rule_id: Uuid,
    /// Its name.
    pub name: String,
    /// The experiment: which customers see the challenger.
    pub salt: Uuid,
    /// The live version.
    pub live: Version,
    /// The challenger, and how many percent see it.
    pub challenger: Option<(Version, u8)>,
}

impl LiveRule {
    /// The versions that decide: the live one, and the challenger.
    pub fn versions(&self) -> impl Iterator<Item = &Version> {
        std::iter::once(&self.live).chain(self.challenger.as_ref().map(|(version, _)| version))
    }

    /// Which version decides about `subject`.
    #[must_use]
    pub fn version(&self, subject: Uuid) -> (Variant, &Version) {
        match &self.challenger {
            Some((version, percent))
                if bucket(self.salt, subject) < u16::from(*percent) * (BUCKETS / 100) =>
            {
                (Variant::B, version)
            }
            _ => (Variant::A, &self.live),
        }
    }
}

/// All live rules, by the type of their event, and what they look things up in.
#[derive(Clone, Debug, Default)]
pub struct RuleSet {
    by_event: BTreeMap<String, Vec<Arc<LiveRule>>>,
    by_goal: BTreeMap<String, Vec<Arc<LiveRule>>>,
    by_interest: BTreeMap<String, Vec<Arc<LiveRule>>>,
    /// Reference tables.
    pub reference: References,
}

impl RuleSet {
    /// The set of these rules.
    #[must_use]
    pub fn new(rules: Vec<LiveRule>, reference: References) -> Self {
        let mut set = Self { reference, ..Self::default() };
        for rule in rules {
            let rule = Arc::new(rule);
            for version in rule.versions() {
                let document = version.rule.document();
                add(&mut set.by_event, &document.event, &rule);
                if let Some(goal) = &document.goal {
                    add(&mut set.by_goal, &goal.event, &rule);
                }
                if let Some(interest) = &document.interest {
                    add(&mut set.by_interest, &interest.event, &rule);
                }
            }
        }
        set
    }

    /// The rules that look at events of this type.
    #[must_use]
    pub fn of_event(&self, kind: &str) -> &[Arc<LiveRule>] {
        self.by_event.get(kind).map_or(&[], Vec::as_slice)
    }

    /// The rules whose goal is an event of this type.
    #[must_use]
    pub fn of_goal(&self, kind: &str) -> &[Arc<LiveRule>] {
        self.by_goal.get(kind).map_or(&[], Vec::as_slice)
    }

    /// The rules for which an event of this type shows interest.
    #[must_use]
    pub fn of_interest(&self, kind: &str) -> &[Arc<LiveRule>] {
        self.by_interest.get(kind).map_or(&[], Vec::as_slice)
    }

    /// Whether nothing is live.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_event.is_empty()
    }
}

fn add(map: &mut BTreeMap<String, Vec<Arc<LiveRule>>>, event: &str, rule: &Arc<LiveRule>) {
    let rules = map.entry(event.to_owned()).or_default();
    if !rules.iter().any(|known| Arc::ptr_eq(known, rule)) {
        rules.push(Arc::clone(rule));
    }
}
