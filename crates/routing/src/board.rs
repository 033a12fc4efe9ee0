//! The live board: what waits, what was answered since the local midnight, who does what, now.
//!
//! It counts what queues and operators report. A contact is counted once, however often a restarted queue
//! announces it and however often it comes back into the line.

mod series;
#[cfg(test)]
mod tests;
mod view;

pub use view::LineNow;

use crate::operator::{OperatorNow, day_start};
use crate::queue::{Card, Contact, Happened};
use crate::service_level::{Counts, Target};
use base::id::{ContactId, OperatorId, QueueId};
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use series::Series;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// What the board is told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// A queue is open, or its name or target changed.
    QueueConfigured {
        /// Which.
        queue: QueueId,
        /// As people call it.
        name: String,
        /// What it promises.
        target: Target,
    },
    /// A queue restarted without memory: who waits is announced again.
    QueueRestarted {
        /// Which.
        queue: QueueId,
    },
    /// A contact was in a queue when the board restarted: it waits, and its arrival is not counted again.
    Announced {
        /// Which queue.
        queue: QueueId,
        /// Who.
        contact: Contact,
    },
    /// A queue is no more.
    QueueRemoved {
        /// Which.
        queue: QueueId,
    },
    /// Something became true in a queue.
    QueueHappened {
        /// Which.
        queue: QueueId,
        /// What.
        happened: Happened,
    },
    /// A queue's estimate for the next who comes.
    QueueEstimated {
        /// Which.
        queue: QueueId,
        /// None when it cannot tell.
        wait: Option<Duration>,
    },
    /// An operator as it is now.
    OperatorChanged {
        /// All of it.
        operator: Box<OperatorNow>,
    },
    /// An operator signed out.
    OperatorGone {
        /// Who.
        operator: OperatorId,
    },
    /// A call began.
    CallStarted {
        /// Who calls.
        card: Arc<Card>,
    },
    /// The caller was recognised, or chose a language.
    CallChanged {
        /// Who calls.
        card: Arc<Card>,
    },
    /// A call is over.
    CallEnded {
        /// Which.
        contact: ContactId,
    },
    /// Time passed; told at least once a minute.
    Ticked,
}

/// A contact in a queue.
#[derive(Clone, Debug)]
struct Waiting {
    card: Arc<Card>,
    since: DateTime<Utc>,
    offered: Option<(OperatorId, DateTime<Utc>)>,
}

#[derive(Clone, Debug)]
struct QueueNow {
    name: String,
    target: Target,
    counts: Counts,
    waiting: BTreeMap<ContactId, Waiting>,
    estimated_wait: Option<Duration>,
}

/// The machine of the live board.
#[derive(Debug)]
pub struct Board {
    zone: Tz,
    day_started_at: DateTime<Utc>,
    queues: BTreeMap<QueueId, QueueNow>,
    operators: BTreeMap<OperatorId, OperatorNow>,
    calls: BTreeMap<ContactId, Arc<Card>>,
    /// Counted as offered, not yet as answered or abandoned.
    open: BTreeSet<ContactId>,
    /// Counted as answered or abandoned, today.
    settled: BTreeSet<ContactId>,
    /// The same of yesterday: a talk may last over midnight.
    settled_before: BTreeSet<ContactId>,
    series: Series,
}

/// The name of a queue that reported before it was configured; the configuration follows at once.
const UNNAMED: &str = "…";

impl Board {
    /// A board on which nothing happened yet.
    #[must_use]
    pub fn new(now: DateTime<Utc>, zone: Tz) -> Self {
        Self {
            zone,
            day_started_at: day_start(now, zone),
            queues: BTreeMap::new(),
            operators: BTreeMap::new(),
            calls: BTreeMap::new(),
            open: BTreeSet::new(),
            settled: BTreeSet::new(),
            settled_before: BTreeSet::new(),
            series: Series::new(now),
        }
    }

    /// Puts back what was counted earlier today, read from the rows after a restart of the server.
    pub fn restore(&mut self, queue: QueueId, counts: Counts) {
        self.queue(queue).counts = counts;
    }

    /// Takes one event.
    pub fn step(&mut self, now: DateTime<Utc>, event: Event) {
        self.midnight(now);
        match event {
            Event::QueueConfigured { queue, name, target } => {
                let known = self.queue(queue);
                (known.name, known.target) = (name, target);
            }
            Event::QueueRestarted { queue } => self.queue(queue).waiting.clear(),
            Event::Announced { queue, contact } => {
                self.waits(queue, &contact);
            }
            Event::QueueRemoved { queue } => {
                self.queues.remove(&queue);
            }
            Event::QueueHappened { queue, happened } => self.happened(now, queue, happened),
            Event::QueueEstimated { queue, wait } => self.queue(queue).estimated_wait = wait,
            Event::OperatorChanged { operator } => {
                self.operators.insert(operator.id, *operator);
            }
            Event::OperatorGone { operator } => {
                self.operators.remove(&operator);
            }
            Event::CallStarted { card } | Event::CallChanged { card } => {
                self.calls.insert(card.contact_id, card);
            }
            Event::CallEnded { contact } => {
                self.calls.remove(&contact);
            }
            Event::Ticked => {}
        }
        self.sample(now);
    }

    /// What became of the contacts of a queue today.
    #[must_use]
    pub fn counts(&self, queue: QueueId) -> Counts {
        self.queues.get(&queue).map(|known| known.counts).unwrap_or_default()
    }

    /// Of all queues together.
    #[must_use]
    pub fn totals(&self) -> Counts {
        self.queues.values().fold(Counts::default(), |sum, queue| sum.plus(queue.counts))
    }

    fn happened(&mut self, now: DateTime<Utc>, id: QueueId, happened: Happened) {
        match happened {
            Happened::Queued { contact } => {
                let new = self.waits(id, &contact);
                self.queue(id).counts.offered += u32::from(new);
            }
            Happened::OfferMade { contact, operator, .. } => self.offered(id, contact, Some((operator, now))),
            Happened::OfferEnded { contact, .. } => self.offered(id, contact, None),
            Happened::Answered { contact, waited, .. } => {
                let counts = self.settle(contact);
                let queue = self.queue(id);
                queue.waiting.remove(&contact);
                if counts {
                    queue.counts.answered(waited, &queue.target);
                }
            }
            Happened::Abandoned { contact, waited } => {
                let counts = self.settle(contact);
                let queue = self.queue(id);
                queue.waiting.remove(&contact);
                if counts {
                    queue.counts.abandoned(waited, &queue.target);
                }
            }
            Happened::TakenAway { contact } => {
                self.open.remove(&contact);
                self.queue(id).waiting.remove(&contact);
            }
        }
    }

    /// A contact is in a queue; whether the board heard of it for the first time.
    fn waits(&mut self, queue: QueueId, contact: &Contact) -> bool {
        let id = contact.id();
        let waiting = Waiting { card: Arc::clone(&contact.card), since: contact.queued_at, offered: None };
        self.queue(queue).waiting.insert(id, waiting);
        // Known from before: announced again, or back in the line.
        !self.is_settled(id) && self.open.insert(id)
    }

    fn offered(&mut self, queue: QueueId, contact: ContactId, offered: Option<(OperatorId, DateTime<Utc>)>) {
        if let Some(waiting) = self.queue(queue).waiting.get_mut(&contact) {
            waiting.offered = offered;
        }
    }

    /// Whether the contact's end counts: once, and only for one that was counted as offered.
    fn settle(&mut self, contact: ContactId) -> bool {
        self.open.remove(&contact) && self.settled.insert(contact)
    }

    fn is_settled(&self, contact: ContactId) -> bool {
        self.settled.contains(&contact) || self.settled_before.contains(&contact)
    }

    fn queue(&mut self, queue: QueueId) -> &mut QueueNow {
        self.queues.entry(queue).or_insert_with(|| QueueNow {
            name: UNNAMED.to_owned(),
            target: Target { answered_within: Duration::ZERO, percent: 0, short_abandon: Duration::ZERO },
            counts: Counts::default(),
            waiting: BTreeMap::new(),
            estimated_wait: None,
        })
    }

    /// At the local midnight every counter starts again; who waits goes on waiting.
    fn midnight(&mut self, now: DateTime<Utc>) {
        let today = day_start(now, self.zone);
        if today <= self.day_started_at {
            return;
        }
        self.day_started_at = today;
        self.settled_before = std::mem::take(&mut self.settled);
        self.queues.values_mut().for_each(|queue| queue.counts = Counts::default());
    }

    fn sample(&mut self, now: DateTime<Utc>) {
        let waiting = self.queues.values().map(|queue| queue.waiting.len()).sum();
        let service_level = self.totals().service_level();
        self.series.sample(now, waiting, service_level);
    }
}
