//! What must hold of each node by itself: limits, choices, and names of things that exist.

use super::{Known, VARIABLE_RULE, is_variable};
use crate::fault::one_of;
use crate::process::Node;
use crate::process::definition::{Definition, Faults, pointer};
use crate::process::node::{Approver, Button, Question, QuestionType, Share, Wait};
use rules::Fault;
use std::collections::BTreeSet;

/// Longest wait, in seconds: ten years.
pub const WAIT_SECONDS_MAX: u64 = 10 * 366 * 86_400;
/// Most branches of a parallel.
pub const BRANCHES_MAX: usize = 20;
/// Most steps of a route of approval.
pub const STEPS_MAX: usize = 20;
/// Most cases of a branch.
pub const CASES_MAX: usize = 100;
/// Most questions of a page or a task: more is no longer one page.
pub const QUESTIONS_MAX: usize = 50;

pub(super) fn nodes(definition: &Definition, known: &Known, faults: &mut Faults) {
    for (key, node) in &definition.nodes {
        let mut of_node = OfNode { key: key.as_str(), faults };
        of_node.shape(node);
        of_node.names(node, known);
    }
}

/// Whether an event is one that the server itself writes: `<schema>.<what>.v<n>`.
fn is_own_event(name: &str) -> bool {
    let version = name.rsplit_once(".v").map(|(_, version)| version);
    version.is_some_and(|version| !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit()))
}

struct OfNode<'a> {
    key: &'a str,
    faults: &'a mut Faults,
}

impl OfNode<'_> {
    fn fault(&mut self, code: &str, field: &str, message: impl Into<String>) {
        self.faults.node(self.key, code, field, message);
    }

    fn shape(&mut self, node: &Node) {
        match node {
            Node::Set(set) => {
                for name in set.values.keys() {
                    self.variable(&format!("/values/{name}"), name);
                }
            }
            Node::Branch(branch) => self.count("/cases", branch.cases.len(), 1, CASES_MAX),
            Node::Decide(decide) => {
                self.variable("/variable", &decide.variable);
                for fault in decide.table.faults() {
                    let fault = fault.under(&pointer(self.key, "/table")).of_node(self.key);
                    self.faults.add(fault);
                }
            }
            Node::Split(split) => self.shares(&split.shares),
            Node::Wait(wait) => self.wait(wait),
            Node::WaitEvent(wait) => {
                self.optional_variable(wait.variable.as_ref());
                self.seconds("/timeout_seconds", wait.timeout_seconds);
                if wait.timeout_seconds.is_some() != wait.timeout.is_some() {
                    let problem = "say both how long it waits and where it goes then, or neither";
                    self.fault("half_said", "/timeout", problem);
                }
            }
            Node::Parallel(parallel) => self.count("/branches", parallel.branches.len(), 2, BRANCHES_MAX),
            Node::Call(call) => self.optional_variable(call.variable.as_ref()),
            Node::SubFlow(sub) => {
                self.optional_variable(sub.variable.as_ref());
                sub.variables.keys().for_each(|name| self.variable(&format!("/variables/{name}"), name));
            }
            Node::Task(task) => {
                if task.role.is_some() == task.person.is_some() {
                    self.fault("half_said", "/role", "say either a role or a person");
                }
                self.seconds("/deadline_seconds", task.deadline_seconds);
                self.questions(&task.questions);
            }
            Node::Approval(approval) => {
                self.variable("/variable", &approval.variable);
                self.count("/steps", approval.steps.len(), 1, STEPS_MAX);
                for (index, step) in approval.steps.iter().enumerate() {
                    self.seconds(&format!("/steps/{index}/deadline_seconds"), step.deadline_seconds);
                }
            }
            Node::Page(page) => {
                self.questions(&page.questions);
                self.buttons(&page.buttons);
                if page.next.is_none() && page.buttons.is_empty() {
                    self.fault("half_said", "/next", "say where the page leads, or give it buttons");
                }
            }
            Node::Join(_) | Node::Message(_) | Node::Emit(_) | Node::SetAttribute(_) | Node::End(_) => {}
        }
    }

    fn names(&mut self, node: &Node, known: &Known) {
        match node {
            Node::Message(message) => {
                self.known("template", "/template", &message.template, &known.templates)
            }
            Node::Call(call) => {
                let name = format!("{}/{}", call.connector, call.operation);
                self.known("operation", "/operation", &name, &known.operations);
            }
            Node::Emit(emit) => self.known("event type", "/event", &emit.event, &known.events),
            // Events of our own, such as channels.message_delivered.v1, are not registered.
            Node::WaitEvent(wait) if !is_own_event(&wait.event) => {
                self.known("event type", "/event", &wait.event, &known.events);
            }
            Node::SubFlow(sub) => self.known("flow", "/flow", &sub.flow, &known.flows),
            Node::SetAttribute(set) => {
                self.known("attribute", "/attribute", &set.attribute, &known.attributes);
            }
            Node::Task(task) => {
                if let Some(role) = &task.role {
                    self.known("role", "/role", role, &known.roles);
                }
            }
            Node::Approval(approval) => {
                for (index, step) in approval.steps.iter().enumerate() {
                    if let Approver::Role { role } = &step.approver {
                        self.known("role", &format!("/steps/{index}/approver/role"), role, &known.roles);
                    }
                }
            }
            Node::Set(_)
            | Node::Branch(_)
            | Node::Decide(_)
            | Node::Split(_)
            | Node::Wait(_)
            | Node::WaitEvent(_)
            | Node::Parallel(_)
            | Node::Join(_)
            | Node::Page(_)
            | Node::End(_) => {}
        }
    }

    /// A name of something outside; that it is missing is a warning, because it may be made later.
    fn known(&mut self, what: &str, field: &str, name: &str, names: &Option<BTreeSet<String>>) {
        let Some(names) = names.as_ref().filter(|names| !names.contains(name)) else { return };
        let all = one_of(names.iter().map(String::as_str).take(20));
        let problem = format!("there is no {what} {name:?}: {all}");
        let fault = Fault::warning("unknown_name", pointer(self.key, field), problem).of_node(self.key);
        self.faults.add(match rules::fault::nearest(name, names.iter().map(String::as_str)) {
            Some(near) => fault.with_example(near),
            None => fault,
        });
    }

    fn variable(&mut self, field: &str, name: &str) {
        if !is_variable(name) {
            self.fault("bad_name", field, VARIABLE_RULE);
        }
    }

    fn optional_variable(&mut self, name: Option<&String>) {
        if let Some(name) = name {
            self.variable("/variable", name);
        }
    }

    fn count(&mut self, field: &str, count: usize, least: usize, most: usize) {
        if !(least..=most).contains(&count) {
            self.fault(
                "wrong_number",
                field,
                format!("there must be {least} to {most}, and here are {count}"),
            );
        }
    }

    fn seconds(&mut self, field: &str, seconds: Option<u64>) {
        if seconds.is_some_and(|seconds| seconds == 0 || seconds > WAIT_SECONDS_MAX) {
            self.fault("out_of_range", field, format!("1 to {WAIT_SECONDS_MAX} seconds, which is ten years"));
        }
    }

    fn wait(&mut self, wait: &Wait) {
        let said = [wait.for_seconds.is_some(), wait.until.is_some(), wait.until_time.is_some()];
        if said.into_iter().filter(|said| *said).count() != 1 {
            self.fault("half_said", "/for_seconds", "say one of for_seconds, until and until_time");
        }
        self.seconds("/for_seconds", wait.for_seconds);
    }

    fn shares(&mut self, shares: &[Share]) {
        self.count("/shares", shares.len(), 2, BRANCHES_MAX);
        // From zero: the sum of nothing is otherwise written as "-0".
        let whole = shares.iter().fold(0.0, |sum, share| sum + share.percent);
        if (whole - 100.0).abs() > 0.001 {
            self.fault(
                "wrong_number",
                "/shares",
                format!("the shares are {whole} percent together: make it 100"),
            );
        }
        for (index, share) in shares.iter().enumerate() {
            if !(0.0..=100.0).contains(&share.percent) {
                self.fault("out_of_range", &format!("/shares/{index}/percent"), "0 to 100 percent");
            }
        }
        self.once("/shares", shares.iter().map(|share| share.key.as_str()));
    }

    fn questions(&mut self, questions: &[Question]) {
        self.count("/questions", questions.len(), 0, QUESTIONS_MAX);
        self.once("/questions", questions.iter().map(|question| question.key.as_str()));
        for (index, question) in questions.iter().enumerate() {
            self.variable(&format!("/questions/{index}/key"), &question.key);
            let chooses = matches!(question.question_type, QuestionType::Choice | QuestionType::Choices);
            if chooses && question.choices.is_empty() {
                let problem = "there is nothing to choose from: add choices";
                self.fault("wrong_number", &format!("/questions/{index}/choices"), problem);
            }
        }
    }

    fn buttons(&mut self, buttons: &[Button]) {
        self.count("/buttons", buttons.len(), 0, BRANCHES_MAX);
        self.once("/buttons", buttons.iter().map(|button| button.key.as_str()));
    }

    fn once<'k>(&mut self, field: &str, keys: impl Iterator<Item = &'k str>) {
        let mut seen = BTreeSet::new();
        for (index, key) in keys.enumerate() {
            if !seen.insert(key) {
                self.fault("twice", &format!("{field}/{index}/key"), format!("{key:?} stands here twice"));
            }
        }
    }
}
