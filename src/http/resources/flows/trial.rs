//! A flow tried step by step: nothing is sent, nobody is called, nothing is kept.

mod ivr;

use super::runs::{refused, waiting_for};
use super::versions::refuse;
use crate::http::prelude::*;
use crate::http::resources::parts::parts;
use flow::process::page::{Page as ScriptPage, page};
use flow::process::{Definition, Doing, Input, Known, Node, State, Step, Surroundings, load, step};
use serde_json::{Map, Value as JsonValue, json};

/// Steps that one request takes: each effect that needs no answer is one.
const STEPS_MAX: usize = 200;

/// A step of a trial.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TrialInput {
    /// The flow as it is drawn.
    #[schema(value_type = Object)]
    definition: JsonValue,
    /// What the step before gave; null begins.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    state: JsonValue,
    /// What happens: one of what `waiting_for` names under `give`.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    input: JsonValue,
    /// The customer, as expressions see it.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    customer: JsonValue,
    /// What the run is given when it begins.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    variables: Map<String, JsonValue>,
}

/// Where a trial is.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrialBody {
    /// To be sent back with the next step.
    #[schema(value_type = Object)]
    state: JsonValue,
    /// What would have been done.
    #[schema(value_type = Vec<Object>)]
    effects: Vec<JsonValue>,
    /// The nodes that were entered in this step.
    path: Vec<String>,
    /// What it waits for in each node, and what may be given.
    #[schema(value_type = Vec<Object>)]
    waiting_for: Vec<JsonValue>,
    /// The page that the operator would see.
    page: Option<ScriptPage>,
    /// What it came to.
    outcome: Option<String>,
    /// Whether it is over.
    done: bool,
}

/// Try a flow step by step. Messages, events and attributes count as done; answers of outside systems, people and time
/// are given by who tries.
#[utoipa::path(post, path = "/api/v1/flows/try", operation_id = "tryFlow", tag = "flows",
    request_body = TrialInput, responses((status = 200, body = TrialBody), (status = 422, body = Problem)))]
async fn try_step(
    state: Data<AppState>,
    caller: Caller,
    input: Json<TrialInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowRead)?;
    let now = caller.now();
    if input.definition.get("kind").and_then(JsonValue::as_str) == Some("ivr") {
        let flows = parts(&state)?.flows.clone();
        let input = input.into_inner();
        let body = web::block(move || {
            let read = flows.read(&input.definition.to_string()).map_err(|faults| refusal(&faults))?;
            ivr::trial(&read, input.state, input.input, now)
        });
        return Ok(HttpResponse::Ok().json(body.await.map_err(ApiError::internal)??));
    }
    let reference = {
        let mut db = state.pool.acquire().await?;
        rules::query::references(&mut db).await?
    };
    let around = Surroundings {
        customer: input.customer.clone(),
        reference,
        zone: super::processes(&state)?.engine.performer.zone(),
        subject: input.customer.get("id").and_then(JsonValue::as_str).unwrap_or("trial").to_owned(),
    };
    let input = input.into_inner();
    let body = web::block(move || trial(input, &around, now)).await.map_err(ApiError::internal)??;
    Ok(HttpResponse::Ok().json(body))
}

fn refusal(faults: &[rules::Fault]) -> ApiError {
    refuse(faults).err().unwrap_or_else(|| ApiError::invalid("/definition", "cannot run"))
}

fn trial(
    input: TrialInput,
    around: &Surroundings,
    now: chrono::DateTime<chrono::Utc>,
) -> Result<TrialBody, ApiError> {
    let definition = load(&input.definition, &Known::default()).map_err(|faults| {
        refuse(&faults).err().unwrap_or_else(|| ApiError::invalid("/definition", "cannot run"))
    })?;
    let (mut state, mut next) = if input.state.is_null() {
        (State::new(&definition, input.variables), Some(Input::Started))
    } else {
        let state: State = serde_json::from_value(input.state)
            .map_err(|_| ApiError::invalid("/state", "send back what the step before gave"))?;
        let given = read_input(&state, input.input)?;
        (state, Some(given))
    };
    let mut moment = now;
    if next == Some(Input::Due) {
        moment = state.due_at().unwrap_or(now).max(now);
    }
    let (mut effects, mut path) = (vec![], vec![]);
    for _ in 0..STEPS_MAX {
        let Some(input) = next.take() else { break };
        let done: Step = step(&definition, &mut state, around, moment, input)
            .map_err(|error| refused(flow::store::run::RunError::Refused(error)))?;
        path.extend(done.visits.iter().map(|visit| visit.node.to_string()));
        effects.extend(done.effects.iter().map(|effect| serde_json::to_value(effect).unwrap_or_default()));
        next = done_at_once(&definition, &state);
    }
    Ok(body(&definition, state, around, moment, (effects, path)))
}

fn body(
    definition: &Definition,
    state: State,
    around: &Surroundings,
    now: chrono::DateTime<chrono::Utc>,
    (effects, path): (Vec<JsonValue>, Vec<String>),
) -> TrialBody {
    TrialBody {
        effects,
        path,
        waiting_for: state
            .tokens
            .iter()
            .zip(waiting_for(&state))
            .map(|(token, told)| offer(token, told))
            .collect(),
        page: page(definition, &state, around, now),
        outcome: state.outcome.clone(),
        done: state.tokens.is_empty(),
        state: serde_json::to_value(state).unwrap_or_default(),
    }
}

/// What needs no answer of who tries counts as done: all but calls and other flows.
fn done_at_once(definition: &Definition, state: &State) -> Option<Input> {
    let at_once = |token: &&flow::process::Token| {
        let node = definition.nodes.get(&token.node);
        token.doing == Doing::Performing && !matches!(node, Some(Node::Call(_)))
    };
    let token = state.tokens.iter().find(at_once)?;
    Some(Input::Performed { token: token.id, entry: token.entry, value: json!({}) })
}

/// What may be given to a token.
fn offer(token: &flow::process::Token, mut told: JsonValue) -> JsonValue {
    let (id, entry) = (token.id, token.entry);
    let give = match &token.doing {
        Doing::Performing | Doing::SubFlow => {
            let value = json!({ "data": {}, "as_of": null, "stale": false });
            json!([
                { "kind": "performed", "token": id, "entry": entry, "value": value },
                { "kind": "failed", "token": id, "entry": entry, "reason": "it does not answer" },
            ])
        }
        Doing::Time { .. } => json!([{ "kind": "due" }]),
        Doing::Event { .. } => json!([
            { "kind": "event", "event_type": "purchase", "data": {} }, { "kind": "due" },
        ]),
        Doing::Task { .. } | Doing::Page => {
            json!([{ "kind": "answered", "token": id, "entry": entry, "values": {}, "button": null }])
        }
        Doing::Approval { step, .. } => json!([
            { "kind": "decided", "token": id, "entry": entry, "step": step, "decision": "approve" },
            { "kind": "decided", "token": id, "entry": entry, "step": step, "decision": "refuse", "reason": "why" },
        ]),
        Doing::Failed { .. } => json!([{ "kind": "retry" }, { "kind": "move", "node": "" }]),
        Doing::Join | Doing::Entering => json!([]),
    };
    if let JsonValue::Object(fields) = &mut told {
        fields.insert("give".to_owned(), give);
    }
    told
}

/// An input as somebody writes it: what is not said is that of the first token that waits for such a thing.
fn read_input(state: &State, mut input: JsonValue) -> Result<Input, ApiError> {
    let kind = input.get("kind").and_then(JsonValue::as_str).unwrap_or_default().to_owned();
    let waits = |doing: &Doing| match kind.as_str() {
        "performed" | "failed" => matches!(doing, Doing::Performing | Doing::SubFlow),
        "answered" => matches!(doing, Doing::Task { .. } | Doing::Page),
        "decided" => matches!(doing, Doing::Approval { .. }),
        _ => false,
    };
    if let (JsonValue::Object(fields), Some(token)) =
        (&mut input, state.tokens.iter().find(|token| waits(&token.doing)))
    {
        fields.entry("token").or_insert_with(|| json!(token.id));
        fields.entry("entry").or_insert_with(|| json!(token.entry));
        if let Doing::Approval { step, .. } = token.doing {
            fields.entry("step").or_insert_with(|| json!(step));
        }
    }
    if input.is_null() {
        return Ok(Input::Due);
    }
    serde_json::from_value(input).map_err(|error| ApiError::invalid("/input", error.to_string()))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::post("/api/v1/flows/try", Needs::Operation(Operation::FlowRead), || web::to(try_step))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(try_step))]
    struct Docs;
    Docs::openapi()
}
