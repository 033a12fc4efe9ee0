//! Queues: what waiting contacts stand in.

use super::listed;
use super::parts::{ConfigChanged, announce};
use crate::http::prelude::*;
use base::id::QueueId;
use routing::config::{Queue, QueueFields};
use routing::query::config as query;
use routing::store::queue as store;

/// Queues in use, by name.
#[utoipa::path(get, path = "/api/v1/queues", operation_id = "listQueues", tag = "queues",
    params(PageQuery), responses((status = 200, body = Page<Queue>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::QueueRead)?;
    let mut db = state.pool.acquire().await?;
    let mut rows = query::queues(&mut db).await?;
    rows.retain(|queue| caller.permissions().allows_in(Operation::QueueRead, queue.fields.unit_id));
    Ok(HttpResponse::Ok().json(listed(rows, &page, |row| row.fields.name.clone(), |row| row.id.as_uuid())?))
}

/// One queue.
#[utoipa::path(get, path = "/api/v1/queues/{id}", operation_id = "getQueue", tag = "queues",
    params(("id" = Uuid, Path)), responses((status = 200, body = Queue), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<QueueId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::QueueRead)?;
    let mut db = state.pool.acquire().await?;
    let queue = query::find_queue(&mut db, id.0).await?.ok_or_else(|| ApiError::not_found("queue", id.0))?;
    caller.require_in(Operation::QueueRead, queue.fields.unit_id)?;
    Ok(etag::ok(&queue, queue.version))
}

/// Add a queue.
#[utoipa::path(post, path = "/api/v1/queues", operation_id = "createQueue", tag = "queues",
    params(IdempotencyHeader), request_body = QueueFields,
    responses((status = 201, body = Queue), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<QueueFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::QueueWrite, body.unit_id)?;
    let response = key
        .once(&state, &caller, &body, async |db, rng| {
            let queue = store::insert(db, &mut caller.edit(rng), &body).await?;
            Ok(Answer::created(format!("/api/v1/queues/{}", queue.id), &queue)?.version(queue.version))
        })
        .await?;
    announce(&state, ConfigChanged::Queues);
    Ok(response)
}

/// Change a queue. Waiting contacts keep their place.
#[utoipa::path(put, path = "/api/v1/queues/{id}", operation_id = "changeQueue", tag = "queues",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = QueueFields,
    responses((status = 200, body = Queue), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<QueueId>,
    version: IfMatch,
    body: Json<QueueFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::QueueWrite, body.unit_id)?;
    let mut tx = state.begin().await?;
    let before = query::find_queue(&mut tx, id.0).await?.ok_or_else(|| ApiError::not_found("queue", id.0))?;
    caller.require_in(Operation::QueueWrite, before.fields.unit_id)?;
    let queue = store::update(&mut tx, &mut caller.edit(&mut state.dice()), id.0, version.0, &body).await?;
    tx.commit().await?;
    announce(&state, ConfigChanged::Queues);
    Ok(etag::ok(&queue, queue.version))
}

/// Take a queue out of use. History keeps it.
#[utoipa::path(delete, path = "/api/v1/queues/{id}", operation_id = "archiveQueue", tag = "queues",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn archive(state: Data<AppState>, caller: Caller, id: Path<QueueId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::QueueWrite)?;
    let mut tx = state.begin().await?;
    let queue = query::find_queue(&mut tx, id.0).await?.ok_or_else(|| ApiError::not_found("queue", id.0))?;
    caller.require_in(Operation::QueueWrite, queue.fields.unit_id)?;
    store::archive(&mut tx, &mut caller.edit(&mut state.dice()), id.0, queue.version).await?;
    tx.commit().await?;
    announce(&state, ConfigChanged::Queues);
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::QueueRead), Needs::Operation(Operation::QueueWrite));
    vec![
        Route::get("/api/v1/queues", read, || web::to(list)),
        Route::post("/api/v1/queues", write, || web::to(create)),
        Route::get("/api/v1/queues/{id}", read, || web::to(find)),
        Route::put("/api/v1/queues/{id}", write, || web::to(change)),
        Route::delete("/api/v1/queues/{id}", write, || web::to(archive)),
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
