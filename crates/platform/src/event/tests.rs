use super::*;
use crate::partition::OWN_EVENTS;
use crate::testing::TestDb;
use base::Clock;
use base::FixedClock;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use sqlx::PgPool;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn named(name: &str) -> NewEvent {
    NewEvent {
        kind: "platform.tested.v1".into(),
        journal: Journal::Activity,
        subject: Uuid::nil(),
        correlation: Some(Uuid::max()),
        author: Author::System,
        payload: json!({ "name": name }),
    }
}

fn names(events: &[Event]) -> Vec<String> {
    events.iter().map(|event| event.payload["name"].as_str().unwrap().to_owned()).collect()
}

/// Reads until `count` events are there: other tests' open writes hold the horizon of the shared server back.
async fn read_all(pool: &PgPool, count: usize) -> Vec<Event> {
    loop {
        let events = read(&mut pool.acquire().await.unwrap(), Position::default(), 100).await.unwrap();
        if events.len() >= count {
            return events;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn an_appended_event_is_read_back_whole() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let person = base::id::PersonId::new(now(), &mut rng);
    let event = NewEvent { author: Author::Person(person), journal: Journal::Security, ..named("anna") };

    let id = append(&mut db.pool().acquire().await.unwrap(), now(), &mut rng, &event).await.unwrap();

    let read = read_all(db.pool(), 1).await;
    assert_eq!(read[0].event_id, id);
    assert_eq!(read[0].author, Author::Person(person));
    assert_eq!((read[0].journal, read[0].occurred_at), (Journal::Security, now()));
    assert_eq!((read[0].kind.as_str(), read[0].correlation), ("platform.tested.v1", Some(Uuid::max())));
}

#[tokio::test]
async fn an_event_appended_twice_under_one_id_stands_once() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let id = EventId::new(now(), &mut rng);

    let mut connection = db.pool().acquire().await.unwrap();
    append_as(&mut connection, id, now(), &named("once")).await.unwrap();
    append_as(&mut connection, id, now(), &named("once")).await.unwrap();
    append(&mut connection, now(), &mut rng, &named("after")).await.unwrap();

    assert_eq!(names(&read_all(db.pool(), 2).await), ["once", "after"]);
}

#[tokio::test]
async fn a_slow_writers_event_is_never_skipped() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut slow = db.pool().begin().await.unwrap();
    append(&mut slow, now(), &mut rng, &named("slow")).await.unwrap();
    append(&mut db.pool().acquire().await.unwrap(), now(), &mut rng, &named("fast")).await.unwrap();

    let early = read(&mut db.pool().acquire().await.unwrap(), Position::default(), 100).await.unwrap();
    slow.commit().await.unwrap();

    assert_eq!(names(&early), [""; 0], "nothing may be read above a transaction that still runs");
    assert_eq!(names(&read_all(db.pool(), 2).await), ["slow", "fast"]);
}

struct Collect(tokio::sync::mpsc::UnboundedSender<String>);

impl Handler for Collect {
    fn handle<'a>(&'a self, _: &'a mut PgConnection, events: &'a [Event]) -> BoxFuture<'a, sqlx::Result<()>> {
        for name in names(events) {
            self.0.send(name).unwrap();
        }
        Box::pin(async { Ok(()) })
    }
}

#[tokio::test]
async fn a_consumer_is_woken_keeps_its_place_and_goes_on_there() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let clock = FixedClock::at(now());
    let (sender, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let stop = CancellationToken::new();
    let running =
        tokio::spawn(run(Log::new(db.pool().clone()), "test", Collect(sender.clone()), stop.clone()));

    append(&mut db.pool().acquire().await.unwrap(), clock.now(), &mut rng, &named("first")).await.unwrap();
    assert_eq!(seen.recv().await.unwrap(), "first");
    stop.cancel();
    running.await.unwrap();

    append(&mut db.pool().acquire().await.unwrap(), clock.now(), &mut rng, &named("second")).await.unwrap();
    let again =
        tokio::spawn(run(Log::new(db.pool().clone()), "test", Collect(sender), CancellationToken::new()));
    assert_eq!(seen.recv().await.unwrap(), "second");
    again.abort();
}

/// While it works, another server looks under the same name, and somebody moves the place.
struct Meanwhile {
    pool: PgPool,
    other_handled: std::sync::Mutex<Option<usize>>,
}

impl Handler for Meanwhile {
    fn handle<'a>(&'a self, _: &'a mut PgConnection, _: &'a [Event]) -> BoxFuture<'a, sqlx::Result<()>> {
        Box::pin(async {
            let (sender, _seen) = tokio::sync::mpsc::unbounded_channel();
            let other = advance(&self.pool, "test", &Collect(sender)).await?;
            *self.other_handled.lock().unwrap() = Some(other);
            sqlx::query(
                "update platform.event_consumer set transaction_id = '0', position = 0 where name = 'test'",
            )
            .execute(&self.pool)
            .await?;
            Ok(())
        })
    }
}

#[tokio::test]
async fn a_batch_is_for_one_server_and_is_taken_back_when_its_place_was_moved_meanwhile() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let (sender, mut seen) = tokio::sync::mpsc::unbounded_channel();
    let collect = Collect(sender);
    let mut write = async |name: &str| {
        append(&mut db.pool().acquire().await.unwrap(), now(), &mut rng, &named(name)).await.unwrap();
    };
    write("first").await;
    while advance(db.pool(), "test", &collect).await.unwrap() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    write("second").await;

    let meanwhile = Meanwhile { pool: db.pool().clone(), other_handled: std::sync::Mutex::default() };
    while meanwhile.other_handled.lock().unwrap().is_none() {
        assert_eq!(advance(db.pool(), "test", &meanwhile).await.unwrap(), 0, "what was done is taken back");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(*meanwhile.other_handled.lock().unwrap(), Some(0), "the other server waits its turn");

    while seen.len() < 3 {
        advance(db.pool(), "test", &collect).await.unwrap();
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut all = Vec::new();
    while let Ok(name) = seen.try_recv() {
        all.push(name);
    }
    assert_eq!(all, ["first", "first", "second"], "from the place that it was moved to");
}

/// A reader that nobody waits for.
struct Patient(Collect);

impl Handler for Patient {
    fn handle<'a>(
        &'a self,
        db: &'a mut PgConnection,
        events: &'a [Event],
    ) -> BoxFuture<'a, sqlx::Result<()>> {
        self.0.handle(db, events)
    }

    fn gathers(&self) -> Duration {
        Duration::from_millis(1)
    }
}

/// While all turns are taken a reader that nobody waits for waits, and one that somebody waits for goes on.
#[tokio::test]
async fn readers_that_nobody_waits_for_take_turns() {
    let db = TestDb::new().await;
    let log = Log::new(db.pool().clone());
    let mut others = Vec::new();
    while let Some(turn) = log.turn().now_or_never() {
        others.push(turn.unwrap());
    }
    let stop = CancellationToken::new();
    let (patient, mut late) = tokio::sync::mpsc::unbounded_channel();
    let (prompt, mut early) = tokio::sync::mpsc::unbounded_channel();
    let readers = [
        tokio::spawn(run(log.clone(), "patient", Patient(Collect(patient)), stop.clone())),
        tokio::spawn(run(log.clone(), "prompt", Collect(prompt), stop.clone())),
    ];
    let mut rng = ChaCha8Rng::seed_from_u64(8);
    append(&mut db.pool().acquire().await.unwrap(), now(), &mut rng, &named("anna")).await.unwrap();

    assert_eq!(early.recv().await.unwrap(), "anna");
    assert!(late.is_empty());
    drop(others);
    assert_eq!(late.recv().await.unwrap(), "anna");

    stop.cancel();
    for reader in readers {
        reader.await.unwrap();
    }
}

struct Refuse;

impl Handler for Refuse {
    fn handle<'a>(&'a self, _: &'a mut PgConnection, _: &'a [Event]) -> BoxFuture<'a, sqlx::Result<()>> {
        Box::pin(async { Err(sqlx::Error::RowNotFound) })
    }
}

#[tokio::test]
async fn a_refused_batch_comes_again() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    append(&mut db.pool().acquire().await.unwrap(), now(), &mut rng, &named("again")).await.unwrap();
    read_all(db.pool(), 1).await;
    let (sender, mut seen) = tokio::sync::mpsc::unbounded_channel();

    // A reader below another test's open write sees nothing yet, so refusing may take some looks.
    while advance(db.pool(), "test", &Refuse).await.is_ok() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    while advance(db.pool(), "test", &Collect(sender.clone())).await.unwrap() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }

    assert_eq!(seen.recv().await.unwrap(), "again");
    assert_eq!(lag(&mut db.pool().acquire().await.unwrap(), "test").await.unwrap(), 0);
}

#[tokio::test]
async fn partitions_are_made_ahead_once_and_never_over_what_the_default_holds() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    let mut connection = db.pool().acquire().await.unwrap();
    append(&mut connection, now(), &mut rng, &named("in the default partition")).await.unwrap();

    // 1,795,000,000 is 2026-11-18: November stays in the default partition, three more months are made.
    let made = OWN_EVENTS.make(&mut connection, now().date_naive(), 4).await.unwrap();
    let again = OWN_EVENTS.make(&mut connection, now().date_naive(), 4).await.unwrap();
    append(&mut connection, now() + Duration::from_hours(24 * 20), &mut rng, &named("in December"))
        .await
        .unwrap();

    assert_eq!((made, again), (3, 0));
    assert_eq!(read_all(db.pool(), 2).await.len(), 2);
}

/// NFR-LOG-03, NFR-LOG-04
#[tokio::test]
async fn the_log_is_searched_newest_first_by_journal_kind_time_and_place() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut connection = db.pool().acquire().await.unwrap();
    let minute = |count: u64| now() + Duration::from_secs(60 * count);
    for (count, journal) in [(0, Journal::Security), (1, Journal::Change), (2, Journal::Security)] {
        let event = NewEvent { journal, ..named(&count.to_string()) };
        append(&mut connection, minute(count), &mut rng, &event).await.unwrap();
    }
    let everything = query::Filter::default();
    let security = query::Filter { journal: Some(Journal::Security), ..everything.clone() };
    let late =
        query::Filter { kind: Some("platform.".to_owned()), from: Some(minute(1)), ..everything.clone() };
    let nobody = query::Filter { author: Some(Uuid::nil()), ..everything.clone() };

    let all = query::search(&mut connection, &everything, 10).await.unwrap();
    let older = query::Filter { after: Some((all[0].occurred_at, all[0].event_id)), ..everything };

    assert_eq!(names(&all), ["2", "1", "0"]);
    assert_eq!(names(&query::search(&mut connection, &security, 10).await.unwrap()), ["2", "0"]);
    assert_eq!(names(&query::search(&mut connection, &late, 10).await.unwrap()), ["2", "1"]);
    assert_eq!(names(&query::search(&mut connection, &older, 1).await.unwrap()), ["1"]);
    assert!(query::search(&mut connection, &nobody, 10).await.unwrap().is_empty());
}
