//! Messages: what is sent to whom, and what can become of it.

use base::id::{CustomerId, LinkId, MessageId};
use base::{Locale, PhoneNumber};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// Longest key of a message, in characters.
pub const KEY_MAX: usize = 200;
/// How long a message waits for a link before it says nothing any more.
pub const VALID_FOR: TimeDelta = TimeDelta::hours(24);

/// By what means a message goes.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema, sqlx::Type,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[schema(as = MessageChannel)]
pub enum Channel {
    /// Short message.
    Sms,
    /// E-mail.
    Email,
}

impl Channel {
    /// Every channel, in the order in which they are tried when the customer prefers none.
    pub const ALL: [Self; 2] = [Self::Sms, Self::Email];

    /// The word that stands in columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Email => "email",
        }
    }
}

/// Which channel a message shall go by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ChannelChoice {
    /// The one that the customer prefers, else the first by which the customer can be reached.
    #[default]
    Preferred,
    /// Short message.
    Sms,
    /// E-mail.
    Email,
}

/// What a message is for (CIMP-NTF-02).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema, sqlx::Type,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum MessageClass {
    /// About something the customer has or did: a code, a receipt, a warning.
    Functional,
    /// To win or keep the customer.
    Marketing,
}

/// Who waits for a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Nobody in particular.
    #[default]
    Normal,
    /// Somebody, now: a code to sign in, an answer in a conversation.
    Interactive,
}

/// Where a message stands in the queue; higher is sent first.
#[must_use]
pub const fn rank(priority: Priority, class: MessageClass) -> i32 {
    match (priority, class) {
        (Priority::Interactive, _) => 200,
        (Priority::Normal, MessageClass::Functional) => 100,
        (Priority::Normal, MessageClass::Marketing) => 0,
    }
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum MessageState {
    /// Waits for a link.
    Queued,
    /// A link has it in its hands.
    Sending,
    /// The provider took it.
    Sent,
    /// It reached the customer.
    Delivered,
    /// The provider refused it.
    Failed,
    /// The provider took it, and it did not reach the customer.
    Undelivered,
    /// The link was lost before the provider answered: it may have been taken.
    Unknown,
    /// It was never queued: a field is missing, or there is no way to reach the customer.
    Refused,
    /// Somebody took it back while it waited.
    Cancelled,
    /// It waited too long, here or at the provider.
    Expired,
}

impl MessageState {
    /// The word that stands in columns, JSON and the kinds of events.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Failed => "failed",
            Self::Undelivered => "undelivered",
            Self::Unknown => "unknown",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// The kind of the event that says a message came to stand there.
    #[must_use]
    pub const fn event(self) -> &'static str {
        match self {
            Self::Queued => "channels.message_queued.v1",
            Self::Sending => "channels.message_sending.v1",
            Self::Sent => "channels.message_sent.v1",
            Self::Delivered => "channels.message_delivered.v1",
            Self::Failed => "channels.message_failed.v1",
            Self::Undelivered => "channels.message_undelivered.v1",
            Self::Unknown => "channels.message_unknown.v1",
            Self::Refused => "channels.message_refused.v1",
            Self::Cancelled => "channels.message_cancelled.v1",
            Self::Expired => "channels.message_expired.v1",
        }
    }
}

/// Why a message stands where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[schema(as = MessageReason)]
pub enum Reason {
    /// The template needs a field that has no value.
    MissingField,
    /// There is no template of that name, or it cannot be read.
    UnknownTemplate,
    /// The template says nothing on the channel.
    NoText,
    /// The customer has no address on the channel.
    NoAddress,
    /// The text has more parts than one message may have.
    TooLong,
    /// The provider said no.
    Provider,
    /// The provider is busy, or could not be reached: the message is tried again.
    Busy,
    /// The link was lost before the provider answered.
    LinkLost,
    /// The provider reported that it could not deliver it.
    Receipt,
    /// A mail server reported that it could not deliver it.
    Bounce,
    /// Its time was over.
    TooLate,
    /// Somebody took it back.
    TakenBack,
}

/// Where a message goes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "channel", content = "address", rename_all = "snake_case")]
pub enum Address {
    /// A number, E.164.
    Sms(String),
    /// A mailbox.
    Email(String),
}

impl Address {
    /// An address of that channel in the form that is stored; nothing when it is none.
    #[must_use]
    pub fn parse(channel: Channel, text: &str) -> Option<Self> {
        let text = text.trim();
        match channel {
            Channel::Sms => {
                text.parse::<PhoneNumber>().ok().map(|number| Self::Sms(number.as_str().to_owned()))
            }
            Channel::Email => {
                let (local, domain) = text.rsplit_once('@')?;
                let fits = !local.is_empty()
                    && domain.contains('.')
                    && text.len() <= 254
                    && !text
                        .contains(|c: char| c.is_whitespace() || c.is_control() || "<>(),;\"".contains(c));
                fits.then(|| Self::Email(text.to_owned()))
            }
        }
    }

    /// On which channel.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        match self {
            Self::Sms(_) => Channel::Sms,
            Self::Email(_) => Channel::Email,
        }
    }

    /// The bare address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Sms(text) | Self::Email(text) => text,
        }
    }
}

/// A message that shall be sent.
#[derive(Clone, Debug, PartialEq)]
pub struct NewMessage {
    /// The same key is the same message, however often it is asked for.
    pub key: String,
    /// To which customer.
    pub customer: Option<CustomerId>,
    /// To which address; when absent, what `fields.customer` has for the channel.
    pub to: Option<Address>,
    /// By which channel.
    pub channel: ChannelChoice,
    /// Name of the template.
    pub template: String,
    /// What it is for; when absent, what the template is for.
    pub class: Option<MessageClass>,
    /// In which language; when absent, the customer's.
    pub language: Option<Locale>,
    /// The context of the template's expressions: `event`, `customer`, `vars`, ...
    pub fields: Map<String, Value>,
    /// Who waits for it.
    pub priority: Priority,
}

/// What a request for a message came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enqueued {
    /// Which message.
    pub id: MessageId,
    /// Where it stands now.
    pub state: MessageState,
    /// Whether this request made it; else the key was known.
    pub is_new: bool,
}

/// A message as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Message {
    /// Its id.
    #[sqlx(rename = "message_id")]
    pub id: MessageId,
    /// The same key is the same message.
    pub key: String,
    /// To which customer.
    pub customer_id: Option<CustomerId>,
    /// By which channel; none when it was refused before one was chosen.
    pub channel: Option<Channel>,
    /// To which address.
    pub address: Option<String>,
    /// What it is for.
    pub class: MessageClass,
    /// Name of the template.
    pub template: String,
    /// In which language.
    pub language: Option<Locale>,
    /// Subject of an e-mail.
    pub subject: Option<String>,
    /// What it says.
    pub text: String,
    /// What it says with mark-up.
    pub html: Option<String>,
    /// What became of it.
    pub state: MessageState,
    /// Why it stands there.
    pub reason: Option<Reason>,
    /// The same in words, or as the provider said it.
    pub detail: Option<String>,
    /// Which link took it last.
    pub link_id: Option<LinkId>,
    /// How often it was tried.
    pub attempts: i32,
    /// Not sent before.
    pub due_at: DateTime<Utc>,
    /// Not sent after.
    pub expires_at: DateTime<Utc>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When its state changed last.
    pub updated_at: DateTime<Utc>,
}

/// One try to hand a message to a provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Attempt {
    /// Which, from 1.
    pub attempt: i32,
    /// Over which link.
    pub link_id: LinkId,
    /// When the link took it.
    pub started_at: DateTime<Utc>,
    /// When its outcome was known.
    pub ended_at: Option<DateTime<Utc>>,
    /// `sent`, `retry`, `failed` or `unknown`.
    pub outcome: Option<String>,
    /// As the provider gave it.
    pub code: Option<String>,
    /// In words.
    pub detail: Option<String>,
}

/// What a provider said of a part of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct ReceiptShown {
    /// By which id the provider knows the part.
    pub provider_id: String,
    /// `delivered`, `undelivered`, `expired` or `pending`.
    pub state: String,
    /// As the provider gave it.
    pub code: Option<String>,
    /// As it came.
    pub raw: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
}
