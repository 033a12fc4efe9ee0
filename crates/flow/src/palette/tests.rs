use super::*;
use std::collections::BTreeSet;

/// NFR-LOW-02: the editor draws every edge from the schema, so each is found there.
#[test]
fn outputs_are_the_fields_that_name_a_node() {
    let all = node_types();
    let outputs = |kind, node_type| -> Vec<(String, bool)> {
        let node = all.iter().find(|node| node.node_type == node_type && node.kinds.contains(&kind)).unwrap();
        node.outputs.iter().map(|output| (output.pointer.clone(), output.required)).collect()
    };
    let pairs = |pairs: &[(&str, bool)]| -> Vec<(String, bool)> {
        pairs.iter().map(|(pointer, required)| ((*pointer).to_owned(), *required)).collect()
    };

    assert_eq!(outputs(Kind::Ivr, "menu"), pairs(&[("/exhausted", true), ("/options/*", true)]));
    assert_eq!(
        outputs(Kind::Process, "branch"),
        pairs(&[("/cases/*/next", true), ("/on_error", false), ("/otherwise", true)])
    );
    assert_eq!(outputs(Kind::Campaign, "parallel"), pairs(&[("/branches/*", true)]));
    assert_eq!(outputs(Kind::Script, "page"), pairs(&[("/buttons/*/next", true), ("/next", false)]));
    assert_eq!(outputs(Kind::Script, "end"), vec![]);
}

#[test]
fn a_type_stands_once_for_each_kind() {
    let mut seen = BTreeSet::new();
    for node in node_types() {
        assert!(!node.description.is_empty(), "{} says what it does", node.node_type);
        for kind in &node.kinds {
            assert!(seen.insert((*kind, node.node_type)), "{} stands twice for {kind:?}", node.node_type);
        }
    }
}

#[test]
fn the_schema_of_the_files_is_what_the_code_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../flows/flow.schema.json");
    let made = serde_json::to_string_pretty(&file_schema()).unwrap() + "\n";
    let kept = std::fs::read_to_string(path).unwrap();
    if kept != made && std::env::var_os("TRUNKLINE_WRITE").is_some() {
        std::fs::write(path, &made).unwrap();
        return;
    }
    assert!(kept == made, "run: TRUNKLINE_WRITE=1 cargo test -p flow palette");
}
