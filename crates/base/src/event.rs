//! What happened, as it is written to the event log.

use crate::id::{ApiKeyId, PersonId};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use uuid::Uuid;

/// Who made something happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Author {
    /// A person who is signed in.
    Person(PersonId),
    /// A program with an API key.
    ApiKey(ApiKeyId),
    /// The server itself: a timer, a routing decision, a caller's action.
    System,
}

/// Which log an event belongs to: four of our own (NFR-LOG-01..04), and what other systems sent (INT-02).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Journal {
    /// Work of the business: contacts, offers, recordings.
    Activity,
    /// Security: sign-ins, refusals, keys, every user event.
    Security,
    /// A change of data, with what it was before and after.
    Change,
    /// A failure of a component.
    Failure,
    /// What other systems, or a rule on their behalf, say has happened: its kind is a registered type.
    Outside,
}

/// An event about to be appended in the transaction that makes it true.
///
/// `kind` is `<schema>.<what_happened>.v<n>`; a changed payload is a new version beside the old one. Events from
/// outside (`Journal::Outside`) are named as their registered type is.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// Such as `routing.contact_abandoned.v1`.
    pub kind: Cow<'static, str>,
    /// Which of the four logs shows it.
    pub journal: Journal,
    /// What it happened to: the bare id of a contact, a person, a queue.
    pub subject: Uuid,
    /// What ties events of one story together, such as the contact of a call.
    pub correlation: Option<Uuid>,
    /// Who did it.
    pub author: Author,
    /// The details, a JSON object.
    pub payload: serde_json::Value,
}
