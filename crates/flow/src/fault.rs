//! What is wrong with a flow, said so that its author can mend it.

use base::Locale;
use std::collections::{BTreeMap, BTreeSet};

/// What exists outside a flow and may be named in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Catalogue {
    /// Prompts recorded in each language.
    pub prompts: BTreeMap<Locale, BTreeSet<String>>,
    /// Music for queues.
    pub music: BTreeSet<String>,
    /// Names of queues.
    pub queues: BTreeSet<String>,
    /// Names of skills.
    pub skills: BTreeSet<String>,
    /// Names of flows, this one among them.
    pub flows: BTreeSet<String>,
}

/// One thing wrong with a flow file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{file}: {}{pointer}: {problem}", self.node.as_ref().map(|node| format!("node \"{node}\" at ")).unwrap_or_default())]
pub struct Fault {
    /// The file.
    pub file: String,
    /// The node, when the fault lies in one.
    pub node: Option<String>,
    /// The field as an RFC 6901 pointer into the file.
    pub pointer: String,
    /// What kind of fault, such as `missing_prompt`; of the same list as those of other kinds of flows.
    pub code: &'static str,
    /// What is wrong and what to do about it.
    pub problem: String,
}

/// Collects the faults of one file.
#[derive(Debug)]
pub(crate) struct Faults<'a> {
    pub file: &'a str,
    pub found: Vec<Fault>,
}

impl<'a> Faults<'a> {
    pub(crate) const fn of(file: &'a str) -> Self {
        Self { file, found: vec![] }
    }

    /// A fault of the file itself.
    pub(crate) fn file(&mut self, code: &'static str, pointer: &str, problem: impl Into<String>) {
        let pointer = if pointer.is_empty() { "/".to_owned() } else { pointer.to_owned() };
        self.found.push(Fault {
            file: self.file.to_owned(),
            node: None,
            pointer,
            code,
            problem: problem.into(),
        });
    }

    /// A fault of a node; `field` is a pointer below it.
    pub(crate) fn node(&mut self, node: &str, code: &'static str, field: &str, problem: impl Into<String>) {
        let escaped = node.replace('~', "~0").replace('/', "~1");
        self.found.push(Fault {
            file: self.file.to_owned(),
            node: Some(node.to_owned()),
            pointer: format!("/nodes/{escaped}{field}"),
            code,
            problem: problem.into(),
        });
    }
}

/// The names that exist, for the end of a message.
pub(crate) fn one_of<'n>(names: impl IntoIterator<Item = &'n str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    if names.is_empty() { "none exists yet".to_owned() } else { format!("use one of: {}", names.join(", ")) }
}
