//! Structures: how files look, as data (CIMP-ETL-03).

use crate::http::prelude::*;
use crate::http::resources::listed;
use loyalty::file::record::{StoredStructure, StructureFields};
use loyalty::file::structure::Structure;
use loyalty::file::{FileKind, query, store};

/// A type of file: what its structures may speak of.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FileKindBody {
    /// The type.
    pub kind: FileKind,
    /// The fields that it knows, with what each must be and whether it is required.
    #[schema(value_type = Vec<loyalty::file::Field>)]
    pub fields: &'static [loyalty::file::Field],
    /// A structure to begin with.
    pub usual: Structure,
}

/// The seven types of files with their fields.
#[utoipa::path(get, path = "/api/v1/loyalty/file-kinds", operation_id = "listLoyaltyFileKinds", tag = "loyalty files",
    responses((status = 200, body = Vec<FileKindBody>)))]
async fn kinds(caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    let body = |kind: FileKind| FileKindBody { kind, fields: kind.fields(), usual: Structure::usual(kind) };
    Ok(HttpResponse::Ok().json(FileKind::ALL.map(body)))
}

/// Structures, by title.
#[utoipa::path(get, path = "/api/v1/loyalty/file-structures", operation_id = "listLoyaltyFileStructures",
    tag = "loyalty files", params(PageQuery), responses((status = 200, body = Page<StoredStructure>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    let mut db = state.pool.acquire().await?;
    let rows = query::structures(&mut db).await?;
    Ok(HttpResponse::Ok().json(listed(rows, &page, |row| row.fields.title.clone(), |row| row.id)?))
}

/// One structure.
#[utoipa::path(get, path = "/api/v1/loyalty/file-structures/{id}", operation_id = "getLoyaltyFileStructure",
    tag = "loyalty files", params(("id" = Uuid, Path)),
    responses((status = 200, body = StoredStructure), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    let mut db = state.pool.acquire().await?;
    let known = query::structure(&mut db, id.0).await?;
    let known = known.ok_or_else(|| ApiError::not_found("structure", id.0))?;
    Ok(etag::ok(&known, known.version))
}

/// Add a structure. Files whose names it recognises are read by it from now on.
#[utoipa::path(post, path = "/api/v1/loyalty/file-structures", operation_id = "createLoyaltyFileStructure",
    tag = "loyalty files", params(IdempotencyHeader), request_body = StructureFields,
    responses((status = 201, body = StoredStructure), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<StructureFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let made = store::insert_structure(db, &mut caller.edit(rng), &body).await?;
        let place = format!("/api/v1/loyalty/file-structures/{}", made.id);
        Ok(Answer::created(place, &made)?.version(made.version))
    })
    .await
}

/// Change a structure. A file that was read by it before may be sent again: lines that had an effect count once.
#[utoipa::path(put, path = "/api/v1/loyalty/file-structures/{id}", operation_id = "changeLoyaltyFileStructure",
    tag = "loyalty files", params(("id" = Uuid, Path), IfMatchHeader), request_body = StructureFields,
    responses((status = 200, body = StoredStructure), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<Uuid>,
    version: IfMatch,
    body: Json<StructureFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    let mut tx = state.begin().await?;
    let mut dice = state.dice();
    let changed =
        store::update_structure(&mut tx, &mut caller.edit(&mut dice), id.0, version.0, &body).await?;
    tx.commit().await?;
    Ok(etag::ok(&changed, changed.version))
}

/// Remove a structure. What its files caused stays.
#[utoipa::path(delete, path = "/api/v1/loyalty/file-structures/{id}", operation_id = "deleteLoyaltyFileStructure",
    tag = "loyalty files", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn delete(state: Data<AppState>, caller: Caller, id: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    let mut tx = state.begin().await?;
    store::delete_structure(&mut tx, &mut caller.edit(&mut state.dice()), id.0).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let market = Needs::Operation(Operation::LoyaltyMarket);
    vec![
        Route::get("/api/v1/loyalty/file-kinds", market, || web::to(kinds)),
        Route::get("/api/v1/loyalty/file-structures", market, || web::to(list)),
        Route::post("/api/v1/loyalty/file-structures", market, || web::to(create)),
        Route::get("/api/v1/loyalty/file-structures/{id}", market, || web::to(find)),
        Route::put("/api/v1/loyalty/file-structures/{id}", market, || web::to(change)),
        Route::delete("/api/v1/loyalty/file-structures/{id}", market, || web::to(delete)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(kinds, list, find, create, change, delete))]
    struct Docs;
    Docs::openapi()
}
