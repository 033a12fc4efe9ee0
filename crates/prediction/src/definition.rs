//! What is predicted, of whom, from what.

use base::{FieldFault, LocalText};
use chrono::{DateTime, TimeDelta, Utc};
use rules::document::{Criteria, text_of};
use rules::{Expression, Facts};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// Longest name: it is a part of paths that people write.
pub const NAME_MAX: usize = 50;
/// Longest title and description in one language.
pub const TITLE_MAX: usize = 200;
/// Most days that a prediction looks ahead. Training needs twice as much of history for outcomes alone.
pub const HORIZON_DAYS_MAX: u16 = 90;
/// Most days of history that features look at; habits of a year ago say little about the next weeks.
pub const LOOK_BACK_DAYS: u16 = 365;
/// Most event types that features come from: each gives up to twelve weights, and people read them.
pub const SOURCES_MAX: usize = 10;
/// Most attributes of customers among the features, for the same reason.
pub const ATTRIBUTES_MAX: usize = 10;
/// Most hours between two trainings that follow by themselves: a year.
pub const RETRAIN_HOURS_MAX: i32 = 8_760;

/// What counts as the outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PredictionTarget)]
#[serde(deny_unknown_fields)]
pub struct Target {
    /// The type of the event.
    #[schema(example = "purchase")]
    pub event: String,
    /// What the event must fulfil: a form or an expression over `event.…`, as in a rule; any event when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criteria: Option<Criteria>,
}

/// Over whom: customers with at least one such event in the time before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PredictionAmong)]
#[serde(deny_unknown_fields)]
pub struct Among {
    /// Types of events, at least one.
    pub events: Vec<String>,
    /// Days before, 1 to 365.
    pub within_days: u16,
}

/// An event type that gives features.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PredictionSource)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The type.
    #[schema(example = "purchase")]
    pub event: String,
    /// The field of its data that is summed up, such as `amount`; none: events are only counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
    /// The field of its data whose different values are counted, such as `category`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
}

/// What a marketer says of a prediction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = PredictionDefinition)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// What is predicted.
    pub target: Target,
    /// Whether the target happens (a purchase), or does not happen (churn).
    #[serde(default = "yes")]
    pub happens: bool,
    /// Within how many days, 1 to 90.
    pub within_days: u16,
    /// Over whom.
    pub among: Among,
    /// Event types that give features, 1 to 10.
    pub sources: Vec<Source>,
    /// Attributes of customers among the features, by key: numbers, yes or no, choices.
    #[serde(default)]
    pub attributes: Vec<String>,
}

const fn yes() -> bool {
    true
}

/// What a marketer sets of a prediction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PredictionFields {
    /// How expressions call it, as `prediction.<name>`: small letters, digits and `_`, at most 50.
    #[schema(example = "will_buy")]
    pub name: String,
    /// How people call it.
    pub title: LocalText,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// What is predicted.
    pub definition: Definition,
    /// Hours after which a launched prediction is trained again, 24 when absent; null: never by itself.
    #[serde(default = "daily")]
    pub retrain_hours: Option<i32>,
}

const fn daily() -> Option<i32> {
    Some(24)
}

/// Names that `prediction.` has already.
const RESERVED: [&str; 2] = ["lot", "version"];

/// Whether a text may stand in a path: small letters, digits and `_`, a letter first.
#[must_use]
pub fn is_name(text: &str) -> bool {
    text.len() <= NAME_MAX
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

impl PredictionFields {
    /// What cannot be accepted, by field.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = self.definition.faults();
        let mut refuse = |at: &str, detail: String| faults.push(FieldFault::new(at, detail));
        if !is_name(&self.name) {
            let detail = format!(
                "1 to {NAME_MAX} small letters, digits and _, a letter first: it is read as prediction.<name>"
            );
            refuse("/name", detail);
        }
        if RESERVED.contains(&self.name.as_str()) {
            refuse("/name", format!("prediction.{} has a meaning of its own: take another name", self.name));
        }
        let titles = self.title.0.values();
        if titles.clone().all(|title| title.trim().is_empty()) {
            refuse("/title", "needs a text in at least one language".to_owned());
        }
        if titles.clone().any(|title| title.chars().count() > TITLE_MAX) {
            refuse("/title", format!("at most {TITLE_MAX} characters"));
        }
        if self.description.chars().count() > TITLE_MAX * 10 {
            refuse("/description", format!("at most {} characters", TITLE_MAX * 10));
        }
        if self.retrain_hours.is_some_and(|hours| !(1..=RETRAIN_HOURS_MAX).contains(&hours)) {
            refuse("/retrain_hours", format!("1 to {RETRAIN_HOURS_MAX} hours, or null"));
        }
        faults
    }
}

impl Definition {
    /// The time in which the outcome must come.
    #[must_use]
    pub fn horizon(&self) -> TimeDelta {
        TimeDelta::days(i64::from(self.within_days))
    }

    /// The cut-offs of a training at `now`: an older one to learn from, a newer one to judge by. The outcomes of the
    /// older end where the features of the newer end, and those of the newer end now: both are known, and nothing that
    /// is judged was learnt from.
    #[must_use]
    pub fn cut_offs(&self, now: DateTime<Utc>) -> [DateTime<Utc>; 2] {
        [now - self.horizon() * 2, now - self.horizon()]
    }

    /// The types of events that features come from.
    pub fn source_events(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(|source| source.event.as_str())
    }

    /// All types of events it names.
    #[must_use]
    pub fn events(&self) -> BTreeSet<&str> {
        let named = self.among.events.iter().map(String::as_str);
        named.chain(self.source_events()).chain([self.target.event.as_str()]).collect()
    }

    /// What cannot be accepted, under `/definition`.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        let mut refuse = |at: &str, detail: String| {
            faults.push(FieldFault::new(format!("/definition{at}"), detail));
        };
        if !(1..=HORIZON_DAYS_MAX).contains(&self.within_days) {
            refuse("/within_days", format!("1 to {HORIZON_DAYS_MAX} days"));
        }
        if !(1..=LOOK_BACK_DAYS).contains(&self.among.within_days) {
            refuse("/among/within_days", format!("1 to {LOOK_BACK_DAYS} days"));
        }
        if self.among.events.is_empty() || self.among.events.len() > SOURCES_MAX {
            refuse("/among/events", format!("1 to {SOURCES_MAX} types of events"));
        }
        if self.sources.is_empty() || self.sources.len() > SOURCES_MAX {
            refuse("/sources", format!("1 to {SOURCES_MAX} types of events"));
        }
        let different: BTreeSet<&str> = self.source_events().collect();
        if different.len() != self.sources.len() {
            refuse("/sources", "each type of event once".to_owned());
        }
        if self.attributes.len() > ATTRIBUTES_MAX {
            refuse("/attributes", format!("at most {ATTRIBUTES_MAX} attributes"));
        }
        if let Err(detail) = self.target.compile() {
            refuse("/target/criteria", detail);
        }
        faults
    }
}

impl Target {
    /// Its criteria made ready; none: every such event counts.
    ///
    /// # Errors
    /// What is wrong with them, and what would be right.
    pub fn compile(&self) -> Result<Option<Expression>, String> {
        let told = |faults: Vec<rules::Fault>| {
            faults.into_iter().next().map_or_else(String::new, |fault| fault.message)
        };
        let expression = match &self.criteria {
            None => return Ok(None),
            Some(Criteria::Form { group }) => {
                let text = text_of(group, &|_| false).map_err(told)?;
                Expression::compile(&text).map_err(told)?
            }
            Some(Criteria::Expression { text }) => Expression::compile(text).map_err(told)?,
            Some(Criteria::Table { .. }) => {
                return Err("a target is one condition: a form or an expression, not a table".to_owned());
            }
        };
        // The outcome lies in the past of the log: nothing else is known as it was then.
        match expression.fields().iter().find(|path| !path.starts_with("event.")) {
            Some(path) => Err(format!("`{path}` is not in the event: a target looks at event.… only")),
            None => Ok(Some(expression)),
        }
    }
}

/// Whether an event with this data is the outcome. What cannot be computed is none.
#[must_use]
pub fn is_outcome(criteria: &Expression, data: Value) -> bool {
    criteria.holds(&Facts { event: data, ..Facts::default() }).unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(change: impl FnOnce(&mut Value)) -> PredictionFields {
        let mut value = json!({
            "name": "will_buy", "title": { "en": "Will buy" },
            "definition": {
                "target": { "event": "purchase", "criteria": { "kind": "expression", "text": "event.amount > 10" } },
                "within_days": 14, "among": { "events": ["purchase"], "within_days": 90 },
                "sources": [{ "event": "purchase", "amount": "amount" }],
            },
        });
        change(&mut value);
        serde_json::from_value(value).unwrap()
    }

    fn pointers(change: impl FnOnce(&mut Value)) -> Vec<String> {
        fields(change).faults().into_iter().map(|fault| fault.pointer).collect()
    }

    /// BRE-ML-01: a prediction is data, and each of its faults is said at its place.
    #[test]
    fn what_cannot_be_predicted_is_refused_at_its_field() {
        assert!(pointers(|_| ()).is_empty());
        assert_eq!(fields(|_| ()).retrain_hours, Some(24));
        assert_eq!(pointers(|value| value["name"] = json!("Will buy")), ["/name"]);
        assert_eq!(pointers(|value| value["name"] = json!("lot")), ["/name"]);
        assert_eq!(
            pointers(|value| value["definition"]["within_days"] = json!(91)),
            ["/definition/within_days"]
        );
        assert_eq!(pointers(|value| value["definition"]["sources"] = json!([])), ["/definition/sources"]);
        for text in ["customer.vip", "event.amount >"] {
            let criteria = json!({ "kind": "expression", "text": text });
            assert_eq!(
                pointers(|value| value["definition"]["target"]["criteria"] = criteria),
                ["/definition/target/criteria"],
                "{text}"
            );
        }
    }

    #[test]
    fn a_form_says_what_the_outcome_is() {
        let criteria = json!({ "kind": "form", "group": { "all": [{ "field": "event.amount", "op": "ge", "value": 5 }] } });
        let fields = fields(|value| value["definition"]["target"]["criteria"] = criteria);
        let criteria = fields.definition.target.compile().unwrap().unwrap();
        assert!(is_outcome(&criteria, json!({ "amount": 5 })));
        assert!(!is_outcome(&criteria, json!({ "amount": 4 })));
        assert!(!is_outcome(&criteria, json!({})));
    }
}
