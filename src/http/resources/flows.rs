//! Flows of every kind: which there are, what is drawn, what is in force, and their runs.

pub mod drafts;
pub mod nodes;
pub mod runs;
pub mod trial;
pub mod versions;

use super::parts::{ConfigChanged, FlowBody, announce, parts};
use super::viewer::sight;
use crate::http::prelude::*;
use actors::processes::Processes;
use chrono::{DateTime, Utc};
use flow::definition::Kind;
use flow::query::flow as query;
use flow::store::flow::{self as store, NewFlow};
use rules::Fault;
use serde_json::Value as JsonValue;
use sqlx::PgConnection;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Where a flow is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FlowSource {
    /// In a file of the server: read again by `/flows/reload`.
    File,
    /// In the database: drawn and published here.
    Database,
}

/// A flow in the list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FlowRow {
    /// By which name it is started.
    pub name: String,
    /// What it is for.
    pub kind: Kind,
    /// Where it is kept.
    pub source: FlowSource,
    /// What it is called.
    pub title: String,
    /// The file it was read from; empty when it is in the database.
    pub file: String,
    /// Which version of the file, or the number of the version in force; empty when none is.
    pub version: String,
    /// The number of the version in force.
    pub live_version: Option<i32>,
    /// The number that the draft would get.
    pub draft_version: Option<i32>,
    /// How many nodes it has.
    pub nodes: usize,
    /// Runs that are not over.
    pub running: i64,
    /// Runs that wait for a person.
    pub failed: i64,
    /// When the version that runs was read, or the flow was changed.
    pub loaded_at: Option<DateTime<Utc>>,
    /// Why the file was refused; the version before it, if any, still runs.
    pub error: Option<String>,
}

/// A flow with what is drawn.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FlowDetail {
    /// Where it stands in the list.
    #[serde(flatten)]
    pub row: FlowRow,
    /// What is drawn.
    #[schema(value_type = Object)]
    pub definition: JsonValue,
}

impl From<FlowBody> for FlowRow {
    fn from(body: FlowBody) -> Self {
        Self {
            title: body.name.clone(),
            name: body.name,
            kind: Kind::Ivr,
            source: FlowSource::File,
            file: body.file,
            version: body.version,
            live_version: None,
            draft_version: None,
            nodes: body.nodes,
            running: 0,
            failed: 0,
            loaded_at: body.loaded_at,
            error: body.error,
        }
    }
}

impl From<query::Listed> for FlowRow {
    fn from(listed: query::Listed) -> Self {
        Self {
            name: listed.name,
            kind: listed.kind,
            source: FlowSource::Database,
            title: listed.title,
            file: String::new(),
            version: listed.live_version.map(|number| number.to_string()).unwrap_or_default(),
            live_version: listed.live_version,
            draft_version: Some(listed.draft_version),
            nodes: usize::try_from(listed.nodes).unwrap_or(0),
            running: listed.running,
            failed: listed.failed,
            loaded_at: Some(listed.updated_at),
            error: None,
        }
    }
}

/// What runs flows.
pub(super) fn processes(state: &AppState) -> Result<&Arc<Processes>, ApiError> {
    state.part::<Arc<Processes>>()
}

/// A flow of the database.
pub(super) async fn found(db: &mut PgConnection, name: &str) -> Result<query::Flow, ApiError> {
    query::find_by_name(db, name).await?.ok_or_else(|| ApiError::not_found("flow", name))
}

async fn rows(state: &AppState, files: Vec<FlowBody>) -> Result<Vec<FlowRow>, ApiError> {
    let mut db = state.pool.acquire().await?;
    let kept = query::list(&mut db).await?;
    let in_force: BTreeSet<String> =
        kept.iter().filter(|flow| flow.live_version.is_some()).map(|flow| flow.name.clone()).collect();
    let mut rows: Vec<FlowRow> = kept.into_iter().map(FlowRow::from).collect();
    rows.extend(files.into_iter().filter(|file| !in_force.contains(&file.name)).map(FlowRow::from));
    rows.sort_by(|a, b| a.name.cmp(&b.name));
    rows.dedup_by(|second, first| first.name == second.name);
    Ok(rows)
}

/// Every flow, by name: those of files and those of the database. One that is in force in the database is taken
/// rather than the file of its name.
#[utoipa::path(get, path = "/api/v1/flows", operation_id = "listFlows", tag = "flows",
    responses((status = 200, body = Vec<FlowRow>)))]
async fn list(state: Data<AppState>, caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowRead)?;
    let files = parts(&state)?.flows.list();
    Ok(HttpResponse::Ok().json(rows(&state, files).await?))
}

/// Read the files again. A file that is refused says where; its version before keeps running.
#[utoipa::path(post, path = "/api/v1/flows/reload", operation_id = "reloadFlows", tag = "flows",
    responses((status = 200, body = Vec<FlowRow>)))]
async fn reload(state: Data<AppState>, caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowWrite)?;
    let flows = parts(&state)?.flows.clone();
    let files = web::block(move || flows.reload()).await.map_err(ApiError::internal)?;
    announce(&state, ConfigChanged::Flows);
    Ok(HttpResponse::Ok().json(rows(&state, files).await?))
}

/// One flow with what is drawn.
#[utoipa::path(get, path = "/api/v1/flows/{name}", operation_id = "getFlow", tag = "flows",
    params(("name" = String, Path)), responses((status = 200, body = FlowDetail), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, name: Path<String>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowRead)?;
    let flows = parts(&state)?.flows.clone();
    let row = rows(&state, flows.list()).await?.into_iter().find(|row| row.name == name.0);
    let row = row.ok_or_else(|| ApiError::not_found("flow", &name.0))?;
    let definition = match row.source {
        FlowSource::Database => {
            let mut db = state.pool.acquire().await?;
            found(&mut db, &name.0).await?.draft
        }
        FlowSource::File => {
            let file = row.file.clone();
            let text = web::block(move || flows.text(&file)).await.map_err(ApiError::internal)?;
            text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
        }
    };
    Ok(HttpResponse::Ok().json(FlowDetail { row, definition }))
}

/// Add a flow, with nothing in it but its end.
#[utoipa::path(post, path = "/api/v1/flows", operation_id = "createFlow", tag = "flows",
    params(IdempotencyHeader), request_body = NewFlow,
    responses((status = 201, body = FlowDetail), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<NewFlow>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowWrite)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let flow = store::insert(db, &mut caller.edit(rng), &body).await?;
        let listed = query::list(db).await?.into_iter().find(|listed| listed.name == flow.name);
        let row = listed.map(FlowRow::from).ok_or_else(|| ApiError::not_found("flow", &flow.name))?;
        let address = format!("/api/v1/flows/{}", flow.name);
        let version = flow.version;
        Ok(Answer::created(address, &FlowDetail { row, definition: flow.draft })?.version(version))
    })
    .await
}

/// Take a flow of the database out of use. Its runs go on to their end; a file of its name serves again.
#[utoipa::path(delete, path = "/api/v1/flows/{name}", operation_id = "archiveFlow", tag = "flows",
    params(("name" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn archive(
    state: Data<AppState>,
    caller: Caller,
    name: Path<String>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowPublish)?;
    let mut tx = state.begin().await?;
    store::archive(&mut tx, &mut caller.edit(&mut state.dice()), &name.0).await?;
    tx.commit().await?;
    announce(&state, ConfigChanged::Flows);
    Ok(HttpResponse::NoContent().finish())
}

/// What stands in a definition and what exists: faults, each with its node.
pub(super) async fn check(
    state: &AppState,
    caller: &Caller,
    db: &mut PgConnection,
    definition: &JsonValue,
) -> Result<Vec<Fault>, ApiError> {
    if definition.get("kind").and_then(JsonValue::as_str) == Some(Kind::Ivr.word()) {
        let flows = parts(state)?.flows.clone();
        let text = definition.to_string();
        let read = web::block(move || flows.read(&text)).await.map_err(ApiError::internal)?;
        return Ok(read.err().unwrap_or_default());
    }
    let (sight, _, viewer) = sight(db, caller).await?;
    let kinds = crm::query::card_kinds(&mut *db).await?.into_iter().filter(|kind| kind.is_seen_by(&viewer));
    let card_kinds = Some(kinds.map(|kind| kind.fields.key).collect());
    let roots = [crm::attribute::CUSTOMER, rules::facts::CARDS];
    let closed =
        sight.closed().filter(|path| path.split('.').next().is_some_and(|root| roots.contains(&root)));
    let closed = closed.map(str::to_owned).collect();
    let known = flow::process::Known { card_kinds, closed, ..known(db).await? };
    let definition = definition.clone();
    let checked = web::block(move || flow::process::check(&definition, &known).1).await;
    checked.map_err(ApiError::internal)
}

/// The names that exist.
async fn known(db: &mut PgConnection) -> Result<flow::process::Known, ApiError> {
    let connectors = flow::query::connector::list(db).await?;
    let operations = connectors.iter().flat_map(|connector| {
        connector.operations.iter().map(|operation| format!("{}/{}", connector.name, operation.key))
    });
    let flows = query::list(db).await?.into_iter().map(|flow| flow.name).collect();
    let roles = access::role::store::list(db).await?.into_iter().map(|role| role.name).collect();
    let templates = channels::query::templates(db).await?.into_iter().map(|template| template.set.name);
    let events = platform::event_type::store::list(db).await?.into_iter().map(|event| event.name);
    let attributes = crm::query::attributes(db, crm::attribute::CUSTOMER).await?;
    Ok(flow::process::Known {
        templates: Some(templates.collect()),
        events: Some(events.collect()),
        attributes: Some(attributes.into_iter().map(|attribute| attribute.key().to_owned()).collect()),
        operations: Some(operations.collect()),
        flows: Some(flows),
        roles: Some(roles),
        ..flow::process::Known::default()
    })
}

/// The routes of these files.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::FlowRead), Needs::Operation(Operation::FlowWrite));
    let publish = Needs::Operation(Operation::FlowPublish);
    let own = vec![
        Route::get("/api/v1/flows", read, || web::to(list)),
        Route::post("/api/v1/flows", write, || web::to(create)),
        Route::post("/api/v1/flows/reload", write, || web::to(reload)),
        Route::get("/api/v1/flows/{name}", read, || web::to(find)),
        Route::delete("/api/v1/flows/{name}", publish, || web::to(archive)),
    ];
    [own, nodes::routes(), drafts::routes(), versions::routes(), runs::routes(), trial::routes()].concat()
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> Vec<utoipa::openapi::OpenApi> {
    #[derive(OpenApi)]
    #[openapi(paths(list, create, reload, find, archive))]
    struct Docs;
    vec![Docs::openapi(), nodes::docs(), drafts::docs(), versions::docs(), runs::docs(), trial::docs()]
}
