//! Structures as one document: attributes, kinds of cards and kinds of links, to keep, compare and bring elsewhere
//! (PP-MGT-08, NFR-LOW-03).

use crate::attribute::AttributeFields;
use crate::card::CardKindFields;
use crate::link::LinkKindFields;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The form of the document that this version writes.
pub const FORMAT: u32 = 1;

/// All structures in use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Structures {
    /// The form of the document: 1.
    pub format: u32,
    /// Kinds of cards, by key.
    #[serde(default)]
    pub card_kinds: Vec<CardKindFields>,
    /// Attributes, by what has them.
    #[serde(default)]
    pub attributes: Vec<AttributeFields>,
    /// Kinds of links, by key.
    #[serde(default)]
    pub link_kinds: Vec<LinkKindFields>,
}

/// What an import does, or would do, with one structure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is not there yet.
    Add,
    /// It is there and differs.
    Change,
    /// It is there and is the same.
    Keep,
}

/// One structure of an import.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PlannedChange {
    /// What is done with it.
    pub action: Action,
    /// `card_kind`, `attribute` or `link_kind`.
    pub what: &'static str,
    /// Its key; of an attribute with what has it: `customer.tier`.
    pub key: String,
}

/// A structure that cannot be imported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportFault {
    /// Where in the document, as a JSON pointer.
    pub pointer: String,
    /// What is wrong.
    pub message: String,
}

/// What an import does, or would do. Nothing is done when there is a fault. What the document does not name stays.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct ImportPlan {
    /// Each structure of the document.
    pub changes: Vec<PlannedChange>,
    /// What cannot be accepted.
    pub faults: Vec<ImportFault>,
}
