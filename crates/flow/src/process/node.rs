//! The nodes that campaign flows, scripts and processes are made of. Field names here are the field names of the file.

use super::formula::{Formula, Text};
use crate::definition::NodeKey;
use crate::schedule::TimeOfDay;
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

mod edges;
mod human;

pub use human::{
    Approval, ApprovalStep, Approver, Button, Choice, OnDeadline, Page, Question, QuestionType, Task,
};

/// One node of a process.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Node {
    /// Sets variables.
    Set(Set),
    /// Goes by conditions.
    Branch(Branch),
    /// Asks a decision table.
    Decide(Decide),
    /// Divides customers by lot.
    Split(Split),
    /// Waits for a time.
    Wait(Wait),
    /// Waits for an event.
    WaitEvent(WaitEvent),
    /// Goes on in several branches at once.
    Parallel(Parallel),
    /// Brings the branches of a parallel together.
    Join(Join),
    /// Sends a message to the customer.
    Message(Message),
    /// Asks an outside system.
    Call(Call),
    /// Gives work to a person.
    Task(Task),
    /// Asks for approvals, one step after the other.
    Approval(Approval),
    /// Runs another flow and waits for its end.
    SubFlow(SubFlow),
    /// Makes an event happen.
    Emit(Emit),
    /// Changes an attribute of the customer.
    SetAttribute(SetAttribute),
    /// A page of a script.
    Page(Page),
    /// Ends this branch, or the whole run.
    End(End),
}

/// Sets variables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Set {
    /// Variable to expression; those above are known to those below in the order of names.
    pub values: BTreeMap<String, Formula>,
    /// Where it goes on.
    pub next: NodeKey,
    /// Where it goes when an expression cannot be evaluated; the run stops for a person when not said.
    pub on_error: Option<NodeKey>,
}

/// Goes by conditions, the first that holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Branch {
    /// Conditions in order.
    pub cases: Vec<Case>,
    /// Where it goes when none holds.
    pub otherwise: NodeKey,
    /// Where it goes when a condition cannot be evaluated; the run stops for a person when not said.
    pub on_error: Option<NodeKey>,
}

/// One condition of a branch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What must hold.
    pub when: Formula,
    /// Where it then goes.
    pub next: NodeKey,
}

/// Asks a decision table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Decide {
    /// The table: inputs, outputs, rules and hit policy, as the table editor writes it.
    #[schemars(extend("x-widget" = "decision_table"))]
    pub table: super::decision::Table,
    /// The variable that keeps the answer.
    pub variable: String,
    /// Where it goes on.
    pub next: NodeKey,
    /// Where it goes when the table cannot be evaluated; the run stops for a person when not said.
    pub on_error: Option<NodeKey>,
}

/// Divides customers by lot: the same customer always falls to the same share.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Split {
    /// The shares; together they are 100 percent.
    pub shares: Vec<Share>,
    /// What the lot is drawn by beside the customer. The same word in two flows draws the same lot; the name of
    /// the flow and of the node when not said.
    pub salt: Option<String>,
}

/// One share of a split.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// Its name in the results, such as `a`.
    pub key: String,
    /// How many of a hundred.
    #[schemars(range(min = 0, max = 100))]
    pub percent: f64,
    /// Whether these are the customers that nothing is done to, to compare with.
    #[serde(default)]
    pub control: bool,
    /// Where they go.
    pub next: NodeKey,
}

/// Waits for a time. One of `for_seconds`, `until` and `until_time` is said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Wait {
    /// How long.
    #[schemars(extend("x-widget" = "duration"))]
    pub for_seconds: Option<u64>,
    /// An expression that gives a date or a moment. A moment that is past does not wait.
    pub until: Option<Formula>,
    /// The next time that it is so late, in the time of the site or of `time_zone`.
    pub until_time: Option<TimeOfDay>,
    /// The IANA time zone of `until_time`, such as `Asia/Tashkent`.
    #[schemars(with = "Option<String>")]
    pub time_zone: Option<Tz>,
    /// Where it goes on.
    pub next: NodeKey,
    /// Where it goes when `until` gives no date; the run stops for a person when not said.
    pub on_error: Option<NodeKey>,
}

/// Waits for an event of the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaitEvent {
    /// The type of the event, such as `purchase`.
    #[schemars(extend("x-widget" = "event_type"))]
    pub event: String,
    /// What must hold of it.
    pub when: Option<Formula>,
    /// Whether events of other customers count too; the condition then says which.
    #[serde(default)]
    pub anybody: bool,
    /// The variable that keeps its data.
    pub variable: Option<String>,
    /// How long it waits; for ever when not said.
    #[schemars(extend("x-widget" = "duration"))]
    pub timeout_seconds: Option<u64>,
    /// Where it goes with the event.
    pub next: NodeKey,
    /// Where it goes when none came in time.
    pub timeout: Option<NodeKey>,
}

/// Goes on in several branches at once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Parallel {
    /// Where the branches begin.
    pub branches: Vec<NodeKey>,
}

/// Which branches a join waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum JoinMode {
    /// Every branch that did not end on its way.
    #[default]
    All,
    /// The first; the others are given up.
    Any,
}

/// Brings the branches of a parallel together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Join {
    /// Which branches it waits for.
    #[serde(default)]
    pub mode: JoinMode,
    /// Where it goes on.
    pub next: NodeKey,
}

/// By which channel a message goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// The one that the customer prefers.
    #[default]
    Preferred,
    /// SMS.
    Sms,
    /// E-mail.
    Email,
}

/// What a message is for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MessageClass {
    /// About what the customer did or asked for.
    #[default]
    Functional,
    /// An offer.
    Marketing,
}

/// Sends a message to the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Message {
    /// By which channel.
    #[serde(default)]
    pub channel: Channel,
    /// The name of the template.
    #[schemars(extend("x-widget" = "template"))]
    pub template: String,
    /// What it is for.
    #[serde(default)]
    pub class: MessageClass,
    /// More for the template: name to expression. It knows the customer, the event and the variables anyway.
    #[serde(default)]
    pub fields: BTreeMap<String, Formula>,
    /// Where it goes on.
    pub next: NodeKey,
    /// Where it goes when the message cannot be sent; the run stops for a person when not said.
    pub on_error: Option<NodeKey>,
}

/// Asks an outside system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Call {
    /// The name of the connector.
    #[schemars(extend("x-widget" = "connector"))]
    pub connector: String,
    /// The key of its operation.
    #[schemars(extend("x-widget" = "operation"))]
    pub operation: String,
    /// What it is asked: name to expression.
    #[serde(default)]
    pub input: BTreeMap<String, Formula>,
    /// The variable that keeps the answer: `data`, `as_of` and `stale`.
    pub variable: Option<String>,
    /// Where it goes with the answer, also when it is an older one because the system is away.
    pub next: NodeKey,
    /// Where it goes without an answer; the run stops for a person when not said.
    pub on_error: Option<NodeKey>,
}

/// Runs another flow and waits for its end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SubFlow {
    /// The name of the flow.
    #[schemars(extend("x-widget" = "flow"))]
    pub flow: String,
    /// What it is given: variable to expression.
    #[serde(default)]
    pub variables: BTreeMap<String, Formula>,
    /// The variable that keeps the variables it ended with.
    pub variable: Option<String>,
    /// Where it goes on when it has ended.
    pub next: NodeKey,
    /// Where it goes when it was cancelled or cannot start; this run stops for a person when not said.
    pub on_error: Option<NodeKey>,
}

/// Makes an event happen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Emit {
    /// The type of the event.
    #[schemars(extend("x-widget" = "event_type"))]
    pub event: String,
    /// Its data: name to expression.
    #[serde(default)]
    pub data: BTreeMap<String, Formula>,
    /// Where it goes on.
    pub next: NodeKey,
    /// Where it goes when the event is refused; the run stops for a person when not said.
    pub on_error: Option<NodeKey>,
}

/// Changes an attribute of the customer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SetAttribute {
    /// The key of the attribute.
    #[schemars(extend("x-widget" = "attribute"))]
    pub attribute: String,
    /// Its new value.
    pub value: Formula,
    /// Where it goes on.
    pub next: NodeKey,
    /// Where it goes when the value is refused; the run stops for a person when not said.
    pub on_error: Option<NodeKey>,
}

/// Ends this branch, or the whole run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct End {
    /// What it came to, for counts: one word, such as `bought`.
    pub outcome: Option<String>,
    /// Said to the operator at the end of a script.
    pub text: Option<Text>,
    /// Whether the other branches end with it.
    #[serde(default)]
    pub whole: bool,
}
