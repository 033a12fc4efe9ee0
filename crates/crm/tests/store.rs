//! Every statement of `store` and `query` against a real Postgres.
#![expect(clippy::unwrap_used, reason = "tests")]

use base::id::{CustomerId, PersonId};
use base::{Author, ChangeError, Edit, Locale};
use chrono::{DateTime, TimeDelta, Utc};
use crm::customer::{CustomerFields, CustomerKind, Identifier, IdentifierKind};
use crm::query::{After, by_identifiers, facts, find, find_by_phone, search, search_ids};
use crm::store::{insert, update};
use crm::viewer::Viewer;
use platform::testing::TestDb;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use sqlx::PgConnection;
use uuid::Uuid;

fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_341_600, 0).unwrap()
}

fn person(name: &str, phone: &str) -> CustomerFields {
    CustomerFields {
        kind: CustomerKind::Individual,
        name: name.to_owned(),
        vip: false,
        language: Some(Locale::Uz),
        identifiers: vec![Identifier { kind: IdentifierKind::Phone, value: phone.to_owned() }],
        attributes: None,
    }
}

struct Adds {
    rng: ChaCha8Rng,
    now: DateTime<Utc>,
}

impl Adds {
    fn new() -> Self {
        Self { rng: ChaCha8Rng::seed_from_u64(5), now: moment() }
    }

    fn edit(&mut self) -> Edit<'_> {
        self.now += TimeDelta::seconds(1);
        Edit { now: self.now, author: Author::Person(PersonId::from_uuid(Uuid::nil())), rng: &mut self.rng }
    }

    async fn add(&mut self, db: &mut PgConnection, name: &str, phone: &str) -> CustomerId {
        insert(db, &mut self.edit(), &Viewer::Server, &person(name, phone)).await.unwrap().id
    }
}

async fn names(db: &mut PgConnection, text: &str) -> Vec<String> {
    let mut names: Vec<String> =
        search(db, text, None, 50).await.unwrap().into_iter().map(|customer| customer.fields.name).collect();
    names.sort();
    names
}

/// CC-TEL-01, CC-IN-01: the number that calls tells who it is.
#[tokio::test]
async fn a_number_that_calls_finds_its_customer() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut adds = Adds::new();
    let fields = CustomerFields {
        kind: CustomerKind::Organisation,
        vip: true,
        identifiers: vec![
            Identifier { kind: IdentifierKind::TaxNumber, value: "302345678".to_owned() },
            Identifier { kind: IdentifierKind::Phone, value: "+998712345678".to_owned() },
        ],
        ..person("Toshkent Savdo", "")
    };
    let customer = insert(&mut db, &mut adds.edit(), &Viewer::Server, &fields).await.unwrap();

    let caller = find_by_phone(&mut db, &"+998712345678".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!((caller.customer_id, caller.name.as_str(), caller.vip), (customer.id, "Toshkent Savdo", true));
    assert_eq!((caller.kind, caller.language), (CustomerKind::Organisation, Some(Locale::Uz)));
    assert_eq!(find_by_phone(&mut db, &"+998712345679".parse().unwrap()).await.unwrap(), None);
    assert_eq!(names(&mut db, "302345678").await, ["Toshkent Savdo"]);
}

#[tokio::test]
async fn a_name_is_found_in_any_script_by_the_beginnings_of_its_words() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut adds = Adds::new();
    adds.add(&mut db, "Каримов Ўткир", "+998901110001").await;
    adds.add(&mut db, "Aziza Qarimova", "+998901110002").await;
    adds.add(&mut db, "Oʻtkir Xasanov", "+998901110003").await;
    adds.add(&mut db, "Иванов Пётр", "+998901110004").await;

    assert_eq!(names(&mut db, "karimov").await, ["Aziza Qarimova", "Каримов Ўткир"]);
    assert_eq!(names(&mut db, "O'tkir Karimov").await, ["Каримов Ўткир"]);
    assert_eq!(names(&mut db, "хас").await, ["Oʻtkir Xasanov"]);
    assert_eq!(names(&mut db, "ivanov").await, ["Иванов Пётр"]);
    assert_eq!(names(&mut db, "karim%").await.len(), 2);
    assert_eq!(names(&mut db, "nobody").await, Vec::<String>::new());
    assert_eq!(names(&mut db, "1110003").await, ["Oʻtkir Xasanov"]);
    assert_eq!(names(&mut db, "+998 90 111-00-04").await, ["Иванов Пётр"]);
    assert_eq!(names(&mut db, "003").await, Vec::<String>::new());
    assert_eq!(search_ids(&mut db, "karimov", 1).await.unwrap().len(), 1);
}

#[tokio::test]
async fn customers_are_listed_newest_first_page_by_page() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut adds = Adds::new();
    let mut ids = Vec::new();
    for n in 0..5 {
        ids.push(adds.add(&mut db, "Aziza", &format!("+99890111000{n}")).await);
    }
    ids.reverse();

    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = search(&mut db, if seen.len() > 2 { "aziza" } else { "" }, after, 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(After { created_at: last.created_at, id: last.id });
        seen.extend(page.iter().map(|customer| customer.id));
    }

    assert_eq!(seen, ids);
}

#[tokio::test]
async fn a_change_keeps_versions_identifiers_and_names_apart() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut adds = Adds::new();
    let aziza = adds.add(&mut db, "Aziza", "+998901110001").await;
    adds.add(&mut db, "Boris", "+998901110002").await;

    let taken = person("Aziza", "+998901110002");
    let Err(ChangeError::Taken(fault)) =
        update(&mut db, &mut adds.edit(), &Viewer::Server, aziza, 1, &taken).await
    else {
        panic!("a number got two customers");
    };
    assert_eq!(fault.pointer, "/identifiers/0/value");
    let changed =
        update(&mut db, &mut adds.edit(), &Viewer::Server, aziza, 1, &person("Nodira", "+998901110003"))
            .await
            .unwrap();
    assert_eq!(changed.version, 2);
    assert_eq!(find(&mut db, aziza).await.unwrap(), Some(changed));
    assert_eq!(names(&mut db, "aziza").await, Vec::<String>::new());
    assert_eq!(names(&mut db, "nodira").await, ["Nodira"]);
    assert_eq!(find_by_phone(&mut db, &"+998901110001".parse().unwrap()).await.unwrap(), None);
    let stale =
        update(&mut db, &mut adds.edit(), &Viewer::Server, aziza, 1, &person("Nodira", "+998901110003"))
            .await;
    assert!(matches!(stale, Err(ChangeError::Stale { given: 1, present: 2 })));
    let nobody = CustomerId::from_uuid(Uuid::from_u128(1));
    let unknown =
        update(&mut db, &mut adds.edit(), &Viewer::Server, nobody, 1, &person("Nodira", "+998901110009"))
            .await;
    assert!(matches!(unknown, Err(ChangeError::Unknown("customer"))));
}

/// BRE-EVT-02, GAP-48: what rules see of a customer, found by any identifier.
#[tokio::test]
async fn a_customer_is_seen_by_expressions_with_the_first_number_that_was_given() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut adds = Adds::new();
    let mut fields = person("Aziza", "+998901110009");
    fields.identifiers.push(Identifier { kind: IdentifierKind::Phone, value: "+998901110001".to_owned() });
    fields
        .identifiers
        .push(Identifier { kind: IdentifierKind::Email, value: "Aziza@Example.com".to_owned() });
    let aziza = insert(&mut db, &mut adds.edit(), &Viewer::Server, &fields).await.unwrap().id;
    let nobody = CustomerId::from_uuid(Uuid::from_u128(1));

    let seen = facts(&mut db, &[aziza, nobody]).await.unwrap();

    assert_eq!(
        serde_json::to_value(&seen).unwrap(),
        serde_json::json!({ aziza.to_string(): {
            "id": aziza, "kind": "individual", "name": "Aziza", "vip": false, "language": "uz",
            "phone": "+998901110009", "email": "aziza@example.com", "telegram": null, "tax_number": null,
            "contract": null, "created_at": "2026-11-22T10:00:01Z",
        }})
    );
    let sought = |kind, value: &str| Identifier { kind, value: value.to_owned() };
    let identifiers = [
        sought(IdentifierKind::Phone, "rubbish"),
        sought(IdentifierKind::Email, "AZIZA@example.com"),
        sought(IdentifierKind::Phone, " +998901110001 "),
        sought(IdentifierKind::Contract, "7"),
    ];
    let found = by_identifiers(&mut db, &identifiers).await.unwrap();
    assert_eq!(found, [None, Some(aziza), Some(aziza), None]);
}
