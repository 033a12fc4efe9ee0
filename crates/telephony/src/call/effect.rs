//! What must be done for a call. Effects are performed in their order.

use super::books::{Ended, Phase};
use super::event::{CallerRecord, StoredRecording};
use crate::media::api::PlayId;
use base::id::{CallId, ContactId, LegId, OfferId, OperatorId, QueueId, RecordingId};
use base::{Locale, PhoneNumber};
use flow::Clip;
use flow::node::SkillNeed;
use std::time::Duration;

/// The timers of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TimerKey {
    /// Media is being opened.
    MediaOpen,
    /// The peer must confirm our answer.
    Ack,
    /// The call has lasted too long.
    CallLength,
    /// A prompt must have ended.
    Play,
    /// The caller must press a key.
    Digits,
    /// The operator must come back.
    Away,
    /// The recording must be on disk.
    RecordingStored,
    /// The server stops.
    Drain,
    /// A timer of the flow.
    Flow(flow::TimerKey),
}

/// What is played.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sound {
    /// `sounds/<locale>/<prompt>.wav`, one after the other, once.
    Clips(Vec<Clip>),
    /// `sounds/music/<name>.wav`, for ever.
    Music(String),
}

/// Who calls, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The number; absent when it is hidden.
    pub number: Option<PhoneNumber>,
    /// The name that the peer showed; may be empty.
    pub display: String,
    /// The record, once it is found.
    pub record: Option<CallerRecord>,
    /// The language of the call.
    pub language: Locale,
}

/// Who ended a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndedBy {
    /// The caller.
    Caller,
    /// The operator.
    Operator,
    /// The flow, a limit, a failure.
    System,
}

/// What the operator sees of the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallView {
    /// How the call is.
    pub state: CallState,
    /// Whether the caller hears nothing of the operator.
    pub muted: bool,
}

/// How a call is for its operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallState {
    /// Both hear each other.
    Talking,
    /// The caller hears music.
    Held,
    /// The operator's media is gone; the caller hears music.
    Away,
    /// It is over for this operator.
    Ended {
        /// By whom.
        by: EndedBy,
    },
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Open media for a leg; gives `MediaReady` or `MediaRefused`.
    OpenMedia {
        /// The leg.
        leg: LegId,
        /// The peer's offer; without one, make ours.
        offer: Option<String>,
    },
    /// Tell the media the peer's answer to our offer; gives `MediaRefused` when it cannot be used.
    ApplyAnswer {
        /// The leg.
        leg: LegId,
        /// The answer.
        sdp: String,
    },
    /// Change a session; gives `MediaRenegotiated` or `MediaRefused`.
    Renegotiate {
        /// The leg.
        leg: LegId,
        /// The peer's new offer; without one, make ours.
        offer: Option<String>,
    },
    /// Close what `OpenMedia` opened.
    CloseMedia {
        /// The leg.
        leg: LegId,
    },
    /// 180.
    Ringing {
        /// The leg.
        leg: LegId,
    },
    /// 200 with a session; gives `Acked`.
    Answer {
        /// The leg.
        leg: LegId,
        /// The session.
        sdp: String,
    },
    /// A final refusal of the INVITE.
    Reject {
        /// The leg.
        leg: LegId,
        /// The SIP status.
        status: u16,
        /// For 503: when to try again.
        retry_after: Option<Duration>,
    },
    /// End the dialog.
    Bye {
        /// The leg.
        leg: LegId,
    },
    /// 200 to a re-INVITE.
    AnswerReoffer {
        /// The leg.
        leg: LegId,
        /// The session.
        sdp: String,
    },
    /// A refusal of a re-INVITE; the call goes on as it was.
    RejectReoffer {
        /// The leg.
        leg: LegId,
        /// The SIP status.
        status: u16,
        /// When to try again.
        retry_after: Option<Duration>,
    },
    /// Play to a leg, in place of what is playing; gives `PlayFinished` unless it is stopped or replaced.
    Play {
        /// The leg.
        leg: LegId,
        /// The order.
        play: PlayId,
        /// What.
        sound: Sound,
    },
    /// Stop playing.
    StopPlay {
        /// The leg.
        leg: LegId,
        /// The order.
        play: PlayId,
    },
    /// Let two legs hear each other; gives `BridgeFailed` when one is gone.
    Bridge {
        /// One.
        a: LegId,
        /// The other.
        b: LegId,
    },
    /// Let them not hear each other any more.
    Unbridge {
        /// One.
        a: LegId,
        /// The other.
        b: LegId,
    },
    /// Let nobody hear a leg, or hear it again. A recording does not hear it either.
    MuteLeg {
        /// The leg.
        leg: LegId,
        /// Whether to mute.
        on: bool,
    },
    /// Record two legs, each on its channel; gives `RecordingStored` or `RecordingFailed` after `StopRecording`.
    StartRecording {
        /// The recording.
        recording: RecordingId,
        /// The caller.
        left: LegId,
        /// The operator.
        right: LegId,
    },
    /// The operator speaks on another leg from now on; the recording goes on.
    RecordRight {
        /// The recording.
        recording: RecordingId,
        /// The new leg.
        leg: LegId,
    },
    /// The recording is complete.
    StopRecording {
        /// The recording.
        recording: RecordingId,
    },
    /// Write down where the recording of the contact is.
    KeepRecording(StoredRecording),
    /// Find out who calls; gives `CallerFound`, `CallerUnknown` or `LookUpFailed`.
    LookUpCaller {
        /// The number.
        number: PhoneNumber,
    },
    /// Get in line; gives `Enqueued` or `EnqueueRefused`.
    Enqueue {
        /// The name of the queue.
        queue: String,
        /// Skills beside those of the queue.
        skills: Vec<SkillNeed>,
        /// 0 to 9; the queue's own when absent.
        priority: Option<u8>,
        /// Whether to go to the head of the line.
        at_head: bool,
        /// Who calls.
        caller: Box<Caller>,
    },
    /// Get out of line. The queue is not known yet when it has not answered `Enqueue`.
    LeaveQueue {
        /// The queue.
        queue: Option<QueueId>,
        /// Whether the caller gave up or was lost, as the contact's outcome says; otherwise the flow goes on
        /// elsewhere, or the server ends the call.
        abandoned: bool,
    },
    /// Ask for the place; gives `Position`.
    AskPosition {
        /// The queue.
        queue: QueueId,
    },
    /// The contact was not waiting any more when the operator accepted: free the operator.
    RefuseConnect {
        /// The offer.
        offer: OfferId,
        /// The operator.
        operator: OperatorId,
    },
    /// Show the operator how the call is.
    TellOperator {
        /// Who.
        operator: OperatorId,
        /// How it is.
        view: CallView,
    },
    /// For the floor: the call is in another phase.
    PhaseChanged {
        /// The new one.
        phase: Phase,
    },
    /// Journal: a contact arrived. The first effect of a call.
    ContactArrived {
        /// The contact.
        contact: ContactId,
        /// The call.
        call: CallId,
        /// Who calls.
        caller: Box<Caller>,
        /// What was dialled.
        dialled: String,
    },
    /// Journal: an operator has the contact.
    ContactAnswered {
        /// The contact.
        contact: ContactId,
        /// The offer.
        offer: OfferId,
        /// The operator.
        operator: OperatorId,
        /// How long the contact has waited in queues so far.
        waited: Duration,
        /// Whether it is the first operator: only then the contact counts as answered.
        first: bool,
    },
    /// Journal: the contact ended. Exactly one a call.
    ContactEnded(Box<Ended>),
    /// Give `Timer` after a while; replaces a timer of the same key.
    Arm {
        /// Which.
        timer: TimerKey,
        /// When.
        after: Duration,
    },
    /// Forget a timer.
    Disarm {
        /// Which.
        timer: TimerKey,
    },
    /// Nothing is left to do: forget the call. The last effect.
    Finished,
}
