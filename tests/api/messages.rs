//! Templates, messages and links over the API.

use crate::support::{Browser, TestServer};
use reqwest::StatusCode;
use serde_json::{Value, json};

async fn template(browser: &Browser) -> Value {
    let body = json!({
        "name": "thanks", "title": "Thanks", "class": "functional",
        "channels": {
            "sms": { "en": { "text": "Thank you, {{ customer.name }}: {{ event.amount }}" } },
            "email": { "en": { "subject": "Thank you", "text": "Thank you, {{ customer.name }}" } },
        },
    });
    browser.post("/api/v1/templates", &body).await.expect(StatusCode::CREATED).await
}

async fn customer(browser: &Browser) -> Value {
    let body = json!({
        "kind": "individual", "name": "Aziza Karimova",
        "identifiers": [{ "kind": "phone", "value": "+998901234567" }],
    });
    browser.post("/api/v1/customers", &body).await.expect(StatusCode::CREATED).await
}

/// CIMP-NTF-04: what a message says is configured, and its cost is shown before it is sent.
#[tokio::test(flavor = "multi_thread")]
async fn a_template_is_previewed_with_its_parts_and_missing_fields() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let customer = customer(&administrator).await;
    let template = template(&administrator).await;
    assert_eq!(template["fields"], json!(["customer.name", "event.amount"]));

    let of = json!({ "template": "thanks", "channel": "sms", "customer_id": customer["id"] });
    let shown = administrator.post("/api/v1/templates/preview", &of).await.expect(StatusCode::OK).await;
    assert_eq!(shown["missing"], json!(["event.amount"]));
    let draft = json!({ "sms": { "ru": { "text": "Спасибо {{ vars.n }}" } } });
    let of = json!({ "template": draft, "channel": "sms", "fields": { "vars": { "n": 5 } } });
    let shown = administrator.post("/api/v1/templates/preview", &of).await.expect(StatusCode::OK).await;

    assert_eq!(shown["text"], "Спасибо 5");
    assert_eq!(
        (&shown["encoding"], &shown["segments"], &shown["characters"]),
        (&json!("ucs2"), &json!(1), &json!(9))
    );
    let wrong = json!({ "name": "x", "class": "functional", "channels": { "sms": { "en": { "text": "{{ 1 + }}" } } } });
    let problem = administrator.post("/api/v1/templates", &wrong).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/channels/sms/en/text");
}

/// CIMP-NTF-01, CIMP-NTF-02.
#[tokio::test(flavor = "multi_thread")]
async fn a_message_is_sent_by_the_channel_that_reaches_the_customer_and_may_be_taken_back() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let customer = customer(&administrator).await;
    template(&administrator).await;
    let body = json!({ "customer_id": customer["id"], "template": "thanks", "fields": { "event": { "amount": 7 } } });

    let sent = administrator.post("/api/v1/messages", &body).await.expect(StatusCode::CREATED).await;
    let refused = json!({ "customer_id": customer["id"], "template": "thanks" });
    let refused = administrator.post("/api/v1/messages", &refused).await.expect(StatusCode::CREATED).await;
    let path = format!("/api/v1/messages/{}/cancel", sent["id"].as_str().unwrap());
    let cancelled = administrator.post(&path, &json!({})).await.expect(StatusCode::OK).await;
    administrator.post(&path, &json!({})).await.expect_problem(409, "in-use").await;
    let list = administrator.get("/api/v1/messages?state=refused").await.expect(StatusCode::OK).await;

    assert_eq!((&sent["state"], &sent["channel"]), (&json!("queued"), &json!("sms")));
    assert_eq!(sent["text"], "Thank you, Aziza Karimova: 7");
    assert_eq!(refused["detail"], "event.amount has no value");
    assert_eq!(cancelled["state"], "cancelled");
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1));
    let nobody = json!({ "template": "thanks" });
    administrator.post("/api/v1/messages", &nobody).await.expect_problem(422, "invalid").await;
}

/// INT-17: the password of a link is written, never read.
#[tokio::test(flavor = "multi_thread")]
async fn a_links_secrets_are_not_shown() {
    let server = TestServer::start().await;
    let administrator = server.administrator().await;
    let mut body = json!({
        "kind": "smpp", "name": "SMSC 1", "enabled": true, "password": "secret",
        "settings": { "host": "127.0.0.1", "port": 2775, "system_id": "trunkline", "sender": "1099" },
    });

    let link = administrator.post("/api/v1/links", &body).await.expect(StatusCode::CREATED).await;
    let path = format!("/api/v1/links/{}", link["id"].as_str().unwrap());
    body["password"] = json!("too long for SMPP");
    administrator.put(&path, 1, &body).await.expect_problem(422, "invalid").await;
    body["password"] = Value::Null;
    body["name"] = json!("SMSC 2");
    let changed = administrator.put(&path, 1, &body).await.expect(StatusCode::OK).await;

    assert_eq!((&link["has_password"], &link["state"]["connected"]), (&json!(true), &json!(false)));
    assert_eq!(link["settings"]["window"], 10);
    assert_eq!((&changed["name"], &changed["has_password"]), (&json!("SMSC 2"), &json!(true)));
    assert!(!changed.to_string().contains("secret"));
    administrator.delete(&path).await.expect(StatusCode::NO_CONTENT).await;
    administrator.get(&path).await.expect(StatusCode::NOT_FOUND).await;
}
