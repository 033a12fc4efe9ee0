//! Passwords: the first, the forced change, expiry, the past.

use crate::support::{PASSWORD, TestServer};
use access::{role, unit};
use reqwest::StatusCode;
use serde_json::json;

/// SEC-05: everybody has an account of their own; a first password that somebody else knows opens nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_first_administrator_must_change_the_shown_password_before_anything_else() {
    let server = TestServer::start().await;
    let browser = server.browser();
    let me = browser.sign_in(&server.first.login, &server.first.password).await.expect(StatusCode::OK).await;
    assert_eq!(me["must_change_password"], true);
    browser.get("/api/v1/people").await.expect_problem(403, "password-change-required").await;

    let change = json!({ "current": server.first.password, "new": PASSWORD });
    browser.post("/api/v1/session/password", &change).await.expect(StatusCode::NO_CONTENT).await;

    browser.get("/api/v1/people").await.expect(StatusCode::OK).await;
    server.browser().sign_in(&server.first.login, PASSWORD).await.expect(StatusCode::OK).await;
    let old = server.browser().sign_in(&server.first.login, &server.first.password).await;
    old.expect_problem(401, "wrong-credentials").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_start_makes_one_administrator_and_the_next_start_none() {
    let server = TestServer::start().await;

    let mut tx = server.db.pool().begin().await.unwrap();
    let again = access::bootstrap(&mut tx, crate::support::monday(), &mut server.state.dice()).await.unwrap();

    assert_eq!(again, None);
    assert!(server.first.password.len() >= 20);
}

/// SEC-03
#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_must_be_long_mixed_new_and_not_like_the_login() {
    let server = TestServer::start().await;
    let anna = server.person("annabel", role::OPERATOR, unit::ROOT).await;
    let browser = server.session_of(anna).await;
    let change = async |current: &str, new: &str| {
        browser.post("/api/v1/session/password", &json!({ "current": current, "new": new })).await
    };

    for (new, detail) in [
        ("Short-1", "use at least 12 characters"),
        (
            "onlylowercaseletters",
            "use characters of at least 3 of these kinds: lower case, upper case, digits, others",
        ),
        ("Annabel-2026-x", "do not use the login in the password"),
        (PASSWORD, "do not use one of the last 5 passwords again"),
    ] {
        let problem = change(PASSWORD, new).await.expect_problem(422, "invalid").await;
        assert_eq!(problem["errors"][0], json!({ "pointer": "/new", "detail": detail }));
    }
    let problem = change("Wrong-horse-99", "Another-horse-2").await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/current");

    change(PASSWORD, "Another-horse-2").await.expect(StatusCode::NO_CONTENT).await;
    let problem = change("Another-horse-2", PASSWORD).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["detail"], "do not use one of the last 5 passwords again");
}

/// SEC-04
#[tokio::test(flavor = "multi_thread")]
async fn after_90_days_the_password_must_be_changed_before_anything_else() {
    let server = TestServer::start().await;
    server.person("anna", role::SUPERVISOR, unit::ROOT).await;
    let browser = server.browser();
    server.advance_minutes(60 * 24 * 89);
    browser.sign_in("anna", PASSWORD).await.expect(StatusCode::OK).await;
    browser.get("/api/v1/people").await.expect(StatusCode::OK).await;

    server.advance_minutes(60 * 24);

    let me = browser.sign_in("anna", PASSWORD).await.expect(StatusCode::OK).await;
    assert_eq!(me["must_change_password"], true);
    browser.get("/api/v1/people").await.expect_problem(403, "password-change-required").await;
    let change = json!({ "current": PASSWORD, "new": "Another-horse-2" });
    browser.post("/api/v1/session/password", &change).await.expect(StatusCode::NO_CONTENT).await;
    browser.get("/api/v1/people").await.expect(StatusCode::OK).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_the_password_ends_the_other_sessions() {
    let server = TestServer::start().await;
    let anna = server.person("anna", role::OPERATOR, unit::ROOT).await;
    let (here, there) = (server.session_of(anna).await, server.session_of(anna).await);

    let change = json!({ "current": PASSWORD, "new": "Another-horse-2" });
    here.post("/api/v1/session/password", &change).await.expect(StatusCode::NO_CONTENT).await;

    here.get("/api/v1/session").await.expect(StatusCode::OK).await;
    there.get("/api/v1/session").await.expect_problem(401, "not-signed-in").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_password_is_shown_once_must_be_changed_and_ends_after_three_days() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let anna = server.person("anna", role::OPERATOR, unit::ROOT).await;
    let device = server.session_of(anna).await;

    let reset = format!("/api/v1/people/{anna}/reset-password");
    let answer = administrator.post(&reset, &json!({})).await.expect(StatusCode::OK).await;
    let password = answer["password"].as_str().unwrap();

    device.get("/api/v1/session").await.expect_problem(401, "not-signed-in").await;
    server.browser().sign_in("anna", PASSWORD).await.expect_problem(401, "wrong-credentials").await;
    let me = server.browser().sign_in("anna", password).await.expect(StatusCode::OK).await;
    assert_eq!(me["must_change_password"], true);
    server.advance_minutes(60 * 72);
    server.browser().sign_in("anna", password).await.expect_problem(403, "password-expired").await;
}
