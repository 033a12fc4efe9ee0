//! Reference tables: names for ids, prices for services, any row for a key (TEL-14).

use crate::http::prelude::*;
use rules::rule::ReferenceTable;
use rules::{query, store};
use serde_json::json;

/// Reference tables without their rows, by name.
#[utoipa::path(get, path = "/api/v1/reference-tables", operation_id = "listReferenceTables", tag = "rules",
    responses((status = 200, body = Page<ReferenceTable>)))]
async fn list(state: Data<AppState>, caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleRead)?;
    let mut db = state.pool.acquire().await?;
    let items = query::reference_tables(&mut db).await?;
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next": null })))
}

/// One reference table with its rows.
#[utoipa::path(get, path = "/api/v1/reference-tables/{name}", operation_id = "getReferenceTable", tag = "rules",
    params(("name" = String, Path)), responses((status = 200, body = ReferenceTable), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, name: Path<String>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleRead)?;
    let mut db = state.pool.acquire().await?;
    let table = query::find_reference(&mut db, &name.0).await?;
    let table = table.ok_or_else(|| ApiError::not_found("reference table", &name.0))?;
    Ok(etag::ok(&table, table.version))
}

/// Add a reference table.
#[utoipa::path(post, path = "/api/v1/reference-tables", operation_id = "createReferenceTable", tag = "rules",
    params(IdempotencyHeader), request_body = ReferenceTable,
    responses((status = 201, body = ReferenceTable), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<ReferenceTable>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleWrite)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let table = store::put_reference(db, &mut caller.edit(rng), &body, None).await?;
        let address = format!("/api/v1/reference-tables/{}", table.name);
        Ok(Answer::created(address, &table)?.version(table.version))
    })
    .await
}

/// Replace a reference table. Rules read the new rows from the next event on.
#[utoipa::path(put, path = "/api/v1/reference-tables/{name}", operation_id = "changeReferenceTable", tag = "rules",
    params(("name" = String, Path), IfMatchHeader), request_body = ReferenceTable,
    responses((status = 200, body = ReferenceTable), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    name: Path<String>,
    version: IfMatch,
    body: Json<ReferenceTable>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleWrite)?;
    if body.name != name.0 {
        return Err(ApiError::invalid("/name", "the name of a table cannot be changed"));
    }
    let mut tx = state.begin().await?;
    let mut dice = state.dice();
    let table = store::put_reference(&mut tx, &mut caller.edit(&mut dice), &body, Some(version.0)).await?;
    tx.commit().await?;
    Ok(etag::ok(&table, table.version))
}

/// Delete a reference table. Rules that read it find no value.
#[utoipa::path(delete, path = "/api/v1/reference-tables/{name}", operation_id = "deleteReferenceTable",
    tag = "rules", params(("name" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn delete(state: Data<AppState>, caller: Caller, name: Path<String>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleWrite)?;
    let mut tx = state.begin().await?;
    store::delete_reference(&mut tx, &mut caller.edit(&mut state.dice()), &name.0).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::RuleRead), Needs::Operation(Operation::RuleWrite));
    vec![
        Route::get("/api/v1/reference-tables", read, || web::to(list)),
        Route::post("/api/v1/reference-tables", write, || web::to(create)),
        Route::get("/api/v1/reference-tables/{name}", read, || web::to(find)),
        Route::put("/api/v1/reference-tables/{name}", write, || web::to(change)),
        Route::delete("/api/v1/reference-tables/{name}", write, || web::to(delete)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, create, change, delete))]
    struct Docs;
    Docs::openapi()
}
