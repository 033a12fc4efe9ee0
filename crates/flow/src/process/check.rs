//! What must hold for a flow to be run: checks over the graph, the expressions in it, the names and the limits.

mod forks;
mod graph;
mod nodes;

use super::definition::{DEFINITION_BYTES_MAX, Definition, Faults, parse, pointer};
use super::formula::Formula;
use super::node::Node;
use crate::definition::{Kind, NodeKey};
use rules::Fault;
use rules::catalogue::{CLOSED_FIELD, is_closed, unknown_kind};
use serde_json::Value as Json;
use std::collections::BTreeSet;

/// Most queues of one script: a script for more is for all of them.
const QUEUES_MAX: usize = 100;

/// What exists outside a flow and may be named in it. What is not known is not checked.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Names of message templates.
    pub templates: Option<BTreeSet<String>>,
    /// Names of connectors with their operations, as `name/operation`.
    pub operations: Option<BTreeSet<String>>,
    /// Types of events.
    pub events: Option<BTreeSet<String>>,
    /// Names of flows.
    pub flows: Option<BTreeSet<String>>,
    /// Names of roles.
    pub roles: Option<BTreeSet<String>>,
    /// Keys of the customer's attributes.
    pub attributes: Option<BTreeSet<String>>,
    /// Keys of the kinds of cards that can be linked with the customer, as far as the author sees them.
    pub card_kinds: Option<BTreeSet<String>>,
    /// What is not for the author to read, as expressions call it: `customer.debt`.
    pub closed: BTreeSet<String>,
}

/// Reads a definition and checks it. With an error among the faults it is not run.
#[must_use]
pub fn check(json: &Json, known: &Known) -> (Option<Definition>, Vec<Fault>) {
    let mut faults = Faults::default();
    if json.to_string().len() > DEFINITION_BYTES_MAX {
        let problem = format!("the flow is larger than {DEFINITION_BYTES_MAX} bytes: split it");
        faults.add(Fault::error("too_long", "", problem));
        return (None, faults.0);
    }
    let definition = parse(json, &mut faults);
    if let Some(definition) = &definition {
        // Nodes that cannot be read are named already; edges into them would only be told twice.
        let readable = faults.0.iter().all(|fault| !fault.is_error());
        head(definition, &mut faults);
        nodes::nodes(definition, known, &mut faults);
        if readable {
            graph::graph(definition, &mut faults);
            forks::forks(definition, &mut faults);
        }
        expressions(definition, known, &mut faults);
    }
    (definition, faults.0)
}

/// Reads a definition that is in force.
///
/// # Errors
/// What is wrong with it.
pub fn load(json: &Json, known: &Known) -> Result<Definition, Vec<Fault>> {
    let (definition, faults) = check(json, known);
    match definition {
        Some(definition) if !faults.iter().any(Fault::is_error) => Ok(definition),
        _ => Err(faults),
    }
}

fn head(definition: &Definition, faults: &mut Faults) {
    if !is_flow_name(&definition.name) {
        let problem = "a name has 1 to 100 small letters, digits and dashes, such as tariff-change";
        faults.add(Fault::error("bad_name", "/name", problem));
    }
    if !definition.queues.is_empty() && definition.kind != Kind::Script {
        let problem = "queues are for scripts, which are suggested in their conversations";
        faults.add(Fault::error("not_here", "/queues", problem));
    }
    if definition.queues.len() > QUEUES_MAX {
        let problem =
            format!("at most {QUEUES_MAX} queues: leave them out, and the script is offered everywhere");
        faults.add(Fault::error("too_many", "/queues", problem));
    }
    for name in definition.variables.keys().filter(|name| !is_variable(name)) {
        let at = format!("/variables/{}", name.replace('~', "~0").replace('/', "~1"));
        faults.add(Fault::error("bad_name", at, VARIABLE_RULE));
    }
}

/// Whether flows may be called so.
#[must_use]
pub fn is_flow_name(name: &str) -> bool {
    (1..=100).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

pub(super) const VARIABLE_RULE: &str =
    "a variable begins with a letter and has up to 60 letters, digits and underscores, such as tariff_id";

pub(super) fn is_variable(name: &str) -> bool {
    (1..=60).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
}

fn expressions(definition: &Definition, known: &Known, faults: &mut Faults) {
    for (key, node) in &definition.nodes {
        let key = key.as_str();
        closed(key, node, known, faults);
        cards(key, node, known, faults);
        let formulas = node.formulas().into_iter().map(|(field, formula)| (field, formula.faults()));
        let texts = node.texts().into_iter().map(|(field, text)| (field, text.faults()));
        for (field, found) in formulas.chain(texts) {
            let at = pointer(key, &field);
            let moved = found.into_iter().map(|fault| Fault { pointer: at.clone(), ..fault }.of_node(key));
            faults.0.extend(moved);
        }
        for (field, name) in unknown_variables(definition, key) {
            let problem = format!("no node of this flow sets the variable {name:?}: it has no value here");
            let fault = Fault::warning("unknown_variable", pointer(key, &field), problem).of_node(key);
            let names = set_names(definition);
            let near = rules::fault::nearest(&name, names.iter().map(String::as_str));
            faults.add(match near {
                Some(near) => fault.with_example(near),
                None => fault,
            });
        }
    }
}

/// What a node reads that its author may not: a page, a message or a branch would tell it.
fn closed(key: &str, node: &Node, known: &Known, faults: &mut Faults) {
    for (field, path) in paths(node).into_iter().filter(|(_, path)| is_closed(&known.closed, path)) {
        let problem = format!("`{path}` is not for your roles to read");
        faults.add(Fault::error(CLOSED_FIELD, pointer(key, &field), problem).of_node(key));
    }
}

/// Cards that a node reads of a kind that does not exist, each kind once in a field.
fn cards(key: &str, node: &Node, known: &Known, faults: &mut Faults) {
    let Some(kinds) = &known.card_kinds else { return };
    let kinds: Vec<&str> = kinds.iter().map(String::as_str).collect();
    let open = paths(node).into_iter().filter(|(_, path)| !is_closed(&known.closed, path));
    let unknown = open.filter_map(|(field, path)| unknown_kind(&path, &kinds, &pointer(key, &field)));
    let mut told = BTreeSet::new();
    for fault in unknown {
        if told.insert((fault.pointer.clone(), fault.message.clone())) {
            faults.add(fault.of_node(key));
        }
    }
}

/// What a node reads, each path with the field in which it stands.
fn paths(node: &Node) -> Vec<(String, String)> {
    let formulas = node.formulas().into_iter().flat_map(|(field, formula)| of(&field, formula));
    let texts = node.texts().into_iter();
    let texts = texts.flat_map(|(field, text)| {
        text.formulas().flat_map(|formula| of(&field, formula)).collect::<Vec<_>>()
    });
    formulas.chain(texts).collect()
}

fn of(field: &str, formula: &Formula) -> Vec<(String, String)> {
    formula.fields().map(|path| (field.to_owned(), path.to_owned())).collect()
}

/// Variables that a node reads and no node sets.
fn unknown_variables(definition: &Definition, key: &str) -> Vec<(String, String)> {
    let Some(node) = definition.nodes.get(&NodeKey::from(key)) else { return vec![] };
    let set = set_names(definition);
    let mut unknown = BTreeSet::new();
    for (field, path) in paths(node) {
        let Some(name) = path.strip_prefix("vars.").and_then(|rest| rest.split('.').next()) else {
            continue;
        };
        if !set.contains(name) {
            unknown.insert((field, name.to_owned()));
        }
    }
    unknown.into_iter().collect()
}

/// Every variable that some node sets.
fn set_names(definition: &Definition) -> BTreeSet<String> {
    use super::Node;
    let mut names: BTreeSet<String> = definition.variables.keys().cloned().collect();
    names.extend(["error", "button", "done_by"].map(str::to_owned));
    for (key, node) in &definition.nodes {
        match node {
            Node::Set(node) => names.extend(node.values.keys().cloned()),
            Node::Decide(node) => names.extend([node.variable.clone()]),
            Node::Split(_) => names.extend([key.as_str().to_owned()]),
            Node::WaitEvent(node) => names.extend(node.variable.clone()),
            Node::Call(node) => names.extend(node.variable.clone()),
            Node::SubFlow(node) => names.extend(node.variable.clone()),
            Node::Task(node) => names.extend(node.questions.iter().map(|asked| asked.key.clone())),
            Node::Approval(node) => names.extend([node.variable.clone()]),
            Node::Page(node) => names.extend(node.questions.iter().map(|asked| asked.key.clone())),
            Node::Branch(_)
            | Node::Wait(_)
            | Node::Parallel(_)
            | Node::Join(_)
            | Node::Message(_)
            | Node::Emit(_)
            | Node::SetAttribute(_)
            | Node::End(_) => {}
        }
    }
    names
}
