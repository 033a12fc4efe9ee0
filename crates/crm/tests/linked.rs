//! Linked cards as expressions and filters of sets see them, against a real Postgres (UMS-ENT-05).
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use base::id::{CardId, CustomerId};
use crm::attribute::AttributeType;
use crm::card::CardKindFields;
use crm::columns::{Condition, RecordColumns};
use crm::link::{Cardinality, LinkInput, LinkKindFields};
use crm::query;
use crm::store::{self, attribute, card, card_kind, link, link_kind};
use crm::viewer::Viewer;
use platform::testing::TestDb;
use rules::facts::CARDS_MAX;
use rules::{Expression, Facts};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use support::{Adds, definition, person_with, title};
use uuid::Uuid;

async fn kinds(db: &mut PgConnection, adds: &mut Adds) {
    for key in ["vehicle", "boat"] {
        let kind = CardKindFields {
            key: key.to_owned(),
            title: title(key),
            plural: title(key),
            icon: String::new(),
            title_template: "{{ plate }}".to_owned(),
            readers: None,
            editors: None,
        };
        card_kind::insert(db, &mut adds.edit(), &kind).await.unwrap();
    }
    for (key, value_type) in
        [("plate", AttributeType::Text), ("year", AttributeType::Number), ("bought", AttributeType::Date)]
    {
        let mut fields = definition(key, value_type);
        fields.of = "vehicle".to_owned();
        attribute::insert(db, &mut adds.edit(), &fields).await.unwrap();
    }
    for (key, from, to) in [
        ("drives", "customer", "vehicle"),
        ("owned_by", "vehicle", "customer"),
        ("sails", "customer", "boat"),
    ] {
        let kind = LinkKindFields {
            key: key.to_owned(),
            title: title(key),
            reverse_title: title(key),
            from_kind: from.to_owned(),
            from_customer: None,
            to_kind: to.to_owned(),
            to_customer: None,
            cardinality: Cardinality::ManyToMany,
        };
        link_kind::insert(db, &mut adds.edit(), &kind).await.unwrap();
    }
}

async fn customer(db: &mut PgConnection, adds: &mut Adds, name: &str) -> CustomerId {
    let person = person_with(name, json!({}));
    store::insert(db, &mut adds.edit(), &Viewer::Server, &person).await.unwrap().id
}

async fn vehicle(db: &mut PgConnection, adds: &mut Adds, attributes: Value) -> Uuid {
    let values = attributes.as_object().unwrap();
    card::insert(db, &mut adds.edit(), &Viewer::Server, "vehicle", values).await.unwrap().id.as_uuid()
}

async fn joined(db: &mut PgConnection, adds: &mut Adds, kind: &str, from: Uuid, to: Uuid) {
    let input = LinkInput { kind: kind.to_owned(), from: None, to: Some(to), note: None };
    link::add(db, &mut adds.edit(), from, &input).await.unwrap();
}

/// The facts of customers with these kinds of cards.
async fn facts(db: &mut PgConnection, ids: &[CustomerId], kinds: &[&str]) -> BTreeMap<CustomerId, Value> {
    let mut found = query::facts(&mut *db, ids).await.unwrap();
    let kinds = kinds.iter().map(|kind| (*kind).to_owned()).collect();
    query::add_cards(db, &kinds, &mut found).await.unwrap();
    found
}

/// UMS-ENT-05: by any kind of link, on either side, each card once, newest first, none of others.
#[tokio::test]
async fn the_cards_of_customers_are_lists_by_kind() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut adds = Adds::new();
    kinds(&mut db, &mut adds).await;
    let (aziza, boris) =
        (customer(&mut db, &mut adds, "Aziza").await, customer(&mut db, &mut adds, "Boris").await);
    let mut cars = Vec::new();
    for year in [2012, 2015, 2024, 2020] {
        cars.push(vehicle(&mut db, &mut adds, json!({ "year": year })).await);
    }
    joined(&mut db, &mut adds, "drives", aziza.as_uuid(), cars[0]).await;
    joined(&mut db, &mut adds, "owned_by", cars[0], aziza.as_uuid()).await;
    joined(&mut db, &mut adds, "owned_by", cars[2], aziza.as_uuid()).await;
    joined(&mut db, &mut adds, "drives", aziza.as_uuid(), cars[3]).await;
    joined(&mut db, &mut adds, "drives", boris.as_uuid(), cars[1]).await;

    let found = facts(&mut db, &[aziza, boris], &["vehicle", "boat", "plane"]).await;
    let years = |id: &CustomerId| -> Vec<i64> {
        let cards = found[id]["@cards"]["vehicle"].as_array().unwrap();
        cards.iter().map(|card| card["year"].as_i64().unwrap()).collect()
    };
    assert_eq!((years(&aziza), years(&boris)), (vec![2020, 2024, 2012], vec![2015]));
    assert_eq!(found[&aziza]["@cards"]["boat"], json!([]));
    assert!(found[&aziza]["@cards"].get("plane").is_none(), "there is no such kind");
    assert_eq!(found[&aziza]["@cards"]["vehicle"][1]["id"], json!(cars[2]));
    assert!(facts(&mut db, &[aziza], &[]).await[&aziza].get("@cards").is_none(), "nothing was asked");

    // What is no longer in use is no longer there: a card, a kind of link.
    card::archive(&mut db, &mut adds.edit(), CardId::from_uuid(cars[3]), 1).await.unwrap();
    let kinds = query::link_kinds(&mut db).await.unwrap();
    let owned = kinds.into_iter().find(|kind| kind.fields.key == "owned_by").unwrap();
    link_kind::archive(&mut db, &mut adds.edit(), owned.id, owned.version).await.unwrap();
    let found = facts(&mut db, &[aziza], &["vehicle"]).await;
    assert_eq!(found[&aziza]["@cards"]["vehicle"].as_array().unwrap().len(), 1);
}

/// UMS-ENT-05: expressions in memory and filters of sets see the same cards, also where there are more than are looked at.
#[tokio::test]
async fn filters_of_sets_see_the_cards_that_expressions_see() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut adds = Adds::new();
    kinds(&mut db, &mut adds).await;
    let garages: [&[i64]; 4] = [&[2012, 2024], &[2015], &[], &[2022]];
    let mut ids = Vec::new();
    for (place, years) in garages.into_iter().enumerate() {
        let id = customer(&mut db, &mut adds, &format!("c{place}")).await;
        for year in years {
            let attributes =
                json!({ "year": year, "plate": format!("{year}A"), "bought": format!("{year}-05-01") });
            let car = vehicle(&mut db, &mut adds, attributes).await;
            joined(&mut db, &mut adds, "drives", id.as_uuid(), car).await;
        }
        ids.push(id);
    }
    // The last has one more than are looked at, and the oldest of them is the only one of its year.
    for _ in 0..CARDS_MAX {
        let car = vehicle(&mut db, &mut adds, json!({ "plate": "fleet" })).await;
        joined(&mut db, &mut adds, "drives", ids[3].as_uuid(), car).await;
    }
    let (attributes, all) =
        (query::all_attributes(&mut db).await.unwrap(), query::card_kinds(&mut db).await.unwrap());
    let columns = RecordColumns::customers(&attributes, &Viewer::Server, Facts::default()).with_linked(
        &all,
        &attributes,
        &Viewer::Server,
    );
    let found = facts(&mut db, &ids, &["vehicle", "boat"]).await;

    for (text, expected) in [
        ("some(cards.vehicle, #.year > 2020)", vec!["c0"]),
        ("none(cards.vehicle, #.year > 2020)", vec!["c1", "c2", "c3"]),
        ("all(cards.vehicle, #.year > 2014)", vec!["c1", "c2"]),
        ("one(cards.vehicle, startsWith(#.plate, '20'))", vec!["c1"]),
        ("count(cards.vehicle, #.year > 2000) == 2", vec!["c0"]),
        ("len(cards.vehicle) == 100", vec!["c3"]),
        ("len(cards.boat) == 0 and len(cards.vehicle) == 1", vec!["c1"]),
        ("some(cards.vehicle, d(#.bought) >= d('2024-01-01') and #.plate != customer.name)", vec!["c0"]),
        (
            "some(cards.vehicle, #.kind == 'vehicle' and d(#.created_at) > d('2020-01-01'))",
            vec!["c0", "c1", "c3"],
        ),
    ] {
        let condition =
            Condition::compile(text, columns.clone()).unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
        let search = query::Search { condition: Some(&condition), ..query::Search::default() };
        let rows = query::search_customers(&mut db, search, None, 10).await.unwrap();
        let mut names: Vec<_> = rows.into_iter().map(|row| row.fields.name).collect();
        names.sort();
        let expression = Expression::compile(text).unwrap();
        let holds =
            |id: &&CustomerId| expression.holds(&Facts::default().of_customer(found[*id].clone())).unwrap();
        let in_memory: Vec<&str> =
            ids.iter().filter(holds).map(|id| found[id]["name"].as_str().unwrap()).collect();
        assert_eq!(
            (names, in_memory),
            (expected.iter().map(ToString::to_string).collect(), expected),
            "{text}"
        );
    }
}

/// UMS-ENT-05: a kind for other roles is not there.
#[tokio::test]
async fn filters_of_sets_see_no_cards_of_kinds_for_others() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    kinds(&mut db, &mut Adds::new()).await;
    let attributes = query::all_attributes(&mut db).await.unwrap();
    let mut closed = query::card_kinds(&mut db).await.unwrap();
    closed.iter_mut().for_each(|kind| kind.fields.readers = Some(Vec::new()));
    let nobody = Viewer::with([]);
    let columns = RecordColumns::customers(&attributes, &nobody, Facts::default());
    let columns = columns.with_linked(&closed, &attributes, &nobody);
    let faults = Condition::compile("len(cards.vehicle) > 0", columns).unwrap_err();
    assert_eq!(faults[0].code, "unknown_field", "{faults:?}");
}
