use super::*;
use crate::event::{Event, Handler, advance, append, consumers};
use crate::testing::TestDb;
use base::event::Journal;
use base::{Author, Edit, NewEvent};
use futures_util::future::BoxFuture;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use sqlx::PgConnection;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn named(name: &str) -> NewEvent {
    NewEvent {
        kind: "platform.tested.v1".into(),
        journal: Journal::Activity,
        subject: Uuid::nil(),
        correlation: None,
        author: Author::System,
        payload: json!({ "name": name }),
    }
}

/// Cannot handle what is called `bad` or `panic`, until it is repaired.
#[derive(Default)]
struct Picky {
    seen: Mutex<Vec<String>>,
    repaired: AtomicBool,
}

impl Handler for Picky {
    fn handle<'a>(&'a self, _: &'a mut PgConnection, events: &'a [Event]) -> BoxFuture<'a, sqlx::Result<()>> {
        Box::pin(async move {
            for event in events {
                let name = event.payload["name"].as_str().unwrap_or_default();
                let repaired = self.repaired.load(Ordering::Relaxed);
                assert!(name != "panic" || repaired, "it throws");
                if name == "bad" && !repaired {
                    return Err(sqlx::Error::decode("it cannot be handled"));
                }
            }
            let names = events.iter().filter_map(|event| event.payload["name"].as_str().map(str::to_owned));
            self.seen.lock().unwrap().extend(names);
            Ok(())
        })
    }

    fn isolates(&self) -> bool {
        true
    }
}

/// Until everything was handed over: other tests' open writes hold the horizon of the shared server back.
async fn advance_all(db: &TestDb, handler: &Picky, count: usize) {
    let mut handed = 0;
    while handed < count {
        handed += advance(db.pool(), "test", handler).await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// BRE-EVT-01: a handler that fails on one event harms no other, and the event is not forgotten.
#[tokio::test]
async fn an_event_that_fails_is_a_dead_letter_and_those_behind_it_are_handled() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut connection = db.pool().acquire().await.unwrap();
    for name in ["first", "bad", "panic", "last"] {
        append(&mut connection, now(), &mut rng, &named(name)).await.unwrap();
    }
    let handler = Picky::default();
    advance_all(&db, &handler, 4).await;

    assert_eq!(*handler.seen.lock().unwrap(), ["first", "last"]);
    let letters = store::list(&mut connection, Some(LetterState::Open), None, 10).await.unwrap();
    let mut details: Vec<&str> = letters.iter().map(|letter| letter.detail.as_str()).collect();
    details.sort_unstable();
    assert_eq!(letters.len(), 2);
    assert!(details[0].contains("it cannot be handled") && details[1].contains("panicked"), "{details:?}");
    assert!(letters.iter().all(|letter| letter.origin == "consumer:test"));

    // Tried again too early, it fails again and waits again; repaired, it is done.
    let mut edit = Edit { now: now(), author: Author::System, rng: &mut rng };
    let bad = letters.iter().find(|letter| letter.detail.contains("cannot")).unwrap().id;
    store::set_state(&mut connection, &mut edit, bad, LetterState::Retrying).await.unwrap();
    assert!(crate::event::consumer::retry_letter(db.pool(), "test", &handler).await.unwrap());
    let letter = store::lock(&mut connection, bad).await.unwrap();
    assert_eq!((letter.state, letter.attempts), (LetterState::Open, 2));
    handler.repaired.store(true, Ordering::Relaxed);
    store::set_state(&mut connection, &mut edit, bad, LetterState::Retrying).await.unwrap();
    assert!(crate::event::consumer::retry_letter(db.pool(), "test", &handler).await.unwrap());
    assert_eq!(store::lock(&mut connection, bad).await.unwrap().state, LetterState::Done);
    assert!(!crate::event::consumer::retry_letter(db.pool(), "test", &handler).await.unwrap());
    assert_eq!(*handler.seen.lock().unwrap(), ["first", "last", "bad"]);
}

#[tokio::test]
async fn a_consumer_reads_again_from_a_time_and_is_shown_with_what_it_has_not_read() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut connection = db.pool().acquire().await.unwrap();
    for minute in 0..3_u64 {
        let at = now() + Duration::from_secs(60 * minute);
        append(&mut connection, at, &mut rng, &named(&minute.to_string())).await.unwrap();
    }
    let handler = Picky::default();
    advance_all(&db, &handler, 3).await;

    let mut edit = Edit { now: now(), author: Author::System, rng: &mut rng };
    let from = now() + Duration::from_secs(60);
    let moved = consumers::replay(&mut connection, &mut edit, "test", from).await.unwrap();
    advance_all(&db, &handler, 2).await;
    let unknown = consumers::replay(&mut connection, &mut edit, "nobody", from).await;

    assert!(moved.lag >= 2, "{moved:?}");
    assert_eq!(handler.seen.lock().unwrap()[..5], ["0", "1", "2", "1", "2"]);
    assert!(unknown.is_err());
}
