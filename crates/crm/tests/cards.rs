//! Kinds of cards, cards, links and filters against a real Postgres.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod support;

use base::ChangeError;
use base::id::RoleId;
use crm::attribute::{Attribute, AttributeType, BuildState, Values};
use crm::card::{Card, CardKindFields};
use crm::columns::{Condition, RecordColumns};
use crm::customer::{CustomerFields, CustomerKind};
use crm::link::{Cardinality, LinkInput, LinkKindFields};
use crm::query::{self, CardSearch, CardSort, SortBy};
use crm::store::{self, attribute, build, card, card_kind, link, link_kind};
use crm::viewer::Viewer;
use platform::testing::TestDb;
use serde_json::{Value, json};
use sqlx::{Connection, PgConnection};
use support::{Adds, definition, person_with, title};
use uuid::Uuid;

fn device() -> CardKindFields {
    CardKindFields {
        key: "device".to_owned(),
        title: title("Device"),
        plural: title("Devices"),
        icon: "smartphone".to_owned(),
        title_template: "{{ brand }} {{ imei }}".to_owned(),
        readers: None,
        editors: None,
    }
}

fn values(value: Value) -> Values {
    value.as_object().unwrap().clone()
}

/// A kind with an IMEI that is unique, a brand that is found, and a price.
async fn devices(db: &mut PgConnection, adds: &mut Adds) -> Vec<Attribute> {
    card_kind::insert(db, &mut adds.edit(), &device()).await.unwrap();
    for (key, value_type) in
        [("imei", AttributeType::Text), ("brand", AttributeType::Text), ("price", AttributeType::Decimal)]
    {
        let mut fields = definition(key, value_type);
        fields.of = "device".to_owned();
        (fields.unique, fields.searchable) = (key == "imei", key == "brand");
        attribute::insert(db, &mut adds.edit(), &fields).await.unwrap();
    }
    query::attributes(db, "device").await.unwrap()
}

async fn add(db: &mut PgConnection, adds: &mut Adds, attributes: Value) -> Card {
    card::insert(db, &mut adds.edit(), &Viewer::Server, "device", &values(attributes)).await.unwrap()
}

async fn imeis(db: &mut PgConnection, search: CardSearch<'_>) -> Vec<String> {
    let cards = query::search_cards(db, &search, 50).await.unwrap();
    cards.into_iter().map(|(card, _)| card.attributes["imei"].as_str().unwrap().to_owned()).collect()
}

/// UMS-ENT-05, TEL-ENT-01: a new kind of card with its attributes, without code.
#[tokio::test]
async fn cards_of_a_new_kind_are_added_changed_found_and_archived() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut adds = Adds::new();
    let attributes = devices(&mut db, &mut adds).await;
    let first = add(&mut db, &mut adds, json!({ "imei": "111", "brand": "Artel", "price": 900 })).await;
    add(&mut db, &mut adds, json!({ "imei": "222", "brand": "Самсунг" })).await;
    add(&mut db, &mut adds, json!({ "imei": "333", "brand": "Artel", "price": 1200.5 })).await;
    let brand: Vec<_> =
        attributes.iter().filter(|attribute| attribute.fields.searchable).map(|a| a.id).collect();
    let by = |by, descending| CardSort { by, descending };
    let (newest, price) =
        (by(SortBy::Created, true), by(SortBy::Attribute("price".to_owned(), AttributeType::Decimal), false));
    let all = CardSearch {
        kind: "device",
        text: "",
        attributes: &brand,
        condition: None,
        sort: &newest,
        after: None,
    };
    let columns = RecordColumns::cards(&attributes, &Viewer::Server, rules::Facts::default());
    let dear = Condition::compile("card.price > 1000 or card.imei == '222'", columns.clone()).unwrap();

    assert_eq!(imeis(&mut db, all.clone()).await, ["333", "222", "111"]);
    assert_eq!(imeis(&mut db, CardSearch { text: "samsung", ..all.clone() }).await, ["222"]);
    assert_eq!(imeis(&mut db, CardSearch { text: "artel", attributes: &[], ..all.clone() }).await, [""; 0]);
    assert_eq!(imeis(&mut db, CardSearch { condition: Some(&dear), ..all.clone() }).await, ["333", "222"]);
    assert_eq!(imeis(&mut db, CardSearch { sort: &price, ..all.clone() }).await, ["111", "333", "222"]);
    for sort in [newest.clone(), price.clone(), by(price.by.clone(), true), by(SortBy::Updated, false)] {
        let (mut after, mut seen) = (None, Vec::new());
        while let [(card, value)] =
            &query::search_cards(&mut db, &CardSearch { sort: &sort, after: after.clone(), ..all.clone() }, 1)
                .await
                .unwrap()[..]
        {
            seen.push(card.attributes["imei"].as_str().unwrap().to_owned());
            after = Some((value.clone(), card.id));
        }
        assert_eq!(seen, imeis(&mut db, CardSearch { sort: &sort, ..all.clone() }).await, "{sort:?}");
    }
    let wrong = Condition::compile("card.prise > 1", columns).unwrap_err();
    assert_eq!(wrong[0].example, Some(json!("card.price")));
    let changed = values(json!({ "imei": "111", "brand": "Artel U8" }));
    let after =
        card::update(&mut db, &mut adds.edit(), &Viewer::Server, first.id, 1, &changed).await.unwrap();
    assert_eq!((after.version, &after.attributes), (2, &changed));
    let stale = card::update(&mut db, &mut adds.edit(), &Viewer::Server, first.id, 1, &changed).await;
    assert!(matches!(stale, Err(ChangeError::Stale { .. })));
    let mut tx = db.begin().await.unwrap();
    let same = values(json!({ "imei": "111" }));
    let twice = card::insert(&mut tx, &mut adds.edit(), &Viewer::Server, "device", &same).await;
    assert!(matches!(twice, Err(ChangeError::Taken(fault)) if fault.pointer == "/attributes/imei"));
    tx.rollback().await.unwrap();
    card::archive(&mut db, &mut adds.edit(), first.id, 2).await.unwrap();
    assert_eq!(imeis(&mut db, all.clone()).await, ["333", "222"]);
    add(&mut db, &mut adds, json!({ "imei": "111" })).await;
    let nothing = card::insert(&mut db, &mut adds.edit(), &Viewer::Server, "ship", &Values::new()).await;
    assert!(matches!(nothing, Err(ChangeError::Invalid(faults)) if faults[0].pointer == "/kind"));
}

/// A device has one owner, an owner many devices.
fn used_by() -> LinkKindFields {
    LinkKindFields {
        key: "used_by".to_owned(),
        title: title("Used by"),
        reverse_title: title("Devices"),
        from_kind: "device".to_owned(),
        from_customer: None,
        to_kind: "customer".to_owned(),
        to_customer: None,
        cardinality: Cardinality::ManyToOne,
    }
}

/// Which field was refused.
fn pointer_of(refused: ChangeError) -> String {
    match refused {
        ChangeError::Invalid(faults) => faults[0].pointer.clone(),
        ChangeError::Taken(fault) => fault.pointer,
        other => other.to_string(),
    }
}

/// GAP-48: contact persons of an organisation, and whose device it is.
#[tokio::test]
async fn links_join_what_their_kind_says_and_no_more_than_it_allows() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut adds = Adds::new();
    devices(&mut db, &mut adds).await;
    let organisation = CustomerFields { kind: CustomerKind::Organisation, ..person_with("Savdo", json!({})) };
    let mut ids = Vec::new();
    for fields in [person_with("Aziza", json!({})), person_with("Boris", json!({})), organisation] {
        let made = store::insert(&mut db, &mut adds.edit(), &Viewer::Server, &fields).await.unwrap();
        ids.push(made.id.as_uuid());
    }
    let phone = add(&mut db, &mut adds, json!({ "imei": "111" })).await;
    let kind = link_kind::insert(&mut db, &mut adds.edit(), &used_by()).await.unwrap();
    let to = |kind: &str, to: Uuid| LinkInput { kind: kind.to_owned(), from: None, to: Some(to), note: None };
    let noted = LinkInput { note: Some(" director ".to_owned()), ..to("works_at", ids[2]) };

    let works = link::add(&mut db, &mut adds.edit(), ids[0], &noted).await.unwrap();
    let owned =
        link::add(&mut db, &mut adds.edit(), phone.id.as_uuid(), &to("used_by", ids[0])).await.unwrap();
    link::add(&mut db, &mut adds.edit(), ids[0], &to("relative_of", ids[1])).await.unwrap();

    assert_eq!((works.note.as_deref(), works.from, works.to), (Some("director"), ids[0], ids[2]));
    let links = query::links_of(&mut db, ids[0]).await.unwrap();
    assert_eq!(
        links.iter().map(|link| link.kind.as_str()).collect::<Vec<_>>(),
        ["relative_of", "used_by", "works_at"]
    );
    assert_eq!(query::links_of(&mut db, ids[2]).await.unwrap(), std::slice::from_ref(&works));
    for (record, input, pointer) in [
        (ids[0], to("works_at", ids[1]), "/to"),
        (ids[2], to("works_at", ids[2]), "/from"),
        (ids[0], to("works_at", Uuid::nil()), "/to"),
        (ids[0], to("owns", ids[1]), "/kind"),
        (ids[0], to("works_at", ids[2]), "/to"),
        (ids[1], to("relative_of", ids[0]), "/to"),
        (ids[1], to("relative_of", ids[1]), "/to"),
        (phone.id.as_uuid(), to("used_by", ids[1]), "/from"),
    ] {
        let refused = link::add(&mut db, &mut adds.edit(), record, &input).await.unwrap_err();
        assert_eq!(pointer_of(refused), pointer, "{input:?}");
    }
    link::remove(&mut db, &mut adds.edit(), owned.id).await.unwrap();
    let again =
        link::add(&mut db, &mut adds.edit(), phone.id.as_uuid(), &to("used_by", ids[1])).await.unwrap();
    card::archive(&mut db, &mut adds.edit(), phone.id, 1).await.unwrap();
    assert!(query::find_link(&mut db, again.id).await.unwrap().is_none(), "links of an archived card end");
    let history = query::history(&mut db, ids[1], None, 50).await.unwrap();
    let kinds: Vec<_> = history.iter().map(|event| event.kind.to_string()).collect();
    assert_eq!(
        kinds,
        ["crm.link_removed.v1", "crm.link_added.v1", "crm.link_added.v1", "crm.customer_created.v1"]
    );
    let in_use = query::card_kinds(&mut db).await.unwrap().remove(0);
    let refused = card_kind::archive(&mut db, &mut adds.edit(), in_use.id, in_use.version).await;
    assert!(matches!(refused, Err(ChangeError::InUse(_))));
    link_kind::archive(&mut db, &mut adds.edit(), kind.id, 1).await.unwrap();
    card_kind::archive(&mut db, &mut adds.edit(), in_use.id, in_use.version).await.unwrap();
    assert!(
        query::attributes(&mut db, "device").await.unwrap().len() == 3
            && query::card_kinds(&mut db).await.unwrap().is_empty()
    );
}

/// The index of an attribute serves the filters on it, for each type that can be indexed.
#[tokio::test]
async fn every_type_is_filtered_by_its_index() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut adds = Adds::new();
    for (key, value_type, value) in [
        ("a", AttributeType::Text, json!("x")),
        ("b", AttributeType::Number, json!(7)),
        ("c", AttributeType::Decimal, json!(7.5)),
        ("d", AttributeType::Boolean, json!(true)),
        ("e", AttributeType::Date, json!("2026-11-27")),
        ("f", AttributeType::Datetime, json!("2026-11-27T10:00:00Z")),
    ] {
        let mut fields = definition(key, value_type);
        fields.indexed = true;
        attribute::insert(&mut db, &mut adds.edit(), &fields).await.unwrap();
        let customer = person_with(key, json!({ key: value }));
        store::insert(&mut db, &mut adds.edit(), &Viewer::Server, &customer).await.unwrap();
    }
    assert_eq!(build::pass(test_db.pool()).await.unwrap(), 6);
    let attributes = query::attributes(&mut db, "customer").await.unwrap();
    let built = |attribute: &Attribute| attribute.builds.iter().all(|build| build.state == BuildState::Ready);
    assert!(attributes.iter().all(built), "{attributes:?}");
    let columns = RecordColumns::customers(&attributes, &Viewer::Server, rules::Facts::default());
    sqlx::query("set enable_seqscan = off").execute(&mut *db).await.unwrap();

    for (text, found) in [
        ("customer.a == 'x'", "a"),
        ("customer.a in ['x', 'y']", "a"),
        ("customer.b > 5", "b"),
        ("customer.c in [7..8]", "c"),
        ("customer.d == true", "d"),
        ("d(customer.e) == d('2026-11-27')", "e"),
        ("d(customer.f) > d('2026-11-01')", "f"),
    ] {
        let condition = Condition::compile(text, columns.clone()).unwrap();
        let search = query::Search { condition: Some(&condition), ..query::Search::default() };
        let names: Vec<_> = query::search_customers(&mut db, search, None, 10)
            .await
            .unwrap()
            .into_iter()
            .map(|customer| customer.fields.name)
            .collect();
        assert_eq!(names, [found], "{text}");
        let sql = condition.sql(1).unwrap();
        let plan = support::plan(&mut db, &sql).await;
        assert!(plan.contains("value_"), "{text} does not use its index: {plan}");
    }
}

/// UMS-ENT-05: a kind may be for some roles only.
#[test]
fn a_kind_is_seen_and_changed_by_its_roles() {
    let (role, other) = (RoleId::from_uuid(Uuid::from_u128(1)), RoleId::from_uuid(Uuid::from_u128(2)));
    let moment = chrono::DateTime::from_timestamp(0, 0).unwrap();
    let kind = crm::card::CardKind {
        id: base::id::CardKindId::from_uuid(Uuid::nil()),
        fields: CardKindFields { readers: Some(vec![role, other]), editors: Some(vec![role]), ..device() },
        created_at: moment,
        updated_at: moment,
        version: 1,
    };

    let sees = |roles: &[RoleId]| {
        let viewer = Viewer::with(roles.iter().copied());
        (kind.is_seen_by(&viewer), kind.is_edited_by(&viewer))
    };

    assert_eq!((sees(&[role]), sees(&[other]), sees(&[])), ((true, true), (true, false), (false, false)));
}
