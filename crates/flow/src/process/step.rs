//! The walk of a run: one input in, effects out. Pure: no clock, no database, no dice.

mod answer;
mod enter;
mod fork;

use super::definition::Definition;
use super::effect::{Act, Effect, Happened, Input, Step, Visit};
use super::node::{Node, WaitEvent};
use super::state::{Doing, State, Token};
use crate::definition::NodeKey;
use base::FieldFault;
use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use rules::{Facts, References};
use serde_json::{Value as Json, json};
use std::collections::VecDeque;

/// Most nodes that one step enters, all branches together: a flow that needs more at once runs in a circle.
pub const NODES_PER_STEP_MAX: u32 = 200;
/// Most places at which a run is at once: a parallel in a parallel in a parallel of ten branches each is a mistake.
pub const TOKENS_MAX: usize = 100;
/// Most that a run knows, in bytes of JSON: it is read and written with every step.
pub const VARIABLES_BYTES_MAX: usize = 64 * 1024;

/// What a step may look at besides the run.
#[derive(Clone, Debug)]
pub struct Surroundings {
    /// The customer, null when the run has none.
    pub customer: Json,
    /// Reference tables.
    pub reference: References,
    /// The site's time zone.
    pub zone: Tz,
    /// What lots are drawn by: the id of the customer, or of the run when it has none.
    pub subject: String,
}

impl Default for Surroundings {
    fn default() -> Self {
        Self { customer: Json::Null, reference: References::default(), zone: Tz::UTC, subject: String::new() }
    }
}

impl Surroundings {
    /// What expressions see in this state.
    #[must_use]
    pub fn facts(&self, state: &State, now: DateTime<Utc>) -> Facts {
        let facts = Facts {
            event: state.event.clone(),
            meta: state.meta.clone(),
            vars: Json::Object(state.variables.clone()),
            reference: self.reference.clone(),
            ..Facts::default()
        };
        facts.of_customer(self.customer.clone()).at(now, self.zone)
    }
}

/// Why an input was not taken; the run is as it was.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The run no longer waits for it.
    #[error("this is no longer waited for")]
    Late,
    /// Answers that cannot be accepted.
    #[error("{} of the answers cannot be accepted", .0.len())]
    Answers(Vec<FieldFault>),
    /// A node that the flow does not have.
    #[error("the flow has no node {0:?}")]
    NoSuchNode(String),
}

/// Takes one input and says what must be done. An input that is refused changes nothing.
///
/// # Errors
/// [`Refused`].
pub fn step(
    definition: &Definition,
    state: &mut State,
    around: &Surroundings,
    now: DateTime<Utc>,
    input: Input,
) -> Result<Step, Refused> {
    let mut walk =
        Walk { definition, state, around, now, done: Step::default(), entering: VecDeque::new(), entered: 0 };
    walk.take(input)?;
    walk.run();
    Ok(walk.done)
}

struct Walk<'a> {
    definition: &'a Definition,
    state: &'a mut State,
    around: &'a Surroundings,
    now: DateTime<Utc>,
    done: Step,
    /// Tokens that enter their node in this step.
    entering: VecDeque<u64>,
    entered: u32,
}

impl<'a> Walk<'a> {
    fn take(&mut self, input: Input) -> Result<(), Refused> {
        match input {
            Input::Started => self.started(),
            Input::Due => self.due(),
            Input::Event(happened) => self.event(happened),
            Input::Performed { token, entry, value } => self.performed(token, entry, value),
            Input::Failed { token, entry, reason } => {
                self.waiting(token, entry)?;
                self.fail(token, &reason);
                Ok(())
            }
            Input::Answered { token, entry, values, button, by } => {
                self.answered((token, entry), &values, button.as_deref(), by)
            }
            Input::Decided { token, entry, step, decision, reason, by } => {
                self.decided((token, entry), step, decision, reason, by)
            }
            Input::Back => self.back(),
            Input::Retry => self.retry(),
            Input::Move { token, node } => self.moved(token, node),
            Input::Cancel => self.cancel(),
        }
    }

    /// Enters nodes as long as a token can go on.
    fn run(&mut self) {
        while let Some(token) = self.entering.pop_front() {
            self.entered += 1;
            if self.entered > NODES_PER_STEP_MAX {
                let reason =
                    format!("more than {NODES_PER_STEP_MAX} nodes in one step: the flow runs in a circle");
                self.stop_for_a_person(token, reason);
                continue;
            }
            self.enter(token);
        }
    }

    fn started(&mut self) -> Result<(), Refused> {
        if self.state.counter > 0 {
            return Err(Refused::Late); // a run begins once
        }
        let start = self.definition.start.clone();
        self.new_token(start, vec![]);
        Ok(())
    }

    fn due(&mut self) -> Result<(), Refused> {
        let due: Vec<u64> = self
            .state
            .tokens
            .iter()
            .filter(|token| token.due_at().is_some_and(|at| at <= self.now))
            .map(|token| token.id)
            .collect();
        due.into_iter().for_each(|token| self.time_is_up(token));
        Ok(())
    }

    fn event(&mut self, happened: Happened) -> Result<(), Refused> {
        let waiting: Vec<u64> = self
            .state
            .tokens
            .iter()
            .filter(|token| matches!(token.doing, Doing::Event { .. }))
            .map(|token| token.id)
            .collect();
        let mut facts = self.around.facts(self.state, self.now);
        facts.event = happened.data.clone();
        facts.meta = happened.meta.clone();
        let facts = facts.prepare();
        let wanted: Vec<(u64, &WaitEvent)> = waiting
            .into_iter()
            .filter_map(|token| match self.node_of(token) {
                Some(Node::WaitEvent(node)) => Some((token, node)),
                _ => None,
            })
            .filter(|(_, node)| node.event == happened.event_type)
            .filter(|(_, node)| node.anybody || happened.same_customer)
            .filter(|(_, node)| node.when.as_ref().is_none_or(|when| when.holds(&facts).unwrap_or(false)))
            .collect();
        if wanted.is_empty() {
            return Err(Refused::Late);
        }
        for (token, node) in wanted {
            if let Some(variable) = &node.variable {
                self.keep(variable, happened.data.clone());
            }
            self.go(token, &node.next);
        }
        (self.state.event, self.state.meta) = (happened.data, happened.meta);
        Ok(())
    }

    /// What failed is tried again from the beginning of its node.
    fn retry(&mut self) -> Result<(), Refused> {
        let failed: Vec<(u64, NodeKey)> = self
            .state
            .tokens
            .iter()
            .filter(|token| matches!(token.doing, Doing::Failed { .. }))
            .map(|token| (token.id, token.node.clone()))
            .collect();
        if failed.is_empty() {
            return Err(Refused::Late);
        }
        failed.into_iter().for_each(|(token, node)| self.go(token, &node));
        Ok(())
    }

    fn moved(&mut self, token: Option<u64>, node: NodeKey) -> Result<(), Refused> {
        if !self.definition.nodes.contains_key(&node) {
            return Err(Refused::NoSuchNode(node.as_str().to_owned()));
        }
        let failed = |token: &&Token| matches!(token.doing, Doing::Failed { .. });
        let token = match token {
            Some(id) => self.state.token(id),
            None => self.state.tokens.iter().find(failed).or_else(|| self.state.tokens.first()),
        };
        let token = token.ok_or(Refused::Late)?.id;
        self.give_up(token);
        self.go(token, &node);
        Ok(())
    }

    fn cancel(&mut self) -> Result<(), Refused> {
        if self.state.tokens.is_empty() {
            return Err(Refused::Late);
        }
        let all: Vec<u64> = self.state.tokens.iter().map(|token| token.id).collect();
        all.into_iter().for_each(|token| self.give_up(token));
        self.state.tokens.clear();
        self.state.cancelled = true;
        Ok(())
    }

    fn performed(&mut self, token: u64, entry: u64, value: Json) -> Result<(), Refused> {
        self.waiting(token, entry)?;
        let Some(node) = self.node_of(token) else { return Err(Refused::Late) };
        match node {
            Node::Call(call) => {
                self.note_age(&call.connector, &value);
                if let Some(variable) = &call.variable {
                    self.keep(variable, value);
                }
                self.go(token, &call.next);
            }
            Node::SubFlow(sub) => {
                if let Some(variable) = &sub.variable {
                    self.keep(variable, value);
                }
                self.go(token, &sub.next);
            }
            Node::Message(node) => self.go(token, &node.next),
            Node::Emit(node) => self.go(token, &node.next),
            Node::SetAttribute(node) => self.go(token, &node.next),
            _ => return Err(Refused::Late),
        }
        Ok(())
    }

    /// Remembers that an answer was older than its question, until one is fresh again.
    fn note_age(&mut self, connector: &str, value: &Json) {
        let stale = value.get("stale").and_then(Json::as_bool).unwrap_or(false);
        let as_of = value.get("as_of").and_then(Json::as_str).filter(|_| stale);
        self.state.notice = as_of
            .map(|as_of| super::state::Notice { connector: connector.to_owned(), as_of: as_of.to_owned() });
    }

    /// The token is in this visit and waits for what is done for it.
    fn waiting(&self, token: u64, entry: u64) -> Result<(), Refused> {
        let there = self.state.token(token).filter(|token| token.entry == entry).ok_or(Refused::Late)?;
        match there.doing {
            Doing::Performing | Doing::SubFlow | Doing::Task { .. } | Doing::Approval { .. } => Ok(()),
            _ => Err(Refused::Late),
        }
    }

    fn node_of(&self, token: u64) -> Option<&'a Node> {
        self.definition.nodes.get(&self.state.token(token)?.node)
    }

    fn new_token(&mut self, node: NodeKey, forks: Vec<u64>) {
        let (id, entry) = (self.state.count(), 0);
        self.state.tokens.push(Token { id, node, entry, forks, doing: Doing::Entering });
        self.entering.push_back(id);
    }

    /// Sends a token to another node; it enters there in this step.
    fn go(&mut self, token: u64, to: &NodeKey) {
        if let Some(there) = self.state.token_mut(token) {
            there.node = to.clone();
            there.doing = Doing::Entering;
            self.entering.push_back(token);
        }
    }

    fn wait(&mut self, token: u64, doing: Doing) {
        if let Some(there) = self.state.token_mut(token) {
            there.doing = doing;
        }
    }

    /// Has something done for a token.
    fn perform(&mut self, token: u64, act: Act) {
        if let Some(there) = self.state.token(token) {
            let (entry, node) = (there.entry, there.node.clone());
            self.done.effects.push(Effect { token, entry, node, act });
        }
    }

    /// What is being done for a token is no longer wanted.
    fn give_up(&mut self, token: u64) {
        match self.state.token(token).map(|token| &token.doing) {
            Some(Doing::Task { .. } | Doing::Approval { .. }) => self.perform(token, Act::CloseTasks),
            Some(Doing::SubFlow) => self.perform(token, Act::StopFlow),
            _ => {}
        }
    }

    /// The node of a token failed: it goes where the node says, or waits for a person.
    fn fail(&mut self, token: u64, reason: &str) {
        let Some(there) = self.state.token(token) else { return };
        let node = there.node.clone();
        self.give_up(token);
        match self.node_of(token).and_then(Node::on_error) {
            Some(to) => {
                self.keep("error", json!({ "node": node.as_str(), "message": reason }));
                self.go(token, to);
            }
            None => self.stop_for_a_person(token, reason.to_owned()),
        }
    }

    fn stop_for_a_person(&mut self, token: u64, reason: String) {
        self.wait(token, Doing::Failed { reason });
    }

    /// Sets a variable.
    fn keep(&mut self, name: &str, value: Json) {
        self.state.variables.insert(name.to_owned(), value);
    }

    fn visit(&mut self, token: u64) {
        let entry = self.state.count();
        if let Some(there) = self.state.token_mut(token) {
            there.entry = entry;
            self.done.visits.push(Visit { entry, token, node: there.node.clone() });
        }
    }
}
