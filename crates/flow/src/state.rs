//! Where a walk is and what it has seen.

use crate::definition::{Definition, NodeKey, Value};
use base::Locale;
use chrono::{DateTime, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// Most visits that a walk remembers; the oldest go first. A caller may repeat a menu for hours.
pub const PATH_MAX: usize = 200;

/// One node that the walk entered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Visit {
    /// The flow.
    pub flow: String,
    /// The node.
    pub node: NodeKey,
    /// When.
    pub at: DateTime<Utc>,
}

/// What the walk waits for in its node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    /// For the beginning.
    NotStarted,
    /// For prompts to be heard.
    Saying,
    /// For digits; so many tries failed.
    Asking {
        /// Tries that failed.
        failed: u32,
    },
    /// For the caller's record.
    LookingUp,
    /// For the queue to take the contact.
    Queueing,
    /// For an operator, while music plays.
    Waiting,
    /// For an operator, while the queue is asked for the place.
    AskingPosition,
    /// For an operator, while the place is being said.
    Announcing,
    /// For nothing: an operator has the contact.
    Connected,
    /// For nothing: the walk is over.
    Finished,
}

/// One walk through one flow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct State {
    pub(crate) node: NodeKey,
    pub(crate) doing: Doing,
    pub(crate) language: Locale,
    pub(crate) variables: BTreeMap<String, Value>,
    pub(crate) path: Vec<Visit>,
    pub(crate) entered: u64,
}

impl State {
    /// A walk that has not begun.
    #[must_use]
    pub fn new(definition: &Definition) -> Self {
        Self {
            node: definition.start.clone(),
            doing: Doing::NotStarted,
            language: definition.language,
            variables: BTreeMap::new(),
            path: vec![],
            entered: 0,
        }
    }

    /// A walk through another flow that keeps what this one knows of the caller: the given variables, the
    /// language and the path.
    #[must_use]
    pub fn transferred(&self, to: &Definition) -> Self {
        let given = self.variables.iter().filter(|(name, _)| to.variable_type(name).is_some());
        let given = given.filter(|(name, value)| to.variable_type(name) == Some(value.value_type()));
        Self {
            node: to.start.clone(),
            doing: Doing::NotStarted,
            language: self.language,
            variables: given.map(|(name, value)| (name.clone(), value.clone())).collect(),
            path: self.path.clone(),
            entered: self.entered,
        }
    }

    /// The node it is in.
    #[must_use]
    pub const fn node(&self) -> &NodeKey {
        &self.node
    }

    /// What it waits for.
    #[must_use]
    pub const fn doing(&self) -> Doing {
        self.doing
    }

    /// The language it speaks.
    #[must_use]
    pub const fn language(&self) -> Locale {
        self.language
    }

    /// What it knows.
    #[must_use]
    pub const fn variables(&self) -> &BTreeMap<String, Value> {
        &self.variables
    }

    /// The nodes it entered, oldest first, at most [`PATH_MAX`].
    #[must_use]
    pub fn path(&self) -> &[Visit] {
        &self.path
    }

    /// How many nodes it entered in all, also those that the path has forgotten.
    #[must_use]
    pub const fn entered(&self) -> u64 {
        self.entered
    }

    /// Whether the walk is over: nothing will come of it any more.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.doing == Doing::Finished
    }

    pub(crate) fn enter(&mut self, flow: &str, node: NodeKey, at: DateTime<Utc>) {
        if self.path.len() >= PATH_MAX {
            self.path.remove(0);
        }
        self.entered += 1;
        self.path.push(Visit { flow: flow.to_owned(), node: node.clone(), at });
        self.node = node;
    }
}
