use super::*;
use crate::spoken::{NUMBERS, OWN_PROMPTS, number_prompt};
use serde_json::json;
use std::collections::BTreeSet;

fn catalogue() -> Catalogue {
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let prompts: BTreeSet<String> = NUMBERS
        .into_iter()
        .map(number_prompt)
        .chain(OWN_PROMPTS.map(str::to_owned))
        .chain(["welcome", "menu"].map(str::to_owned))
        .collect();
    Catalogue {
        prompts: Locale::ALL.into_iter().map(|locale| (locale, prompts.clone())).collect(),
        music: names(&["default"]),
        queues: names(&["services"]),
        skills: names(&["sales"]),
        flows: names(&["main", "after-hours"]),
    }
}

fn flow(nodes: &Json) -> Json {
    json!({"name": "main", "version": 1, "kind": "ivr", "start": "start", "nodes": nodes})
}

fn faults(flow: &Json) -> Vec<String> {
    match load("flows/main.flow.json", &flow.to_string(), &catalogue()) {
        Ok(_) => vec![],
        Err(faults) => faults.into_iter().map(|fault| fault.to_string()).collect(),
    }
}

/// Where faults are and of which kind they are: what the browser has words for.
fn kinds(flow: &Json) -> Vec<(String, &'static str)> {
    let faults = load("flows/main.flow.json", &flow.to_string(), &catalogue()).err().unwrap_or_default();
    faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
}

fn with_end(name: &str, node: &Json) -> Json {
    let mut nodes = json!({"end": {"type": "hang_up"}});
    nodes[name] = node.clone();
    flow(&nodes)
}

#[test]
fn a_sound_flow_loads() {
    assert_eq!(
        faults(&with_end("start", &json!({"type": "say", "prompts": ["welcome"], "next": "end"}))),
        Vec::<String>::new()
    );
}

#[test]
fn every_fault_is_told_at_once_with_file_node_and_field() {
    let broken = flow(&json!({
        "start": {"type": "menu", "prompts": ["welcom"], "options": {}, "exhausted": "nowhere"},
        "lonely": {"type": "hang_up"},
        "hours": {"type": "schedule", "time_zone": "Asia/Tashkent", "open": "lonely", "closed": "lonely",
                  "weekly": {"mon": [{"from": "09:00", "to": "13:00"}, {"from": "12:00", "to": "18:00"}]}}
    }));

    insta::assert_snapshot!(faults(&broken).join("\n"));
}

#[test]
fn fields_that_cannot_be_read_are_named() {
    let broken = flow(&json!({
        "start": {"type": "say", "prompts": "welcome", "nxt": "end"},
        "hours": {"type": "schedule", "time_zone": "Asia/Nowhere", "weekly": {"monday": []}, "open": 1, "closed": "x"},
        "odd": {"type": "fax"},
        "none": {},
        "list": []
    }));

    insta::assert_snapshot!(faults(&broken).join("\n"));
}

#[test]
fn names_of_what_does_not_exist_are_told_with_those_that_do() {
    let broken = flow(&json!({
        "start": {"type": "queue", "queue": "service", "skills": [{"skill": "sails", "level": 11}], "music": "jazz",
                  "announce_every_seconds": 1, "wait_max_seconds": 600, "priority": 10,
                  "overflow": "pick", "full": "pick", "closed": "move"},
        "pick": {"type": "branch", "otherwise": "move", "cases": [
            {"when": {"all": [{"var": "caller.vip", "op": "eq", "value": "yes"},
                              {"var": "colour", "op": "eq", "value": "red"},
                              {"var": "dialled", "op": "lt", "value": "5"}]}, "next": "set"}]},
        "set": {"type": "set", "values": {"caller.vip": true, "tries": 1}, "next": "move"},
        "move": {"type": "transfer", "flow": "sip:boss@example.com"}
    }));

    insta::assert_snapshot!(faults(&broken).join("\n"));
}

/// What people read in their language follows from the kind.
#[test]
fn every_fault_says_which_kind_it_is() {
    let unconnected = flow(&json!({
        "start": {"type": "menu", "prompts": ["welcom"], "options": {}, "exhausted": "nowhere"},
        "lonely": {"type": "hang_up"},
    }));
    let unread = flow(&json!({
        "start": {"type": "say", "prompts": "welcome", "next": "end"},
        "none": {},
    }));
    let out_of_bounds = flow(&json!({
        "start": {"type": "digits", "variable": "caller.vip", "prompts": ["menu"], "min": 9, "max": 4,
                  "terminator": "5", "tries": 99, "next": "shop", "exhausted": "move"},
        "shop": {"type": "menu", "prompts": ["menu"], "options": {"12": "hours"}, "exhausted": "hours"},
        "hours": {"type": "schedule", "time_zone": "UTC", "weekly": {"mon": [{"from": "12:00", "to": "09:00"}]},
                  "holidays": {}, "open": "line", "closed": "pick"},
        "line": {"type": "queue", "queue": "service", "wait_max_seconds": 60, "overflow": "move", "full": "move",
                 "closed": "move"},
        "pick": {"type": "branch", "otherwise": "set", "cases": [
            {"when": {"all": [{"var": "caller.vip", "op": "lt", "value": "yes"}]}, "next": "set"}]},
        "set": {"type": "set", "values": {"tries": 1}, "next": "move"},
        "move": {"type": "transfer", "flow": "sip:boss@example.com"}
    }));
    let no_call = json!({"name": "main", "version": 1, "kind": "script", "start": "start", "nodes": {}});

    let found = |flow: &Json| kinds(flow).into_iter().map(|(_, code)| code).collect::<Vec<_>>();

    assert_eq!(found(&unconnected), ["no_such_node", "not_reached", "missing_prompt", "nothing_given"]);
    assert_eq!(found(&unread), ["unknown_type", "unreadable"]);
    assert_eq!(found(&no_call), ["wrong_kind"]);
    let found: BTreeSet<&str> = found(&out_of_bounds).into_iter().collect();
    let expected = [
        "bad_terminator",
        "given_variable",
        "no_such_key",
        "not_a_flow",
        "out_of_range",
        "overlapping",
        "undeclared_variable",
        "unknown_name",
        "wrong_operator",
        "wrong_order",
        "wrong_type",
    ];
    assert_eq!(found, BTreeSet::from(expected));
}

#[test]
fn a_circle_without_anybody_in_it_is_refused_and_one_with_a_menu_is_not() {
    let busy = flow(&json!({
        "start": {"type": "queue", "queue": "services", "wait_max_seconds": 60,
                  "overflow": "end", "full": "sorry", "closed": "end"},
        "sorry": {"type": "say", "prompts": ["welcome"], "next": "start"},
        "end": {"type": "hang_up"}
    }));
    let menu = flow(&json!({
        "start": {"type": "menu", "prompts": ["menu"], "options": {"9": "start", "1": "say"}, "exhausted": "end"},
        "say": {"type": "say", "prompts": ["welcome"], "next": "start"},
        "end": {"type": "hang_up"}
    }));

    assert_eq!(faults(&menu), Vec::<String>::new());
    let told = faults(&busy);
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(
        told[0].contains(r#"node "sorry" at /nodes/sorry/next: from here the walk can come back"#),
        "{told:?}"
    );
}

#[test]
fn a_prompt_missing_in_one_language_names_the_language() {
    let mut catalogue = catalogue();
    catalogue.prompts.get_mut(&Locale::Uz).unwrap().remove("welcome");
    let flow = with_end("start", &json!({"type": "say", "prompts": ["welcome"], "next": "end"}));

    let faults = load("a.flow.json", &flow.to_string(), &catalogue).unwrap_err();

    assert_eq!(
        faults[0].to_string(),
        "a.flow.json: node \"start\" at /nodes/start/prompts/0: the prompt \"welcome\" is missing in uz: add the \
         recording or name another prompt"
    );
}

#[test]
fn a_broken_file_keeps_the_version_before() {
    let sound = with_end("start", &json!({"type": "say", "prompts": ["welcome"], "next": "end"})).to_string();
    let file = |json: &str| vec![("main.flow.json".to_owned(), json.to_owned())];
    let (before, none) = crate::Library::load(&file(&sound), &catalogue(), &crate::Library::default());
    assert_eq!(none, vec![]);

    let (after, faults) = crate::Library::load(&file("{"), &catalogue(), &before);

    assert_eq!(faults.len(), 1);
    assert_eq!(after.get("main").unwrap().version, 1);
}

proptest::proptest! {
    #[test]
    fn any_text_is_refused_without_panic(text in ".{0,200}") {
        let _ = load("any", &text, &catalogue());
    }

    #[test]
    fn a_flow_with_any_field_replaced_is_read_or_refused_with_the_file_named(
        node in proptest::sample::select(vec!["start", "hours", "line", "end"]),
        field in 0_usize..8,
        value in proptest::sample::select(vec!["null", "1", "-1", "\"end\"", "[]", "{}", "[1]", "{\"a\":1}", "true"]),
    ) {
        let mut flow = flow(&json!({
            "start": {"type": "menu", "prompts": ["menu"], "options": {"1": "hours"}, "exhausted": "end", "tries": 2},
            "hours": {"type": "schedule", "time_zone": "UTC", "weekly": {"mon": [{"from": "09:00", "to": "10:00"}]},
                      "holidays": {}, "open": "line", "closed": "end"},
            "line": {"type": "queue", "queue": "services", "wait_max_seconds": 60, "skills": [{"skill": "sales"}],
                     "overflow": "end", "full": "end", "closed": "end"},
            "end": {"type": "hang_up", "cause": "busy"}
        }));
        let node = flow["nodes"][node].as_object_mut().unwrap();
        if let Some(name) = node.keys().nth(field).cloned() {
            node.insert(name, serde_json::from_str(value).unwrap());
        }
        for fault in load("any.flow.json", &flow.to_string(), &catalogue()).err().into_iter().flatten() {
            proptest::prop_assert!(fault.to_string().starts_with("any.flow.json: "));
        }
    }
}
