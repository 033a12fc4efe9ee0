//! Rule documents: one event, what it must fulfil, and what is done then.

mod check;
mod form;
mod reaction;
mod reading;
mod samples;
#[cfg(test)]
mod tests;

pub use check::{Surroundings, check, check_criteria};
pub(crate) use form::quantified;
pub use form::text_of;
pub use reaction::{Act, MessageClass, OnError, Reaction, Unless, fill, value, value_in, values};
pub use reading::group_of;
pub use samples::{SampleResult, run_samples};

use crate::expression::Expression;
use crate::fault::Fault;
use crate::table::{CompiledTable, Table};
use chrono::{DateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;

/// Most reactions of one rule.
pub const REACTIONS_MAX: usize = 50;
/// Most tests of one rule.
pub const SAMPLES_MAX: usize = 200;

/// One rule, as people write it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// The type of the event it looks at.
    pub event: String,
    /// What the event must fulfil.
    pub criteria: Criteria,
    /// When it reacts, in the site's zone; at any time when absent.
    #[serde(default)]
    pub hours: Option<Hours>,
    /// From when on.
    #[serde(default)]
    pub valid_from: Option<DateTime<Utc>>,
    /// Until when.
    #[serde(default)]
    pub valid_to: Option<DateTime<Utc>>,
    /// How often for one customer.
    #[serde(default)]
    pub limit: Option<Limit>,
    /// What is done.
    #[serde(default)]
    pub reactions: Vec<Reaction>,
    /// What becomes of the other reactions when one fails for good.
    #[serde(default)]
    pub on_error: OnError,
    /// What counts as success: the response of the type `conversion`.
    #[serde(default)]
    pub goal: Option<Goal>,
    /// What counts as interest before that, such as a followed link or a visit: the response of the type `interest`.
    #[serde(default)]
    pub interest: Option<Goal>,
    /// Events with what must come out.
    #[serde(default)]
    pub tests: Vec<Sample>,
}

/// What an event must fulfil.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Criteria {
    /// Conditions put together in a form.
    Form {
        /// `{"all": [..]}`, `{"any": [..]}` or `{"not": ..}` of groups, of
        /// `{"field": "event.amount", "op": "gt", "value": 100}`, and of what linked cards the customer has:
        /// `{"some": "cards.vehicle", "where": {"field": "cards.vehicle.year", "op": "gt", "value": 2020}}`, or `none`
        /// instead of `some`; without `where`, any such card.
        #[schema(value_type = Object)]
        group: Value,
    },
    /// One expression.
    Expression {
        /// Its text.
        text: String,
    },
    /// A decision table whose output `reaction` names reactions.
    Table {
        /// The content of a JDM decision table node.
        #[schema(value_type = Object)]
        table: Value,
    },
}

/// Hours of the week.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// Days, 1 = Monday.
    pub days: Vec<u32>,
    /// From this time on, as `09:00`.
    #[serde(with = "clock_time")]
    #[schema(value_type = String, example = "09:00")]
    pub from: NaiveTime,
    /// Until before this time; earlier than `from`: over midnight.
    #[serde(with = "clock_time")]
    #[schema(value_type = String, example = "21:00")]
    pub to: NaiveTime,
}

/// How often a rule reacts for one customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// So many times,
    pub times: u32,
    /// within so many seconds.
    pub per_seconds: u32,
}

/// An event of a customer that counts as a response to a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Goal {
    /// The same customer has an event of this type,
    pub event: String,
    /// within so many seconds of the reaction.
    pub within_seconds: u32,
}

/// An event with what must come out: a test that travels with the rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// What it shows.
    pub name: String,
    /// The event's data.
    #[schema(value_type = Object)]
    pub event: Value,
    /// The customer, as expressions see one.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub customer: Value,
    /// The customer's loyalty account, as expressions see one.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    #[schema(value_type = Object)]
    pub account: Value,
    /// What is predicted of the customer: probabilities by name.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    #[schema(value_type = Object)]
    pub prediction: Value,
    /// The cards that are linked with the customer: lists by kind.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    #[schema(value_type = Object)]
    pub cards: Value,
    /// The moment; the moment of the test when absent.
    #[serde(default)]
    pub now: Option<DateTime<Utc>>,
    /// What must come out.
    pub expect: Expected,
}

/// What a test expects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// Whether the rule reacts.
    pub matched: bool,
    /// The keys of its reactions; not looked at when absent.
    #[serde(default)]
    pub reactions: Option<Vec<String>>,
}

impl Criteria {
    /// The expression of a form, or the one that stands here; none of a decision table.
    ///
    /// # Errors
    /// What of the form is not understood, under `/criteria`.
    pub fn text(&self, dates: &dyn Fn(&str) -> bool) -> Result<Option<String>, Vec<Fault>> {
        match self {
            Self::Form { group } => text_of(group, dates)
                .map(Some)
                .map_err(|faults| faults.into_iter().map(|fault| fault.under("/criteria/group")).collect()),
            Self::Expression { text } => Ok(Some(text.clone())),
            Self::Table { .. } => Ok(None),
        }
    }
}

impl Document {
    /// Reads the JSON of a document. Its shape only: [`check`] looks at what it says.
    ///
    /// # Errors
    /// Where it is not of the right shape.
    pub fn read(value: &Value) -> Result<Self, Vec<Fault>> {
        serde_path_to_error::deserialize(value).map_err(|error| {
            vec![Fault::error("malformed", pointer(error.path()), error.inner().to_string())]
        })
    }
}

/// A path of serde as a JSON pointer.
pub(crate) fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", key.replace('~', "~0").replace('/', "~1")),
            Segment::Enum { .. } | Segment::Unknown => String::new(),
        })
        .collect()
}

/// Criteria made ready.
#[derive(Clone, Debug)]
pub enum Program {
    /// A condition.
    Condition(Expression),
    /// A table.
    Table(CompiledTable),
}

impl Program {
    /// Compiles the criteria of a rule. `dates` says which fields are dates: a form compares them as such.
    ///
    /// # Errors
    /// What is wrong with them, under `/criteria`.
    pub fn compile(criteria: &Criteria, dates: &dyn Fn(&str) -> bool) -> Result<Self, Vec<Fault>> {
        let under = |prefix: &'static str| {
            move |faults: Vec<Fault>| faults.into_iter().map(|fault| fault.under(prefix)).collect::<Vec<_>>()
        };
        match criteria {
            Criteria::Form { .. } => {
                let text = criteria.text(dates)?.unwrap_or_default();
                Expression::compile(&text).map(Self::Condition).map_err(under("/criteria/group"))
            }
            Criteria::Expression { text } => {
                Expression::compile(text).map(Self::Condition).map_err(under("/criteria/text"))
            }
            Criteria::Table { table } => {
                let table = Table::read(table).map_err(under("/criteria/table"))?;
                CompiledTable::compile(&table).map(Self::Table).map_err(under("/criteria/table"))
            }
        }
    }

    /// The paths it reads.
    #[must_use]
    pub fn fields(&self) -> &BTreeSet<String> {
        match self {
            Self::Condition(expression) => expression.fields(),
            Self::Table(table) => table.fields(),
        }
    }
}

/// A time of day as `09:00`.
mod clock_time {
    use chrono::NaiveTime;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(time: &NaiveTime, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&time.format("%H:%M"))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<NaiveTime, D::Error> {
        let text = String::deserialize(from)?;
        NaiveTime::parse_from_str(&text, "%H:%M").map_err(|_| D::Error::custom("a time is written as 09:00"))
    }
}
