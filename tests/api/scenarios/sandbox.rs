//! Who may do what with rules, and the means to try, count and report.

use super::{Site, expression, message};
use access::unit;
use actors::automation::simulate_next;
use base::Clock;
use chrono::TimeDelta;
use chrono_tz::Asia::Tashkent;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// BRE-ROLE-01: business people write rules, specialists keep adapters and types of events, testers try and change
/// nothing, operators see tasks; a program of another system sends events. Roles are data: these are made over the API.
#[tokio::test(flavor = "multi_thread")]
async fn each_role_of_the_rules_does_its_own_work_only() {
    let site = Site::new().await;
    let roles = [
        (
            "Business user",
            json!(["rule.read", "rule.write", "template.read", "template.write", "customer.read"]),
        ),
        (
            "IT specialist",
            json!(["connector.read", "connector.write", "event_type.read", "event_type.write"]),
        ),
        ("Test user", json!(["rule.read", "event_type.read"])),
    ];
    let mut people = Vec::new();
    for (n, (name, operations)) in roles.into_iter().enumerate() {
        let body = json!({ "name": name, "operations": operations });
        let made = site.author.post("/api/v1/roles", &body).await.expect(StatusCode::CREATED).await;
        let role = made["role_id"].as_str().unwrap().parse().unwrap();
        let person = site.server.person(&format!("bre{n}"), role, unit::ROOT).await;
        people.push(site.server.session_of(person).await);
    }
    let rule = json!({ "name": "Mine", "document": expression("purchase", "true", json!([]), json!({})) });
    let connector = json!({
        "name": "billing", "base_url": "http://10.0.0.1", "operations": [{ "key": "a", "path": "/a" }],
    });
    let kind = json!({
        "name": "x.y", "title": { "en": "X" }, "subject": "phone", "retention_days": 30,
        "schema": { "type": "object" },
    });
    let asked =
        [("/api/v1/rules", &rule), ("/api/v1/connectors", &connector), ("/api/v1/event-types", &kind)];

    for (person, allowed) in people.iter().zip([[true, false, false], [false, true, true], [false; 3]]) {
        for ((path, body), may) in asked.iter().zip(allowed) {
            let status = person.post(path, body).await.status();
            let wanted = if may { StatusCode::CREATED } else { StatusCode::FORBIDDEN };
            assert_eq!(status, wanted, "{path}");
        }
        let launched =
            person.post("/api/v1/rules/01900000-0000-7000-8000-00000000dead/launch", &json!({})).await;
        assert_eq!(launched.status(), StatusCode::FORBIDDEN, "nobody of them puts into production");
    }
    people[2].get("/api/v1/rules").await.expect(StatusCode::OK).await;
    let key = json!({ "name": "shop", "operations": ["event.send"] });
    let key = site.author.post("/api/v1/api-keys", &key).await.expect(StatusCode::CREATED).await;
    let program = site.server.program(key["key"].as_str().unwrap());
    assert_eq!(program.get("/api/v1/rules").await.status(), StatusCode::FORBIDDEN);
    assert_ne!(program.post("/api/v1/events", &json!({})).await.status(), StatusCode::FORBIDDEN);
}

/// OMNI-11: testing (a trial and a simulation), reporting (counts of records) and analytics (what a rule reached) are
/// parts of the server.
#[tokio::test(flavor = "multi_thread")]
async fn testing_reporting_and_analytics_are_at_hand() {
    let mut site = Site::new().await;
    let mut document = expression(
        "purchase",
        "event.amount >= 200",
        json!([message("tell", "welcome_home")]),
        json!({ "event": { "amount": 300 } }),
    );
    document["goal"] = json!({ "event": "site.visited", "within_seconds": 3600 });
    let rule = site.write("Large", document.clone()).await;
    let path = format!("/api/v1/rules/{}", rule["id"].as_str().unwrap());
    let anna = site.customer("Anna", "+998901111111", json!({ "tier": "gold" })).await;
    let boris = site.customer("Boris", "+998902222222", json!({ "tier": "basic" })).await;
    for (customer, amount) in [(&anna, 300), (&boris, 400), (&anna, 100)] {
        site.send("purchase", customer, json!({ "amount": amount })).await;
    }
    site.work().await;
    site.server.advance_minutes(10);
    site.send("site.visited", &anna, json!({ "page": "/" })).await;
    site.work().await;

    let trial = json!({ "document": document, "event": { "amount": 250 }, "customer_id": anna });
    let tried = site.author.post("/api/v1/rules/try", &trial).await.expect(StatusCode::OK).await;
    assert_eq!((&tried["matched"], &tried["reactions"][0]["key"]), (&json!(true), &json!("tell")));
    let now = site.server.clock.now();
    let span = json!({ "from": now - TimeDelta::hours(1), "to": now + TimeDelta::hours(1) });
    let begun =
        site.author.post(&format!("{path}/simulations"), &span).await.expect(StatusCode::ACCEPTED).await;
    assert!(simulate_next(site.server.db.pool(), &*site.server.clock, Tashkent).await.unwrap());
    let simulation = format!("{path}/simulations/{}", begun["id"].as_str().unwrap());
    let simulated = site.author.get(&simulation).await.expect(StatusCode::OK).await;
    assert_eq!((&simulated["seen"], &simulated["matched"]), (&json!(3), &json!(2)));
    let results = site.author.get(&format!("{path}/results")).await.expect(StatusCode::OK).await;
    let reached = &results["variants"][0];
    assert_eq!((&reached["customers"], &reached["converted"]), (&json!(2), &json!(1)), "{results}");
    // GAP-04: a share of responses says of which type.
    let types: Vec<&Value> =
        reached["responses"].as_array().unwrap().iter().map(|one| &one["type"]).collect();
    assert_eq!(types, ["delivery", "interest", "conversion"]);
    assert_eq!(reached["responses"][2], json!({ "type": "conversion", "customers": 1, "rate": 0.5 }));
    let question =
        json!({ "of": "customer", "group_by": ["tier"], "where": "customer.tier in ['gold', 'basic']" });
    let rows = site.author.post("/api/v1/records/query", &question).await.expect(StatusCode::OK).await;
    let mut rows: Vec<Value> = rows["rows"].as_array().unwrap().clone();
    rows.sort_by_key(ToString::to_string);
    assert_eq!(rows, [json!(["basic", 1]), json!(["gold", 1])]);
}

/// NFR-LOW-03: what came with the server is changed by the customer's own developers, and no later start takes that back.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_with_the_server_is_changed_and_stays_changed() {
    let mut site = Site::new().await;
    let found = site.author.get("/api/v1/templates?q=welcome_home").await.expect(StatusCode::OK).await;
    let mut changed = found["items"][0].clone();
    let path = format!("/api/v1/templates/{}", changed["id"].as_str().unwrap());
    changed["channels"]["sms"]["en"]["text"] = json!("Back again, {{ customer.name }}?");
    let body = json!({ "name": changed["name"], "title": changed["title"], "class": changed["class"], "channels": changed["channels"] });
    site.author.put(&path, 1, &body).await.expect(StatusCode::OK).await;
    let rules = site.author.get("/api/v1/rules?q=%D0%A1%20%D0%B2%D0%BE%D0%B7%D0%B2%D1%80%D0%B0%D1%89%D0%B5%D0%BD%D0%B8%D0%B5%D0%BC").await.expect(StatusCode::OK).await;
    let rule = &rules["items"][0];
    let mut document = rule["document"].clone();
    document["criteria"]["group"]["all"][0]["value"] = json!(3);
    let body = json!({ "name": "Welcome home, ours", "description": "", "document": document });
    let own = format!("/api/v1/rules/{}", rule["id"].as_str().unwrap());
    let version = rule["version"].as_i64().unwrap();
    site.author.put(&own, version, &body).await.expect(StatusCode::OK).await;

    let flows = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("flows");
    let mut tx = site.server.db.pool().begin().await.unwrap();
    let now = site.server.clock.now();
    trunkline::messages::load_templates(&mut tx, now, &mut site.dice, &flows.join("templates"))
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let packs = flows.join("rules");
    trunkline::automation::load_packs(site.server.db.pool(), &*site.server.clock, &packs).await.unwrap();

    site.launch(rule).await;
    let anna = site.customer("Anna", "+998901111111", json!({})).await;
    site.send("roaming.returned", &anna, json!({ "days_away": 2 })).await;
    site.send("roaming.returned", &anna, json!({ "days_away": 3 })).await;
    site.work().await;
    assert_eq!(site.messages(&anna).await, ["Back again, Anna?"]);
}
