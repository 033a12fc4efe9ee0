use super::*;
use crate::event::{Event, Position, read};
use crate::testing::TestDb;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use std::time::Duration;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn purchase(id: &str, amount: u32) -> OutsideEvent {
    OutsideEvent {
        kind: "purchase".to_owned(),
        source: "shop".to_owned(),
        id: id.to_owned(),
        time: None,
        subject: Some(Subject { kind: "phone".to_owned(), value: "+998901234567".to_owned() }),
        customer: None,
        data: json!({ "amount": amount }).as_object().unwrap().clone(),
        depth: 0,
        correlation: None,
        author: Author::System,
    }
}

async fn read_all(db: &TestDb, count: usize) -> Vec<Event> {
    loop {
        let events = read(&mut db.pool().acquire().await.unwrap(), Position::default(), 100).await.unwrap();
        if events.len() >= count {
            return events;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// BRE-EVT-01, INT-02
#[tokio::test]
async fn events_of_a_batch_stand_in_their_order_and_repeated_ones_once() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut connection = db.pool().acquire().await.unwrap();
    append_outside(&mut connection, now(), &mut rng, &purchase("0", 1)).await.unwrap();

    let batch = [purchase("2", 1), purchase("0", 1), purchase("1", 1), purchase("2", 1), purchase("1", 9)];
    let done = append_many(&mut connection, now(), &mut rng, &batch).await.unwrap();

    let events = read_all(&db, 3).await;
    let ids: Vec<&str> = events.iter().map(|event| event.payload["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["0", "2", "1"]);
    let [zero, two, one] = [events[0].event_id, events[1].event_id, events[2].event_id];
    assert_eq!(
        done,
        [
            Appended::New(two),
            Appended::Known(zero),
            Appended::New(one),
            Appended::Known(two),
            Appended::Conflict(one)
        ]
    );
    assert!(events.iter().all(|event| event.journal == Journal::Outside && event.occurred_at == now()));
}

#[tokio::test]
async fn an_event_sent_again_with_another_body_is_a_conflict_and_changes_nothing() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut connection = db.pool().acquire().await.unwrap();
    append_outside(&mut connection, now(), &mut rng, &purchase("0", 1)).await.unwrap();

    let found = OutsideEvent { customer: Some(CustomerId::from_uuid(Uuid::max())), ..purchase("0", 1) };
    let same = append_outside(&mut connection, now(), &mut rng, &found).await.unwrap();
    let other = append_outside(&mut connection, now(), &mut rng, &purchase("0", 2)).await.unwrap();

    assert!(matches!(same, Appended::Known(_)), "a customer found since then is not another event");
    assert!(matches!(other, Appended::Conflict(_)));
    assert_eq!(read_all(&db, 1).await.len(), 1);
}

#[tokio::test]
async fn a_chain_of_events_that_cause_each_other_ends_at_the_limit_and_says_so() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut connection = db.pool().acquire().await.unwrap();
    let at = |depth| OutsideEvent { depth, ..purchase(&depth.to_string(), 1) };

    let last = append_outside(&mut connection, now(), &mut rng, &at(DEPTH_MAX)).await;
    let beyond = append_outside(&mut connection, now(), &mut rng, &at(DEPTH_MAX + 1)).await;

    assert!(matches!(last, Ok(Appended::New(_))));
    assert_eq!(
        beyond.unwrap_err().to_string(),
        "the event \"purchase\" is number 9 of a chain of events that cause each other, and the limit is 8"
    );
}
