//! Webhooks: other systems hear of events, by the Standard Webhooks convention (github.com/standard-webhooks).
//!
//! A consumer of the log writes a delivery for each event and webhook; a sender brings them, each endpoint in turn,
//! with signatures, pauses that grow, and an end.

pub mod address;
pub mod consumer;
pub mod secret;
pub mod sender;
pub mod store;
#[cfg(test)]
mod tests;

pub use consumer::{WEBHOOKS, Webhooks};
pub use sender::{Sender, SenderSettings};

use base::FieldFault;
use base::id::{EventId, WebhookDeliveryId, WebhookId};
use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, RngExt};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most characters of a name.
pub const NAME_MAX: usize = 100;
/// Most kinds that one webhook names.
pub const KINDS_MAX: usize = 100;
/// For how long the key before the last is still used beside it: receivers change theirs in this time.
pub const PREVIOUS_SECRET_FOR: TimeDelta = TimeDelta::hours(24);

/// Pauses between tries, in seconds; after the last try a delivery has failed. As Standard Webhooks proposes: at once
/// after a hiccup, and for more than two days while a receiver is away.
const PAUSES: [i64; 8] = [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000];

/// What people set of a webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct WebhookFields {
    /// How people call it; unique.
    pub name: String,
    /// Where it is sent, `https://…`.
    #[schema(example = "https://example.com/hooks/trunkline")]
    pub url: String,
    /// Which events: whole kinds, or beginnings that end with a dot. Empty: none.
    #[schema(example = json!(["purchase", "crm."]))]
    pub kinds: Vec<String>,
    /// Whether events are sent. Those that happen meanwhile are not sent later.
    #[serde(default = "yes")]
    pub enabled: bool,
}

const fn yes() -> bool {
    true
}

impl WebhookFields {
    /// What cannot be accepted. `private` allows addresses of the own network.
    #[must_use]
    pub fn faults(&self, private: bool) -> Vec<FieldFault> {
        let mut faults = Vec::new();
        let length = self.name.trim().chars().count();
        if length == 0 || length > NAME_MAX || self.name.contains('\0') {
            faults.push(FieldFault::new("/name", format!("must have 1 to {NAME_MAX} characters")));
        }
        if let Err(why) = address::check(&self.url, private) {
            faults.push(FieldFault::new("/url", why));
        }
        if self.kinds.is_empty() || self.kinds.len() > KINDS_MAX {
            faults.push(FieldFault::new("/kinds", format!("must name 1 to {KINDS_MAX} kinds of events")));
        }
        for (at, kind) in self.kinds.iter().enumerate() {
            let known =
                kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"._".contains(&b));
            if kind.is_empty() || !known || kind.len() > 100 {
                let detail =
                    "must be a kind such as purchase, or a beginning that ends with a dot such as crm.";
                faults.push(FieldFault::new(format!("/kinds/{at}"), detail));
            }
        }
        faults
    }

    /// Whether events of this kind are sent.
    #[must_use]
    pub fn wants(&self, kind: &str) -> bool {
        self.kinds.iter().any(|wanted| wanted == kind || (wanted.ends_with('.') && kind.starts_with(wanted)))
    }
}

/// A webhook, without its secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Webhook {
    /// Its id.
    #[sqlx(rename = "webhook_id")]
    pub id: WebhookId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: WebhookFields,
    /// Why the server itself switched it off; null when it did not.
    pub disabled_reason: Option<String>,
    /// Until when the key before the last is used beside it; null when there is none.
    pub previous_until: Option<DateTime<Utc>>,
    /// Grows with each change.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Where a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum DeliveryState {
    /// It is sent at `due_at`.
    Pending,
    /// The receiver took it.
    Delivered,
    /// It was tried as often as it is tried.
    Failed,
}

/// One event on its way to one webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Delivery {
    /// Its id, `webhook-id` of the request: the same with each try.
    #[sqlx(rename = "delivery_id")]
    pub id: WebhookDeliveryId,
    /// The event.
    pub event_id: EventId,
    /// Its kind.
    pub kind: String,
    /// Where it stands.
    pub state: DeliveryState,
    /// How often it was tried.
    pub attempts: i32,
    /// When it is tried next.
    pub due_at: DateTime<Utc>,
    /// What the receiver answered last; null when it did not.
    pub last_status: Option<i32>,
    /// Why the last try failed; null when it went well.
    pub last_error: Option<String>,
    /// When it was tried last.
    pub last_at: Option<DateTime<Utc>>,
    /// When the receiver took it.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When the event was read.
    pub created_at: DateTime<Utc>,
}

/// When a delivery is tried again that has been tried `attempts` times; nothing when that was the last time. Up to a
/// fifth later than planned, so that what failed together does not come back together.
#[must_use]
pub fn next_try(attempts: i32, now: DateTime<Utc>, rng: &mut dyn Rng) -> Option<DateTime<Utc>> {
    let place = usize::try_from(attempts.max(1) - 1).ok()?;
    let pause = TimeDelta::seconds(*PAUSES.get(place)?);
    let late = rng.random_range(0..=200_i32);
    Some(now + pause + pause * late / 1_000)
}
