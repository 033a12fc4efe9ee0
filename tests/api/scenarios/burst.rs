//! A burst, from HTTP to the decisions of a rule.

use super::{Site, expression};
use crate::support::Answer;
use actors::automation::CONSUMER;
use base::Clock;
use platform::event::advance;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// Events of one request.
const BATCH: usize = 500;
/// Senders at once.
const SENDERS: usize = 8;

/// Sends `count` events, every batch twice as after a lost answer, and lets a rule look at them.
async fn burst(count: usize) {
    let site = Site::new().await;
    site.write(
        "Large",
        expression("purchase", "event.amount >= 1", json!([]), json!({ "event": { "amount": 1 } })),
    )
    .await;
    let anna = site.customer("Anna", "+998901111111", json!({})).await;
    let now = site.server.clock.now();
    let event = |n: usize| -> Value {
        json!({
            "specversion": "1.0", "id": n.to_string(), "source": "/shop", "type": "purchase", "time": now,
            "subject": format!("customer_id:{anna}"), "data": { "amount": n % 2 },
        })
    };
    let batches: Vec<String> = (0..count / BATCH)
        .map(|batch| {
            Value::from((0..BATCH).map(|n| event(batch * BATCH + n)).collect::<Vec<_>>()).to_string()
        })
        .collect();
    let mut sending = Vec::new();
    for sender in 0..SENDERS {
        let own: Vec<String> = batches.iter().skip(sender).step_by(SENDERS).cloned().collect();
        let browser = site.author.clone();
        sending.push(tokio::spawn(async move {
            for body in own {
                for _ in 0..2 {
                    let request = browser.request(Method::POST, "/api/v1/events");
                    let request = request.header("content-type", "application/cloudevents-batch+json");
                    let answer = Answer(request.body(body.clone()).send().await.unwrap());
                    answer.expect(StatusCode::ACCEPTED).await;
                }
            }
        }));
    }
    for one in sending {
        one.await.unwrap();
    }
    loop {
        advance(site.server.db.pool(), CONSUMER, &site.consumer).await.unwrap();
        let mut db = site.server.db.pool().acquire().await.unwrap();
        if platform::event::lag(&mut db, CONSUMER).await.unwrap() == 0 {
            break;
        }
    }

    let wanted = i64::try_from(count).unwrap();
    assert_eq!(site.count("select count(*) from platform.event where kind = 'purchase'").await, wanted);
    assert_eq!(site.count("select count(*) from rules.decision").await, wanted);
    assert_eq!(site.count("select count(*) from rules.decision where verdict = 'matched'").await, wanted / 2);
}

/// OMNI-10: nothing of a burst is lost or decided twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_burst_is_decided_whole_and_once() {
    burst(2_000).await;
}

/// The same with 100,000 events: minutes in a debug build, so it is run by hand
/// (`cargo test --release --test api burst -- --ignored`).
#[tokio::test(flavor = "multi_thread")]
#[ignore = "takes minutes in a debug build"]
async fn a_burst_of_a_hundred_thousand_is_decided_whole_and_once() {
    burst(100_000).await;
}
