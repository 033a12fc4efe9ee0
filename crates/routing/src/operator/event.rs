//! What an operator is told and what it wants done.

use super::{Settings, Timer, Totals};
use crate::board::LineNow;
use crate::contact::{EndedBy, StateName, WrapUp};
use crate::queue::{self, Contact, ToOperator, WrapUpRule};
use base::LocalText;
use base::id::{CallId, ContactId, LegId, NotReadyReasonId, OfferId, QueueId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// Why an operator is not ready.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = OperatorReason)]
pub struct Reason {
    /// Which.
    pub id: NotReadyReasonId,
    /// Short and stable, for reports.
    pub code: String,
    /// As people read it.
    pub name: LocalText,
}

/// What happens to an operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A desktop shows this operator; a newer one takes over. It has no phone until it connects one.
    DeskConnected,
    /// The desktop is gone, and its phone with it.
    DeskLost,
    /// The desktop's phone is being connected.
    PhoneConnecting {
        /// Its media leg.
        leg: LegId,
    },
    /// The desktop's phone works.
    PhoneConnected {
        /// Its media leg.
        leg: LegId,
    },
    /// A phone is gone.
    PhoneLost {
        /// Which; the loss of an older one means nothing.
        leg: LegId,
    },
    /// The person at the desktop asks for something; answered by [`Effect::Answer`].
    Asked {
        /// Comes back in the answer.
        ask: u64,
        /// For what.
        request: Request,
    },
    /// A queue says something.
    Queue {
        /// Which.
        queue: QueueId,
        /// What.
        message: ToOperator,
    },
    /// A call says something.
    Call {
        /// Which.
        call: CallId,
        /// What.
        message: FromCall,
    },
    /// A queue restarted and wants to know whether this operator is free.
    AnnounceAgain {
        /// Which.
        queue: QueueId,
    },
    /// A timer of this operator fired.
    TimerFired {
        /// Which.
        timer: Timer,
    },
    /// The lines of the queues, as the live board sees them.
    LinesChanged {
        /// Of all queues.
        lines: Arc<BTreeMap<QueueId, LineNow>>,
    },
    /// What the rows say was done earlier today, before this operator started.
    EarlierToday {
        /// That.
        totals: Totals,
    },
    /// The live board restarted and knows nobody.
    BoardRestarted,
    /// Queues, skills or names changed.
    Configured {
        /// All of it.
        settings: Box<Settings>,
    },
}

/// What the person at the desktop asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Request {
    /// Contacts, please. During a contact: after it.
    Ready,
    /// No contacts, please. During a contact: after it.
    NotReady {
        /// Why.
        reason: Option<NotReadyReasonId>,
    },
    /// Give the phone up.
    DisconnectPhone,
    /// End of the shift.
    SignOut,
    /// Take the ringing contact.
    Accept {
        /// Which.
        offer: OfferId,
    },
    /// Decline it.
    Reject {
        /// Which.
        offer: OfferId,
    },
    /// Caller to music.
    Hold,
    /// Caller back.
    Resume,
    /// Microphone off or on.
    Mute {
        /// Off.
        on: bool,
    },
    /// End the call.
    HangUp,
    /// The contact is finished.
    CompleteWrapUp {
        /// Which.
        contact: ContactId,
        /// Topic, result and note.
        wrap_up: WrapUp,
    },
    /// One more wrap-up time.
    ExtendWrapUp {
        /// Which.
        contact: ContactId,
    },
}

/// What a call tells the operator who serves it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FromCall {
    /// Caller and operator hear each other, for the first time or after the operator was away.
    Connected,
    /// The caller hears music.
    Held,
    /// Caller and operator hear each other again.
    Resumed,
    /// The microphone is off or on.
    Muted {
        /// Off.
        on: bool,
    },
    /// It is over, or it never came to be.
    Ended {
        /// Who ended it.
        by: EndedBy,
    },
    /// Answer to [`Effect::AskCalls`]: this call is bridged with this operator.
    Holds {
        /// Its contact.
        contact: Contact,
        /// How it is to be finished.
        wrap_up: WrapUpRule,
        /// Since when they talk.
        answered_at: DateTime<Utc>,
    },
}

/// What an operator tells the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Command {
    /// Caller to music.
    Hold,
    /// Caller back.
    Resume,
    /// Microphone off or on.
    Mute {
        /// Off.
        on: bool,
    },
    /// End it.
    HangUp,
    /// The desktop or phone vanished: music for the caller.
    OperatorAway,
    /// Back, with this leg.
    OperatorBack {
        /// The new leg.
        leg: LegId,
    },
    /// Not back in time: back to the head of the line.
    OperatorLost,
}

/// Why a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Refusal {
    /// No audio path.
    #[error("the phone is not connected: allow the microphone and connect it first")]
    PhoneNotConnected,
    /// The offer lapsed, was withdrawn, or is another's.
    #[error("the offer is gone")]
    OfferGone,
    /// There is no contact that this could be done to.
    #[error("there is no such contact at this desk")]
    NoSuchContact,
    /// The contact is not in a state for it, such as resuming what is not held.
    #[error("the contact is not in a state for this")]
    WrongState,
    /// The desk serves a contact.
    #[error("finish the contact first")]
    Busy,
    /// No such reason.
    #[error("there is no such reason")]
    UnknownReason,
    /// The queue demands them.
    #[error("choose a topic and a result")]
    TopicAndResultNeeded,
}

/// What an operator wants done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Tell a queue.
    ToQueue {
        /// Which.
        queue: QueueId,
        /// What.
        event: queue::Event,
    },
    /// Tell the call.
    ToCall {
        /// Which.
        call: CallId,
        /// What.
        command: Command,
    },
    /// Ask every call whether it is bridged with this operator.
    AskCalls,
    /// The media leg of an older desktop is of no use any more.
    ClosePhone {
        /// Which.
        leg: LegId,
    },
    /// Start a timer; one with the same key is replaced.
    Arm {
        /// Its key.
        timer: Timer,
        /// From now.
        after: Duration,
    },
    /// Stop a timer.
    Disarm {
        /// Its key.
        timer: Timer,
    },
    /// Answer a request.
    Answer {
        /// Which.
        ask: u64,
        /// Done, or why not.
        result: Result<(), Refusal>,
    },
    /// Presence changed: write it down.
    PresenceChanged {
        /// To what.
        state: StateName,
        /// Why not ready.
        reason: Option<NotReadyReasonId>,
    },
    /// A contact is finished: by the operator, or by time and then without words.
    WrappedUp {
        /// Which.
        contact: ContactId,
        /// Topic, result and note.
        wrap_up: Option<WrapUp>,
        /// How long it took.
        lasted: Duration,
    },
    /// The desktop, the board and the floor view are to be shown anew.
    Changed,
    /// The desktop alone is to be shown anew.
    DeskChanged,
    /// There are new settings: keep them for a restart.
    Configured,
    /// The shift is over: the actor may stop.
    SignedOut,
}
