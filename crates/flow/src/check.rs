//! What must hold for a flow to be walked: checks over the graph, the names in it, and its limits.

use crate::condition::Operator;
use crate::definition::{Definition, GIVEN_VARIABLES, NodeKey, ValueType};
use crate::fault::{Catalogue, Faults, one_of};
use crate::node::{Branch, Node, Queue};
use crate::spoken::{NUMBERS, OWN_PROMPTS, number_prompt};
use base::Locale;
use std::collections::{BTreeMap, BTreeSet};

mod limits;
pub(crate) use limits::limits;

/// Every edge leads to a node, every node is reached, no circle runs without a person or a queue in it.
pub(crate) fn graph(definition: &Definition, faults: &mut Faults<'_>) {
    let nodes = &definition.nodes;
    if !nodes.contains_key(&definition.start) {
        let names = one_of(nodes.keys().map(NodeKey::as_str));
        faults.file(
            "no_such_node",
            "/start",
            format!("there is no node {:?}: {names}", definition.start.as_str()),
        );
    }
    for (key, node) in nodes {
        for (field, to) in node.edges() {
            if !nodes.contains_key(to) {
                let names = one_of(nodes.keys().map(NodeKey::as_str));
                faults.node(
                    key.as_str(),
                    "no_such_node",
                    &field,
                    format!("there is no node {:?}: {names}", to.as_str()),
                );
            }
        }
    }
    let reached = reach(definition, &definition.start, Node::edges);
    for key in nodes.keys().filter(|key| !reached.contains(key)) {
        faults.node(key.as_str(), "not_reached", "", "nothing leads to this node: connect it or delete it");
    }
    endless(definition, faults);
}

/// Names the first node of every circle that a walk could run round for ever.
fn endless(definition: &Definition, faults: &mut Faults<'_>) {
    let mut told = BTreeSet::new();
    for (key, node) in &definition.nodes {
        if told.contains(key) {
            continue;
        }
        for (field, to) in node.unattended_edges() {
            let from_there = reach(definition, to, Node::unattended_edges);
            if from_there.contains(key) && !told.contains(key) {
                let circle = from_there
                    .iter()
                    .filter(|member| reach(definition, member, Node::unattended_edges).contains(key));
                told.extend(circle.map(|member| (*member).clone()));
                let problem = "from here the walk can come back without anybody being asked or waiting, and so \
                               never end: put a menu, a question or a hang_up into the circle";
                faults.node(key.as_str(), "endless", &field, problem);
            }
        }
    }
}

fn reach<'d>(
    definition: &'d Definition,
    from: &'d NodeKey,
    edges: fn(&Node) -> Vec<(String, &NodeKey)>,
) -> BTreeSet<&'d NodeKey> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(key) = open.pop() {
        let Some(node) = definition.nodes.get(key) else { continue };
        if reached.insert(key) {
            open.extend(edges(node).into_iter().map(|(_, to)| to));
        }
    }
    reached
}

/// Every prompt, queue, skill, flow and variable that the flow names exists.
pub(crate) fn names(definition: &Definition, catalogue: &Catalogue, faults: &mut Faults<'_>) {
    for (key, node) in &definition.nodes {
        let key = key.as_str();
        for (field, prompt) in node.prompts() {
            if let Some(problem) = missing_prompt(prompt, catalogue) {
                faults.node(key, "missing_prompt", &field, problem);
            }
        }
        match node {
            Node::Queue(queue) => queue_names(key, queue, catalogue, faults),
            Node::Transfer(transfer)
                if transfer.flow.starts_with("sip:") || transfer.flow.starts_with("tel:") =>
            {
                faults.node(
                    key,
                    "not_a_flow",
                    "/flow",
                    "a transfer leads to a flow, not to an address: name a flow",
                );
            }
            Node::Transfer(transfer) => {
                known("flow", &transfer.flow, &catalogue.flows, key, "/flow", faults);
            }
            Node::Digits(ask) => {
                variable(definition, key, "/variable", &ask.variable, ValueType::Text, faults);
            }
            Node::Set(set) => {
                for (name, value) in &set.values {
                    variable(definition, key, &format!("/values/{name}"), name, value.value_type(), faults);
                }
            }
            Node::Branch(branch) => conditions(definition, key, branch, faults),
            Node::Say(_)
            | Node::Menu(_)
            | Node::Language(_)
            | Node::Schedule(_)
            | Node::CallerLookup(_)
            | Node::HangUp(_) => {}
        }
    }
}

fn missing_prompt(prompt: &str, catalogue: &Catalogue) -> Option<String> {
    let silent: Vec<&str> = Locale::ALL
        .iter()
        .filter(|locale| !catalogue.prompts.get(locale).is_some_and(|known| known.contains(prompt)))
        .map(|locale| locale.code())
        .collect();
    let mend = "add the recording or name another prompt";
    (!silent.is_empty()).then(|| format!("the prompt {prompt:?} is missing in {}: {mend}", silent.join(", ")))
}

fn queue_names(key: &str, queue: &Queue, catalogue: &Catalogue, faults: &mut Faults<'_>) {
    known("queue", &queue.queue, &catalogue.queues, key, "/queue", faults);
    known("music", &queue.music, &catalogue.music, key, "/music", faults);
    for (index, need) in queue.skills.iter().enumerate() {
        known("skill", &need.skill, &catalogue.skills, key, &format!("/skills/{index}/skill"), faults);
    }
    if queue.announce_every_seconds.is_some() {
        let numbers = NUMBERS.into_iter().map(number_prompt);
        let missing = numbers
            .chain(OWN_PROMPTS.map(str::to_owned))
            .find_map(|prompt| missing_prompt(&prompt, catalogue));
        if let Some(problem) = missing {
            faults.node(key, "missing_prompt", "/announce_every_seconds", problem);
        }
    }
}

fn known(what: &str, name: &str, names: &BTreeSet<String>, key: &str, field: &str, faults: &mut Faults<'_>) {
    if !names.contains(name) {
        let names = one_of(names.iter().map(String::as_str));
        faults.node(key, "unknown_name", field, format!("there is no {what} {name:?}: {names}"));
    }
}

/// A variable that a node writes: declared by the flow, of the right type.
fn variable(
    definition: &Definition,
    key: &str,
    field: &str,
    name: &str,
    written: ValueType,
    faults: &mut Faults<'_>,
) {
    if GIVEN_VARIABLES.iter().any(|(given, _)| *given == name) {
        faults.node(
            key,
            "given_variable",
            field,
            format!("{name:?} comes from the caller and cannot be set: choose another variable"),
        );
        return;
    }
    match definition.variables.get(name) {
        Some(declared) if *declared == written => {}
        Some(declared) => {
            faults.node(
                key,
                "wrong_type",
                field,
                format!("{name:?} holds {declared}, and this is {written}: change one of them"),
            );
        }
        None => faults.node(
            key,
            "undeclared_variable",
            field,
            format!("the variable {name:?} is not declared: add it to /variables"),
        ),
    }
}

fn conditions(definition: &Definition, key: &str, branch: &Branch, faults: &mut Faults<'_>) {
    for (index, case) in branch.cases.iter().enumerate() {
        for (pointer, compare) in case.when.comparisons() {
            let field = format!("/cases/{index}/when{pointer}");
            let Some(declared) = definition.variable_type(&compare.var) else {
                let given = GIVEN_VARIABLES.iter().map(|(name, _)| *name);
                let names = one_of(given.chain(definition.variables.keys().map(String::as_str)));
                faults.node(
                    key,
                    "unknown_name",
                    &format!("{field}/var"),
                    format!("there is no variable {:?}: {names}", compare.var),
                );
                continue;
            };
            let written = compare.value.value_type();
            if declared != written {
                let problem = format!("{:?} holds {declared} and is compared with {written}", compare.var);
                faults.node(key, "wrong_type", &format!("{field}/value"), problem);
            }
            let fits = match compare.op {
                Operator::Eq | Operator::Ne => true,
                Operator::Lt | Operator::Le | Operator::Gt | Operator::Ge => declared == ValueType::Number,
                Operator::StartsWith => declared == ValueType::Text,
            };
            if !fits {
                faults.node(
                    key,
                    "wrong_operator",
                    &format!("{field}/op"),
                    format!("this does not compare {declared}: use eq or ne"),
                );
            }
        }
    }
}

/// Hours of one day that lie over each other or run backwards.
pub(super) fn overlapping(hours: &[crate::schedule::Hours]) -> Option<String> {
    let mut by_start = BTreeMap::new();
    for span in hours {
        if span.from >= span.to {
            return Some(format!("{} to {} is no time: the end must be later", span.from, span.to));
        }
        if by_start.insert(span.from, span.to).is_some() {
            return Some(format!("two spans begin at {}: keep one", span.from));
        }
    }
    let mut before = None;
    for (from, to) in by_start {
        match before {
            Some(end) if from < end => {
                return Some(format!("{from} to {to} overlaps the span before it: join them"));
            }
            _ => before = Some(to),
        }
    }
    None
}
