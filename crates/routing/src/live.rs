//! The shapes of the live protocol's topics: what desktops, wallboards and supervisors are sent.
//!
//! Absent means none; live data never holds null, so that a merge patch (RFC 7396) can delete. Collections are maps
//! by id. Durations are left to the reader, who knows the server's time.

use crate::contact::{Channel, Direction, EndedBy, StateName};
use crate::operator::{Reason, Totals};
use crate::queue::{Caller, QueueName};
use crate::service_level::Counts;
use base::id::{ContactId, OfferId, OperatorId, QueueId};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize, Serializer};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A moment: RFC 3339, UTC, milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ToSchema)]
#[schema(value_type = DateTime<Utc>)]
pub struct Moment(pub DateTime<Utc>);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0.to_rfc3339_opts(SecondsFormat::Millis, true))
    }
}

/// How far the work on a contact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkState {
    /// It is offered.
    Ringing,
    /// It was accepted, the audio is on its way.
    Connecting,
    /// Both hear each other.
    Talking,
    /// The caller hears music.
    Held,
    /// The desktop is gone; the caller hears music.
    Away,
    /// It is being finished.
    WrapUp,
}

/// How far the desktop's phone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PhoneState {
    /// No audio path.
    Disconnected,
    /// On its way.
    Connecting,
    /// Ready to talk.
    Connected,
}

/// Where a contact stands, for the floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// In a flow.
    Ivr,
    /// In line.
    Queued,
    /// It rings at an operator.
    Offered,
    /// With an operator.
    Talking,
    /// On hold, or the operator is away.
    Held,
    /// Over, and being finished.
    WrapUp,
}

/// The topic `desk`: one operator's desktop.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeskData {
    /// Whose desk.
    pub operator: DeskOperator,
    /// What the operator is doing.
    pub presence: Presence,
    /// The audio path.
    pub phone: Phone,
    /// What rings.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub offer: Option<LiveOffer>,
    /// What is being worked on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<LiveContact>,
    /// The lines of the queues served.
    pub queues: BTreeMap<QueueId, Line>,
    /// The day so far.
    pub today: Totals,
}

/// Whose desk it is.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DeskOperator {
    /// Who.
    pub id: OperatorId,
    /// As people call the operator.
    pub name: String,
    /// What the operator signs in with.
    pub login: String,
    /// The organisation unit's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
}

/// What an operator is doing.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Presence {
    /// What.
    pub state: StateName,
    /// Why not ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// Since when.
    pub since: Moment,
    /// When it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// What was asked for after the present contact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<NextPresence>,
}

/// What an operator wants to do next.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NextPresence {
    /// What.
    pub state: StateName,
    /// Why not ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// The desktop's phone.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Phone {
    /// How far it is.
    pub state: PhoneState,
    /// Since when.
    pub since: Moment,
}

/// A contact that rings.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LiveOffer {
    /// What `offer.accept` names.
    pub id: OfferId,
    /// What rings.
    pub contact: ContactCard,
    /// When it goes elsewhere.
    pub expires_at: Moment,
}

/// Who a contact is with and where it came from.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ContactCard {
    /// Which contact.
    pub contact_id: ContactId,
    /// By what means.
    pub channel: Channel,
    /// Who started it.
    pub direction: Direction,
    /// The queue that offers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueName>,
    /// Who it is.
    pub caller: Caller,
    /// The number that was dialled.
    pub dialled: String,
    /// When the contact began.
    pub arrived_at: Moment,
    /// When it entered the queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queued_at: Option<Moment>,
}

/// The contact at a desk.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LiveContact {
    /// Who it is with.
    pub card: ContactCard,
    /// How far it is.
    pub state: WorkState,
    /// The caller hears nothing of the operator.
    pub muted: bool,
    /// When the operator accepted.
    pub answered_at: Moment,
    /// Since when the caller hears music.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub held_since: Option<Moment>,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Moment>,
    /// Who ended it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<EndedBy>,
    /// How it is to be finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub wrap_up: Option<LiveWrapUp>,
}

/// How a contact is to be finished.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct LiveWrapUp {
    /// When the time for it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Moment>,
    /// Topic and result must be given.
    pub mandatory: bool,
}

/// A queue as its operators see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Line {
    /// The queue's name.
    pub name: String,
    /// How many wait.
    pub waiting: usize,
    /// Since when the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_since: Option<Moment>,
}

/// The topic `board`: the wallboard.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BoardData {
    /// The site's last midnight: counters began at zero.
    pub day_started_at: Moment,
    /// All queues together.
    pub totals: BoardTotals,
    /// Each queue.
    pub queues: BTreeMap<QueueId, BoardQueue>,
    /// How many operators do what; `held` apart from `on_contact`, `syncing` under `not_ready`.
    pub operators: OperatorCounts,
    /// The last half hour, one value a minute.
    pub series: Series,
}

/// Counters and their service levels.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Measures {
    /// What became of the contacts of the day.
    #[serde(flatten)]
    pub counts: Counts,
    /// Percent answered in time of answered and abandoned, short abandons left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_level: Option<f64>,
    /// The same with short abandons.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_level_strict: Option<f64>,
}

/// All queues together.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct BoardTotals {
    /// The day.
    #[serde(flatten)]
    pub measures: Measures,
    /// How many wait.
    pub waiting: usize,
    /// Since when the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_since: Option<Moment>,
    /// How many are in a flow.
    pub in_ivr: usize,
    /// How many are with an operator.
    pub talking: usize,
}

/// A queue on the wallboard.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BoardQueue {
    /// The day.
    #[serde(flatten)]
    pub measures: Measures,
    /// As people call it.
    pub name: String,
    /// How many wait.
    pub waiting: usize,
    /// Since when the first of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longest_since: Option<Moment>,
    /// How long who arrives now will probably wait.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimated_wait_seconds: Option<u64>,
    /// Answered within this time is in time.
    pub target_seconds: u64,
    /// The share that should be.
    pub target_percent: u8,
    /// Operators who are free for it.
    pub ready: usize,
    /// Its contacts with an operator.
    pub talking: usize,
}

/// How many operators do what.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct OperatorCounts {
    /// Free.
    pub ready: usize,
    /// Being offered a contact.
    pub ringing: usize,
    /// Talking.
    pub on_contact: usize,
    /// With a caller on hold.
    pub held: usize,
    /// Finishing a contact.
    pub wrap_up: usize,
    /// Not ready, or just started.
    pub not_ready: usize,
    /// Let an offer ring out.
    pub not_responding: usize,
    /// Without desktop or phone.
    pub disconnected: usize,
}

/// The last half hour, one value a minute, oldest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Series {
    /// How many waited.
    pub waiting: Vec<usize>,
    /// The service level of all queues, in percent.
    pub service_level: Vec<f64>,
}

/// The topic `floor`: what a supervisor watches.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FloorData {
    /// Who is at work.
    pub operators: BTreeMap<OperatorId, FloorOperator>,
    /// Every contact that is not over.
    pub calls: BTreeMap<ContactId, FloorCall>,
    /// Each queue.
    pub queues: BTreeMap<QueueId, BoardQueue>,
}

/// An operator on the floor.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FloorOperator {
    /// As people call the operator.
    pub name: String,
    /// What the operator signs in with.
    pub login: String,
    /// The organisation unit's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Presence.
    pub state: StateName,
    /// Why not ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// In this presence since then.
    pub since: Moment,
    /// The queues served.
    pub queues: Vec<QueueId>,
    /// What is being worked on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<FloorContact>,
    /// The day so far.
    pub today: Totals,
}

/// A contact at an operator's desk, as the floor shows it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FloorContact {
    /// Which.
    pub contact_id: ContactId,
    /// Who it is.
    pub caller: Caller,
    /// The queue it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueName>,
    /// Since when it is at this desk.
    pub since: Moment,
    /// How far it is.
    pub state: WorkState,
}

/// A contact on the floor.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FloorCall {
    /// Where it stands.
    pub stage: Stage,
    /// Who it is.
    pub caller: Caller,
    /// The queue it is in or came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueName>,
    /// Who has it, or is offered it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operator: Option<FloorPerson>,
    /// Since when it stands there.
    pub since: Moment,
    /// When it began.
    pub arrived_at: Moment,
}

/// An operator by id and name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FloorPerson {
    /// Who.
    pub id: OperatorId,
    /// As people call the operator.
    pub name: String,
}
