//! A contact as a queue and a desktop know it.

use crate::contact::{Channel, Direction};
use crate::matching::Skills;
use base::Locale;
use base::id::{CallId, ContactId, CustomerId, QueueId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;

/// A queue by id and name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct QueueName {
    /// Which.
    pub id: QueueId,
    /// As people call it.
    pub name: String,
}

/// Whether a customer is a person or an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallerKind {
    /// A person.
    Individual,
    /// An organisation.
    Organisation,
}

/// Who calls, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Caller {
    /// E.164, when the network said it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// From the customer's record, else from the network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The customer, when recognised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<CustomerId>,
    /// A person or an organisation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<CallerKind>,
    /// Treated with priority.
    #[serde(default)]
    pub vip: bool,
    /// What the caller speaks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<Locale>,
}

/// What a desktop shows of a contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// Which contact.
    pub contact_id: ContactId,
    /// By what means.
    pub channel: Channel,
    /// Who started it.
    pub direction: Direction,
    /// The queue that offers it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueName>,
    /// Who it is.
    pub caller: Caller,
    /// The number that was dialled.
    pub dialled: String,
    /// When the contact began.
    pub arrived_at: DateTime<Utc>,
    /// When it entered the queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued_at: Option<DateTime<Utc>>,
}

/// A contact that wants to wait in a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    /// What the operator will see.
    pub card: Arc<Card>,
    /// The live call that carries it.
    pub call: CallId,
    /// What it needs beside what the queue asks for, such as a language.
    pub needs: Skills,
    /// Added to the queue's priority; larger goes first.
    pub priority: i16,
    /// When it entered this queue for the first time: its place in line and the start of its wait.
    pub queued_at: DateTime<Utc>,
    /// It was in this queue before: the operator was lost, or the queue. It keeps its place, is taken even when
    /// the queue is full or closed, and is not counted again.
    pub returning: bool,
}

impl Contact {
    /// Which contact.
    #[must_use]
    pub fn id(&self) -> ContactId {
        self.card.contact_id
    }
}

/// How a contact of this queue is finished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WrapUpRule {
    /// How long the operator has; zero for none.
    pub lasts: Duration,
    /// The operator must give topic and result, however long it takes.
    pub mandatory: bool,
}
