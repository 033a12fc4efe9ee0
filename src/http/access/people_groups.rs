//! Groups of people that carry roles (CIMP-ADM-02).

use super::people::check_grants;
use crate::http::prelude::*;
use access::people_group::{self, PeopleGroup, PeopleGroupInput};
use access::person::RoleGrant;
use base::id::PeopleGroupId;
use sqlx::PgConnection;

/// Every group, by name.
#[utoipa::path(get, path = "/api/v1/people-groups", operation_id = "listPeopleGroups", tag = "people-groups",
    responses((status = 200, body = Page<PeopleGroup>)))]
async fn list(state: Data<AppState>) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    Ok(HttpResponse::Ok().json(Page { items: people_group::store::list(&mut db).await?, next: None }))
}

/// One group.
#[utoipa::path(get, path = "/api/v1/people-groups/{id}", operation_id = "getPeopleGroup", tag = "people-groups",
    params(("id" = Uuid, Path)), responses((status = 200, body = PeopleGroup), (status = 404, body = Problem)))]
async fn get(state: Data<AppState>, id: Path<PeopleGroupId>) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    let group = found(&mut db, id.0).await?;
    Ok(etag::ok(&group, group.version))
}

async fn found(db: &mut PgConnection, id: PeopleGroupId) -> Result<PeopleGroup, ApiError> {
    people_group::store::find(db, id).await?.ok_or_else(|| ApiError::not_found("group", id))
}

/// Groups belong to the whole organisation: to write one needs what it carries, before and after.
async fn check<'r>(
    db: &mut PgConnection,
    caller: &Caller,
    carried: impl Iterator<Item = &'r RoleGrant>,
) -> Result<(), ApiError> {
    caller.require_in(Operation::PeopleGroupWrite, None)?;
    check_grants(db, caller, carried).await
}

/// Add a group.
#[utoipa::path(post, path = "/api/v1/people-groups", operation_id = "addPeopleGroup", tag = "people-groups",
    params(IdempotencyHeader), request_body = PeopleGroupInput,
    responses((status = 201, body = PeopleGroup), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<PeopleGroupInput>,
) -> Result<HttpResponse, ApiError> {
    key.once(&state, &caller, &body, async |db, rng| {
        check(db, &caller, body.roles.iter()).await?;
        let group = people_group::store::create(db, &mut caller.edit(rng), &body).await?;
        let location = format!("/api/v1/people-groups/{}", group.people_group_id);
        Ok(Answer::created(location, &group)?.version(group.version))
    })
    .await
}

/// Change a group: its name, its roles, its members. Holds from the next request of its members.
#[utoipa::path(put, path = "/api/v1/people-groups/{id}", operation_id = "changePeopleGroup", tag = "people-groups",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = PeopleGroupInput,
    responses((status = 200, body = PeopleGroup), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PeopleGroupId>,
    version: IfMatch,
    body: Json<PeopleGroupInput>,
) -> Result<HttpResponse, ApiError> {
    let mut tx = state.begin().await?;
    let before = found(&mut tx, id.0).await?;
    check(&mut tx, &caller, before.roles.union(&body.roles)).await?;
    let mut rng = state.dice();
    let group =
        people_group::store::change(&mut tx, &mut caller.edit(&mut rng), id.0, version.0, &body).await?;
    tx.commit().await?;
    Ok(etag::ok(&group, group.version))
}

/// Remove a group; its members lose what it carried.
#[utoipa::path(delete, path = "/api/v1/people-groups/{id}", operation_id = "removePeopleGroup",
    tag = "people-groups", params(("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn remove(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PeopleGroupId>,
) -> Result<HttpResponse, ApiError> {
    let mut tx = state.begin().await?;
    let before = found(&mut tx, id.0).await?;
    check(&mut tx, &caller, before.roles.iter()).await?;
    people_group::store::remove(&mut tx, &mut caller.edit(&mut state.dice()), id.0).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Needs::Operation(Operation::PeopleGroupRead);
    let write = Needs::Operation(Operation::PeopleGroupWrite);
    vec![
        Route::get("/api/v1/people-groups", read, || web::to(list)),
        Route::post("/api/v1/people-groups", write, || web::to(create)),
        Route::get("/api/v1/people-groups/{id}", read, || web::to(get)),
        Route::put("/api/v1/people-groups/{id}", write, || web::to(change)),
        Route::delete("/api/v1/people-groups/{id}", write, || web::to(remove)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, get, create, change, remove))]
    struct Docs;
    Docs::openapi()
}
