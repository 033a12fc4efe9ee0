//! Organisation units.

use crate::http::prelude::*;
use access::unit::{self, Unit, UnitInput};
use base::id::OrgUnitId;

/// Every unit that the caller may see, by name; the tree is in `parent_id`.
#[utoipa::path(get, path = "/api/v1/units", operation_id = "listUnits", tag = "units",
    responses((status = 200, body = Page<Unit>)))]
async fn list(state: Data<AppState>, caller: Caller) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    let mut units = unit::store::list(&mut db).await?;
    units.retain(|unit| caller.permissions().allows_in(Operation::UnitRead, Some(unit.unit_id)));
    Ok(HttpResponse::Ok().json(Page { items: units, next: None }))
}

/// Add a unit below another.
#[utoipa::path(post, path = "/api/v1/units", operation_id = "addUnit", tag = "units", params(IdempotencyHeader),
    request_body = UnitInput, responses((status = 201, body = Unit), (status = 409, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<UnitInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::UnitWrite, body.parent_id)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let unit = unit::store::create(db, &mut caller.edit(rng), &body).await?;
        Ok(Answer::created(format!("/api/v1/units/{}", unit.unit_id), &unit)?.version(unit.version))
    })
    .await
}

/// Rename or move a unit.
#[utoipa::path(put, path = "/api/v1/units/{id}", operation_id = "changeUnit", tag = "units",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = UnitInput,
    responses((status = 200, body = Unit), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<OrgUnitId>,
    version: IfMatch,
    body: Json<UnitInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::UnitWrite, id.0)?;
    if body.parent_id.is_some() {
        caller.require_in(Operation::UnitWrite, body.parent_id)?;
    }
    let mut tx = state.begin().await?;
    let unit =
        unit::store::change(&mut tx, &mut caller.edit(&mut state.dice()), id.0, version.0, &body).await?;
    tx.commit().await?;
    Ok(etag::ok(&unit, unit.version))
}

/// Remove a unit that nothing refers to.
#[utoipa::path(delete, path = "/api/v1/units/{id}", operation_id = "removeUnit", tag = "units",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 409, body = Problem)))]
async fn remove(
    state: Data<AppState>,
    caller: Caller,
    id: Path<OrgUnitId>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::UnitWrite, id.0)?;
    let mut tx = state.begin().await?;
    unit::store::remove(&mut tx, &mut caller.edit(&mut state.dice()), id.0).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::UnitRead), Needs::Operation(Operation::UnitWrite));
    vec![
        Route::get("/api/v1/units", read, || web::to(list)),
        Route::post("/api/v1/units", write, || web::to(create)),
        Route::put("/api/v1/units/{id}", write, || web::to(change)),
        Route::delete("/api/v1/units/{id}", write, || web::to(remove)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, create, change, remove))]
    struct Docs;
    Docs::openapi()
}
