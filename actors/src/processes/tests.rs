//! Runs and the event log against a real Postgres.

use super::*;
use base::FixedClock;
use base::id::{CustomerId, InstanceId};
use flow::store::flow::{NewFlow, insert_drawn, publish};
use flow::store::{Start, start};
use platform::event::{OutsideEvent, advance as advance_consumer, append_many};
use platform::testing::TestDb;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use uuid::Uuid;

const CUSTOMER: Uuid = Uuid::from_u128(42);

struct Site {
    db: TestDb,
    clock: Arc<FixedClock>,
    listening: Listening,
    processes: Processes,
    rng: ChaCha8Rng,
}

impl Site {
    /// A site with the flow `twice`, which waits for a purchase and then for another one.
    async fn new() -> Self {
        let db = TestDb::new().await;
        let clock = Arc::new(FixedClock::at(DateTime::from_timestamp(1_795_341_600, 0).unwrap()));
        let client = flow::connector::http::Client::new(
            platform::vault::Vault::with_key([5; 32]).unwrap(),
            &platform::tls::Authorities::default(),
        )
        .unwrap();
        let zone = chrono_tz::Asia::Tashkent;
        let processes = Processes::new(db.pool().clone(), clock.clone(), [1; 32], zone, client);
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let mut connection = db.pool().acquire().await.unwrap();
        let mut edit = Edit { now: clock.now(), author: Author::System, rng: &mut rng };
        let draft = json!({ "name": "twice", "version": 1, "kind": "process", "start": "first", "nodes": {
            "first": { "type": "wait_event", "event": "purchase", "next": "second" },
            "second": { "type": "wait_event", "event": "purchase", "next": "end" },
            "end": { "type": "end" },
        }});
        let new = NewFlow { name: "twice".to_owned(), kind: flow::Kind::Process, title: String::new() };
        insert_drawn(&mut connection, &mut edit, &new, &draft).await.unwrap();
        publish(&mut connection, &mut edit, "twice", "").await.unwrap();
        drop(connection);
        Self { db, listening: Listening(clock.clone()), clock, processes, rng }
    }

    fn purchase(id: &str) -> OutsideEvent {
        OutsideEvent {
            kind: "purchase".to_owned(),
            source: "shop".to_owned(),
            id: id.to_owned(),
            time: None,
            subject: None,
            customer: Some(CustomerId::from_uuid(CUSTOMER)),
            data: serde_json::Map::new(),
            depth: 0,
            correlation: None,
            author: Author::System,
        }
    }

    async fn append(&mut self, db: &mut PgConnection, id: &str) {
        append_many(db, self.clock.now(), &mut self.rng, &[Self::purchase(id)]).await.unwrap();
    }

    async fn buy(&mut self, id: &str) {
        let mut db = self.db.pool().acquire().await.unwrap();
        self.append(&mut db, id).await;
    }

    async fn start(&mut self) -> InstanceId {
        let mut db = self.db.pool().acquire().await.unwrap();
        let wanted = Start {
            key: "one".to_owned(),
            flow: "twice".to_owned(),
            customer: Some(CUSTOMER),
            ..Start::default()
        };
        let mut edit = Edit { now: self.clock.now(), author: Author::System, rng: &mut self.rng };
        start(&mut db, &mut edit, &wanted).await.unwrap()
    }

    /// Lets the reader come to the end of the log, and looks back once more when it is there.
    async fn hear(&self) {
        loop {
            let read = advance_consumer(self.db.pool(), CONSUMER, &self.listening).await.unwrap();
            let mut db = self.db.pool().acquire().await.unwrap();
            if read == 0 && platform::event::lag(&mut db, CONSUMER).await.unwrap() == 0 {
                return;
            }
        }
    }

    /// The node in which the run is; none when it is over.
    async fn place(&self, run: InstanceId) -> Option<String> {
        self.processes.work().await.unwrap();
        let mut db = self.db.pool().acquire().await.unwrap();
        let found = flow::query::run::find(&mut db, run).await.unwrap().unwrap();
        found.state["tokens"][0]["node"].as_str().map(str::to_owned)
    }
}

/// An event that comes in the moment in which a run begins to wait for it reaches the run, once: the reader of the log
/// has passed it before the run was seen to wait.
#[tokio::test]
async fn an_event_that_comes_while_a_run_begins_to_wait_is_heard_once() {
    let mut site = Site::new().await;
    site.hear().await;
    let mut open = site.db.pool().begin().await.unwrap();
    site.append(&mut open, "1").await;
    let run = site.start().await;
    open.commit().await.unwrap();
    site.hear().await;

    assert_eq!(site.place(run).await.as_deref(), Some("first"), "it begins to wait, nobody looked back yet");
    site.hear().await;
    assert_eq!(site.place(run).await.as_deref(), Some("second"));
    site.hear().await;
    assert_eq!(site.place(run).await.as_deref(), Some("second"), "one event is heard once");
    site.buy("2").await;
    site.hear().await;
    assert_eq!(site.place(run).await, None);
}

/// What came before a run is not for it, however late the reader of the log comes to it.
#[tokio::test]
async fn an_event_from_before_a_run_is_not_heard() {
    let mut site = Site::new().await;
    site.buy("before").await;
    let run = site.start().await;
    assert_eq!(site.place(run).await.as_deref(), Some("first"));

    site.hear().await;
    assert_eq!(site.place(run).await.as_deref(), Some("first"));

    site.buy("1").await;
    site.hear().await;
    assert_eq!(site.place(run).await.as_deref(), Some("second"));
    site.buy("2").await;
    site.hear().await;
    assert_eq!(site.place(run).await, None);
}

/// A run hears what happens from its start on, also when the runner comes to it later than the reader of the log.
#[tokio::test]
async fn a_run_hears_from_its_start_on() {
    let mut site = Site::new().await;
    let run = site.start().await;
    site.buy("1").await;
    site.hear().await;

    assert_eq!(site.place(run).await.as_deref(), Some("first"));
    site.hear().await;
    assert_eq!(site.place(run).await.as_deref(), Some("second"));
}
