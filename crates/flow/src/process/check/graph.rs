//! Every edge leads to a node, every node is reached, no circle runs without a person, a time or an event in it.

use crate::definition::NodeKey;
use crate::fault::one_of;
use crate::process::Node;
use crate::process::definition::{Definition, Faults, pointer};
use rules::Fault;
use std::collections::BTreeSet;

pub(super) fn graph(definition: &Definition, faults: &mut Faults) {
    let nodes = &definition.nodes;
    let names = || one_of(nodes.keys().map(NodeKey::as_str));
    if !nodes.contains_key(&definition.start) {
        let problem = format!("there is no node {:?}: {}", definition.start.as_str(), names());
        faults.add(Fault::error("no_such_node", "/start", problem));
    }
    for (key, node) in nodes {
        for (field, to) in node.edges() {
            if !nodes.contains_key(to) {
                let problem = format!("there is no node {:?}: {}", to.as_str(), names());
                faults.node(key.as_str(), "no_such_node", &field, problem);
            }
        }
    }
    let reached = reach(definition, &definition.start, Node::edges);
    for key in nodes.keys().filter(|key| !reached.contains(key)) {
        let problem = "nothing leads to this node: connect it or delete it";
        let key = key.as_str();
        faults.add(Fault::error("not_reached", pointer(key, ""), problem).of_node(key));
    }
    endless(definition, faults);
}

/// Names the first node of every circle that a run could go round for ever.
fn endless(definition: &Definition, faults: &mut Faults) {
    let mut told: BTreeSet<&NodeKey> = BTreeSet::new();
    for (key, node) in &definition.nodes {
        for (field, to) in node.unattended_edges() {
            let from_there = reach(definition, to, Node::unattended_edges);
            if from_there.contains(key) && !told.contains(key) {
                let comes_back =
                    |member: &&&NodeKey| reach(definition, member, Node::unattended_edges).contains(key);
                told.extend(from_there.iter().filter(comes_back).copied());
                let problem = "from here the run can come back without a person, a time or an event in between, \
                               and so never end: put a wait, a task or a page into the circle";
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
