//! The registry of event types: which events of other systems are taken, what each must say, whom it is about and
//! how long it is kept (BRE-ENT-01, TEL-11).

pub mod built_in;
pub mod registry;
pub mod schema;
pub mod store;
#[cfg(test)]
mod tests;

pub use registry::{Known, KnownType, Registry};

use base::{FieldFault, LocalText};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// Longest name of a type, in characters.
pub const NAME_MAX: usize = 100;
/// Longest time that events are kept, in days: ten years.
pub const RETENTION_DAYS_MAX: i32 = 3_650;
/// Longest description, in characters.
pub const DESCRIPTION_MAX: usize = 2_000;

/// First parts of names that belong to the server's own events: the schemas of the database.
const OWN: [&str; 17] = [
    "platform",
    "access",
    "routing",
    "telephony",
    "crm",
    "rules",
    "flow",
    "channels",
    "ledger",
    "dialer",
    "campaigns",
    "loyalty",
    "prediction",
    "reporting",
    "web",
    "base",
    "actors",
];

/// By what an event names whom it is about.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum SubjectKind {
    /// It is about nobody.
    #[default]
    None,
    /// The customer's id here.
    CustomerId,
    /// A phone number, E.164.
    Phone,
    /// An e-mail address.
    Email,
    /// The number of a contract or account.
    Contract,
    /// A Telegram user id or name.
    Telegram,
    /// The taxpayer's number.
    TaxNumber,
}

impl SubjectKind {
    /// The word of columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::CustomerId => "customer_id",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Contract => "contract",
            Self::Telegram => "telegram",
            Self::TaxNumber => "tax_number",
        }
    }

    /// The kind that the word names.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        let kinds =
            [Self::CustomerId, Self::Phone, Self::Email, Self::Contract, Self::Telegram, Self::TaxNumber];
        kinds.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// What people set of a type, besides its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct EventTypeFields {
    /// How people call it.
    #[sqlx(json)]
    pub title: LocalText,
    /// When the event happens and who sends it.
    #[serde(default)]
    pub description: String,
    /// JSON Schema (draft 2020-12) of `data`; of type `object`. `title` and `x-title` (by language) name its fields.
    #[schema(value_type = Object)]
    pub schema: Value,
    /// By what `subject` names whom it is about.
    #[serde(default)]
    pub subject: SubjectKind,
    /// Days for which its events are kept.
    #[schema(minimum = 1, maximum = 3650)]
    pub retention_days: i32,
}

impl EventTypeFields {
    /// What cannot be accepted.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults = schema::faults(&self.schema);
        if self.title.0.values().all(|text| text.trim().is_empty()) {
            faults.push(FieldFault::new("/title", "must have a text in at least one language"));
        }
        if self.description.chars().count() > DESCRIPTION_MAX {
            faults
                .push(FieldFault::new("/description", format!("has more than {DESCRIPTION_MAX} characters")));
        }
        if !(1..=RETENTION_DAYS_MAX).contains(&self.retention_days) {
            faults.push(FieldFault::new("/retention_days", format!("must be 1 to {RETENTION_DAYS_MAX}")));
        }
        faults
    }
}

/// What is wrong with the name of a type, if anything is.
#[must_use]
pub fn name_fault(name: &str) -> Option<FieldFault> {
    let part = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    if name.len() > NAME_MAX || !name.split('.').all(part) {
        let detail = format!(
            "must be words of small letters, digits and _ with dots between them, at most {NAME_MAX} characters, \
             such as roaming.arrived"
        );
        return Some(FieldFault::new("/name", detail));
    }
    let first = name.split('.').next().unwrap_or_default();
    OWN.contains(&first).then(|| {
        FieldFault::new("/name", format!("names that begin with {first:?} belong to the server's own events"))
    })
}

/// A registered type.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub struct EventType {
    /// What events call themselves (CloudEvents `type`).
    #[schema(example = "purchase")]
    pub name: String,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: EventTypeFields,
    /// Came with the server; it can be changed, not removed.
    pub built_in: bool,
    /// Grows with each change.
    pub version: i32,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}
