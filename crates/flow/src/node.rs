//! The nodes an IVR is made of. Field names here are the field names of the file.

use crate::condition::Condition;
use crate::definition::{NodeKey, Value};
use crate::effect::EndCause;
use crate::schedule::Schedule;
use base::Locale;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One node of a flow.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Node {
    /// Says prompts and goes on.
    Say(Say),
    /// Asks for one digit and goes where it leads.
    Menu(Menu),
    /// Asks for a number and keeps it.
    Digits(AskDigits),
    /// Asks for the language, each option in its own language.
    Language(AskLanguage),
    /// Goes by working hours.
    Schedule(Schedule),
    /// Looks the caller up by number.
    CallerLookup(CallerLookup),
    /// Sets variables.
    Set(Set),
    /// Goes by conditions on variables.
    Branch(Branch),
    /// Waits in a queue for an operator.
    Queue(Queue),
    /// Goes on in another flow.
    Transfer(Transfer),
    /// Ends the contact.
    HangUp(HangUp),
}

/// Says prompts and goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Say {
    /// What is said, in the language of the walk.
    #[schemars(extend("x-widget" = "prompts"))]
    pub prompts: Vec<String>,
    /// Whether a digit cuts it short; the digit then counts for the next question.
    #[serde(default)]
    pub barge_in: bool,
    /// Where it goes on.
    pub next: NodeKey,
}

/// Asks for one digit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Menu {
    /// What is said; a digit cuts it short.
    #[schemars(extend("x-widget" = "prompts"))]
    pub prompts: Vec<String>,
    /// Digit (`0`-`9`, `*`, `#`) to node. Leading back to the menu itself repeats it.
    pub options: BTreeMap<String, NodeKey>,
    /// Silence after the prompts that counts as no answer, in seconds.
    #[serde(default = "answer_timeout_seconds")]
    pub timeout_seconds: u32,
    /// How often it asks before it gives up.
    #[serde(default = "tries")]
    pub tries: u32,
    /// Said after a digit that is no option.
    #[schemars(extend("x-widget" = "prompt"))]
    pub invalid_prompt: Option<String>,
    /// Said after silence.
    #[schemars(extend("x-widget" = "prompt"))]
    pub silence_prompt: Option<String>,
    /// Where it goes when every try failed.
    pub exhausted: NodeKey,
}

/// Asks for several digits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AskDigits {
    /// What is said; a digit cuts it short.
    #[schemars(extend("x-widget" = "prompts"))]
    pub prompts: Vec<String>,
    /// The variable of type text that keeps the digits.
    pub variable: String,
    /// Fewest digits that count as an answer.
    pub min: u32,
    /// Most digits; the last one ends the input.
    pub max: u32,
    /// The key that ends the input early.
    pub terminator: Option<char>,
    /// Silence after the prompts that counts as no answer, in seconds.
    #[serde(default = "answer_timeout_seconds")]
    pub timeout_seconds: u32,
    /// Silence between digits that ends the input, in seconds.
    #[serde(default = "between_seconds")]
    pub between_seconds: u32,
    /// How often it asks before it gives up.
    #[serde(default = "tries")]
    pub tries: u32,
    /// Said after too few digits.
    #[schemars(extend("x-widget" = "prompt"))]
    pub invalid_prompt: Option<String>,
    /// Where it goes with the digits.
    pub next: NodeKey,
    /// Where it goes when every try failed.
    pub exhausted: NodeKey,
}

/// Asks for the language of the walk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AskLanguage {
    /// Said in the language of each option in turn; a digit cuts it short.
    #[schemars(extend("x-widget" = "prompts"))]
    pub prompts: Vec<String>,
    /// Digit to language.
    #[schemars(with = "BTreeMap<String, LocaleCode>")]
    pub options: BTreeMap<String, Locale>,
    /// Silence after the prompts that counts as no answer, in seconds.
    #[serde(default = "answer_timeout_seconds")]
    pub timeout_seconds: u32,
    /// How often it asks before it goes on in `otherwise`.
    #[serde(default = "tries")]
    pub tries: u32,
    /// The language when nobody chose.
    #[schemars(with = "LocaleCode")]
    pub otherwise: Locale,
    /// Where it goes on.
    pub next: NodeKey,
}

/// Looks the caller up by number. Sets the `caller.*` variables, and the language when the record has one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CallerLookup {
    /// Where it goes with a known caller.
    pub found: NodeKey,
    /// Where it goes with an unknown or hidden number.
    pub unknown: NodeKey,
    /// Where it goes when the lookup failed or took too long; `unknown` when not said.
    pub failed: Option<NodeKey>,
}

/// Sets variables.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Set {
    /// Variable to value.
    pub values: BTreeMap<String, Value>,
    /// Where it goes on.
    pub next: NodeKey,
}

/// Goes by conditions, the first that holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Branch {
    /// Conditions in order.
    pub cases: Vec<Case>,
    /// Where it goes when none holds.
    pub otherwise: NodeKey,
}

/// One condition of a branch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What must hold.
    pub when: Condition,
    /// Where it then goes.
    pub next: NodeKey,
}

/// Waits in a queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Queue {
    /// The name of the queue.
    #[schemars(extend("x-widget" = "queue"))]
    pub queue: String,
    /// Skills that the operator must have beside those of the queue.
    #[serde(default)]
    pub skills: Vec<SkillNeed>,
    /// 0 to 9, higher goes first. The queue's own when not said.
    pub priority: Option<u8>,
    /// The music, a file of `sounds/music`.
    #[serde(default = "music")]
    pub music: String,
    /// How often the place in the line is said, in seconds. Never when not said.
    pub announce_every_seconds: Option<u32>,
    /// Whether the estimated wait is said with the place.
    #[serde(default)]
    pub announce_wait: bool,
    /// Said before the wait begins again after the operator was lost.
    #[schemars(extend("x-widget" = "prompt"))]
    pub returned_prompt: Option<String>,
    /// The longest wait, in seconds.
    pub wait_max_seconds: u32,
    /// Where it goes after the longest wait.
    pub overflow: NodeKey,
    /// Where it goes when the queue takes no more.
    pub full: NodeKey,
    /// Where it goes when the queue is closed or gone.
    pub closed: NodeKey,
}

/// A skill with its least level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkillNeed {
    /// The name of the skill.
    #[schemars(extend("x-widget" = "skill"))]
    pub skill: String,
    /// The least level, 1 to 10.
    #[serde(default = "level")]
    pub level: u8,
}

/// Goes on in another flow.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Transfer {
    /// The name of the flow.
    #[schemars(extend("x-widget" = "flow"))]
    pub flow: String,
}

/// Ends the contact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct HangUp {
    /// What the caller's side is told.
    #[serde(default)]
    pub cause: EndCause,
}

/// How a language is written, for the schema.
#[derive(JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is used")]
enum LocaleCode {
    En,
    Ru,
    Uz,
}

const fn answer_timeout_seconds() -> u32 {
    5
}
const fn between_seconds() -> u32 {
    4
}
const fn tries() -> u32 {
    3
}
const fn level() -> u8 {
    1
}
fn music() -> String {
    "default".to_owned()
}

impl Node {
    /// Where the walk can go from here: the field (JSON pointer below the node) and the node it names.
    #[must_use]
    pub fn edges(&self) -> Vec<(String, &NodeKey)> {
        let one = |field: &str, key| (format!("/{field}"), key);
        match self {
            Self::Say(node) => vec![one("next", &node.next)],
            Self::Menu(node) => {
                let options = node.options.iter().map(|(digit, key)| (format!("/options/{digit}"), key));
                options.chain([one("exhausted", &node.exhausted)]).collect()
            }
            Self::Digits(node) => vec![one("next", &node.next), one("exhausted", &node.exhausted)],
            Self::Language(node) => vec![one("next", &node.next)],
            Self::Schedule(node) => vec![one("open", &node.open), one("closed", &node.closed)],
            Self::CallerLookup(node) => {
                let ends = [one("found", &node.found), one("unknown", &node.unknown)].into_iter();
                ends.chain(node.failed.as_ref().map(|key| one("failed", key))).collect()
            }
            Self::Set(node) => vec![one("next", &node.next)],
            Self::Branch(node) => {
                let cases = node.cases.iter().enumerate();
                let cases = cases.map(|(index, case)| (format!("/cases/{index}/next"), &case.next));
                cases.chain([one("otherwise", &node.otherwise)]).collect()
            }
            Self::Queue(node) => {
                vec![one("overflow", &node.overflow), one("full", &node.full), one("closed", &node.closed)]
            }
            Self::Transfer(_) | Self::HangUp(_) => vec![],
        }
    }

    /// The edges a walk can take without a person having answered or waited. A circle of them never ends.
    #[must_use]
    pub fn unattended_edges(&self) -> Vec<(String, &NodeKey)> {
        match self {
            Self::Menu(_) | Self::Digits(_) | Self::Language(_) => vec![],
            Self::Queue(_) => self.edges().into_iter().filter(|(field, _)| field != "/overflow").collect(),
            Self::Say(_)
            | Self::Schedule(_)
            | Self::CallerLookup(_)
            | Self::Set(_)
            | Self::Branch(_)
            | Self::Transfer(_)
            | Self::HangUp(_) => self.edges(),
        }
    }

    /// The prompts it says: the field and the name.
    #[must_use]
    pub fn prompts(&self) -> Vec<(String, &str)> {
        fn list(prompts: &[String]) -> Vec<(String, &str)> {
            let numbered = prompts.iter().enumerate();
            numbered.map(|(index, name)| (format!("/prompts/{index}"), name.as_str())).collect()
        }
        fn and<'a>(
            mut all: Vec<(String, &'a str)>,
            more: &[(&str, &'a Option<String>)],
        ) -> Vec<(String, &'a str)> {
            all.extend(more.iter().filter_map(|(field, name)| Some((format!("/{field}"), name.as_deref()?))));
            all
        }
        match self {
            Self::Say(node) => list(&node.prompts),
            Self::Menu(node) => and(
                list(&node.prompts),
                &[("invalid_prompt", &node.invalid_prompt), ("silence_prompt", &node.silence_prompt)],
            ),
            Self::Digits(node) => and(list(&node.prompts), &[("invalid_prompt", &node.invalid_prompt)]),
            Self::Language(node) => list(&node.prompts),
            Self::Queue(node) => and(vec![], &[("returned_prompt", &node.returned_prompt)]),
            Self::Schedule(_)
            | Self::CallerLookup(_)
            | Self::Set(_)
            | Self::Branch(_)
            | Self::Transfer(_)
            | Self::HangUp(_) => vec![],
        }
    }
}
