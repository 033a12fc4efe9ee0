//! Versions of flows: published, compared, taken back; runs moved from one to another.

use super::{check, found};
use crate::http::prelude::*;
use crate::http::resources::parts::{ConfigChanged, announce};
use base::id::PersonId;
use base::{Edit, FieldFault};
use chrono::{DateTime, Utc};
use flow::query::flow::{self as query, Version};
use flow::store::flow::{self as store, Migration};
use rules::Fault;
use serde_json::Value as JsonValue;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// A published version.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowVersionBody {
    /// Its number.
    version: i32,
    /// When it was published.
    published_at: DateTime<Utc>,
    /// Who published it.
    published_by: Option<String>,
    /// Whether it is in force.
    live: bool,
    /// What was said of it.
    note: String,
    /// What was published; not in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    definition: Option<JsonValue>,
}

/// What is said of a version.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PublishInput {
    /// What changed.
    #[serde(default)]
    note: String,
}

/// Which version is put into force again.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RollBackInput {
    /// Its number.
    version: i32,
}

/// Which runs are moved where.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MigrationInput {
    /// The version that runs have.
    from: i32,
    /// The version that they get.
    to: i32,
    /// Where runs go that stand in a node of another name: old to new.
    #[serde(default)]
    nodes: BTreeMap<String, String>,
    /// Only say what would happen.
    #[serde(default)]
    dry_run: bool,
}

async fn bodies(
    db: &mut PgConnection,
    live: Option<i32>,
    versions: Vec<Version>,
    whole: bool,
) -> Result<Vec<FlowVersionBody>, ApiError> {
    let people: Vec<PersonId> = versions.iter().filter_map(|version| version.author_id).collect();
    let names = access::person::query::names(db, &people).await?;
    let names: BTreeMap<PersonId, String> = names.into_iter().map(|(id, _, name)| (id, name)).collect();
    let body = |version: Version| FlowVersionBody {
        version: version.number,
        published_at: version.published_at,
        published_by: version.author_id.and_then(|id| names.get(&id).cloned()),
        live: live == Some(version.number),
        note: version.note,
        definition: whole.then_some(version.definition),
    };
    Ok(versions.into_iter().map(body).collect())
}

async fn one(db: &mut PgConnection, name: &str, number: i32) -> Result<FlowVersionBody, ApiError> {
    let flow = found(db, name).await?;
    let version = query::version(db, flow.id, number).await?;
    let version = version.ok_or_else(|| ApiError::not_found("version", number))?;
    let mut bodies = bodies(db, flow.live_version, vec![version], true).await?;
    bodies.pop().ok_or_else(|| ApiError::not_found("version", number))
}

/// Puts a version into force, in a transaction of its own; which one, `work` says.
async fn into_force(
    state: &AppState,
    caller: &Caller,
    name: &str,
    work: impl AsyncFnOnce(&mut PgConnection, &mut Edit<'_>) -> Result<i32, ApiError>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowPublish)?;
    let mut tx = state.begin().await?;
    let mut dice = state.dice();
    let number = work(&mut tx, &mut caller.edit(&mut dice)).await?;
    let body = one(&mut tx, name, number).await?;
    tx.commit().await?;
    announce(state, ConfigChanged::Flows);
    Ok(HttpResponse::Ok().json(body))
}

/// Put the draft into force. Runs that go on keep the version they began with.
#[utoipa::path(post, path = "/api/v1/flows/{name}/publish", operation_id = "publishFlow", tag = "flows",
    params(("name" = String, Path)), request_body = PublishInput,
    responses((status = 200, body = FlowVersionBody), (status = 422, body = Problem)))]
async fn publish(
    state: Data<AppState>,
    caller: Caller,
    name: Path<String>,
    input: Json<PublishInput>,
) -> Result<HttpResponse, ApiError> {
    into_force(&state, &caller, &name.0, async |db, edit| {
        let flow = found(db, &name.0).await?;
        refuse(&check(&state, &caller, db, &flow.draft).await?)?;
        Ok(store::publish(db, edit, &name.0, &input.note).await?)
    })
    .await
}

/// Refuses a flow with errors in it.
pub(super) fn refuse(faults: &[Fault]) -> Result<(), ApiError> {
    let mut errors = faults.iter().filter(|fault| fault.is_error());
    let Some(first) = errors.next() else { return Ok(()) };
    let refusal = ApiError::new(Code::Invalid, "the flow has errors: correct them first");
    let told = |refusal: ApiError, fault: &Fault| {
        let field = FieldFault::new(format!("/definition{}", fault.pointer), fault.message.clone());
        refusal.and_field(field.of_kind(fault.code.clone()))
    };
    Err(errors.fold(told(refusal, first), told))
}

/// Versions, newest first.
#[utoipa::path(get, path = "/api/v1/flows/{name}/versions", operation_id = "listFlowVersions", tag = "flows",
    params(("name" = String, Path)), responses((status = 200, body = Vec<FlowVersionBody>)))]
async fn list(state: Data<AppState>, caller: Caller, name: Path<String>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowRead)?;
    let mut db = state.pool.acquire().await?;
    let flow = found(&mut db, &name.0).await?;
    let versions = query::versions(&mut db, flow.id).await?;
    Ok(HttpResponse::Ok().json(bodies(&mut db, flow.live_version, versions, false).await?))
}

/// One version with what was published: to export it, or to compare it.
#[utoipa::path(get, path = "/api/v1/flows/{name}/versions/{version}", operation_id = "getFlowVersion", tag = "flows",
    params(("name" = String, Path), ("version" = i32, Path)),
    responses((status = 200, body = FlowVersionBody), (status = 404, body = Problem)))]
async fn find(
    state: Data<AppState>,
    caller: Caller,
    path: Path<(String, i32)>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowRead)?;
    let mut db = state.pool.acquire().await?;
    Ok(HttpResponse::Ok().json(one(&mut db, &path.0.0, path.0.1).await?))
}

/// Put an older version into force again.
#[utoipa::path(post, path = "/api/v1/flows/{name}/roll-back", operation_id = "rollBackFlow", tag = "flows",
    params(("name" = String, Path)), request_body = RollBackInput,
    responses((status = 200, body = FlowVersionBody), (status = 404, body = Problem)))]
async fn roll_back(
    state: Data<AppState>,
    caller: Caller,
    name: Path<String>,
    input: Json<RollBackInput>,
) -> Result<HttpResponse, ApiError> {
    into_force(&state, &caller, &name.0, async |db, edit| {
        store::roll_back(db, edit, &name.0, input.version).await?;
        Ok(input.version)
    })
    .await
}

/// Move runs to another version, all or none; `dry_run` only says what would happen.
#[utoipa::path(post, path = "/api/v1/flows/{name}/migrations", operation_id = "migrateFlow", tag = "flows",
    params(("name" = String, Path)), request_body = MigrationInput,
    responses((status = 200, body = Migration), (status = 404, body = Problem)))]
async fn migrate(
    state: Data<AppState>,
    caller: Caller,
    name: Path<String>,
    input: Json<MigrationInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowPublish)?;
    let mut tx = state.begin().await?;
    let mut dice = state.dice();
    let mut edit = caller.edit(&mut dice);
    let versions = (input.from, input.to);
    let result = store::migrate(&mut tx, &mut edit, &name.0, versions, &input.nodes, input.dry_run).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(result))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, publishes) = (Needs::Operation(Operation::FlowRead), Needs::Operation(Operation::FlowPublish));
    vec![
        Route::post("/api/v1/flows/{name}/publish", publishes, || web::to(publish)),
        Route::get("/api/v1/flows/{name}/versions", read, || web::to(list)),
        Route::get("/api/v1/flows/{name}/versions/{version}", read, || web::to(find)),
        Route::post("/api/v1/flows/{name}/roll-back", publishes, || web::to(roll_back)),
        Route::post("/api/v1/flows/{name}/migrations", publishes, || web::to(migrate)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(publish, list, find, roll_back, migrate))]
    struct Docs;
    Docs::openapi()
}
