//! The catalogue of nodes: what the editor's palette and forms are made from, and the schema of the files.

use crate::definition::Kind;
use crate::process::node as process;
use crate::{node as ivr, schedule::Schedule};
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;
use serde_json::{Value as Json, json};

#[cfg(test)]
mod tests;

/// Under which heading of the palette a node stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FlowNodeGroup)]
pub enum Group {
    /// What is heard and asked in a call.
    Voice,
    /// Conditions, variables, ends.
    Logic,
    /// Times, events, branches side by side.
    Time,
    /// Messages, attributes, events.
    Action,
    /// Outside systems.
    Outside,
    /// Tasks, approvals, pages.
    People,
}

/// Where a walk can go from a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
#[schema(as = FlowNodeOutput)]
pub struct Output {
    /// The name of the field, the last part of the pointer that is no `*`.
    pub name: String,
    /// The field that names the next node, as a pointer below the node. `*` stands for any index or key.
    pub pointer: String,
    /// Whether the node must name it.
    pub required: bool,
}

/// A kind of node.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = FlowNodeType)]
pub struct NodeType {
    /// The word of the file.
    #[serde(rename = "type")]
    pub node_type: &'static str,
    /// Kinds of flow that may have it.
    pub kinds: Vec<Kind>,
    /// Its heading.
    pub group: Group,
    /// The name of its picture.
    pub icon: &'static str,
    /// What it does, in English.
    pub description: String,
    /// JSON Schema of its fields, `type` left out.
    #[schema(value_type = Object)]
    pub schema: Json,
    /// Where a walk can go from it.
    pub outputs: Vec<Output>,
    /// Whether some outputs stand in a list or a map and so can be added.
    pub dynamic: bool,
}

const CALL: &[Kind] = &[Kind::Ivr];
const ALL: &[Kind] = &[Kind::Campaign, Kind::Script, Kind::Process];
const LONG: &[Kind] = &[Kind::Campaign, Kind::Process];
const DESK: &[Kind] = &[Kind::Script];

/// Every kind of node: those of an IVR first.
#[must_use]
pub fn node_types() -> Vec<NodeType> {
    vec![
        of::<ivr::Say>("say", CALL, Group::Voice, "sound"),
        of::<ivr::Menu>("menu", CALL, Group::Voice, "menu"),
        of::<ivr::AskDigits>("digits", CALL, Group::Voice, "number"),
        of::<ivr::AskLanguage>("language", CALL, Group::Voice, "translation"),
        of::<ivr::Queue>("queue", CALL, Group::Voice, "team"),
        of::<ivr::HangUp>("hang_up", CALL, Group::Voice, "phone"),
        of::<ivr::CallerLookup>("caller_lookup", CALL, Group::Logic, "user"),
        of::<ivr::Set>("set", CALL, Group::Logic, "edit"),
        of::<ivr::Branch>("branch", CALL, Group::Logic, "branches"),
        of::<Schedule>("schedule", CALL, Group::Time, "calendar"),
        of::<ivr::Transfer>("transfer", CALL, Group::Logic, "export"),
        of::<process::Set>("set", ALL, Group::Logic, "edit"),
        of::<process::Branch>("branch", ALL, Group::Logic, "branches"),
        of::<process::Decide>("decide", ALL, Group::Logic, "table"),
        of::<process::Split>("split", LONG, Group::Logic, "percentage"),
        of::<process::End>("end", ALL, Group::Logic, "stop"),
        of::<process::Wait>("wait", LONG, Group::Time, "clock"),
        of::<process::WaitEvent>("wait_event", LONG, Group::Time, "thunderbolt"),
        of::<process::Parallel>("parallel", LONG, Group::Time, "fork"),
        of::<process::Join>("join", LONG, Group::Time, "merge"),
        of::<process::SubFlow>("sub_flow", LONG, Group::Logic, "subnode"),
        of::<process::Message>("message", ALL, Group::Action, "message"),
        of::<process::Emit>("emit", ALL, Group::Action, "notification"),
        of::<process::SetAttribute>("set_attribute", ALL, Group::Action, "tag"),
        of::<process::Call>("call", ALL, Group::Outside, "api"),
        of::<process::Task>("task", LONG, Group::People, "check"),
        of::<process::Approval>("approval", LONG, Group::People, "audit"),
        of::<process::Page>("page", DESK, Group::People, "form"),
    ]
}

fn of<T: JsonSchema>(node_type: &'static str, kinds: &[Kind], group: Group, icon: &'static str) -> NodeType {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    let description = schema.get("description").and_then(Json::as_str).unwrap_or_default().to_owned();
    if let Json::Object(fields) = &mut schema {
        fields.remove("title");
        fields.insert("additionalProperties".to_owned(), Json::Bool(false));
    }
    let mut outputs = vec![];
    find_outputs(&schema, "", true, &mut outputs);
    let dynamic = outputs.iter().any(|output| output.pointer.contains('*'));
    NodeType { node_type, kinds: kinds.to_vec(), group, icon, description, schema, outputs, dynamic }
}

/// Every field that names a node.
fn find_outputs(schema: &Json, at: &str, required: bool, found: &mut Vec<Output>) {
    if schema.get("format").and_then(Json::as_str) == Some("node") {
        let name = at.split('/').rev().find(|part| *part != "*").unwrap_or_default();
        found.push(Output { name: name.to_owned(), pointer: at.to_owned(), required });
        return;
    }
    let asked: Vec<&str> = match schema.get("required") {
        Some(Json::Array(names)) => names.iter().filter_map(Json::as_str).collect(),
        _ => vec![],
    };
    if let Some(Json::Object(fields)) = schema.get("properties") {
        for (name, field) in fields {
            find_outputs(field, &format!("{at}/{name}"), asked.contains(&name.as_str()), found);
        }
    }
    for below in ["items", "additionalProperties"] {
        if let Some(each) = schema.get(below).filter(|each| each.is_object()) {
            find_outputs(each, &format!("{at}/*"), required, found);
        }
    }
    for below in ["anyOf", "oneOf"] {
        if let Some(Json::Array(each)) = schema.get(below) {
            each.iter().for_each(|one| find_outputs(one, at, false, found));
        }
    }
}

/// The JSON Schema of a flow file, for editors of text.
#[must_use]
pub fn file_schema() -> Json {
    let types = node_types();
    let of_kind = |ivr: bool| -> Vec<Json> {
        let those = types.iter().filter(|node| node.kinds.contains(&Kind::Ivr) == ivr);
        those.map(with_type).collect()
    };
    let nodes =
        |ivr| json!({ "properties": { "nodes": { "additionalProperties": { "oneOf": of_kind(ivr) } } } });
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A flow of Trunkline",
        "description": "Made by `cargo test -p flow`, which compares it with the code: do not edit it.",
        "type": "object",
        "required": ["name", "version", "kind", "start", "nodes"],
        "additionalProperties": false,
        "properties": {
            "$schema": { "type": "string" },
            "name": { "type": "string" },
            "title": { "type": "string" },
            "description": { "type": "string" },
            "version": { "type": "integer", "minimum": 0 },
            "kind": { "enum": Kind::ALL.map(Kind::word) },
            "language": { "enum": ["en", "ru", "uz"] },
            "start": { "type": "string", "description": "The name of a node of this flow" },
            "variables": { "type": "object", "description": "Of an IVR: name to yes_no, number or text. Of other kinds: name to the value it begins with." },
            "queues": { "type": "array", "items": { "type": "string" }, "description": "Of a script: the queues in whose conversations it is suggested" },
            "layout": {
                "type": "object",
                "description": "Where the editor draws each node",
                "additionalProperties": {
                    "type": "object",
                    "properties": { "x": { "type": "number" }, "y": { "type": "number" } }
                }
            },
            "nodes": { "type": "object", "maxProperties": crate::load::NODES_MAX, "additionalProperties": { "type": "object" } }
        },
        "if": { "properties": { "kind": { "const": "ivr" } } },
        "then": nodes(true),
        "else": nodes(false)
    })
}

/// The schema of a node with its `type`.
fn with_type(node: &NodeType) -> Json {
    let mut schema = node.schema.clone();
    if let Some(Json::Object(fields)) = schema.get_mut("properties") {
        fields.insert("type".to_owned(), json!({ "const": node.node_type }));
    }
    if let Json::Object(object) = &mut schema {
        match object.get_mut("required") {
            Some(Json::Array(required)) => required.insert(0, "type".into()),
            _ => {
                object.insert("required".to_owned(), json!(["type"]));
            }
        }
    }
    schema
}
