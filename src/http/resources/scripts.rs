//! Scripts at the desk: the operator walks them page by page, the supervisor sees the path (CC-SCR-01, CC-SCR-02).

use super::contact_detail::visible;
use super::flows::processes;
use super::flows::runs::refused;
use super::viewer::sight;
use crate::http::prelude::*;
use base::id::{ContactId, InstanceId, QueueId};
use chrono::{DateTime, Utc};
use flow::process::effect::Asked;
use flow::process::page::page;
use flow::process::state::Notice;
use flow::process::{Input, State};
use flow::query::flow::LiveScript;
use flow::query::run::{self as query, Filter, Visit};
use flow::store::{self, Start};
use serde_json::{Map, Value as JsonValue};
use sqlx::PgConnection;

/// Most visits of a path that are shown.
const PATH_MAX: i64 = 500;
/// Most scripts of one contact that are shown.
const RUNS_MAX: i64 = 50;

/// A script that may be started.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScriptBody {
    /// By which name.
    name: String,
    /// What it is called.
    title: String,
    /// Whether it is made for the queue that was asked about.
    suggested: bool,
}

/// For which conversation scripts are listed.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ScriptsQuery {
    /// The queue of the conversation: its scripts come first, and say `suggested`.
    queue: Option<QueueId>,
}

/// Which script is started, beside which contact and about whom.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScriptStart {
    /// The name of the flow.
    flow: String,
    /// The contact.
    contact_id: Option<ContactId>,
    /// The customer; that of the contact when not said.
    customer_id: Option<Uuid>,
}

/// What the operator answered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScriptAnswer {
    /// Answers by key.
    #[serde(default)]
    #[schema(value_type = Object)]
    values: Map<String, JsonValue>,
    /// The button that was pressed; none goes on.
    button: Option<String>,
}

/// A script where it is.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScriptRunBody {
    /// Its id.
    id: InstanceId,
    /// The name of the flow.
    flow: String,
    /// The page; none while an outside system is asked, and at the end.
    step: Option<ScriptStepBody>,
    /// Whether it came to its end.
    done: bool,
    /// Whether there is a page before this one.
    can_go_back: bool,
    /// What is said at the end.
    text: Option<String>,
    /// Why it cannot go on.
    error: Option<String>,
}

/// A page.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScriptStepBody {
    /// The node.
    node: String,
    /// The heading.
    title: String,
    /// What the operator says.
    text: Option<String>,
    /// What the operator asks.
    questions: Vec<Asked>,
    /// What the operator can do.
    buttons: Vec<ScriptButtonBody>,
    /// Whether it leads on without a button.
    has_next: bool,
    /// What the page shows is older than the question, because a system is away.
    notice: Option<Notice>,
}

/// A button.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScriptButtonBody {
    /// Its name.
    key: String,
    /// What stands on it.
    label: String,
    /// Whether it belongs to the block of actions.
    action: bool,
}

/// A script as it was walked.
#[derive(Debug, Serialize, ToSchema)]
pub struct WalkedScript {
    /// Its id.
    id: InstanceId,
    /// The name of the flow.
    flow: String,
    /// What the flow is called.
    title: String,
    /// The version that was walked.
    version: i32,
    /// When it began.
    started_at: DateTime<Utc>,
    /// When it was over.
    ended_at: Option<DateTime<Utc>>,
    /// Whether it came to its end.
    done: bool,
    /// What it came to.
    outcome: Option<String>,
    /// The nodes, in order, with what was answered.
    path: Vec<WalkedStep>,
}

/// A node that a script went through.
#[derive(Debug, Serialize, ToSchema)]
pub struct WalkedStep {
    /// The node.
    node: String,
    /// The heading of the page, as it is written.
    title: Option<String>,
    /// When.
    at: DateTime<Utc>,
    /// When it was left.
    left_at: Option<DateTime<Utc>>,
    /// What was answered.
    #[schema(value_type = Option<Object>)]
    answers: Option<JsonValue>,
    /// The button that was pressed.
    button: Option<String>,
    /// Why it failed.
    notice: Option<String>,
}

/// Scripts that may be started, those of the queue first, then by title.
#[utoipa::path(get, path = "/api/v1/scripts", operation_id = "listScripts", tag = "scripts",
    params(ScriptsQuery), responses((status = 200, body = Vec<ScriptBody>), (status = 422, body = Problem)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    filter: Query<ScriptsQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::DeskUse)?;
    let mut db = state.pool.acquire().await?;
    let queue = match filter.queue {
        Some(id) => {
            let found = routing::query::config::find_queue(&mut db, id).await?;
            let found = found.ok_or_else(|| ApiError::invalid("?queue", "there is no such queue"))?;
            Some((id.to_string(), found.fields.name))
        }
        None => None,
    };
    let is_of = |named: &String| queue.as_ref().is_some_and(|(id, name)| named == id || named == name);
    let scripts = flow::query::flow::live_scripts(&mut db).await?;
    let body = |script: LiveScript| {
        let suggested = script.queues.iter().any(is_of);
        ScriptBody { name: script.name, title: script.title, suggested }
    };
    let mut scripts: Vec<ScriptBody> = scripts.into_iter().map(body).collect();
    scripts.sort_by_key(|script| !script.suggested);
    Ok(HttpResponse::Ok().json(scripts))
}

/// Start a script.
#[utoipa::path(post, path = "/api/v1/script-runs", operation_id = "startScript", tag = "scripts",
    request_body = ScriptStart,
    responses((status = 200, body = ScriptRunBody), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn start(
    state: Data<AppState>,
    caller: Caller,
    body: Json<ScriptStart>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::DeskUse)?;
    let mut tx = state.begin().await?;
    let scripts = flow::query::flow::live_scripts(&mut tx).await?;
    if !scripts.iter().any(|script| script.name == body.flow) {
        return Err(ApiError::invalid("/flow", "there is no script of this name in force"));
    }
    let contact = match body.contact_id {
        Some(id) => routing::query::contact::find(&mut tx, id).await?,
        None => None,
    };
    let of_contact = contact.as_ref().and_then(|contact| contact.customer_id).map(|id| id.as_uuid());
    let mut dice = state.dice();
    let mut edit = caller.edit(&mut dice);
    let start = Start {
        key: format!("desk/{}", base::id::uuid_v7(edit.now, edit.rng)),
        flow: body.flow.clone(),
        customer: body.customer_id.or(of_contact),
        contact: body.contact_id,
        by: caller.person(),
        ..Start::default()
    };
    let id = store::start(&mut tx, &mut edit, &start).await?;
    let processes = processes(&state)?;
    let begun = processes.engine.advance(&mut tx, &mut edit, id, None).await.map_err(refused)?;
    tx.commit().await?;
    let now = processes.settle(id, begun).await.map_err(refused)?;
    shown(&state, &caller, id, now).await
}

/// What the operator sees of a run.
async fn shown(
    state: &AppState,
    caller: &Caller,
    id: InstanceId,
    run: State,
) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    let row = query::find_row(&mut db, id).await?.ok_or_else(|| ApiError::not_found("script run", id))?;
    let engine = &processes(state)?.engine;
    let definition = engine.definitions.get(&mut db, row.flow_id, row.flow_version).await.map_err(refused)?;
    let mut around = engine.surroundings(&mut db, &definition, row.customer_id, id.to_string()).await?;
    // The script branches on everything; its pages say what the operator may read.
    around.customer = sight(&mut db, caller).await?.0.mask(around.customer);
    let step = page(&definition, &run, &around, caller.now());
    let body = ScriptRunBody {
        id,
        flow: definition.name.clone(),
        can_go_back: step.as_ref().is_some_and(|step| step.has_back),
        step: step.map(|step| ScriptStepBody {
            node: step.node,
            title: step.title,
            text: step.text,
            questions: step.questions,
            buttons: step
                .buttons
                .into_iter()
                .map(|button| ScriptButtonBody {
                    key: button.key,
                    label: button.title,
                    action: button.action,
                })
                .collect(),
            has_next: step.has_next,
            notice: step.notice,
        }),
        done: run.tokens.is_empty(),
        text: run.farewell.clone(),
        error: run.error(),
    };
    Ok(HttpResponse::Ok().json(body))
}

/// The run of a script that the caller may see, and where it is.
async fn run_of(state: &AppState, caller: &Caller, id: InstanceId) -> Result<State, ApiError> {
    caller.require(Operation::DeskUse)?;
    let mut db = state.pool.acquire().await?;
    let missing = || ApiError::not_found("script run", id);
    let row = query::find_row(&mut db, id).await?.ok_or_else(missing)?;
    let engine = &processes(state)?.engine;
    let definition = engine.definitions.get(&mut db, row.flow_id, row.flow_version).await.map_err(refused)?;
    if definition.kind != flow::definition::Kind::Script {
        return Err(missing());
    }
    Ok(row.state(&definition))
}

/// A script where it is.
#[utoipa::path(get, path = "/api/v1/script-runs/{id}", operation_id = "getScript", tag = "scripts",
    params(("id" = Uuid, Path)), responses((status = 200, body = ScriptRunBody), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<InstanceId>) -> Result<HttpResponse, ApiError> {
    let run = run_of(&state, &caller, id.0).await?;
    shown(&state, &caller, id.0, run).await
}

async fn take(
    state: &AppState,
    caller: &Caller,
    id: InstanceId,
    input: Input,
) -> Result<HttpResponse, ApiError> {
    let processes = processes(state)?;
    let mut tx = state.begin().await?;
    let mut dice = state.dice();
    let taken = processes.advance(&mut tx, &mut caller.edit(&mut dice), id, input).await.map_err(refused)?;
    tx.commit().await?;
    let now = processes.settle(id, taken).await.map_err(refused)?;
    shown(state, caller, id, now).await
}

/// Answer a page, or press one of its buttons.
#[utoipa::path(post, path = "/api/v1/script-runs/{id}/answer", operation_id = "answerScript", tag = "scripts",
    params(("id" = Uuid, Path)), request_body = ScriptAnswer,
    responses((status = 200, body = ScriptRunBody), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn answer(
    state: Data<AppState>,
    caller: Caller,
    id: Path<InstanceId>,
    body: Json<ScriptAnswer>,
) -> Result<HttpResponse, ApiError> {
    let run = run_of(&state, &caller, id.0).await?;
    let waits = |token: &&flow::process::Token| token.doing == flow::process::Doing::Page;
    let token = run.tokens.iter().find(waits);
    let token = token.ok_or_else(|| ApiError::new(Code::NotPossibleNow, "the script shows no page now"))?;
    let input = Input::Answered {
        token: token.id,
        entry: token.entry,
        values: body.values.clone(),
        button: body.button.clone(),
        by: None,
    };
    take(&state, &caller, id.0, input).await
}

/// Go a page back.
#[utoipa::path(post, path = "/api/v1/script-runs/{id}/back", operation_id = "backScript", tag = "scripts",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ScriptRunBody), (status = 409, body = Problem)))]
async fn back(state: Data<AppState>, caller: Caller, id: Path<InstanceId>) -> Result<HttpResponse, ApiError> {
    run_of(&state, &caller, id.0).await?;
    take(&state, &caller, id.0, Input::Back).await
}

/// The scripts that were walked beside a contact, for who judges it (CC-SCR-01).
#[utoipa::path(get, path = "/api/v1/contacts/{id}/script-runs", operation_id = "listContactScripts", tag = "scripts",
    params(("id" = Uuid, Path)), responses((status = 200, body = Vec<WalkedScript>), (status = 404, body = Problem)))]
async fn of_contact(
    state: Data<AppState>,
    caller: Caller,
    id: Path<ContactId>,
) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    visible(&mut db, &caller, Operation::ContactRead, id.0).await?;
    let filter = Filter { contact: Some(id.0), ..Filter::default() };
    let mut walked = vec![];
    for run in query::list(&mut db, &filter, RUNS_MAX).await? {
        let path = query::path(&mut db, run.id, PATH_MAX).await?;
        let titles = titles(&mut db, run.id).await?;
        walked.push(WalkedScript {
            id: run.id,
            flow: run.flow,
            title: run.title,
            version: run.version,
            started_at: run.started_at,
            ended_at: run.ended_at,
            done: run.ended_at.is_some(),
            outcome: run.outcome,
            path: path.into_iter().map(|visit| walked_step(visit, &titles)).collect(),
        });
    }
    Ok(HttpResponse::Ok().json(walked))
}

/// The nodes of the version that a run walked.
async fn titles(db: &mut PgConnection, id: InstanceId) -> Result<JsonValue, ApiError> {
    let Some(row) = query::find_row(db, id).await? else { return Ok(JsonValue::Null) };
    let version = flow::query::flow::version(db, row.flow_id, row.flow_version).await?;
    Ok(version.and_then(|version| version.definition.get("nodes").cloned()).unwrap_or_default())
}

fn walked_step(visit: Visit, nodes: &JsonValue) -> WalkedStep {
    let title = nodes.get(&visit.node).and_then(|node| node.get("title")).and_then(JsonValue::as_str);
    let of = |field: &str| visit.detail.as_ref().and_then(|detail| detail.get(field)).cloned();
    let text = |field: &str| of(field).and_then(|value| value.as_str().map(str::to_owned));
    WalkedStep {
        title: title.map(str::to_owned),
        answers: of("answers"),
        button: text("button"),
        notice: text("error"),
        node: visit.node,
        at: visit.at,
        left_at: visit.left_at,
    }
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let desk = Needs::Operation(Operation::DeskUse);
    let contacts = Needs::Operation(Operation::ContactRead);
    vec![
        Route::get("/api/v1/scripts", desk, || web::to(list)),
        Route::post("/api/v1/script-runs", desk, || web::to(start)),
        Route::get("/api/v1/script-runs/{id}", desk, || web::to(find)),
        Route::post("/api/v1/script-runs/{id}/answer", desk, || web::to(answer)),
        Route::post("/api/v1/script-runs/{id}/back", desk, || web::to(back)),
        Route::get("/api/v1/contacts/{id}/script-runs", contacts, || web::to(of_contact)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, start, find, answer, back, of_contact))]
    struct Docs;
    Docs::openapi()
}
