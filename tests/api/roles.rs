//! Roles are data.

use crate::support::TestServer;
use access::{Operation, role, unit};
use reqwest::StatusCode;
use serde_json::json;

/// UMS-ROLE-19, SEC-02, CIMP-ADM-02
#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_made_given_changed_and_removed_without_a_developer() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let body = json!({ "name": "Trainer", "operations": ["queue.read", "recording.play"] });
    let made = administrator.post("/api/v1/roles", &body).await.expect(StatusCode::CREATED).await;
    let id = made["role_id"].as_str().unwrap();
    let path = format!("/api/v1/roles/{id}");
    let anna = server.person("anna", id.parse().unwrap(), unit::ROOT).await;
    let device = server.session_of(anna).await;
    let me = device.get("/api/v1/session").await.expect(StatusCode::OK).await;
    assert_eq!(me["operations"], json!(["queue.read", "recording.play"]));

    let wider = json!({ "name": "Trainer", "operations": ["unit.read"] });
    administrator.put(&path, 1, &wider).await.expect(StatusCode::OK).await;

    device.get("/api/v1/units").await.expect(StatusCode::OK).await;
    administrator.delete(&path).await.expect_problem(409, "in-use").await;
    let unknown = json!({ "name": "x", "operations": ["queue.explode"] });
    let problem = administrator.post("/api/v1/roles", &unknown).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/operations/0");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_administrators_role_has_every_operation_and_cannot_lose_one() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;

    let catalogue = administrator.get("/api/v1/operations").await.expect(StatusCode::OK).await;
    let roles = administrator.get("/api/v1/roles").await.expect(StatusCode::OK).await;

    assert_eq!(catalogue.as_array().unwrap().len(), Operation::ALL.len());
    let own = roles["items"].as_array().unwrap().iter().find(|role| role["is_built_in"] == true).unwrap();
    assert_eq!(own["operations"].as_array().unwrap().len(), Operation::ALL.len());
    let path = format!("/api/v1/roles/{}", role::ADMINISTRATOR);
    let less = json!({ "name": "Administrator", "operations": [] });
    administrator.put(&path, 1, &less).await.expect_problem(409, "in-use").await;
    administrator.delete(&path).await.expect_problem(409, "in-use").await;
}
