//! What happened is on record.

use crate::support::{PASSWORD, TestServer};
use access::{role, unit};
use reqwest::StatusCode;
use serde_json::{Value, json};

fn kinds(list: &Value) -> Vec<&str> {
    list["items"].as_array().unwrap().iter().map(|event| event["kind"].as_str().unwrap()).collect()
}

/// NFR-LOG-03
#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_refusals_and_locks_are_on_record() {
    let server = TestServer::start().await;
    let anna = server.person("anna", role::OPERATOR, unit::ROOT).await;
    let auditor = server.with_role(role::SECURITY_AUDITOR).await;
    server.advance_minutes(1);
    let browser = server.browser();
    browser.sign_in("anna", PASSWORD).await.expect(StatusCode::OK).await;
    server.advance_minutes(1);
    browser.get("/api/v1/people").await.expect_problem(403, "forbidden").await;
    server.advance_minutes(1);
    browser.delete("/api/v1/session").await.expect(StatusCode::NO_CONTENT).await;
    for _ in 0..5 {
        server.advance_minutes(1);
        server
            .browser()
            .sign_in("anna", "Wrong-horse-99")
            .await
            .expect_problem(401, "wrong-credentials")
            .await;
    }

    let path =
        format!("/api/v1/events?journal=security&subject={anna}&kind=access.&from=2026-03-02T09:01:00Z");
    let list = auditor.get(&path).await.expect(StatusCode::OK).await;

    let mut kinds = kinds(&list);
    kinds[..2].sort_unstable();
    assert_eq!(
        kinds,
        [
            "access.locked_out.v1",
            "access.sign_in_refused.v1",
            "access.sign_in_refused.v1",
            "access.sign_in_refused.v1",
            "access.sign_in_refused.v1",
            "access.sign_in_refused.v1",
            "access.signed_out.v1",
            "access.operation_refused.v1",
            "access.signed_in.v1",
        ]
    );
    let refused = &list["items"][7];
    assert_eq!(
        refused["payload"],
        json!({ "operation": "person.read", "method": "GET", "route": "/api/v1/people" })
    );
    assert_eq!(refused["author"], json!({ "kind": "person", "id": anna }));
    assert!(!list.to_string().contains("Wrong-horse"), "no password is on record");
}

/// NFR-LOG-04
#[tokio::test(flavor = "multi_thread")]
async fn a_change_is_on_record_with_what_was_before_and_after_and_who_made_it() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let me = administrator.get("/api/v1/session").await.expect(StatusCode::OK).await;
    let body = json!({ "name": "Sales", "parent_id": unit::ROOT });
    let sales = administrator.post("/api/v1/units", &body).await.expect(StatusCode::CREATED).await;
    let id = sales["unit_id"].as_str().unwrap();
    server.advance_minutes(1);
    let renamed = json!({ "name": "Sales and service", "parent_id": unit::ROOT });
    administrator.put(&format!("/api/v1/units/{id}"), 1, &renamed).await.expect(StatusCode::OK).await;

    let path = format!("/api/v1/events?journal=change&subject={id}");
    let list = administrator.get(&path).await.expect(StatusCode::OK).await;

    assert_eq!(kinds(&list), ["access.unit_changed.v1", "access.unit_created.v1"]);
    let change = &list["items"][0];
    assert_eq!(change["payload"]["before"]["name"], "Sales");
    assert_eq!(change["payload"]["after"]["name"], "Sales and service");
    assert_eq!(change["author"]["id"], me["person"]["id"]);
    assert_eq!(change["occurred_at"], "2026-03-02T09:01:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_change_leaves_no_record() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let body = json!({ "name": "Organisation", "parent_id": "01900000-0000-7000-8000-00000000dead" });

    let problem = administrator.post("/api/v1/units", &body).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/parent_id");

    let list =
        administrator.get("/api/v1/events?kind=access.unit_created.v1").await.expect(StatusCode::OK).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1, "the root only");
}
