//! What rules look at, so that nothing else is looked up.

use loyalty::earning::{ACTIVITIES, PREFIX};
use rules::decide::RuleSet;
use std::collections::{BTreeMap, BTreeSet};

/// What the rules about a type of event read beside the event itself: nothing else is looked up or put together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Reads {
    pub customer: bool,
    /// Kinds of linked cards.
    pub cards: BTreeSet<String>,
    pub account: bool,
    pub meta: bool,
    pub time: bool,
}

impl Reads {
    /// Of each kind of activity.
    pub fn by_kind(rules: &RuleSet) -> BTreeMap<String, Self> {
        let kinds = ACTIVITIES.iter().map(|kind| format!("{PREFIX}{kind}"));
        kinds.map(|kind| (kind.clone(), Self::of(rules, &kind))).collect()
    }

    fn of(rules: &RuleSet, kind: &str) -> Self {
        let reads = |root: &str| {
            rules.of_event(kind).iter().any(|rule| {
                rule.live.rule.reads(root)
                    || rule.challenger.as_ref().is_some_and(|(version, _)| version.rule.reads(root))
            })
        };
        let rules = rules.of_event(kind).iter().flat_map(|rule| rule.versions()).map(|version| &version.rule);
        let cards: BTreeSet<String> = rules
            .flat_map(|rule| {
                let reactions =
                    rule.document().reactions.iter().flat_map(|reaction| reaction.act.card_kinds());
                rule.card_kinds().into_iter().chain(reactions).collect::<Vec<_>>()
            })
            .collect();
        Self {
            customer: reads("customer"),
            cards,
            account: reads("account"),
            meta: reads("meta"),
            time: reads("time"),
        }
    }
}
