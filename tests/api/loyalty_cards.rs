//! Conditions of promotions and of exports over the cards that are linked with customers (UMS-ENT-05, CIMP-SPV-01).

use crate::loyalty_catalogue::Club;
use crate::loyalty_files;
use crate::loyalty_promotions::{bought, led, made, promotion, work};
use crate::resources_records::text_attribute;
use crate::support::Browser;
use access::role;
use reqwest::StatusCode;
use serde_json::{Value, json};

/// A kind of card with a year, and a price that is for operators only.
async fn vehicles(administrator: &Browser) {
    let kind = json!({ "key": "vehicle", "title": { "en": "Vehicle" }, "plural": { "en": "Vehicles" },
        "title_template": "{{ year }}" });
    let price = json!({ "of": "vehicle", "key": "price", "title": { "en": "Price" }, "type": "number",
        "readers": [role::OPERATOR] });
    let link = json!({ "key": "drives", "title": { "en": "Drives" }, "inverse": { "en": "Driven by" },
        "from": "customer", "to": "vehicle", "cardinality": "many_to_many" });
    let year = json!({ "of": "vehicle", "key": "year", "title": { "en": "Year" }, "type": "number" });
    for (path, body) in [
        ("/api/v1/card-kinds", kind),
        ("/api/v1/attributes", text_attribute("vehicle", "plate")),
        ("/api/v1/attributes", year),
        ("/api/v1/attributes", price),
        ("/api/v1/link-kinds", link),
    ] {
        administrator.post(path, &body).await.expect(StatusCode::CREATED).await;
    }
}

async fn drives(administrator: &Browser, club: &Club, member: usize, year: u32) {
    let card = json!({ "kind": "vehicle", "attributes": { "year": year } });
    let card = administrator.post("/api/v1/cards", &card).await.expect(StatusCode::CREATED).await;
    let path = format!("/api/v1/links-of/{}", card["id"].as_str().unwrap());
    let link = json!({ "kind": "drives", "from": club.customers[member] });
    administrator.post(&path, &link).await.expect(StatusCode::CREATED).await;
}

async fn offered(browser: &Browser) -> Vec<String> {
    let offers = browser.get("/api/v1/loyalty/offers").await.expect(StatusCode::OK).await;
    let number = |offer: &Value| offer["account"].as_str().unwrap().to_owned();
    let mut numbers: Vec<String> = offers["items"].as_array().unwrap().iter().map(number).collect();
    numbers.sort();
    numbers
}

/// UMS-ENT-05, CIMP-SPV-01, CIMP-SPV-05: who is offered something, and by what it is activated, can be asked of linked cards; a
/// card that is linked later makes its customer fit at once.
#[tokio::test(flavor = "multi_thread")]
async fn promotions_ask_for_linked_cards() {
    let club = Club::open().await;
    let administrator = club.server.with_role(role::ADMINISTRATOR).await;
    let marketing = club.server.with_role(role::MARKETING).await;
    vehicles(&administrator).await;
    drives(&administrator, &club, 0, 2024).await;
    let activation = json!({ "event_type": "purchase",
        "condition": "event.amount > 5 and none(cards.vehicle, #.year < 2000)" });
    let more = json!({ "criteria": "some(cards.vehicle, #.year > 2020)", "activation": activation });
    let spring = made(&marketing, &promotion(&club, "spring", "general", more)).await;
    led(&marketing, &spring, "launch").await.expect(StatusCode::OK).await;

    work(&club).await;
    assert_eq!(offered(&marketing).await, ["100"]);
    drives(&administrator, &club, 1, 2025).await;
    drives(&administrator, &club, 1, 1990).await;
    work(&club).await;
    assert_eq!(offered(&marketing).await, ["100", "200"]);
    for (member, id) in [(0, "1"), (1, "2")] {
        bought(&club, member, id, 100).await;
    }
    work(&club).await;

    let points = (club.points_of("100").await, club.points_of("200").await);
    assert_eq!(points, (1_050, 1_000), "who drives an old car gets nothing");
}

/// UMS-ENT-05, NFR-LOW-01: the form, the checker and what is kept know linked cards: kinds and attributes that do not exist are
/// named with what is meant, and what is not for the roles of whoever writes is refused.
#[tokio::test(flavor = "multi_thread")]
async fn conditions_over_cards_are_checked_before_they_are_kept() {
    let club = Club::open().await;
    let administrator = club.server.with_role(role::ADMINISTRATOR).await;
    let marketing = club.server.with_role(role::MARKETING).await;
    let service = club.server.with_role(role::CUSTOMER_SERVICE).await;
    vehicles(&administrator).await;

    for place in ["of=promotion", "of=activation&event=purchase", "of=export"] {
        let path = format!("/api/v1/loyalty/condition-fields?{place}");
        let fields = marketing.get(&path).await.expect(StatusCode::OK).await;
        let of_cards = fields.as_array().unwrap().iter().filter(|field| field["group"] == "cards");
        let paths: Vec<&str> = of_cards.map(|field| field["path"].as_str().unwrap()).collect();
        assert!(
            paths.contains(&"cards.vehicle") && paths.contains(&"cards.vehicle.year"),
            "{place}: {paths:?}"
        );
        assert!(!paths.contains(&"cards.vehicle.price"), "{place}: {paths:?}");
    }
    let form = json!({ "criteria": { "kind": "form", "group": { "all": [{ "some": "cards.vehicle",
        "where": { "all": [{ "field": "cards.vehicle.year", "op": "gt", "value": 2020 }] } }] } } });
    let check = "/api/v1/loyalty/conditions/check?of=promotion";
    let checked = marketing.post(check, &form).await.expect(StatusCode::OK).await;
    assert_eq!(checked["faults"], json!([]), "{checked}");
    let read = json!({ "criteria": { "kind": "expression", "text": checked["text"] } });
    let read = marketing.post(check, &read).await.expect(StatusCode::OK).await;
    assert_eq!(read["group"], form["criteria"]["group"]);

    for (condition, said) in [
        ("some(cards.vehicel, #.year > 2020)", "did you mean `vehicle`?"),
        ("some(cards.vehicle, #.yaer > 2020)", "did you mean `cards.vehicle.year`?"),
        ("some(cards.vehicle, #.price > 5)", "not for your roles"),
    ] {
        let activation = json!({ "event_type": "purchase", "condition": condition });
        for (more, pointer) in [
            (json!({ "criteria": condition }), "/criteria"),
            (json!({ "activation": activation }), "/activation/condition"),
        ] {
            let wrong = promotion(&club, "wrong", "general", more);
            for browser in [&marketing, &service] {
                let refused = browser.post("/api/v1/loyalty/promotions", &wrong).await;
                let refused = refused.expect_problem(422, "invalid").await;
                assert_eq!(refused["errors"][0]["pointer"], pointer, "{condition}: {refused}");
                assert!(
                    refused["errors"][0]["detail"].as_str().unwrap().contains(said),
                    "{condition}: {refused}"
                );
            }
        }
    }
    let kept =
        made(&marketing, &promotion(&club, "kept", "general", json!({ "criteria": checked["text"] }))).await;
    let path = format!("/api/v1/loyalty/promotions/{}", kept["id"].as_str().unwrap());
    let closed =
        promotion(&club, "kept", "general", json!({ "criteria": "len(cards.vehicle[0].price) > 0" }));
    marketing.put(&path, 1, &closed).await.expect_problem(422, "invalid").await;
}

/// UMS-ENT-05, CIMP-ETL-12: members are selected for a file by their linked cards.
#[tokio::test(flavor = "multi_thread")]
async fn exports_ask_for_linked_cards() {
    let club = Club::open().await;
    let administrator = club.server.with_role(role::ADMINISTRATOR).await;
    let marketing = club.server.with_role(role::MARKETING).await;
    vehicles(&administrator).await;
    drives(&administrator, &club, 1, 2024).await;
    let asked = |condition: &str| {
        json!({ "programme_id": club.programme, "kind": "participants",
        "condition": condition, "columns": ["account.number"] })
    };

    let text = loyalty_files::made(&marketing, &asked("some(cards.vehicle, #.year > 2020)")).await;
    assert_eq!(text, "account.number\n200\n");
    let text = loyalty_files::made(&marketing, &asked("len(cards.vehicle) == 0")).await;
    assert_eq!(text, "account.number\n100\n");
    let priced = asked("some(cards.vehicle, #.price > 5)");
    marketing.post("/api/v1/loyalty/exports", &priced).await.expect_problem(422, "invalid").await;
}
