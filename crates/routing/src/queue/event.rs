//! What a queue is told and what it wants done.

use super::{Config, Contact, Timer, WrapUpRule};
use crate::contact::OfferEnd;
use crate::explain::Decision;
use crate::matching::{Rank, Skills};
use base::id::{CallId, ContactId, LegId, OfferId, OperatorId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What happens to a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A contact wants to wait here.
    ContactArrived {
        /// Which, with its needs and its place.
        contact: Contact,
    },
    /// A contact does not wait here any more.
    ContactLeft {
        /// Which.
        contact: ContactId,
        /// Whether the caller gave up.
        why: Left,
    },
    /// A contact asks for its place; the answer is [`ToCall::Position`].
    PositionAsked {
        /// Which.
        contact: ContactId,
    },
    /// An operator is free and wants an answer: a reservation or [`ToOperator::NothingForYou`].
    OperatorFree {
        /// Who.
        operator: OperatorId,
        /// What the operator can do now.
        skills: Skills,
        /// Since when without work.
        idle_since: DateTime<Utc>,
        /// Comes back in the answer, so that a late one is recognised.
        round: u32,
    },
    /// An operator takes nothing for now. Says nothing about an offer: that is answered by itself.
    OperatorNotFree {
        /// Who.
        operator: OperatorId,
    },
    /// An operator signed out, was removed from the queue, or lost its memory.
    OperatorGone {
        /// Who.
        operator: OperatorId,
    },
    /// The operator takes the reservation: it may ring.
    Reserved {
        /// Which.
        offer: OfferId,
        /// Who answers.
        operator: OperatorId,
    },
    /// The operator does not take the reservation: another queue was first, or it is not free any more. Also
    /// of what rings already, when the operator is away. The contact may be offered to it again.
    Refused {
        /// Which.
        offer: OfferId,
        /// Who answers.
        operator: OperatorId,
    },
    /// The operator accepted the ringing contact.
    Accepted {
        /// Which.
        offer: OfferId,
        /// Who answers.
        operator: OperatorId,
        /// The operator's media leg.
        leg: LegId,
    },
    /// The operator declined the ringing contact.
    Rejected {
        /// Which.
        offer: OfferId,
        /// Who answers.
        operator: OperatorId,
    },
    /// A timer of this queue fired.
    TimerFired {
        /// Which.
        timer: Timer,
    },
    /// The live board restarted and knows nobody; the answer is [`Effect::Report`].
    BoardRestarted,
    /// The queue is configured differently from now on.
    ConfigChanged {
        /// How.
        config: Config,
    },
}

/// Why a contact left a queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Left {
    /// The caller hung up: abandoned.
    CallerHungUp,
    /// The flow takes it elsewhere.
    TakenAway,
}

/// Why a queue did not take a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotTaken {
    /// The line is as long as it may be.
    Full,
    /// The queue is closed.
    Closed,
}

/// Why a reservation or an offer is gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Withdrawn {
    /// The caller hung up or was taken elsewhere.
    ContactLeft,
    /// It rang for as long as it may.
    Lapsed,
    /// The operator did not answer the reservation in time, or the queue does not know the offer (any more).
    Unknown,
}

impl Event {
    /// What the operator who said this is told when the queue is not live.
    #[must_use]
    pub const fn when_not_live(&self) -> Option<ToOperator> {
        match self {
            Self::OperatorFree { round, .. } => Some(ToOperator::NothingForYou { round: *round }),
            Self::Reserved { offer, .. } | Self::Accepted { offer, .. } => {
                Some(ToOperator::Withdraw { offer: *offer, why: Withdrawn::Unknown })
            }
            Self::ContactArrived { .. }
            | Self::ContactLeft { .. }
            | Self::PositionAsked { .. }
            | Self::OperatorNotFree { .. }
            | Self::OperatorGone { .. }
            | Self::Refused { .. }
            | Self::Rejected { .. }
            | Self::TimerFired { .. }
            | Self::BoardRestarted
            | Self::ConfigChanged { .. } => None,
        }
    }
}

/// What a queue tells an operator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ToOperator {
    /// Will you take this contact? Answer `Reserved` or `Refused`.
    Reserve {
        /// Names the reservation and the offer it becomes.
        offer: OfferId,
        /// The contact's place, comparable between queues.
        rank: Rank,
    },
    /// Nobody waits whom you could serve; you will be asked when that changes.
    NothingForYou {
        /// From the question.
        round: u32,
    },
    /// It rings.
    Offer {
        /// The reservation it was.
        offer: OfferId,
        /// What rings.
        contact: Contact,
        /// How the contact is to be finished.
        wrap_up: WrapUpRule,
        /// When it is withdrawn.
        expires_at: DateTime<Utc>,
    },
    /// It is gone.
    Withdraw {
        /// Which.
        offer: OfferId,
        /// Why.
        why: Withdrawn,
    },
}

/// What a queue tells the call of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ToCall {
    /// The place in line, the next being 1, and the estimated wait.
    Position {
        /// Place.
        position: usize,
        /// From now.
        estimated_wait: Option<Duration>,
    },
    /// The queue does not take it.
    NotTaken {
        /// Why.
        why: NotTaken,
    },
    /// It rings at an operator.
    Offered {
        /// Whose.
        operator: OperatorId,
    },
    /// It rings no more; the contact waits.
    OfferWithdrawn,
    /// An operator accepted: connect them.
    Connect {
        /// What was accepted.
        offer: OfferId,
        /// Who accepted.
        operator: OperatorId,
        /// The operator's media leg.
        leg: LegId,
        /// How the contact is to be finished: for an operator who restarts in mid-call and asks for it.
        wrap_up: WrapUpRule,
    },
}

/// What became true, for the live board and for the rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Happened {
    /// A contact entered the line.
    Queued {
        /// Which.
        contact: Contact,
    },
    /// An offer rings.
    OfferMade {
        /// The offer.
        offer: OfferId,
        /// Of what.
        contact: ContactId,
        /// To whom.
        operator: OperatorId,
    },
    /// An offer ended.
    OfferEnded {
        /// The offer.
        offer: OfferId,
        /// Of what.
        contact: ContactId,
        /// To whom.
        operator: OperatorId,
        /// How.
        end: OfferEnd,
    },
    /// A contact was answered.
    Answered {
        /// Which.
        contact: ContactId,
        /// By whom.
        operator: OperatorId,
        /// How long it waited in the queue.
        waited: Duration,
    },
    /// The caller gave up.
    Abandoned {
        /// Which.
        contact: ContactId,
        /// How long it waited in the queue.
        waited: Duration,
    },
    /// The flow took the contact elsewhere.
    TakenAway {
        /// Which.
        contact: ContactId,
    },
}

/// What a queue wants done.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Tell an operator.
    ToOperator {
        /// Whom.
        operator: OperatorId,
        /// What.
        message: ToOperator,
    },
    /// Tell a call.
    ToCall {
        /// Which.
        call: CallId,
        /// What.
        message: ToCall,
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
    /// Keep why it was decided so.
    Explain(Box<Decision>),
    /// Count it and write it down.
    Happened(Happened),
    /// Name and target changed: tell the live board.
    Configured,
    /// Tell the live board who is here.
    Report(Vec<Contact>),
}
