//! Parallels and joins belong together in pairs: a run can then neither lose a branch nor wait for ever.

use crate::definition::NodeKey;
use crate::process::Node;
use crate::process::definition::{Definition, Faults};
use std::collections::{BTreeMap, BTreeSet};

/// Parallels inside each other.
const DEPTH_MAX: usize = 6;
/// Places (a node with the parallels it lies in) that are looked at before the flow counts as too tangled.
const PLACES_MAX: usize = 20_000;

type Stack<'d> = Vec<&'d NodeKey>;

pub(super) fn forks(definition: &Definition, faults: &mut Faults) {
    let mut seen: BTreeSet<(&NodeKey, Stack<'_>)> = BTreeSet::new();
    let mut open: Vec<(&NodeKey, Stack<'_>)> = vec![(&definition.start, vec![])];
    let mut joins: BTreeMap<&NodeKey, BTreeSet<&NodeKey>> = BTreeMap::new();
    let mut told: BTreeSet<(&NodeKey, &str)> = BTreeSet::new();
    let tell = |key: &'_ NodeKey, code: &'static str, problem: &str, faults: &mut Faults| {
        faults.node(key.as_str(), code, "", problem);
    };
    while let Some((key, stack)) = open.pop() {
        let Some(node) = definition.nodes.get(key) else { continue };
        if !seen.insert((key, stack.clone())) {
            continue;
        }
        if seen.len() > PLACES_MAX {
            return tell(
                key,
                "too_tangled",
                "too many branches lead through each other: split the flow",
                faults,
            );
        }
        let below = match node {
            Node::Parallel(_) if stack.contains(&key) || stack.len() >= DEPTH_MAX => {
                if told.insert((key, "nested")) {
                    let problem = "this parallel begins again before its branches came together: lead them to \
                                   a join first, and put at most 6 parallels into each other";
                    tell(key, "parallel_in_itself", problem, faults);
                }
                continue;
            }
            Node::Parallel(_) => stack.iter().copied().chain([key]).collect(),
            Node::Join(_) => match stack.split_last() {
                Some((parallel, outside)) => {
                    joins.entry(parallel).or_default().insert(key);
                    outside.to_vec()
                }
                None => {
                    if told.insert((key, "alone")) {
                        let problem =
                            "a run comes here without having been divided: put a parallel before it";
                        tell(key, "join_without_parallel", problem, faults);
                    }
                    continue;
                }
            },
            _ => stack,
        };
        open.extend(node.edges().into_iter().map(|(_, to)| (to, below.clone())));
    }
    for (parallel, ends) in joins.into_iter().filter(|(_, ends)| ends.len() > 1) {
        let names: Vec<&str> = ends.into_iter().map(NodeKey::as_str).collect();
        let problem =
            format!("its branches come together in {}: lead them all to one join", names.join(" and "));
        tell(parallel, "several_joins", &problem, faults);
    }
}
