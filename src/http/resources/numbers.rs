//! Numbers that callers dial, and the flows that answer them.

use super::listed;
use super::parts::{ConfigChanged, announce, parts};
use crate::http::prelude::*;
use base::id::NumberId;
use telephony::config::{Number, NumberFields, query, store};

/// Numbers in use.
#[utoipa::path(get, path = "/api/v1/numbers", operation_id = "listNumbers", tag = "numbers",
    params(PageQuery), responses((status = 200, body = Page<Number>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::NumberRead)?;
    let mut db = state.pool.acquire().await?;
    let rows = query::numbers(&mut db).await?;
    let text = |row: &Number| format!("{} {} {}", row.fields.number, row.fields.flow, row.fields.description);
    Ok(HttpResponse::Ok().json(listed(rows, &page, text, |row| row.id.as_uuid())?))
}

/// One number.
#[utoipa::path(get, path = "/api/v1/numbers/{id}", operation_id = "getNumber", tag = "numbers",
    params(("id" = Uuid, Path)), responses((status = 200, body = Number), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<NumberId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::NumberRead)?;
    let mut db = state.pool.acquire().await?;
    let number =
        query::find_number(&mut db, id.0).await?.ok_or_else(|| ApiError::not_found("number", id.0))?;
    Ok(etag::ok(&number, number.version))
}

/// A number needs a flow that runs: callers would be refused.
fn check_flow(state: &AppState, fields: &NumberFields) -> Result<(), ApiError> {
    let flows = parts(state)?.flows.list();
    if flows.iter().any(|flow| flow.name == fields.flow && flow.loaded_at.is_some()) {
        return Ok(());
    }
    Err(ApiError::invalid("/flow", format!("no flow named {:?} is loaded", fields.flow)))
}

/// Add a number.
#[utoipa::path(post, path = "/api/v1/numbers", operation_id = "createNumber", tag = "numbers",
    params(IdempotencyHeader), request_body = NumberFields,
    responses((status = 201, body = Number), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<NumberFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::NumberWrite)?;
    check_flow(&state, &body)?;
    let response = key
        .once(&state, &caller, &body, async |db, rng| {
            let number = store::insert_number(db, &mut caller.edit(rng), &body).await?;
            Ok(Answer::created(format!("/api/v1/numbers/{}", number.id), &number)?.version(number.version))
        })
        .await?;
    announce(&state, ConfigChanged::Numbers);
    Ok(response)
}

/// Change a number. Running calls go on with the flow they are in.
#[utoipa::path(put, path = "/api/v1/numbers/{id}", operation_id = "changeNumber", tag = "numbers",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = NumberFields,
    responses((status = 200, body = Number), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<NumberId>,
    version: IfMatch,
    body: Json<NumberFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::NumberWrite)?;
    check_flow(&state, &body)?;
    let mut tx = state.begin().await?;
    let number =
        store::update_number(&mut tx, &mut caller.edit(&mut state.dice()), id.0, version.0, &body).await?;
    tx.commit().await?;
    announce(&state, ConfigChanged::Numbers);
    Ok(etag::ok(&number, number.version))
}

/// Take a number out of use.
#[utoipa::path(delete, path = "/api/v1/numbers/{id}", operation_id = "archiveNumber", tag = "numbers",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn archive(
    state: Data<AppState>,
    caller: Caller,
    id: Path<NumberId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::NumberWrite)?;
    let mut tx = state.begin().await?;
    let number =
        query::find_number(&mut tx, id.0).await?.ok_or_else(|| ApiError::not_found("number", id.0))?;
    store::archive_number(&mut tx, &mut caller.edit(&mut state.dice()), id.0, number.version).await?;
    tx.commit().await?;
    announce(&state, ConfigChanged::Numbers);
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::NumberRead), Needs::Operation(Operation::NumberWrite));
    vec![
        Route::get("/api/v1/numbers", read, || web::to(list)),
        Route::post("/api/v1/numbers", write, || web::to(create)),
        Route::get("/api/v1/numbers/{id}", read, || web::to(find)),
        Route::put("/api/v1/numbers/{id}", write, || web::to(change)),
        Route::delete("/api/v1/numbers/{id}", write, || web::to(archive)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, create, change, archive))]
    struct Docs;
    Docs::openapi()
}
