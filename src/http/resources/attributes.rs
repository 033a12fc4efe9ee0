//! Attributes: what customers and cards have beside their own fields, as administrators define it.

use super::structures::{self, Structure, structure, titles};
use super::viewer::Eyes;
use crate::http::prelude::*;
use base::id::AttributeId;
use base::{ChangeError, Edit};
use crm::attribute::{Attribute, AttributeFields};
use crm::query;
use crm::store::attribute as store;
use sqlx::PgConnection;

/// Whose attributes are listed.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct OfQuery {
    /// `customer`, or the key of a kind of card; all when absent.
    of: Option<String>,
}

/// Attributes in use, in the order of forms. Who may not change structures sees those for the own roles.
#[utoipa::path(get, path = "/api/v1/attributes", operation_id = "listAttributes", tag = "records",
    params(PageQuery, OfQuery), responses((status = 200, body = Page<Attribute>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    of: Query<OfQuery>,
) -> Result<HttpResponse, ApiError> {
    structures::list(&state, &caller, &page, async |db| match &of.of {
        Some(of) => query::attributes(db, of).await,
        None => query::all_attributes(db).await,
    })
    .await
}

/// One attribute.
#[utoipa::path(get, path = "/api/v1/attributes/{id}", operation_id = "getAttribute", tag = "records",
    params(("id" = Uuid, Path)), responses((status = 200, body = Attribute), (status = 404, body = Problem)))]
async fn find(
    state: Data<AppState>,
    caller: Caller,
    id: Path<AttributeId>,
) -> Result<HttpResponse, ApiError> {
    structures::find::<Attribute>(&state, &caller, id.0).await
}

/// Define an attribute. Every record of its kind has it at once.
#[utoipa::path(post, path = "/api/v1/attributes", operation_id = "createAttribute", tag = "records",
    params(IdempotencyHeader), request_body = AttributeFields,
    responses((status = 201, body = Attribute), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<AttributeFields>,
) -> Result<HttpResponse, ApiError> {
    structures::create::<Attribute>(&state, &caller, key, &body).await
}

/// Change an attribute. What it belongs to, its key and its type stay.
#[utoipa::path(put, path = "/api/v1/attributes/{id}", operation_id = "changeAttribute", tag = "records",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = AttributeFields,
    responses((status = 200, body = Attribute), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<AttributeId>,
    version: IfMatch,
    body: Json<AttributeFields>,
) -> Result<HttpResponse, ApiError> {
    structures::change::<Attribute>(&state, &caller, id.0, version, &body).await
}

/// Take an attribute out of use. Its values are kept, unseen.
#[utoipa::path(delete, path = "/api/v1/attributes/{id}", operation_id = "archiveAttribute", tag = "records",
    params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn archive(
    state: Data<AppState>,
    caller: Caller,
    id: Path<AttributeId>,
) -> Result<HttpResponse, ApiError> {
    structures::archive::<Attribute>(&state, &caller, id.0).await
}

structure!(
    Attribute,
    AttributeId,
    AttributeFields,
    "/api/v1/attributes",
    "attribute",
    query::find_attribute,
    |row| format!("{} {}", row.key(), titles(&row.fields.title)),
    |row, eyes| eyes.may_change_structures
        || (eyes.may_see(&row.fields.of) && row.fields.is_seen_by(&eyes.viewer))
);
