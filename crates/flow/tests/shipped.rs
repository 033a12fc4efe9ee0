//! The flows and prompts that ship with the product fit together.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use base::Locale;
use flow::spoken::{NUMBERS, OWN_PROMPTS, number_prompt};
use flow::{Catalogue, Digits, Effect, Input, Kind, Library, State};
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

fn shipped() -> (Library, Vec<String>) {
    let catalogue = Catalogue {
        prompts: prompts(),
        music: names_in(&root().join("sounds/music"), ".wav"),
        queues: ["Services", "Organisations", "Sales"].map(str::to_owned).into(),
        ..Catalogue::default()
    };

    let (library, faults) = Library::load(&files(), &catalogue, &Library::default());
    (library, faults.iter().map(ToString::to_string).collect())
}

#[test]
fn shipped_flows_load_with_the_shipped_prompts() {
    let (library, faults) = shipped();

    assert_eq!(faults, Vec::<String>::new());
    assert!(library.get("main").is_some() && library.get("after-hours").is_some());
}

/// Dials the main number and answers each question with the next digit; gives the language and what it came to.
fn dial(at: &str, digits: &str) -> (Locale, Effect) {
    let (library, _) = shipped();
    let mut flow = library.get("main").unwrap();
    let mut state = State::new(&flow);
    let mut digits = digits.chars();
    let started = || Input::Started { caller_number: None, dialled: "100".to_owned() };
    let mut input = started();
    for _ in 0..20 {
        let mut effects = flow::step(&flow, &mut state, at.parse().unwrap(), input);
        let last = effects.pop().unwrap();
        let first = effects.into_iter().next();
        input = match last {
            Effect::CollectDigits { .. } => match digits.next() {
                Some(digit) => Input::Digits(Digits::Complete(digit.to_string())),
                None => Input::Digits(Digits::TimedOut(String::new())),
            },
            Effect::Say { .. } => Input::Said,
            Effect::StartFlow { name } => {
                flow = library.get(&name).unwrap();
                state = state.transferred(&flow);
                started()
            }
            Effect::HangUp { .. } => return (state.language(), last),
            _ => return (state.language(), first.unwrap_or(last)),
        };
    }
    panic!("the walk does not come to an end")
}

#[test]
fn the_main_number_leads_where_its_menu_says() {
    let (working_hours, sunday_night) = ("2026-03-03T05:00:00Z", "2026-03-01T20:00:00Z");
    let queue_of = |at, digits| match dial(at, digits) {
        (language, Effect::Enqueue { queue, .. }) => (language, queue),
        (language, other) => (language, format!("{other:?}")),
    };

    assert_eq!(queue_of(working_hours, "21"), (Locale::Uz, "Services".to_owned()));
    assert_eq!(queue_of(sunday_night, "31"), (Locale::En, "Services".to_owned()), "day and night");
    assert_eq!(queue_of(working_hours, "12"), (Locale::Ru, "Organisations".to_owned()));
    assert_eq!(queue_of(working_hours, "1993"), (Locale::Ru, "Sales".to_owned()), "heard three times");
    assert_eq!(
        queue_of(working_hours, ""),
        (Locale::Ru, "Services".to_owned()),
        "whoever presses nothing is served"
    );
    assert_eq!(queue_of(sunday_night, "130"), (Locale::Ru, "Services".to_owned()), "the operator on duty");
    assert_eq!(queue_of(sunday_night, "13").1, "HangUp { cause: Normal }", "closed");
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

/// The palette is for editors; the loader decides. They must not drift apart.
#[test]
fn the_palette_knows_the_fields_that_the_loader_knows() {
    let types = flow::palette::node_types();
    for node in types.iter().filter(|node| node.kinds.contains(&Kind::Ivr)) {
        let fields = node.schema["properties"].as_object().unwrap();
        let fields: BTreeSet<&str> = fields.keys().map(String::as_str).collect();
        let json = serde_json::json!({
            "name": "x", "version": 1, "kind": "ivr", "start": "x",
            "nodes": {"x": {"type": node.node_type, "no such field": 1}}
        });

        let faults = flow::load("x", &json.to_string(), &Catalogue::default()).unwrap_err();

        let told = faults.iter().find(|fault| fault.pointer == "/nodes/x/no such field").unwrap();
        let known = told.problem.split_once("use one of: ").unwrap().1;
        assert_eq!(known.split(", ").collect::<BTreeSet<_>>(), fields, "{}", node.node_type);
    }
}

/// NFR-LOW-01: the scripts, campaign flows and processes that come with the server can run, without a warning.
#[test]
fn shipped_flows_of_other_kinds_can_run() {
    let mut names = vec![];
    for (file, text) in files().into_iter().filter(|(_, text)| flow::load::is_other_kind(text)) {
        let json = serde_json::from_str(&text).unwrap();
        let (definition, faults) = flow::process::check(&json, &flow::process::Known::default());
        assert_eq!(faults, vec![], "{file}");
        names.push(definition.unwrap().name);
    }
    for wanted in ["cart-reminder", "equipment-request", "tariff-change"] {
        assert!(names.iter().any(|name| name == wanted), "{wanted}");
    }
}
