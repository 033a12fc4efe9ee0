//! Arrows point down; domain crates do not know each other; one schema has one writer.

use crate::sources::{Source, files, root, rust};
use std::collections::BTreeMap;

/// Crates that serve one domain each. None may depend on another.
const DOMAINS: [&str; 10] = [
    "telephony",
    "routing",
    "dialer",
    "channels",
    "campaigns",
    "crm",
    "loyalty",
    "prediction",
    "reporting",
    "access",
];

/// The floor a crate stands on: it may depend on lower floors only.
const FLOORS: [(&str, u8); 16] = [
    ("base", 0),
    ("platform", 1),
    ("rules", 2),
    ("ledger", 2),
    ("flow", 3), // its conditions are written in the language of `rules`
    ("telephony", 4),
    ("routing", 4),
    ("dialer", 4),
    ("channels", 4),
    ("campaigns", 4),
    ("crm", 4),
    ("loyalty", 4),
    ("prediction", 4),
    ("reporting", 4),
    ("access", 4),
    ("actors", 5),
];

fn floor(name: &str) -> Option<u8> {
    FLOORS.iter().find(|(known, _)| *known == name).map(|(_, floor)| *floor)
}

/// Crate name -> the crates of ours it depends on, from the manifests.
fn edges() -> BTreeMap<String, Vec<String>> {
    files(&["actors", "crates"], &["Cargo.toml"])
        .into_iter()
        .map(|manifest| {
            let parsed: toml::Table = manifest.text.parse().expect("a manifest is TOML");
            let name = parsed["package"]["name"].as_str().expect("a package has a name").to_owned();
            let dependencies = parsed["dependencies"].as_table().expect("dependencies are a table");
            let ours = dependencies.keys().filter(|name| floor(name).is_some()).cloned().collect();
            (name, ours)
        })
        .collect()
}

#[test]
fn every_crate_has_its_floor_and_arrows_point_down() {
    for (from, to) in edges() {
        let own = floor(&from).unwrap_or_else(|| panic!("{from} has no floor: add it to FLOORS"));
        for below in to {
            let other = floor(&below).expect("only known crates are edges");
            assert!(other < own, "{from} depends on {below}, which is not below it");
        }
    }
}

#[test]
fn domain_crates_do_not_know_each_other() {
    for (from, to) in edges() {
        for other in to {
            assert!(
                !(DOMAINS.contains(&from.as_str()) && DOMAINS.contains(&other.as_str())),
                "{from} depends on {other}: share an id or an event in `base`, or join them in `src`"
            );
        }
    }
}

#[test]
fn actix_stays_in_the_shells_and_actix_web_at_the_edge() {
    for file in rust().iter().filter(|file| !file.path.starts_with("tests/")) {
        let is_shell = file.path.starts_with("actors/") || file.path.starts_with("src/");
        let names_actix = file.text.contains("actix::") || file.text.contains("actix_rt::");
        assert!(is_shell || !names_actix, "{} names actix: a core does not know its shell", file.path);
        assert!(
            file.path.starts_with("src/") || !file.text.contains("actix_web::"),
            "{} names actix-web: HTTP stays in src",
            file.path
        );
        assert!(!file.text.contains("actix::prelude"), "{}: name what you need of actix", file.path);
    }
}

#[test]
fn sql_stays_in_store_and_query_files() {
    let is_sql_file = |path: &str| {
        path.split('/').any(|part| matches!(part, "store" | "query" | "store.rs" | "query.rs"))
            || path.starts_with("tests/")
            || path.contains("/tests/")
            || path.contains("/benches/")
            || path.ends_with("tests.rs")
            || path.starts_with("crates/platform/")
    };
    for file in rust() {
        let asks =
            ["sqlx::query", "query_as(", "query_as::", "query_scalar"].iter().any(|q| file.text.contains(q));
        assert!(
            !asks || is_sql_file(&file.path),
            "{} holds SQL: it belongs in store.rs or query.rs",
            file.path
        );
    }
}

/// Schemas and the folder whose code may write their tables.
const SCHEMAS: [(&str, &str); 11] = [
    ("platform", "crates/platform/"),
    ("access", "crates/access/"),
    ("routing", "crates/routing/"),
    ("crm", "crates/crm/"),
    ("telephony", "crates/telephony/"),
    ("rules", "crates/rules/"),
    ("flow", "crates/flow/"),
    ("channels", "crates/channels/"),
    ("ledger", "crates/ledger/"),
    ("loyalty", "crates/loyalty/"),
    ("prediction", "crates/prediction/"),
];

/// CIMP-GEN-06: points are moved by the ledger alone, because nobody else writes its tables.
#[test]
fn a_schema_is_written_and_read_by_its_owner_only() {
    let statements = ["insert into", "update", "delete from", "from", "join"];
    for file in rust().iter().filter(|file| file.path.starts_with("crates/")) {
        for (schema, owner) in SCHEMAS {
            if file.path.starts_with(owner) || is_test(file) {
                continue;
            }
            for statement in statements {
                let touches = file.text.contains(&format!("{statement} {schema}."));
                let published = file.text.contains(&format!("{statement} {schema}.pub_"));
                assert!(!touches || published, "{}: {statement} {schema}.… belongs to {owner}", file.path);
            }
        }
    }
}

fn is_test(file: &Source) -> bool {
    file.path.contains("/tests/") || file.path.ends_with("tests.rs")
}

#[test]
fn cores_read_no_clock_and_throw_no_dice() {
    let cores = [
        "crates/flow/src",
        "crates/routing/src",
        "crates/telephony/src/call",
        "crates/base/src",
        "crates/ledger/src/book",
        "crates/prediction/src",
    ];
    let banned = [
        "Utc::now",
        "Instant::now",
        "SystemTime::now",
        "rand::rng()",
        "thread_rng",
        "now_v7",
        "new_v4",
        "HashMap<",
    ];
    for file in files(&cores, &[".rs"]).iter().filter(|file| !is_test(file)) {
        for word in banned {
            let only_schema =
                word == "HashMap<" && file.text.contains("value_type = std::collections::HashMap<");
            assert!(
                only_schema || !file.text.contains(word),
                "{} uses {word}: time, dice and order are arguments",
                file.path
            );
        }
    }
}

#[test]
fn every_migration_says_why_and_belongs_to_one_schema() {
    for file in files(&["migrations"], &[".sql"]) {
        let name = file.path.rsplit('/').next().unwrap_or_default();
        let mut parts = name.splitn(3, '_');
        let (stamp, schema) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        assert!(
            stamp.len() == 14 && stamp.bytes().all(|b| b.is_ascii_digit()),
            "{name}: <timestamp>_<schema>_<what>.sql"
        );
        assert!(SCHEMAS.iter().any(|(known, _)| *known == schema), "{name}: {schema:?} is no schema of ours");
        assert!(file.text.trim_start().starts_with("--"), "{name} does not say why it is there");
    }
    assert!(root().join("migrations").is_dir());
}
