//! Kinds of cards: what administrators keep records of.

use super::listed;
use super::viewer::eyes;
use crate::http::prelude::*;
use base::id::CardKindId;
use crm::card::{CardKind, CardKindFields};
use crm::query::{card_kinds, find_card_kind};
use crm::store::card_kind as store;

/// Kinds in use.
#[utoipa::path(get, path = "/api/v1/card-kinds", operation_id = "listCardKinds", tag = "records",
    params(PageQuery), responses((status = 200, body = Page<CardKind>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    let eyes = eyes(&mut db, &caller).await?;
    let mut rows = card_kinds(&mut db).await?;
    rows.retain(|kind| eyes.may_change_structures || eyes.sees_cards(kind));
    let text = |row: &CardKind| row.fields.title.0.values().cloned().collect::<Vec<_>>().join(" ");
    Ok(HttpResponse::Ok().json(listed(rows, &page, text, |row| row.id.as_uuid())?))
}

/// One kind of card.
#[utoipa::path(get, path = "/api/v1/card-kinds/{id}", operation_id = "getCardKind", tag = "records",
    params(("id" = Uuid, Path)), responses((status = 200, body = CardKind), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<CardKindId>) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    let eyes = eyes(&mut db, &caller).await?;
    let found = find_card_kind(&mut db, id.0)
        .await?
        .filter(|kind| eyes.may_change_structures || eyes.sees_cards(kind));
    let row = found.ok_or_else(|| ApiError::not_found("kind of card", id.0))?;
    Ok(etag::ok(&row, row.version))
}

/// Add a kind of card. It is in use at once.
#[utoipa::path(post, path = "/api/v1/card-kinds", operation_id = "createCardKind", tag = "records",
    params(IdempotencyHeader), request_body = CardKindFields,
    responses((status = 201, body = CardKind), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<CardKindFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::StructureWrite)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let row = store::insert(db, &mut caller.edit(rng), &body).await?;
        Ok(Answer::created(format!("/api/v1/card-kinds/{}", row.id), &row)?.version(row.version))
    })
    .await
}

/// Change a kind of card. Its key stays.
#[utoipa::path(put, path = "/api/v1/card-kinds/{id}", operation_id = "changeCardKind", tag = "records",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = CardKindFields,
    responses((status = 200, body = CardKind), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<CardKindId>,
    version: IfMatch,
    body: Json<CardKindFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::StructureWrite)?;
    let mut tx = state.begin().await?;
    let row = store::update(&mut tx, &mut caller.edit(&mut state.dice()), id.0, version.0, &body).await?;
    tx.commit().await?;
    Ok(etag::ok(&row, row.version))
}

/// Take a kind of card out of use. What belongs to it is kept, unseen.
#[utoipa::path(delete, path = "/api/v1/card-kinds/{id}", operation_id = "archiveCardKind", tag = "records",
    params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn archive(
    state: Data<AppState>,
    caller: Caller,
    id: Path<CardKindId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::StructureWrite)?;
    let mut tx = state.begin().await?;
    let row =
        find_card_kind(&mut tx, id.0).await?.ok_or_else(|| ApiError::not_found("kind of card", id.0))?;
    store::archive(&mut tx, &mut caller.edit(&mut state.dice()), id.0, row.version).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let write = Needs::Operation(Operation::StructureWrite);
    vec![
        // For everybody who sees records of some kind: the handlers look at which.
        Route::get("/api/v1/card-kinds", Needs::Caller, || web::to(list)),
        Route::post("/api/v1/card-kinds", write, || web::to(create)),
        Route::get("/api/v1/card-kinds/{id}", Needs::Caller, || web::to(find)),
        Route::put("/api/v1/card-kinds/{id}", write, || web::to(change)),
        Route::delete("/api/v1/card-kinds/{id}", write, || web::to(archive)),
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
