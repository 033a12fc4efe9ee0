//! What is taken back when a reaction fails for good.

use super::{Site, TAKEN_BACK, expression, message, template};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::time::Duration;

/// OMNI-09: a run that was started ends, a task that was given is withdrawn, an attribute gets its former value, and an
/// event that was sent is followed by one that takes it back.
#[tokio::test(flavor = "multi_thread")]
async fn a_decision_that_fails_takes_back_runs_tasks_attributes_and_events() {
    let mut site = Site::new().await;
    template(&site.author, "hole", "{{ event.nothing }}").await;
    let flow = json!({
        "name": "follow-up", "title": "Follow-up", "kind": "process", "start": "call", "version": 1,
        "nodes": { "call": { "type": "task", "title": "Call", "role": "Operator", "next": "end" },
                   "end": { "type": "end" } },
    });
    let drawn = json!({ "name": "follow-up", "kind": "process", "title": "Follow-up" });
    site.author.post("/api/v1/flows", &drawn).await.expect(StatusCode::CREATED).await;
    let draft = json!({ "definition": flow });
    site.author.put("/api/v1/flows/follow-up/draft", 1, &draft).await.expect(StatusCode::OK).await;
    site.author.post("/api/v1/flows/follow-up/publish", &json!({})).await.expect(StatusCode::OK).await;
    let mut last = message("tell", "hole");
    last["after_seconds"] = json!(60);
    let reactions = json!([
        { "key": "follow", "kind": "start_flow", "flow": "follow-up", "variables": {} },
        { "key": "give", "kind": "task", "title": "Look", "role": "Operator" },
        { "key": "mark", "kind": "set_attribute", "attribute": "tier", "value": "'gold'" },
        { "key": "say", "kind": "emit", "event": "site.visited", "data": { "page": "'offer'" } },
        last,
    ]);
    let mut rule = expression("purchase", "true", reactions, json!({ "event": { "amount": 1 } }));
    rule["on_error"] = json!("roll_back");
    let rule = site.write("All or nothing", rule).await;
    let anna = site.customer("Anna", "+998901111111", json!({ "tier": "basic" })).await;
    site.send("purchase", &anna, json!({ "amount": 5 })).await;
    site.work().await;
    let run = async |site: &Site| {
        for _ in 0..3 {
            site.server.processes.work().await.unwrap();
        }
    };
    run(&site).await;
    assert_eq!(site.count("select count(*) from flow.task where state = 'open'").await, 2);

    site.server.clock.advance(Duration::from_secs(61));
    site.work().await;
    run(&site).await;

    assert_eq!(site.count("select count(*) from flow.instance where status = 'cancelled'").await, 1);
    assert_eq!(site.count("select count(*) from flow.task where state = 'cancelled'").await, 2);
    let seen = site.author.get(&format!("/api/v1/customers/{anna}")).await.expect(StatusCode::OK).await;
    assert_eq!(seen["attributes"]["tier"], "basic");
    let payload: Value = sqlx::query_scalar("select payload from platform.event where kind = $1")
        .bind(TAKEN_BACK)
        .fetch_one(site.server.db.pool())
        .await
        .unwrap();
    assert_eq!((&payload["event"], &payload["customer_id"]), (&json!("site.visited"), &json!(anna)));
    let path = format!("/api/v1/rules/{}/decisions", rule["id"].as_str().unwrap());
    let decisions = site.author.get(&path).await.expect(StatusCode::OK).await;
    let states: Vec<(&str, &str)> = decisions["items"][0]["reactions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (one["key"].as_str().unwrap(), one["state"].as_str().unwrap()))
        .collect();
    for key in ["follow", "give", "mark", "say"] {
        assert!(states.contains(&(key, "undone")), "{states:?}");
    }
    assert!(states.contains(&("tell", "failed")), "{states:?}");
}
