//! Which paths an expression reads.

use super::parse::children;
use std::collections::BTreeSet;
use zen_expression::parser::Node;

/// The paths that `root` reads, such as `event.amount`. Of `ref.cities[event.city_id].name` they are
/// `ref.cities` and `event.city_id`: what is behind a computed key is known only at run time.
pub(crate) fn of<'a>(root: &'a Node<'a>) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(root, &mut Vec::new(), &mut found);
    found
}

fn collect<'a>(node: &'a Node<'a>, aliases: &mut Vec<&'a str>, found: &mut BTreeSet<String>) {
    match node {
        Node::Identifier(name) => {
            if !aliases.contains(name) {
                found.insert((*name).to_owned());
            }
        }
        Node::Member { node: inner, property } => match path(node) {
            Some(path) => {
                let first = path.split('.').next().unwrap_or_default();
                if !aliases.contains(&first) {
                    found.insert(path);
                }
            }
            None => {
                collect(inner, aliases, found);
                collect(property, aliases, found);
            }
        },
        Node::Closure { body, alias } => {
            let known = aliases.len();
            aliases.extend(alias);
            collect(body, aliases, found);
            aliases.truncate(known);
        }
        _ => children(node, &mut |child| collect(child, aliases, found)),
    }
}

/// `event.amount` when `node` is a path of plain names.
pub(crate) fn path(node: &Node<'_>) -> Option<String> {
    match node {
        Node::Identifier(name) => Some((*name).to_owned()),
        Node::Member { node, property: Node::String(name) } => Some(format!("{}.{name}", path(node)?)),
        _ => None,
    }
}
