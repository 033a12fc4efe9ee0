//! A campaign flow, script or process as its author wrote it, read and with every fault named.

use super::node::Node;
use crate::definition::{Kind, NodeKey};
use crate::fault::one_of;
use crate::load::{NODES_MAX, fields::read};
use rules::Fault;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use std::collections::{BTreeMap, BTreeSet};

/// Largest definition, in bytes of JSON.
pub const DEFINITION_BYTES_MAX: usize = 1024 * 1024;

/// A campaign flow, script or process.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Definition {
    /// By which name other flows and rules start it.
    pub name: String,
    /// What it is called on screens.
    pub title: String,
    /// What it is for.
    pub kind: Kind,
    /// The first node.
    pub start: NodeKey,
    /// Variables with the values they begin with.
    pub variables: Map<String, Json>,
    /// Of a script: the queues in whose conversations it is suggested, by name or id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub queues: Vec<String>,
    /// The nodes.
    pub nodes: BTreeMap<NodeKey, Node>,
    /// The predictions that its expressions and texts read, by name: computed for the runs that need them.
    #[serde(skip)]
    pub predictions: BTreeSet<String>,
    /// The kinds of linked cards that they read: looked up for the runs that need them.
    #[serde(skip)]
    pub cards: BTreeSet<String>,
}

#[derive(Deserialize)]
struct Head {
    name: String,
    #[serde(default)]
    title: String,
    kind: Kind,
    start: NodeKey,
    #[serde(default)]
    variables: Map<String, Json>,
    #[serde(default)]
    queues: Vec<String>,
    nodes: Map<String, Json>,
    #[expect(
        dead_code,
        reason = "counted by the author of a file; versions in force are counted by the server"
    )]
    #[serde(default)]
    version: Json,
    #[expect(dead_code, reason = "what the flow is for; read by people")]
    #[serde(default)]
    description: Json,
    #[expect(dead_code, reason = "where nodes are drawn; read by editors")]
    #[serde(default)]
    layout: Json,
    #[expect(dead_code, reason = "read by editors")]
    #[serde(default, rename = "$schema")]
    schema: Json,
    #[expect(dead_code, reason = "of an IVR; kept when a flow is turned into another kind")]
    #[serde(default)]
    language: Json,
}

/// Collects what is wrong.
#[derive(Debug, Default)]
pub(crate) struct Faults(pub(crate) Vec<Fault>);

impl Faults {
    pub(crate) fn add(&mut self, fault: Fault) {
        self.0.push(fault);
    }

    /// An error of the node `key`; `field` is a pointer below it.
    pub(crate) fn node(&mut self, key: &str, code: &str, field: &str, message: impl Into<String>) {
        self.add(Fault::error(code, pointer(key, field), message).of_node(key));
    }
}

/// The pointer of a node's field in the document.
pub(crate) fn pointer(key: &str, field: &str) -> String {
    format!("/nodes/{}{field}", key.replace('~', "~0").replace('/', "~1"))
}

/// Reads a definition without checking its graph; nothing when it cannot be read at all.
pub(crate) fn parse(json: &Json, faults: &mut Faults) -> Option<Definition> {
    let mut found = vec![];
    let head = read::<Head>(json.clone(), &mut |field, problem| found.push((field.to_owned(), problem)));
    let unreadable = |(field, problem)| Fault::error("unreadable", field, problem);
    faults.0.extend(found.into_iter().map(unreadable));
    let head = head?;
    if head.kind == Kind::Ivr {
        faults.add(Fault::error("wrong_kind", "/kind", "an IVR is walked by calls: it is checked as one"));
        return None;
    }
    if head.nodes.len() > NODES_MAX {
        let problem = format!("{} nodes, at most {NODES_MAX}: split the flow", head.nodes.len());
        faults.add(Fault::error("too_many", "/nodes", problem));
        return None;
    }
    let texts = Json::Object(head.nodes.clone()).to_string();
    let mut nodes = BTreeMap::new();
    for (key, node) in head.nodes {
        nodes.extend(
            parse_node(&key, node, head.kind, faults).map(|node| (NodeKey::from(key.as_str()), node)),
        );
    }
    let title = if head.title.is_empty() { head.name.clone() } else { head.title };
    Some(Definition {
        name: head.name,
        title,
        kind: head.kind,
        start: head.start,
        variables: head.variables,
        queues: head.queues,
        nodes,
        predictions: rules::decide::predictions_in(&texts),
        cards: rules::decide::card_kinds_in(&texts),
    })
}

fn parse_node(key: &str, node: Json, kind: Kind, faults: &mut Faults) -> Option<Node> {
    let types = types_of(kind);
    let Json::Object(mut fields) = node else {
        faults.node(key, "unreadable", "", "a node is an object with a type");
        return None;
    };
    let node_type = match fields.remove("type") {
        Some(Json::String(node_type)) => node_type,
        _ => {
            faults.node(
                key,
                "unreadable",
                "/type",
                format!("the type is missing: {}", one_of(types.iter().copied())),
            );
            return None;
        }
    };
    if !types.contains(&node_type.as_str()) {
        let problem =
            format!("a {} has no node type {node_type:?}: {}", kind.word(), one_of(types.iter().copied()));
        faults.node(key, "unknown_type", "/type", problem);
        return None;
    }
    let body = Json::Object(fields);
    let mut report = |field: &str, problem: String| faults.node(key, "unreadable", field, problem);
    match node_type.as_str() {
        "set" => read(body, &mut report).map(Node::Set),
        "branch" => read(body, &mut report).map(Node::Branch),
        "decide" => read(body, &mut report).map(Node::Decide),
        "split" => read(body, &mut report).map(Node::Split),
        "wait" => read(body, &mut report).map(Node::Wait),
        "wait_event" => read(body, &mut report).map(Node::WaitEvent),
        "parallel" => read(body, &mut report).map(Node::Parallel),
        "join" => read(body, &mut report).map(Node::Join),
        "message" => read(body, &mut report).map(Node::Message),
        "call" => read(body, &mut report).map(Node::Call),
        "task" => read(body, &mut report).map(Node::Task),
        "approval" => read(body, &mut report).map(Node::Approval),
        "sub_flow" => read(body, &mut report).map(Node::SubFlow),
        "emit" => read(body, &mut report).map(Node::Emit),
        "set_attribute" => read(body, &mut report).map(Node::SetAttribute),
        "page" => read(body, &mut report).map(Node::Page),
        _ => read(body, &mut report).map(Node::End),
    }
}

/// The node types that a kind may have.
pub(crate) const fn types_of(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Ivr => &[],
        Kind::Script => {
            &["page", "set", "branch", "decide", "call", "message", "emit", "set_attribute", "end"]
        }
        Kind::Campaign | Kind::Process => &[
            "set",
            "branch",
            "decide",
            "split",
            "wait",
            "wait_event",
            "parallel",
            "join",
            "message",
            "call",
            "task",
            "approval",
            "sub_flow",
            "emit",
            "set_attribute",
            "end",
        ],
    }
}
