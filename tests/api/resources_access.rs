//! Roles that hold in a part of the organisation show that part.

use crate::resources_support::{queue_body, served};
use crate::support::TestServer;
use access::{role, unit};
use base::Clock;
use base::id::{OrgUnitId, QueueId};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// SEC-01: a supervisor of one unit sees its queues and their contacts, and nothing of its neighbours.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_in_one_unit_shows_its_queues_and_contacts_only() {
    let server = TestServer::start().await;
    let administrator = server.with_role(role::ADMINISTRATOR).await;
    let north = json!({ "name": "North", "parent_id": unit::ROOT });
    let north = administrator.post("/api/v1/units", &north).await.expect(StatusCode::CREATED).await;
    let north: OrgUnitId = north["unit_id"].as_str().unwrap().parse().unwrap();
    let add = async |name: &str, unit: Value| {
        let mut body = queue_body(name);
        body["unit_id"] = unit;
        administrator.post("/api/v1/queues", &body).await.expect(StatusCode::CREATED).await
    };
    let id = |queue: &Value| queue["id"].as_str().unwrap().parse::<QueueId>().unwrap();
    let (own, other) = (add("North", json!(north)).await, add("Whole", Value::Null).await);
    let now = server.clock.now();
    let mut db = server.db.pool().acquire().await.unwrap();
    let seen = served(&mut db, (1, "+998901234567"), Some(id(&own)), None, now).await;
    let hidden = served(&mut db, (2, "+998901234567"), Some(id(&other)), None, now).await;
    let person = server.person("vera", role::SUPERVISOR, north).await;
    let vera = server.session_of(person).await;

    let queues = vera.get("/api/v1/queues").await.expect(StatusCode::OK).await;
    assert_eq!(queues["items"], json!([own]));
    vera.get(&format!("/api/v1/queues/{}", id(&other))).await.expect_problem(403, "forbidden").await;
    let contacts = vera.get("/api/v1/contacts").await.expect(StatusCode::OK).await;
    assert_eq!(contacts["items"].as_array().unwrap().len(), 1);
    assert_eq!(contacts["items"][0]["id"], json!(seen));
    vera.get(&format!("/api/v1/contacts/{hidden}")).await.expect_problem(403, "forbidden").await;
    vera.get(&format!("/api/v1/contacts/{seen}")).await.expect(StatusCode::OK).await;
}
