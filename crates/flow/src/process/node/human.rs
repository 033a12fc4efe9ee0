//! Nodes that people answer: tasks, approvals and the pages of scripts.

use crate::definition::NodeKey;
use crate::process::formula::{Formula, Text};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an answer is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema,
)]
#[serde(rename_all = "snake_case")]
#[schema(as = FlowQuestionType)]
pub enum QuestionType {
    /// A line of text.
    #[default]
    Text,
    /// Many lines of text.
    LongText,
    /// A number.
    Number,
    /// Yes or no.
    Boolean,
    /// A day.
    Date,
    /// One of several.
    Choice,
    /// Some of several.
    Choices,
    /// A phone number.
    Phone,
}

/// One of several answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FlowChoice)]
pub struct Choice {
    /// What is kept.
    pub value: String,
    /// What is shown.
    pub title: String,
}

/// A question that a person answers; the answer is kept in the variable of its key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// The variable that keeps the answer.
    pub key: String,
    /// What is asked.
    pub label: Text,
    /// What the answer is.
    #[serde(default, rename = "type")]
    pub question_type: QuestionType,
    /// The answers to choose from.
    #[serde(default)]
    pub choices: Vec<Choice>,
    /// Whether there must be an answer.
    #[serde(default)]
    pub required: bool,
    /// What stands there before anybody answers.
    pub value: Option<Formula>,
}

/// A page of a script.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Page {
    /// The heading.
    pub title: Text,
    /// What the operator says.
    #[schemars(extend("x-widget" = "long_text"))]
    pub text: Option<Text>,
    /// What the operator asks.
    #[serde(default)]
    pub questions: Vec<Question>,
    /// What the operator can do from here.
    #[serde(default)]
    pub buttons: Vec<Button>,
    /// Where it goes on; a page with buttons only does not need it.
    pub next: Option<NodeKey>,
}

/// What an operator can do from a page.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Button {
    /// Its name.
    pub key: String,
    /// What stands on it.
    pub title: Text,
    /// Whether it acts on the customer's service rather than leading to another page: shown in the block of actions.
    #[serde(default)]
    pub action: bool,
    /// Where it leads.
    pub next: NodeKey,
}

/// Gives work to a person: one of a role, or a person that an expression names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Task {
    /// What is to be done.
    pub title: Text,
    /// More about it.
    #[schemars(extend("x-widget" = "long_text"))]
    pub text: Option<Text>,
    /// The role whose people may take it, by name.
    #[schemars(extend("x-widget" = "role"))]
    pub role: Option<String>,
    /// An expression that gives the login or the id of one person.
    pub person: Option<Formula>,
    /// What is filled in.
    #[serde(default)]
    pub questions: Vec<Question>,
    /// How long there is for it.
    #[schemars(extend("x-widget" = "duration"))]
    pub deadline_seconds: Option<u64>,
    /// Where it goes when it is done.
    pub next: NodeKey,
    /// Where it goes when it was not done in time; it then stays open with a warning when not said.
    pub overdue: Option<NodeKey>,
    /// Where it goes when nobody can be given it; the run stops for a person when not said.
    pub on_error: Option<NodeKey>,
}

/// Asks for approvals, one step after the other. The decision stands in the variable `variable` with `decision`,
/// `reason`, `by` and `step`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Approval {
    /// What is to be approved.
    pub title: Text,
    /// More about it.
    #[schemars(extend("x-widget" = "long_text"))]
    pub text: Option<Text>,
    /// The route: each step is asked when the one before approved.
    pub steps: Vec<ApprovalStep>,
    /// The variable that keeps the decision.
    #[serde(default = "approval")]
    pub variable: String,
    /// Where it goes when every step approved.
    pub approved: NodeKey,
    /// Where it goes when a step refused. Lead it to a task that leads back here to have it asked again.
    pub refused: NodeKey,
    /// Where it goes when a step did not decide in time.
    pub overdue: Option<NodeKey>,
    /// Where it goes when nobody can be asked; the run stops for a person when not said.
    pub on_error: Option<NodeKey>,
}

fn approval() -> String {
    "approval".to_owned()
}

/// Who may decide a step: a role, or a person that an expression names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Approver {
    /// One of the people of a role.
    Role {
        /// The name of the role.
        #[schemars(extend("x-widget" = "role"))]
        role: String,
    },
    /// One person.
    Person {
        /// An expression that gives the login or the id.
        person: Formula,
    },
}

/// What happens when a step was not decided in time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OnDeadline {
    /// It goes where `overdue` leads, or stays open when that is not said.
    #[default]
    Overdue,
    /// It counts as approved.
    Approve,
    /// It counts as refused, because of the deadline.
    Refuse,
}

/// One step of a route.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ApprovalStep {
    /// What it is called, such as `Head of department`.
    pub title: String,
    /// Who decides.
    pub approver: Approver,
    /// How long there is for it.
    #[schemars(extend("x-widget" = "duration"))]
    pub deadline_seconds: Option<u64>,
    /// What happens when it was not decided in time.
    #[serde(default)]
    pub on_deadline: OnDeadline,
}
