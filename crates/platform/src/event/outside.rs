//! Events that other systems send (CloudEvents), and those a rule or a flow sends on: rows of the same log, each
//! counted once by its source and id.
//!
//! Whoever appends has checked the event against its registered type; here stands only what must hold in the log.

mod store;
#[cfg(test)]
mod tests;

use super::store::{NewRow, append_new};
use base::event::Journal;
use base::id::{CustomerId, EventId};
use base::{Author, NewEvent};
use chrono::{DateTime, Utc};
use rand::Rng;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use std::borrow::Cow;
use std::collections::HashMap;
use std::future::Future;
use uuid::Uuid;

/// How many events may cause each other in a row. A rule whose reaction causes its own event ends here, and is
/// told; no sensible chain of reactions is longer.
pub const DEPTH_MAX: u8 = 8;

/// Longest source and longest id of an event, in bytes: both are in every row and in the key.
pub const NAME_MAX: usize = 500;

/// Whom or what an event is about, as the other system names it: a phone number, a contract, an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Subject {
    /// Which kind of name, such as `phone`.
    pub kind: String,
    /// The name, in the form in which customers keep it.
    pub value: String,
}

impl Subject {
    /// The subject of events whose customer is not known: always the same for the same name, so that its events
    /// stay together and in order.
    #[must_use]
    pub fn id(&self) -> Uuid {
        uuid_of(b"trunkline.subject", &self.kind, &self.value)
    }
}

/// An event from outside, about to be appended.
#[derive(Clone, Debug, PartialEq)]
pub struct OutsideEvent {
    /// The name of its registered type.
    pub kind: String,
    /// Which system sent it (CloudEvents `source`).
    pub source: String,
    /// Its id there: one source never uses an id for two events.
    pub id: String,
    /// When it happened; none: when it came.
    pub time: Option<DateTime<Utc>>,
    /// Whom it is about.
    pub subject: Option<Subject>,
    /// The customer, when found.
    pub customer: Option<CustomerId>,
    /// What it says, by the type's schema.
    pub data: Map<String, Value>,
    /// How many events caused each other before this one; 0 for one that came from outside.
    pub depth: u8,
    /// The story it belongs to, such as the event that caused it.
    pub correlation: Option<Uuid>,
    /// Who sent it.
    pub author: Author,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It stands in the log.
    New(EventId),
    /// It stood there before, with the same content.
    Known(EventId),
    /// Another event stands there under its source and id: the sender uses an id twice.
    Conflict(EventId),
}

/// Why an event was not appended.
#[derive(Debug, thiserror::Error)]
pub enum AppendError {
    /// A chain of events that cause each other.
    #[error(
        "the event {kind:?} is number {depth} of a chain of events that cause each other, and the limit is {DEPTH_MAX}"
    )]
    TooDeep {
        /// The type of the event.
        kind: String,
        /// Its place in the chain.
        depth: u8,
    },
    /// A name the log does not take.
    #[error("the {field} of the event must have 1 to {NAME_MAX} bytes and no NUL")]
    Name {
        /// Which of them: `source` or `id`.
        field: &'static str,
    },
    /// The database failed.
    #[error("database error")]
    Database(#[from] sqlx::Error),
}

/// Appends one event in the caller's transaction; the second time of the same source and id changes nothing.
///
/// # Errors
/// The chain is too deep, a name is refused, or the database failed.
pub fn append_outside<'c>(
    db: &'c mut PgConnection,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    event: &OutsideEvent,
) -> impl Future<Output = Result<Appended, AppendError>> + Send + use<'c> {
    let rows = check(event).map(|()| vec![row(event, now, EventId::new(now, rng))]);
    async move {
        let mut done = append_rows(db, now, rows?, &[]).await?;
        done.pop().ok_or(AppendError::Database(sqlx::Error::RowNotFound))
    }
}

/// Appends events in one set-based statement, in their order. Each must have passed [`check`]. The answers stand in the
/// order of the events.
///
/// # Errors
/// The database failed; the transaction is lost.
pub fn append_many<'c>(
    db: &'c mut PgConnection,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    events: &[OutsideEvent],
) -> impl Future<Output = sqlx::Result<Vec<Appended>>> + Send + use<'c> {
    let rows = events.iter().map(|event| row(event, now, EventId::new(now, &mut *rng))).collect();
    append_rows(db, now, rows, &[])
}

/// [`append_many`], and behind them events of our own, in the same statement.
///
/// # Errors
/// The database failed; the transaction is lost.
pub fn append_with<'c>(
    db: &'c mut PgConnection,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
    events: &[&OutsideEvent],
    own: &'c [(EventId, &'c NewEvent)],
) -> impl Future<Output = sqlx::Result<Vec<Appended>>> + Send + use<'c> {
    let rows = events.iter().map(|event| row(event, now, EventId::new(now, &mut *rng))).collect();
    append_rows(db, now, rows, own)
}

async fn append_rows(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    rows: Vec<Row>,
    own: &[(EventId, &NewEvent)],
) -> sqlx::Result<Vec<Appended>> {
    // The same event twice in one batch: the first stands for both.
    let mut first: HashMap<Uuid, &Row> = HashMap::with_capacity(rows.len());
    for row in &rows {
        first.entry(row.key).or_insert(row);
    }
    let outside = rows.iter().filter(|row| is_first(&first, row)).map(|row| NewRow {
        key: Some((row.key, row.hash.as_slice())),
        event_id: row.event_id,
        occurred_at: row.occurred_at,
        kind: &row.kind,
        journal: Journal::Outside,
        subject: row.subject,
        correlation: row.correlation,
        author: row.author,
        payload: Cow::Borrowed(row.payload.as_str()),
    });
    let behind = own.iter().map(|(event_id, event)| NewRow::own(*event_id, now, event));
    let new = append_new(db, now, &outside.chain(behind).collect::<Vec<_>>()).await?;
    let known: Vec<Uuid> = first.keys().copied().filter(|key| !new.contains(key)).collect();
    let known = if known.is_empty() { HashMap::new() } else { store::find_keys(db, &known).await? };
    rows.iter().map(|row| verdict(row, &first, &known)).collect()
}

fn is_first(first: &HashMap<Uuid, &Row>, row: &Row) -> bool {
    first.get(&row.key).is_some_and(|at| at.event_id == row.event_id)
}

fn verdict(
    row: &Row,
    first: &HashMap<Uuid, &Row>,
    known: &HashMap<Uuid, (Vec<u8>, EventId)>,
) -> sqlx::Result<Appended> {
    if let Some((hash, event_id)) = known.get(&row.key) {
        let same = hash.as_slice() == row.hash.as_slice();
        return Ok(if same { Appended::Known(*event_id) } else { Appended::Conflict(*event_id) });
    }
    // Its key was neither new nor found: it was removed between the two statements. The caller tries again.
    let at = first.get(&row.key).ok_or(sqlx::Error::RowNotFound)?;
    Ok(match () {
        () if at.event_id == row.event_id => Appended::New(row.event_id),
        () if at.hash == row.hash => Appended::Known(at.event_id),
        () => Appended::Conflict(at.event_id),
    })
}

/// What an event counts once under, and what it says, to look whether it is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sought {
    key: Uuid,
    hash: [u8; 32],
}

impl Sought {
    /// Of an event.
    #[must_use]
    pub fn of(event: &OutsideEvent) -> Self {
        Self { key: key_of(event), hash: body_hash(event) }
    }
}

/// What stands in the log under the source and id of each event: nothing, the same event, or another one.
///
/// # Errors
/// The database failed.
pub async fn known(db: &mut PgConnection, events: &[Sought]) -> sqlx::Result<Vec<Option<Appended>>> {
    let keys: Vec<Uuid> = events.iter().map(|event| event.key).collect();
    let found = store::find_keys(db, &keys).await?;
    let verdict = |event: &Sought| {
        let (stands, event_id) = found.get(&event.key)?;
        let same = stands.as_slice() == event.hash.as_slice();
        Some(if same { Appended::Known(*event_id) } else { Appended::Conflict(*event_id) })
    };
    Ok(events.iter().map(verdict).collect())
}

/// The event that stands under a source and id, when it is still kept.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, source: &str, id: &str) -> sqlx::Result<Option<super::Event>> {
    let key = uuid_of(b"trunkline.event", source, id);
    match store::find_keys(db, &[key]).await?.remove(&key) {
        Some((_, event_id)) => super::store::find_anywhere(db, event_id).await,
        None => Ok(None),
    }
}

fn key_of(event: &OutsideEvent) -> Uuid {
    uuid_of(b"trunkline.event", &event.source, &event.id)
}

/// Of what the sender says, without what is found here: the customer may become known between two tries.
fn body_hash(event: &OutsideEvent) -> [u8; 32] {
    let said = (&event.kind, event.time, &event.subject, &event.data);
    // Of JSON values there is none that cannot be written.
    Sha256::digest(serde_json::to_vec(&said).unwrap_or_default()).into()
}

/// Whether the log takes the event: its depth and its names.
///
/// # Errors
/// What is wrong with it.
pub fn check(event: &OutsideEvent) -> Result<(), AppendError> {
    if event.depth > DEPTH_MAX {
        return Err(AppendError::TooDeep { kind: event.kind.clone(), depth: event.depth });
    }
    for (field, value) in [("source", &event.source), ("id", &event.id)] {
        if value.is_empty() || value.len() > NAME_MAX || value.contains('\0') {
            return Err(AppendError::Name { field });
        }
    }
    Ok(())
}

/// A row of the log, with its key.
struct Row {
    key: Uuid,
    hash: [u8; 32],
    event_id: EventId,
    occurred_at: DateTime<Utc>,
    kind: String,
    subject: Uuid,
    correlation: Option<Uuid>,
    author: Author,
    /// JSON.
    payload: String,
}

/// What the log keeps of an event from outside.
#[derive(Serialize)]
struct Payload<'e> {
    source: &'e str,
    id: &'e str,
    time: DateTime<Utc>,
    subject: Option<&'e Subject>,
    customer_id: Option<CustomerId>,
    data: &'e Map<String, Value>,
    depth: u8,
}

fn row(event: &OutsideEvent, now: DateTime<Utc>, event_id: EventId) -> Row {
    let subject_id = match (event.customer, &event.subject) {
        (Some(customer), _) => customer.as_uuid(),
        (None, Some(subject)) => subject.id(),
        (None, None) => uuid_of(b"trunkline.source", &event.source, ""),
    };
    let OutsideEvent { kind, source, id, time, subject, customer, data, depth, correlation, author } = event;
    let time = time.unwrap_or(now);
    let (subject, customer_id) = (subject.as_ref(), *customer);
    let payload = Payload { source, id, time, subject, customer_id, data, depth: *depth };
    Row {
        key: key_of(event),
        hash: body_hash(event),
        event_id,
        occurred_at: time,
        kind: kind.clone(),
        subject: subject_id,
        correlation: *correlation,
        author: *author,
        payload: serde_json::to_string(&payload).unwrap_or_default(), // as above
    }
}

/// A UUID that follows from two names; the length of the first keeps ("ab", "c") and ("a", "bc") apart.
fn uuid_of(space: &[u8], first: &str, second: &str) -> Uuid {
    let mut hash = Sha256::new();
    hash.update(space);
    hash.update(first.len().to_be_bytes());
    hash.update(first);
    hash.update(second);
    let mut bytes = [0_u8; 16];
    for (place, byte) in bytes.iter_mut().zip(hash.finalize()) {
        *place = byte;
    }
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}
