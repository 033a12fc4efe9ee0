//! What is refused before a handler sees it.

use crate::support::{Answer, PASSWORD, TestServer};
use access::{role, unit};
use reqwest::{Method, StatusCode};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_asks_too_often_is_told_when_to_come_back() {
    let server = TestServer::with(
        |http| {
            http.requests_per_second = 1;
            http.requests_burst = 3;
        },
        |_| {},
    )
    .await;
    let browser = server.browser();

    let first = browser.get("/api/v1/session").await;
    assert_eq!(first.header("ratelimit-policy"), Some("\"requests\";q=3;w=3"));
    assert_eq!(first.header("ratelimit"), Some("\"requests\";r=2;t=3"));
    first.expect_problem(401, "not-signed-in").await;
    let mut limited = None;
    for _ in 0..5 {
        let answer = browser.get("/api/v1/session").await;
        if answer.status() == StatusCode::TOO_MANY_REQUESTS {
            limited = Some(answer);
        }
    }

    let limited = limited.expect("three requests fit, five more in the same second do not");
    assert_eq!(limited.header("retry-after"), Some("1"));
    limited.expect_problem(429, "too-many-requests").await;
    browser.get("/healthz").await.expect(StatusCode::OK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sign_ins_have_a_limit_of_their_own() {
    let server = TestServer::with(|http| http.sign_ins_per_minute = 2, |_| {}).await;
    let browser = server.browser();
    for login in ["a", "b"] {
        browser.sign_in(login, PASSWORD).await.expect_problem(401, "wrong-credentials").await;
    }

    browser.sign_in("c", PASSWORD).await.expect_problem(429, "too-many-requests").await;

    browser.get("/api/v1/session").await.expect_problem(401, "not-signed-in").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_beyond_the_limit_is_refused_announced_or_not() {
    let server = TestServer::with(|http| http.body_bytes_max = 1024, |_| {}).await;
    let administrator = server.administrator().await;
    let long = json!({ "name": "x".repeat(2000), "parent_id": unit::ROOT }).to_string();

    let announced =
        administrator.request(Method::POST, "/api/v1/units").header("content-type", "application/json");
    let announced = announced.body(long.clone()).send().await.unwrap();
    Answer(announced).expect_problem(413, "too-large").await;

    let pieces = futures_util::stream::iter([Ok::<_, std::io::Error>(long)]);
    let streamed =
        administrator.request(Method::POST, "/api/v1/units").header("content-type", "application/json");
    let streamed = streamed.body(reqwest::Body::wrap_stream(pieces)).send().await.unwrap();
    Answer(streamed).expect_problem(413, "too-large").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_of_another_site_can_change_nothing() {
    let server = TestServer::start().await;
    let anna = server.person("anna", role::OPERATOR, unit::ROOT).await;
    let device = server.session_of(anna).await;
    let sign_out = |origin: &str| {
        device.request(Method::DELETE, "/api/v1/session").header("origin", origin.to_owned()).send()
    };

    Answer(sign_out("https://evil.example").await.unwrap()).expect_problem(403, "foreign-origin").await;
    Answer(sign_out("null").await.unwrap()).expect_problem(403, "foreign-origin").await;
    let ours = format!("http://{}", server.address);
    Answer(sign_out(&ours).await.unwrap()).expect(StatusCode::NO_CONTENT).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_tells_browsers_what_our_pages_may_do() {
    let server = TestServer::start().await;

    for path in ["/", "/api/v1/session", "/nothing.js", "/healthz"] {
        let answer = server.browser().get(path).await;
        let policy = answer.header("content-security-policy").unwrap();
        for part in ["default-src 'self'", "media-src 'self' blob:", "frame-ancestors 'none'"] {
            assert!(policy.contains(part), "{path}: {policy}");
        }
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        assert!(answer.header("permissions-policy").unwrap().contains("microphone=(self)"));
        assert_eq!(answer.header("strict-transport-security"), None, "not without TLS");
    }
    let answer = server.browser().get("/api/v1/session").await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}
