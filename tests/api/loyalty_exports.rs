//! Who loads a file that goes out: whoever asked for it, and who may see all that it was made from (CIMP-ETL-12, UMS-ENT-05).

use crate::loyalty::{register, service};
use crate::loyalty_files::made;
use crate::support::{Browser, TestServer};
use access::role;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// The conditions of the exports that the browser's list shows, the newest first; of other kinds, the kind.
async fn listed(browser: &Browser) -> Vec<String> {
    let page = browser.get("/api/v1/loyalty/exports").await.expect(StatusCode::OK).await;
    let told = |one: &Value| one["asked"]["condition"].as_str().or(one["kind"].as_str()).unwrap().to_owned();
    page["items"].as_array().unwrap().iter().map(told).collect()
}

/// The path of the newest export of the browser's list.
async fn newest(browser: &Browser) -> String {
    let page = browser.get("/api/v1/loyalty/exports?limit=1").await.expect(StatusCode::OK).await;
    format!("/api/v1/loyalty/exports/{}", page["items"][0]["id"].as_str().unwrap())
}

/// A programme with one member and an attribute of customers that is for administrators; the programme's id, and the
/// attribute as it was made.
async fn site(server: &TestServer, administrator: &Browser) -> (Value, Value) {
    crate::loyalty::programme(server, administrator, &[]).await;
    let debt = json!({ "of": "customer", "key": "debt", "title": { "en": "Debt" }, "type": "text",
        "readers": [role::ADMINISTRATOR] });
    let debt = administrator.post("/api/v1/attributes", &debt).await.expect(StatusCode::CREATED).await;
    register(administrator, "100", json!([service(1, "mobile")])).await;
    let programmes = administrator.get("/api/v1/loyalty/programmes").await.expect(StatusCode::OK).await;
    (programmes["items"][0]["id"].clone(), debt)
}

/// Makes an export a minute after the one before: the list is in their order.
async fn later(server: &TestServer, browser: &Browser, asked: &Value) -> String {
    server.advance_minutes(1);
    made(browser, asked).await
}

fn participants(programme: &Value, condition: &str, columns: &[&str]) -> Value {
    json!({ "programme_id": programme, "kind": "participants", "condition": condition, "columns": columns })
}

/// CIMP-ETL-12, UMS-ENT-05: an export that shows a closed attribute, or was chosen by one, exists for whoever asked for it and
/// for those who may read the attribute, and for nobody else; what shows nothing closed is for everybody who markets.
#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_for_those_who_may_see_what_is_in_it() {
    let server = TestServer::start().await;
    let administrator = server.with_role(role::ADMINISTRATOR).await;
    let marketing = server.with_role(role::MARKETING).await;
    let (programme, debt) = site(&server, &administrator).await;
    let whole = "customer != null and account.level >= 0";
    for (condition, columns) in [
        ("account.level >= 0", &["account.number"][..]),
        ("account.level >= 1", &["account.number", "customer.debt"]),
        ("customer.debt == null", &["account.number"]),
        (whole, &["account.number"]),
    ] {
        later(&server, &administrator, &participants(&programme, condition, columns)).await;
    }

    let own = [whole, "customer.debt == null", "account.level >= 1", "account.level >= 0"];
    assert_eq!(listed(&administrator).await, own);
    assert_eq!(listed(&marketing).await, ["account.level >= 0"]);
    let closed = newest(&administrator).await;
    marketing.get(&closed).await.expect_problem(404, "not-found").await;
    marketing.get(&format!("{closed}/file")).await.expect_problem(404, "not-found").await;
    let open = newest(&marketing).await;
    let text = marketing.get(&format!("{open}/file")).await.0.text().await.unwrap();
    assert_eq!(text, "account.number\n100\n");

    // Rights are those of the moment at which somebody asks.
    let path = format!("/api/v1/attributes/{}", debt["id"].as_str().unwrap());
    let mut opened = json!({ "of": "customer", "key": "debt", "title": { "en": "Debt" }, "type": "text",
        "readers": [role::ADMINISTRATOR, role::MARKETING] });
    let version = debt["version"].as_i64().unwrap();
    administrator.put(&path, version, &opened).await.expect(StatusCode::OK).await;
    assert_eq!(listed(&marketing).await, own);
    marketing.get(&format!("{closed}/file")).await.expect(StatusCode::OK).await;

    // Whoever asked for a file keeps it when the attribute is closed, and others do not.
    later(&server, &marketing, &participants(&programme, "customer.debt != 'x'", &[])).await;
    let kept = newest(&marketing).await;
    opened["readers"] = json!([role::ADMINISTRATOR]);
    administrator.put(&path, version + 1, &opened).await.expect(StatusCode::OK).await;
    assert_eq!(listed(&marketing).await, ["customer.debt != 'x'", "account.level >= 0"]);
    marketing.get(&format!("{kept}/file")).await.expect(StatusCode::OK).await;
}

/// CIMP-ETL-12: a program that may not see customers makes and loads exports without them only; of files from before it was
/// written down what they show, nobody but whoever asked for them knows anything.
#[tokio::test(flavor = "multi_thread")]
async fn exports_of_customers_are_for_those_who_see_customers() {
    let server = TestServer::start().await;
    let administrator = server.with_role(role::ADMINISTRATOR).await;
    let (programme, _) = site(&server, &administrator).await;
    let key = json!({ "name": "warehouse", "operations": ["loyalty.market"] });
    let key = administrator.post("/api/v1/api-keys", &key).await.expect(StatusCode::CREATED).await;
    let program = server.program(key["key"].as_str().unwrap());
    later(&server, &administrator, &participants(&programme, "account.level > 7", &[])).await;
    later(&server, &administrator, &participants(&programme, "account.level > 8", &["account.number"])).await;
    later(&server, &administrator, &json!({ "programme_id": programme, "kind": "masters" })).await;

    assert_eq!(listed(&program).await, ["masters", "account.level > 8"]);
    for (columns, pointer) in [
        (&[][..], "/columns"),
        (&["account.number", "full_name"], "/columns/1"),
        (&["service_id"], "/condition"),
    ] {
        let asked = participants(&programme, "account.level > 1 or customer.name == 'A'", columns);
        let refused =
            program.post("/api/v1/loyalty/exports", &asked).await.expect_problem(422, "invalid").await;
        let faults: Vec<&Value> = refused["errors"].as_array().unwrap().iter().collect();
        assert!(faults.iter().any(|fault| fault["pointer"] == pointer), "{refused}");
    }
    let numbers =
        later(&server, &program, &participants(&programme, "account.level >= 0", &["account.number"])).await;
    assert_eq!(numbers, "account.number\n100\n");

    sqlx::query("update loyalty.export set reads = null").execute(server.db.pool()).await.unwrap();
    assert_eq!(listed(&program).await, ["account.level >= 0"]);
    assert_eq!(listed(&administrator).await, ["masters", "account.level > 8", "account.level > 7"]);
}
