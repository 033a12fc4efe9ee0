//! Events of other systems by HTTP, and the types that they must keep to.

use crate::support::{Browser, TestServer};
use access::role;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

fn tea() -> Value {
    json!({
        "name": "tea.bought", "title": { "en": "Tea bought", "ru": "Куплен чай" }, "subject": "phone",
        "retention_days": 30,
        "schema": {
            "type": "object", "required": ["amount"],
            "properties": { "amount": { "type": "number", "minimum": 0, "title": "Amount" } },
        },
    })
}

fn event(id: &str, amount: i32) -> Value {
    json!({
        "specversion": "1.0", "id": id, "source": "/till/1", "type": "tea.bought", "subject": "998901234567",
        "time": "2026-03-02T09:00:00Z", "data": { "amount": amount },
    })
}

async fn send(browser: &Browser, kind: &str, body: &Value) -> crate::support::Answer {
    let request = browser.request(Method::POST, "/api/v1/events").header("content-type", kind);
    crate::support::Answer(request.body(body.to_string()).send().await.unwrap())
}

/// INT-02, BRE-EVT-03: one event, a batch and the binary mode; each is stored once, under the customer it is about.
#[tokio::test(flavor = "multi_thread")]
async fn events_are_sent_one_by_one_and_in_batches_and_count_once() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    browser.post("/api/v1/event-types", &tea()).await.expect(StatusCode::CREATED).await;
    let customer = json!({
        "kind": "individual", "name": "Anna", "identifiers": [{ "kind": "phone", "value": "+998901234567" }],
    });
    let customer = browser.post("/api/v1/customers", &customer).await.expect(StatusCode::CREATED).await;

    let one = send(&browser, "application/cloudevents+json", &event("1", 5)).await;
    let one = one.expect(StatusCode::ACCEPTED).await;
    let batch = json!([event("1", 5), event("2", 5), event("3", -1), event("2", 6), { "id": "4" }]);
    let batch = send(&browser, "application/cloudevents-batch+json; charset=utf-8", &batch).await;
    let batch = batch.expect(StatusCode::ACCEPTED).await;
    let binary = browser
        .request(Method::POST, "/api/v1/events")
        .header("content-type", "application/json")
        .header("ce-specversion", "1.0")
        .header("ce-id", "5")
        .header("ce-source", "/till/1")
        .header("ce-type", "tea.bought")
        .header("ce-subject", "customer_id:".to_owned() + customer["id"].as_str().unwrap())
        .body(r#"{"amount":7}"#);
    let binary = crate::support::Answer(binary.send().await.unwrap()).expect(StatusCode::ACCEPTED).await;

    assert_eq!(one["results"][0]["status"], "accepted");
    assert_eq!(binary["results"][0]["status"], "accepted");
    let results = batch["results"].as_array().unwrap();
    let statuses: Vec<&str> = results.iter().map(|result| result["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["duplicate", "accepted", "refused", "refused", "refused"]);
    assert_eq!(results[0]["event_id"], one["results"][0]["event_id"]);
    assert_eq!(results[2]["faults"][0]["pointer"], "/data/amount");
    assert_eq!(results[3]["faults"][0]["code"], "conflict");
    let subject = customer["id"].as_str().unwrap();
    let list = browser.get(&format!("/api/v1/events?journal=outside&subject={subject}")).await;
    let list = list.expect(StatusCode::OK).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 3, "{list}");
    assert_eq!(list["items"][0]["payload"]["data"]["amount"], 7);
}

/// BRE-TEST-01: whoever reads rules tries them with what happened; the log itself stays with auditors.
#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_rules_takes_a_recent_event_of_one_type() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    browser.post("/api/v1/event-types", &tea()).await.expect(StatusCode::CREATED).await;
    let customer = json!({
        "kind": "individual", "name": "Anna", "identifiers": [{ "kind": "phone", "value": "+998901234567" }],
    });
    let customer = browser.post("/api/v1/customers", &customer).await.expect(StatusCode::CREATED).await;
    for (id, amount) in [("1", 5), ("2", 6)] {
        send(&browser, "application/cloudevents+json", &event(id, amount))
            .await
            .expect(StatusCode::ACCEPTED)
            .await;
    }
    let key = async |operations: Value| {
        let body = json!({ "name": operations.to_string(), "operations": operations });
        let made = browser.post("/api/v1/api-keys", &body).await.expect(StatusCode::CREATED).await;
        server.program(made["key"].as_str().unwrap())
    };
    let (rules, both) = (key(json!(["rule.read"])).await, key(json!(["rule.read", "customer.read"])).await);
    let recent = |kind: &str| format!("/api/v1/rules/recent-event?event={kind}");

    let taken = rules.get(&recent("tea.bought")).await.expect(StatusCode::OK).await;
    let whose = both.get(&recent("tea.bought")).await.expect(StatusCode::OK).await;

    assert!([&json!(5), &json!(6)].contains(&&taken["data"]["amount"]), "{taken}");
    assert_eq!((&taken["customer_id"], &whose["customer_id"]), (&Value::Null, &customer["id"]));
    let secured = browser.get("/api/v1/events?journal=security&limit=1").await.expect(StatusCode::OK).await;
    let secured = secured["items"][0]["kind"].as_str().unwrap();
    for kind in ["tea.", "tea.drunk", secured] {
        rules.get(&recent(kind)).await.expect_problem(404, "not-found").await;
    }
    rules.get("/api/v1/events").await.expect_problem(403, "forbidden").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_not_taken_is_answered_with_what_to_do() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;

    let unknown = send(&browser, "application/cloudevents+json", &event("1", 5)).await;
    let unknown = unknown.expect_problem(422, "invalid").await;
    let plain = browser.post("/api/v1/events", &event("1", 5)).await;
    plain.expect_problem(422, "invalid").await;
    let text = send(&browser, "text/plain", &event("1", 5)).await;
    text.expect_problem(415, "unsupported-media-type").await;
    let broken = send(&browser, "application/cloudevents-batch+json", &json!({})).await;
    broken.expect_problem(400, "malformed-request").await;
    let many: Vec<Value> = (0..1001).map(|id| event(&id.to_string(), 5)).collect();
    let many = send(&browser, "application/cloudevents-batch+json", &json!(many)).await;
    many.expect_problem(413, "too-large").await;

    assert_eq!(unknown["errors"][0]["pointer"], "/type");
    assert!(unknown["errors"][0]["detail"].as_str().unwrap().contains("register it"), "{unknown}");
}

/// TEL-11, BRE-ENT-01: types are data.
#[tokio::test(flavor = "multi_thread")]
async fn event_types_are_registered_changed_and_removed() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;

    let made = browser.post("/api/v1/event-types", &tea()).await.expect(StatusCode::CREATED).await;
    browser.post("/api/v1/event-types", &tea()).await.expect_problem(409, "already-exists").await;
    let mut own = tea();
    own["name"] = json!("crm.changed");
    own["schema"] = json!({ "type": "object", "properties": 7 });
    let wrong = browser.post("/api/v1/event-types", &own).await.expect_problem(422, "invalid").await;
    let mut stricter = tea();
    stricter.as_object_mut().unwrap().remove("name");
    stricter["schema"]["properties"]["amount"]["minimum"] = json!(10);
    let path = "/api/v1/event-types/tea.bought";
    let changed = browser.put(path, 1, &stricter).await.expect(StatusCode::OK).await;
    browser.put(path, 1, &stricter).await.expect_problem(412, "changed-meanwhile").await;
    let refused = send(&browser, "application/cloudevents+json", &event("1", 5)).await;
    refused.expect_problem(422, "invalid").await;
    browser.delete(path).await.expect(StatusCode::NO_CONTENT).await;

    assert_eq!((&made["version"], &made["built_in"]), (&json!(1), &json!(false)));
    assert_eq!(changed["version"], 2);
    let pointers: Vec<&str> =
        wrong["errors"].as_array().unwrap().iter().map(|error| error["pointer"].as_str().unwrap()).collect();
    assert_eq!(pointers, ["/schema", "/name"]);
    browser.get(path).await.expect_problem(404, "not-found").await;
}

/// What could not be handled is shown with the reason, tried again and dropped; consumers show how far they are.
#[tokio::test(flavor = "multi_thread")]
async fn dead_letters_are_tried_again_or_dropped_and_consumers_read_again() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let mut db = server.db.pool().acquire().await.unwrap();
    for n in [1, 2] {
        let letter = platform::dead_letter::NewLetter {
            origin: "kafka:billing".to_owned(),
            event: None,
            reason: "unknown_type",
            detail: "/type: there is no event type".to_owned(),
            payload: event(&n.to_string(), 5),
        };
        let id = base::id::DeadLetterId::new(base::Clock::now(&*server.clock), &mut server.state.dice());
        platform::dead_letter::store::keep(&mut db, base::Clock::now(&*server.clock), id, &letter)
            .await
            .unwrap();
    }
    let list = browser.get("/api/v1/dead-letters?state=open").await.expect(StatusCode::OK).await;
    let path = |at: usize, act: &str| {
        format!("/api/v1/dead-letters/{}/{act}", list["items"][at]["id"].as_str().unwrap())
    };

    browser.post(&path(0, "retry"), &json!({})).await.expect_problem(422, "invalid").await;
    browser.post("/api/v1/event-types", &tea()).await.expect(StatusCode::CREATED).await;
    let done = browser.post(&path(0, "retry"), &json!({})).await.expect(StatusCode::OK).await;
    let dropped = browser.post(&path(1, "drop"), &json!({})).await.expect(StatusCode::OK).await;
    browser.post(&path(0, "retry"), &json!({})).await.expect_problem(409, "not-possible-now").await;
    let left = browser.get("/api/v1/dead-letters?state=open").await.expect(StatusCode::OK).await;

    assert_eq!((&done["state"], &dropped["state"]), (&json!("done"), &json!("dropped")));
    assert_eq!(left["items"], json!([]));
    sqlx::query(
        "insert into platform.event_consumer (name, transaction_id, position) values ('test', '0', 0)",
    )
    .execute(&mut *db)
    .await
    .unwrap();
    let consumers = browser.get("/api/v1/event-consumers").await.expect(StatusCode::OK).await;
    let from = json!({ "from": "2026-01-01T00:00:00Z" });
    let moved = browser.post("/api/v1/event-consumers/test/replay", &from).await.expect(StatusCode::OK).await;
    browser.post("/api/v1/event-consumers/nobody/replay", &from).await.expect_problem(404, "not-found").await;
    assert_eq!(
        (&consumers["items"][0]["name"], &consumers["items"][0]["failing"]),
        (&json!("test"), &Value::Null)
    );
    assert!(moved["lag"].as_i64().unwrap() > 0);
}

/// A webhook's secret is shown once; addresses of the own network are refused.
#[tokio::test(flavor = "multi_thread")]
async fn webhooks_are_added_changed_and_removed_and_their_secret_is_shown_once() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let hook = json!({ "name": "shop", "url": "https://example.com/hook", "kinds": ["tea.", "crm."] });
    let mut inside = hook.clone();
    inside["url"] = json!("https://10.0.0.1/hook");
    let refused = browser.post("/api/v1/webhooks", &inside).await.expect_problem(422, "invalid").await;
    let made = browser.post("/api/v1/webhooks", &hook).await.expect(StatusCode::CREATED).await;
    let path = format!("/api/v1/webhooks/{}", made["id"].as_str().unwrap());
    let found = browser.get(&path).await.expect(StatusCode::OK).await;
    let rotated = browser.post(&format!("{path}/secret"), &json!({})).await.expect(StatusCode::OK).await;
    let mut off = hook.clone();
    off["enabled"] = json!(false);
    let changed = browser.put(&path, 2, &off).await.expect(StatusCode::OK).await;
    let deliveries = browser.get(&format!("{path}/deliveries")).await.expect(StatusCode::OK).await;
    let log = browser.get("/api/v1/events?kind=platform.").await.expect(StatusCode::OK).await;
    browser.delete(&path).await.expect(StatusCode::NO_CONTENT).await;

    assert_eq!(refused["errors"][0]["pointer"], "/url");
    let (first, second) = (made["secret"].as_str().unwrap(), rotated["secret"].as_str().unwrap());
    assert!(first.starts_with("whsec_") && second.starts_with("whsec_") && first != second);
    assert!(found.get("secret").is_none() && changed.get("secret").is_none());
    assert!(!log.to_string().contains("whsec_"));
    assert_eq!((&changed["enabled"], &deliveries["items"]), (&json!(false), &json!([])));
    browser.get(&path).await.expect_problem(404, "not-found").await;
}
