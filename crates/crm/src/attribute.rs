//! Attributes as data: what customers and cards have beside their own fields, defined by administrators (UMS-ENT-05).

mod check;
mod shape;
#[cfg(test)]
pub(crate) mod tests;
mod value;

pub use check::{checked, one_checked, shown};
pub use shape::{is_card_field, is_key, is_own_field, key_fault, title_fault};
pub use value::key_text;

use base::id::{AttributeId, RoleId};
use base::{FieldFault, LocalText};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What customers are called where a kind of record is named; kinds of cards have keys of their own.
pub const CUSTOMER: &str = "customer";
/// Most attributes of one kind of record, archived ones included: a form and a row stay readable.
pub const ATTRIBUTES_MAX: usize = 200;
/// Most values to choose from: a longer list is a kind of card.
pub const CHOICES_MAX: usize = 500;
/// Longest key, in characters.
pub const KEY_MAX: usize = 40;
/// Longest title, unit or value to choose, in characters.
pub const TITLE_MAX: usize = 100;
/// Longest text, in characters.
pub const TEXT_MAX: usize = 4_000;
/// Longest value of an attribute that is unique or indexed, in characters: an index of Postgres takes 2,704 bytes.
pub const KEYED_MAX: usize = 500;

/// The values of a record by key of their attribute.
pub type Values = serde_json::Map<String, serde_json::Value>;

/// What kind of values an attribute has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum AttributeType {
    /// A text of one or more lines.
    Text,
    /// A whole number.
    Number,
    /// A number with at most fifteen digits, such as an amount.
    Decimal,
    /// Yes or no.
    Boolean,
    /// A day: `2026-11-27`.
    Date,
    /// A moment: RFC 3339, stored in UTC.
    Datetime,
    /// One of the choices.
    Choice,
    /// Some of the choices, each once.
    Choices,
    /// A phone number, E.164.
    Phone,
    /// An e-mail address.
    Email,
    /// An address of the web: `https://…`.
    Url,
    /// The id of a customer or a card of the kind that `link_to` names.
    Link,
}

/// One value to choose.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is stored and compared.
    #[schema(example = "gold")]
    pub value: String,
    /// What people read.
    pub title: LocalText,
}

/// What people set of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct AttributeFields {
    /// What has it: `customer`, or the key of a kind of card. Cannot be changed.
    #[sqlx(rename = "record_kind")]
    #[schema(example = "customer")]
    pub of: String,
    /// What it is called in expressions and in the API: a-z, 0-9, _. Cannot be changed.
    #[schema(example = "tier")]
    pub key: String,
    /// What people read.
    #[sqlx(json)]
    pub title: LocalText,
    /// What kind of values it has. Cannot be changed.
    #[serde(rename = "type")]
    #[sqlx(rename = "value_type")]
    pub value_type: AttributeType,
    /// What numbers are measured in.
    #[serde(default)]
    pub unit: Option<String>,
    /// What can be chosen, for `choice` and `choices`. A value that is taken away stays where it is stored.
    #[sqlx(json)]
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// What a `link` names: `customer`, or the key of a kind of card.
    #[serde(default)]
    pub link_to: Option<String>,
    /// A record is not saved without it.
    #[serde(default)]
    #[sqlx(rename = "is_required")]
    pub required: bool,
    /// No two records have the same value.
    #[serde(default)]
    #[sqlx(rename = "is_unique")]
    pub unique: bool,
    /// Records are found by its words.
    #[serde(default)]
    #[sqlx(rename = "is_searchable")]
    pub searchable: bool,
    /// Filters on it are fast; the index is made in the background.
    #[serde(default)]
    #[sqlx(rename = "is_indexed")]
    pub indexed: bool,
    /// The roles that see it; null for everybody who sees the record.
    #[serde(default)]
    pub readers: Option<Vec<RoleId>>,
    /// The roles that change it; null for everybody who sees it and changes the record.
    #[serde(default)]
    pub editors: Option<Vec<RoleId>>,
    /// Its place in forms.
    #[serde(default)]
    pub position: i32,
}

/// An attribute as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Attribute {
    /// Its id.
    #[sqlx(rename = "attribute_id")]
    pub id: AttributeId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: AttributeFields,
    /// Belongs to the server: it can be changed, not archived.
    pub built_in: bool,
    /// What is made of it in the background: its index, its words.
    #[sqlx(json)]
    pub builds: Vec<Build>,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Grows with each change.
    pub version: i32,
}

/// What is made of an attribute in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BuildWhat {
    /// The index that makes filters fast.
    Index,
    /// The words by which records are found.
    Words,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum BuildState {
    /// Waits for its turn.
    Waiting,
    /// Is being made.
    Running,
    /// Is there.
    Ready,
    /// Could not be made; it is tried again when the attribute is changed.
    Failed,
}

/// One thing that is made of an attribute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Build {
    /// What.
    pub what: BuildWhat,
    /// How far it is.
    pub state: BuildState,
    /// Records, or blocks of the table, that are done.
    pub done: i64,
    /// Of how many; 0 while that is not known.
    pub total: i64,
    /// Why it failed.
    pub error: Option<String>,
}

impl AttributeType {
    /// Whether its values can be found by words.
    #[must_use]
    pub const fn has_words(self) -> bool {
        matches!(self, Self::Text | Self::Choice | Self::Phone | Self::Email | Self::Url | Self::Number)
    }

    /// Whether no two records could have the same value.
    #[must_use]
    pub const fn can_be_unique(self) -> bool {
        !matches!(self, Self::Boolean | Self::Choices)
    }

    /// Whether its values are added up.
    #[must_use]
    pub const fn is_numeric(self) -> bool {
        matches!(self, Self::Number | Self::Decimal)
    }
}

impl Attribute {
    /// The key, for short.
    #[must_use]
    pub fn key(&self) -> &str {
        &self.fields.key
    }

    /// A fault of the value that a request gave for it.
    #[must_use]
    pub fn fault(&self, detail: impl Into<String>) -> FieldFault {
        FieldFault::new(format!("/attributes/{}", self.fields.key), detail)
    }
}
