//! What goes into a step of a run and what comes out of it.

use super::node::{Channel, MessageClass, Question};
use crate::definition::NodeKey;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// One thing that happened to a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Input {
    /// It begins.
    Started,
    /// Time went by.
    Due,
    /// An event came that it may wait for.
    Event(Happened),
    /// What was done for a token succeeded.
    Performed {
        /// The token.
        token: u64,
        /// The visit it was done for.
        entry: u64,
        /// What came of it.
        #[serde(default)]
        value: Json,
    },
    /// What was done for a token did not succeed.
    Failed {
        /// The token.
        token: u64,
        /// The visit it was done for.
        entry: u64,
        /// Why.
        reason: String,
    },
    /// A person did a task or answered a page.
    Answered {
        /// The token.
        token: u64,
        /// The visit that asked.
        entry: u64,
        /// The answers.
        #[serde(default)]
        values: Map<String, Json>,
        /// The button that was pressed.
        button: Option<String>,
        /// Who.
        by: Option<String>,
    },
    /// A person decided a step of an approval.
    Decided {
        /// The token.
        token: u64,
        /// The visit that asked.
        entry: u64,
        /// Which step.
        step: usize,
        /// What.
        decision: Decision,
        /// Why; a refusal must say it.
        reason: Option<String>,
        /// Who.
        by: Option<String>,
    },
    /// The operator goes a page back.
    Back,
    /// What failed is tried again.
    Retry,
    /// A person puts a token into another node.
    Move {
        /// The token; the only one, or the one that failed, when not said.
        token: Option<u64>,
        /// The node.
        node: NodeKey,
    },
    /// A person ends it.
    Cancel,
}

/// An event as a run sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Happened {
    /// Its type.
    pub event_type: String,
    /// Its data.
    #[serde(default)]
    pub data: Json,
    /// What is known of it: type, source, id, time, depth.
    #[serde(default)]
    pub meta: Json,
    /// Whether it is about the customer of the run.
    #[serde(default = "yes")]
    pub same_customer: bool,
}

const fn yes() -> bool {
    true
}

/// What an approver decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FlowDecision)]
pub enum Decision {
    /// Yes.
    Approve,
    /// No.
    Refuse,
}

/// Work for a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewTask {
    /// Which step of an approval; nothing for a task.
    pub step: Option<usize>,
    /// What the step is called.
    pub step_title: Option<String>,
    /// What is to be done.
    pub title: String,
    /// More about it.
    pub text: Option<String>,
    /// The role whose people may take it.
    pub role: Option<String>,
    /// The login or the id of one person.
    pub person: Option<String>,
    /// What is filled in.
    pub questions: Vec<Asked>,
    /// The deadline.
    pub due_at: Option<DateTime<Utc>>,
}

/// A question with its texts made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = FlowQuestion)]
pub struct Asked {
    /// The variable that keeps the answer.
    pub key: String,
    /// What is asked.
    pub label: String,
    /// What the answer is.
    #[serde(rename = "type")]
    pub question_type: super::node::QuestionType,
    /// The answers to choose from.
    pub choices: Vec<super::node::Choice>,
    /// Whether there must be an answer.
    pub required: bool,
    /// What stands there already.
    #[schema(value_type = Object)]
    pub value: Json,
}

impl Asked {
    pub(crate) fn of(question: &Question, facts: &rules::Prepared<'_>, known: Option<&Json>) -> Self {
        let begun = || question.value.as_ref().and_then(|value| value.evaluate(facts).ok());
        Self {
            key: question.key.clone(),
            label: question.label.render(facts),
            question_type: question.question_type,
            choices: question.choices.clone(),
            required: question.required,
            value: known.filter(|value| !value.is_null()).cloned().or_else(begun).unwrap_or_default(),
        }
    }
}

/// What must be done for a token.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Effect {
    /// The token.
    pub token: u64,
    /// The visit it is done for.
    pub entry: u64,
    /// The node.
    pub node: NodeKey,
    /// What.
    pub act: Act,
}

/// What is done for a token. All but the last three are answered with [`Input::Performed`] or [`Input::Failed`].
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Act {
    /// Sends a message to the customer of the run.
    Message {
        /// By which channel.
        channel: Channel,
        /// The template.
        template: String,
        /// What it is for.
        class: MessageClass,
        /// More for the template.
        fields: Map<String, Json>,
    },
    /// Makes an event happen.
    Emit {
        /// Its type.
        event: String,
        /// Its data.
        data: Map<String, Json>,
    },
    /// Changes an attribute of the customer.
    SetAttribute {
        /// Which.
        attribute: String,
        /// Its new value.
        value: Json,
    },
    /// Asks an outside system.
    Call {
        /// The connector.
        connector: String,
        /// Its operation.
        operation: String,
        /// What it is asked.
        input: Map<String, Json>,
    },
    /// Starts another flow; answered when that ends.
    StartFlow {
        /// Its name.
        flow: String,
        /// What it is given.
        variables: Map<String, Json>,
    },
    /// Gives work to a person. Answered with [`Input::Failed`] only when nobody can be given it.
    CreateTask(NewTask),
    /// Takes back the tasks of this visit.
    CloseTasks,
    /// Ends the flow that was started in this visit.
    StopFlow,
}

/// One node that a run entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Visit {
    /// Its number in the run.
    pub entry: u64,
    /// The token.
    pub token: u64,
    /// The node.
    pub node: NodeKey,
}

/// What came of one step.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Step {
    /// What must be done.
    pub effects: Vec<Effect>,
    /// The nodes that were entered, in order.
    pub visits: Vec<Visit>,
}
