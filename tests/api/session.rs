//! Signing in, staying signed in, signing out.

use crate::support::{PASSWORD, TestServer};
use access::{role, unit};
use reqwest::StatusCode;
use serde_json::json;

/// SEC-01, CIMP-ADM-01 (local accounts; people of a directory: tests/peers/ldap.rs)
#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_with_login_and_password_and_is_known_by_name_and_operations() {
    let server = TestServer::start().await;
    let dilnoza = server.person("dilnoza", role::OPERATOR, unit::ROOT).await;
    let browser = server.browser();
    browser.get("/api/v1/session").await.expect_problem(401, "not-signed-in").await;

    let answer = browser.sign_in("Dilnoza ", PASSWORD).await;
    let cookie = answer.header("set-cookie").unwrap().to_owned();
    let me = answer.expect(StatusCode::OK).await;

    assert!(cookie.starts_with("trunkline_session="), "{cookie}");
    for attribute in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(attribute), "{cookie}");
    }
    assert_eq!(me["person"]["id"], dilnoza.to_string());
    assert_eq!(me["person"]["login"], "dilnoza");
    assert_eq!(me["is_operator"], true);
    assert_eq!(me["must_change_password"], false);
    assert!(me["operations"].as_array().unwrap().contains(&json!("desk.use")));
    assert_eq!(browser.get("/api/v1/session").await.expect(StatusCode::OK).await, me);
}

/// SEC-01: the answer tells nobody which logins exist.
#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_login_a_wrong_password_and_a_disabled_person_get_the_same_answer() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    server.person("anna", role::OPERATOR, unit::ROOT).await;
    let boris = server.person("boris", role::OPERATOR, unit::ROOT).await;
    let disable = format!("/api/v1/people/{boris}/disable");
    administrator.post(&disable, &json!({})).await.expect(StatusCode::OK).await;

    let mut answers = Vec::new();
    for (login, password) in [("nobody", PASSWORD), ("anna", "Wrong-horse-99"), ("boris", PASSWORD)] {
        let mut answer =
            server.browser().sign_in(login, password).await.expect_problem(401, "wrong-credentials").await;
        answer["trace_id"].take();
        answers.push(answer);
    }

    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[1], answers[2]);
}

/// SEC-01
#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_passwords_lock_the_login_even_for_the_right_one_until_the_time_is_over() {
    let server = TestServer::start().await;
    server.person("anna", role::OPERATOR, unit::ROOT).await;
    let browser = server.browser();
    for _ in 0..5 {
        browser.sign_in("anna", "Wrong-horse-99").await.expect_problem(401, "wrong-credentials").await;
    }

    let locked = browser.sign_in("anna", PASSWORD).await;

    assert_eq!(locked.header("retry-after"), Some("900"));
    locked.expect_problem(423, "locked-out").await;
    server.advance_minutes(16);
    browser.sign_in("anna", PASSWORD).await.expect(StatusCode::OK).await;
}

/// SEC-01: a login that does not exist locks like one that does.
#[tokio::test(flavor = "multi_thread")]
async fn guesses_at_once_are_counted_before_they_are_looked_at() {
    let server = TestServer::start().await;
    server.person("anna", role::OPERATOR, unit::ROOT).await;

    for login in ["anna", "nobody"] {
        let guesses = (0..12).map(|_| {
            let browser = server.browser();
            async move { browser.sign_in(login, "Wrong-horse-99").await.status() }
        });
        let answers = futures_util::future::join_all(guesses).await;

        let looked_at = answers.iter().filter(|status| **status == StatusCode::UNAUTHORIZED).count();
        let locked = answers.iter().filter(|status| **status == StatusCode::LOCKED).count();
        assert_eq!((looked_at, locked), (5, 7), "{login}: {answers:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_administrator_unlocks_a_person() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let anna = server.person("anna", role::OPERATOR, unit::ROOT).await;
    for _ in 0..5 {
        server
            .browser()
            .sign_in("anna", "Wrong-horse-99")
            .await
            .expect_problem(401, "wrong-credentials")
            .await;
    }
    let person = administrator.get(&format!("/api/v1/people/{anna}")).await.expect(StatusCode::OK).await;
    assert_eq!(person["locked_until"], "2026-03-02T09:15:00Z");

    let unlock = format!("/api/v1/people/{anna}/unlock");
    administrator.post(&unlock, &json!({})).await.expect(StatusCode::OK).await;

    server.browser().sign_in("anna", PASSWORD).await.expect(StatusCode::OK).await;
}

/// SEC-01: too many wrong passwords from one address lock the address, whatever the login.
#[tokio::test(flavor = "multi_thread")]
async fn guessing_through_many_logins_locks_the_source() {
    let server = TestServer::with(|_| {}, |policy| policy.lockout.failures_per_source = 3).await;
    server.person("anna", role::OPERATOR, unit::ROOT).await;
    for login in ["one", "two", "three"] {
        server.browser().sign_in(login, PASSWORD).await.expect_problem(401, "wrong-credentials").await;
    }

    server.browser().sign_in("anna", PASSWORD).await.expect_problem(423, "locked-out").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_when_it_is_idle_and_when_it_is_old() {
    let server = TestServer::start().await;
    server.person("anna", role::OPERATOR, unit::ROOT).await;
    let (idle, busy) = (server.browser(), server.browser());
    idle.sign_in("anna", PASSWORD).await.expect(StatusCode::OK).await;
    busy.sign_in("anna", PASSWORD).await.expect(StatusCode::OK).await;

    server.advance_minutes(59);
    busy.get("/api/v1/session").await.expect(StatusCode::OK).await;
    server.advance_minutes(2);
    idle.get("/api/v1/session").await.expect_problem(401, "not-signed-in").await;
    for _ in 0..15 {
        server.advance_minutes(50);
        busy.get("/api/v1/session").await.expect(StatusCode::OK).await;
    }
    server.advance_minutes(50);
    busy.get("/api/v1/session").await.expect_problem(401, "not-signed-in").await;

    let cleaned = trunkline::http::housekeeping::clean(&server.state).await.unwrap();
    assert_eq!(cleaned, 2, "both sessions are removed");
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_this_device_and_signing_out_everywhere_ends_all() {
    let server = TestServer::start().await;
    server.person("anna", role::OPERATOR, unit::ROOT).await;
    let devices = [server.browser(), server.browser(), server.browser()];
    for device in &devices {
        device.sign_in("anna", PASSWORD).await.expect(StatusCode::OK).await;
    }

    devices[0].delete("/api/v1/session").await.expect(StatusCode::NO_CONTENT).await;
    devices[0].get("/api/v1/session").await.expect_problem(401, "not-signed-in").await;
    devices[1].get("/api/v1/session").await.expect(StatusCode::OK).await;
    let everywhere = devices[1].post("/api/v1/session/sign-out-everywhere", &json!({})).await;
    everywhere.expect(StatusCode::NO_CONTENT).await;

    for device in &devices[1..] {
        device.get("/api/v1/session").await.expect_problem(401, "not-signed-in").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_person_is_out_at_once() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let anna = server.person("anna", role::OPERATOR, unit::ROOT).await;
    let device = server.session_of(anna).await;
    device.get("/api/v1/session").await.expect(StatusCode::OK).await;

    let disable = format!("/api/v1/people/{anna}/disable");
    administrator.post(&disable, &json!({})).await.expect(StatusCode::OK).await;

    device.get("/api/v1/session").await.expect_problem(401, "not-signed-in").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn language_and_look_are_kept_with_the_person() {
    let server = TestServer::start().await;
    let anna = server.person("anna", role::OPERATOR, unit::ROOT).await;
    let device = server.session_of(anna).await;

    let request = device.request(reqwest::Method::PUT, "/api/v1/session/preferences");
    let saved = request.json(&json!({ "locale": "uz", "theme": "dark" })).send().await.unwrap();
    let refused = device.request(reqwest::Method::PUT, "/api/v1/session/preferences");
    let refused = refused.json(&json!({ "locale": "uz", "theme": "pink" })).send().await.unwrap();

    assert_eq!(saved.status(), 204);
    assert_eq!(refused.status(), 422);
    let me = device.get("/api/v1/session").await.expect(StatusCode::OK).await;
    assert_eq!((&me["person"]["locale"], &me["person"]["theme"]), (&json!("uz"), &json!("dark")));
}
