//! Customers: found by any spelling, identified by number.

use crate::support::TestServer;
use access::role;
use reqwest::StatusCode;
use serde_json::json;

/// CC-TEL-01: a client is found by number, name, organisation and INN.
#[tokio::test(flavor = "multi_thread")]
async fn customers_are_added_found_and_changed() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let person = json!({
        "kind": "individual", "name": "Каримов Ўткир", "vip": true, "language": "uz",
        "identifiers": [{ "kind": "phone", "value": "+998901234567" }],
    });
    let company = json!({
        "kind": "organisation", "name": "Toshkent Savdo",
        "identifiers": [{ "kind": "tax_number", "value": "302345678" }, { "kind": "phone", "value": "+998712345678" }],
    });

    let first = browser.post("/api/v1/customers", &person).await.expect(StatusCode::CREATED).await;
    let second = browser.post("/api/v1/customers", &company).await.expect(StatusCode::CREATED).await;

    for (query, found) in [
        ("qarimov", vec![&first]),
        ("o'tkir%20karim", vec![&first]),
        ("1234567", vec![&first]),
        ("302345678", vec![&second]),
        ("savdo", vec![&second]),
        ("nobody", vec![]),
        ("", vec![&second, &first]),
    ] {
        let list = browser.get(&format!("/api/v1/customers?q={query}")).await.expect(StatusCode::OK).await;
        assert_eq!(list["items"], json!(found), "{query}");
    }
    let mut unstorable = person.clone();
    unstorable["name"] = json!("a\0b");
    unstorable["identifiers"] = json!([]);
    browser.post("/api/v1/customers", &unstorable).await.expect_problem(400, "malformed-request").await;
    browser.get("/api/v1/customers?q=a%00b").await.expect_problem(400, "malformed-request").await;
    let path = format!("/api/v1/customers/{}", first["id"].as_str().unwrap());
    let mut taken = person.clone();
    taken["identifiers"][0]["value"] = json!("+998712345678");
    let problem = browser.put(&path, 1, &taken).await.expect_problem(409, "already-exists").await;
    assert_eq!(problem["errors"][0]["pointer"], "/identifiers/0/value");
    let mut wrong = person.clone();
    wrong["identifiers"][0]["value"] = json!("90 123");
    let problem = browser.put(&path, 1, &wrong).await.expect_problem(422, "invalid").await;
    assert_eq!(problem["errors"][0]["pointer"], "/identifiers/0/value");
    let mut renamed = person.clone();
    renamed["vip"] = json!(false);
    let changed = browser.put(&path, 1, &renamed).await.expect(StatusCode::OK).await;
    assert_eq!((&changed["vip"], &changed["version"]), (&json!(false), &json!(2)));
    browser.put(&path, 1, &renamed).await.expect_problem(412, "changed-meanwhile").await;
    assert_eq!(browser.get(&path).await.expect(StatusCode::OK).await, changed);
}
