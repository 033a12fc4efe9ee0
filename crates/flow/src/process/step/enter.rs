//! What each node does when a token enters it, and when its time is up.

use super::{VARIABLES_BYTES_MAX, Walk};
use crate::definition::NodeKey;
use crate::process::effect::{Act, Asked, NewTask};
use crate::process::formula::Formula;
use crate::process::node::{Approval, Approver, Branch, Node, OnDeadline, Set, Task, Wait};
use crate::process::state::{Doing, TRAIL_MAX, Trail};
use crate::process::{lot, moment};
use chrono::{DateTime, TimeDelta, Utc};
use rules::Prepared;
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

impl<'a> Walk<'a> {
    /// A token enters its node.
    pub(super) fn enter(&mut self, token: u64) {
        self.visit(token);
        let Some(node) = self.node_of(token) else {
            return self
                .stop_for_a_person(token, "this version of the flow does not have the node".to_owned());
        };
        if size(&self.state.variables) > VARIABLES_BYTES_MAX {
            let reason =
                format!("the run knows more than {VARIABLES_BYTES_MAX} bytes: keep less in variables");
            return self.stop_for_a_person(token, reason);
        }
        if let Err(reason) = self.begin(token, node) {
            self.fail(token, &reason);
        }
    }

    fn begin(&mut self, token: u64, node: &'a Node) -> Result<(), String> {
        match node {
            Node::Set(set) => self.set(token, set),
            Node::Branch(branch) => self.branch(token, branch),
            Node::Decide(decide) => {
                let facts = self.around.facts(self.state, self.now);
                let value = decide.table.evaluate(&facts.prepare())?;
                self.keep(&decide.variable, value);
                self.go(token, &decide.next);
                Ok(())
            }
            Node::Split(split) => {
                let key = self.state.token(token).map(|token| token.node.to_string()).unwrap_or_default();
                let name = || format!("{}/{key}", self.definition.name);
                let salt = split.salt.clone().unwrap_or_else(name);
                let share = lot::draw(&split.shares, &salt, &self.around.subject);
                let share = share.ok_or("the shares are less than 100 percent")?;
                self.keep(&key, Json::String(share.key.clone()));
                self.go(token, &share.next);
                Ok(())
            }
            Node::Wait(wait) => self.wait_for_time(token, wait),
            Node::WaitEvent(wait) => {
                let until = wait.timeout_seconds.and_then(|seconds| self.after(seconds));
                self.wait(token, Doing::Event { until });
                Ok(())
            }
            Node::Parallel(parallel) => {
                self.split_up(token, &parallel.branches);
                Ok(())
            }
            Node::Join(join) => {
                self.arrive(token, join);
                Ok(())
            }
            Node::Task(task) => self.hand_out(token, task),
            Node::Approval(approval) => self.ask_approval(token, approval, 0),
            Node::Page(_) => {
                self.turn_page(token);
                Ok(())
            }
            Node::End(end) => {
                self.state.outcome = end.outcome.clone().or_else(|| self.state.outcome.take());
                if let Some(text) = &end.text {
                    let facts = self.around.facts(self.state, self.now);
                    self.state.farewell = Some(text.render(&facts.prepare()));
                }
                self.end(token, end.whole);
                Ok(())
            }
            Node::Message(_) | Node::Call(_) | Node::SubFlow(_) | Node::Emit(_) | Node::SetAttribute(_) => {
                self.have_done(token, node)
            }
        }
    }

    /// Nodes that have something done and wait for what comes of it.
    fn have_done(&mut self, token: u64, node: &'a Node) -> Result<(), String> {
        let facts = self.around.facts(self.state, self.now);
        let facts = facts.prepare();
        let act = match node {
            Node::Message(node) => Act::Message {
                channel: node.channel,
                template: node.template.clone(),
                class: node.class,
                fields: evaluate_all(&node.fields, &facts)?,
            },
            Node::Call(node) => Act::Call {
                connector: node.connector.clone(),
                operation: node.operation.clone(),
                input: evaluate_all(&node.input, &facts)?,
            },
            Node::Emit(node) => {
                Act::Emit { event: node.event.clone(), data: evaluate_all(&node.data, &facts)? }
            }
            Node::SetAttribute(node) => {
                Act::SetAttribute { attribute: node.attribute.clone(), value: evaluate(&node.value, &facts)? }
            }
            Node::SubFlow(node) => {
                let variables = evaluate_all(&node.variables, &facts)?;
                self.wait(token, Doing::SubFlow);
                self.perform(token, Act::StartFlow { flow: node.flow.clone(), variables });
                return Ok(());
            }
            _ => return Ok(()),
        };
        self.wait(token, Doing::Performing);
        self.perform(token, act);
        Ok(())
    }

    fn set(&mut self, token: u64, set: &Set) -> Result<(), String> {
        for (name, formula) in &set.values {
            let facts = self.around.facts(self.state, self.now);
            let value = evaluate(formula, &facts.prepare()).map_err(|why| format!("{name}: {why}"))?;
            self.keep(name, value);
        }
        self.go(token, &set.next);
        Ok(())
    }

    fn branch(&mut self, token: u64, branch: &'a Branch) -> Result<(), String> {
        let facts = self.around.facts(self.state, self.now);
        let facts = facts.prepare();
        for case in &branch.cases {
            if case.when.holds(&facts).map_err(|error| error.to_string())? {
                self.go(token, &case.next);
                return Ok(());
            }
        }
        self.go(token, &branch.otherwise);
        Ok(())
    }

    fn wait_for_time(&mut self, token: u64, wait: &Wait) -> Result<(), String> {
        let zone = wait.time_zone.unwrap_or(self.around.zone);
        let until = if let Some(formula) = &wait.until {
            let facts = self.around.facts(self.state, self.now);
            let value = evaluate(formula, &facts.prepare())?;
            moment::of(&value, zone).ok_or_else(|| format!("{value} is no date and no moment"))?
        } else if let Some(time) = wait.until_time {
            moment::next(time, zone, self.now).ok_or("there is no such time")?
        } else {
            let after = wait.for_seconds.and_then(|seconds| self.after(seconds));
            after.ok_or("nothing says how long to wait")?
        };
        if until > self.now {
            self.wait(token, Doing::Time { until });
        } else {
            self.go(token, &wait.next);
        }
        Ok(())
    }

    pub(super) fn after(&self, seconds: u64) -> Option<DateTime<Utc>> {
        let seconds = i64::try_from(seconds).ok().and_then(TimeDelta::try_seconds)?;
        self.now.checked_add_signed(seconds)
    }

    fn hand_out(&mut self, token: u64, task: &Task) -> Result<(), String> {
        let facts = self.around.facts(self.state, self.now);
        let facts = facts.prepare();
        let due_at = task.deadline_seconds.and_then(|seconds| self.after(seconds));
        let known = |key: &str| self.state.variables.get(key);
        let new = NewTask {
            step: None,
            step_title: None,
            title: task.title.render(&facts),
            text: task.text.as_ref().map(|text| text.render(&facts)),
            role: task.role.clone(),
            person: task.person.as_ref().map(|person| person_of(person, &facts)).transpose()?,
            questions: task
                .questions
                .iter()
                .map(|asked| Asked::of(asked, &facts, known(&asked.key)))
                .collect(),
            due_at,
        };
        self.wait(token, Doing::Task { until: due_at });
        self.perform(token, Act::CreateTask(new));
        Ok(())
    }

    /// Asks the step of a route.
    pub(super) fn ask_approval(
        &mut self,
        token: u64,
        approval: &Approval,
        step: usize,
    ) -> Result<(), String> {
        let asked = approval.steps.get(step).ok_or("the route has no such step")?;
        let facts = self.around.facts(self.state, self.now);
        let facts = facts.prepare();
        let due_at = asked.deadline_seconds.and_then(|seconds| self.after(seconds));
        let (role, person) = match &asked.approver {
            Approver::Role { role } => (Some(role.clone()), None),
            Approver::Person { person } => (None, Some(person_of(person, &facts)?)),
        };
        let new = NewTask {
            step: Some(step),
            step_title: Some(asked.title.clone()),
            title: approval.title.render(&facts),
            text: approval.text.as_ref().map(|text| text.render(&facts)),
            role,
            person,
            questions: vec![],
            due_at,
        };
        self.wait(token, Doing::Approval { step, until: due_at });
        self.perform(token, Act::CreateTask(new));
        Ok(())
    }

    /// The operator comes to a page.
    fn turn_page(&mut self, token: u64) {
        self.wait(token, Doing::Page);
        let Some(node) = self.state.token(token).map(|there| there.node.clone()) else { return };
        if self.state.trail.last().is_none_or(|last| last.node != node) {
            if self.state.trail.len() >= TRAIL_MAX {
                self.state.trail.remove(0);
            }
            self.state.trail.push(Trail { node, variables: self.state.variables.clone() });
        }
    }

    /// The time of a token is up.
    pub(super) fn time_is_up(&mut self, token: u64) {
        let doing = self.state.token(token).map(|there| there.doing.clone());
        match (self.node_of(token), doing) {
            (Some(Node::Wait(wait)), _) => self.go(token, &wait.next),
            (Some(Node::WaitEvent(wait)), _) => {
                let to = wait.timeout.as_ref().unwrap_or(&wait.next);
                self.go(token, to);
            }
            (Some(Node::Task(task)), _) => {
                self.overdue(token, task.overdue.as_ref(), Doing::Task { until: None })
            }
            (Some(Node::Approval(approval)), Some(Doing::Approval { step, .. })) => {
                self.undecided(token, approval, step);
            }
            _ => self.stop_for_a_person(token, "this version of the flow does not wait here".to_owned()),
        }
    }

    /// A deadline passed: the walk goes on elsewhere, or what was asked stays open.
    fn overdue(&mut self, token: u64, to: Option<&NodeKey>, stays: Doing) {
        match to {
            Some(to) => {
                self.give_up(token);
                self.go(token, to);
            }
            None => self.wait(token, stays),
        }
    }

    fn undecided(&mut self, token: u64, approval: &Approval, step: usize) {
        let on_deadline = approval.steps.get(step).map(|step| step.on_deadline).unwrap_or_default();
        match on_deadline {
            OnDeadline::Overdue => {
                self.overdue(token, approval.overdue.as_ref(), Doing::Approval { step, until: None });
            }
            OnDeadline::Approve => {
                self.give_up(token);
                self.approve(token, approval, step, None, None);
            }
            OnDeadline::Refuse => {
                self.give_up(token);
                self.refuse(token, approval, step, "nobody decided in time".to_owned(), None);
            }
        }
    }
}

fn evaluate(formula: &Formula, facts: &Prepared<'_>) -> Result<Json, String> {
    formula.evaluate(facts).map_err(|error| error.to_string())
}

fn evaluate_all(
    formulas: &BTreeMap<String, Formula>,
    facts: &Prepared<'_>,
) -> Result<Map<String, Json>, String> {
    let each = |(name, formula): (&String, &Formula)| {
        let value = evaluate(formula, facts).map_err(|why| format!("{name}: {why}"))?;
        Ok((name.clone(), value))
    };
    formulas.iter().map(each).collect()
}

fn person_of(formula: &Formula, facts: &Prepared<'_>) -> Result<String, String> {
    match evaluate(formula, facts)? {
        Json::String(person) if !person.is_empty() => Ok(person),
        other => Err(format!("{:?} gives {other}, which names nobody", formula.text())),
    }
}

/// About how many bytes of JSON a map is, without writing it.
fn size(map: &Map<String, Json>) -> usize {
    map.iter().map(|(key, value)| key.len() + 4 + size_of_value(value)).sum()
}

fn size_of_value(value: &Json) -> usize {
    match value {
        Json::Null | Json::Bool(_) => 5,
        Json::Number(_) => 8,
        Json::String(text) => text.len() + 2,
        Json::Array(items) => items.iter().map(|item| size_of_value(item) + 1).sum(),
        Json::Object(map) => size(map),
    }
}
