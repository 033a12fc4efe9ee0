//! Where a walk can go from a node, and which expressions stand in it.

use super::{Approver, Node};
use crate::definition::NodeKey;
use crate::process::formula::{Formula, Text};
use std::collections::BTreeMap;

type Edges<'a> = Vec<(String, &'a NodeKey)>;

fn and<'a>(mut edges: Edges<'a>, more: &[(&str, &'a Option<NodeKey>)]) -> Edges<'a> {
    edges.extend(more.iter().filter_map(|(field, key)| Some((format!("/{field}"), key.as_ref()?))));
    edges
}

fn next(key: &NodeKey) -> Edges<'_> {
    vec![("/next".to_owned(), key)]
}

impl Node {
    /// Where the walk can go from here: the field (JSON pointer below the node) and the node it names.
    #[must_use]
    pub fn edges(&self) -> Edges<'_> {
        match self {
            Self::Set(node) => and(next(&node.next), &[("on_error", &node.on_error)]),
            Self::Branch(node) => {
                let cases = node.cases.iter().enumerate();
                let cases = cases.map(|(index, case)| (format!("/cases/{index}/next"), &case.next));
                let edges = cases.chain([("/otherwise".to_owned(), &node.otherwise)]).collect();
                and(edges, &[("on_error", &node.on_error)])
            }
            Self::Decide(node) => and(next(&node.next), &[("on_error", &node.on_error)]),
            Self::Split(node) => {
                let shares = node.shares.iter().enumerate();
                shares.map(|(index, share)| (format!("/shares/{index}/next"), &share.next)).collect()
            }
            Self::Wait(node) => and(next(&node.next), &[("on_error", &node.on_error)]),
            Self::WaitEvent(node) => and(next(&node.next), &[("timeout", &node.timeout)]),
            Self::Parallel(node) => {
                let branches = node.branches.iter().enumerate();
                branches.map(|(index, key)| (format!("/branches/{index}"), key)).collect()
            }
            Self::Join(node) => next(&node.next),
            Self::Message(node) => and(next(&node.next), &[("on_error", &node.on_error)]),
            Self::Call(node) => and(next(&node.next), &[("on_error", &node.on_error)]),
            Self::Task(node) => {
                and(next(&node.next), &[("overdue", &node.overdue), ("on_error", &node.on_error)])
            }
            Self::Approval(node) => {
                let ends =
                    vec![("/approved".to_owned(), &node.approved), ("/refused".to_owned(), &node.refused)];
                and(ends, &[("overdue", &node.overdue), ("on_error", &node.on_error)])
            }
            Self::SubFlow(node) => and(next(&node.next), &[("on_error", &node.on_error)]),
            Self::Emit(node) => and(next(&node.next), &[("on_error", &node.on_error)]),
            Self::SetAttribute(node) => and(next(&node.next), &[("on_error", &node.on_error)]),
            Self::Page(node) => {
                let buttons = node.buttons.iter().enumerate();
                let buttons = buttons.map(|(index, button)| (format!("/buttons/{index}/next"), &button.next));
                and(buttons.collect(), &[("next", &node.next)])
            }
            Self::End(_) => vec![],
        }
    }

    /// The edges a walk can take without a person, a time or an event in between. A circle of them never ends.
    #[must_use]
    pub fn unattended_edges(&self) -> Edges<'_> {
        let only_errors = |edges: Edges<'_>| -> Vec<String> {
            edges.into_iter().map(|(field, _)| field).filter(|field| field == "/on_error").collect()
        };
        match self {
            Self::Task(_) | Self::Approval(_) | Self::Page(_) | Self::WaitEvent(_) | Self::Wait(_) => {
                let errors = only_errors(self.edges());
                self.edges().into_iter().filter(|(field, _)| errors.contains(field)).collect()
            }
            Self::Set(_)
            | Self::Branch(_)
            | Self::Decide(_)
            | Self::Split(_)
            | Self::Parallel(_)
            | Self::Join(_)
            | Self::Message(_)
            | Self::Call(_)
            | Self::SubFlow(_)
            | Self::Emit(_)
            | Self::SetAttribute(_)
            | Self::End(_) => self.edges(),
        }
    }

    /// Where it goes when it fails, when that is said.
    #[must_use]
    pub fn on_error(&self) -> Option<&NodeKey> {
        match self {
            Self::Set(node) => node.on_error.as_ref(),
            Self::Branch(node) => node.on_error.as_ref(),
            Self::Decide(node) => node.on_error.as_ref(),
            Self::Wait(node) => node.on_error.as_ref(),
            Self::Message(node) => node.on_error.as_ref(),
            Self::Call(node) => node.on_error.as_ref(),
            Self::Task(node) => node.on_error.as_ref(),
            Self::Approval(node) => node.on_error.as_ref(),
            Self::SubFlow(node) => node.on_error.as_ref(),
            Self::Emit(node) => node.on_error.as_ref(),
            Self::SetAttribute(node) => node.on_error.as_ref(),
            Self::Split(_)
            | Self::WaitEvent(_)
            | Self::Parallel(_)
            | Self::Join(_)
            | Self::Page(_)
            | Self::End(_) => None,
        }
    }

    /// Every expression in it, with its JSON pointer below the node.
    #[must_use]
    pub fn formulas(&self) -> Vec<(String, &Formula)> {
        match self {
            Self::Set(node) => named("values", &node.values),
            Self::Branch(node) => {
                let cases = node.cases.iter().enumerate();
                cases.map(|(index, case)| (format!("/cases/{index}/when"), &case.when)).collect()
            }
            Self::Wait(node) => optional("until", &node.until),
            Self::WaitEvent(node) => optional("when", &node.when),
            Self::Message(node) => named("fields", &node.fields),
            Self::Call(node) => named("input", &node.input),
            Self::SubFlow(node) => named("variables", &node.variables),
            Self::Emit(node) => named("data", &node.data),
            Self::SetAttribute(node) => vec![("/value".to_owned(), &node.value)],
            Self::Task(node) => {
                let mut all = optional("person", &node.person);
                all.extend(values(&node.questions));
                all
            }
            Self::Approval(node) => {
                let steps = node.steps.iter().enumerate();
                let people = steps.filter_map(|(index, step)| match &step.approver {
                    Approver::Person { person } => Some((format!("/steps/{index}/approver/person"), person)),
                    Approver::Role { .. } => None,
                });
                people.collect()
            }
            Self::Page(node) => values(&node.questions),
            Self::Decide(_) | Self::Split(_) | Self::Parallel(_) | Self::Join(_) | Self::End(_) => vec![],
        }
    }

    /// Every text with placeholders in it, with its JSON pointer below the node.
    #[must_use]
    pub fn texts(&self) -> Vec<(String, &Text)> {
        let one = |field: &str, text| (format!("/{field}"), text);
        let labels = |questions: &'_ [super::Question]| -> Vec<(String, usize)> {
            questions
                .iter()
                .enumerate()
                .map(|(index, _)| (format!("/questions/{index}/label"), index))
                .collect()
        };
        let (mut texts, questions) = match self {
            Self::Task(node) => (vec![one("title", &node.title)], node.questions.as_slice()),
            Self::Approval(node) => (vec![one("title", &node.title)], [].as_slice()),
            Self::Page(node) => {
                let buttons = node.buttons.iter().enumerate();
                let buttons =
                    buttons.map(|(index, button)| (format!("/buttons/{index}/title"), &button.title));
                (buttons.chain([one("title", &node.title)]).collect(), node.questions.as_slice())
            }
            _ => (vec![], [].as_slice()),
        };
        let body = match self {
            Self::Task(node) => node.text.as_ref(),
            Self::Approval(node) => node.text.as_ref(),
            Self::Page(node) => node.text.as_ref(),
            Self::End(node) => node.text.as_ref(),
            _ => None,
        };
        texts.extend(body.map(|text| one("text", text)));
        let asked = labels(questions).into_iter();
        texts.extend(asked.filter_map(|(field, index)| Some((field, &questions.get(index)?.label))));
        texts
    }
}

fn named<'a>(field: &str, formulas: &'a BTreeMap<String, Formula>) -> Vec<(String, &'a Formula)> {
    let escaped = |name: &str| name.replace('~', "~0").replace('/', "~1");
    formulas.iter().map(|(name, formula)| (format!("/{field}/{}", escaped(name)), formula)).collect()
}

fn optional<'a>(field: &str, formula: &'a Option<Formula>) -> Vec<(String, &'a Formula)> {
    formula.iter().map(|formula| (format!("/{field}"), formula)).collect()
}

fn values(questions: &[super::Question]) -> Vec<(String, &Formula)> {
    let numbered = questions.iter().enumerate();
    numbered
        .filter_map(|(index, question)| Some((format!("/questions/{index}/value"), question.value.as_ref()?)))
        .collect()
}
