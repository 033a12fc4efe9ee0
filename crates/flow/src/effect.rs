//! What goes into a walk and what comes out of it.

use crate::node::SkillNeed;
use crate::spoken::Clip;
use base::Locale;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Whether the caller is a person or an organisation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CallerKind {
    /// A person.
    Individual,
    /// A legal entity.
    Organisation,
}

impl CallerKind {
    /// The value of `caller.kind`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Individual => "individual",
            Self::Organisation => "organisation",
        }
    }
}

/// What the caller keyed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Digits {
    /// As many as were asked for, or the terminator ended them.
    Complete(String),
    /// Silence ended them; there may be none.
    TimedOut(String),
}

/// Why a contact is no longer in a queue, or never got in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeftBecause {
    /// The queue takes no more.
    Full,
    /// The queue is closed.
    Closed,
    /// The queue does not exist.
    NoSuchQueue,
}

/// One thing that happened to a walk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// The walk begins.
    Started {
        /// The caller's number in E.164, absent when hidden.
        caller_number: Option<String>,
        /// The number that was dialled.
        dialled: String,
    },
    /// Everything of the last [`Effect::Say`] was heard, or the caller cut it short.
    Said,
    /// The answer to [`Effect::CollectDigits`].
    Digits(Digits),
    /// The caller is known.
    CallerFound {
        /// The name on record.
        name: String,
        /// The language on record.
        language: Option<Locale>,
        /// A person or an organisation.
        kind: CallerKind,
        /// Whether to be served with preference.
        vip: bool,
    },
    /// Nobody with this number is on record.
    CallerUnknown,
    /// The lookup failed.
    LookupFailed,
    /// The queue took the contact.
    Queued,
    /// The queue refused the contact or let it go.
    QueueLeft {
        /// Why.
        why: LeftBecause,
    },
    /// The answer to [`Effect::AskPosition`].
    PositionKnown {
        /// 1 is the head of the line.
        position: u32,
        /// How long the wait probably is.
        estimated_wait: Option<Duration>,
    },
    /// An operator has the contact; the walk rests.
    Connected,
    /// The operator was lost; the contact waits again, at the head of the line.
    Returned,
    /// A timer went off.
    Timer(TimerKey),
    /// The contact ended for a reason outside the flow.
    Ended,
}

/// The timers of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimerKey {
    /// The lookup takes too long.
    Lookup,
    /// Time to say the place in the line.
    Announce,
    /// The longest wait is over.
    WaitMax,
}

/// Why a flow ends a contact: what the caller's side is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EndCause {
    /// Served to the end.
    #[default]
    Normal,
    /// Nobody can take it now.
    Busy,
    /// The flow could not go on; only the walk itself says so.
    #[serde(skip_deserializing)]
    #[schemars(skip)]
    Fault,
}

/// What the walker must do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Effect {
    /// Say clips one after the other, then give [`Input::Said`]. Replaces what is playing.
    Say {
        /// In order.
        clips: Vec<Clip>,
        /// Whether a digit cuts them short.
        barge_in: bool,
    },
    /// Play music until something else is said.
    PlayMusic {
        /// A file of `sounds/music`.
        music: String,
    },
    /// Be silent.
    StopSaying,
    /// Collect digits; the timeout begins when nothing is being said any more.
    CollectDigits {
        /// Digits that complete the answer.
        max: u32,
        /// The key that ends them early.
        terminator: Option<char>,
        /// Silence before the first digit.
        first_within: Duration,
        /// Silence between digits.
        next_within: Duration,
    },
    /// Find out who calls.
    LookUpCaller,
    /// Get in line.
    Enqueue {
        /// The name of the queue.
        queue: String,
        /// Skills needed beside those of the queue.
        skills: Vec<SkillNeed>,
        /// 0 to 9, higher goes first; the queue's own when absent.
        priority: Option<u8>,
        /// Whether to go to the head: the contact had an operator already.
        at_head: bool,
    },
    /// Get out of line.
    LeaveQueue,
    /// Ask the queue for the place in the line.
    AskPosition,
    /// Give [`Input::Timer`] after a while; replaces a timer of the same key.
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
    /// End the contact. The last effect of a walk.
    HangUp {
        /// What the caller's side is told.
        cause: EndCause,
    },
    /// Go on in another flow. The last effect of this walk.
    StartFlow {
        /// Its name.
        name: String,
    },
}
