//! What happens to a call. Every event names the leg, the operator or the queue it comes from, so that a late one
//! is recognised.

use super::TimerKey;
use crate::media::api::PlayId;
use base::id::{CallId, ContactId, CustomerId, LegId, OfferId, OperatorId, QueueId, RecordingId};
use base::{Locale, PhoneNumber};
use flow::{CallerKind, Definition, LeftBecause, Library};
use std::sync::Arc;
use std::time::Duration;

/// An INVITE from outside that was admitted: trunk known, number known, room for one more.
#[derive(Clone, Debug)]
pub struct Arrival {
    /// The call.
    pub call: CallId,
    /// The contact that the call is.
    pub contact: ContactId,
    /// The leg of the caller.
    pub caller_leg: LegId,
    /// The caller's number; absent when it is hidden or no number.
    pub caller_number: Option<PhoneNumber>,
    /// The name that the peer showed; may be empty.
    pub caller_display: String,
    /// The number that was dialled, as it was dialled.
    pub dialled: String,
    /// The caller's session description; absent when the peer wants our offer (RFC 3261, section 14.1).
    pub offer_sdp: Option<String>,
    /// The flow of the dialled number.
    pub flow: Arc<Definition>,
    /// All flows, for transfers: as they were when the call began.
    pub flows: Arc<Library>,
}

/// Who calls, from the records of customers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerRecord {
    /// The customer.
    pub customer: CustomerId,
    /// The name on record.
    pub name: String,
    /// The language on record.
    pub language: Option<Locale>,
    /// A person or an organisation.
    pub kind: CallerKind,
    /// Whether to be served with preference.
    pub vip: bool,
}

/// Why media could not be opened or changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaRefusal {
    /// No codec in common.
    NoCommonCodec,
    /// The description cannot be read.
    BadSdp,
    /// No port is free or the engine is overloaded.
    NoRoom,
}

/// A recording that is whole and on disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredRecording {
    /// The recording.
    pub recording: RecordingId,
    /// Where it is.
    pub path: String,
    /// Its size.
    pub size_bytes: u64,
    /// Its length.
    pub duration: Duration,
    /// SHA-256 of the file, lower-case hexadecimal.
    pub sha256: String,
}

/// What an operator wants of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Let the caller wait with music.
    Hold,
    /// Go on talking.
    Resume,
    /// Let the caller hear nothing of the operator, or hear again.
    Mute {
        /// Whether to mute.
        on: bool,
    },
    /// End the call.
    HangUp,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Media is open; the answer, or our offer when the peer sent none.
    MediaReady {
        /// The leg.
        leg: LegId,
        /// The session description to send.
        sdp: String,
    },
    /// Media could not be opened or changed.
    MediaRefused {
        /// The leg.
        leg: LegId,
        /// Why.
        why: MediaRefusal,
    },
    /// A changed session was accepted.
    MediaRenegotiated {
        /// The leg.
        leg: LegId,
        /// The session description to send.
        sdp: String,
    },
    /// No media came for the time set, although the peer may send.
    MediaTimedOut {
        /// The silent leg.
        leg: LegId,
    },
    /// The peer confirmed our answer.
    Acked {
        /// The leg.
        leg: LegId,
        /// The peer's answer, when the offer was ours.
        answer_sdp: Option<String>,
    },
    /// The peer gave up before the answer.
    Cancelled {
        /// The leg.
        leg: LegId,
    },
    /// The peer ended the dialog, or the dialog broke.
    HungUp {
        /// The leg.
        leg: LegId,
    },
    /// A re-INVITE or UPDATE with a new session: hold from the phone, another address, a session refresh.
    Reoffered {
        /// The leg.
        leg: LegId,
        /// The new description; absent when the peer wants our offer.
        sdp: Option<String>,
    },
    /// A key was pressed (RFC 4733 or INFO).
    Digit {
        /// The leg.
        leg: LegId,
        /// `0`-`9`, `*`, `#`, `A`-`D`.
        digit: char,
    },
    /// A play reached its end, or could not start.
    PlayFinished {
        /// The leg.
        leg: LegId,
        /// The play.
        play: PlayId,
    },
    /// Two legs could not be bridged, because this one is gone.
    BridgeFailed {
        /// The leg that is gone.
        leg: LegId,
    },
    /// The caller is on record.
    CallerFound(CallerRecord),
    /// The caller is not on record.
    CallerUnknown,
    /// The records could not be asked.
    LookUpFailed,
    /// A queue took the contact.
    Enqueued {
        /// The queue.
        queue: QueueId,
    },
    /// The queue that was asked did not take the contact.
    EnqueueRefused {
        /// Why.
        why: LeftBecause,
    },
    /// The queue let the contact go.
    LeftQueue {
        /// The queue.
        queue: QueueId,
        /// Why.
        why: LeftBecause,
    },
    /// The place in the line.
    Position {
        /// The queue.
        queue: QueueId,
        /// 1 is the head.
        position: u32,
        /// How long the wait probably is.
        estimated_wait: Option<Duration>,
    },
    /// An operator accepted: the queue has let the contact go to this operator.
    Connect {
        /// The queue.
        queue: QueueId,
        /// The accepted offer.
        offer: OfferId,
        /// The operator.
        operator: OperatorId,
        /// The operator's media leg. It belongs to the desktop, not to the call.
        operator_leg: LegId,
    },
    /// The operator wants something.
    Command {
        /// Who.
        operator: OperatorId,
        /// What.
        command: Command,
    },
    /// The operator's desktop or its media is gone; it may come back.
    OperatorAway {
        /// Who.
        operator: OperatorId,
    },
    /// The operator's desktop is back with a new media leg.
    OperatorBack {
        /// Who.
        operator: OperatorId,
        /// The new leg.
        operator_leg: LegId,
    },
    /// The operator did not come back in time.
    OperatorLost {
        /// Who.
        operator: OperatorId,
    },
    /// A timer went off.
    Timer(TimerKey),
    /// The server stops: calls that ring are refused, the others may last a little.
    Drain {
        /// How long.
        within: Duration,
    },
    /// A recording is on disk.
    RecordingStored(StoredRecording),
    /// A recording could not be started or kept.
    RecordingFailed {
        /// The recording.
        recording: RecordingId,
    },
}
