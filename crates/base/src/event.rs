//! What happened, as it is written to the event log.

use crate::id::{ApiKeyId, PersonId};
use serde::{Deserialize, Serialize};
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

/// Which of the four logs an event belongs to (NFR-LOG-01..04).
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
}

/// An event about to be appended in the transaction that makes it true.
///
/// `kind` is `<schema>.<what_happened>.v<n>`; a changed payload is a new version beside the old one.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEvent {
    /// Such as `routing.contact_abandoned.v1`.
    pub kind: &'static str,
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
