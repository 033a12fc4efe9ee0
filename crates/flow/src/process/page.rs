//! What the operator sees of a script.

use super::definition::Definition;
use super::effect::Asked;
use super::node::Node;
use super::state::{Doing, Notice, State};
use super::step::Surroundings;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The page that a script shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ScriptStep)]
pub struct Page {
    /// The node.
    pub node: String,
    /// The token that waits for the answers.
    pub token: u64,
    /// The visit that asks.
    pub entry: u64,
    /// The heading.
    pub title: String,
    /// What the operator says.
    pub text: Option<String>,
    /// What the operator asks.
    pub questions: Vec<Asked>,
    /// What the operator can do.
    pub buttons: Vec<PageButton>,
    /// Whether it leads on without a button.
    pub has_next: bool,
    /// Whether there is a page before it.
    pub has_back: bool,
    /// What the page shows is older than the question, because a system is away.
    pub notice: Option<Notice>,
}

/// A button of a page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[schema(as = ScriptButton)]
pub struct PageButton {
    /// Its name.
    pub key: String,
    /// What stands on it.
    pub title: String,
    /// Whether it belongs to the block of actions.
    pub action: bool,
}

/// The page that a run waits in; nothing when it waits for something else.
#[must_use]
pub fn page(
    definition: &Definition,
    state: &State,
    around: &Surroundings,
    now: DateTime<Utc>,
) -> Option<Page> {
    let token = state.tokens.iter().find(|token| token.doing == Doing::Page)?;
    let Some(Node::Page(node)) = definition.nodes.get(&token.node) else { return None };
    let facts = around.facts(state, now);
    let facts = facts.prepare();
    let button = |button: &super::node::Button| PageButton {
        key: button.key.clone(),
        title: button.title.render(&facts),
        action: button.action,
    };
    let asked = |asked: &super::node::Question| Asked::of(asked, &facts, state.variables.get(&asked.key));
    Some(Page {
        node: token.node.to_string(),
        token: token.id,
        entry: token.entry,
        title: node.title.render(&facts),
        text: node.text.as_ref().map(|text| text.render(&facts)),
        questions: node.questions.iter().map(asked).collect(),
        buttons: node.buttons.iter().map(button).collect(),
        has_next: node.next.is_some(),
        has_back: state.trail.len() > 1,
        notice: state.notice.clone(),
    })
}
