//! Kinds of cards: what administrators keep records of.

use super::structures::{self, Structure, structure, titles};
use super::viewer::Eyes;
use crate::http::prelude::*;
use base::id::CardKindId;
use base::{ChangeError, Edit};
use crm::card::{CardKind, CardKindFields};
use crm::query;
use crm::store::card_kind as store;
use sqlx::PgConnection;

/// Kinds in use.
#[utoipa::path(get, path = "/api/v1/card-kinds", operation_id = "listCardKinds", tag = "records",
    params(PageQuery), responses((status = 200, body = Page<CardKind>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    structures::list(&state, &caller, &page, async |db| query::card_kinds(db).await).await
}

/// One kind of card.
#[utoipa::path(get, path = "/api/v1/card-kinds/{id}", operation_id = "getCardKind", tag = "records",
    params(("id" = Uuid, Path)), responses((status = 200, body = CardKind), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<CardKindId>) -> Result<HttpResponse, ApiError> {
    structures::find::<CardKind>(&state, &caller, id.0).await
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
    structures::create::<CardKind>(&state, &caller, key, &body).await
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
    structures::change::<CardKind>(&state, &caller, id.0, version, &body).await
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
    structures::archive::<CardKind>(&state, &caller, id.0).await
}

structure!(
    CardKind,
    CardKindId,
    CardKindFields,
    "/api/v1/card-kinds",
    "kind of card",
    query::find_card_kind,
    |row| titles(&row.fields.title),
    |row, eyes| eyes.may_change_structures || eyes.sees_cards(row)
);
