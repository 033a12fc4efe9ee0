//! Every statement of `store` and `query` against a real Postgres.
#![expect(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod configuration;
mod history;
mod time;

use base::id::{ContactId, OfferId, OperatorId, PersonId, QueueId};
use base::{Author, Edit, LocalText, Locale};
use chrono::{DateTime, TimeDelta, Utc};
use platform::testing::TestDb;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use routing::config::QueueFields;
use routing::contact::{Arrival, Channel, Direction};
use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres};
use std::collections::BTreeMap;
use uuid::Uuid;

/// A database, a connection, a moment and dice.
struct World {
    _db: TestDb,
    db: PoolConnection<Postgres>,
    now: DateTime<Utc>,
    rng: ChaCha8Rng,
}

impl World {
    async fn new() -> Self {
        let test_db = TestDb::new().await;
        let db = test_db.pool().acquire().await.unwrap();
        let now = DateTime::from_timestamp(1_795_341_600, 0).unwrap(); // 2026-11-22 10:00 UTC
        Self { _db: test_db, db, now, rng: ChaCha8Rng::seed_from_u64(7) }
    }

    fn edit(&mut self) -> (&mut PgConnection, Edit<'_>) {
        let author = Author::Person(PersonId::from_uuid(Uuid::from_u128(1)));
        (&mut self.db, Edit { now: self.now, author, rng: &mut self.rng })
    }

    fn seconds(&mut self, seconds: i64) -> DateTime<Utc> {
        self.now += TimeDelta::seconds(seconds);
        self.now
    }

    async fn queue(&mut self, name: &str) -> QueueId {
        let fields = QueueFields { name: name.to_owned(), ..queue_fields() };
        let (db, mut edit) = self.edit();
        routing::store::queue::insert(db, &mut edit, &fields).await.unwrap().id
    }

    async fn arrives(&mut self, number: &str) -> ContactId {
        let contact = ContactId::new(self.now, &mut self.rng);
        let arrival = Arrival { caller_number: Some(number.to_owned()), ..arrival(contact) };
        routing::store::live::contact_arrived(&mut self.db, self.now, &arrival).await.unwrap();
        contact
    }

    fn offer_id(&mut self) -> OfferId {
        OfferId::new(self.now, &mut self.rng)
    }

    /// Kinds of the events of a subject, oldest first.
    async fn events(&mut self, subject: Uuid) -> Vec<String> {
        sqlx::query_scalar(
            "select kind from platform.event where subject_id = $1 order by occurred_at, position",
        )
        .bind(subject)
        .fetch_all(&mut *self.db)
        .await
        .unwrap()
    }
}

fn operator(n: u128) -> OperatorId {
    OperatorId::from_uuid(Uuid::from_u128(n))
}

fn text(english: &str) -> LocalText {
    LocalText(BTreeMap::from([(Locale::En, english.to_owned())]))
}

fn queue_fields() -> QueueFields {
    QueueFields {
        name: "Individuals".to_owned(),
        skills: Vec::new(),
        ring_seconds: 20,
        wrap_up_seconds: 30,
        wrap_up_mandatory: true,
        target_seconds: 20,
        target_percent: 80,
        short_abandon_seconds: 5,
        waiting_max: 100,
        priority: 0,
        unit_id: None,
    }
}

fn arrival(contact: ContactId) -> Arrival {
    Arrival {
        contact,
        channel: Channel::Voice,
        direction: Direction::Inbound,
        customer: None,
        caller_number: None,
        caller_name: None,
        dialled: "+998712000000".to_owned(),
        language: Some(Locale::Uz),
    }
}
