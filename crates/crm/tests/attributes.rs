//! Attributes as data: defined, filled, kept unique, found, indexed.
#![expect(clippy::unwrap_used, reason = "tests")]

mod support;

use base::ChangeError;
use base::id::AttributeId;
use crm::attribute::{AttributeType, BuildState};
use crm::customer::Customer;
use crm::query::{Search, attributes, facts, find, find_attribute, search_customers};
use crm::store::attribute::{archive, insert, update};
use crm::store::{build, set_attribute};
use crm::viewer::Viewer;
use platform::testing::TestDb;
use serde_json::json;
use sqlx::PgConnection;
use support::{Adds, definition, person_with};

/// UMS-ENT-05, NFR-LOW-01: an attribute is there for every record as soon as it is defined.
#[tokio::test]
async fn an_attribute_is_defined_filled_changed_and_archived() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut adds = Adds::new();
    let mut fields = definition("imei", AttributeType::Text);
    let defined = insert(&mut db, &mut adds.edit(), &fields).await.unwrap();
    let customer =
        person_with("Aziza", json!({ "imei": " 356938035643809 ", "tier": "gold", "arpu": "70000.50" }));

    let made = crm::store::insert(&mut db, &mut adds.edit(), &Viewer::Server, &customer).await.unwrap();

    let kept = json!({ "imei": "356938035643809", "tier": "gold", "arpu": 70000.5 });
    assert_eq!(json!(made.fields.attributes), kept);
    let seen = facts(&mut db, &[made.id]).await.unwrap();
    assert_eq!((&seen[&made.id]["imei"], &seen[&made.id]["arpu"]), (&kept["imei"], &kept["arpu"]));
    fields.required = true;
    let changed = update(&mut db, &mut adds.edit(), defined.id, 1, &fields).await.unwrap();
    assert_eq!((changed.version, changed.fields.required), (2, true));
    let stale = update(&mut db, &mut adds.edit(), defined.id, 1, &fields).await;
    assert!(matches!(stale, Err(ChangeError::Stale { given: 1, present: 2 })));
    let without = person_with("Boris", json!({}));
    let missing = crm::store::insert(&mut db, &mut adds.edit(), &Viewer::Server, &without).await.unwrap_err();
    let ChangeError::Invalid(faults) = missing else { panic!("{missing}") };
    assert_eq!(faults[0].pointer, "/attributes/imei");
    fields.value_type = AttributeType::Number;
    let moved = update(&mut db, &mut adds.edit(), defined.id, 2, &fields).await.unwrap_err();
    assert!(matches!(moved, ChangeError::Invalid(faults) if faults[0].pointer == "/type"));
    archive(&mut db, &mut adds.edit(), defined.id, 2).await.unwrap();
    assert!(find_attribute(&mut db, defined.id).await.unwrap().is_none());
    let again = insert(&mut db, &mut adds.edit(), &definition("imei", AttributeType::Text)).await;
    assert!(matches!(again, Err(ChangeError::Taken(fault)) if fault.pointer == "/key"));
    let built_in = &attributes(&mut db, "customer").await.unwrap()[0];
    let refused = archive(&mut db, &mut adds.edit(), built_in.id, 1).await;
    assert!(matches!(refused, Err(ChangeError::InUse(_))), "the server's own attributes stay");
}

/// Rules set attributes; a rule that is repeated repeats nothing.
#[tokio::test]
async fn one_attribute_is_set_and_setting_it_again_writes_no_event() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut adds = Adds::new();
    let made =
        crm::store::insert(&mut db, &mut adds.edit(), &Viewer::Server, &person_with("Aziza", json!({})))
            .await;
    let id = made.unwrap().id;

    let first = set_attribute(&mut db, &mut adds.edit(), id, "tier", &json!("gold")).await.unwrap();
    let again = set_attribute(&mut db, &mut adds.edit(), id, "tier", &json!("gold")).await.unwrap();
    let wrong = set_attribute(&mut db, &mut adds.edit(), id, "tier", &json!("platnum")).await.unwrap_err();
    let unknown = set_attribute(&mut db, &mut adds.edit(), id, "colour", &json!("red")).await.unwrap_err();
    let gone = set_attribute(&mut db, &mut adds.edit(), id, "tier", &json!(null)).await.unwrap();

    assert_eq!((first.version, again.version, gone.version), (2, 2, 3));
    assert_eq!(json!(gone.fields.attributes), json!({}));
    assert!(matches!(wrong, ChangeError::Invalid(faults) if faults[0].pointer == "/attributes/tier"));
    assert!(matches!(unknown, ChangeError::Unknown("attribute")));
}

/// A value that must be unique belongs to one record, whoever is first.
#[tokio::test]
async fn of_sixty_four_who_give_the_same_unique_value_one_gets_it() {
    let test_db = TestDb::new().await;
    let mut adds = Adds::new();
    let mut fields = definition("imei", AttributeType::Text);
    fields.unique = true;
    let mut db = test_db.pool().acquire().await.unwrap();
    let unique = insert(&mut db, &mut adds.edit(), &fields).await.unwrap();
    drop(db);

    let local = tokio::task::LocalSet::new();
    let writers = (0..64_u64).map(|n| {
        let pool = test_db.pool().clone();
        local.spawn_local(async move {
            let mut adds = Adds::seeded(n);
            let mut tx = pool.begin().await.unwrap();
            let fields = person_with(&format!("Writer {n}"), json!({ "imei": "35693803564380X" }));
            let made = crm::store::insert(&mut tx, &mut adds.edit(), &Viewer::Server, &fields).await;
            match made {
                Ok(customer) => {
                    tx.commit().await.unwrap();
                    Some(customer.id)
                }
                Err(ChangeError::Taken(fault)) => {
                    assert_eq!(fault.pointer, "/attributes/imei");
                    None
                }
                Err(error) => panic!("{error:?}"),
            }
        })
    });
    let writers: Vec<_> = writers.collect();
    let winners = local.run_until(async {
        let mut winners = Vec::new();
        for writer in writers {
            winners.extend(writer.await.unwrap());
        }
        winners
    });
    let winners = winners.await;

    assert_eq!(winners.len(), 1);
    let mut db = test_db.pool().acquire().await.unwrap();
    set_attribute(&mut db, &mut adds.edit(), winners[0], "imei", &json!(null)).await.unwrap();
    let next = person_with("Next", json!({ "imei": "35693803564380x" }));
    crm::store::insert(&mut db, &mut adds.edit(), &Viewer::Server, &next).await.unwrap();
    fields.unique = false;
    update(&mut db, &mut adds.edit(), unique.id, 1, &fields).await.unwrap();
    crm::store::insert(&mut db, &mut adds.edit(), &Viewer::Server, &next).await.unwrap();
    fields.unique = true;
    let refused = update(&mut db, &mut adds.edit(), unique.id, 2, &fields).await;
    assert!(matches!(refused, Err(ChangeError::Taken(fault)) if fault.pointer == "/unique"));
}

/// Indexes and words are made in the background, and go when nobody wants them.
#[tokio::test]
async fn what_an_attribute_needs_is_made_in_the_background() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut adds = Adds::new();
    let mut fields = definition("city", AttributeType::Text);
    let city = insert(&mut db, &mut adds.edit(), &fields).await.unwrap();
    let customer = person_with("Aziza", json!({ "city": "Тошкент шаҳри" }));
    let id = crm::store::insert(&mut db, &mut adds.edit(), &Viewer::Server, &customer).await.unwrap().id;
    (fields.indexed, fields.searchable) = (true, true);
    let ordered = update(&mut db, &mut adds.edit(), city.id, 1, &fields).await.unwrap();
    assert!(
        ordered.builds.iter().all(|build| build.state == BuildState::Waiting) && ordered.builds.len() == 2
    );

    assert_eq!(build::pass(test_db.pool()).await.unwrap(), 2);
    assert_eq!(build::pass(test_db.pool()).await.unwrap(), 0);

    let made = find_attribute(&mut db, city.id).await.unwrap().unwrap();
    assert!(made.builds.iter().all(|build| build.state == BuildState::Ready), "{:?}", made.builds);
    let found = search("toshkent shah", &[city.id], &mut db).await;
    assert_eq!(found, [find(&mut db, id).await.unwrap().unwrap()]);
    let unseen = search("toshkent", &[], &mut db).await;
    assert!(unseen.is_empty(), "what is not seen is not searched");
    let indexes = support::value_indexes(&mut db).await;
    assert_eq!(indexes.len(), 1);
    archive(&mut db, &mut adds.edit(), city.id, 2).await.unwrap();
    assert_eq!(build::pass(test_db.pool()).await.unwrap(), 1);
    assert!(support::value_indexes(&mut db).await.is_empty());
}

async fn search(text: &str, attributes: &[AttributeId], db: &mut PgConnection) -> Vec<Customer> {
    search_customers(db, Search { text, attributes, condition: None }, None, 10).await.unwrap()
}
