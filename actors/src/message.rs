//! What the call actor is told by queues, operators and the edges.
//!
//! Queues, operators and the live board are told events of their own cores; see their modules.

use crate::directory::Kind;
use base::id::{CallId, LegId, OfferId, OperatorId, QueueId};
use serde::{Deserialize, Serialize};

/// Calls in the [`crate::directory::Directory`].
#[derive(Debug)]
pub enum Calls {}

impl Kind for Calls {
    type Id = CallId;
    type Message = CallMessage;
    const NAME: &'static str = "call";
}

/// Why a queue did not take a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NotQueued {
    /// The line is as long as it may be.
    Full,
    /// The queue is closed.
    Closed,
    /// No such queue is live.
    Unknown,
}

/// What a call is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CallMessage {
    /// The queue's answer to an arrival, or to the question where the contact stands.
    Position {
        /// The queue that answers.
        queue: QueueId,
        /// Place in line, 1 is next.
        position: u32,
        /// Estimated wait from now, when the queue can tell.
        estimated_wait_seconds: Option<u32>,
    },
    /// The queue did not take the contact.
    NotQueued {
        /// The queue that refused.
        queue: QueueId,
        /// Why.
        why: NotQueued,
    },
    /// The contact is being offered to somebody; for the floor view.
    Offered {
        /// Whom.
        operator: OperatorId,
    },
    /// The offer is gone and the contact waits again.
    OfferWithdrawn,
    /// An operator accepted: bridge the caller with the operator's phone.
    Connect {
        /// The accepted offer.
        offer: OfferId,
        /// Who accepted.
        operator: OperatorId,
        /// The operator's media leg.
        operator_leg: LegId,
    },
    /// The queue lost its memory: say again that the contact waits.
    AnnounceAgain {
        /// The queue that restarted.
        queue: QueueId,
    },
    /// The operator puts the caller on hold.
    Hold,
    /// The operator takes the caller back.
    Resume,
    /// The operator's microphone.
    Mute {
        /// Whether it is off.
        on: bool,
    },
    /// The operator ends the call.
    HangUp,
    /// The operator's desktop or phone vanished in mid-call.
    OperatorAway,
    /// The operator is back, with a new media leg.
    OperatorBack {
        /// The new leg.
        operator_leg: LegId,
    },
    /// The operator did not come back in time.
    OperatorLost,
    /// The server stops: end what can be ended, let talks go on until their limit.
    Drain,
}
