//! Linked cards over HTTP: what rules, filters and previews read of them, and what stays closed (UMS-ENT-05).

use crate::resources_records::text_attribute;
use crate::support::{Browser, TestServer};
use access::role;
use reqwest::StatusCode;
use serde_json::{Value, json};

async fn made(browser: &Browser, path: &str, body: Value) -> Value {
    browser.post(path, &body).await.expect(StatusCode::CREATED).await
}

/// A kind of card with a plate, a year and a price that is for operators only, and customers with such cards.
async fn vehicles(browser: &Browser) -> [Value; 2] {
    let kind = json!({
        "key": "vehicle", "title": { "en": "Vehicle" }, "plural": { "en": "Vehicles" },
        "title_template": "{{ plate }}",
    });
    made(browser, "/api/v1/card-kinds", kind).await;
    made(browser, "/api/v1/attributes", text_attribute("vehicle", "plate")).await;
    let mut year = text_attribute("vehicle", "year");
    year["type"] = json!("number");
    made(browser, "/api/v1/attributes", year).await;
    let link = json!({
        "key": "drives", "title": { "en": "Drives" }, "inverse": { "en": "Driven by" }, "from": "customer",
        "to": "vehicle", "cardinality": "many_to_many",
    });
    made(browser, "/api/v1/link-kinds", link).await;
    let mut ids = [Value::Null, Value::Null];
    for (id, (name, year)) in ids.iter_mut().zip([("Aziza", 2024), ("Boris", 2012)]) {
        let person = json!({ "kind": "individual", "name": name });
        *id = made(browser, "/api/v1/customers", person).await["id"].clone();
        let card = json!({ "kind": "vehicle", "attributes": { "plate": format!("{name}-1"), "year": year } });
        let card = made(browser, "/api/v1/cards", card).await;
        let path = format!("/api/v1/links-of/{}", card["id"].as_str().unwrap());
        made(browser, &path, json!({ "kind": "drives", "from": id })).await;
    }
    ids
}

fn rule(criteria: Value) -> Value {
    json!({ "event": "purchase", "criteria": criteria, "reactions": [] })
}

fn text(text: &str) -> Value {
    rule(json!({ "kind": "expression", "text": text }))
}

async fn codes(browser: &Browser, document: &Value) -> String {
    let body = json!({ "document": document });
    browser.post("/api/v1/rules/check", &body).await.expect(StatusCode::OK).await["faults"].to_string()
}

/// UMS-ENT-05, NFR-LOW-01: a kind and its attributes are in the form, the checker, trials, filters, reports and previews
/// as soon as they are made.
#[tokio::test(flavor = "multi_thread")]
async fn a_new_kind_of_card_is_used_in_rules_at_once() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let new = json!({ "kind": "form", "group": { "all": [{ "some": "cards.vehicle", "where": { "all": [
        { "field": "cards.vehicle.year", "op": "gt", "value": 2020 },
    ] } }] } });
    assert!(codes(&browser, &rule(new.clone())).await.contains("unknown_card_kind"), "it is not there yet");

    let [aziza, boris] = vehicles(&browser).await;

    let fields = browser.get("/api/v1/rule-fields?event=purchase").await.expect(StatusCode::OK).await;
    let kind = |path: &str| {
        let field = fields.as_array().unwrap().iter().find(|field| field["path"] == path).cloned();
        field.map(|field| (field["type"].clone(), field["group"].clone()))
    };
    assert_eq!(kind("cards.vehicle"), Some((json!("list"), json!("cards"))));
    assert_eq!(kind("cards.vehicle.year"), Some((json!("number"), json!("cards"))));
    let told = codes(&browser, &rule(new.clone())).await;
    assert!(!told.contains("unknown_card_kind") && !told.contains("unknown_field"), "{told}");
    let near =
        codes(&browser, &text("some(cards.vehicel, #.year > 1) or some(cards.vehicle, #.yaer > 1)")).await;
    assert!(near.contains("cards.vehicle.year") && near.contains("unknown_card_kind"), "{near}");

    for (customer, matched) in [(&aziza, true), (&boris, false)] {
        let body = json!({ "document": rule(new.clone()), "event": {}, "customer_id": customer });
        let tried = browser.post("/api/v1/rules/try", &body).await.expect(StatusCode::OK).await;
        assert_eq!(tried["matched"], matched, "{tried}");
    }
    let given = json!({ "document": rule(new), "event": {}, "customer": {}, "cards": { "vehicle": [{ "year": 2025 }] } });
    let tried = browser.post("/api/v1/rules/try", &given).await.expect(StatusCode::OK).await;
    assert_eq!(tried["matched"], true, "{tried}");

    let filter = "/api/v1/customers?where=some(cards.vehicle,%20%23.year%20%3E%202020)";
    let list = browser.get(filter).await.expect(StatusCode::OK).await;
    assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["name"]), (1, &json!("Aziza")));
    let question = json!({ "of": "customer", "where": "len(cards.vehicle) == 1" });
    let size = browser.post("/api/v1/records/query", &question).await.expect(StatusCode::OK).await;
    assert_eq!(size["rows"], json!([[2]]));
    let channels =
        json!({ "sms": { "en": { "text": "{{ customer.name }}: {{ cards.vehicle[0].plate }}" } } });
    let preview = json!({ "template": channels, "channel": "sms", "customer_id": aziza });
    let shown = browser.post("/api/v1/templates/preview", &preview).await.expect(StatusCode::OK).await;
    assert!(shown.to_string().contains("Aziza: Aziza-1"), "{shown}");
}

/// UMS-ENT-05: what a role may not read of cards is read through no expression; who sees no cards sees no linked ones.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_closed_of_cards_stays_closed() {
    let server = TestServer::start().await;
    let administrator = server.with_role(role::ADMINISTRATOR).await;
    let [aziza, _] = vehicles(&administrator).await;
    let mut secret = text_attribute("vehicle", "debt");
    secret["readers"] = json!([role::OPERATOR]);
    made(&administrator, "/api/v1/attributes", secret).await;
    let complaint = json!({
        "key": "complaint", "title": { "en": "Complaint" }, "plural": { "en": "Complaints" },
        "title_template": "", "readers": [role::OPERATOR],
    });
    made(&administrator, "/api/v1/card-kinds", complaint).await;

    let fields = administrator.get("/api/v1/rule-fields").await.expect(StatusCode::OK).await.to_string();
    assert!(!fields.contains("cards.vehicle.debt") && !fields.contains("cards.complaint"), "{fields}");
    for leak in [
        "some(cards.vehicle, #.debt == 'overdue')",
        "some(cards.vehicle as v, v.debt == 'overdue')",
        "cards.vehicle[0].debt == 'overdue'",
        "filter(cards.vehicle, true)[0].debt == 'overdue'",
        "some(map(cards.vehicle, #), #.debt == 'overdue')",
        "some(cards.vehicle, len(keys(#)) > 9)",
        "len(cards.complaint) > 0",
    ] {
        let told = codes(&administrator, &text(leak)).await;
        assert!(told.contains("closed_field"), "{leak}: {told}");
        let body = json!({ "document": text(leak), "event": {}, "customer_id": aziza });
        let refused =
            administrator.post("/api/v1/rules/try", &body).await.expect_problem(422, "invalid").await;
        assert_eq!(refused["errors"][0]["pointer"], "/document/criteria", "{leak}: {refused}");
    }
    let channels = json!({ "sms": { "en": { "text": "{{ cards.vehicle[0].plate }}" } } });
    let preview = json!({ "template": channels, "channel": "sms", "customer_id": aziza });
    administrator.post("/api/v1/templates/preview", &preview).await.expect_problem(422, "invalid").await;
    for filter in ["some(cards.vehicle,%20%23.debt%20==%20'x')", "len(cards.complaint)%20%3E%200"] {
        let path = format!("/api/v1/customers?where={filter}");
        administrator.get(&path).await.expect_problem(422, "invalid").await;
    }
    // What is for everybody is not closed beside it.
    let told = codes(&administrator, &text("some(cards.vehicle, #.year > 2020)")).await;
    assert!(!told.contains("closed_field"), "{told}");

    // A role that may write rules and sees customers, but no cards.
    let nobody = json!({ "name": "Writer", "operations": ["session.self", "rule.read", "rule.write", "customer.read"] });
    let made = administrator.post("/api/v1/roles", &nobody).await.expect(StatusCode::CREATED).await;
    let writer = server.with_role(serde_json::from_value(made["role_id"].clone()).unwrap()).await;
    let told = codes(&writer, &text("len(cards.vehicle) > 0")).await;
    assert!(told.contains("closed_field"), "{told}");
    let path = "/api/v1/customers?where=len(cards.vehicle)%20%3E%200";
    writer.get(path).await.expect_problem(422, "invalid").await;
    administrator.get(path).await.expect(StatusCode::OK).await;
}

/// UMS-ENT-05, NFR-LOW-02: the check of flows marks cards of a kind that nobody made, as the check of rules does.
#[tokio::test(flavor = "multi_thread")]
async fn a_flow_that_reads_cards_of_no_kind_is_marked() {
    let server = TestServer::start().await;
    let administrator = server.with_role(role::ADMINISTRATOR).await;
    vehicles(&administrator).await;
    let checked = |kind: &str| {
        let flow = json!({ "definition": { "name": "cards", "version": 1, "kind": "process", "start": "a", "nodes": {
            "a": { "type": "set", "values": { "many": format!("len(cards.{kind})") }, "next": "b" },
            "b": { "type": "end" },
        } } });
        let administrator = &administrator;
        async move { administrator.post("/api/v1/flows/check", &flow).await.expect(StatusCode::OK).await }
    };
    let right = checked("vehicle").await;
    assert_eq!(right["faults"], json!([]), "{right}");
    let wrong = checked("vehicel").await;
    let fault = &wrong["faults"][0];
    assert_eq!(
        (&fault["code"], &fault["example"]),
        (&json!("unknown_card_kind"), &json!("cards.vehicle")),
        "{wrong}"
    );
    assert_eq!(fault["pointer"], "/nodes/a/values/many", "{wrong}");
}
