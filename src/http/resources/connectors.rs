//! Connectors: outside systems that flows and rules ask (INT-03).

use super::flows::processes;
use super::listed;
use crate::http::prelude::*;
use base::id::ConnectorId;
use flow::connector::{Answer as SystemAnswer, Connector, Fields};
use flow::query::connector as query;
use flow::store::call::{Unanswered, answer};
use flow::store::connector as store;
use serde_json::{Map, Value as JsonValue};

/// A question to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TryInput {
    /// The operation.
    operation: String,
    /// What it is asked.
    #[serde(default)]
    #[schema(value_type = Object)]
    input: Map<String, JsonValue>,
}

/// What came of a try.
#[derive(Debug, Serialize, ToSchema)]
pub struct TryBody {
    /// The answer.
    #[serde(flatten)]
    answer: Option<SystemAnswer>,
    /// Why there is none.
    error: Option<String>,
}

/// Connectors in use, by name.
#[utoipa::path(get, path = "/api/v1/connectors", operation_id = "listConnectors", tag = "connectors",
    params(PageQuery), responses((status = 200, body = Page<Connector>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::ConnectorRead)?;
    let mut db = state.pool.acquire().await?;
    let rows = query::list(&mut db).await?;
    Ok(HttpResponse::Ok().json(listed(rows, &page, |row| row.name.clone(), |row| row.id.as_uuid())?))
}

/// One connector. Its secret is never shown.
#[utoipa::path(get, path = "/api/v1/connectors/{id}", operation_id = "getConnector", tag = "connectors",
    params(("id" = Uuid, Path)), responses((status = 200, body = Connector), (status = 404, body = Problem)))]
async fn find(
    state: Data<AppState>,
    caller: Caller,
    id: Path<ConnectorId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::ConnectorRead)?;
    let mut db = state.pool.acquire().await?;
    let known = query::find(&mut db, id.0).await?.ok_or_else(|| ApiError::not_found("connector", id.0))?;
    Ok(etag::ok(&known, known.version))
}

/// Add a connector.
#[utoipa::path(post, path = "/api/v1/connectors", operation_id = "createConnector", tag = "connectors",
    params(IdempotencyHeader), request_body = Fields,
    responses((status = 201, body = Connector), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<Fields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::ConnectorWrite)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let made = store::insert(db, &mut caller.edit(rng), state.part()?, &body).await?;
        Ok(Answer::created(format!("/api/v1/connectors/{}", made.id), &made)?.version(made.version))
    })
    .await
}

/// Change a connector. The secret stays when none is given and the address stays.
#[utoipa::path(put, path = "/api/v1/connectors/{id}", operation_id = "changeConnector", tag = "connectors",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = Fields,
    responses((status = 200, body = Connector), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<ConnectorId>,
    version: IfMatch,
    body: Json<Fields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::ConnectorWrite)?;
    let mut tx = state.begin().await?;
    let mut dice = state.dice();
    let changed =
        store::update(&mut tx, &mut caller.edit(&mut dice), state.part()?, id.0, version.0, &body).await?;
    tx.commit().await?;
    Ok(etag::ok(&changed, changed.version))
}

/// Take a connector out of use.
#[utoipa::path(delete, path = "/api/v1/connectors/{id}", operation_id = "archiveConnector", tag = "connectors",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn archive(
    state: Data<AppState>,
    caller: Caller,
    id: Path<ConnectorId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::ConnectorWrite)?;
    let mut tx = state.begin().await?;
    store::archive(&mut tx, &mut caller.edit(&mut state.dice()), id.0).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ask an outside system once, as a flow would.
#[utoipa::path(post, path = "/api/v1/connectors/{id}/try", operation_id = "tryConnector", tag = "connectors",
    params(("id" = Uuid, Path)), request_body = TryInput,
    responses((status = 200, body = TryBody), (status = 404, body = Problem)))]
async fn try_once(
    state: Data<AppState>,
    caller: Caller,
    id: Path<ConnectorId>,
    body: Json<TryInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::ConnectorWrite)?;
    let known = {
        let mut db = state.pool.acquire().await?;
        query::find(&mut db, id.0).await?.ok_or_else(|| ApiError::not_found("connector", id.0))?
    };
    let processes = processes(&state)?;
    let key = format!("try/{}", base::id::uuid_v7(caller.now(), &mut state.dice()));
    let question = (known.name.as_str(), body.operation.as_str());
    let now = || state.clock.now();
    let asked = answer(&state.pool, &processes.client, now, question, &body.input, &key).await;
    let body = match asked {
        Ok(answer) => TryBody { answer: Some(answer), error: None },
        Err(Unanswered::Ask(error)) => TryBody { answer: None, error: Some(error.to_string()) },
        Err(Unanswered::Database(error)) => return Err(error.into()),
    };
    Ok(HttpResponse::Ok().json(body))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) =
        (Needs::Operation(Operation::ConnectorRead), Needs::Operation(Operation::ConnectorWrite));
    vec![
        Route::get("/api/v1/connectors", read, || web::to(list)),
        Route::post("/api/v1/connectors", write, || web::to(create)),
        Route::get("/api/v1/connectors/{id}", read, || web::to(find)),
        Route::put("/api/v1/connectors/{id}", write, || web::to(change)),
        Route::delete("/api/v1/connectors/{id}", write, || web::to(archive)),
        Route::post("/api/v1/connectors/{id}/try", write, || web::to(try_once)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, create, change, archive, try_once))]
    struct Docs;
    Docs::openapi()
}
