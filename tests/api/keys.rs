//! Programs call with keys.

use crate::support::TestServer;
use access::role;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// SEC-12
#[tokio::test(flavor = "multi_thread")]
async fn a_key_allows_its_operations_and_no_other_and_is_shown_once() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let body = json!({ "name": "CRM", "operations": ["unit.read"] });
    let issued = administrator.post("/api/v1/api-keys", &body).await.expect(StatusCode::CREATED).await;
    let key = issued["key"].as_str().unwrap();
    let program = server.program(key);

    program.get("/api/v1/units").await.expect(StatusCode::OK).await;
    program.get("/api/v1/people").await.expect_problem(403, "forbidden").await;
    program.get("/api/v1/session").await.expect_problem(401, "not-signed-in").await;

    let list = administrator.get("/api/v1/api-keys").await.expect(StatusCode::OK).await;
    assert_eq!(list["items"][0]["key"], Value::Null);
    assert!(key.contains(list["items"][0]["prefix"].as_str().unwrap()));
    assert_eq!(list["items"][0]["last_used_at"], "2026-03-02T09:00:00Z");
}

/// SEC-12
#[tokio::test(flavor = "multi_thread")]
async fn a_revoked_an_expired_and_a_guessed_key_are_refused() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let issue = async |body: Value| {
        let issued = administrator.post("/api/v1/api-keys", &body).await.expect(StatusCode::CREATED).await;
        (issued["api_key_id"].as_str().unwrap().to_owned(), issued["key"].as_str().unwrap().to_owned())
    };
    let (id, revoked) = issue(json!({ "name": "a", "operations": ["unit.read"] })).await;
    let until = json!({ "name": "b", "operations": ["unit.read"], "expires_at": "2026-03-02T09:30:00Z" });
    let (_, expiring) = issue(until).await;
    server.program(&revoked).get("/api/v1/units").await.expect(StatusCode::OK).await;
    server.program(&expiring).get("/api/v1/units").await.expect(StatusCode::OK).await;

    administrator.delete(&format!("/api/v1/api-keys/{id}")).await.expect(StatusCode::NO_CONTENT).await;
    server.advance_minutes(30);

    let mut guessed = expiring.clone();
    guessed.replace_range(expiring.len() - 1.., if expiring.ends_with('A') { "Q" } else { "A" });
    for key in [revoked.as_str(), expiring.as_str(), guessed.as_str(), "tl_0123456789abcdef_x", "rubbish"] {
        server.program(key).get("/api/v1/units").await.expect_problem(401, "not-signed-in").await;
    }
    let past = json!({ "name": "c", "operations": ["unit.read"], "expires_at": "2026-03-02T08:00:00Z" });
    let problem = administrator.post("/api/v1/api-keys", &past).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/expires_at");
}

/// SEC-12
#[tokio::test(flavor = "multi_thread")]
async fn a_program_cannot_make_itself_another_key() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let body = json!({ "name": "CRM", "operations": ["api_key.write"] });
    let issued = administrator.post("/api/v1/api-keys", &body).await.expect(StatusCode::CREATED).await;

    let program = server.program(issued["key"].as_str().unwrap());

    program.post("/api/v1/api-keys", &body).await.expect_problem(403, "forbidden").await;
    let auditor = server.with_role(role::SECURITY_AUDITOR).await;
    auditor.get("/api/v1/api-keys").await.expect(StatusCode::OK).await;
    auditor.post("/api/v1/api-keys", &body).await.expect_problem(403, "forbidden").await;
}
