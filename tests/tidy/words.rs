//! Words that must not stand in the sources, and words that must stand somewhere else too.

use crate::sources::{files, root, rust};

#[test]
fn nothing_is_left_to_do_later() {
    let marks =
        [concat!("to", "do!("), concat!("un", "implemented!("), concat!("FIX", "ME"), concat!("X", "XX")];
    for file in rust().iter().chain(&files(&["web/src"], &[".ts", ".tsx"])) {
        for mark in marks {
            assert!(!file.text.contains(mark), "{} holds {mark}: finish it or delete it", file.path);
        }
    }
}

#[test]
fn nothing_names_a_machine_it_was_written_on() {
    let paths = [concat!("/wo", "rk/"), concat!("/ro", "ot/"), concat!("/ho", "me/")];
    let kinds = [".rs", ".ts", ".tsx", ".toml", ".json", ".md", ".sql", ".xml", ".yml"];
    for file in files(&["src", "actors", "crates", "tests", "docs", "config", "flows", "web/src"], &kinds) {
        for path in paths {
            assert!(!file.text.contains(path), "{} names {path}", file.path);
        }
    }
}

#[test]
fn every_problem_type_has_its_page() {
    let mut missing = Vec::new();
    for file in
        rust().iter().filter(|file| file.path.starts_with("src/") || file.path.starts_with("actors/src"))
    {
        for slug in slugs(&file.text) {
            if !root().join(format!("docs/problems/{slug}.md")).is_file() {
                missing.push(format!("{}: {slug}", file.path));
            }
        }
    }
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "problem types without a page in docs/problems: {missing:#?}");
}

/// Slugs in `code: "…"`, as problem values are written.
fn slugs(text: &str) -> Vec<String> {
    text.split("code: \"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next())
        .filter(|slug| slug.contains('-') && slug.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_prompt_that_a_flow_names_exists_in_every_language() {
    for file in files(&["flows"], &[".flow.json"]) {
        let flow: serde_json::Value = serde_json::from_str(&file.text).expect("a flow is JSON");
        for prompt in prompts(&flow) {
            for locale in ["en", "ru", "uz"] {
                let sound = root().join(format!("sounds/{locale}/{prompt}.wav"));
                assert!(sound.is_file(), "{}: prompt {prompt:?} is missing in {locale}", file.path);
            }
        }
    }
}

fn prompts(value: &serde_json::Value) -> Vec<String> {
    match value {
        serde_json::Value::Object(fields) => fields
            .iter()
            .flat_map(|(key, value)| match (key.as_str(), value) {
                ("prompt", serde_json::Value::String(name)) => vec![name.clone()],
                ("prompts", serde_json::Value::Array(names)) => {
                    names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
                }
                _ => prompts(value),
            })
            .collect(),
        serde_json::Value::Array(items) => items.iter().flat_map(prompts).collect(),
        _ => Vec::new(),
    }
}

/// NFR-LOW-01: whoever draws a voice menu reads in the own language what is wrong with it.
#[test]
fn every_kind_of_fault_of_a_voice_menu_has_words_in_the_browser() {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).expect("this file is here");
    let words = read("web/src/i18n/en/flowFaults.ts");
    let mut kinds = std::collections::BTreeSet::new();
    for file in ["load.rs", "check.rs", "check/limits.rs"] {
        let text = read(&format!("crates/flow/src/{file}"));
        let calls = text.split("faults.node(").skip(1).chain(text.split("faults.file(").skip(1));
        // The kind is the first text that is handed over.
        kinds.extend(calls.filter_map(|call| call.split('"').nth(1).map(str::to_owned)));
    }
    assert!(kinds.contains("missing_prompt") && kinds.len() > 15, "{kinds:?}");
    let silent: Vec<&String> =
        kinds.iter().filter(|kind| !words.contains(&format!("\n    {kind}:"))).collect();
    assert!(silent.is_empty(), "add words in en, ru and uz to flowFaults.ts for {silent:?}");
}

#[test]
fn an_operator_is_an_operator() {
    for file in rust().iter().filter(|file| !file.path.starts_with("tests/")) {
        for line in file.text.lines() {
            let lower = line.to_lowercase();
            let said = lower
                .split(|c: char| !c.is_ascii_alphabetic())
                .any(|word| word == "agent" || word == "agents");
            let of_sip =
                lower.contains("user agent") || lower.contains("user-agent") || lower.contains("user_agent");
            assert!(!said || of_sip, "{}: an operator is never an agent: {line}", file.path);
        }
    }
}

/// Types with one name that never meet in the document: one of the two is not part of it.
const NEVER_MEET: [&str; 3] = ["CallerKind", "Decision", "MessageClass"];

/// The document knows a type by its bare name: of two with one name the second silently replaces the first.
#[test]
fn a_name_in_the_documents_of_the_api_is_one_type() {
    let mut places = std::collections::BTreeMap::<String, Vec<String>>::new();
    for file in rust().iter().filter(|file| !file.path.contains("tests")) {
        for name in schemas(&file.text) {
            places.entry(name).or_default().push(file.path.clone());
        }
    }
    places.retain(|name, files| files.len() > 1 && !NEVER_MEET.contains(&name.as_str()));
    assert!(places.is_empty(), "several types of one name, each must have its own: {places:#?}");
}

/// The public types of a source that derive `ToSchema`.
fn schemas(text: &str) -> Vec<String> {
    let file = syn::parse_file(text).expect("a source is Rust");
    let derives = |attributes: &[syn::Attribute]| {
        let holds = |path: &str, word: &str| {
            attributes.iter().any(|one| match &one.meta {
                syn::Meta::List(list) => list.path.is_ident(path) && list.tokens.to_string().contains(word),
                _ => false,
            })
        };
        holds("derive", "ToSchema") && !holds("schema", "as =")
    };
    let name = |item: &syn::Item| match item {
        syn::Item::Struct(one) if derives(&one.attrs) => Some(one.ident.to_string()),
        syn::Item::Enum(one) if derives(&one.attrs) => Some(one.ident.to_string()),
        _ => None,
    };
    file.items.iter().filter_map(name).collect()
}
