//! Predictions over HTTP: defined, trained, launched, read by rules, and the next best action.

use crate::support::{Browser, TestServer};
use access::role;
use actors::prediction::train_next;
use base::id::CustomerId;
use base::{Author, Clock};
use chrono::TimeDelta;
use platform::event::{OutsideEvent, append_many};
use rand::{RngExt, SeedableRng};
use rand_chacha::{ChaCha8Rng, ChaCha20Rng};
use reqwest::StatusCode;
use serde_json::{Value, json};
use uuid::Uuid;

fn fields() -> Value {
    json!({
        "name": "will_buy", "title": { "en": "Will buy", "ru": "Купит", "uz": "Sotib oladi" }, "description": "",
        "retrain_hours": 24,
        "definition": {
            "target": { "event": "purchase", "criteria": null }, "happens": true, "within_days": 14,
            "among": { "events": ["purchase"], "within_days": 180 },
            "sources": [{ "event": "purchase", "amount": "amount", "category": null }], "attributes": [],
        },
    })
}

/// The type of event that the shop sends.
async fn purchases_are_known(browser: &Browser) {
    let kind = json!({ "name": "purchase", "title": { "en": "Purchase" }, "description": "", "retention_days": 400,
        "subject": "customer_id", "schema": { "type": "object",
        "properties": { "amount": { "type": "number" }, "category": { "type": "string" } } } });
    browser.post("/api/v1/event-types", &kind).await.expect(StatusCode::CREATED).await;
}

/// Half a year of purchases by people with a pace of their own, of whom many leave; `keen` buys every third day.
async fn shop(server: &TestServer, keen: Uuid) {
    let (now, mut rng) = (server.clock.now(), ChaCha8Rng::seed_from_u64(4));
    let mut bought: Vec<(Uuid, i64)> = (1..60).map(|third| (keen, 3 * third)).collect();
    for customer in 1..=700 {
        let (pace, leaves) = (rng.random_range(0.01..0.25), rng.random_range(20..400));
        let days = (0..180).filter(|day| *day < leaves && rng.random_bool(pace));
        bought.extend(days.map(|day| (Uuid::from_u128(customer), 180 - day)).collect::<Vec<_>>());
    }
    let event = |(customer, days_ago): &(Uuid, i64)| OutsideEvent {
        kind: "purchase".to_owned(),
        source: "shop".to_owned(),
        id: format!("{customer}-{days_ago}"),
        time: Some(now - TimeDelta::days(*days_ago)),
        subject: None,
        customer: Some(CustomerId::from_uuid(*customer)),
        data: json!({ "amount": 100 }).as_object().cloned().unwrap(),
        depth: 0,
        correlation: None,
        author: Author::System,
    };
    let events: Vec<OutsideEvent> = bought.iter().map(event).collect();
    for chunk in events.chunks(5_000) {
        let mut tx = server.db.pool().begin().await.unwrap();
        append_many(&mut tx, now, &mut rng, chunk).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn customer(browser: &Browser, name: &str) -> String {
    let person = json!({ "kind": "individual", "name": name });
    let made = browser.post("/api/v1/customers", &person).await.expect(StatusCode::CREATED).await;
    made["id"].as_str().unwrap().to_owned()
}

async fn train(server: &TestServer, browser: &Browser, path: &str) -> Value {
    browser.post(&format!("{path}/train"), &json!({})).await.expect(StatusCode::ACCEPTED).await;
    browser.post(&format!("{path}/train"), &json!({})).await.expect_problem(409, "already-exists").await;
    let zone = chrono_tz::Asia::Tashkent;
    let mut dice = ChaCha20Rng::seed_from_u64(1);
    assert!(train_next(server.db.pool(), &*server.clock, zone, &mut dice).await.unwrap());
    browser.get(path).await.expect(StatusCode::OK).await
}

/// BRE-ML-01: a marketer defines a prediction in the browser, trains and judges it, launches it; rules, trials, scores
/// and the next best action use it, and after its end there is no value.
#[tokio::test(flavor = "multi_thread")]
async fn a_prediction_is_made_trained_launched_and_used() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    purchases_are_known(&browser).await;
    let keen = customer(&browser, "Aziza").await;
    shop(&server, keen.parse().unwrap()).await;
    let made = browser.post("/api/v1/predictions", &fields()).await.expect(StatusCode::CREATED).await;
    assert_eq!((&made["state"], &made["version"]), (&json!("draft"), &json!(1)));
    let path = format!("/api/v1/predictions/{}", made["id"].as_str().unwrap());
    browser.post(&format!("{path}/launch"), &json!({})).await.expect_problem(404, "not-found").await;

    let trained = train(&server, &browser, &path).await;
    assert_eq!((&trained["state"], &trained["newest"]["state"]), (&json!("trained"), &json!("trained")));
    let versions = browser.get(&format!("{path}/versions")).await.expect(StatusCode::OK).await;
    let version = &versions["items"][0];
    assert!(version["quality"]["auc"].as_f64().unwrap() > 0.7, "{version}");
    assert_eq!(version["quality"]["deciles"].as_array().unwrap().len(), 10);
    let words = version["weights"][0]["words"].clone();
    assert!(["en", "ru", "uz"].iter().all(|language| words[language].as_str().is_some()), "{words}");
    let one = browser.get(&format!("{path}/versions/1")).await.expect(StatusCode::OK).await;
    assert_eq!(&one, version);

    let fields_of = async || {
        browser
            .get("/api/v1/rule-fields?event=purchase")
            .await
            .expect(StatusCode::OK)
            .await
            .as_array()
            .unwrap()
            .clone()
    };
    let known = |fields: &[Value]| fields.iter().any(|field| field["path"] == "prediction.will_buy");
    assert!(!known(&fields_of().await), "what is not launched is no attribute");
    let launched = browser.post(&format!("{path}/launch"), &json!({})).await.expect(StatusCode::OK).await;
    assert_eq!(launched["live_version"], json!(1));
    assert!(known(&fields_of().await));

    let document = json!({ "event": "purchase", "reactions": [],
        "criteria": { "kind": "expression", "text": "prediction.will_buy > 0.6" } });
    let tried = json!({ "document": document, "event": { "amount": 1 }, "customer_id": keen });
    let tried = browser.post("/api/v1/rules/try", &tried).await.expect(StatusCode::OK).await;
    assert_eq!(tried["matched"], json!(true), "{tried}");
    assert!(!tried["faults"].to_string().contains("unknown_field"), "{tried}");
    assert_eq!(tried["trace"]["inputs"]["prediction.will_buy.version"], json!(1));
    let given = json!({ "document": document, "event": { "amount": 1 }, "customer": {},
        "prediction": { "will_buy": 0.5 } });
    let tried = browser.post("/api/v1/rules/try", &given).await.expect(StatusCode::OK).await;
    assert_eq!(tried["matched"], json!(false));

    let scores = format!("/api/v1/customers/{keen}/predictions");
    let score = browser.get(&scores).await.expect(StatusCode::OK).await["items"][0].clone();
    assert!(score["name"] == "will_buy" && score["probability"].as_f64().unwrap() > 0.6, "{score}");

    the_best_action_is_chosen(&browser, &keen).await;

    browser.delete(&path).await.expect_problem(409, "in-use").await;
    browser.post(&format!("{path}/retire"), &json!({})).await.expect(StatusCode::OK).await;
    assert_eq!(browser.get(&scores).await.expect(StatusCode::OK).await["items"], json!([]));
    browser.delete(&path).await.expect(StatusCode::NO_CONTENT).await;
    browser.get(&path).await.expect_problem(404, "not-found").await;
}

/// Of three offers the one with the highest expected value is chosen, and the choice is kept.
async fn the_best_action_is_chosen(browser: &Browser, keen: &str) {
    let offers = json!({ "customer": keen, "explore": 0, "candidates": [
        { "key": "likely", "prediction": "will_buy", "value": 10 },
        { "key": "dear", "probability": 0.01, "value": 200 },
        { "key": "unknown", "prediction": "nothing", "value": 1_000 },
    ] });
    let chosen = browser.post("/api/v1/predictions/next-action", &offers).await.expect(StatusCode::OK).await;
    assert_eq!((&chosen["chosen"], &chosen["explored"]), (&json!("likely"), &json!(false)));
    assert_eq!(chosen["candidates"][0]["version"], json!(1));
    assert_eq!(chosen["candidates"][2]["expected"], Value::Null);
    let kept =
        browser.get("/api/v1/events?kind=prediction.action_chosen.v1").await.expect(StatusCode::OK).await;
    assert!(kept.to_string().contains("likely"), "the choice is kept: {kept}");
    let mut wrong = offers.clone();
    wrong["candidates"][0]["probability"] = json!(0.5);
    let wrong =
        browser.post("/api/v1/predictions/next-action", &wrong).await.expect_problem(422, "invalid").await;
    assert_eq!(wrong["errors"][0]["pointer"], "/candidates/0/prediction");
}

/// BRE-ML-01: what cannot be is refused at its field, and rights hold: whoever reads does not write.
#[tokio::test(flavor = "multi_thread")]
async fn faults_are_named_and_rights_hold() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    purchases_are_known(&browser).await;
    for (pointer, change) in [
        ("/name", json!({ "name": "Will buy" })),
        ("/definition/target/event", json!({ "definition": { "target": { "event": "nothing" } } })),
        ("/definition/attributes/0", json!({ "definition": { "attributes": ["nothing"] } })),
    ] {
        let mut body = fields();
        json_patch::merge(&mut body, &change);
        let refused = browser.post("/api/v1/predictions", &body).await.expect_problem(422, "invalid").await;
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{refused}");
    }
    let made = browser.post("/api/v1/predictions", &fields()).await.expect(StatusCode::CREATED).await;
    browser.post("/api/v1/predictions", &fields()).await.expect_problem(409, "already-exists").await;
    let path = format!("/api/v1/predictions/{}", made["id"].as_str().unwrap());
    let mut changed = fields();
    changed["definition"]["within_days"] = json!(30);
    browser.put(&path, 1, &changed).await.expect(StatusCode::OK).await;
    browser.put(&path, 1, &changed).await.expect_problem(412, "changed-meanwhile").await;

    let key = json!({ "name": "reader", "operations": ["prediction.read"] });
    let key = browser.post("/api/v1/api-keys", &key).await.expect(StatusCode::CREATED).await;
    let reader = server.program(key["key"].as_str().unwrap());
    reader.get(&path).await.expect(StatusCode::OK).await;
    reader.post("/api/v1/predictions", &fields()).await.expect_problem(403, "forbidden").await;
    for act in ["train", "launch", "retire"] {
        reader.post(&format!("{path}/{act}"), &json!({})).await.expect_problem(403, "forbidden").await;
    }
    let who = customer(&browser, "Aziza").await;
    let scores = reader.get(&format!("/api/v1/customers/{who}/predictions")).await;
    scores.expect_problem(403, "forbidden").await;
}

/// BRE-ML-01, UMS-ENT-05: a prediction from an attribute that is not for somebody's roles is not for them either.
#[tokio::test(flavor = "multi_thread")]
async fn a_score_from_a_closed_attribute_is_closed() {
    let server = TestServer::start().await;
    let admin = server.with_role(role::ADMINISTRATOR).await;
    purchases_are_known(&admin).await;
    let secret = json!({ "of": "customer", "key": "debt", "title": { "en": "Debt" }, "type": "number",
        "readers": [role::ADMINISTRATOR] });
    admin.post("/api/v1/attributes", &secret).await.expect(StatusCode::CREATED).await;
    let who = customer(&admin, "Aziza").await;
    shop(&server, who.parse().unwrap()).await;
    let mut body = fields();
    body["definition"]["attributes"] = json!(["debt"]);
    let marketer = server.with_role(role::MARKETING).await;
    let refused = marketer.post("/api/v1/predictions", &body).await.expect_problem(422, "invalid").await;
    assert_eq!(refused["errors"][0]["pointer"], "/definition/attributes/0");
    let made = admin.post("/api/v1/predictions", &body).await.expect(StatusCode::CREATED).await;
    let path = format!("/api/v1/predictions/{}", made["id"].as_str().unwrap());
    train(&server, &admin, &path).await;
    admin.post(&format!("{path}/launch"), &json!({})).await.expect(StatusCode::OK).await;

    let scores = format!("/api/v1/customers/{who}/predictions");
    assert_eq!(admin.get(&scores).await.expect(StatusCode::OK).await["items"][0]["name"], "will_buy");
    assert_eq!(marketer.get(&scores).await.expect(StatusCode::OK).await["items"], json!([]));
    let document = json!({ "event": "purchase", "reactions": [],
        "criteria": { "kind": "expression", "text": "prediction.will_buy > 0.6" } });
    let check = json!({ "document": document });
    let faults = marketer.post("/api/v1/rules/check", &check).await.expect(StatusCode::OK).await;
    assert!(faults["faults"].to_string().contains("closed_field"), "{faults}");
    let tried = json!({ "document": document, "event": { "amount": 1 }, "customer_id": who });
    marketer.post("/api/v1/rules/try", &tried).await.expect_problem(422, "invalid").await;
}
