//! Which paths an expression reads.

use super::parse::children;
use crate::facts::CARDS;
use std::collections::BTreeSet;
use zen_expression::functions::{ClosureFunction, FunctionKind, InternalFunction};
use zen_expression::lexer::{LogicalOperator, Operator};
use zen_expression::parser::Node;

/// The paths that `root` reads, such as `event.amount`. Of `ref.cities[event.city_id].name` they are
/// `ref.cities` and `event.city_id`: what is behind a computed key is known only at run time.
///
/// Of linked cards they are what is read of each: `some(cards.vehicle, #.year > 2020)` reads `cards.vehicle.id` (which
/// there are) and `cards.vehicle.year`. Where whole cards are read, such as by `cards.vehicle[0]`, it is `cards.vehicle`.
pub(crate) fn of<'a>(root: &'a Node<'a>) -> BTreeSet<String> {
    let mut reader = Reader::default();
    reader.collect(root);
    reader.found
}

/// A loop that goes on around the node that is looked at.
struct Loop<'a> {
    alias: Option<&'a str>,
    /// The cards it goes through: `cards.vehicle`.
    cards: Option<String>,
}

#[derive(Default)]
struct Reader<'a> {
    loops: Vec<Loop<'a>>,
    found: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    fn collect(&mut self, node: &'a Node<'a>) {
        match node {
            Node::Identifier(_) | Node::Pointer => self.read(node, ""),
            Node::Member { node: inner, property } => match item_path(node) {
                Some((item, rest)) => self.read(item, &rest),
                None => {
                    self.collect(inner);
                    self.collect(property);
                }
            },
            Node::FunctionCall { kind, arguments: [list, rest @ ..] } if goes_through(kind) => {
                let cards = cards_of(list);
                match (&cards, kind) {
                    // The cards themselves come out.
                    (Some(cards), FunctionKind::Closure(ClosureFunction::Filter)) => {
                        self.found.insert(cards.clone());
                        self.conditions(list);
                    }
                    (Some(cards), _) => {
                        self.found.insert(format!("{cards}.id"));
                        self.conditions(list);
                    }
                    (None, _) => self.collect(list),
                }
                rest.iter().for_each(|body| self.body(body, cards.clone()));
            }
            Node::Closure { .. } => self.body(node, None),
            _ => children(node, &mut |child| self.collect(child)),
        }
    }

    /// What the conditions of filters read that stand in a list of cards.
    fn conditions(&mut self, list: &'a Node<'a>) {
        match list {
            Node::Parenthesized(inner) => self.conditions(inner),
            Node::Binary { left, right, .. } => {
                self.conditions(left);
                self.conditions(right);
            }
            Node::FunctionCall { arguments: [inner, rest @ ..], .. } => {
                self.conditions(inner);
                rest.iter().for_each(|body| self.body(body, cards_of(inner)));
            }
            _ => {}
        }
    }

    fn body(&mut self, node: &'a Node<'a>, cards: Option<String>) {
        let Node::Closure { body, alias } = node else { return self.collect(node) };
        self.loops.push(Loop { alias: *alias, cards });
        self.collect(body);
        self.loops.pop();
    }

    /// Notes that `rest` (such as `.year`, empty for all of it) of what `item` names is read.
    fn read(&mut self, item: &'a Node<'a>, rest: &str) {
        let around = match item {
            Node::Pointer => self.loops.last(),
            Node::Identifier(name) => {
                let of_name = |around: &&Loop<'a>| around.alias == Some(name);
                let found = self.loops.iter().rev().find(of_name);
                if found.is_none() {
                    self.found.insert(format!("{name}{rest}"));
                }
                found
            }
            _ => None,
        };
        if let Some(cards) = around.and_then(|around| around.cards.as_ref()) {
            self.found.insert(format!("{cards}{rest}"));
        }
    }
}

/// Whether a function looks at each item of its first argument, or at how many they are, and gives none of them out.
fn goes_through(kind: &FunctionKind) -> bool {
    matches!(kind, FunctionKind::Closure(_) | FunctionKind::Internal(InternalFunction::Len))
}

/// `cards.vehicle` when `node` is a list of such cards: all of them, or some that a filter leaves.
fn cards_of(node: &Node<'_>) -> Option<String> {
    match node {
        Node::Parenthesized(inner) => cards_of(inner),
        Node::FunctionCall { kind: FunctionKind::Closure(ClosureFunction::Filter), arguments: [list, _] } => {
            cards_of(list)
        }
        Node::Binary { left, operator: Operator::Logical(LogicalOperator::NullishCoalescing), right } => {
            matches!(right, Node::Array([])).then(|| cards_of(left)).flatten()
        }
        _ => path(node).filter(|path| kind_of(path).is_some_and(|kind| !kind.contains('.'))),
    }
}

/// What stands behind `cards.`: `vehicle`, or `vehicle.year`.
fn kind_of(path: &str) -> Option<&str> {
    path.strip_prefix(CARDS)?.strip_prefix('.')
}

/// What a path of plain names begins with, and what follows: `#` and `.year`, `event` and `.amount`.
fn item_path<'a>(node: &'a Node<'a>) -> Option<(&'a Node<'a>, String)> {
    match node {
        Node::Identifier(_) | Node::Pointer => Some((node, String::new())),
        Node::Member { node, property: Node::String(name) } => {
            let (item, rest) = item_path(node)?;
            Some((item, format!("{rest}.{name}")))
        }
        _ => None,
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
