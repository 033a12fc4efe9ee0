//! The flows and prompts that ship with the product fit together.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use base::Locale;
use flow::spoken::{NUMBERS, OWN_PROMPTS, number_prompt};
use flow::{Catalogue, Library};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn names_in(folder: &Path, ending: &str) -> BTreeSet<String> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    entries.filter_map(|name| Some(name.to_str()?.strip_suffix(ending)?.to_owned())).collect()
}

fn prompts() -> BTreeMap<Locale, BTreeSet<String>> {
    let sounds = root().join("sounds");
    Locale::ALL.into_iter().map(|locale| (locale, names_in(&sounds.join(locale.code()), ".wav"))).collect()
}

fn files() -> Vec<(String, String)> {
    let folder = root().join("flows");
    let read = |name: &String| std::fs::read_to_string(folder.join(format!("{name}.flow.json"))).unwrap();
    let names = names_in(&folder, ".flow.json");
    names.iter().map(|name| (format!("flows/{name}.flow.json"), read(name))).collect()
}

#[test]
fn shipped_flows_load_with_the_shipped_prompts() {
    let catalogue = Catalogue {
        prompts: prompts(),
        music: names_in(&root().join("sounds/music"), ".wav"),
        queues: ["services", "organisations", "sales"].map(str::to_owned).into(),
        ..Catalogue::default()
    };

    let (library, faults) = Library::load(&files(), &catalogue, &Library::default());

    assert_eq!(faults.iter().map(ToString::to_string).collect::<Vec<_>>(), Vec::<String>::new());
    assert!(library.get("main").is_some() && library.get("after-hours").is_some());
}

#[test]
fn every_language_has_every_prompt() {
    let prompts = prompts();
    let own = NUMBERS.into_iter().map(number_prompt).chain(OWN_PROMPTS.map(str::to_owned));
    let own: BTreeSet<String> = own.collect();
    for locale in Locale::ALL {
        assert_eq!(prompts[&locale], prompts[&Locale::En], "{locale} and en have the same prompts");
        assert!(own.is_subset(&prompts[&locale]), "{locale} has numbers and announcements");
    }
}

/// The schema is for editors; the loader decides. They must not drift apart.
#[test]
fn the_schema_knows_the_fields_that_the_loader_knows() {
    let schema = std::fs::read_to_string(root().join("flows/flow.schema.json")).unwrap();
    let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
    for reference in schema["properties"]["nodes"]["additionalProperties"]["oneOf"].as_array().unwrap() {
        let node_type = reference["$ref"].as_str().unwrap().rsplit('/').next().unwrap();
        let fields = schema["$defs"][node_type]["properties"].as_object().unwrap();
        let fields: BTreeSet<&str> =
            fields.keys().map(String::as_str).filter(|field| *field != "type").collect();
        let json = serde_json::json!({
            "name": "x", "version": 1, "kind": "ivr", "start": "x",
            "nodes": {"x": {"type": node_type, "no such field": 1}}
        });

        let faults = flow::load("x", &json.to_string(), &Catalogue::default()).unwrap_err();

        let told = faults.iter().find(|fault| fault.pointer == "/nodes/x/no such field").unwrap();
        let known = told.problem.split_once("use one of: ").unwrap().1;
        assert_eq!(known.split(", ").collect::<BTreeSet<_>>(), fields, "{node_type}");
    }
}
