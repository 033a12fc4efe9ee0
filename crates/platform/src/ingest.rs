//! Events of other systems on their way in: checked against their types, counted once by source and id, written by
//! one merging writer (INT-02, INT-03, BRE-EVT-03).
//!
//! A transaction for each event cannot keep up with a billing system: the commit's disk write is what takes time. So
//! whoever brings events waits while one writer takes what has arrived since its last commit, writes all of it in
//! one transaction, and answers each. What was answered is on disk; what was not is sent again and counts once.

mod check;
pub mod cloudevents;
#[cfg(test)]
mod tests;
mod writer;

pub use check::{DATA_BYTES_MAX, DATA_DEPTH_MAX, FUTURE_MAX};

use crate::event::Subject;
use crate::event_type::Registry;
use base::id::{CustomerId, EventId};
use base::{Author, Clock, FieldFault};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use serde::Serialize;
use serde_json::{Map, Value};
use sqlx::{PgConnection, PgPool};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use tokio_util::sync::CancellationToken;

/// Most events that wait for the writer. At 20,000 a second that is a second of waiting, and some 50 MB.
pub const WAITING_MAX: usize = 20_000;
/// Most events of one request, line of a file, or batch of Kafka. A part of [`WAITING_MAX`], so that there is room for
/// others beside it.
pub const BATCH_MAX: usize = 1_000;
/// How long a request waits for room before it is refused: a burst passes, a database that is too slow shows.
const ROOM_WITHIN: Duration = Duration::from_secs(2);

/// An event as it came, before it is checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Incoming {
    /// The name of its type.
    pub kind: String,
    /// Which system sent it.
    pub source: String,
    /// Its id there.
    pub id: String,
    /// When it happened; none: now.
    pub time: Option<DateTime<Utc>>,
    /// Whom it is about: a name of the kind that the type says, or `kind:name`.
    pub subject: Option<String>,
    /// What it says.
    pub data: Map<String, Value>,
}

/// What is wrong with an event: the shape that every diagnostic has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct EventFault {
    /// Always `error`: an event is taken or not.
    pub severity: &'static str,
    /// What kind of fault, such as `unknown_type`.
    #[schema(example = "unknown_type")]
    pub code: &'static str,
    /// Where, as a JSON pointer into the event.
    #[schema(example = "/data/amount")]
    pub pointer: String,
    /// What is wrong and what would be right.
    pub message: String,
}

impl EventFault {
    /// A fault of the attribute or the part of the data at `pointer`.
    #[must_use]
    pub fn new(code: &'static str, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { severity: "error", code, pointer: pointer.into(), message: message.into() }
    }

    /// The same for a refusal of a request.
    #[must_use]
    pub fn as_field(&self) -> FieldFault {
        FieldFault::new(self.pointer.clone(), self.message.clone())
    }
}

/// What became of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is on disk.
    Accepted(EventId),
    /// It was there before.
    Duplicate(EventId),
    /// It is not taken, for these reasons; never empty.
    Refused(Vec<EventFault>),
}

/// Why nothing is known of what became of a batch. Sending it again is right: what was taken counts once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IngestError {
    /// The database does not keep up.
    #[error("{WAITING_MAX} events wait to be written: send these again in a moment")]
    Full,
    /// More than fits.
    #[error("a batch has at most {BATCH_MAX} events: send them in several")]
    TooMany,
    /// The database is away, or the server stops.
    #[error("the events could not be written: send them again, those that were taken count once")]
    Away,
}

/// Finds the customers that events are about.
pub trait Resolver: Send + Sync + 'static {
    /// The customer of each subject, in the order of the question.
    fn resolve<'a>(
        &'a self,
        db: &'a mut PgConnection,
        subjects: &'a [Subject],
    ) -> BoxFuture<'a, sqlx::Result<Vec<Option<CustomerId>>>>;
}

/// Knows nobody.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoCustomers;

impl Resolver for NoCustomers {
    fn resolve<'a>(
        &'a self,
        _: &'a mut PgConnection,
        subjects: &'a [Subject],
    ) -> BoxFuture<'a, sqlx::Result<Vec<Option<CustomerId>>>> {
        Box::pin(std::future::ready(Ok(vec![None; subjects.len()])))
    }
}

/// Events that passed the check, on their way to the writer, and whoever waits for them.
struct Batch {
    events: Vec<crate::event::OutsideEvent>,
    answer: oneshot::Sender<Result<Vec<crate::event::Appended>, IngestError>>,
    _room: OwnedSemaphorePermit,
}

/// The way in. Clones share one writer; it ends with the token.
#[derive(Clone)]
pub struct Ingest {
    registry: Registry,
    clock: Arc<dyn Clock>,
    room: Arc<Semaphore>,
    batches: mpsc::UnboundedSender<Batch>, // bounded by `room`
}

impl Ingest {
    /// Starts the writer. `seed` makes the ids of the events.
    #[must_use]
    pub fn start(
        pool: PgPool,
        clock: Arc<dyn Clock>,
        resolver: impl Resolver,
        seed: [u8; 32],
        stop: CancellationToken,
    ) -> Self {
        let (batches, arrived) = mpsc::unbounded_channel();
        let writer = writer::Writer::new(pool.clone(), Arc::clone(&clock), Arc::new(resolver), seed);
        tokio::spawn(writer.run(arrived, stop));
        Self { registry: Registry::new(pool), clock, room: Arc::new(Semaphore::new(WAITING_MAX)), batches }
    }

    /// The types that are checked against.
    #[must_use]
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Takes events, and says of each what became of it, in their order. A wrong one harms no other.
    ///
    /// # Errors
    /// Nothing is known of them: send them again.
    pub async fn take(&self, events: Vec<Incoming>, author: Author) -> Result<Vec<Outcome>, IngestError> {
        let events = events.into_iter().map(Ok).collect();
        self.take_read(events, author).await
    }

    /// [`Ingest::take`] for events of which some could not even be read.
    ///
    /// # Errors
    /// As [`Ingest::take`].
    pub async fn take_read(
        &self,
        events: Vec<Result<Incoming, Vec<EventFault>>>,
        author: Author,
    ) -> Result<Vec<Outcome>, IngestError> {
        if events.len() > BATCH_MAX {
            return Err(IngestError::TooMany);
        }
        let now = self.clock.now();
        let mut known = self.registry.known().await.map_err(|_| IngestError::Away)?;
        if events.iter().flatten().any(|event| known.find(&event.kind).is_none()) {
            // Registered a moment ago, perhaps by another server.
            known = self.registry.refresh().await.map_err(|_| IngestError::Away)?;
        }
        let checked: Vec<_> = events
            .into_iter()
            .map(|event| event.and_then(|event| check::check(event, &known, now, author)))
            .collect();
        let good = checked.iter().filter_map(|event| event.as_ref().ok().cloned()).collect::<Vec<_>>();
        let mut written = self.write(good).await?.into_iter();
        let outcome = |event| match event {
            Err(faults) => Ok(Outcome::Refused(faults)),
            Ok(_) => written.next().map(outcome_of).ok_or(IngestError::Away),
        };
        let outcomes: Vec<Outcome> = checked.into_iter().map(outcome).collect::<Result<_, _>>()?;
        count(&outcomes);
        Ok(outcomes)
    }

    async fn write(
        &self,
        events: Vec<crate::event::OutsideEvent>,
    ) -> Result<Vec<crate::event::Appended>, IngestError> {
        if events.is_empty() {
            return Ok(Vec::new());
        }
        let places = u32::try_from(events.len()).map_err(|_| IngestError::TooMany)?;
        let room = Arc::clone(&self.room).acquire_many_owned(places);
        let room = tokio::time::timeout(ROOM_WITHIN, room).await.map_err(|_| IngestError::Full)?;
        let room = room.map_err(|_| IngestError::Away)?;
        let (answer, answered) = oneshot::channel();
        let batch = Batch { events, answer, _room: room };
        self.batches.send(batch).map_err(|_| IngestError::Away)?;
        answered.await.map_err(|_| IngestError::Away)?
    }
}

fn outcome_of(appended: crate::event::Appended) -> Outcome {
    use crate::event::Appended;
    match appended {
        Appended::New(id) => Outcome::Accepted(id),
        Appended::Known(id) => Outcome::Duplicate(id),
        Appended::Conflict(id) => {
            let message = format!(
                "another event of this source had the same id ({id} here): give each event an id of its own"
            );
            Outcome::Refused(vec![EventFault::new("conflict", "/id", message)])
        }
    }
}

fn count(outcomes: &[Outcome]) {
    for outcome in outcomes {
        let word = match outcome {
            Outcome::Accepted(_) => "accepted",
            Outcome::Duplicate(_) => "duplicate",
            Outcome::Refused(_) => "refused",
        };
        metrics::counter!("events_taken_total", "outcome" => word).increment(1);
    }
}
