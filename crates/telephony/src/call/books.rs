//! How long a contact was where, and how it ended.

use super::effect::EndedBy;
use base::id::{CallId, ContactId, OperatorId};
use chrono::{DateTime, Utc};
use flow::state::Visit;
use std::collections::BTreeMap;
use std::time::Duration;

/// Where a contact is. Exactly one at a time; time is booked on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Not answered yet.
    Arriving,
    /// In a flow, outside every queue.
    Flow,
    /// Waiting in a queue.
    Waiting,
    /// Talking with an operator.
    Talking,
    /// Held by the operator.
    Held,
    /// The operator's media is gone.
    Away,
    /// Over.
    Over,
}

/// How a contact ended. One of these, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Refused with a SIP status before it was answered.
    Refused {
        /// The status.
        status: u16,
    },
    /// The caller gave up before it was answered.
    Cancelled,
    /// The flow served it to its end.
    ServedByFlow,
    /// The caller hung up in the flow and never waited for an operator.
    LeftInFlow,
    /// The caller hung up, or was lost, while waiting.
    Abandoned,
    /// It waited, and ended later or by us without an operator.
    Unserved,
    /// An operator had it.
    Served,
    /// A failure or a limit of ours ended it before an operator had it.
    Failed,
}

/// The account of a contact that ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// The contact.
    pub contact: ContactId,
    /// The call.
    pub call: CallId,
    /// How.
    pub outcome: Outcome,
    /// By whom.
    pub by: EndedBy,
    /// The last operator.
    pub operator: Option<OperatorId>,
    /// When it arrived.
    pub arrived_at: DateTime<Utc>,
    /// Time in the flow, outside queues.
    pub in_flow: Duration,
    /// Time in queues.
    pub waited: Duration,
    /// Time of talking, holds and absences not counted.
    pub talked: Duration,
    /// Time on hold, absences of the operator counted.
    pub held: Duration,
    /// The nodes of the flows.
    pub path: Vec<Visit>,
}

/// Time, booked by phase.
#[derive(Clone, Debug)]
pub(super) struct Books {
    pub arrived_at: DateTime<Utc>,
    phase: Phase,
    since: DateTime<Utc>,
    booked: BTreeMap<Phase, Duration>,
}

impl Books {
    pub(super) const fn open(now: DateTime<Utc>) -> Self {
        Self { arrived_at: now, phase: Phase::Arriving, since: now, booked: BTreeMap::new() }
    }

    pub(super) const fn phase(&self) -> Phase {
        self.phase
    }

    pub(super) const fn since(&self) -> DateTime<Utc> {
        self.since
    }

    /// Closes the account of the phase that ends. A clock that went backwards books nothing.
    pub(super) fn turn_to(&mut self, now: DateTime<Utc>, phase: Phase) {
        let elapsed = (now - self.since).to_std().unwrap_or_default();
        *self.booked.entry(self.phase).or_default() += elapsed;
        self.phase = phase;
        self.since = now;
    }

    pub(super) fn total(&self, phases: &[Phase]) -> Duration {
        phases.iter().filter_map(|phase| self.booked.get(phase)).sum()
    }

    pub(super) fn has_been(&self, phase: Phase) -> bool {
        self.phase == phase || self.booked.contains_key(&phase)
    }
}
