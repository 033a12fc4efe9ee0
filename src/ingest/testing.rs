//! A place to take events, for the tests of the ways in.

use base::{Author, Edit, FixedClock, LocalText, Locale};
use chrono::{DateTime, Utc};
use platform::event_type::{EventTypeFields, SubjectKind, store};
use platform::ingest::{Ingest, NoCustomers};
use platform::testing::TestDb;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// When tests are.
pub fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

/// A database with the type `purchase`, and a way in.
pub struct Site {
    pub db: TestDb,
    pub clock: Arc<FixedClock>,
    pub ingest: Ingest,
    pub stop: CancellationToken,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

pub async fn site() -> Site {
    let db = TestDb::new().await;
    let (clock, stop) = (Arc::new(FixedClock::at(now())), CancellationToken::new());
    let fields = EventTypeFields {
        title: LocalText([(Locale::En, "Purchase".to_owned())].into()),
        description: String::new(),
        schema: json!({
            "type": "object", "required": ["amount"],
            "properties": { "amount": { "type": "number", "minimum": 0 } },
        }),
        subject: SubjectKind::Phone,
        retention_days: 90,
    };
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut edit = Edit { now: now(), author: Author::System, rng: &mut rng };
    store::insert(&mut db.pool().acquire().await.unwrap(), &mut edit, "purchase", &fields, false)
        .await
        .unwrap();
    let ingest = Ingest::start(db.pool().clone(), clock.clone(), NoCustomers, [1; 32], stop.clone());
    Site { db, clock, ingest, stop }
}

/// A purchase as JSON.
pub fn purchase(id: usize, amount: i32) -> Value {
    json!({
        "specversion": "1.0", "id": id.to_string(), "source": "/till", "type": "purchase",
        "subject": "+998901234567", "data": { "amount": amount },
    })
}

impl Site {
    /// The ids of the purchases in the log, in its order.
    pub async fn ids(&self) -> Vec<usize> {
        let filter =
            platform::event::query::Filter { kind: Some("purchase".to_owned()), ..Default::default() };
        let mut db = self.db.pool().acquire().await.unwrap();
        let mut found = platform::event::query::search(&mut db, &filter, 100_000).await.unwrap();
        found.sort_by_key(|event| event.at);
        found.iter().map(|event| event.payload["id"].as_str().unwrap().parse().unwrap()).collect()
    }
}
