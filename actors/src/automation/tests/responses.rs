//! What customers did after a rule reached them.

use super::*;
use base::NewEvent;
use base::event::Journal;
use rules::decide::react::key_of;

/// GAP-04, MKT-RESP-01, MKT-RESP-04: the three types are recorded separately, and none excludes another.
#[tokio::test]
async fn responses_of_three_types_are_recorded_separately() {
    let mut site = Site::new().await;
    let mut rule = document("true", json!([message("a", "thanks")]));
    rule["goal"] = json!({ "event": "order.paid", "within_seconds": 7200 });
    rule["interest"] = json!({ "event": "site.visited", "within_seconds": 3600 });
    let rule = site.launch("three", rule).await;
    for (id, customer) in [("1", 7), ("2", 8), ("3", 9)] {
        site.send("purchase", id, customer, json!({})).await;
    }
    site.read().await;
    site.work().await;
    let events: Vec<(Uuid, Uuid)> =
        sqlx::query_as("select event_id, customer_id from rules.reaction order by customer_id")
            .fetch_all(site.db.pool())
            .await
            .unwrap();
    site.clock.advance(TimeDelta::minutes(10).to_std().unwrap());
    for (event, customer) in &events[..2] {
        let delivered = NewEvent {
            kind: "channels.message_delivered.v1".into(),
            journal: Journal::Activity,
            subject: Uuid::from_u128(1),
            correlation: None,
            author: Author::System,
            payload: json!({ "customer_id": customer, "key": key_of(rule.id.as_uuid(), *event, "a") }),
        };
        let mut db = site.db.pool().begin().await.unwrap();
        platform::event::append(&mut db, site.clock.now(), &mut site.rng, &delivered).await.unwrap();
        db.commit().await.unwrap();
    }
    // The first customer responds in all three ways, the third pays without a visit, and too late for a visit.
    site.send("site.visited", "4", 7, json!({})).await;
    site.send("order.paid", "5", 7, json!({})).await;
    site.clock.advance(TimeDelta::minutes(70).to_std().unwrap());
    site.send("site.visited", "6", 9, json!({})).await;
    site.send("order.paid", "7", 9, json!({})).await;
    site.read().await;
    let mut db = site.db.pool().acquire().await.unwrap();
    let counts = rules::query::variant_counts(&mut db, rule.id).await.unwrap();
    let [one] = counts.as_slice() else { panic!("one version runs: {counts:?}") };
    assert_eq!((one.customers, one.delivered, one.interested, one.converted), (3, 2, 1, 2));
}
