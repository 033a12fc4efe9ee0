//! The real client against librdkafka's own mock broker: a subset of a broker, in this process.

use super::*;
use crate::ingest::testing::{Site, purchase, site};
use platform::dead_letter::LetterState;
use rdkafka::message::{Header, OwnedHeaders};
use rdkafka::mocking::MockCluster;
use rdkafka::producer::{FutureProducer, FutureRecord};

const TOPIC: &str = "billing";

struct Broker {
    cluster: MockCluster<'static, rdkafka::producer::DefaultProducerContext>,
    producer: FutureProducer,
}

impl Broker {
    fn start() -> Self {
        let cluster = MockCluster::new(1).unwrap();
        cluster.create_topic(TOPIC, 2, 1).unwrap();
        let producer =
            ClientConfig::new().set("bootstrap.servers", cluster.bootstrap_servers()).create().unwrap();
        Self { cluster, producer }
    }

    async fn send(&self, key: &str, headers: Option<OwnedHeaders>, body: &str) {
        let mut record = FutureRecord::to(TOPIC).key(key).payload(body);
        if let Some(headers) = headers {
            record = record.headers(headers);
        }
        self.producer.send(record, Duration::from_secs(20)).await.unwrap();
    }

    fn topics(&self, site: &Site) -> Topics {
        let settings = Kafka {
            brokers: Some(self.cluster.bootstrap_servers()),
            topics: vec![TOPIC.to_owned()],
            group: "trunkline".to_owned(),
            properties: [
                ("auto.commit.interval.ms", "100"),
                ("session.timeout.ms", "6000"),
                ("heartbeat.interval.ms", "500"),
            ]
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .into(),
        };
        let made = Topics::new(&settings, site.ingest.clone(), site.db.pool().clone(), site.clock.clone());
        made.unwrap().unwrap()
    }
}

fn header(headers: OwnedHeaders, key: &str, value: &str) -> OwnedHeaders {
    headers.insert(Header { key, value: Some(value) })
}

async fn wait_for(site: &Site, count: usize) -> Vec<usize> {
    for _ in 0..1_500 {
        let ids = site.ids().await;
        if ids.len() >= count {
            return ids;
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
    panic!("only {:?} came", site.ids().await);
}

/// TEL-10, INT-17: both modes, in the order of each partition, and what cannot be taken is kept with the reason.
#[tokio::test(flavor = "multi_thread")]
async fn events_of_kafka_are_taken_in_order_and_wrong_ones_become_dead_letters() {
    let site = site().await;
    let broker = Broker::start();
    for id in 0..50 {
        broker.send("anna", None, &purchase(id, 5).to_string()).await;
    }
    let binary = [
        ("specversion", "1.0"),
        ("id", "50"),
        ("source", "/till"),
        ("type", "purchase"),
        ("subject", "+998901234567"),
    ];
    let binary = binary
        .iter()
        .fold(OwnedHeaders::new(), |headers, (key, value)| header(headers, &format!("ce_{key}"), value));
    broker.send("anna", Some(header(binary, "content-type", "application/json")), r#"{"amount":5}"#).await;
    broker.send("anna", None, "no json").await;
    broker.send("anna", None, &purchase(51, -1).to_string()).await;
    broker.send("anna", None, &purchase(52, 5).to_string()).await;

    let (topics, stop) = (broker.topics(&site), CancellationToken::new());
    let running = tokio::spawn(topics.run(stop.clone()));
    let ids = wait_for(&site, 52).await;
    let mut db = site.db.pool().acquire().await.unwrap();
    let letters = loop {
        let letters = dead_letter::store::list(&mut db, Some(LetterState::Open), None, 10).await.unwrap();
        if letters.len() >= 2 {
            break letters;
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    };
    stop.cancel();
    running.await.unwrap();

    assert_eq!(ids, (0..=50).chain([52]).collect::<Vec<_>>());
    let mut reasons: Vec<&str> = letters.iter().map(|letter| letter.reason.as_str()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["malformed", "schema"]);
    assert!(letters.iter().all(|letter| letter.origin == "kafka:billing"));
}

/// A reader that dies before it gave its place up reads again: nothing is lost and nothing counts twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_died_is_followed_without_a_gap_or_a_double() {
    let site = site().await;
    let broker = Broker::start();
    for id in 0..20 {
        broker.send(&format!("customer {id}"), None, &purchase(id, 5).to_string()).await;
    }
    let first = broker.topics(&site);
    let batch = first.next_batch().await;
    // It takes the events, and dies before the places are stored.
    let events = batch.iter().map(read).collect();
    first.ingest.take_read(events, Author::System).await.unwrap();
    drop(batch);
    drop(first);
    for id in 20..30 {
        broker.send(&format!("customer {id}"), None, &purchase(id, 5).to_string()).await;
    }

    let stop = CancellationToken::new();
    let running = tokio::spawn(broker.topics(&site).run(stop.clone()));
    let mut ids = wait_for(&site, 30).await;
    stop.cancel();
    running.await.unwrap();

    ids.sort_unstable();
    assert_eq!(ids, (0..30).collect::<Vec<_>>());
}
