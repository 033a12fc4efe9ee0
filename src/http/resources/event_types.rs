//! Event types: which events of other systems are taken, and what each must say (BRE-ENT-01, TEL-11).

use super::listed;
use crate::http::prelude::*;
use platform::event_type::{EventType, EventTypeFields, store};
use platform::ingest::Ingest;

/// A new type.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct EventTypeInput {
    /// What events call themselves; cannot be changed afterwards.
    #[schema(example = "purchase")]
    pub name: String,
    /// The rest.
    #[serde(flatten)]
    pub fields: EventTypeFields,
}

/// Event types, by name.
#[utoipa::path(get, path = "/api/v1/event-types", operation_id = "listEventTypes", tag = "events",
    params(PageQuery), responses((status = 200, body = Page<EventType>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::EventTypeRead)?;
    let mut db = state.pool.acquire().await?;
    let rows = store::list(&mut db).await?;
    let text = |row: &EventType| {
        let titles: Vec<&str> = row.fields.title.0.values().map(String::as_str).collect();
        format!("{} {}", row.name, titles.join(" "))
    };
    Ok(HttpResponse::Ok().json(listed(rows, &page, text, |row| row.name.clone())?))
}

/// One event type.
#[utoipa::path(get, path = "/api/v1/event-types/{name}", operation_id = "getEventType", tag = "events",
    params(("name" = String, Path)), responses((status = 200, body = EventType), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, name: Path<String>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::EventTypeRead)?;
    let mut db = state.pool.acquire().await?;
    let found = store::find(&mut db, &name.0).await?;
    let found = found.ok_or_else(|| ApiError::not_found("event type", &name.0))?;
    Ok(etag::ok(&found, found.version))
}

/// Register an event type. Its events are taken at once.
#[utoipa::path(post, path = "/api/v1/event-types", operation_id = "createEventType", tag = "events",
    params(IdempotencyHeader), request_body = EventTypeInput,
    responses((status = 201, body = EventType), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<EventTypeInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::EventTypeWrite, None)?;
    let response = key
        .once(&state, &caller, &body, async |db, rng| {
            let made = store::insert(db, &mut caller.edit(rng), &body.name, &body.fields, false).await?;
            let version = made.version;
            Ok(Answer::created(format!("/api/v1/event-types/{}", made.name), &made)?.version(version))
        })
        .await?;
    refresh(&state).await;
    Ok(response)
}

/// Change an event type. Events that are stored keep what they say.
#[utoipa::path(put, path = "/api/v1/event-types/{name}", operation_id = "changeEventType", tag = "events",
    params(("name" = String, Path), IfMatchHeader), request_body = EventTypeFields,
    responses((status = 200, body = EventType), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    name: Path<String>,
    version: IfMatch,
    body: Json<EventTypeFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::EventTypeWrite, None)?;
    let mut tx = state.begin().await?;
    let changed =
        store::update(&mut tx, &mut caller.edit(&mut state.dice()), &name.0, version.0, &body).await?;
    tx.commit().await?;
    refresh(&state).await;
    Ok(etag::ok(&changed, changed.version))
}

/// Remove an event type: its events are taken no more. Those that came with the server cannot be removed.
#[utoipa::path(delete, path = "/api/v1/event-types/{name}", operation_id = "deleteEventType", tag = "events",
    params(("name" = String, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn remove(state: Data<AppState>, caller: Caller, name: Path<String>) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::EventTypeWrite, None)?;
    let mut tx = state.begin().await?;
    store::delete(&mut tx, &mut caller.edit(&mut state.dice()), &name.0).await?;
    tx.commit().await?;
    refresh(&state).await;
    Ok(HttpResponse::NoContent().finish())
}

/// The change counts here at once, elsewhere within a second.
async fn refresh(state: &AppState) {
    if let Some(ingest) = state.find_part::<Ingest>()
        && let Err(error) = ingest.registry().refresh().await
    {
        tracing::warn!(%error, "event types could not be read again: the change counts within a second");
    }
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) =
        (Needs::Operation(Operation::EventTypeRead), Needs::Operation(Operation::EventTypeWrite));
    vec![
        Route::get("/api/v1/event-types", read, || web::to(list)),
        Route::post("/api/v1/event-types", write, || web::to(create)),
        Route::get("/api/v1/event-types/{name}", read, || web::to(find)),
        Route::put("/api/v1/event-types/{name}", write, || web::to(change)),
        Route::delete("/api/v1/event-types/{name}", write, || web::to(remove)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, create, change, remove))]
    struct Docs;
    Docs::openapi()
}
