//! Attributes and cards over HTTP: defined, filled, seen by some roles only.

use crate::support::{Browser, TestServer};
use access::role;
use reqwest::StatusCode;
use serde_json::{Value, json};

pub fn text_attribute(of: &str, key: &str) -> Value {
    json!({ "of": of, "key": key, "title": { "en": key }, "type": "text" })
}

async fn define(browser: &Browser, body: &Value) -> Value {
    browser.post("/api/v1/attributes", body).await.expect(StatusCode::CREATED).await
}

/// UMS-ENT-05, NFR-LOW-01, PP-MGT-08, KAM-GEN-08: an administrator adds attributes, without code and at once.
#[tokio::test(flavor = "multi_thread")]
async fn an_attribute_is_defined_and_used_at_once() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    let mut body = text_attribute("customer", "imei");
    body["unique"] = json!(true);
    body["searchable"] = json!(true);

    let defined = define(&browser, &body).await;

    assert_eq!(
        (&defined["type"], &defined["version"], &defined["built_in"]),
        (&json!("text"), &json!(1), &json!(false))
    );
    let fields = browser.get("/api/v1/rule-fields?event=purchase").await.expect(StatusCode::OK).await;
    let known = |path: &str| fields.as_array().unwrap().iter().any(|field| field["path"] == path);
    assert!(known("customer.imei") && known("customer.tier"), "rules know it at once: {fields}");
    let person = json!({ "kind": "individual", "name": "Aziza", "attributes": { "imei": "356938035643809", "tier": "gold" } });
    let made = browser.post("/api/v1/customers", &person).await.expect(StatusCode::CREATED).await;
    assert_eq!(made["attributes"], person["attributes"]);
    for (q, found) in [("356938", 1), ("gold", 0), ("aziza", 1)] {
        let list = browser.get(&format!("/api/v1/customers?q={q}")).await.expect(StatusCode::OK).await;
        assert_eq!(list["items"].as_array().unwrap().len(), found, "{q}");
    }
    let taken = browser.post("/api/v1/customers", &person).await.expect_problem(409, "already-exists").await;
    assert_eq!(taken["errors"][0]["pointer"], "/attributes/imei");
    let again = browser.post("/api/v1/attributes", &body).await.expect_problem(409, "already-exists").await;
    assert_eq!(again["errors"][0]["pointer"], "/key");
    let path = format!("/api/v1/customers/{}", made["id"].as_str().unwrap());
    let renamed = json!({ "kind": "individual", "name": "Aziza Karimova" });
    let changed = browser.put(&path, 1, &renamed).await.expect(StatusCode::OK).await;
    assert_eq!(
        changed["attributes"], person["attributes"],
        "who does not know attributes does not lose them"
    );
    let one = format!("/api/v1/attributes/{}", defined["id"].as_str().unwrap());
    body["title"] = json!({ "en": "IMEI of the phone" });
    browser.put(&one, 1, &body).await.expect(StatusCode::OK).await;
    browser.put(&one, 1, &body).await.expect_problem(412, "changed-meanwhile").await;
    browser.delete(&one).await.expect(StatusCode::NO_CONTENT).await;
    browser.get(&one).await.expect_problem(404, "not-found").await;
    assert_eq!(
        browser.get(&path).await.expect(StatusCode::OK).await["attributes"],
        json!({ "tier": "gold" })
    );
}

/// Nothing that somebody sends as a value is taken for what it is not.
#[tokio::test(flavor = "multi_thread")]
async fn hostile_values_are_refused_at_their_field() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    define(&browser, &text_attribute("customer", "note")).await;
    let with = |attributes: Value| json!({ "kind": "individual", "name": "Aziza", "attributes": attributes });
    let many: serde_json::Map<_, _> = (0..2_000).map(|n| (format!("k{n}"), json!(n))).collect();

    for (attributes, pointer) in [
        (json!({ "colour": "red" }), "/attributes/colour"),
        (json!({ "note": 7 }), "/attributes/note"),
        (json!({ "note": { "a": {} } }), "/attributes/note"),
        (json!({ "note": "a\u{0}b" }), "/attributes/note"),
        (json!({ "note": "x".repeat(1_000_000) }), "/attributes/note"),
        (json!({ "tier": "platnum" }), "/attributes/tier"),
        (json!({ "arpu": "1e999" }), "/attributes/arpu"),
        (json!({ "birthday": "31.12.1999" }), "/attributes/birthday"),
        (json!(many), "/attributes/k0"),
        (json!([1]), "/attributes"),
    ] {
        let problem =
            browser.post("/api/v1/customers", &with(attributes)).await.expect_problem(422, "invalid").await;
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    for (field, value) in [
        ("key", json!("x') --")),
        ("key", json!("name")),
        ("type", json!("money")),
        ("of", json!("nothing")),
        ("choices", json!([{ "value": "a", "title": { "en": "A" } }])),
        ("title", json!({})),
    ] {
        let mut body = text_attribute("customer", "other");
        body[field] = value;
        let problem = browser.post("/api/v1/attributes", &body).await.expect_problem(422, "invalid").await;
        assert_eq!(problem["errors"][0]["pointer"], format!("/{field}"), "{problem}");
    }
}

/// UMS-ENT-05: who sees and who changes an attribute, by role.
#[tokio::test(flavor = "multi_thread")]
async fn an_attribute_is_seen_searched_and_changed_by_its_roles_only() {
    let server = TestServer::start().await;
    let administrator = server.with_role(role::ADMINISTRATOR).await;
    let operator = server.with_role(role::OPERATOR).await;
    let supervisor = server.with_role(role::SUPERVISOR).await;
    let quality = server.with_role(role::QUALITY_MANAGER).await;
    let mut secret = text_attribute("customer", "debt");
    secret["readers"] = json!([role::SUPERVISOR, role::OPERATOR]);
    secret["editors"] = json!([role::ADMINISTRATOR]);
    secret["searchable"] = json!(true);
    define(&administrator, &secret).await;
    let person =
        json!({ "kind": "individual", "name": "Aziza", "attributes": { "debt": "overdue", "tier": "gold" } });
    let made = administrator.post("/api/v1/customers", &person).await.expect(StatusCode::CREATED).await;
    let path = format!("/api/v1/customers/{}", made["id"].as_str().unwrap());

    for (browser, sees) in [(&administrator, true), (&operator, true), (&supervisor, true), (&quality, false)]
    {
        let one = browser.get(&path).await.expect(StatusCode::OK).await;
        assert_eq!(one["attributes"].get("debt").is_some(), sees);
        let list = browser.get("/api/v1/customers?q=aziza").await.expect(StatusCode::OK).await;
        assert_eq!(list["items"][0]["attributes"].get("debt").is_some(), sees);
        let found = browser.get("/api/v1/customers?q=overdue").await.expect(StatusCode::OK).await;
        assert_eq!(found["items"].as_array().unwrap().len(), usize::from(sees));
        let defined = browser.get("/api/v1/attributes?of=customer&q=debt").await.expect(StatusCode::OK).await;
        assert_eq!(defined["items"].as_array().unwrap().len(), usize::from(sees));
    }
    let mut body = person.clone();
    body["attributes"] = json!({ "debt": "none", "tier": "gold" });
    let refused = operator.put(&path, 1, &body).await.expect_problem(422, "invalid").await;
    assert_eq!(refused["errors"][0]["pointer"], "/attributes/debt");
    body["attributes"] = json!({ "tier": "silver" });
    let changed = operator.put(&path, 1, &body).await.expect(StatusCode::OK).await;
    assert_eq!(changed["attributes"], json!({ "debt": "overdue", "tier": "silver" }));
}

/// UMS-ENT-05: what is not for a role is not read through rules, templates and filters either.
#[tokio::test(flavor = "multi_thread")]
async fn a_hidden_attribute_is_read_through_no_expression() {
    let server = TestServer::start().await;
    let administrator = server.with_role(role::ADMINISTRATOR).await;
    let operator = server.with_role(role::OPERATOR).await;
    let mut secret = text_attribute("customer", "debt");
    secret["readers"] = json!([role::OPERATOR]);
    define(&administrator, &secret).await;
    let person =
        json!({ "kind": "individual", "name": "Aziza", "attributes": { "debt": "overdue", "tier": "gold" } });
    let made = operator.post("/api/v1/customers", &person).await.expect(StatusCode::CREATED).await;
    let customer = &made["id"];
    let rule = |text: &str| json!({ "event": "purchase", "criteria": { "kind": "expression", "text": text }, "reactions": [] });
    let tried = |text: &str| {
        let body = json!({ "document": rule(text), "event": {}, "customer_id": customer });
        let administrator = &administrator;
        async move { administrator.post("/api/v1/rules/try", &body).await }
    };

    let fields = administrator.get("/api/v1/rule-fields").await.expect(StatusCode::OK).await;
    assert!(!fields.to_string().contains("customer.debt"), "{fields}");
    for leak in ["customer.debt == 'overdue'", "customer['debt'] == 'overdue'", "len(keys(customer)) > 3"] {
        let refused = tried(leak).await.expect_problem(422, "invalid").await;
        assert_eq!(refused["errors"][0]["pointer"], "/document/criteria", "{leak}: {refused}");
        let body = json!({ "document": rule(leak) });
        let checked = administrator.post("/api/v1/rules/check", &body).await.expect(StatusCode::OK).await;
        assert!(checked.to_string().contains("closed_field"), "{leak}: {checked}");
    }
    let recent = "/api/v1/rules/recent-event?event=crm.customer_created.v1";
    let recent = administrator.get(recent).await.expect(StatusCode::OK).await;
    assert_eq!(recent["customer_id"], *customer, "{recent}");
    assert!(!recent.to_string().contains("overdue"), "{recent}");
    let fields = administrator.get("/api/v1/loyalty/condition-fields?of=promotion").await;
    let fields = fields.expect(StatusCode::OK).await.to_string();
    assert!(fields.contains("customer.tier") && !fields.contains("customer.debt"), "{fields}");
    let body = json!({ "criteria": { "kind": "expression", "text": "customer.debt == 'overdue'" } });
    let checked = administrator.post("/api/v1/loyalty/conditions/check?of=promotion", &body).await;
    assert_eq!(checked.expect(StatusCode::OK).await["faults"][0]["code"], "closed_field");
    let fine = tried("customer.tier == 'gold'").await.expect(StatusCode::OK).await;
    assert_eq!(fine["matched"], true);
    assert!(!fine.to_string().contains("overdue"), "{fine}");
    let named = json!({ "name": "Debtors", "document": rule("customer.debt == 'overdue'") });
    let drafted = administrator.post("/api/v1/rules", &named).await.expect(StatusCode::CREATED).await;
    let path = format!("/api/v1/rules/{}", drafted["id"].as_str().unwrap());
    let month = json!({ "from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z" });
    administrator.post(&format!("{path}/simulations"), &month).await.expect_problem(422, "invalid").await;
    administrator
        .post(&format!("{path}/ask-approval"), &json!({}))
        .await
        .expect_problem(422, "invalid")
        .await;

    let channels = json!({ "sms": { "en": { "text": "{{ customer.name }}: {{ customer.debt }}" } } });
    let preview = json!({ "template": channels, "channel": "sms", "customer_id": customer });
    let refused =
        administrator.post("/api/v1/templates/preview", &preview).await.expect_problem(422, "invalid").await;
    assert!(refused.to_string().contains("customer.debt"), "{refused}");
    let template = json!({ "name": "debt", "class": "functional", "channels": channels });
    administrator.post("/api/v1/templates", &template).await.expect_problem(422, "invalid").await;
    for filter in ["customer.debt%20==%20'overdue'", "customer.name%20==%20customer.debt"] {
        let path = format!("/api/v1/customers?where={filter}");
        administrator.get(&path).await.expect_problem(422, "invalid").await;
        operator.get(&path).await.expect(StatusCode::OK).await;
    }
}

/// A kind of card, its attributes and a kind of link, as an administrator makes them.
async fn devices(browser: &Browser) {
    let kind = json!({
        "key": "device", "title": { "en": "Device" }, "plural": { "en": "Devices" }, "icon": "smartphone",
        "title_template": "{{ brand }} {{ imei }}",
    });
    browser.post("/api/v1/card-kinds", &kind).await.expect(StatusCode::CREATED).await;
    for (key, unique, kind) in [("imei", true, "text"), ("brand", false, "text"), ("price", false, "decimal")]
    {
        let mut body = text_attribute("device", key);
        (body["unique"], body["searchable"], body["type"]) =
            (json!(unique), json!(kind == "text"), json!(kind));
        define(browser, &body).await;
    }
    let link = json!({
        "key": "used_by", "title": { "en": "Used by" }, "inverse": { "en": "Devices" }, "from": "device",
        "to": "customer", "cardinality": "many_to_one",
    });
    browser.post("/api/v1/link-kinds", &link).await.expect(StatusCode::CREATED).await;
}

fn card(imei: &str, price: Value) -> Value {
    json!({ "kind": "device", "attributes": { "imei": imei, "brand": "Artel", "price": price } })
}

/// UMS-ENT-05, PP-MGT-08, TEL-ENT-01: a new kind of card with lists, words and filters at once.
#[tokio::test(flavor = "multi_thread")]
async fn cards_of_a_new_kind_live_as_customers_do() {
    let server = TestServer::start().await;
    let administrator = server.with_role(role::ADMINISTRATOR).await;
    let operator = server.with_role(role::OPERATOR).await;
    devices(&administrator).await;

    let first =
        operator.post("/api/v1/cards", &card("111", json!(900))).await.expect(StatusCode::CREATED).await;
    server.advance_minutes(1);
    let second = operator
        .post("/api/v1/cards", &card("222", json!("1200.50")))
        .await
        .expect(StatusCode::CREATED)
        .await;

    assert_eq!(first["title"], "Artel 111");
    let taken = operator
        .post("/api/v1/cards", &card("111", json!(1)))
        .await
        .expect_problem(409, "already-exists")
        .await;
    assert_eq!(taken["errors"][0]["pointer"], "/attributes/imei");
    for (query, found) in [
        ("", vec![&second, &first]),
        ("&sort=price", vec![&first, &second]),
        ("&q=artel%20222", vec![&second]),
        ("&where=card.price%20%3E%201000", vec![&second]),
        ("&where=card.imei%20in%20%5B'111','9'%5D", vec![&first]),
        ("&limit=1", vec![&second]),
    ] {
        let list =
            operator.get(&format!("/api/v1/cards?kind=device{query}")).await.expect(StatusCode::OK).await;
        assert_eq!(list["items"], json!(found), "{query}");
    }
    let wrong = operator
        .get("/api/v1/cards?kind=device&where=card.prise%20%3E%201")
        .await
        .expect_problem(422, "invalid")
        .await;
    assert_eq!(wrong["errors"][0]["pointer"], "?where");
    assert!(wrong["errors"][0]["detail"].as_str().unwrap().contains("card.price"), "{wrong}");
    operator.get("/api/v1/cards?kind=ship").await.expect_problem(422, "invalid").await;
}

/// UMS-ENT-05, GAP-48: a card is changed, linked and archived, and its history tells it field by field.
#[tokio::test(flavor = "multi_thread")]
async fn a_card_has_links_and_a_history() {
    let server = TestServer::start().await;
    let administrator = server.with_role(role::ADMINISTRATOR).await;
    let operator = server.with_role(role::OPERATOR).await;
    devices(&administrator).await;
    let first =
        operator.post("/api/v1/cards", &card("111", json!(900))).await.expect(StatusCode::CREATED).await;
    let path = format!("/api/v1/cards/{}", first["id"].as_str().unwrap());
    server.advance_minutes(1);
    operator.put(&path, 1, &card("111", json!(850))).await.expect(StatusCode::OK).await;
    operator.put(&path, 1, &card("111", json!(800))).await.expect_problem(412, "changed-meanwhile").await;
    let person =
        json!({ "kind": "individual", "name": "Aziza", "attributes": { "tier": "gold", "arpu": 70000 } });
    let person = administrator.post("/api/v1/customers", &person).await.expect(StatusCode::CREATED).await;
    let links = format!("/api/v1/links-of/{}", first["id"].as_str().unwrap());
    server.advance_minutes(1);
    let link = operator
        .post(&links, &json!({ "kind": "used_by", "to": person["id"] }))
        .await
        .expect(StatusCode::CREATED)
        .await;
    assert_eq!((&link["to"]["title"], &link["from"]["title"]), (&json!("Aziza"), &json!("Artel 111")));
    let second_owner = operator.post(&links, &json!({ "kind": "used_by", "to": person["id"] })).await;
    second_owner.expect_problem(409, "already-exists").await;
    let of_person = operator.get(&format!("/api/v1/links-of/{}", person["id"].as_str().unwrap())).await;
    assert_eq!(of_person.expect(StatusCode::OK).await["items"], json!([link]));

    let history = operator.get(&format!("{path}/history")).await.expect(StatusCode::OK).await;
    let kinds: Vec<_> =
        history["items"].as_array().unwrap().iter().map(|item| item["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["link_added", "card_changed", "card_created"]);
    assert_eq!(
        history["items"][1]["changes"],
        json!([{ "field": "attributes.price", "before": 900, "after": 850 }])
    );
    server.advance_minutes(1);
    operator
        .delete(&format!("{links}?link={}", link["id"].as_str().unwrap()))
        .await
        .expect(StatusCode::NO_CONTENT)
        .await;
    operator.delete(&path).await.expect(StatusCode::NO_CONTENT).await;
    operator.get(&path).await.expect_problem(404, "not-found").await;
    let past =
        administrator.get(&format!("/api/v1/customers/{}/history", person["id"].as_str().unwrap())).await;
    assert_eq!(past.expect(StatusCode::OK).await["items"][0]["kind"], "link_removed");
}

/// UMS-ENT-05: a kind of card for some roles is not there for others.
#[tokio::test(flavor = "multi_thread")]
async fn a_kind_for_some_roles_is_not_there_for_others() {
    let server = TestServer::start().await;
    let administrator = server.with_role(role::ADMINISTRATOR).await;
    let supervisor = server.with_role(role::SUPERVISOR).await;
    let operator = server.with_role(role::OPERATOR).await;
    let quality = server.with_role(role::QUALITY_MANAGER).await;
    let kind = json!({
        "key": "complaint", "title": { "en": "Complaint" }, "plural": { "en": "Complaints" },
        "title_template": "{{ about }}", "readers": [role::OPERATOR, role::SUPERVISOR], "editors": [role::SUPERVISOR, role::ADMINISTRATOR],
    });
    administrator.post("/api/v1/card-kinds", &kind).await.expect(StatusCode::CREATED).await;
    define(&administrator, &text_attribute("complaint", "about")).await;
    let card = json!({ "kind": "complaint", "attributes": { "about": "noise" } });
    let made = administrator.post("/api/v1/cards", &card).await.expect(StatusCode::CREATED).await;
    let path = format!("/api/v1/cards/{}", made["id"].as_str().unwrap());

    for (browser, sees) in [(&operator, true), (&supervisor, true), (&quality, false)] {
        let kinds = browser.get("/api/v1/card-kinds").await.expect(StatusCode::OK).await;
        assert_eq!(kinds["items"].as_array().unwrap().len(), usize::from(sees));
        let answer = browser.get(&path).await;
        if sees {
            drop(answer.expect(StatusCode::OK).await)
        } else {
            drop(answer.expect_problem(404, "not-found").await)
        }
        let list = browser.get("/api/v1/cards?kind=complaint").await;
        assert_eq!(list.status().is_success(), sees);
    }
    operator.put(&path, 1, &card).await.expect_problem(403, "forbidden").await;
    operator.delete(&path).await.expect_problem(403, "forbidden").await;
    operator.post("/api/v1/cards", &card).await.expect_problem(403, "forbidden").await;
}

/// OMNI-08: records as sets, filtered, grouped and counted in the one language.
#[tokio::test(flavor = "multi_thread")]
async fn records_are_filtered_grouped_and_counted() {
    let server = TestServer::start().await;
    let browser = server.with_role(role::ADMINISTRATOR).await;
    for (name, tier, arpu) in
        [("Aziza", "gold", 90_000), ("Boris", "gold", 30_000), ("Dilshod", "basic", 10_000)]
    {
        let body =
            json!({ "kind": "individual", "name": name, "attributes": { "tier": tier, "arpu": arpu } });
        browser.post("/api/v1/customers", &body).await.expect(StatusCode::CREATED).await;
    }

    let path = "/api/v1/customers?where=customer.tier%20%3D%3D%20'gold'%20and%20customer.arpu%20%3E%2050000";
    let list = browser.get(path).await.expect(StatusCode::OK).await;
    assert_eq!((list["items"].as_array().unwrap().len(), &list["items"][0]["name"]), (1, &json!("Aziza")));
    let question = json!({
        "of": "customer", "where": "customer.arpu >= 10000", "group_by": ["tier"],
        "measures": [{ "fn": "count" }, { "fn": "sum", "field": "arpu" }, { "fn": "avg", "field": "customer.arpu" }],
    });
    let rows = browser.post("/api/v1/records/query", &question).await.expect(StatusCode::OK).await;
    assert_eq!(rows["columns"], json!(["tier", "count", "sum arpu", "avg customer.arpu"]));
    assert_eq!(rows["rows"], json!([["gold", 2, 120_000, 60_000.0], ["basic", 1, 10_000, 10_000.0]]));
    let size = json!({ "of": "customer", "where": "customer.tier == 'gold'" });
    let size = browser.post("/api/v1/records/query", &size).await.expect(StatusCode::OK).await;
    assert_eq!(size["rows"], json!([[2]]));
    let csv = browser
        .request(reqwest::Method::POST, "/api/v1/records/query")
        .header("accept", "text/csv")
        .json(&question);
    assert!(
        csv.send()
            .await
            .unwrap()
            .text()
            .await
            .unwrap()
            .starts_with("tier,count,sum arpu,avg customer.arpu\r\ngold,2,120000,")
    );
    for (field, value, pointer) in [
        ("group_by", json!(["colour"]), "/group_by/0"),
        ("measures", json!([{ "fn": "sum", "field": "tier" }]), "/measures/0/field"),
        ("where", json!("customer.teer == 'gold'"), "/where"),
        ("where", json!("(".repeat(3_000)), "/where"),
        ("where", json!("true) or (1 = 1"), "/where"),
        ("of", json!("ship"), "/of"),
    ] {
        let mut wrong = question.clone();
        wrong[field] = value;
        let problem =
            browser.post("/api/v1/records/query", &wrong).await.expect_problem(422, "invalid").await;
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
}

/// PP-MGT-08, NFR-LOW-03: structures are a document that is kept, tried and brought elsewhere.
#[tokio::test(flavor = "multi_thread")]
async fn structures_are_exported_tried_and_imported() {
    let (here, there) = (TestServer::start().await, TestServer::start().await);
    let (from, to) = (here.with_role(role::ADMINISTRATOR).await, there.with_role(role::ADMINISTRATOR).await);
    devices(&from).await;
    let document = from.get("/api/v1/structures/export").await.expect(StatusCode::OK).await;

    let tried =
        to.post("/api/v1/structures/import?dry_run=true", &document).await.expect(StatusCode::OK).await;
    let kinds = to.get("/api/v1/card-kinds").await.expect(StatusCode::OK).await;
    assert_eq!((&kinds["items"], &tried["faults"]), (&json!([]), &json!([])), "a dry run does nothing");
    let added: Vec<_> =
        tried["changes"].as_array().unwrap().iter().filter(|change| change["action"] == "add").collect();
    assert_eq!(added.len(), 5, "{tried}");
    to.post("/api/v1/structures/import", &document).await.expect(StatusCode::OK).await;

    assert_eq!(to.get("/api/v1/structures/export").await.expect(StatusCode::OK).await, document);
    let again = to.post("/api/v1/structures/import", &document).await.expect(StatusCode::OK).await;
    assert!(again["changes"].as_array().unwrap().iter().all(|change| change["action"] == "keep"), "{again}");
    let mut wrong = document.clone();
    wrong["attributes"][0]["type"] = json!("boolean");
    wrong["attributes"][1]["key"] = json!("Wrong");
    let faults = to.post("/api/v1/structures/import?dry_run=true", &wrong).await.expect(StatusCode::OK).await;
    assert!(faults["faults"].as_array().unwrap().len() >= 2, "{faults}");
    let refused = to.post("/api/v1/structures/import", &wrong).await.expect_problem(422, "invalid").await;
    assert!(refused["errors"][0]["pointer"].as_str().unwrap().starts_with("/attributes/0/"), "{refused}");
    assert_eq!(to.get("/api/v1/structures/export").await.expect(StatusCode::OK).await, document);
}
