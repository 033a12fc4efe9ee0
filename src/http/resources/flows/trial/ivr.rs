//! A trial of an IVR: the inputs so far are taken again each time, so that nothing of a call is kept.

use super::TrialBody;
use crate::http::problem::ApiError;
use base::Locale;
use chrono::{DateTime, Utc};
use flow::state::Doing;
use flow::{CallerKind, Definition, Digits, Effect, Input, LeftBecause, State, TimerKey};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// The number that calls in a trial: a hidden one would not be looked up.
const CALLER: &str = "+998901234567";
/// Most inputs of one trial.
const INPUTS_MAX: usize = 200;
/// Most things that a flow says one after the other without anybody answering.
const SAYINGS_MAX: usize = 200;

/// What may happen to a call, as who tries writes it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Given {
    /// Digits are pressed.
    Digits { value: String },
    /// Nothing is pressed.
    Silence,
    /// The caller is known.
    CallerFound {
        name: String,
        #[serde(default)]
        language: Option<Locale>,
        #[serde(default)]
        organisation: bool,
        #[serde(default)]
        vip: bool,
    },
    /// The caller is not known.
    CallerUnknown,
    /// The queue took the contact.
    Queued,
    /// The queue is full.
    Full,
    /// The queue is closed.
    Closed,
    /// An operator answered.
    Connected,
    /// The longest wait is over.
    WaitMax,
    /// The caller hung up.
    HungUp,
}

#[derive(Debug, Default, Serialize, Deserialize)]
struct Kept {
    inputs: Vec<Given>,
}

impl From<Given> for Input {
    fn from(given: Given) -> Self {
        match given {
            Given::Digits { value } => Self::Digits(Digits::Complete(value)),
            Given::Silence => Self::Digits(Digits::TimedOut(String::new())),
            Given::CallerFound { name, language, organisation, vip } => {
                let kind = if organisation { CallerKind::Organisation } else { CallerKind::Individual };
                Self::CallerFound { name, language, kind, vip }
            }
            Given::CallerUnknown => Self::CallerUnknown,
            Given::Queued => Self::Queued,
            Given::Full => Self::QueueLeft { why: LeftBecause::Full },
            Given::Closed => Self::QueueLeft { why: LeftBecause::Closed },
            Given::Connected => Self::Connected,
            Given::WaitMax => Self::Timer(TimerKey::WaitMax),
            Given::HungUp => Self::Ended,
        }
    }
}

/// One step of a trial of an IVR.
pub(super) fn trial(
    definition: &Definition,
    state: Value,
    input: Value,
    now: DateTime<Utc>,
) -> Result<TrialBody, ApiError> {
    let mut kept = Kept::default();
    if !state.is_null() {
        kept = serde_json::from_value(state)
            .map_err(|_| ApiError::invalid("/state", "send back what the step before gave"))?;
        let given =
            serde_json::from_value(input).map_err(|error| ApiError::invalid("/input", error.to_string()))?;
        kept.inputs.push(given);
    }
    if kept.inputs.len() > INPUTS_MAX {
        return Err(ApiError::invalid("/state", "this trial is too long: begin again"));
    }
    let mut call = State::new(definition);
    let begin = Input::Started { caller_number: Some(CALLER.to_owned()), dialled: "1".to_owned() };
    let mut effects = heard(definition, &mut call, now, begin);
    for given in &kept.inputs {
        effects = heard(definition, &mut call, now, given.clone().into());
    }
    let ended = effects.iter().find_map(|effect| match effect {
        Effect::HangUp { .. } => Some("hang_up".to_owned()),
        Effect::StartFlow { name } => Some(format!("flow {name}")),
        _ => None,
    });
    Ok(TrialBody {
        state: serde_json::to_value(kept).map_err(ApiError::internal)?,
        effects: effects.iter().map(|effect| serde_json::to_value(effect).unwrap_or_default()).collect(),
        path: call.path().iter().map(|visit| visit.node.to_string()).collect(),
        waiting_for: if ended.is_some() { vec![] } else { waiting(&call) },
        page: None,
        done: ended.is_some() || call.is_finished(),
        outcome: ended,
    })
}

/// Takes an input; prompts count as heard.
fn heard(definition: &Definition, call: &mut State, now: DateTime<Utc>, input: Input) -> Vec<Effect> {
    let mut effects = flow::step(definition, call, now, input);
    for _ in 0..SAYINGS_MAX {
        let next = match call.doing() {
            Doing::Saying | Doing::Announcing => Input::Said,
            Doing::AskingPosition => Input::PositionKnown { position: 1, estimated_wait: None },
            _ => break,
        };
        effects.extend(flow::step(definition, call, now, next));
    }
    effects
}

fn waiting(call: &State) -> Vec<Value> {
    let give = match call.doing() {
        Doing::Asking { .. } => json!([{ "kind": "digits", "value": "1" }, { "kind": "silence" }]),
        Doing::LookingUp => json!([
            { "kind": "caller_found", "name": "Aziza", "language": "uz", "vip": false },
            { "kind": "caller_unknown" },
        ]),
        Doing::Queueing => json!([{ "kind": "queued" }, { "kind": "full" }, { "kind": "closed" }]),
        Doing::Waiting => json!([{ "kind": "connected" }, { "kind": "wait_max" }, { "kind": "hung_up" }]),
        Doing::Connected => json!([{ "kind": "hung_up" }]),
        Doing::NotStarted | Doing::Saying | Doing::AskingPosition | Doing::Announcing | Doing::Finished => {
            return vec![];
        }
    };
    vec![json!({ "kind": call.doing(), "node": call.node(), "give": give })]
}
