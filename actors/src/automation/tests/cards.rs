//! Rules that look at the cards that are linked with customers (UMS-ENT-05).

use super::*;
use crm::card::CardKindFields;
use crm::link::{Cardinality, LinkInput, LinkKindFields};
use crm::viewer::Viewer;

fn title(text: &str) -> base::LocalText {
    base::LocalText([(base::Locale::En, text.to_owned())].into())
}

impl Site {
    /// Two customers who drive a vehicle each; what they are called and of which year it is.
    async fn drivers(&mut self) -> [u128; 2] {
        let mut db = self.db.pool().begin().await.unwrap();
        let mut edit = Edit { now: self.clock.now(), author: Author::System, rng: &mut self.rng };
        let kind = CardKindFields {
            key: "vehicle".to_owned(),
            title: title("Vehicle"),
            plural: title("Vehicles"),
            icon: String::new(),
            title_template: String::new(),
            readers: None,
            editors: None,
        };
        crm::store::card_kind::insert(&mut db, &mut edit, &kind).await.unwrap();
        let year: crm::attribute::AttributeFields = serde_json::from_value(
            json!({ "of": "vehicle", "key": "year", "title": { "en": "Year" }, "type": "number" }),
        )
        .unwrap();
        crm::store::attribute::insert(&mut db, &mut edit, &year).await.unwrap();
        let drives = LinkKindFields {
            key: "drives".to_owned(),
            title: title("Drives"),
            reverse_title: title("Driven by"),
            from_kind: "customer".to_owned(),
            from_customer: None,
            to_kind: "vehicle".to_owned(),
            to_customer: None,
            cardinality: Cardinality::ManyToMany,
        };
        crm::store::link_kind::insert(&mut db, &mut edit, &drives).await.unwrap();
        let mut ids = [0, 0];
        for (id, (name, year)) in ids.iter_mut().zip([("Aziza", 2024), ("Boris", 2012)]) {
            let person = serde_json::from_value(
                json!({ "kind": "individual", "name": name, "vip": false, "identifiers": [] }),
            );
            let person =
                crm::store::insert(&mut db, &mut edit, &Viewer::Server, &person.unwrap()).await.unwrap();
            let values = json!({ "year": year });
            let values = values.as_object().unwrap();
            let card = crm::store::card::insert(&mut db, &mut edit, &Viewer::Server, "vehicle", values)
                .await
                .unwrap();
            let input =
                LinkInput { kind: "drives".to_owned(), from: None, to: Some(card.id.as_uuid()), note: None };
            crm::store::link::add(&mut db, &mut edit, person.id.as_uuid(), &input).await.unwrap();
            *id = person.id.as_uuid().as_u128();
        }
        db.commit().await.unwrap();
        ids
    }
}

/// UMS-ENT-05: the cards of each customer decide about its event; nobody known has none; reactions read them too.
#[tokio::test]
async fn a_rule_decides_by_the_cards_of_the_customer() {
    let mut site = Site::new().await;
    let [aziza, boris] = site.drivers().await;
    let reactions = json!([{
        "key": "tell", "kind": "emit", "event": "told",
        "data": { "year": "cards.vehicle[0].year", "vehicles": "len(cards.vehicle)" },
    }]);
    site.launch("new vehicles", document("some(cards.vehicle, #.year > 2020)", reactions)).await;
    for (id, customer) in [("1", aziza), ("2", boris), ("3", 0)] {
        site.send_at(
            "purchase",
            id,
            customer,
            json!({}),
            noon() + TimeDelta::seconds(id.parse().unwrap()),
            0,
        )
        .await;
    }
    site.read().await;

    assert_eq!(site.verdicts().await, ["matched", "criteria", "criteria"]);
    let inputs: Vec<Value> =
        sqlx::query_scalar("select inputs->'cards.vehicle.year' from rules.decision order by occurred_at")
            .fetch_all(site.db.pool())
            .await
            .unwrap();
    assert_eq!(inputs, [json!([2024]), json!([2012]), json!(null)]);
    site.clock.advance(TimeDelta::minutes(1).to_std().unwrap());
    site.work().await;
    let told: Value = sqlx::query_scalar("select payload->'data' from platform.event where kind = 'told'")
        .fetch_one(site.db.pool())
        .await
        .unwrap();
    assert_eq!(told, json!({ "year": 2024, "vehicles": 1 }));
}

/// UMS-ENT-05: a simulation sees the cards that the rule would see.
#[tokio::test]
async fn a_simulation_looks_at_cards() {
    let mut site = Site::new().await;
    let [aziza, boris] = site.drivers().await;
    let draft = document("none(cards.vehicle, #.year > 2020)", json!([message("a", "thanks")]));
    let rule = site.launch("old vehicles", draft.clone()).await;
    for (id, customer) in [("1", aziza), ("2", boris)] {
        site.send("purchase", id, customer, json!({})).await;
    }
    let mut db = site.db.pool().begin().await.unwrap();
    let mut edit = Edit { now: site.clock.now(), author: Author::System, rng: &mut site.rng };
    let span = (noon() - TimeDelta::hours(1), noon() + TimeDelta::hours(1));
    let id = store::insert_simulation(&mut db, &mut edit, rule.id, &draft, &[], span).await.unwrap();
    db.commit().await.unwrap();
    assert!(simulate_next(site.db.pool(), &*site.clock, ZONE).await.unwrap());

    let mut db = site.db.pool().acquire().await.unwrap();
    let done = rules::query::find_simulation(&mut db, rule.id, id).await.unwrap().unwrap();
    assert_eq!((done.seen, &done.result["matched"]), (2, &json!(1)), "{done:?}");
}
