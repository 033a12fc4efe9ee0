//! Administering people, and what a part of the organisation may do.

use crate::support::{Browser, PASSWORD, TestServer};
use access::{role, unit};
use base::id::OrgUnitId;
use reqwest::StatusCode;
use serde_json::{Value, json};

fn person(login: &str, unit: impl std::fmt::Display, roles: &Value) -> Value {
    json!({ "login": login, "name": format!("Person {login}"), "locale": "ru", "unit_id": unit.to_string(), "roles": roles })
}

async fn add_unit(administrator: &Browser, name: &str) -> OrgUnitId {
    let body = json!({ "name": name, "parent_id": unit::ROOT });
    let unit = administrator.post("/api/v1/units", &body).await.expect(StatusCode::CREATED).await;
    unit["unit_id"].as_str().unwrap().parse().unwrap()
}

/// CIMP-ADM-02, SEC-02, SEC-05
#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_adds_a_person_who_signs_in_with_the_password_shown_once() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let roles = json!([{ "role_id": role::OPERATOR, "unit_id": unit::ROOT }]);

    let answer = administrator.post("/api/v1/people", &person("Anna", unit::ROOT, &roles)).await;
    let location = answer.header("location").unwrap().to_owned();
    let added = answer.expect(StatusCode::CREATED).await;

    assert_eq!(location, format!("/api/v1/people/{}", added["person_id"].as_str().unwrap()));
    assert_eq!(added["login"], "anna");
    let me = server.browser().sign_in("anna", added["password"].as_str().unwrap()).await;
    assert_eq!(me.expect(StatusCode::OK).await["must_change_password"], true);
    let stored = administrator.get(&location).await.expect(StatusCode::OK).await;
    assert_eq!(stored["password"], Value::Null);
    let twice = administrator.post("/api/v1/people", &person("ANNA", unit::ROOT, &roles)).await;
    assert_eq!(twice.expect_problem(409, "already-exists").await["errors"][0]["pointer"], "/login");
}

/// CIMP-ADM-02: roles hold from the next request on.
#[tokio::test(flavor = "multi_thread")]
async fn a_changed_role_holds_at_once() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let anna = server.person("anna", role::OPERATOR, unit::ROOT).await;
    let device = server.session_of(anna).await;
    device.get("/api/v1/people").await.expect_problem(403, "forbidden").await;

    let path = format!("/api/v1/people/{anna}");
    let now = administrator.get(&path).await.expect(StatusCode::OK).await;
    let roles = json!([{ "role_id": role::SUPERVISOR, "unit_id": unit::ROOT }]);
    let version = now["version"].as_i64().unwrap();
    administrator.put(&path, version, &person("anna", unit::ROOT, &roles)).await.expect(StatusCode::OK).await;

    device.get("/api/v1/people").await.expect(StatusCode::OK).await;
}

/// NFR-ORG-01
#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_of_a_unit_sees_and_changes_its_people_and_nobody_elses() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let (north, south) = (add_unit(&administrator, "North").await, add_unit(&administrator, "South").await);
    let local = server.person("local", role::ADMINISTRATOR, north).await;
    let anna = server.person("anna", role::OPERATOR, north).await;
    let boris = server.person("boris", role::OPERATOR, south).await;
    let local = server.session_of(local).await;

    let list = local.get("/api/v1/people").await.expect(StatusCode::OK).await;
    let logins: Vec<_> = list["items"].as_array().unwrap().iter().map(|person| &person["login"]).collect();

    assert_eq!(logins, ["anna", "local"]);
    local.get(&format!("/api/v1/people/{anna}")).await.expect(StatusCode::OK).await;
    local.get(&format!("/api/v1/people/{boris}")).await.expect_problem(404, "not-found").await;
    local.post(&format!("/api/v1/people/{anna}/disable"), &json!({})).await.expect(StatusCode::OK).await;
    local
        .post(&format!("/api/v1/people/{boris}/disable"), &json!({}))
        .await
        .expect_problem(404, "not-found")
        .await;
    let none = json!([]);
    local.post("/api/v1/people", &person("carl", south, &none)).await.expect_problem(403, "forbidden").await;
    local.post("/api/v1/people", &person("carl", north, &none)).await.expect(StatusCode::CREATED).await;
    local.get("/api/v1/events").await.expect_problem(403, "forbidden").await;
}

/// SEC-02: nobody raises themselves.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_gives_more_than_they_have_nor_acts_on_those_who_may_do_more() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let north = add_unit(&administrator, "North").await;
    let local = server.person("local", role::ADMINISTRATOR, north).await;
    let local = server.session_of(local).await;
    // The head of the whole organisation happens to sit in the unit.
    let head = person("head", north, &json!([{ "role_id": role::ADMINISTRATOR, "unit_id": unit::ROOT }]));

    local.post("/api/v1/people", &head).await.expect_problem(403, "forbidden").await;
    let head = administrator.post("/api/v1/people", &head).await.expect(StatusCode::CREATED).await;

    let path = format!("/api/v1/people/{}", head["person_id"].as_str().unwrap());
    local.post(&format!("{path}/reset-password"), &json!({})).await.expect_problem(403, "forbidden").await;
    local.post(&format!("{path}/disable"), &json!({})).await.expect_problem(403, "forbidden").await;
    let key = json!({ "name": "crm", "operations": ["person.write"] });
    local.post("/api/v1/api-keys", &key).await.expect_problem(403, "forbidden").await;
    let role = json!({ "name": "all", "operations": ["person.write"] });
    local.post("/api/v1/roles", &role).await.expect_problem(403, "forbidden").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_administrator_stays() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let me = administrator.get("/api/v1/session").await.expect(StatusCode::OK).await;
    let path = format!("/api/v1/people/{}", me["person"]["id"].as_str().unwrap());
    let now = administrator.get(&path).await.expect(StatusCode::OK).await;

    administrator.post(&format!("{path}/disable"), &json!({})).await.expect_problem(409, "in-use").await;
    let without = person("administrator", unit::ROOT, &json!([]));
    let version = now["version"].as_i64().unwrap();
    administrator.put(&path, version, &without).await.expect_problem(409, "in-use").await;

    assert_eq!(administrator.get(&path).await.expect(StatusCode::OK).await, now);
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_values_are_named_by_their_place() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;

    let mut wrong = person("two words", unit::ROOT, &json!([]));
    wrong["name"] = json!(" ");
    let problem = administrator.post("/api/v1/people", &wrong).await.expect_problem(422, "invalid").await;
    let pointers: Vec<_> =
        problem["errors"].as_array().unwrap().iter().map(|error| &error["pointer"]).collect();
    assert_eq!(pointers, ["/name", "/login"]);

    wrong["locale"] = json!("fr");
    let problem = administrator.post("/api/v1/people", &wrong).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/locale");

    let mut weak = person("anna", unit::ROOT, &json!([]));
    weak["password"] = json!("short");
    let problem = administrator.post("/api/v1/people", &weak).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/password");

    let nowhere = person("anna", "01900000-0000-7000-8000-00000000dead", &json!([]));
    let problem = administrator.post("/api/v1/people", &nowhere).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/unit_id");
    let unknown = json!([{ "role_id": "01900000-0000-7000-8000-00000000dead", "unit_id": unit::ROOT }]);
    let problem = administrator.post("/api/v1/people", &person("anna", unit::ROOT, &unknown)).await;
    assert_eq!(problem.expect_problem(422, "invalid").await["errors"][0]["pointer"], "/roles");
    server.browser().sign_in("anna", PASSWORD).await.expect_problem(401, "wrong-credentials").await;
}
