//! Health, state, documents, the web application.

use crate::support::{Answer, Browser, TestServer};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_alive_and_ready_and_says_when_the_database_is_away() {
    let server = TestServer::start().await;
    let browser = server.browser();
    browser.get("/healthz").await.expect(StatusCode::OK).await;
    let ready = browser.get("/readyz").await.expect(StatusCode::OK).await;
    assert_eq!(
        ready,
        json!({ "ready": true, "database": "ok", "journal_backlog": 0, "journal_healthy": true })
    );

    server.db.pool().close().await;

    browser.get("/healthz").await.expect(StatusCode::OK).await;
    let away = browser.get("/readyz").await.expect(StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!((&away["ready"], &away["database"]), (&json!(false), &json!("away")));
    let refused = browser.sign_in("anna", "x").await;
    assert_eq!(refused.header("retry-after"), Some("1"));
    refused.expect_problem(503, "unavailable").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_status_names_version_addresses_and_age() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    server.advance_minutes(2);

    let status = administrator.get("/api/v1/status").await.expect(StatusCode::OK).await;

    assert_eq!(status["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(status["uptime_seconds"], 120);
    assert_eq!(status["database"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_documents_need_nothing_from_outside() {
    let server = TestServer::start().await;
    let browser = server.browser();

    let document = browser.get("/api/openapi.json").await.expect(StatusCode::OK).await;
    let page = browser.get("/api/docs").await.expect(StatusCode::OK).await;
    let script = browser.get("/api/docs/docs.js").await.expect(StatusCode::OK).await;

    assert_eq!(document["openapi"], "3.1.0");
    assert!(document["components"]["schemas"]["Me"].is_object());
    for text in [page.as_str().unwrap(), script.as_str().unwrap()] {
        assert!(!text.contains("://"), "{text}");
    }
    browser.get("/problems/nothing").await.expect_problem(404, "not-found").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_of_the_web_application_get_its_page_and_missing_files_do_not() {
    let server = TestServer::start().await;
    let get = async |path: &str, accept: &str| {
        Answer(server.browser().request(Method::GET, path).header("accept", accept).send().await.unwrap())
    };

    for path in ["/", "/desk", "/admin/people/42"] {
        let page = get(path, "text/html,*/*;q=0.8").await;
        assert!(page.header("content-type").unwrap().starts_with("text/html"), "{path}");
        let text = page.expect(StatusCode::OK).await;
        assert!(text.as_str().unwrap().contains("<title>Trunkline"), "{path}");
    }
    get("/assets/gone-12345678.js", "*/*").await.expect_problem(404, "not-found").await;
    get("/logo.png", "image/png").await.expect_problem(404, "not-found").await;
    get("/ws/nothing", "text/html").await.expect_problem(404, "not-found").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_there_for_prometheus() {
    let server = TestServer::start().await;

    let answer = server.browser().get("/metrics").await;

    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4"));
    answer.expect(StatusCode::OK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn metrics_are_for_this_machine_and_for_keys_that_may_read_logs() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let through_a_proxy = |browser: &Browser| {
        browser.request(Method::GET, "/metrics").header("x-forwarded-for", "203.0.113.9").send()
    };
    let mut statuses = vec![through_a_proxy(&server.browser()).await.unwrap().status()];
    for operation in ["board.read", "log.read"] {
        let key = json!({ "name": operation, "operations": [operation] });
        let key = administrator.post("/api/v1/api-keys", &key).await.expect(StatusCode::CREATED).await;
        let program = server.program(key["key"].as_str().unwrap());
        statuses.push(through_a_proxy(&program).await.unwrap().status());
    }

    assert_eq!(statuses, [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::OK]);
}
