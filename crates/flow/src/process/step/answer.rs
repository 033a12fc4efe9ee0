//! Answers of people: forms of tasks, pages of scripts, decisions of approvals.

use super::{Refused, Walk};
use crate::process::effect::Decision;
use crate::process::node::{Approval, Node, Page, Question, QuestionType};
use crate::process::state::Doing;
use base::{FieldFault, PhoneNumber};
use chrono::NaiveDate;
use serde_json::{Map, Value as Json, json};

/// Longest answer, in characters.
pub const ANSWER_LENGTH_MAX: usize = 4000;

impl Walk<'_> {
    pub(super) fn answered(
        &mut self,
        (token, entry): (u64, u64),
        values: &Map<String, Json>,
        button: Option<&str>,
        by: Option<String>,
    ) -> Result<(), Refused> {
        let there = self.state.token(token).filter(|there| there.entry == entry).ok_or(Refused::Late)?;
        match (self.node_of(token), &there.doing) {
            (Some(Node::Task(task)), Doing::Task { .. }) => {
                self.take_answers(&task.questions, values, true)?;
                if let Some(by) = by {
                    self.keep("done_by", Json::String(by));
                }
                self.go(token, &task.next);
                Ok(())
            }
            (Some(Node::Page(page)), Doing::Page) => self.page_answered(token, page, values, button),
            _ => Err(Refused::Late),
        }
    }

    fn page_answered(
        &mut self,
        token: u64,
        page: &Page,
        values: &Map<String, Json>,
        button: Option<&str>,
    ) -> Result<(), Refused> {
        let wrong = |pointer: &str, detail: &str| Refused::Answers(vec![FieldFault::new(pointer, detail)]);
        let to = match button {
            None => page.next.as_ref().ok_or_else(|| wrong("/button", "choose one of the buttons"))?,
            Some(key) => {
                let pressed = page.buttons.iter().find(|button| button.key == key);
                &pressed.ok_or_else(|| wrong("/button", "this page has no such button"))?.next
            }
        };
        // Who leaves by a button need not have answered everything.
        self.take_answers(&page.questions, values, button.is_none())?;
        if let Some(last) = self.state.trail.last_mut() {
            last.variables = self.state.variables.clone();
        }
        if let Some(key) = button {
            self.keep("button", Json::String(key.to_owned()));
        }
        self.go(token, to);
        Ok(())
    }

    fn take_answers(
        &mut self,
        questions: &[Question],
        values: &Map<String, Json>,
        complete: bool,
    ) -> Result<(), Refused> {
        let mut faults: Vec<FieldFault> = values
            .keys()
            .filter(|key| !questions.iter().any(|question| question.key == **key))
            .map(|key| FieldFault::new(format!("/values/{key}"), "nothing asks this"))
            .collect();
        let mut answers = vec![];
        for question in questions {
            let value = values.get(&question.key).cloned().unwrap_or_default();
            match answer(question, value, complete) {
                Ok(value) => answers.push((question.key.clone(), value)),
                Err(detail) => faults.push(FieldFault::new(format!("/values/{}", question.key), detail)),
            }
        }
        if !faults.is_empty() {
            return Err(Refused::Answers(faults));
        }
        for (key, value) in answers {
            if values.contains_key(&key) || !value.is_null() {
                self.keep(&key, value);
            }
        }
        Ok(())
    }

    /// The operator goes to the page before, as it was left.
    pub(super) fn back(&mut self) -> Result<(), Refused> {
        let on_page = self.state.tokens.iter().find(|token| token.doing == Doing::Page);
        let token = on_page.ok_or(Refused::Late)?.id;
        if self.state.trail.len() < 2 {
            return Err(Refused::Late); // the first page has none before it
        }
        self.state.trail.pop();
        if let Some(before) = self.state.trail.pop() {
            self.state.variables = before.variables;
            self.go(token, &before.node);
        }
        Ok(())
    }

    pub(super) fn decided(
        &mut self,
        (token, entry): (u64, u64),
        step: usize,
        decision: Decision,
        reason: Option<String>,
        by: Option<String>,
    ) -> Result<(), Refused> {
        let there = self.state.token(token).filter(|there| there.entry == entry).ok_or(Refused::Late)?;
        let asked = matches!(there.doing, Doing::Approval { step: asked, .. } if asked == step);
        let Some(Node::Approval(approval)) = self.node_of(token).filter(|_| asked) else {
            return Err(Refused::Late);
        };
        let reason = reason.map(|reason| reason.trim().to_owned()).filter(|reason| !reason.is_empty());
        match (decision, reason) {
            (Decision::Approve, reason) => self.approve(token, approval, step, reason, by),
            (Decision::Refuse, Some(reason)) => self.refuse(token, approval, step, reason, by),
            (Decision::Refuse, None) => {
                let fault = FieldFault::new("/reason", "a refusal says why: write the reason");
                return Err(Refused::Answers(vec![fault]));
            }
        }
        Ok(())
    }

    pub(super) fn approve(
        &mut self,
        token: u64,
        approval: &Approval,
        step: usize,
        reason: Option<String>,
        by: Option<String>,
    ) {
        self.note_decision(approval, step, "approve", reason, by);
        if step + 1 >= approval.steps.len() {
            return self.go(token, &approval.approved);
        }
        if let Err(reason) = self.ask_approval(token, approval, step + 1) {
            self.fail(token, &reason);
        }
    }

    pub(super) fn refuse(
        &mut self,
        token: u64,
        approval: &Approval,
        step: usize,
        reason: String,
        by: Option<String>,
    ) {
        self.note_decision(approval, step, "refuse", Some(reason), by);
        self.go(token, &approval.refused);
    }

    fn note_decision(
        &mut self,
        approval: &Approval,
        step: usize,
        decision: &str,
        reason: Option<String>,
        by: Option<String>,
    ) {
        let title = approval.steps.get(step).map(|step| step.title.clone());
        let decided = json!({ "decision": decision, "reason": reason, "by": by, "step": title });
        self.keep(&approval.variable, decided);
    }
}

/// An answer as it is kept.
fn answer(question: &Question, value: Json, complete: bool) -> Result<Json, String> {
    let empty = match &value {
        Json::Null => true,
        Json::String(text) => text.trim().is_empty(),
        Json::Array(items) => items.is_empty(),
        _ => false,
    };
    if empty {
        let missing = question.required && complete;
        return if missing { Err("must be answered".to_owned()) } else { Ok(Json::Null) };
    }
    let known = |text: &str| question.choices.iter().any(|choice| choice.value == text);
    match (question.question_type, value) {
        (QuestionType::Text | QuestionType::LongText, Json::String(text)) => {
            let fits = text.chars().count() <= ANSWER_LENGTH_MAX;
            if fits { Ok(Json::String(text)) } else { Err(format!("at most {ANSWER_LENGTH_MAX} characters")) }
        }
        (QuestionType::Number, value @ Json::Number(_)) => Ok(value),
        (QuestionType::Boolean, value @ Json::Bool(_)) => Ok(value),
        (QuestionType::Date, Json::String(text)) => match text.parse::<NaiveDate>() {
            Ok(date) => Ok(json!(date)),
            Err(_) => Err("a date is written 2026-03-31".to_owned()),
        },
        (QuestionType::Choice, Json::String(text)) if known(&text) => Ok(Json::String(text)),
        (QuestionType::Choices, Json::Array(items))
            if items.iter().all(|item| item.as_str().is_some_and(known)) =>
        {
            Ok(Json::Array(items))
        }
        (QuestionType::Phone, Json::String(text)) => match text.parse::<PhoneNumber>() {
            Ok(number) => Ok(Json::String(number.as_str().to_owned())),
            Err(_) => Err("a phone number is written +998901234567".to_owned()),
        },
        (QuestionType::Choice | QuestionType::Choices, _) => Err("choose one of the answers".to_owned()),
        (QuestionType::Number, _) => Err("must be a number".to_owned()),
        (QuestionType::Boolean, _) => Err("must be yes or no".to_owned()),
        _ => Err("must be a text".to_owned()),
    }
}
