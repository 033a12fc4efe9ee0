//! What every address promises: versions, repeated requests, pages, problems.

use crate::support::{Answer, Browser, TestServer};
use access::unit;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn keyed(browser: &Browser, key: &str, path: &str, body: &Value) -> Answer {
    Answer(
        browser.request(Method::POST, path).header("idempotency-key", key).json(body).send().await.unwrap(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_people_who_change_the_same_thing_the_second_is_told() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let body = json!({ "name": "Sales", "parent_id": unit::ROOT });
    let answer = administrator.post("/api/v1/units", &body).await;
    assert_eq!(answer.header("etag"), Some("\"1\""));
    let unit = answer.expect(StatusCode::CREATED).await;
    let path = format!("/api/v1/units/{}", unit["unit_id"].as_str().unwrap());
    let renamed = |name: &str| json!({ "name": name, "parent_id": unit::ROOT });

    let first = administrator.put(&path, 1, &renamed("First")).await;
    assert_eq!(first.header("etag"), Some("\"2\""));
    first.expect(StatusCode::OK).await;

    let second = administrator.put(&path, 1, &renamed("Second")).await;
    second.expect_problem(412, "changed-meanwhile").await;
    let without = administrator.request(Method::PUT, &path).json(&renamed("Third")).send().await.unwrap();
    Answer(without).expect_problem(428, "version-required").await;
    let list = administrator.get("/api/v1/units").await.expect(StatusCode::OK).await;
    assert_eq!(list["items"][0]["name"], "First");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_request_counts_once_and_gets_the_first_answer() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let body = json!({ "name": "Sales", "parent_id": unit::ROOT });

    let first = keyed(&administrator, "k1", "/api/v1/units", &body).await;
    let location = first.header("location").unwrap().to_owned();
    let first = first.expect(StatusCode::CREATED).await;
    let again = keyed(&administrator, "k1", "/api/v1/units", &body).await;

    assert_eq!(again.header("location"), Some(location.as_str()));
    assert_eq!(again.header("etag"), Some("\"1\""));
    assert_eq!(again.header("idempotency-replayed"), Some("true"));
    assert_eq!(again.expect(StatusCode::CREATED).await, first);
    let other = json!({ "name": "Service", "parent_id": unit::ROOT });
    let reused = keyed(&administrator, "k1", "/api/v1/units", &other).await;
    reused.expect_problem(422, "idempotency-key-reused").await;
    keyed(&administrator, "k2", "/api/v1/units", &body).await.expect_problem(409, "already-exists").await;
    keyed(&administrator, "k2", "/api/v1/units", &other).await.expect(StatusCode::CREATED).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_repeated_at_the_same_time_make_one_thing() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let body = json!({ "name": "Sales", "parent_id": unit::ROOT });

    let all = (0..4).map(|_| keyed(&administrator, "k", "/api/v1/units", &body));
    for answer in futures_util::future::join_all(all).await {
        answer.expect(StatusCode::CREATED).await;
    }

    let list = administrator.get("/api/v1/units").await.expect(StatusCode::OK).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 2);
}

/// The answer that is kept for a repeated request holds no secret.
#[tokio::test(flavor = "multi_thread")]
async fn a_secret_is_shown_once_also_to_who_repeats_the_request() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let body = json!({ "name": "CRM", "operations": ["unit.read"] });

    let first = keyed(&administrator, "k", "/api/v1/api-keys", &body).await.expect(StatusCode::CREATED).await;
    let again = keyed(&administrator, "k", "/api/v1/api-keys", &body).await.expect(StatusCode::CREATED).await;

    assert!(first["key"].is_string());
    assert_eq!(again["key"], Value::Null);
    assert_eq!(again["api_key_id"], first["api_key_id"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_read_page_by_page_without_a_gap_or_a_double() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    for n in 0..5 {
        let login = format!("login{n}");
        let body = json!({ "login": login, "name": "Same name", "locale": "en", "unit_id": unit::ROOT, "roles": [] });
        administrator.post("/api/v1/people", &body).await.expect(StatusCode::CREATED).await;
    }

    let mut logins = Vec::new();
    let mut path = "/api/v1/people?limit=2&q=same".to_owned();
    loop {
        let page = administrator.get(&path).await.expect(StatusCode::OK).await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 2);
        logins.extend(items.iter().map(|person| person["login"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/people?limit=2&q=same&cursor={next}");
    }

    // People of one name follow each other by id, and ids of one moment are random.
    logins.sort();
    assert_eq!(logins, ["login0", "login1", "login2", "login3", "login4"]);
    let too_many = administrator.get("/api/v1/people?limit=501").await.expect_problem(422, "invalid").await;
    assert_eq!(too_many["errors"][0]["pointer"], "?limit");
    administrator.get("/api/v1/people?limit=x").await.expect_problem(400, "malformed-request").await;
    administrator.get("/api/v1/people?cursor=x").await.expect_problem(400, "malformed-request").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_or_cannot_be_read_is_a_problem_with_a_page() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;

    administrator.get("/api/v1/nothing").await.expect_problem(404, "not-found").await;
    administrator.get("/api/v1/people/no-uuid").await.expect_problem(404, "not-found").await;
    let method = administrator.delete("/api/v1/people").await;
    assert_eq!(method.header("allow"), Some("GET, POST"));
    method.expect_problem(405, "method-not-allowed").await;
    let text = administrator.request(Method::POST, "/api/v1/units").body("name=x").send().await.unwrap();
    Answer(text).expect_problem(415, "unsupported-media-type").await;
    let broken =
        administrator.request(Method::POST, "/api/v1/units").header("content-type", "application/json");
    let problem =
        Answer(broken.body("{").send().await.unwrap()).expect_problem(400, "malformed-request").await;
    let typo = json!({ "name": "x", "parent": null });
    let unknown = administrator.post("/api/v1/units", &typo).await.expect_problem(422, "invalid").await;

    assert!(unknown["errors"][0]["detail"].as_str().unwrap().contains("unknown field `parent`"), "{unknown}");
    let page = administrator.get(problem["type"].as_str().unwrap()).await;
    assert!(page.header("content-type").unwrap().starts_with("text/markdown"));
    let text = page.expect(StatusCode::OK).await;
    assert!(text.as_str().unwrap().starts_with("# The request cannot be read"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_that_the_caller_began_is_continued() {
    let server = TestServer::start().await;
    let id = "4bf92f3577b34da6a3ce929d0e0e4736";

    let request = server.browser().request(Method::GET, "/api/v1/people");
    let answer = request.header("traceparent", format!("00-{id}-00f067aa0ba902b7-01")).send().await.unwrap();

    let answer = Answer(answer);
    assert_eq!(answer.header("trace-id"), Some(id));
    assert_eq!(answer.expect_problem(401, "not-signed-in").await["trace_id"], id);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_openapi_document_and_the_served_routes_are_the_same() {
    let document = serde_json::to_value(trunkline::http::openapi()).unwrap();
    let mut documented: Vec<String> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let mut served: Vec<String> =
        trunkline::http::routes().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    documented.sort();
    served.sort();

    assert_eq!(documented, served);
    let ids: Vec<&str> = document["paths"]
        .as_object()
        .unwrap()
        .values()
        .flat_map(|methods| methods.as_object().unwrap().values())
        .map(|operation| operation["operationId"].as_str().unwrap())
        .collect();
    let unique: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(unique.len(), ids.len(), "every operation has an id of its own");
}

/// The browser application is generated against this file, so it must be what the server says of itself.
#[test]
fn the_document_that_the_browser_application_is_made_from_is_current() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/web/openapi.json");
    let kept = std::fs::read_to_string(file).unwrap();

    let current = trunkline::http::openapi().to_pretty_json().unwrap();

    assert!(
        kept.trim_end() == current.trim_end(),
        "run: cargo run -- openapi > web/openapi.json && npm --prefix web run api"
    );
}
