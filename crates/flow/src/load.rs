//! From JSON to a [`Definition`], with every fault named.

pub(crate) mod fields;

use crate::check;
use crate::definition::{Definition, GIVEN_VARIABLES, Kind, NodeKey, ValueType};
use crate::fault::{Catalogue, Fault, Faults, one_of};
use crate::node::Node;
use base::Locale;
use fields::read;
use serde::Deserialize;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// Most nodes of one flow: more is no longer drawn or understood.
pub const NODES_MAX: usize = 500;
/// Largest flow file.
pub const FILE_BYTES_MAX: usize = 1024 * 1024;

/// The node types, as the file writes them.
const NODE_TYPES: [&str; 11] = [
    "say",
    "menu",
    "digits",
    "language",
    "schedule",
    "caller_lookup",
    "set",
    "branch",
    "queue",
    "transfer",
    "hang_up",
];

#[derive(Deserialize)]
struct Head {
    name: String,
    version: u32,
    kind: Kind,
    #[serde(default)]
    language: Locale,
    start: NodeKey,
    #[serde(default)]
    variables: BTreeMap<String, ValueType>,
    nodes: Map<String, Json>,
    #[expect(dead_code, reason = "what the flow is called; read by people")]
    #[serde(default)]
    title: String,
    #[expect(dead_code, reason = "what the flow is for; read by people")]
    #[serde(default)]
    description: String,
    #[expect(dead_code, reason = "where nodes are drawn; read by editors")]
    #[serde(default)]
    layout: Json,
    #[expect(dead_code, reason = "read by editors")]
    #[serde(default, rename = "$schema")]
    schema: String,
}

/// The name a file gives its flow, when it can be read at all.
#[must_use]
pub fn name_of(json: &str) -> Option<String> {
    let file: Json = serde_json::from_str(json).ok()?;
    Some(file.get("name")?.as_str()?.to_owned())
}

/// Whether a file says that no call walks it: it is of another kind than an IVR.
#[must_use]
pub fn is_other_kind(json: &str) -> bool {
    let Ok(file) = serde_json::from_str::<Json>(json) else { return false };
    let kind = file.get("kind").and_then(|kind| serde_json::from_value::<Kind>(kind.clone()).ok());
    kind.is_some_and(|kind| kind != Kind::Ivr)
}

/// Reads a flow and checks it against what exists.
///
/// # Errors
/// Every fault found, each with the file, the node and the field.
pub fn load(file: &str, json: &str, catalogue: &Catalogue) -> Result<Definition, Vec<Fault>> {
    let mut faults = Faults::of(file);
    let definition = parse(file, json, &mut faults);
    if let (Some(definition), true) = (&definition, faults.found.is_empty()) {
        check::graph(definition, &mut faults);
        check::names(definition, catalogue, &mut faults);
        check::limits(definition, &mut faults);
    }
    match definition {
        Some(definition) if faults.found.is_empty() => Ok(definition),
        _ => Err(faults.found),
    }
}

fn parse(file: &str, json: &str, faults: &mut Faults<'_>) -> Option<Definition> {
    if json.len() > FILE_BYTES_MAX {
        faults.file(
            "too_long",
            "",
            format!("the file is larger than {FILE_BYTES_MAX} bytes: split the flow"),
        );
        return None;
    }
    let parsed: Json = match serde_json::from_str(json) {
        Ok(parsed) => parsed,
        Err(error) => {
            faults.file("unreadable", "", format!("this is no JSON: {error}"));
            return None;
        }
    };
    let head: Head = read(parsed, &mut |field, problem| faults.file("unreadable", field, problem))?;
    if head.kind != Kind::Ivr {
        faults.file(
            "wrong_kind",
            "/kind",
            format!("calls walk flows of kind ivr only, and this is a {}", head.kind.word()),
        );
        return None;
    }
    if head.nodes.len() > NODES_MAX {
        faults.file(
            "too_many",
            "/nodes",
            format!("{} nodes, at most {NODES_MAX}: split the flow", head.nodes.len()),
        );
        return None;
    }
    for name in head.variables.keys().filter(|name| GIVEN_VARIABLES.iter().any(|(given, _)| given == name)) {
        faults.file(
            "given_variable",
            &format!("/variables/{name}"),
            "every flow has this variable: choose another name",
        );
    }
    let mut nodes = BTreeMap::new();
    for (name, node) in head.nodes {
        nodes.extend(parse_node(&name, node, faults).map(|node| (NodeKey::from(name.as_str()), node)));
    }
    Some(Definition {
        file: file.to_owned(),
        name: head.name,
        version: head.version,
        kind: head.kind,
        language: head.language,
        start: head.start,
        variables: head.variables,
        nodes,
    })
}

fn parse_node(name: &str, node: Json, faults: &mut Faults<'_>) -> Option<Node> {
    let Json::Object(mut fields) = node else {
        faults.node(name, "unreadable", "", "a node is an object with a type");
        return None;
    };
    let node_type = match fields.remove("type") {
        Some(Json::String(node_type)) => node_type,
        _ => {
            faults.node(
                name,
                "unknown_type",
                "/type",
                format!("the type is missing: {}", one_of(NODE_TYPES)),
            );
            return None;
        }
    };
    let body = Json::Object(fields);
    let mut report = |field: &str, problem: String| faults.node(name, "unreadable", field, problem);
    match node_type.as_str() {
        "say" => read(body, &mut report).map(Node::Say),
        "menu" => read(body, &mut report).map(Node::Menu),
        "digits" => read(body, &mut report).map(Node::Digits),
        "language" => read(body, &mut report).map(Node::Language),
        "schedule" => read(body, &mut report).map(Node::Schedule),
        "caller_lookup" => read(body, &mut report).map(Node::CallerLookup),
        "set" => read(body, &mut report).map(Node::Set),
        "branch" => read(body, &mut report).map(Node::Branch),
        "queue" => read(body, &mut report).map(Node::Queue),
        "transfer" => read(body, &mut report).map(Node::Transfer),
        "hang_up" => read(body, &mut report).map(Node::HangUp),
        unknown => {
            let problem = format!("there is no node type {unknown:?}: {}", one_of(NODE_TYPES));
            faults.node(name, "unknown_type", "/type", problem);
            None
        }
    }
}

#[cfg(test)]
mod tests;
