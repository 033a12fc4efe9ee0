//! Conversations, groups, names for ids, and why something happened.

use super::{Site, expression, message, template};
use base::{Author, Clock, Edit};
use channels::message::Channel;
use channels::store::{NewReceived, record_received};
use reqwest::StatusCode;
use serde_json::{Value, json};

/// OMNI-07: the client is asked, answers, chooses and is answered, all in one conversation; who does not answer as
/// asked is asked again.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_answers_and_is_answered() {
    let mut site = Site::new().await;
    template(&site.author, "ask", "100 GB for you? Reply YES or NO").await;
    template(&site.author, "glad", "It is yours, {{ customer.name }}").await;
    template(&site.author, "pity", "As you like").await;
    template(&site.author, "again", "Reply YES or NO, please").await;
    let asked = expression(
        "mnp.requested",
        "true",
        json!([message("ask", "ask")]),
        json!({ "event": { "to_operator": "x" } }),
    );
    site.write("Ask", asked).await;
    let table = json!({
        "inputs": [{ "id": "text", "name": "Answer", "field": "event.text" }],
        "outputs": [{ "id": "reaction", "name": "Reaction", "field": "reaction" }],
        "rules": [
            { "_id": "1", "text": "'YES', 'yes'", "reaction": "'glad'" },
            { "_id": "2", "text": "'NO', 'no'", "reaction": "'pity'" },
            { "_id": "3", "text": "", "reaction": "'again'" },
        ],
        "hitPolicy": "first",
    });
    let answered = json!({
        "event": "channels.message_received.v1", "criteria": { "kind": "table", "table": table },
        "reactions": [message("glad", "glad"), message("pity", "pity"), message("again", "again")],
        "tests": [{ "name": "yes", "event": { "text": "YES" }, "expect": { "matched": true, "reactions": ["glad"] } }],
    });
    site.write("Answer", answered).await;
    let link = json!({
        "kind": "smpp", "name": "SMSC", "enabled": false, "password": "secret",
        "settings": { "host": "127.0.0.1", "port": 2775, "system_id": "trunkline", "sender": "1099" },
    });
    let link = site.author.post("/api/v1/links", &link).await.expect(StatusCode::CREATED).await;
    let anna = site.customer("Anna", "+998901234567", json!({})).await;
    site.send("mnp.requested", &anna, json!({ "to_operator": "other" })).await;
    site.work().await;

    for text in ["WHAT?", "YES"] {
        site.server.advance_minutes(1);
        let received = NewReceived {
            channel: Channel::Sms,
            sender: "+998901234567".to_owned(),
            recipient: "1099".to_owned(),
            text: text.to_owned(),
            part: None,
        };
        let mut tx = site.server.db.pool().begin().await.unwrap();
        let mut edit = Edit { now: site.server.clock.now(), author: Author::System, rng: &mut site.dice };
        let id = link["id"].as_str().unwrap().parse().unwrap();
        record_received(&mut tx, &mut edit, id, &received).await.unwrap();
        tx.commit().await.unwrap();
        site.work().await;
    }

    let told = site.messages(&anna).await;
    assert_eq!(told, ["100 GB for you? Reply YES or NO", "Reply YES or NO, please", "It is yours, Anna"]);
}

/// OMNI-08, TEL-14, BRE-ENT-01: a rule works on segments and grouped values, a reference table gives names for ids in
/// criteria and texts, and the decision keeps source, subject, parameters, version and outcome. It is found by customer.
#[tokio::test(flavor = "multi_thread")]
async fn groups_and_names_for_ids_decide_and_the_decision_is_found_by_customer() {
    let mut site = Site::new().await;
    let cities = json!({
        "name": "cities", "title": "Cities",
        "columns": [
            { "key": "name", "title": "Name", "type": "text" },
            { "key": "zone", "title": "Zone", "type": "text" },
        ],
        "rows": [{ "key": "1726", "name": "Tashkent", "zone": "north" }, { "key": "1703", "name": "Andijan", "zone": "valley" }],
    });
    site.author.post("/api/v1/reference-tables", &cities).await.expect(StatusCode::CREATED).await;
    template(&site.author, "city", "News from {{ ref.cities[event.city_id].name }}").await;
    let grouped = "customer.segment in ['youth', 'family'] and ref.cities[event.city_id].zone == 'valley'";
    let mut rule = expression("purchase", grouped, json!([message("tell", "city")]), json!({}));
    rule["tests"] = json!([{
        "name": "a family of the valley", "event": { "city_id": "1703", "amount": 1 },
        "customer": { "segment": "family" }, "expect": { "matched": true },
    }]);
    let segment =
        site.author.get("/api/v1/attributes?of=customer&q=segment").await.expect(StatusCode::OK).await;
    assert_eq!(segment["items"][0]["key"], "segment");
    let rule = site.write("Valley", rule).await;
    let of = async |site: &Site, name: &str, phone: &str, segment: &str| {
        site.customer(name, phone, json!({ "segment": segment })).await
    };
    let anna = of(&site, "Anna", "+998901111111", "youth").await;
    let boris = of(&site, "Boris", "+998902222222", "business").await;

    for (customer, city) in [(&anna, "1703"), (&boris, "1703"), (&anna, "1726")] {
        site.server.advance_minutes(1);
        site.send("purchase", customer, json!({ "amount": 5, "city_id": city })).await;
    }
    site.work().await;

    assert_eq!(site.messages(&anna).await, ["News from Andijan"]);
    assert!(site.messages(&boris).await.is_empty());
    let path = format!("/api/v1/customers/{anna}/decisions");
    let why = site.author.get(&path).await.expect(StatusCode::OK).await;
    let told: Vec<(&Value, &Value, &Value)> = why["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["rule_name"], &one["verdict"], &one["version"]))
        .collect();
    assert_eq!(
        told,
        [(&json!("Valley"), &json!("criteria"), &json!(1)), (&json!("Valley"), &json!("matched"), &json!(1))]
    );
    let matched = &why["items"][1];
    assert_eq!((&matched["rule_id"], &matched["event"]), (&rule["id"], &json!("purchase")));
    assert_eq!(matched["inputs"]["customer.segment"], "youth");
    assert_eq!(matched["reactions"][0]["state"], "done");
    let first = site.author.get(&format!("{path}?limit=1")).await.expect(StatusCode::OK).await;
    let next = first["next"].as_str().unwrap();
    let second = site.author.get(&format!("{path}?limit=1&cursor={next}")).await.expect(StatusCode::OK).await;
    assert_eq!(second["items"][0]["id"], matched["id"]);
    let reacted = site.author.get(&format!("{path}?matched=true")).await.expect(StatusCode::OK).await;
    assert_eq!(reacted["items"].as_array().unwrap().len(), 1);
    let event = matched["event_id"].as_str().unwrap();
    let kept = site.author.get("/api/v1/events?journal=outside").await.expect(StatusCode::OK).await;
    let kept =
        kept["items"].as_array().unwrap().iter().find(|one| one["event_id"] == event || one["id"] == event);
    let kept = kept.unwrap();
    assert_eq!(
        (&kept["payload"]["source"], &kept["payload"]["data"]["city_id"]),
        (&json!("/shop"), &json!("1703"))
    );
}
