//! The core: an event's facts in, a decision out. No clock, no dice, no database.

mod bucket;
mod live;
pub mod react;
pub mod simulation;
#[cfg(test)]
mod tests;
mod trace;

pub use bucket::{BUCKETS, bucket};
pub use live::{LiveRule, RuleSet, Variant, Version};
pub use trace::trace;

use crate::document::{Document, Hours, Program, Reaction};
use crate::expression::Expression;
use crate::facts::{CARDS, Prepared, VERSIONS_KEY};
use crate::fault::Fault;
use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Why a rule reacted or did not.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// It matched, and reacts.
    Matched,
    /// The event does not fulfil the criteria.
    Criteria,
    /// It happened before the rule is valid.
    NotYetValid,
    /// It happened after the rule was valid.
    Expired,
    /// It fulfils the criteria, outside the hours.
    OutsideHours,
    /// It fulfils the criteria, and the customer had enough already.
    Limit,
    /// It fulfils the criteria, and is the end of a chain of events that cause each other.
    Loop,
    /// The criteria could not be computed.
    Failed,
}

impl Verdict {
    /// Its name, as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Matched => "matched",
            Self::Criteria => "criteria",
            Self::NotYetValid => "not_yet_valid",
            Self::Expired => "expired",
            Self::OutsideHours => "outside_hours",
            Self::Limit => "limit",
            Self::Loop => "loop",
            Self::Failed => "failed",
        }
    }
}

/// When an event happened, and where the clock hangs.
#[derive(Clone, Copy, Debug)]
pub struct Occasion {
    /// The moment.
    pub at: DateTime<Utc>,
    /// The site's zone.
    pub zone: chrono_tz::Tz,
}

/// A rule made ready: compiled once for each version.
#[derive(Clone, Debug)]
pub struct CompiledRule {
    document: Document,
    program: Program,
}

/// What a rule decided about one event.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// Why.
    pub verdict: Verdict,
    /// The table rows that answered.
    pub rows: Vec<u32>,
    /// What the table gave, for the trace.
    pub outputs: Vec<Map<String, Value>>,
    /// The keys of the reactions, in the document's order.
    pub reactions: Vec<String>,
    /// What could not be computed.
    pub fault: Option<String>,
}

impl Outcome {
    fn of(verdict: Verdict) -> Self {
        Self { verdict, rows: Vec::new(), outputs: Vec::new(), reactions: Vec::new(), fault: None }
    }

    /// Whether the rule reacts.
    #[must_use]
    pub fn matched(&self) -> bool {
        self.verdict == Verdict::Matched
    }
}

impl CompiledRule {
    /// Compiles a document. `dates` says which fields are dates.
    ///
    /// # Errors
    /// What of its criteria cannot be compiled.
    pub fn compile(document: Document, dates: &dyn Fn(&str) -> bool) -> Result<Self, Vec<Fault>> {
        let program = Program::compile(&document.criteria, dates)?;
        Ok(Self { document, program })
    }

    /// What was compiled.
    #[must_use]
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// The fields that the criteria read.
    #[must_use]
    pub fn fields(&self) -> &BTreeSet<String> {
        self.program.fields()
    }

    /// Whether its criteria or an expression of its reactions read anything of `root`, such as `customer`.
    #[must_use]
    pub fn reads(&self, root: &str) -> bool {
        let of_root = |path: &String| path.split('.').next() == Some(root);
        let reactions = self.document.reactions.iter().flat_map(|reaction| reaction.act.expressions());
        self.program.fields().iter().any(of_root)
            || reactions.into_iter().any(|(_, text)| {
                // What cannot be compiled was refused before it was launched.
                Expression::compile(text).is_ok_and(|expression| expression.fields().iter().any(of_root))
            })
    }

    /// The predictions that its criteria read, by name.
    #[must_use]
    pub fn predictions(&self) -> BTreeSet<String> {
        self.fields().iter().flat_map(|path| predictions_in(path)).collect()
    }

    /// The kinds of linked cards that its criteria read.
    #[must_use]
    pub fn card_kinds(&self) -> BTreeSet<String> {
        card_kinds_of(self.fields())
    }

    /// The reactions with these keys.
    pub fn reactions<'r>(&'r self, keys: &'r [String]) -> impl Iterator<Item = &'r Reaction> {
        self.document.reactions.iter().filter(|reaction| keys.contains(&reaction.key))
    }

    /// The values of the fields that the criteria read, for the record of the decision.
    #[must_use]
    pub fn inputs(&self, facts: &Value) -> Map<String, Value> {
        let read = |path: &String| (path.clone(), read_at(facts, path));
        let is_small = |path: &&String| !path.starts_with("ref.") && path.contains('.');
        let versions = facts.get("prediction").and_then(|predicted| predicted.get(VERSIONS_KEY));
        // A score says nothing without the model that gave it.
        let version = |path: &String| {
            let version = versions?.get(path.strip_prefix("prediction.")?)?;
            Some((format!("{path}.version"), version.clone()))
        };
        let fields = self.program.fields();
        fields.iter().filter(is_small).map(read).chain(fields.iter().filter_map(version)).collect()
    }

    /// Decides about the event of `facts`. Limits and chains of events are the caller's: they need its memory.
    #[must_use]
    pub fn decide(&self, facts: &Prepared<'_>, occasion: Occasion) -> Outcome {
        let document = &self.document;
        if document.valid_from.is_some_and(|from| occasion.at < from) {
            return Outcome::of(Verdict::NotYetValid);
        }
        if document.valid_to.is_some_and(|to| occasion.at >= to) {
            return Outcome::of(Verdict::Expired);
        }
        let mut outcome = self.evaluate(facts);
        if outcome.matched() && document.hours.as_ref().is_some_and(|hours| !hours.contain(occasion)) {
            outcome.verdict = Verdict::OutsideHours;
            outcome.reactions.clear();
        }
        outcome
    }

    fn evaluate(&self, facts: &Prepared<'_>) -> Outcome {
        let all = || self.document.reactions.iter().map(|reaction| reaction.key.clone()).collect();
        match &self.program {
            Program::Condition(condition) => match condition.holds_in(facts) {
                Ok(true) => Outcome { reactions: all(), ..Outcome::of(Verdict::Matched) },
                Ok(false) => Outcome::of(Verdict::Criteria),
                Err(error) => Outcome { fault: Some(error.to_string()), ..Outcome::of(Verdict::Failed) },
            },
            Program::Table(table) => {
                let hit = table.evaluate_in(facts);
                let named: Vec<&str> =
                    hit.outputs.iter().filter_map(|output| output.get("reaction")).flat_map(names).collect();
                let reactions: Vec<String> = self
                    .document
                    .reactions
                    .iter()
                    .filter(|reaction| named.contains(&reaction.key.as_str()))
                    .map(|reaction| reaction.key.clone())
                    .collect();
                let verdict = match (reactions.is_empty(), hit.rows.is_empty()) {
                    (false, _) => Verdict::Matched,
                    (true, false) => Verdict::Criteria,
                    (true, true) => Verdict::Failed,
                };
                let fault = (!hit.failed.is_empty()).then(|| hit.failed.join("; "));
                Outcome { verdict, rows: hit.rows, outputs: hit.outputs, reactions, fault }
            }
        }
    }
}

/// The names of the predictions that a text reads, as `prediction.<name>`. A text that only looks as if it did costs a
/// score that nobody needs.
#[must_use]
pub fn predictions_in(text: &str) -> BTreeSet<String> {
    names_behind(text, "prediction.")
}

fn names_behind(text: &str, root: &str) -> BTreeSet<String> {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let names = text.split(root).skip(1).map(|rest| rest.split(|c| !is_part(c)).next().unwrap_or(rest));
    names.filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// The value at a path; what is behind a list is a list, of what its items have: which years the cards say.
pub(crate) fn read_at(facts: &Value, path: &str) -> Value {
    let Some((part, rest)) = path.split_once('.') else {
        return facts.get(path).cloned().unwrap_or(Value::Null);
    };
    match facts.get(part) {
        Some(Value::Array(items)) => Value::Array(items.iter().map(|item| read_at(item, rest)).collect()),
        Some(inner) => read_at(inner, rest),
        None => Value::Null,
    }
}

/// The kinds of linked cards that these paths read: `vehicle` of `cards.vehicle.year`.
pub fn card_kinds_of<'p>(paths: impl IntoIterator<Item = &'p String>) -> BTreeSet<String> {
    let kind = |path: &'p String| path.strip_prefix(CARDS)?.strip_prefix('.')?.split('.').next();
    paths.into_iter().filter_map(kind).map(str::to_owned).collect()
}

/// The kinds of linked cards that a text reads, as `cards.<kind>`. A text that only looks as if it did costs a question
/// that nobody needs.
#[must_use]
pub fn card_kinds_in(text: &str) -> BTreeSet<String> {
    names_behind(text, "cards.")
}

/// The names in an output: one text, or a list of them.
fn names(output: &Value) -> Vec<&str> {
    match output {
        Value::String(name) => vec![name.as_str()],
        Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    }
}

impl Hours {
    /// Whether these hours are running. Over midnight, the day is that on which they began.
    #[must_use]
    pub fn contain(&self, occasion: Occasion) -> bool {
        let local = occasion.at.with_timezone(&occasion.zone);
        let (day, time) = (local.weekday().number_from_monday(), local.time());
        let on = |day: u32| self.days.contains(&day);
        if self.from <= self.to {
            return on(day) && time >= self.from && time < self.to;
        }
        let day_before = if day == 1 { 7 } else { day - 1 };
        (on(day) && time >= self.from) || (on(day_before) && time < self.to)
    }
}
