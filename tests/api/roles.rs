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

/// UMS-ROLE-19: what a release brings is allowed to the roles that come with the server, unless people have changed them; roles
/// of people's own stay as they are.
#[tokio::test(flavor = "multi_thread")]
async fn roles_that_nobody_changed_follow_the_release() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let own = json!({ "name": "Trainer", "operations": ["queue.read"] });
    administrator.post("/api/v1/roles", &own).await.expect(StatusCode::CREATED).await;
    // A release before this one allowed less to marketing and to supervisors; supervisors were changed by hand, too.
    let older =
        "update access.role set operations = array['session.self', 'task.use'] where role_id = any($1)";
    let before = [role::MARKETING, role::SUPERVISOR];
    sqlx::query(older).bind(&before[..]).execute(server.db.pool()).await.unwrap();
    let supervisor = format!("/api/v1/roles/{}", role::SUPERVISOR);
    let less = json!({ "name": "Supervisor", "operations": ["session.self"] });
    administrator.put(&supervisor, 1, &less).await.expect(StatusCode::OK).await;

    let start = async || {
        let mut tx = server.db.pool().begin().await.unwrap();
        access::bootstrap(&mut tx, server.state.clock.now(), &mut server.state.dice()).await.unwrap();
        tx.commit().await.unwrap();
        administrator.get("/api/v1/roles").await.expect(StatusCode::OK).await["items"].clone()
    };
    let roles = start().await;

    let role_of =
        |id: &str| roles.as_array().unwrap().iter().find(|role| role["role_id"] == id).unwrap().clone();
    let marketing = role_of(&role::MARKETING.to_string());
    let shipped = role::defaults().into_iter().find(|role| role.role_id == role::MARKETING).unwrap();
    assert_eq!(marketing["operations"], json!(shipped.operations));
    assert_eq!(marketing["version"], 2);
    assert_eq!(role_of(&role::SUPERVISOR.to_string())["operations"], json!(["session.self"]));
    let trainer = roles.as_array().unwrap().iter().find(|role| role["name"] == "Trainer").unwrap();
    assert_eq!((&trainer["operations"], &trainer["version"]), (&json!(["queue.read"]), &json!(1)));
    let told: Vec<uuid::Uuid> =
        sqlx::query_scalar("select subject_id from platform.event where kind = 'access.role_changed.v1'")
            .fetch_all(server.db.pool())
            .await
            .unwrap();
    assert!(told.contains(&role::MARKETING.as_uuid()), "the record names it: {told:?}");
    assert_eq!(start().await, roles, "another start changes nothing");
}

/// UMS-ROLE-19: a role that a release ships for the first time is added; one that somebody removed stays away, and so does one
/// whose name people have given to a role of their own.
#[tokio::test(flavor = "multi_thread")]
async fn roles_that_a_release_ships_for_the_first_time_are_added() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let path = format!("/api/v1/roles/{}", role::SUPERVISOR);
    administrator.delete(&path).await.expect(StatusCode::NO_CONTENT).await;
    // The release before this one did not know marketing and partners.
    let unknown = [role::MARKETING, role::PARTNER];
    for older in [
        "delete from access.role where role_id = any($1)",
        "delete from platform.event_own where subject_id = any($1)",
    ] {
        sqlx::query(older).bind(&unknown[..]).execute(server.db.pool()).await.unwrap();
    }
    let shipped = |id| role::defaults().into_iter().find(|role| role.role_id == id).unwrap();
    let own = json!({ "name": shipped(role::PARTNER).name.to_uppercase(), "operations": ["queue.read"] });
    administrator.post("/api/v1/roles", &own).await.expect(StatusCode::CREATED).await;

    let mut tx = server.db.pool().begin().await.unwrap();
    access::bootstrap(&mut tx, server.state.clock.now(), &mut server.state.dice()).await.unwrap();
    tx.commit().await.unwrap();

    let roles = administrator.get("/api/v1/roles").await.expect(StatusCode::OK).await["items"].clone();
    let role_of = |id: base::id::RoleId| {
        roles.as_array().unwrap().iter().find(|role| role["role_id"] == id.to_string()).cloned()
    };
    let marketing = role_of(role::MARKETING).unwrap();
    assert_eq!(marketing["operations"], json!(shipped(role::MARKETING).operations));
    assert_eq!(role_of(role::SUPERVISOR), None, "somebody removed it");
    assert_eq!(role_of(role::PARTNER), None, "people have a role of this name");
}
