//! Where a run is and what it knows.

use super::definition::Definition;
use crate::definition::NodeKey;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};

/// Pages that an operator can go back: longer scripts are begun again.
pub const TRAIL_MAX: usize = 50;

/// One place at which a run is. A run has several while branches go side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Token {
    /// Its number in the run.
    pub id: u64,
    /// The node it is in.
    pub node: NodeKey,
    /// Which visit of a node this is: counted over the whole run, so what is done for it is done once.
    pub entry: u64,
    /// The parallels it came out of, the innermost last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forks: Vec<u64>,
    /// What it waits for.
    pub doing: Doing,
}

/// What a token waits for in its node.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Doing {
    /// To be entered, in the present step.
    Entering,
    /// For something that is being done for it.
    Performing,
    /// For a time.
    Time {
        /// When it goes on.
        until: DateTime<Utc>,
    },
    /// For an event.
    Event {
        /// When it no longer waits.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<DateTime<Utc>>,
    },
    /// For the other branches.
    Join,
    /// For a person who does a task.
    Task {
        /// The deadline.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<DateTime<Utc>>,
    },
    /// For somebody who decides.
    Approval {
        /// Which step of the route, from 0.
        step: usize,
        /// The deadline.
        #[serde(skip_serializing_if = "Option::is_none")]
        until: Option<DateTime<Utc>>,
    },
    /// For another flow to end.
    SubFlow,
    /// For the operator.
    Page,
    /// For a person who looks after runs that cannot go on.
    Failed {
        /// Why.
        reason: String,
    },
}

impl Token {
    /// When it goes on by itself.
    #[must_use]
    pub const fn due_at(&self) -> Option<DateTime<Utc>> {
        match &self.doing {
            Doing::Time { until } => Some(*until),
            Doing::Event { until } | Doing::Task { until } | Doing::Approval { until, .. } => *until,
            _ => None,
        }
    }
}

/// A page that the operator can go back to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trail {
    /// The page.
    pub node: NodeKey,
    /// What was known when it was entered.
    pub variables: Map<String, Json>,
}

/// An answer of an outside system that is older than the question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = FlowNotice)]
pub struct Notice {
    /// The connector whose system is away.
    pub connector: String,
    /// When the answer was current.
    pub as_of: String,
}

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
#[schema(as = FlowInstanceState)]
pub enum Status {
    /// Something is being done for it.
    Running,
    /// It waits for a time, an event or a person.
    Waiting,
    /// It cannot go on: a person looks after it.
    Failed,
    /// It came to its end.
    Done,
    /// A person ended it.
    Cancelled,
}

/// One run of one flow.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Where it is.
    pub tokens: Vec<Token>,
    /// The last number given to a token, a visit or a parallel.
    pub counter: u64,
    /// What it knows.
    pub variables: Map<String, Json>,
    /// Data of the event it saw last.
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub event: Json,
    /// What is known of that event: type, source, id, time, depth.
    #[serde(default, skip_serializing_if = "Json::is_null")]
    pub meta: Json,
    /// What it came to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
    /// The text of the end of a script.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub farewell: Option<String>,
    /// Pages that the operator came through, the present one last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trail: Vec<Trail>,
    /// The last answer that was older than its question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notice: Option<Notice>,
    /// Whether a person ended it.
    #[serde(default)]
    pub cancelled: bool,
}

impl State {
    /// A run that has not begun, with what it is given on the way.
    #[must_use]
    pub fn new(definition: &Definition, given: Map<String, Json>) -> Self {
        let mut variables = definition.variables.clone();
        variables.extend(given);
        Self { variables, ..Self::default() }
    }

    /// How far it is.
    #[must_use]
    pub fn status(&self) -> Status {
        let any = |is: fn(&Doing) -> bool| self.tokens.iter().any(|token| is(&token.doing));
        if self.cancelled {
            Status::Cancelled
        } else if self.tokens.is_empty() {
            Status::Done
        } else if any(|doing| matches!(doing, Doing::Failed { .. })) {
            Status::Failed
        } else if any(|doing| matches!(doing, Doing::Performing | Doing::Entering)) {
            Status::Running
        } else {
            Status::Waiting
        }
    }

    /// When it goes on by itself.
    #[must_use]
    pub fn due_at(&self) -> Option<DateTime<Utc>> {
        self.tokens.iter().filter_map(Token::due_at).min()
    }

    /// Why it cannot go on.
    #[must_use]
    pub fn error(&self) -> Option<String> {
        self.tokens.iter().find_map(|token| match &token.doing {
            Doing::Failed { reason } => Some(format!("{}: {reason}", token.node)),
            _ => None,
        })
    }

    /// A token of this number.
    #[must_use]
    pub fn token(&self, id: u64) -> Option<&Token> {
        self.tokens.iter().find(|token| token.id == id)
    }

    pub(crate) fn token_mut(&mut self, id: u64) -> Option<&mut Token> {
        self.tokens.iter_mut().find(|token| token.id == id)
    }

    pub(crate) const fn count(&mut self) -> u64 {
        self.counter += 1;
        self.counter
    }
}
