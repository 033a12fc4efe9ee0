//! Dead letters: what could not be handled, with the reason, until somebody tries it again or drops it.

pub mod store;
#[cfg(test)]
mod tests;

use base::id::{DeadLetterId, EventId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// Longest detail that is kept, in characters: what a person reads.
pub const DETAIL_MAX: usize = 2_000;
/// Longest message of another system that is kept whole, in bytes.
pub const PAYLOAD_BYTES_MAX: usize = 262_144;

/// What is done with a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum LetterState {
    /// It waits for somebody.
    Open,
    /// It is tried again as soon as its consumer comes to it.
    Retrying,
    /// Another try went well.
    Done,
    /// Somebody decided that it need not be handled.
    Dropped,
}

/// Something that could not be handled.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub struct DeadLetter {
    /// Its id.
    #[sqlx(rename = "dead_letter_id")]
    pub id: DeadLetterId,
    /// Where it failed: `consumer:<name>`, `kafka:<topic>` or `file:<name>`.
    pub origin: String,
    /// The event, when it stands in the log.
    pub event_id: Option<EventId>,
    /// Why, in one word that programs can compare.
    #[schema(example = "handler_failed")]
    pub reason: String,
    /// Why, for people.
    pub detail: String,
    /// What could not be handled.
    #[schema(value_type = Object)]
    pub payload: Value,
    /// What is done with it.
    pub state: LetterState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it failed first.
    pub created_at: DateTime<Utc>,
    /// When something was last done about it.
    pub updated_at: DateTime<Utc>,
}

/// Something that could not be handled, about to be kept.
#[derive(Clone, Debug, PartialEq)]
pub struct NewLetter {
    /// Where it failed.
    pub origin: String,
    /// The event and when it occurred, when it stands in the log.
    pub event: Option<(EventId, DateTime<Utc>)>,
    /// Why, in one word.
    pub reason: &'static str,
    /// Why, for people.
    pub detail: String,
    /// What could not be handled.
    pub payload: Value,
}

/// The origin of what a consumer could not handle.
#[must_use]
pub fn of_consumer(name: &str) -> String {
    format!("consumer:{name}")
}

/// The id of the letter of one event at one consumer: always the same.
pub(crate) fn letter_id(consumer: &str, event: EventId) -> DeadLetterId {
    let mut bytes = [0_u8; 16];
    for (place, byte) in bytes.iter_mut().zip(Sha256::digest(format!("trunkline.letter {consumer} {event}")))
    {
        *place = byte;
    }
    DeadLetterId::from_uuid(uuid::Builder::from_custom_bytes(bytes).into_uuid())
}

/// A message of another system that could not be read, as far as it is kept.
#[must_use]
pub fn raw(bytes: &[u8]) -> Value {
    let kept = bytes.get(..PAYLOAD_BYTES_MAX).unwrap_or(bytes);
    serde_json::from_slice::<Value>(kept)
        .ok()
        .filter(|value| !value.to_string().contains("\\u0000"))
        .unwrap_or_else(|| Value::String(String::from_utf8_lossy(kept).replace('\0', "\u{fffd}")))
}
