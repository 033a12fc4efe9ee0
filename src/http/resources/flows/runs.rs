//! Runs of flows: started, looked at, and looked after when they cannot go on.

use super::{found, processes};
use crate::http::prelude::*;
use base::id::{CustomerId, InstanceId};
use chrono::{DateTime, Utc};
use flow::definition::NodeKey;
use flow::process::{Doing, Input, State, Status};
use flow::query::flow::Counter;
use flow::query::run::{self as query, Filter, Listed, Visit};
use flow::store::run::RunError;
use flow::store::{self, Start};
use serde_json::{Map, Value as JsonValue, json};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Most visits of a path that are shown.
const PATH_MAX: i64 = 1000;

/// A run.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstanceBody {
    /// Its id.
    id: InstanceId,
    /// The name of its flow.
    flow: String,
    /// What its flow is called.
    title: String,
    /// The version it runs.
    version: i32,
    /// How far it is.
    state: Status,
    /// The node it is in, the first one when it is in several.
    node: Option<String>,
    /// Every node it is in.
    nodes: Vec<String>,
    /// The customer it is about.
    customer_id: Option<Uuid>,
    /// How the customer is called.
    customer_name: Option<String>,
    /// When it began.
    started_at: DateTime<Utc>,
    /// When it was over.
    ended_at: Option<DateTime<Utc>>,
    /// When it goes on by itself.
    due_at: Option<DateTime<Utc>>,
    /// Why it cannot go on.
    error: Option<String>,
    /// What it came to.
    outcome: Option<String>,
    /// What it waits for in each node.
    #[schema(value_type = Vec<Object>)]
    waiting_for: Vec<JsonValue>,
    /// What it knows; of one run only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    variables: Option<Map<String, JsonValue>>,
    /// The nodes it entered; of one run only.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<Vec<Visit>>,
}

/// Which runs are listed.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct InstanceFilter {
    /// Of this flow.
    flow: Option<String>,
    /// So far.
    state: Option<Status>,
    /// About this customer.
    customer_id: Option<Uuid>,
}

/// A run that is to start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartInput {
    /// The customer it is about.
    customer_id: Option<Uuid>,
    /// What it is given.
    #[serde(default)]
    #[schema(value_type = Object)]
    variables: Map<String, JsonValue>,
}

/// Where a run is led.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MoveInput {
    /// The node.
    node: String,
    /// The branch, when there are several; the one that failed when not said.
    token: Option<u64>,
}

/// What happened at each node.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowCounters {
    /// By node.
    nodes: BTreeMap<String, Counter>,
}

fn body(listed: Listed, names: &BTreeMap<Uuid, String>) -> InstanceBody {
    let state: State = serde_json::from_value(listed.state).unwrap_or_default();
    let nodes: Vec<String> = state.tokens.iter().map(|token| token.node.to_string()).collect();
    InstanceBody {
        id: listed.id,
        flow: listed.flow,
        title: listed.title,
        version: listed.version,
        state: listed.status,
        node: nodes.first().cloned(),
        nodes,
        customer_id: listed.customer_id,
        customer_name: listed.customer_id.and_then(|id| names.get(&id).cloned()),
        started_at: listed.started_at,
        ended_at: listed.ended_at,
        due_at: listed.due_at,
        error: listed.error,
        outcome: listed.outcome,
        waiting_for: waiting_for(&state),
        variables: None,
        path: None,
    }
}

/// What each token waits for.
pub(super) fn waiting_for(state: &State) -> Vec<JsonValue> {
    let told = |token: &flow::process::Token| {
        let mut told = serde_json::to_value(&token.doing).unwrap_or_default();
        if let JsonValue::Object(fields) = &mut told {
            fields.insert("node".to_owned(), json!(token.node));
            fields.insert("token".to_owned(), json!(token.id));
            fields.insert("entry".to_owned(), json!(token.entry));
        }
        told
    };
    state.tokens.iter().filter(|token| token.doing != Doing::Entering).map(told).collect()
}

/// How customers are called.
pub(in crate::http::resources) async fn customer_names(
    db: &mut PgConnection,
    customers: impl Iterator<Item = Uuid>,
) -> Result<BTreeMap<Uuid, String>, ApiError> {
    let ids: Vec<CustomerId> = customers.map(CustomerId::from_uuid).collect();
    let facts = crm::query::facts(db, &ids).await?;
    let name = |facts: JsonValue| facts.get("name").and_then(JsonValue::as_str).map(str::to_owned);
    Ok(facts.into_iter().filter_map(|(id, facts)| Some((id.as_uuid(), name(facts)?))).collect())
}

async fn whole(db: &mut PgConnection, id: InstanceId) -> Result<InstanceBody, ApiError> {
    let listed = query::find(db, id).await?.ok_or_else(|| ApiError::not_found("run", id))?;
    let names = customer_names(db, listed.customer_id.into_iter()).await?;
    let state: State = serde_json::from_value(listed.state.clone()).unwrap_or_default();
    let path = query::path(db, id, PATH_MAX).await?;
    Ok(InstanceBody { variables: Some(state.variables), path: Some(path), ..body(listed, &names) })
}

/// A refusal of a run as the API says it.
pub(in crate::http::resources) fn refused(error: RunError) -> ApiError {
    use flow::process::Refused;
    match error {
        RunError::Refused(Refused::Late) => {
            ApiError::new(Code::NotPossibleNow, "the run no longer waits for this: look where it is now")
        }
        RunError::Refused(Refused::Answers(faults)) => {
            let refusal = ApiError::new(Code::Invalid, "some answers cannot be accepted");
            faults.into_iter().fold(refusal, |refusal, fault| refusal.and_at(&fault.pointer, fault.detail))
        }
        RunError::Refused(Refused::NoSuchNode(node)) => {
            ApiError::invalid("/node", format!("the version that runs has no node {node:?}"))
        }
        RunError::Unknown => ApiError::new(Code::NotFound, "there is no such run"),
        RunError::Change(error) => error.into(),
        RunError::Database(error) => error.into(),
        unreadable @ RunError::Unreadable(_) => ApiError::new(Code::NotPossibleNow, unreadable.to_string()),
    }
}

/// Runs, newest first.
#[utoipa::path(get, path = "/api/v1/flow-instances", operation_id = "listFlowInstances", tag = "flows",
    params(PageQuery, InstanceFilter), responses((status = 200, body = Page<InstanceBody>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<InstanceFilter>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowRead)?;
    let filter = Filter {
        flow: filter.flow.clone(),
        status: filter.state,
        customer: filter.customer_id,
        contact: None,
        after: page.after::<InstanceId>()?,
    };
    let mut db = state.pool.acquire().await?;
    let rows = query::list(&mut db, &filter, page.rows()?).await?;
    let names = customer_names(&mut db, rows.iter().filter_map(|row| row.customer_id)).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| row.id)?.map(|row| body(row, &names))))
}

/// One run: where it is, what it knows, how it came there.
#[utoipa::path(get, path = "/api/v1/flow-instances/{id}", operation_id = "getFlowInstance", tag = "flows",
    params(("id" = Uuid, Path)), responses((status = 200, body = InstanceBody), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<InstanceId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowRead)?;
    let mut db = state.pool.acquire().await?;
    Ok(HttpResponse::Ok().json(whole(&mut db, id.0).await?))
}

/// Start a run of the version in force.
#[utoipa::path(post, path = "/api/v1/flows/{name}/instances", operation_id = "startFlow", tag = "flows",
    params(("name" = String, Path), IdempotencyHeader), request_body = StartInput,
    responses((status = 201, body = InstanceBody), (status = 404, body = Problem)))]
async fn start(
    state: Data<AppState>,
    caller: Caller,
    name: Path<String>,
    key: IdempotencyKey,
    input: Json<StartInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowWrite)?;
    key.once(&state, &caller, &input, async |db, rng| {
        let mut edit = caller.edit(rng);
        found(db, &name.0).await?;
        let start = Start {
            key: format!("api/{}", base::id::uuid_v7(edit.now, edit.rng)),
            flow: name.0.clone(),
            customer: input.customer_id,
            variables: input.variables.clone(),
            by: caller.person(),
            ..Start::default()
        };
        let id = store::start(db, &mut edit, &start).await?;
        Answer::created(format!("/api/v1/flow-instances/{id}"), &whole(db, id).await?)
    })
    .await
}

async fn act(
    state: &AppState,
    caller: &Caller,
    id: InstanceId,
    input: Input,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowWrite)?;
    let mut tx = state.begin().await?;
    let mut dice = state.dice();
    let mut edit = caller.edit(&mut dice);
    processes(state)?.advance(&mut tx, &mut edit, id, input).await.map_err(refused)?;
    let body = whole(&mut tx, id).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(body))
}

/// Try again what failed (OMNI-09).
#[utoipa::path(post, path = "/api/v1/flow-instances/{id}/retry", operation_id = "retryFlowInstance", tag = "flows",
    params(("id" = Uuid, Path)), responses((status = 200, body = InstanceBody), (status = 409, body = Problem)))]
async fn retry(
    state: Data<AppState>,
    caller: Caller,
    id: Path<InstanceId>,
) -> Result<HttpResponse, ApiError> {
    act(&state, &caller, id.0, Input::Retry).await
}

/// End a run.
#[utoipa::path(post, path = "/api/v1/flow-instances/{id}/cancel", operation_id = "cancelFlowInstance", tag = "flows",
    params(("id" = Uuid, Path)), responses((status = 200, body = InstanceBody), (status = 409, body = Problem)))]
async fn cancel(
    state: Data<AppState>,
    caller: Caller,
    id: Path<InstanceId>,
) -> Result<HttpResponse, ApiError> {
    act(&state, &caller, id.0, Input::Cancel).await
}

/// Lead a run to another node.
#[utoipa::path(post, path = "/api/v1/flow-instances/{id}/move", operation_id = "moveFlowInstance", tag = "flows",
    params(("id" = Uuid, Path)), request_body = MoveInput,
    responses((status = 200, body = InstanceBody), (status = 422, body = Problem)))]
async fn lead(
    state: Data<AppState>,
    caller: Caller,
    id: Path<InstanceId>,
    input: Json<MoveInput>,
) -> Result<HttpResponse, ApiError> {
    let node = NodeKey::from(input.node.as_str());
    act(&state, &caller, id.0, Input::Move { token: input.token, node }).await
}

/// What happened at each node, for the numbers that stand on them.
#[utoipa::path(get, path = "/api/v1/flows/{name}/counters", operation_id = "getFlowCounters", tag = "flows",
    params(("name" = String, Path)), responses((status = 200, body = FlowCounters), (status = 404, body = Problem)))]
async fn counters(
    state: Data<AppState>,
    caller: Caller,
    name: Path<String>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowRead)?;
    let mut db = state.pool.acquire().await?;
    let flow = found(&mut db, &name.0).await?;
    let nodes = flow::query::flow::counters(&mut db, flow.id).await?;
    Ok(HttpResponse::Ok().json(FlowCounters { nodes }))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::FlowRead), Needs::Operation(Operation::FlowWrite));
    vec![
        Route::get("/api/v1/flow-instances", read, || web::to(list)),
        Route::get("/api/v1/flow-instances/{id}", read, || web::to(find)),
        Route::post("/api/v1/flow-instances/{id}/retry", write, || web::to(retry)),
        Route::post("/api/v1/flow-instances/{id}/cancel", write, || web::to(cancel)),
        Route::post("/api/v1/flow-instances/{id}/move", write, || web::to(lead)),
        Route::post("/api/v1/flows/{name}/instances", write, || web::to(start)),
        Route::get("/api/v1/flows/{name}/counters", read, || web::to(counters)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, start, retry, cancel, lead, counters))]
    struct Docs;
    Docs::openapi()
}
