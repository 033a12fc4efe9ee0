//! The tree of the organisation.

use crate::support::TestServer;
use access::unit;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// NFR-ORG-01
#[tokio::test(flavor = "multi_thread")]
async fn units_are_added_moved_and_removed_but_never_below_themselves_nor_while_used() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let add = async |name: &str, parent: &Value| {
        let body = json!({ "name": name, "parent_id": parent });
        administrator.post("/api/v1/units", &body).await.expect(StatusCode::CREATED).await
    };
    let sales = add("Sales", &json!(unit::ROOT)).await;
    let north = add("North", &sales["unit_id"]).await;
    let path = |unit: &Value| format!("/api/v1/units/{}", unit["unit_id"].as_str().unwrap());

    let below_itself = json!({ "name": "Sales", "parent_id": north["unit_id"] });
    let problem =
        administrator.put(&path(&sales), 1, &below_itself).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/parent_id");
    let twice = json!({ "name": "sales", "parent_id": unit::ROOT });
    administrator.post("/api/v1/units", &twice).await.expect_problem(409, "already-exists").await;
    administrator.delete(&path(&sales)).await.expect_problem(409, "in-use").await;
    let root = format!("/api/v1/units/{}", unit::ROOT);
    administrator.delete(&root).await.expect_problem(409, "in-use").await;

    let moved = json!({ "name": "North", "parent_id": unit::ROOT });
    let moved = administrator.put(&path(&north), 1, &moved).await.expect(StatusCode::OK).await;
    assert_eq!(moved["version"], 2);
    administrator.delete(&path(&sales)).await.expect(StatusCode::NO_CONTENT).await;

    let list = administrator.get("/api/v1/units").await.expect(StatusCode::OK).await;
    let names: Vec<_> = list["items"].as_array().unwrap().iter().map(|unit| &unit["name"]).collect();
    assert_eq!(names, ["North", "Organisation"]);
}
