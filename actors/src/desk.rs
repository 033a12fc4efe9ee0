//! The operator's desktop as the WebSocket edge sees it: a topic to hear and commands that are answered.

use crate::live::Topic;
use actix::Recipient;
use base::id::{ContactId, NotReadyReasonId, OfferId, OperatorId, ResultId, TopicId};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::{Arc, RwLock};
use tokio::sync::{Notify, oneshot};

/// A command of the desktop: `name` and `args` of the frame.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "name", content = "args", deny_unknown_fields)]
pub enum DeskCommand {
    /// Ready or not ready; during a contact it is remembered as the next state.
    #[serde(rename = "presence.set")]
    SetPresence {
        /// The wanted state.
        state: WantedState,
        /// Why not ready.
        reason_id: Option<NotReadyReasonId>,
    },
    /// End of the shift.
    #[serde(rename = "presence.sign_out")]
    SignOut {},
    /// A new media session of the browser; answered with `{"sdp": …}`.
    #[serde(rename = "phone.connect")]
    ConnectPhone {
        /// The browser's SDP offer.
        sdp: String,
    },
    /// The browser gives its media session up.
    #[serde(rename = "phone.disconnect")]
    DisconnectPhone {},
    /// Take the offered contact.
    #[serde(rename = "offer.accept")]
    AcceptOffer {
        /// The offer on the screen.
        offer_id: OfferId,
    },
    /// Decline the offered contact.
    #[serde(rename = "offer.reject")]
    RejectOffer {
        /// The offer on the screen.
        offer_id: OfferId,
    },
    /// Caller hears music.
    #[serde(rename = "call.hold")]
    Hold {},
    /// Caller and operator hear each other again.
    #[serde(rename = "call.resume")]
    Resume {},
    /// Microphone off or on.
    #[serde(rename = "call.mute")]
    Mute {
        /// Whether it is off.
        on: bool,
    },
    /// End the call.
    #[serde(rename = "call.hang_up")]
    HangUp {},
    /// Topic and result: the contact is done.
    #[serde(rename = "wrap_up.complete")]
    CompleteWrapUp {
        /// The contact on the screen.
        contact_id: ContactId,
        /// What it was about.
        topic_id: Option<TopicId>,
        /// How it ended.
        result_id: Option<ResultId>,
        /// The operator's note.
        note: Option<String>,
    },
    /// One more wrap-up time.
    #[serde(rename = "wrap_up.extend")]
    ExtendWrapUp {
        /// The contact on the screen.
        contact_id: ContactId,
    },
}

/// The state an operator asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WantedState {
    /// Take contacts.
    Ready,
    /// Take none.
    NotReady,
}

/// Why a command was refused; the edge makes a problem frame of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail}")]
pub struct DeskProblem {
    /// The slug of the problem type, such as `phone-not-connected`.
    pub code: &'static str,
    /// 404, 409, 422 or 503, as HTTP would answer.
    pub status: u16,
    /// What is wrong and what to do about it.
    pub detail: String,
}

/// What the desk of an operator is asked.
#[derive(Debug, actix::Message)]
#[rtype(result = "()")]
pub enum DeskAsk {
    /// A socket shows the desk. A newer socket takes over from an older one.
    Attached {
        /// Names the socket, so that a late `Detached` of an older one does no harm.
        socket: u64,
        /// Fires when a newer socket took over; the older one closes with code 4001.
        taken_over: oneshot::Sender<()>,
    },
    /// The socket is gone.
    Detached {
        /// Which.
        socket: u64,
    },
    /// A command, answered once.
    Command {
        /// What to do.
        command: DeskCommand,
        /// Where the acknowledgement goes: `Ok(Null)` for a plain one.
        reply: oneshot::Sender<Result<Value, DeskProblem>>,
    },
}

/// The way to one operator's desk.
#[derive(Clone)]
pub struct Desk {
    /// What the desktop shows.
    pub topic: Topic,
    /// Where commands go.
    pub asks: Recipient<DeskAsk>,
}

/// The desks that are open, by operator. Cheap to clone; every clone is the same.
#[derive(Clone, Default)]
pub struct Desks(Arc<Shelf>);

#[derive(Default)]
struct Shelf {
    desks: RwLock<BTreeMap<OperatorId, Desk>>,
    opened: Notify,
}

impl Desks {
    /// Makes `desk` the desk of `operator`, also after the operator's actor was restarted.
    pub fn register(&self, operator: OperatorId, desk: Desk) {
        self.0.desks.write().unwrap_or_else(std::sync::PoisonError::into_inner).insert(operator, desk);
        self.0.opened.notify_waiters();
    }

    /// Forgets the desk.
    pub fn remove(&self, operator: OperatorId) {
        self.0.desks.write().unwrap_or_else(std::sync::PoisonError::into_inner).remove(&operator);
    }

    /// The desk of `operator`, when it is open.
    #[must_use]
    pub fn find(&self, operator: OperatorId) -> Option<Desk> {
        self.0.desks.read().unwrap_or_else(std::sync::PoisonError::into_inner).get(&operator).cloned()
    }

    /// Waits until the desk of `operator` is open.
    pub async fn opened(&self, operator: OperatorId) -> Desk {
        loop {
            let opened = self.0.opened.notified();
            if let Some(desk) = self.find(operator) {
                return desk;
            }
            opened.await;
        }
    }
}
