//! Contacts as rows: what happened to one communication from arrival to wrap-up (CC-HIST-02, CC-TEL-03).

use base::Locale;
use base::id::{ContactId, CustomerId, NotReadyReasonId, OfferId, OperatorId, QueueId, ResultId, TopicId};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A contact of the same customer or number within this time of an earlier one is a repeat (CC-HIST-02).
/// Seven days is the window in which the field counts first-contact resolution.
pub const REPEAT_WITHIN: TimeDelta = TimeDelta::days(7);

macro_rules! words {
    ($( $(#[$meta:meta])* $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $word:literal ),+ $(,)? } )+) => { $(
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema, sqlx::Type,
        )]
        #[serde(rename_all = "snake_case")]
        #[sqlx(type_name = "text", rename_all = "snake_case")]
        pub enum $name { $( $(#[$variant_meta])* $variant ),+ }

        impl $name {
            /// The word that stands in columns, JSON and metrics.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word ),+ }
            }
        }
    )+ };
}

words! {
    /// By what means people communicate.
    Channel {
        /// A phone call.
        Voice = "voice",
    }
    /// Who started it (CC-TEL-03).
    Direction {
        /// The customer.
        Inbound = "inbound",
        /// The company.
        Outbound = "outbound",
        /// One of the company to another.
        Internal = "internal",
    }
    /// What became of it.
    Outcome {
        /// It is still going on.
        InProgress = "in_progress",
        /// An operator served it.
        Answered = "answered",
        /// The caller left while waiting in a queue.
        Abandoned = "abandoned",
        /// The caller left before any queue.
        AbandonedInIvr = "abandoned_in_ivr",
        /// The flow gave what was wanted and ended it.
        IvrCompleted = "ivr_completed",
        /// There was no room or it was outside working hours.
        Refused = "refused",
        /// The server, or something it needs, broke.
        Failed = "failed",
    }
    /// Who ended it.
    EndedBy {
        /// The customer.
        Caller = "caller",
        /// The operator.
        Operator = "operator",
        /// The flow, a timer, a failure.
        System = "system",
    }
    /// How an offer ended.
    OfferEnd {
        /// The operator took it.
        Accepted = "accepted",
        /// The operator refused it.
        Rejected = "rejected",
        /// It rang out: the operator missed it.
        Lapsed = "lapsed",
        /// The caller left, or the operator was lost, while it rang.
        Withdrawn = "withdrawn",
    }
    /// Presence of an operator, as it is kept in history (CC-SUP-02).
    StateName {
        /// Just started; does not yet know that it is ready.
        Syncing = "syncing",
        /// Away, with a reason.
        NotReady = "not_ready",
        /// Free for an offer.
        Ready = "ready",
        /// An offer rings.
        Ringing = "ringing",
        /// Talks with a customer.
        OnContact = "on_contact",
        /// Finishes a contact.
        WrapUp = "wrap_up",
        /// Let an offer ring out.
        NotResponding = "not_responding",
        /// The desktop is gone.
        Disconnected = "disconnected",
    }
}

/// A contact that begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrival {
    /// Its id.
    pub contact: ContactId,
    /// By what means.
    pub channel: Channel,
    /// Who started it.
    pub direction: Direction,
    /// Whom the number belongs to, when that is known already.
    pub customer: Option<CustomerId>,
    /// E.164 when it is one; none when withheld (CC-IN-01).
    pub caller_number: Option<String>,
    /// As the customer's card says, else as the network says.
    pub caller_name: Option<String>,
    /// The number that was called.
    pub dialled: String,
    /// What the caller is spoken to in, when that is known already.
    pub language: Option<Locale>,
}

/// What the flow found out about the caller since arrival. What is none stays as it was.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Whom the contact is with.
    pub customer: Option<CustomerId>,
    /// The customer's name.
    pub caller_name: Option<String>,
    /// The language chosen.
    pub language: Option<Locale>,
}

/// An offer of a contact to an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offered {
    /// The offer.
    pub offer: OfferId,
    /// Of what.
    pub contact: ContactId,
    /// From where.
    pub queue: QueueId,
    /// To whom.
    pub operator: OperatorId,
}

/// How a contact ended. How long the caller waited is computed from what was stored before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ending {
    /// What became of it; never `InProgress`.
    pub outcome: Outcome,
    /// Who ended it.
    pub ended_by: EndedBy,
    /// How long the caller was on hold, in milliseconds.
    pub held_ms: i64,
    /// How long the caller talked, in milliseconds: a second wait, after an operator was lost, is no talk. None when
    /// nobody knows it; then it is what lies between answer and end, holds not counted.
    pub talked_ms: Option<i64>,
}

/// What the operator said about a contact.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct WrapUp {
    /// What it was about.
    pub topic_id: Option<TopicId>,
    /// How it ended.
    pub result_id: Option<ResultId>,
    /// Anything else, at most 4,000 characters.
    #[serde(default)]
    pub note: String,
}

/// Longest note, in characters.
pub const NOTE_MAX: usize = 4_000;

/// A contact as lists and screens show it.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Contact {
    /// Its id.
    #[sqlx(rename = "contact_id")]
    pub id: ContactId,
    /// By what means.
    pub channel: Channel,
    /// Who started it.
    pub direction: Direction,
    /// The queue it was, or is, in.
    pub queue_id: Option<QueueId>,
    /// The name of that queue.
    pub queue_name: Option<String>,
    /// Whom it is with.
    pub customer_id: Option<CustomerId>,
    /// E.164 when it is one; none when withheld.
    pub caller_number: Option<String>,
    /// The caller's name, when known.
    pub caller_name: Option<String>,
    /// The number that was called.
    pub dialled: String,
    /// What the caller was spoken to in.
    pub language: Option<Locale>,
    /// When it began.
    pub arrived_at: DateTime<Utc>,
    /// When it first got in line.
    pub queued_at: Option<DateTime<Utc>>,
    /// When an operator first answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub ended_at: Option<DateTime<Utc>>,
    /// Who served it last.
    pub operator_id: Option<OperatorId>,
    /// What became of it.
    pub outcome: Outcome,
    /// Who ended it.
    pub ended_by: Option<EndedBy>,
    /// Time in the queue, in milliseconds.
    pub waited_ms: Option<i64>,
    /// Time with an operator without hold, in milliseconds.
    pub talked_ms: Option<i64>,
    /// Time on hold, in milliseconds.
    pub held_ms: Option<i64>,
    /// Time of wrap-up, in milliseconds.
    pub wrap_up_ms: Option<i64>,
    /// What it was about.
    pub topic_id: Option<TopicId>,
    /// How it ended, as the operator judged it.
    pub result_id: Option<ResultId>,
    /// The operator's note.
    pub note: String,
    /// The contact it repeats: the one before it of the same customer or number within seven days.
    pub repeat_of: Option<ContactId>,
    /// When wrap-up was finished.
    pub wrapped_up_at: Option<DateTime<Utc>>,
    /// Grows with each correction of the wrap-up.
    pub version: i32,
}

/// A contact that the server finds in progress at its start: the crash took its call with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct Orphan {
    /// Which contact.
    pub contact_id: ContactId,
    /// Who was serving it.
    pub operator_id: Option<OperatorId>,
}

/// One routing decision with its explanation.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Decision {
    /// When it was taken.
    pub decided_at: DateTime<Utc>,
    /// Who was chosen; none when nobody could be.
    pub operator_id: Option<OperatorId>,
    /// Who was considered, who was ruled out, and why.
    #[schema(value_type = Object)]
    pub explanation: serde_json::Value,
}

/// One interval of presence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PresenceChange {
    /// Who.
    pub operator: OperatorId,
    /// What state begins.
    pub state: StateName,
    /// Why, when it is not ready.
    pub reason: Option<NotReadyReasonId>,
}
