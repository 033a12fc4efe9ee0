use super::*;
use crate::testing::TestDb;
use base::{Author, ChangeError, Edit, Locale};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_000_000, 0).unwrap()
}

fn fields(schema: Value) -> EventTypeFields {
    EventTypeFields {
        title: LocalText([(Locale::En, "Purchase".to_owned())].into()),
        description: String::new(),
        schema,
        subject: SubjectKind::Phone,
        retention_days: 90,
    }
}

fn amount_at_least(least: i32) -> Value {
    json!({ "type": "object", "properties": { "amount": { "type": "number", "minimum": least } } })
}

/// BRE-EVT-02
#[tokio::test]
async fn a_type_is_registered_changed_and_removed_and_the_registry_sees_it_at_once() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut connection = db.pool().acquire().await.unwrap();
    let mut edit = Edit { now: now(), author: Author::System, rng: &mut rng };
    let registry = Registry::new(db.pool().clone());
    assert!(registry.known().await.unwrap().find("purchase").is_none());

    let made = store::insert(&mut connection, &mut edit, "purchase", &fields(amount_at_least(0)), false)
        .await
        .unwrap();
    let known = registry.refresh().await.unwrap();
    assert!(schema::check(&known.find("purchase").unwrap().validator, &json!({ "amount": 5 })).is_empty());

    let taken = store::insert(&mut connection, &mut edit, "purchase", &made.fields, false).await;
    assert!(matches!(taken, Err(ChangeError::Taken(_))));
    let stricter = fields(amount_at_least(10));
    store::update(&mut connection, &mut edit, "purchase", 1, &stricter).await.unwrap();
    let known = registry.refresh().await.unwrap();
    let faults = schema::check(&known.find("purchase").unwrap().validator, &json!({ "amount": 5 }));
    assert_eq!(faults[0].pointer, "/amount");
    let stale = store::update(&mut connection, &mut edit, "purchase", 1, &stricter).await;
    assert!(matches!(stale, Err(ChangeError::Stale { given: 1, present: 2 })));

    store::delete(&mut connection, &mut edit, "purchase").await.unwrap();
    assert!(registry.refresh().await.unwrap().find("purchase").is_none());
}

#[test]
fn a_schema_that_is_none_too_long_too_deep_or_reads_elsewhere_is_refused_with_the_reason() {
    let detail = |schema: Value| fields(schema).faults().first().map(|fault| fault.detail.clone());
    let mut deep = json!({ "type": "object" });
    for _ in 0..10 {
        deep = json!({ "type": "object", "properties": { "in": deep } });
    }
    let long = json!({ "type": "object", "description": "x".repeat(schema::SCHEMA_BYTES_MAX) });
    let elsewhere =
        json!({ "type": "object", "properties": { "a": { "$ref": "http://example.com/a.json" } } });

    assert_eq!(detail(amount_at_least(0)), None);
    assert!(detail(json!({ "type": "string" })).unwrap().starts_with("must be a schema of an object"));
    assert!(
        detail(json!({ "type": "object", "minProperties": -1 })).unwrap().starts_with("is no JSON Schema")
    );
    assert_eq!(detail(deep).unwrap(), "is nested deeper than 16 levels");
    assert_eq!(detail(long).unwrap(), "is longer than 65536 bytes");
    assert!(detail(elsewhere).unwrap().starts_with("refers to http://example.com/a.json"));
}

#[test]
fn names_are_words_with_dots_and_not_those_of_our_own_events() {
    for name in ["purchase", "roaming.arrived", "a1.b_2"] {
        assert_eq!(name_fault(name), None, "{name}");
    }
    for name in ["", "Purchase", "a..b", "1a", "a-b", "crm.customer_changed", "a b", &"a".repeat(101)] {
        assert!(name_fault(name).is_some(), "{name}");
    }
}

/// GAP-44, TEL-12: more than 37 criteria, each an attribute of an event, with its name in every language.
#[tokio::test]
async fn the_built_in_types_are_registered_once_and_bring_more_than_37_attributes() {
    let db = TestDb::new().await;
    let mut rng = ChaCha8Rng::seed_from_u64(2);
    let mut connection = db.pool().acquire().await.unwrap();
    let mut edit = Edit { now: now(), author: Author::System, rng: &mut rng };

    let loaded = built_in::load(&mut connection, &mut edit).await.unwrap();
    let again = built_in::load(&mut connection, &mut edit).await.unwrap();

    assert_eq!((loaded, again), (21, 0));
    let mut names = std::collections::BTreeSet::new();
    for (name, fields) in built_in::all() {
        for (attribute, property) in fields.schema["properties"].as_object().unwrap() {
            for language in Locale::ALL {
                let title = property["x-title"][language.code()].as_str().unwrap_or_default();
                assert!(!title.is_empty(), "{name}: {attribute} has no title in {language}");
            }
            names.insert(attribute.clone());
        }
    }
    let arrived = store::find(&mut connection, "roaming.arrived").await.unwrap().unwrap();
    assert!(arrived.fields.schema["properties"].as_object().unwrap().len() >= 38);
    assert!(names.len() >= 80, "only {} attributes", names.len());
}
