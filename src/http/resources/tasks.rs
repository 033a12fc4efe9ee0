//! Tasks and approvals: the inbox of people, and who stands in for whom.

use super::flows::processes;
use super::flows::runs::{customer_names, refused};
use crate::http::prelude::*;
use base::id::{InstanceId, PersonId, TaskId};
use chrono::{DateTime, Utc};
use flow::process::effect::Asked;
use flow::process::{Decision, Input};
use flow::query::task::{self as query, Filter, Task};
use flow::store::task::{self as store, Deputy, Done};
use serde_json::{Map, Value as JsonValue};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// A task or an approval.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskBody {
    /// Its id.
    id: TaskId,
    /// `task`, or `approval` when it is decided rather than done.
    kind: String,
    /// What is to be done.
    title: String,
    /// More about it.
    text: Option<String>,
    /// `open`, `taken`, `done` or `cancelled`.
    state: String,
    /// The flow it belongs to; empty when a rule gave it.
    flow: String,
    /// The run that waits for it.
    instance_id: Option<InstanceId>,
    /// The role whose people may take it.
    role: Option<String>,
    /// Whose it is.
    assignee_id: Option<PersonId>,
    /// How that person is called.
    assignee_name: Option<String>,
    /// The customer it is about.
    customer_id: Option<Uuid>,
    /// How the customer is called.
    customer_name: Option<String>,
    /// When it was given.
    created_at: DateTime<Utc>,
    /// The deadline.
    deadline: Option<DateTime<Utc>>,
    /// What is filled in.
    fields: Vec<Asked>,
    /// What was filled in.
    #[schema(value_type = Option<Object>)]
    values: Option<JsonValue>,
    /// What was decided.
    decision: Option<String>,
    /// Why.
    reason: Option<String>,
    /// The route, as far as it was asked; of one approval only.
    steps: Vec<TaskStep>,
    /// Grows with each change.
    version: i32,
}

/// A step of a route that was asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskStep {
    /// What it is called.
    title: Option<String>,
    /// `open`, `done` or `cancelled`.
    state: String,
    /// What was decided.
    decision: Option<String>,
    /// By whom.
    by: Option<String>,
    /// When.
    at: Option<DateTime<Utc>>,
    /// Why.
    reason: Option<String>,
}

/// Which tasks are listed.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TaskFilter {
    /// Only the own ones: given to the caller, to the caller's roles, or to somebody the caller stands in for.
    mine: Option<bool>,
    /// `open`, `done` or `cancelled`.
    state: Option<String>,
}

/// What was filled in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CompleteInput {
    /// Answers by key.
    #[serde(default)]
    #[schema(value_type = Object)]
    values: Map<String, JsonValue>,
}

/// What was decided.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DecideInput {
    /// What.
    decision: Decision,
    /// Why; a refusal must say it.
    reason: Option<String>,
}

/// To whom a task is handed on.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DelegateInput {
    /// The person.
    person_id: PersonId,
}

/// Who stands in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeputiesInput {
    /// All deputies of the caller; those of before are replaced.
    items: Vec<Deputy>,
}

async fn bodies(db: &mut PgConnection, tasks: Vec<Task>) -> Result<Vec<TaskBody>, ApiError> {
    let people: Vec<PersonId> = tasks.iter().filter_map(|task| task.taken_by.or(task.person_id)).collect();
    let names = people_names(db, &people).await?;
    let customers = customer_names(db, tasks.iter().filter_map(|task| task.customer_id)).await?;
    Ok(tasks.into_iter().map(|task| body(task, &names, &customers)).collect())
}

async fn people_names(
    db: &mut PgConnection,
    people: &[PersonId],
) -> Result<BTreeMap<PersonId, String>, ApiError> {
    let names = access::person::query::names(db, people).await?;
    Ok(names.into_iter().map(|(id, _, name)| (id, name)).collect())
}

fn body(task: Task, names: &BTreeMap<PersonId, String>, customers: &BTreeMap<Uuid, String>) -> TaskBody {
    let assignee = task.taken_by.or(task.person_id);
    let taken = task.state == "open" && task.taken_by.is_some();
    TaskBody {
        id: task.id,
        kind: task.kind,
        title: task.title,
        text: task.text,
        state: if taken { "taken".to_owned() } else { task.state },
        flow: task.flow.unwrap_or_default(),
        instance_id: task.instance_id,
        role: task.role,
        assignee_id: assignee,
        assignee_name: assignee.and_then(|id| names.get(&id).cloned()),
        customer_id: task.customer_id,
        customer_name: task.customer_id.and_then(|id| customers.get(&id).cloned()),
        created_at: task.created_at,
        deadline: task.due_at,
        fields: task.questions.0,
        values: task.answers,
        decision: task.decision,
        reason: task.reason,
        steps: vec![],
        version: task.version,
    }
}

async fn whole(db: &mut PgConnection, task: Task) -> Result<TaskBody, ApiError> {
    let route = query::route(db, &task).await?;
    let people: Vec<PersonId> = route.iter().filter_map(|step| step.done_by).collect();
    let names = people_names(db, &people).await?;
    let step = |step: Task| TaskStep {
        title: step.step_title,
        state: step.state,
        decision: step.decision,
        by: step.done_by.and_then(|id| names.get(&id).cloned()),
        at: step.done_at,
        reason: step.reason,
    };
    let steps = route.into_iter().map(step).collect();
    let mut bodies = bodies(db, vec![task]).await?;
    let body = bodies.pop().ok_or_else(|| ApiError::new(Code::NotFound, "there is no such task"))?;
    Ok(TaskBody { steps, ..body })
}

/// The person who calls, with the names of the person's roles.
async fn person_and_roles(
    db: &mut PgConnection,
    caller: &Caller,
) -> Result<(PersonId, String, Vec<String>), ApiError> {
    let nobody = || ApiError::new(Code::Forbidden, "tasks are for people: sign in");
    let id = caller.person().ok_or_else(nobody)?;
    let person = access::person::query::find(db, id, caller.now()).await?.ok_or_else(nobody)?;
    let roles = access::role::store::list(db).await?;
    let has = |role: &access::role::Role| person.roles.iter().any(|grant| grant.role_id == role.role_id);
    let names = roles.into_iter().filter(has).map(|role| role.name).collect();
    Ok((id, person.name, names))
}

/// Tasks, oldest first. Those of others are shown to who looks after flows.
#[utoipa::path(get, path = "/api/v1/tasks", operation_id = "listTasks", tag = "tasks",
    params(PageQuery, TaskFilter), responses((status = 200, body = Page<TaskBody>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<TaskFilter>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::TaskUse)?;
    let mut db = state.pool.acquire().await?;
    let all = filter.mine != Some(true) && caller.require(Operation::FlowWrite).is_ok();
    let mine = if all {
        None
    } else {
        let (person, _, roles) = person_and_roles(&mut db, &caller).await?;
        Some((person, roles, caller.now().date_naive()))
    };
    let filter = Filter { mine, state: filter.state.clone(), after: page.after::<TaskId>()? };
    let rows = query::list(&mut db, &filter, page.rows()?).await?;
    let found = Page::new(rows, &page, |row| row.id)?;
    let items = bodies(&mut db, found.items).await?;
    Ok(HttpResponse::Ok().json(Page { items, next: found.next }))
}

/// One task.
#[utoipa::path(get, path = "/api/v1/tasks/{id}", operation_id = "getTask", tag = "tasks",
    params(("id" = Uuid, Path)), responses((status = 200, body = TaskBody), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<TaskId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::TaskUse)?;
    let mut db = state.pool.acquire().await?;
    let task = query::find(&mut db, id.0).await?.ok_or_else(|| ApiError::not_found("task", id.0))?;
    let version = task.version;
    Ok(etag::ok(&whole(&mut db, task).await?, version))
}

/// The open task that the caller may act on, locked, and who the caller is.
async fn own(
    db: &mut PgConnection,
    caller: &Caller,
    id: TaskId,
) -> Result<(Task, PersonId, String), ApiError> {
    caller.require(Operation::TaskUse)?;
    let (person, name, roles) = person_and_roles(db, caller).await?;
    let task = store::lock_open(db, id).await.map_err(not_open)?;
    if !query::may_act(db, &task, person, &roles, caller.now().date_naive()).await? {
        let detail = "the task belongs to somebody else: they can hand it on, or name a deputy";
        return Err(ApiError::new(Code::Forbidden, detail));
    }
    Ok((task, person, name))
}

fn not_open(error: base::ChangeError) -> ApiError {
    match error {
        base::ChangeError::InUse(detail) => ApiError::new(Code::NotPossibleNow, detail),
        other => other.into(),
    }
}

/// Take a task, so that others see who is at it.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/take", operation_id = "takeTask", tag = "tasks",
    params(("id" = Uuid, Path)), responses((status = 200, body = TaskBody), (status = 409, body = Problem)))]
async fn take(state: Data<AppState>, caller: Caller, id: Path<TaskId>) -> Result<HttpResponse, ApiError> {
    let mut tx = state.begin().await?;
    let (_, person, _) = own(&mut tx, &caller, id.0).await?;
    let mut dice = state.dice();
    let task = store::take(&mut tx, &mut caller.edit(&mut dice), id.0, person).await.map_err(not_open)?;
    let body = whole(&mut tx, task).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(body))
}

async fn finish(
    state: &AppState,
    caller: &Caller,
    id: TaskId,
    done: &Done<'_>,
    input: impl FnOnce(&Task, (u64, u64), String) -> Result<Input, ApiError>,
) -> Result<HttpResponse, ApiError> {
    let mut tx = state.begin().await?;
    let (task, person, name) = own(&mut tx, caller, id).await?;
    let mut dice = state.dice();
    let mut edit = caller.edit(&mut dice);
    store::finish(&mut tx, &mut edit, id, Some(person), done).await?;
    let place = (task.token.unwrap_or(0), task.entry.unwrap_or(0));
    let place = (u64::try_from(place.0).unwrap_or(0), u64::try_from(place.1).unwrap_or(0));
    let input = input(&task, place, name)?;
    if let Some(run) = task.instance_id {
        processes(state)?.advance(&mut tx, &mut edit, run, input).await.map_err(refused)?;
    }
    let task = query::find(&mut tx, id).await?.ok_or_else(|| ApiError::not_found("task", id))?;
    let body = whole(&mut tx, task).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(body))
}

/// A task is done.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/complete", operation_id = "completeTask", tag = "tasks",
    params(("id" = Uuid, Path)), request_body = CompleteInput,
    responses((status = 200, body = TaskBody), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn complete(
    state: Data<AppState>,
    caller: Caller,
    id: Path<TaskId>,
    body: Json<CompleteInput>,
) -> Result<HttpResponse, ApiError> {
    let answers = JsonValue::Object(body.values.clone());
    let done = Done { answers: Some(&answers), ..Done::default() };
    finish(&state, &caller, id.0, &done, |task, (token, entry), name| match task.kind.as_str() {
        "approval" => Err(ApiError::new(Code::NotPossibleNow, "an approval is decided: approve or refuse")),
        _ => Ok(Input::Answered { token, entry, values: body.values.clone(), button: None, by: Some(name) }),
    })
    .await
}

/// An approval is decided. A refusal says why.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/decide", operation_id = "decideTask", tag = "tasks",
    params(("id" = Uuid, Path)), request_body = DecideInput,
    responses((status = 200, body = TaskBody), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn decide(
    state: Data<AppState>,
    caller: Caller,
    id: Path<TaskId>,
    body: Json<DecideInput>,
) -> Result<HttpResponse, ApiError> {
    let decision = body.decision;
    let word = match decision {
        Decision::Approve => "approve",
        Decision::Refuse => "refuse",
    };
    let done = Done { decision: Some(word), reason: body.reason.as_deref(), ..Done::default() };
    finish(&state, &caller, id.0, &done, |task, (token, entry), name| {
        let Some(step) = task.step.and_then(|step| usize::try_from(step).ok()) else {
            return Err(ApiError::new(Code::NotPossibleNow, "a task is not decided: complete it"));
        };
        Ok(Input::Decided { token, entry, step, decision, reason: body.reason.clone(), by: Some(name) })
    })
    .await
}

/// Hand a task on to somebody.
#[utoipa::path(post, path = "/api/v1/tasks/{id}/delegate", operation_id = "delegateTask", tag = "tasks",
    params(("id" = Uuid, Path)), request_body = DelegateInput,
    responses((status = 200, body = TaskBody), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn delegate(
    state: Data<AppState>,
    caller: Caller,
    id: Path<TaskId>,
    body: Json<DelegateInput>,
) -> Result<HttpResponse, ApiError> {
    let mut tx = state.begin().await?;
    own(&mut tx, &caller, id.0).await?;
    let to = access::person::query::find(&mut tx, body.person_id, caller.now()).await?;
    if to.is_none_or(|person| person.is_disabled) {
        return Err(ApiError::invalid("/person_id", "nobody who can sign in has this id"));
    }
    let mut dice = state.dice();
    let mut edit = caller.edit(&mut dice);
    let task = store::delegate(&mut tx, &mut edit, id.0, body.person_id).await.map_err(not_open)?;
    let body = whole(&mut tx, task).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(body))
}

/// Who stands in for the caller, and for whom the caller stands in.
#[utoipa::path(get, path = "/api/v1/deputies", operation_id = "listDeputies", tag = "tasks",
    responses((status = 200, body = Vec<Deputy>)))]
async fn deputies(state: Data<AppState>, caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::TaskUse)?;
    let mut db = state.pool.acquire().await?;
    let Some(person) = caller.person() else { return Ok(HttpResponse::Ok().json(Vec::<Deputy>::new())) };
    Ok(HttpResponse::Ok().json(query::deputies(&mut db, person).await?))
}

/// Say who stands in for the caller.
#[utoipa::path(put, path = "/api/v1/deputies", operation_id = "changeDeputies", tag = "tasks",
    request_body = DeputiesInput, responses((status = 200, body = Vec<Deputy>), (status = 422, body = Problem)))]
async fn change_deputies(
    state: Data<AppState>,
    caller: Caller,
    body: Json<DeputiesInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::TaskUse)?;
    let nobody = || ApiError::new(Code::Forbidden, "deputies are of people: sign in");
    let person = caller.person().ok_or_else(nobody)?;
    // What was read also tells for whom the caller stands in; sent back, that changes nothing.
    let own: Vec<Deputy> = body.items.iter().filter(|deputy| deputy.deputy_id != person).cloned().collect();
    let mut tx = state.begin().await?;
    store::set_deputies(&mut tx, &mut caller.edit(&mut state.dice()), person, &own).await?;
    let now = query::deputies(&mut tx, person).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(now))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let uses = Needs::Operation(Operation::TaskUse);
    vec![
        Route::get("/api/v1/tasks", uses, || web::to(list)),
        Route::get("/api/v1/tasks/{id}", uses, || web::to(find)),
        Route::post("/api/v1/tasks/{id}/take", uses, || web::to(take)),
        Route::post("/api/v1/tasks/{id}/complete", uses, || web::to(complete)),
        Route::post("/api/v1/tasks/{id}/decide", uses, || web::to(decide)),
        Route::post("/api/v1/tasks/{id}/delegate", uses, || web::to(delegate)),
        Route::get("/api/v1/deputies", uses, || web::to(deputies)),
        Route::put("/api/v1/deputies", uses, || web::to(change_deputies)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, take, complete, decide, delegate, deputies, change_deputies))]
    struct Docs;
    Docs::openapi()
}
