//! Roles, and the catalogue of operations they are made of.

use crate::http::prelude::*;
use access::Permissions;
use access::permission::{Grant, query::unit_tree};
use access::role::{self, Role, RoleInput};
use access::unit::ROOT;
use base::id::RoleId;
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// An operation of the catalogue.
#[derive(Debug, Serialize, ToSchema)]
pub struct OperationBody {
    /// Its stable name.
    pub name: Operation,
    /// Under which heading it stands.
    pub group: &'static str,
    /// What it allows.
    pub description: &'static str,
}

/// Everything a role can allow.
#[utoipa::path(get, path = "/api/v1/operations", operation_id = "listOperations", tag = "roles",
    responses((status = 200, body = Vec<OperationBody>)))]
async fn operations() -> HttpResponse {
    let body = |operation: &Operation| OperationBody {
        name: *operation,
        group: operation.group(),
        description: operation.description(),
    };
    HttpResponse::Ok().json(Operation::ALL.iter().map(body).collect::<Vec<_>>())
}

/// Every role, by name.
#[utoipa::path(get, path = "/api/v1/roles", operation_id = "listRoles", tag = "roles",
    responses((status = 200, body = Page<Role>)))]
async fn list(state: Data<AppState>) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    Ok(HttpResponse::Ok().json(Page { items: role::store::list(&mut db).await?, next: None }))
}

/// Roles belong to the whole organisation: to write one needs what it allows, everywhere.
async fn check(
    db: &mut PgConnection,
    caller: &Caller,
    operations: &BTreeSet<Operation>,
) -> Result<(), ApiError> {
    caller.require_in(Operation::RoleWrite, None)?;
    let everywhere = Grant { operations: operations.clone(), unit: ROOT };
    caller.require_all_of(&Permissions::new(&[everywhere], &unit_tree(db).await?))
}

/// Add a role.
#[utoipa::path(post, path = "/api/v1/roles", operation_id = "addRole", tag = "roles", params(IdempotencyHeader),
    request_body = RoleInput, responses((status = 201, body = Role), (status = 409, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<RoleInput>,
) -> Result<HttpResponse, ApiError> {
    key.once(&state, &caller, &body, async |db, rng| {
        check(db, &caller, &body.operations).await?;
        let role = role::store::create(db, &mut caller.edit(rng), &body).await?;
        Ok(Answer::created(format!("/api/v1/roles/{}", role.role_id), &role)?.version(role.version))
    })
    .await
}

/// Rename a role or change what it allows. Holds from the next request of those who have it.
#[utoipa::path(put, path = "/api/v1/roles/{id}", operation_id = "changeRole", tag = "roles",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = RoleInput,
    responses((status = 200, body = Role), (status = 409, body = Problem), (status = 412, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<RoleId>,
    version: IfMatch,
    body: Json<RoleInput>,
) -> Result<HttpResponse, ApiError> {
    let mut tx = state.begin().await?;
    check(&mut tx, &caller, &body.operations).await?;
    let role =
        role::store::change(&mut tx, &mut caller.edit(&mut state.dice()), id.0, version.0, &body).await?;
    tx.commit().await?;
    Ok(etag::ok(&role, role.version))
}

/// Remove a role that nobody has.
#[utoipa::path(delete, path = "/api/v1/roles/{id}", operation_id = "removeRole", tag = "roles",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 409, body = Problem)))]
async fn remove(state: Data<AppState>, caller: Caller, id: Path<RoleId>) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::RoleWrite, None)?;
    let mut tx = state.begin().await?;
    role::store::remove(&mut tx, &mut caller.edit(&mut state.dice()), id.0).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::RoleRead), Needs::Operation(Operation::RoleWrite));
    vec![
        Route::get("/api/v1/operations", Needs::Caller, || web::to(operations)),
        Route::get("/api/v1/roles", read, || web::to(list)),
        Route::post("/api/v1/roles", write, || web::to(create)),
        Route::put("/api/v1/roles/{id}", write, || web::to(change)),
        Route::delete("/api/v1/roles/{id}", write, || web::to(remove)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(operations, list, create, change, remove))]
    struct Docs;
    Docs::openapi()
}
