//! The rules that come with the server, against the event types that come with it.

use rules::catalogue::{Catalogue, Field, FieldGroup, FieldKind};
use rules::decide::CompiledRule;
use rules::document::{Document, Surroundings, check, run_samples};
use rules::{Fault, References};
use serde_json::Value;

/// UPS-04..07, TEL-01, TEL-06, TEL-13, BRE-EVT-02: the ready scenarios are without faults, and their tests pass.
#[test]
fn the_rules_that_come_with_the_server_are_ready() {
    let types = platform::event_type::built_in::all();
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../flows/rules");
    let mut count = 0;
    for file in std::fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let file: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        let document = &file["document"];
        let schema =
            types.iter().find(|(name, _)| *name == document["event"]).map(|(_, fields)| &fields.schema);
        let mut catalogue = Catalogue::new(schema);
        catalogue.add(Field::new("customer.name", "Name".into(), FieldKind::Text, FieldGroup::Customer));
        let mut events: std::collections::BTreeSet<String> =
            types.iter().map(|(name, _)| name.clone()).collect();
        // Our own events have no registered type; a rule may look at them by name.
        events.extend(document["event"].as_str().filter(|name| name.ends_with(".v1")).map(str::to_owned));
        let around = Surroundings { catalogue, events, ..Surroundings::default() };
        let faults: Vec<Fault> = check(document, &around).into_iter().filter(Fault::is_error).collect();
        assert!(faults.is_empty(), "{}: {faults:#?}", path.display());
        let read = Document::read(document).unwrap();
        assert!(!read.tests.is_empty(), "{} has no test", path.display());
        let rule = CompiledRule::compile(read, &|path| around.is_date(path)).unwrap();
        let now = "2026-03-02T07:00:00Z".parse().unwrap();
        for result in
            run_samples(rule.document(), &rule, &References::default(), now, chrono_tz::Asia::Tashkent)
        {
            assert!(result.passed, "{}: {result:?}", path.display());
        }
        count += 1;
    }
    assert!(count >= 9, "only {count} rules came along");
}
