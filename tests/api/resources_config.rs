//! Queues, words, trunks, numbers and flows.

use crate::resources_support::queue_body;
use crate::support::{Browser, TestServer};
use access::role;
use reqwest::StatusCode;
use serde_json::{Value, json};
use trunkline::http::resources::ConfigChanged;

fn text(english: &str) -> Value {
    json!({ "en": english, "uz": format!("{english} (uz)") })
}

/// Adds, reads, changes, refuses a stale change, archives; the same for every kind of record.
async fn lives_and_is_archived(browser: &Browser, path: &str, first: &Value, second: &Value) {
    let created = browser.post(path, first).await;
    assert_eq!(created.header("etag"), Some("\"1\""), "{path}");
    let location = created.header("location").unwrap().to_owned();
    let created = created.expect(StatusCode::CREATED).await;
    assert_eq!(location, format!("{path}/{}", created["id"].as_str().unwrap()));

    let found = browser.get(&location).await.expect(StatusCode::OK).await;
    assert_eq!(found, created);
    let changed = browser.put(&location, 1, second).await.expect(StatusCode::OK).await;
    assert_eq!(changed["version"], 2, "{path}");
    browser.put(&location, 1, second).await.expect_problem(412, "changed-meanwhile").await;
    let list = browser.get(path).await.expect(StatusCode::OK).await;
    assert_eq!((&list["items"], &list["next"]), (&json!([changed]), &Value::Null), "{path}");

    browser.delete(&location).await.expect(StatusCode::NO_CONTENT).await;
    browser.get(&location).await.expect_problem(404, "not-found").await;
    browser.delete(&location).await.expect_problem(404, "not-found").await;
    let list = browser.get(path).await.expect(StatusCode::OK).await;
    assert_eq!(list["items"], json!([]), "{path}");
}

#[tokio::test(flavor = "multi_thread")]
async fn configuration_is_added_changed_and_archived_and_the_live_part_hears_of_it() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let mut changes = server.stub.changes.subscribe();
    let trunk = |name: &str| json!({ "name": name, "kind": "address", "addresses": ["10.0.0.0/8"], "calls_max": 30, "enabled": true });
    let number = |flow: &str, enabled: bool| json!({ "number": "+998712000000", "flow": flow, "description": "Hot line", "enabled": enabled });
    let named = |name: &str| json!({ "name": text(name) });
    let topic = |name: &str| json!({ "name": text(name), "parent_id": null });
    let reason = |name: &str| json!({ "code": "lunch", "name": text(name) });
    let families = [
        ("/api/v1/queues", queue_body("One"), queue_body("Two"), ConfigChanged::Queues),
        ("/api/v1/skills", named("Uzbek"), named("Oʻzbek"), ConfigChanged::Skills),
        ("/api/v1/results", named("Solved"), named("Done"), ConfigChanged::Results),
        ("/api/v1/topics", topic("Billing"), topic("Bills"), ConfigChanged::Topics),
        ("/api/v1/not-ready-reasons", reason("Lunch"), reason("Break"), ConfigChanged::Reasons),
        ("/api/v1/trunks", trunk("One"), trunk("Two"), ConfigChanged::Trunks),
        ("/api/v1/numbers", number("main", true), number("main", false), ConfigChanged::Numbers),
    ];
    for (path, first, second, announced) in families {
        lives_and_is_archived(&browser, path, &first, &second).await;
        for _ in 0..3 {
            assert_eq!(changes.try_recv().unwrap(), announced, "{path}");
        }
        assert!(changes.try_recv().is_err(), "{path}: a refusal was announced");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_accepted_is_named_by_its_pointer() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let with = |mut body: Value, member: &str, value: Value| {
        body[member] = value;
        body
    };
    let skill = json!([{ "skill_id": "01900000-0000-7000-8000-00000000dead", "level": 3 }]);
    let digest = json!({ "name": "D", "kind": "digest", "username": "d", "calls_max": 1, "enabled": true });
    let wrong = [
        ("/api/v1/queues", with(queue_body("A"), "ring_seconds", json!(0)), "/ring_seconds"),
        ("/api/v1/queues", with(queue_body("A"), "ring_seconds", json!("long")), "/ring_seconds"),
        ("/api/v1/queues", with(queue_body("A"), "skills", skill), "/skills/0/skill_id"),
        ("/api/v1/skills", json!({ "name": {} }), "/name"),
        ("/api/v1/not-ready-reasons", json!({ "code": "Обед", "name": text("Lunch") }), "/code"),
        (
            "/api/v1/topics",
            json!({ "name": text("A"), "parent_id": "01900000-0000-7000-8000-00000000dead" }),
            "/parent_id",
        ),
        ("/api/v1/trunks", digest.clone(), "/password"),
        (
            "/api/v1/trunks",
            with(with(digest, "kind", json!("address")), "addresses", json!(["10.0.0.0/33"])),
            "/addresses/0",
        ),
        ("/api/v1/numbers", json!({ "number": "+998712000000", "flow": "broken", "enabled": true }), "/flow"),
        ("/api/v1/numbers", json!({ "number": "71 200", "flow": "main", "enabled": true }), "/number"),
    ];
    for (path, body, pointer) in wrong {
        let problem = browser.post(path, &body).await.expect_problem(422, "invalid").await;
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{path} {body}");
    }
    browser.post("/api/v1/queues", &queue_body("Sales")).await.expect(StatusCode::CREATED).await;
    let taken = browser.post("/api/v1/queues", &queue_body("SALES")).await;
    assert_eq!(taken.expect_problem(409, "already-exists").await["errors"][0]["pointer"], "/name");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_password_of_a_trunk_is_written_and_never_read() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let body = json!({
        "name": "Operator 1", "kind": "digest", "username": "op1", "password": "open sesame", "calls_max": 5,
        "enabled": true,
    });

    let trunk = browser.post("/api/v1/trunks", &body).await.expect(StatusCode::CREATED).await;

    assert_eq!(trunk["has_password"], true);
    assert!(trunk.get("password").is_none());
    let path = format!("/api/v1/trunks/{}", trunk["id"].as_str().unwrap());
    let mut without = body.clone();
    without["password"] = Value::Null;
    without["calls_max"] = json!(7);
    let changed = browser.put(&path, 1, &without).await.expect(StatusCode::OK).await;
    assert_eq!((&changed["has_password"], &changed["calls_max"]), (&json!(true), &json!(7)));
    let log = browser.get("/api/v1/events?journal=change&limit=500").await.expect(StatusCode::OK).await;
    assert!(!log.to_string().contains("sesame"));
}

#[tokio::test(flavor = "multi_thread")]
async fn flows_are_listed_with_what_is_wrong_and_read_again() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let mut changes = server.stub.changes.subscribe();

    let flows = browser.get("/api/v1/flows").await.expect(StatusCode::OK).await;
    assert_eq!(flows[1]["name"], "main");
    assert!(flows[0]["error"].as_str().unwrap().contains("node menu"));
    let again = browser.post("/api/v1/flows/reload", &json!({})).await.expect(StatusCode::OK).await;
    assert_eq!(again[1]["version"], "1");
    assert_eq!(changes.try_recv().unwrap(), ConfigChanged::Flows);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_read_page_by_page_and_searched() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    for name in ["Alpha", "Beta", "Gamma"] {
        browser.post("/api/v1/queues", &queue_body(name)).await.expect(StatusCode::CREATED).await;
    }

    let first = browser.get("/api/v1/queues?limit=2").await.expect(StatusCode::OK).await;
    let next = format!("/api/v1/queues?limit=2&cursor={}", first["next"].as_str().unwrap());
    let second = browser.get(&next).await.expect(StatusCode::OK).await;
    let found = browser.get("/api/v1/queues?q=MM").await.expect(StatusCode::OK).await;

    let names = |page: &Value| -> Vec<String> {
        page["items"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!((names(&first), names(&second)), (vec!["Alpha".into(), "Beta".into()], vec!["Gamma".into()]));
    assert_eq!(second["next"], Value::Null);
    assert_eq!(names(&found), ["Gamma"]);
}
