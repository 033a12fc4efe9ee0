//! The log as the consumers of one server read it: several read the same events at nearly the same time, so what one
//! of them read last is kept for the others.

use super::wake::Ear;
use super::{Event, Position, store};
use sqlx::{PgConnection, PgPool};
use std::collections::VecDeque;
use std::num::NonZero;
use std::sync::Arc;
use std::thread::available_parallelism;
use tokio::sync::{Mutex, OwnedSemaphorePermit, Semaphore, watch};

/// Events that are kept: two seconds of a full load, so that consumers which gather, or need longer, still find them.
const KEPT_MAX: usize = 16_000;
/// Bytes of what the kept events say: most say half a kilobyte, which takes four times that when somebody has looked at it.
const KEPT_BYTES_MAX: usize = 8 << 20;

/// For so many cores one reader that nobody waits for works at a time: the others are left to what somebody does wait for.
const CORES_A_TURN: usize = 2;

/// The log of one database. Clones share what they have read.
#[derive(Clone, Debug)]
pub struct Log {
    pool: PgPool,
    tail: Arc<Mutex<Tail>>,
    ear: Ear,
    turns: Arc<Semaphore>,
}

/// The events between two places, without a gap: all of them stood below the snapshot horizon when they were read, so
/// nothing can come in between.
#[derive(Debug, Default)]
struct Tail {
    from: Position,
    events: VecDeque<Event>,
    /// Bytes of what they say.
    bytes: usize,
}

impl Tail {
    fn end(&self) -> Position {
        self.events.back().map_or(self.from, |event| event.at)
    }

    /// The events behind `after`, when they are kept.
    fn get(&self, after: Position, limit: usize) -> Vec<Event> {
        if after < self.from || after >= self.end() {
            return Vec::new();
        }
        let start = self.events.partition_point(|event| event.at <= after);
        self.events.range(start..).take(limit).cloned().collect()
    }

    /// Keeps what was read behind `after`, as far as it follows on what is kept.
    fn put(&mut self, after: Position, read: &[Event]) {
        if after != self.end() {
            if after < self.end() {
                return; // somebody reads what was read long ago
            }
            self.from = after;
            self.events.clear();
            self.bytes = 0;
        }
        self.bytes += read.iter().map(|event| event.payload.bytes()).sum::<usize>();
        self.events.extend(read.iter().cloned());
        while self.events.len() > KEPT_MAX || self.bytes > KEPT_BYTES_MAX {
            let Some(oldest) = self.events.pop_front() else { break };
            self.bytes -= oldest.payload.bytes();
            self.from = oldest.at;
        }
    }
}

impl Log {
    /// The log of a database, of which nothing is read yet.
    #[must_use]
    pub fn new(pool: PgPool) -> Self {
        let cores = available_parallelism().map_or(1, NonZero::get);
        let turns = Arc::new(Semaphore::new((cores / CORES_A_TURN).max(1)));
        Self { pool, tail: Arc::default(), ear: Ear::new(), turns }
    }

    /// Waits for a turn. Readers that nobody waits for take turns, so that together they never stand in the way of what
    /// somebody does wait for; held for one batch.
    pub(super) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.turns).acquire_owned().await.ok() // it is never closed
    }

    /// The database.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Changes when events were appended: a hint that is shared by all readers.
    pub(super) fn heard(&self) -> watch::Receiver<u64> {
        self.ear.heard(&self.pool)
    }

    /// Up to `limit` events behind `after`, in the log's order.
    pub(super) async fn read(
        &self,
        db: &mut PgConnection,
        after: Position,
        limit: u32,
    ) -> sqlx::Result<Vec<Event>> {
        let most = usize::try_from(limit).unwrap_or(usize::MAX);
        // Held while the database is asked: the others want the same and find it then.
        let mut tail = self.tail.lock().await;
        let kept = tail.get(after, most);
        if !kept.is_empty() {
            return Ok(kept);
        }
        let read = store::read(db, after, limit).await?;
        tail.put(after, &read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Payload;
    use base::Author;
    use base::event::Journal;
    use base::id::EventId;
    use chrono::DateTime;

    fn events(places: std::ops::RangeInclusive<i64>) -> Vec<Event> {
        let event = |position| Event {
            event_id: EventId::from_uuid(uuid::Uuid::nil()),
            at: at(position),
            kind: "test.happened".to_owned(),
            journal: Journal::Activity,
            subject: uuid::Uuid::nil(),
            correlation: None,
            author: Author::System,
            payload: Payload::of_json("null".to_owned()),
            occurred_at: DateTime::UNIX_EPOCH,
        };
        places.map(event).collect()
    }

    fn at(position: i64) -> Position {
        Position { transaction_id: 7, position }
    }

    /// What one consumer read another gets, from its own place on; what was not read in one piece is not kept as if.
    #[test]
    fn the_others_find_what_one_read() {
        let mut tail = Tail::default();
        tail.put(at(10), &events(11..=20));
        assert_eq!(tail.get(at(15), 3), events(16..=18));
        assert_eq!(tail.get(at(9), 3), Vec::new(), "something may stand between 9 and 11");
        assert_eq!(tail.get(at(20), 3), Vec::new());
        tail.put(at(20), &events(21..=22));
        assert_eq!(tail.get(at(19), 9), events(20..=22));
        tail.put(at(3), &events(4..=5));
        assert_eq!(tail.get(at(3), 9), Vec::new(), "an old place does not take the tail away");
        assert_eq!(tail.get(at(10), 1), events(11..=11));
        tail.put(at(40), &events(41..=42));
        assert_eq!(tail.get(at(20), 9), Vec::new(), "what stood between is unknown");
        assert_eq!(tail.get(at(40), 9), events(41..=42));
    }

    /// No more than the limit is kept, and its start says so.
    #[test]
    fn the_oldest_are_given_up() {
        let mut tail = Tail::default();
        let count = i64::try_from(KEPT_MAX).unwrap_or(i64::MAX) + 5;
        tail.put(at(0), &events(1..=count));
        assert_eq!(tail.events.len(), KEPT_MAX);
        assert_eq!(tail.get(at(4), 1), Vec::new());
        assert_eq!(tail.get(at(5), 1), events(6..=6));
    }

    /// Few that say much are as many as the limit of bytes allows.
    #[test]
    fn what_is_large_is_given_up_sooner() {
        let large = Payload::of_json(format!("{:?}", "x".repeat(KEPT_BYTES_MAX / 4)));
        let all: Vec<Event> =
            events(1..=9).into_iter().map(|event| Event { payload: large.clone(), ..event }).collect();
        let mut tail = Tail::default();
        tail.put(at(0), &all);
        assert_eq!(tail.events.len(), 3);
        assert_eq!((tail.get(at(5), 9), tail.get(at(6), 9).len()), (Vec::new(), 3));
        tail.put(at(90), &[]);
        tail.put(at(90), &events(91..=92));
        assert_eq!(tail.bytes, 8, "null, twice");
    }
}
