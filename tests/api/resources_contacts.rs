//! Contacts: searched, read whole, corrected.

use crate::resources_support::{queue_body, recorded, served};
use crate::support::TestServer;
use access::{role, unit};
use base::Clock;
use base::id::QueueId;
use chrono::TimeDelta;
use reqwest::StatusCode;
use serde_json::{Value, json};

fn ids(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap()).collect()
}

/// CC-HIST-02, CC-TEL-03: contacts are found by number, name, queue, operator, outcome, date and recording.
#[tokio::test(flavor = "multi_thread")]
async fn contacts_are_searched_page_by_page() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let anna = server.person("anna", role::OPERATOR, unit::ROOT).await;
    let queue =
        browser.post("/api/v1/queues", &queue_body("Services")).await.expect(StatusCode::CREATED).await;
    let queue_id: QueueId = queue["id"].as_str().unwrap().parse().unwrap();
    let customer = json!({
        "kind": "individual", "name": "Aziza Qarimova", "identifiers": [{ "kind": "phone", "value": "+998901234567" }],
    });
    browser.post("/api/v1/customers", &customer).await.expect(StatusCode::CREATED).await;
    let now = server.clock.now();
    let mut db = server.db.pool().acquire().await.unwrap();
    let by_anna =
        served(&mut db, (1, "+998901234567"), Some(queue_id), Some(anna.into()), now).await.to_string();
    let left =
        served(&mut db, (2, "+998935555555"), None, None, now + TimeDelta::minutes(1)).await.to_string();
    recorded(&mut db, &server.stub, by_anna.parse().unwrap(), b"RIFF", now).await;
    let list = async |query: String| {
        browser.get(&format!("/api/v1/contacts?{query}")).await.expect(StatusCode::OK).await
    };

    assert_eq!(ids(&list(String::new()).await), [&left, &by_anna]);
    for query in [
        "q=90%20123-45-67".to_owned(),
        "q=каримова".to_owned(),
        format!("queue_id={queue_id}"),
        format!("operator_id={anna}"),
        "outcome=answered".to_owned(),
        format!("to={}", (now + TimeDelta::seconds(30)).format("%Y-%m-%dT%H:%M:%SZ")),
        "has_recording=true".to_owned(),
    ] {
        assert_eq!(ids(&list(query.clone()).await), [&by_anna], "{query}");
    }
    assert_eq!(ids(&list("has_recording=false".to_owned()).await), [&left]);
    let first = list("limit=1".to_owned()).await;
    let second = list(format!("limit=1&cursor={}", first["next"].as_str().unwrap())).await;
    assert_eq!((ids(&first), ids(&second)), (vec![left.as_str()], vec![by_anna.as_str()]));
    let row = &second["items"][0];
    assert_eq!((&row["operator_name"], &row["queue_name"]), (&json!("Person anna"), &json!("Services")));
    assert_eq!(
        (&row["wait_seconds"], &row["talk_seconds"], &row["has_recording"]),
        (&json!(12), &json!(60), &json!(true))
    );
    browser.get("/api/v1/contacts?outcome=lost").await.expect_problem(400, "malformed-request").await;
}

/// CC-HIST-02: everything of a contact on one page; CC-TEL-03: the result is corrected with a trace.
#[tokio::test(flavor = "multi_thread")]
async fn a_contact_is_read_whole_and_its_wrap_up_corrected() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let anna = server.person("anna", role::OPERATOR, unit::ROOT).await;
    let solved = json!({ "name": { "en": "Solved" } });
    let solved = browser.post("/api/v1/results", &solved).await.expect(StatusCode::CREATED).await;
    let now = server.clock.now();
    let mut db = server.db.pool().acquire().await.unwrap();
    let earlier = served(&mut db, (1, "+998901234567"), None, None, now - TimeDelta::days(1)).await;
    let contact = served(&mut db, (2, "+998901234567"), None, Some(anna.into()), now).await;
    let path = format!("/api/v1/contacts/{contact}");

    let detail = browser.get(&path).await.expect(StatusCode::OK).await;
    assert_eq!(detail["repeats"]["id"], json!(earlier));
    let kinds: Vec<&str> =
        detail["events"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds[..2], ["routing.contact_arrived.v1", "routing.contact_answered.v1"]);
    assert_eq!(detail["events"][1]["operator_name"], "Person anna");

    let wrap_up = json!({ "topic_id": null, "result_id": solved["id"], "note": "called back" });
    let corrected = browser.put(&format!("{path}/wrap-up"), 1, &wrap_up).await.expect(StatusCode::OK).await;
    assert_eq!(
        (&corrected["result"]["name"]["en"], &corrected["note"]),
        (&json!("Solved"), &json!("called back"))
    );
    browser.put(&format!("{path}/wrap-up"), 1, &wrap_up).await.expect_problem(412, "changed-meanwhile").await;
    let unknown =
        json!({ "topic_id": "01900000-0000-7000-8000-00000000dead", "result_id": null, "note": "" });
    let problem =
        browser.put(&format!("{path}/wrap-up"), 2, &unknown).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/topic_id");
    browser
        .get("/api/v1/contacts/01900000-0000-7000-8000-00000000dead")
        .await
        .expect_problem(404, "not-found")
        .await;
}
