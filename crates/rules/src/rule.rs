//! Rules as they are stored: a draft that people write, and versions that were launched.

use base::id::RuleId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// Longest name.
pub const NAME_MAX: usize = 200;
/// Longest description.
pub const DESCRIPTION_MAX: usize = 2_000;
/// Longest document, as JSON.
pub const DOCUMENT_MAX: usize = 1_000_000;

/// Where a rule stands (BRE-ST-01).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RuleState {
    /// Somebody writes it.
    Draft,
    /// Its tests passed; somebody else looks at it.
    InTest,
    /// Somebody else approved it: it may be launched.
    Approved,
    /// It reacts.
    Live,
    /// It was live and rests.
    Paused,
    /// It was live and ended.
    Stopped,
}

/// A version that runs beside the live one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Challenger {
    /// Its number.
    pub version: i32,
    /// How many percent of the customers see it.
    pub percent: i16,
}

/// What a rule counted since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct Counters {
    /// Events it looked at.
    pub seen: i64,
    /// Events that fulfilled its criteria, limit and hours.
    pub matched: i64,
    /// Reactions that were done.
    pub reacted: i64,
    /// Decisions that could not be computed, and reactions that failed for good.
    pub failed: i64,
}

/// A rule.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct Rule {
    /// Its id.
    #[schema(value_type = Uuid)]
    pub id: RuleId,
    /// Its name.
    pub name: String,
    /// What it is for.
    pub description: String,
    /// Where its draft stands; where the rule stands, when the draft was launched and not changed since.
    pub state: RuleState,
    /// Whether a version of it runs: `live`, `paused`, `stopped`; none: it was never launched.
    pub running: Option<RuleState>,
    /// The draft.
    #[schema(value_type = Object)]
    pub document: Value,
    /// Of the draft, for `If-Match`.
    pub version: i32,
    /// The version that reacts.
    pub live_version: Option<i32>,
    /// The version that runs beside it.
    pub challenger: Option<Challenger>,
    /// Who changed the draft last.
    pub author: Option<Uuid>,
    /// Who approved it.
    pub approver: Option<Uuid>,
    /// Why it was not approved.
    pub refused: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed.
    pub updated_at: DateTime<Utc>,
    /// What it counted.
    pub counters: Counters,
}

/// A version that was launched.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
pub struct RuleVersion {
    /// Its number, from 1.
    #[serde(rename = "version")]
    pub number: i32,
    /// The rule as it was launched.
    #[schema(value_type = Object)]
    pub document: Value,
    /// Who wrote it.
    pub author: Option<Uuid>,
    /// Who approved it.
    pub approver: Option<Uuid>,
    /// Who launched it.
    pub launcher: Option<Uuid>,
    /// When.
    #[serde(rename = "created_at")]
    pub launched_at: DateTime<Utc>,
}

/// What a person says about a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RuleFields {
    /// 1 to 200 characters.
    pub name: String,
    /// What it is for.
    #[serde(default)]
    pub description: String,
    /// The draft: see `docs/RULES.md`.
    #[schema(value_type = Object)]
    pub document: Value,
}

impl RuleFields {
    /// What of them cannot be stored. A document may be stored with faults, not launched.
    #[must_use]
    pub fn faults(&self) -> Vec<base::FieldFault> {
        let mut faults = Vec::new();
        if !(1..=NAME_MAX).contains(&self.name.trim().chars().count()) {
            faults.push(base::FieldFault::new("/name", format!("must have 1 to {NAME_MAX} characters")));
        }
        if self.description.chars().count() > DESCRIPTION_MAX {
            let detail = format!("must have at most {DESCRIPTION_MAX} characters");
            faults.push(base::FieldFault::new("/description", detail));
        }
        if !self.document.is_object() {
            faults.push(base::FieldFault::new("/document", "must be an object"));
        }
        if self.document.to_string().len() > DOCUMENT_MAX {
            let detail =
                format!("must have at most {DOCUMENT_MAX} bytes: put long lists into a reference table");
            faults.push(base::FieldFault::new("/document", detail));
        }
        faults
    }
}

/// A title: one text, or one a language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
pub enum Title {
    /// The same in every language.
    Text(String),
    /// By language.
    Local(base::LocalText),
}

impl From<&str> for Title {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A table that gives names for ids, or prices, or any other row for a key (TEL-14).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferenceTable {
    /// How expressions call it: `ref.<name>[key]`. Lower-case letters, digits and `_`.
    pub name: String,
    /// How people call it.
    pub title: Title,
    /// Its columns, without the key.
    pub columns: Vec<ReferenceColumn>,
    /// Its rows: `key` and a value for each column.
    #[schema(value_type = Vec<Object>)]
    pub rows: Vec<serde_json::Map<String, Value>>,
    /// For `If-Match`.
    #[serde(default)]
    pub version: i32,
}

/// A column of a reference table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReferenceColumn {
    /// How expressions call it.
    pub key: String,
    /// How people call it.
    pub title: Title,
    /// `text`, `number`, `boolean` or `date`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// Most rows of a reference table: all of them are in memory.
pub const REFERENCE_ROWS_MAX: usize = 20_000;

impl ReferenceTable {
    /// What of it cannot be stored.
    #[must_use]
    pub fn faults(&self) -> Vec<base::FieldFault> {
        let mut faults = Vec::new();
        if !is_name(&self.name) {
            faults.push(base::FieldFault::new("/name", "must be 1 to 60 lower-case letters, digits and _"));
        }
        if self.rows.len() > REFERENCE_ROWS_MAX {
            let detail = format!("must have at most {REFERENCE_ROWS_MAX} rows");
            faults.push(base::FieldFault::new("/rows", detail));
        }
        for (place, column) in self.columns.iter().enumerate() {
            if !is_name(&column.key) || column.key == "key" {
                let detail = "must be 1 to 60 lower-case letters, digits and _, and not `key`";
                faults.push(base::FieldFault::new(format!("/columns/{place}/key"), detail));
            }
            if !matches!(column.kind.as_str(), "text" | "number" | "boolean" | "date") {
                let detail = "must be text, number, boolean or date";
                faults.push(base::FieldFault::new(format!("/columns/{place}/type"), detail));
            }
        }
        let mut keys = std::collections::BTreeSet::new();
        for (place, row) in self.rows.iter().enumerate() {
            match row.get("key").and_then(Value::as_str) {
                Some(key) if !key.is_empty() && key.len() <= 200 && keys.insert(key) => {}
                _ => {
                    let detail = "must be a text of 1 to 200 bytes that no other row has";
                    faults.push(base::FieldFault::new(format!("/rows/{place}/key"), detail));
                }
            }
        }
        faults.truncate(20);
        faults
    }
}

fn is_name(name: &str) -> bool {
    (1..=60).contains(&name.len())
        && name.starts_with(|first: char| first.is_ascii_lowercase())
        && name.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}
