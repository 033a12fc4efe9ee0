//! Operators: who they are, what they serve, what they are doing.

use crate::resources_support::queue_body;
use crate::support::TestServer;
use access::{role, unit};
use base::Clock;
use reqwest::StatusCode;
use routing::contact::StateName;
use serde_json::{Value, json};
use trunkline::http::resources::ConfigChanged;

fn logins(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|row| row["login"].as_str().unwrap()).collect()
}

/// CC-OPER-01: the list has everybody who serves contacts, with status, search by name, login and status, and paging.
#[tokio::test(flavor = "multi_thread")]
async fn operators_are_listed_with_their_state_and_searched() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let anna = server.person("anna", role::OPERATOR, unit::ROOT).await;
    server.person("boris", role::OPERATOR, unit::ROOT).await;
    server.person("auditor", role::SECURITY_AUDITOR, unit::ROOT).await;
    server.stub.present(anna.into(), StateName::Ready, server.clock.now());
    let list = async |query: &str| {
        browser.get(&format!("/api/v1/operators?{query}")).await.expect(StatusCode::OK).await
    };

    let all = list("").await;
    assert!(!logins(&all).contains(&"auditor"));
    assert!(logins(&all).contains(&"boris"));
    assert_eq!(logins(&list("q=ann").await), ["anna"]);
    assert_eq!(logins(&list("status=ready").await), ["anna"]);
    assert_eq!(logins(&list("status=ready&q=boris").await), Vec::<&str>::new());
    let away = list("status=signed_out").await;
    assert!(logins(&away).contains(&"boris") && !logins(&away).contains(&"anna"));
    let anna_row = &list("q=anna").await["items"][0];
    assert_eq!((&anna_row["status"], &anna_row["version"]), (&json!("ready"), &json!(0)));
    let first = list("limit=1").await;
    let second = list(&format!("limit=1&cursor={}", first["next"].as_str().unwrap())).await;
    assert_ne!(logins(&first), logins(&second));
    browser.get("/api/v1/operators?status=dancing").await.expect_problem(400, "malformed-request").await;
}

/// CC-OPER-02, CC-OPER-03, CC-ROUTE-06: skills, queues and switches are set for each operator.
#[tokio::test(flavor = "multi_thread")]
async fn an_operator_is_set_up_once_a_version() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let anna = server.person("anna", role::OPERATOR, unit::ROOT).await;
    let mut changes = server.stub.changes.subscribe();
    let queue =
        browser.post("/api/v1/queues", &queue_body("Services")).await.expect(StatusCode::CREATED).await;
    let skill = json!({ "name": { "en": "Uzbek" } });
    let skill = browser.post("/api/v1/skills", &skill).await.expect(StatusCode::CREATED).await;
    let path = format!("/api/v1/operators/{anna}");
    let settings = json!({
        "queues": [queue["id"]], "skills": [{ "skill_id": skill["id"], "level": 9 }], "receives_incoming": true,
        "sends_outgoing": false, "wrap_up_mandatory": true,
    });

    let fresh = browser.get(&path).await;
    assert_eq!(fresh.header("etag"), Some("\"0\""));
    let set = browser.put(&path, 0, &settings).await.expect(StatusCode::OK).await;
    assert_eq!(
        (&set["version"], &set["skills"], &set["queues"]),
        (&json!(1), &settings["skills"], &settings["queues"])
    );
    browser.put(&path, 0, &settings).await.expect_problem(412, "changed-meanwhile").await;
    let mut wrong = settings.clone();
    wrong["skills"][0]["level"] = json!(11);
    let problem = browser.put(&path, 1, &wrong).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/skills/0/level");
    let nobody = "/api/v1/operators/01900000-0000-7000-8000-00000000dead";
    browser.put(nobody, 0, &settings).await.expect_problem(404, "not-found").await;

    let announced: Vec<ConfigChanged> = std::iter::from_fn(|| changes.try_recv().ok()).collect();
    assert_eq!(
        announced,
        [ConfigChanged::Queues, ConfigChanged::Skills, ConfigChanged::Operator(anna.into())]
    );
}
