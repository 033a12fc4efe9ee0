//! What live things tell each other: the kinds of the [`crate::directory::Directory`] and their messages.

use crate::directory::Kind;
use base::id::{CallId, OperatorId, QueueId};
use routing::{board, operator, queue};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Calls in the directory.
#[derive(Debug)]
pub enum Calls {}

impl Kind for Calls {
    type Id = CallId;
    type Message = CallMessage;
    const NAME: &'static str = "call";
}

/// Queues in the directory; told the events of their core.
#[derive(Debug)]
pub enum Queues {}

impl Kind for Queues {
    type Id = QueueId;
    type Message = queue::Event;
    const NAME: &'static str = "queue";
}

/// Operators in the directory; told the events of their core.
#[derive(Debug)]
pub enum Operators {}

impl Kind for Operators {
    type Id = OperatorId;
    type Message = operator::Event;
    const NAME: &'static str = "operator";
}

/// The live board in the directory; told the events of its core.
#[derive(Debug)]
pub enum Boards {}

impl Kind for Boards {
    type Id = Site;
    type Message = board::Event;
    const NAME: &'static str = "board";
}

/// Which site a board is of. One server serves one site.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Site(pub u16);

impl Site {
    /// The site of this server.
    pub const HERE: Self = Self(0);
}

impl std::fmt::Display for Site {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// What a call is told by queues, operators and the server.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "snake_case")]
pub enum CallMessage {
    /// A queue says something about the contact.
    Queue {
        /// Which.
        queue: QueueId,
        /// What.
        message: queue::ToCall,
    },
    /// The operator who serves the call wants something.
    Operator {
        /// Who.
        operator: OperatorId,
        /// What.
        command: operator::Command,
    },
    /// A queue restarted without its line: a call that waits there says so again.
    AnnounceAgain {
        /// Which.
        queue: QueueId,
    },
    /// An operator restarted without its memory: a call that is bridged with it says so.
    WhoServes {
        /// Who.
        operator: OperatorId,
    },
    /// The server stops: calls that ring are refused, the others may last a little.
    Drain {
        /// How long.
        within: Duration,
    },
}
