//! Attributes: what customers and cards have beside their own fields, as administrators define it.

use super::listed;
use super::viewer::{Eyes, eyes};
use crate::http::prelude::*;
use base::id::AttributeId;
use crm::attribute::{Attribute, AttributeFields};
use crm::query;
use crm::store::attribute as store;

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
    let mut db = state.pool.acquire().await?;
    let eyes = eyes(&mut db, &caller).await?;
    let mut rows = match &of.of {
        Some(of) => query::attributes(&mut db, of).await?,
        None => query::all_attributes(&mut db).await?,
    };
    rows.retain(|row| eyes.sees(row));
    let text = |row: &Attribute| {
        format!("{} {}", row.key(), row.fields.title.0.values().cloned().collect::<Vec<_>>().join(" "))
    };
    Ok(HttpResponse::Ok().json(listed(rows, &page, text, |row| row.id.as_uuid())?))
}

/// One attribute.
#[utoipa::path(get, path = "/api/v1/attributes/{id}", operation_id = "getAttribute", tag = "records",
    params(("id" = Uuid, Path)), responses((status = 200, body = Attribute), (status = 404, body = Problem)))]
async fn find(
    state: Data<AppState>,
    caller: Caller,
    id: Path<AttributeId>,
) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    let eyes = eyes(&mut db, &caller).await?;
    let found = query::find_attribute(&mut db, id.0).await?.filter(|row| eyes.sees(row));
    let row = found.ok_or_else(|| ApiError::not_found("attribute", id.0))?;
    Ok(etag::ok(&row, row.version))
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
    caller.require(Operation::StructureWrite)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let row = store::insert(db, &mut caller.edit(rng), &body).await?;
        Ok(Answer::created(format!("/api/v1/attributes/{}", row.id), &row)?.version(row.version))
    })
    .await
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
    caller.require(Operation::StructureWrite)?;
    let mut tx = state.begin().await?;
    let row = store::update(&mut tx, &mut caller.edit(&mut state.dice()), id.0, version.0, &body).await?;
    tx.commit().await?;
    Ok(etag::ok(&row, row.version))
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
    caller.require(Operation::StructureWrite)?;
    let mut tx = state.begin().await?;
    let row =
        query::find_attribute(&mut tx, id.0).await?.ok_or_else(|| ApiError::not_found("attribute", id.0))?;
    store::archive(&mut tx, &mut caller.edit(&mut state.dice()), id.0, row.version).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

impl Eyes {
    /// Whether the caller may know that the attribute exists.
    fn sees(&self, attribute: &Attribute) -> bool {
        self.may_change_structures
            || (self.may_see(&attribute.fields.of) && attribute.fields.is_seen_by(&self.viewer))
    }
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let write = Needs::Operation(Operation::StructureWrite);
    vec![
        // Of customers or of cards: the handlers look at which.
        Route::get("/api/v1/attributes", Needs::Caller, || web::to(list)),
        Route::post("/api/v1/attributes", write, || web::to(create)),
        Route::get("/api/v1/attributes/{id}", Needs::Caller, || web::to(find)),
        Route::put("/api/v1/attributes/{id}", write, || web::to(change)),
        Route::delete("/api/v1/attributes/{id}", write, || web::to(archive)),
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
