//! Links between records: who works where, whose device it is. Kinds of links are data, as kinds of cards are.

use crate::attribute::{self, CUSTOMER};
use crate::customer::CustomerKind;
use base::id::{LinkKindId, RecordLinkId};
use base::{FieldFault, LocalText};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Most kinds of links, archived ones included.
pub const LINK_KINDS_MAX: usize = 200;
/// Most links of one record: more are an attribute of the other side, found by a filter.
pub const LINKS_MAX: i64 = 1_000;
/// Longest note, in characters.
pub const NOTE_MAX: usize = 200;

/// How many links of a kind a record can have, on each side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Cardinality {
    /// One on each side.
    OneToOne,
    /// The first has many, the second one.
    OneToMany,
    /// The first has one, the second many: a device has one owner, an owner many devices.
    ManyToOne,
    /// Many on each side.
    ManyToMany,
}

/// What people set of a kind of link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct LinkKindFields {
    /// What it is called in the API: a-z, 0-9, _. Cannot be changed.
    #[schema(example = "used_by")]
    pub key: String,
    /// As the first record sees it: "works at".
    #[sqlx(json)]
    pub title: LocalText,
    /// As the second record sees it: "contact persons".
    #[serde(rename = "inverse")]
    #[sqlx(json)]
    pub reverse_title: LocalText,
    /// What the first record is: `customer`, or the key of a kind of card. Cannot be changed.
    #[serde(rename = "from")]
    #[schema(example = "device")]
    pub from_kind: String,
    /// Only people, or only organisations; null for both, and for cards. Cannot be changed.
    #[serde(default)]
    pub from_customer: Option<CustomerKind>,
    /// What the second record is. Cannot be changed.
    #[serde(rename = "to")]
    #[schema(example = "customer")]
    pub to_kind: String,
    /// Only people, or only organisations; null for both, and for cards. Cannot be changed.
    #[serde(default)]
    pub to_customer: Option<CustomerKind>,
    /// How many there can be.
    pub cardinality: Cardinality,
}

/// A kind of link as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct LinkKind {
    /// Its id.
    #[sqlx(rename = "link_kind_id")]
    pub id: LinkKindId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: LinkKindFields,
    /// Belongs to the server: titles can be changed, it cannot be archived.
    pub built_in: bool,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
    /// Grows with each change.
    pub version: i32,
}

/// What links a record with another: one of `from` and `to` is the other record, and the record itself stands on the
/// side that is left out.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LinkInput {
    /// The key of the kind of link.
    #[schema(example = "used_by")]
    pub kind: String,
    /// The first record.
    #[serde(default)]
    pub from: Option<Uuid>,
    /// The second record.
    #[serde(default)]
    pub to: Option<Uuid>,
    /// What people want to remember of it: "director".
    #[serde(default)]
    pub note: Option<String>,
}

/// A link as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Link {
    /// Its id.
    #[sqlx(rename = "link_id")]
    pub id: RecordLinkId,
    /// The key of its kind.
    pub kind: String,
    /// The first record.
    #[sqlx(rename = "from_id")]
    pub from: Uuid,
    /// The second record.
    #[sqlx(rename = "to_id")]
    pub to: Uuid,
    /// What people want to remember of it.
    pub note: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl Cardinality {
    /// Whether the first record has one such link at most.
    #[must_use]
    pub const fn is_from_single(self) -> bool {
        matches!(self, Self::OneToOne | Self::ManyToOne)
    }

    /// Whether the second record has one such link at most.
    #[must_use]
    pub const fn is_to_single(self) -> bool {
        matches!(self, Self::OneToOne | Self::OneToMany)
    }
}

impl LinkKindFields {
    /// What cannot be accepted, by field; whether the kinds of records exist is for the store to say.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults: Vec<FieldFault> = attribute::key_fault("/key", &self.key)
            .into_iter()
            .chain(attribute::title_fault("/title", &self.title))
            .chain(attribute::title_fault("/inverse", &self.reverse_title))
            .collect();
        for (pointer, kind, customer) in [
            ("/from_customer", &self.from_kind, self.from_customer),
            ("/to_customer", &self.to_kind, self.to_customer),
        ] {
            if customer.is_some() && kind != CUSTOMER {
                faults.push(FieldFault::new(pointer, "is for customers only"));
            }
        }
        faults
    }
}
