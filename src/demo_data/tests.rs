use super::*;
use platform::testing::TestDb;
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config/demo")
}

fn moment() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_341_600, 0).unwrap()
}

/// CC-ROUTE-06: the shipped organisation has the skills that the requirement names.
#[tokio::test]
async fn the_demo_organisation_is_loaded_once_and_whole() {
    let test_db = TestDb::new().await;
    let mut db = test_db.pool().acquire().await.unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    access::bootstrap::bootstrap(&mut db, moment(), &mut rng).await.unwrap();

    let loaded = load(&mut db, moment(), &mut rng, &folder()).await.unwrap().unwrap();
    let again = load(&mut db, moment(), &mut rng, &folder()).await.unwrap();

    assert_eq!(again, None);
    assert_eq!((loaded.people, loaded.customers), (16, 200));
    let skills = routing::query::config::skills(&mut db).await.unwrap();
    let names: Vec<&str> = skills.iter().map(|skill| skill.fields.name.get(base::Locale::En)).collect();
    assert_eq!(names, ["Russian", "Uzbek", "English", "Legal entities", "Debt", "B2B sales"]);
    let operators = routing::query::config::operators(&mut db).await.unwrap();
    assert_eq!(operators.len(), 12);
    assert!(operators.iter().all(|operator| !operator.fields.queues.is_empty()));
    let number = "+998901234567".parse().unwrap();
    let caller = crm::query::find_by_phone(&mut db, &number).await.unwrap().unwrap();
    assert_eq!((caller.name.as_str(), caller.vip), ("Aziza Karimova", true));
    let devices = crm::query::links_of(&mut db, caller.customer_id.as_uuid()).await.unwrap();
    assert_eq!(devices.iter().map(|link| link.kind.as_str()).collect::<Vec<_>>(), ["used_by"]);
    let seen = crm::query::facts(&mut db, &[caller.customer_id]).await.unwrap();
    assert_eq!(seen[&caller.customer_id]["tier"], "gold");
    let member = ::loyalty::query::find_by_number(&mut db, None, "700000001").await.unwrap().unwrap();
    assert_eq!(member.customer_id, caller.customer_id);
    let tier = ::loyalty::query::find_tier(&mut db, member.tier_id.unwrap()).await.unwrap().unwrap();
    assert_eq!(tier.fields.code, "gold", "CIMP-TIER-03: four types of services");
    let policy = access::policy::PasswordPolicy::default();
    policy.check("anna", &loaded.password).unwrap();
}

#[test]
fn a_flow_of_the_demo_number_finds_its_queues() {
    let organisation: Organisation = read(&folder(), "organisation.toml").unwrap();
    let flow = std::fs::read_to_string(folder().join("../../flows/main.flow.json")).unwrap();
    let names: Vec<String> = organisation.queue.iter().map(|queue| queue.name.clone()).collect();

    let mut named = 0;
    for line in flow.lines().filter_map(|line| line.trim().strip_prefix("\"queue\": \"")) {
        let name = line.trim_end_matches(['"', ',']);
        assert!(names.iter().any(|known| known == name), "the flow names the queue {name:?}");
        named += 1;
    }
    assert!(named >= 3);
}

#[test]
fn a_fault_names_the_file_and_the_key() {
    let records = BTreeMap::from([("services".to_owned(), 1)]);
    let unknown = files::known("organisation.toml", "queue", "servces", &records).unwrap_err();
    let missing = read::<Topics>(&folder(), "nothing.toml").unwrap_err();

    assert_eq!(unknown.to_string(), "organisation.toml: there is no queue with the key \"servces\"");
    assert!(missing.to_string().contains("nothing.toml"));
}
