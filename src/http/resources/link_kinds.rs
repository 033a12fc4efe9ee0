//! Kinds of links: how records belong together.

use super::structures::{self, Structure, structure, titles};
use super::viewer::Eyes;
use crate::http::prelude::*;
use base::id::LinkKindId;
use base::{ChangeError, Edit};
use crm::link::{LinkKind, LinkKindFields};
use crm::query;
use crm::store::link_kind as store;
use sqlx::PgConnection;

/// Kinds in use.
#[utoipa::path(get, path = "/api/v1/link-kinds", operation_id = "listLinkKinds", tag = "records",
    params(PageQuery), responses((status = 200, body = Page<LinkKind>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    structures::list(&state, &caller, &page, async |db| query::link_kinds(db).await).await
}

/// One kind of link.
#[utoipa::path(get, path = "/api/v1/link-kinds/{id}", operation_id = "getLinkKind", tag = "records",
    params(("id" = Uuid, Path)), responses((status = 200, body = LinkKind), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<LinkKindId>) -> Result<HttpResponse, ApiError> {
    structures::find::<LinkKind>(&state, &caller, id.0).await
}

/// Add a kind of link. It is in use at once.
#[utoipa::path(post, path = "/api/v1/link-kinds", operation_id = "createLinkKind", tag = "records",
    params(IdempotencyHeader), request_body = LinkKindFields,
    responses((status = 201, body = LinkKind), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<LinkKindFields>,
) -> Result<HttpResponse, ApiError> {
    structures::create::<LinkKind>(&state, &caller, key, &body).await
}

/// Change a kind of link. Its key stays.
#[utoipa::path(put, path = "/api/v1/link-kinds/{id}", operation_id = "changeLinkKind", tag = "records",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = LinkKindFields,
    responses((status = 200, body = LinkKind), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<LinkKindId>,
    version: IfMatch,
    body: Json<LinkKindFields>,
) -> Result<HttpResponse, ApiError> {
    structures::change::<LinkKind>(&state, &caller, id.0, version, &body).await
}

/// Take a kind of link out of use. What belongs to it is kept, unseen.
#[utoipa::path(delete, path = "/api/v1/link-kinds/{id}", operation_id = "archiveLinkKind", tag = "records",
    params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn archive(
    state: Data<AppState>,
    caller: Caller,
    id: Path<LinkKindId>,
) -> Result<HttpResponse, ApiError> {
    structures::archive::<LinkKind>(&state, &caller, id.0).await
}

structure!(
    LinkKind,
    LinkKindId,
    LinkKindFields,
    "/api/v1/link-kinds",
    "kind of link",
    query::find_link_kind,
    |row| titles(&row.fields.title),
    |_, _| true
);
