use super::*;
use crate::event::{Event, Position, read};
use crate::event_type::{EventTypeFields, SubjectKind, store};
use crate::testing::TestDb;
use base::{Edit, FixedClock, LocalText, Locale};
use chrono::TimeDelta;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use uuid::Uuid;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn customer() -> CustomerId {
    CustomerId::from_uuid(Uuid::max())
}

/// Knows one phone number.
struct OneCustomer;

impl Resolver for OneCustomer {
    fn resolve<'a>(
        &'a self,
        _: &'a mut PgConnection,
        subjects: &'a [Subject],
    ) -> BoxFuture<'a, sqlx::Result<Vec<Option<CustomerId>>>> {
        let known = |subject: &Subject| (subject.value == "+998901234567").then(customer);
        let found = subjects.iter().map(known).collect();
        Box::pin(std::future::ready(Ok(found)))
    }
}

struct Site {
    db: TestDb,
    ingest: Ingest,
    stop: CancellationToken,
}

impl Drop for Site {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn site() -> Site {
    let db = TestDb::new().await;
    let stop = CancellationToken::new();
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
    let clock = Arc::new(FixedClock::at(now()));
    let ingest = Ingest::start(db.pool().clone(), clock, OneCustomer, [1; 32], stop.clone());
    Site { db, ingest, stop }
}

fn purchase(id: impl ToString) -> Incoming {
    Incoming {
        kind: "purchase".to_owned(),
        source: "shop".to_owned(),
        id: id.to_string(),
        time: None,
        subject: Some("998901234567".to_owned()),
        data: json!({ "amount": 5 }).as_object().unwrap().clone(),
    }
}

async fn outside_events(db: &TestDb, count: usize) -> Vec<Event> {
    loop {
        let all = read(&mut db.pool().acquire().await.unwrap(), Position::default(), 100_000).await.unwrap();
        let outside: Vec<Event> =
            all.into_iter().filter(|event| event.journal == base::event::Journal::Outside).collect();
        if outside.len() >= count {
            return outside;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn codes(outcome: &Outcome) -> Vec<(&'static str, &str)> {
    match outcome {
        Outcome::Refused(faults) => faults.iter().map(|fault| (fault.code, fault.pointer.as_str())).collect(),
        _ => Vec::new(),
    }
}

/// BRE-EVT-01, INT-03: loaded data is correct: a wrong event is refused with the place, and harms no other.
#[tokio::test]
async fn a_wrong_event_is_refused_with_the_place_and_the_others_are_taken() {
    let site = site().await;
    let with = |id: &str, change: fn(&mut Incoming)| {
        let mut event = purchase(id);
        change(&mut event);
        event
    };
    let batch = vec![
        purchase("good"),
        with("1", |event| event.kind = "perchase".to_owned()),
        with("2", |event| event.data = json!({ "amount": -1 }).as_object().unwrap().clone()),
        with("3", |event| event.subject = None),
        with("4", |event| event.time = Some(now() + TimeDelta::minutes(6))),
        with("5", |event| event.time = Some(now() - TimeDelta::days(91))),
        with("6", |event| event.data = json!({ "amount": 1, "a": "\0" }).as_object().unwrap().clone()),
        with("7", |event| event.data = json!({ "a": "x".repeat(70_000) }).as_object().unwrap().clone()),
        with("late", |event| event.time = Some(now() - TimeDelta::days(30))),
    ];

    let outcomes = site.ingest.take(batch, Author::System).await.unwrap();

    assert!(matches!(outcomes[0], Outcome::Accepted(_)));
    assert_eq!(codes(&outcomes[1]), [("unknown_type", "/type")]);
    assert_eq!(codes(&outcomes[2]), [("schema", "/data/amount")]);
    assert_eq!(codes(&outcomes[3]), [("subject_missing", "/subject")]);
    assert_eq!(codes(&outcomes[4]), [("time_in_future", "/time")]);
    assert_eq!(codes(&outcomes[5]), [("too_old", "/time")]);
    assert_eq!(codes(&outcomes[6]), [("nul", "/data")]);
    assert_eq!(codes(&outcomes[7]), [("too_large", "/data")]);
    assert!(matches!(outcomes[8], Outcome::Accepted(_)));
    let events = outside_events(&site.db, 2).await;
    assert_eq!(events[0].subject, customer().as_uuid());
    assert_eq!(events[0].payload["customer_id"], json!(customer()));
    assert_eq!(events[0].payload["subject"], json!({ "kind": "phone", "value": "+998901234567" }));
    assert_eq!(events[1].occurred_at, now() - TimeDelta::days(30));
}

/// A burst is absorbed: what callers of one moment bring is merged into few transactions, each in its order, and what
/// is sent again counts once.
#[tokio::test(flavor = "multi_thread")]
async fn a_burst_of_many_callers_is_taken_whole_in_order_and_once() {
    const CALLERS: usize = 40;
    const EACH: usize = 50;
    let site = site().await;
    let send = |caller: usize| {
        let ingest = site.ingest.clone();
        async move {
            for at in 0..EACH {
                let event = Incoming { source: format!("till {caller}"), ..purchase(at) };
                // Sent twice, as after a lost answer.
                let batch = vec![event.clone(), event];
                let outcomes = ingest.take(batch, Author::System).await.unwrap();
                assert!(
                    matches!(outcomes[..], [Outcome::Accepted(first), Outcome::Duplicate(again)] if first == again)
                );
            }
        }
    };
    let sending: Vec<_> = (0..CALLERS).map(|caller| tokio::spawn(send(caller))).collect();
    for one in sending {
        one.await.unwrap();
    }

    let events = outside_events(&site.db, CALLERS * EACH).await;
    assert_eq!(events.len(), CALLERS * EACH);
    let transactions: std::collections::BTreeSet<i64> =
        events.iter().map(|event| event.at.transaction_id).collect();
    assert!(transactions.len() < CALLERS * EACH / 4, "{} transactions", transactions.len());
    for caller in 0..CALLERS {
        let source = format!("till {caller}");
        let own = events.iter().filter(|event| event.payload["source"] == source.as_str());
        let ids: Vec<usize> =
            own.map(|event| event.payload["id"].as_str().unwrap().parse().unwrap()).collect();
        assert_eq!(ids, (0..EACH).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn without_a_database_senders_are_told_to_send_again_and_more_than_a_batch_is_refused() {
    let site = site().await;
    site.ingest.take(vec![purchase(1)], Author::System).await.unwrap();
    let many = (0..=BATCH_MAX).map(purchase).collect();
    assert_eq!(site.ingest.take(many, Author::System).await, Err(IngestError::TooMany));

    site.db.pool().close().await;
    assert_eq!(site.ingest.take(vec![purchase(2)], Author::System).await, Err(IngestError::Away));
}

/// INT-02
#[test]
fn cloudevents_are_read_from_json_from_a_batch_and_from_headers() {
    let json = br#"{"specversion":"1.0","id":"1","source":"/till","type":"purchase","subject":"+998",
        "time":"2026-11-27T09:30:00+05:00","datacontenttype":"application/json","extra":7,"data":{"amount":5}}"#;
    let headers = [
        ("ce-specversion", "1.0"),
        ("ce-id", "1"),
        ("ce-source", "/till%20%D0%90"),
        ("ce-type", "purchase"),
        ("ce-subject", "100%"),
    ];
    let headers = headers.into_iter().map(|(name, value)| (name.strip_prefix("ce-").unwrap(), value));

    let one = cloudevents::structured(json).unwrap();
    let beside = cloudevents::binary(headers, br#"{"amount":5}"#, true).unwrap();
    let batch = cloudevents::batch(&[b"[".as_slice(), json, b", 7, {}]"].concat()).unwrap();

    assert_eq!(
        (one.kind.as_str(), one.source.as_str(), one.data["amount"].as_i64()),
        ("purchase", "/till", Some(5))
    );
    assert_eq!(one.time.unwrap().to_rfc3339(), "2026-11-27T04:30:00+00:00");
    assert_eq!(
        (beside.source.as_str(), beside.subject.as_deref(), &beside.data),
        ("/till А", Some("100%"), &one.data)
    );
    assert_eq!(batch[0], Ok(one));
    assert_eq!(batch[1].as_ref().unwrap_err()[0].code, "malformed");
    let missing: Vec<&str> =
        batch[2].as_ref().unwrap_err().iter().map(|fault| fault.pointer.as_str()).collect();
    assert_eq!(missing, ["/specversion", "/id", "/source", "/type"]);
    assert!(cloudevents::batch(b"{}").is_err());
}
