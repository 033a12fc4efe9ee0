//! Programmes, their kinds of points and their tiers (PP-LOY-01, PP-LOY-04, CIMP-TIER-01, CIMP-TIER-02, CIMP-BON-11).

use super::common::{PARTNER_READERS, PartnerView};
use super::kept::{added, changed, shown};
use super::media::spoken;
use crate::http::prelude::*;
use crate::http::resources::listed;
use base::id::{BonusTypeId, ProgrammeId, TierId};
use loyalty::bonus_type::{BonusType, BonusTypeFields};
use loyalty::programme::{Programme, ProgrammeFields};
use loyalty::store;
use loyalty::tier::{Tier, TierFields};

/// Programmes, by code.
#[utoipa::path(get, path = "/api/v1/loyalty/programmes", operation_id = "listProgrammes", tag = "loyalty",
    params(PageQuery), responses((status = 200, body = Page<Programme>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    PartnerView::of(&caller, &[Operation::LoyaltyRead])?;
    let mut db = state.pool.acquire().await?;
    let rows = loyalty::query::programmes(&mut db).await?;
    let text = |row: &Programme| format!("{} {:?}", row.fields.code, row.fields.title);
    Ok(HttpResponse::Ok().json(listed(rows, &page, text, |row| row.id)?))
}

/// One programme.
#[utoipa::path(get, path = "/api/v1/loyalty/programmes/{id}", operation_id = "getProgramme", tag = "loyalty",
    params(("id" = Uuid, Path)), responses((status = 200, body = Programme), (status = 404, body = Problem)))]
async fn find(
    state: Data<AppState>,
    caller: Caller,
    id: Path<ProgrammeId>,
) -> Result<HttpResponse, ApiError> {
    PartnerView::of(&caller, &[Operation::LoyaltyRead])?;
    let mut db = state.pool.acquire().await?;
    let found = loyalty::query::find_programme(&mut db, id.0).await?;
    let found = found.ok_or_else(|| ApiError::not_found("programme", id.0))?;
    Ok(shown(&found))
}

/// Add a programme.
#[utoipa::path(post, path = "/api/v1/loyalty/programmes", operation_id = "createProgramme", tag = "loyalty",
    params(IdempotencyHeader), request_body = ProgrammeFields,
    responses((status = 201, body = Programme), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<ProgrammeFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    added((&state, &caller), &key, &body, "programmes", async |db, edit| {
        Ok(store::insert_programme(db, edit, &body).await?)
    })
    .await
}

/// Change a programme.
#[utoipa::path(put, path = "/api/v1/loyalty/programmes/{id}", operation_id = "changeProgramme", tag = "loyalty",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = ProgrammeFields,
    responses((status = 200, body = Programme), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<ProgrammeId>,
    version: IfMatch,
    body: Json<ProgrammeFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    changed((&state, &caller), async |db, edit| {
        Ok(store::update_programme(db, edit, id.0, version.0, &body).await?)
    })
    .await
}

/// The kinds of points of a programme.
#[utoipa::path(get, path = "/api/v1/loyalty/programmes/{id}/bonus-types", operation_id = "listBonusTypes",
    tag = "loyalty", params(("id" = Uuid, Path), PageQuery), responses((status = 200, body = Page<BonusType>)))]
async fn list_types(
    state: Data<AppState>,
    caller: Caller,
    id: Path<ProgrammeId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    PartnerView::of(&caller, &[Operation::LoyaltyRead])?;
    let mut db = state.pool.acquire().await?;
    let rows = loyalty::query::bonus_types(&mut db, Some(id.0)).await?;
    let text = |row: &BonusType| format!("{} {:?}", row.fields.code, row.fields.title);
    Ok(HttpResponse::Ok().json(listed(rows, &page, text, |row| row.id)?))
}

/// Add a kind of points.
#[utoipa::path(post, path = "/api/v1/loyalty/programmes/{id}/bonus-types", operation_id = "createBonusType",
    tag = "loyalty", params(("id" = Uuid, Path), IdempotencyHeader), request_body = BonusTypeFields,
    responses((status = 201, body = BonusType), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_type(
    state: Data<AppState>,
    caller: Caller,
    id: Path<ProgrammeId>,
    key: IdempotencyKey,
    body: Json<BonusTypeFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    added((&state, &caller), &key, &body, "bonus-types", async |db, edit| {
        Ok(store::insert_bonus_type(db, edit, id.0, &body).await?)
    })
    .await
}

/// Change a kind of points. Points that exist keep their terms.
#[utoipa::path(put, path = "/api/v1/loyalty/bonus-types/{id}", operation_id = "changeBonusType", tag = "loyalty",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = BonusTypeFields,
    responses((status = 200, body = BonusType), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change_type(
    state: Data<AppState>,
    caller: Caller,
    id: Path<BonusTypeId>,
    version: IfMatch,
    body: Json<BonusTypeFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    changed((&state, &caller), async |db, edit| {
        Ok(store::update_bonus_type(db, edit, id.0, version.0, &body).await?)
    })
    .await
}

/// The tiers of a programme, lowest first.
#[utoipa::path(get, path = "/api/v1/loyalty/programmes/{id}/tiers", operation_id = "listTiers", tag = "loyalty",
    params(("id" = Uuid, Path), PageQuery), responses((status = 200, body = Page<Tier>)))]
async fn list_tiers(
    state: Data<AppState>,
    caller: Caller,
    id: Path<ProgrammeId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    let rows = loyalty::query::tiers(&mut db, id.0).await?;
    let text = |row: &Tier| format!("{} {:?}", row.fields.code, row.fields.title);
    Ok(HttpResponse::Ok().json(listed(rows, &page, text, |row| row.id)?))
}

/// Add a tier.
#[utoipa::path(post, path = "/api/v1/loyalty/programmes/{id}/tiers", operation_id = "createTier", tag = "loyalty",
    params(("id" = Uuid, Path), IdempotencyHeader), request_body = TierFields,
    responses((status = 201, body = Tier), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_tier(
    state: Data<AppState>,
    caller: Caller,
    id: Path<ProgrammeId>,
    key: IdempotencyKey,
    body: Json<TierFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    added((&state, &caller), &key, &body, "tiers", async |db, edit| {
        Ok(store::insert_tier(db, edit, id.0, &body).await?)
    })
    .await
}

/// Change a tier. Members are looked at again at night, and when something of theirs changes.
#[utoipa::path(put, path = "/api/v1/loyalty/tiers/{id}", operation_id = "changeTier", tag = "loyalty",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = TierFields,
    responses((status = 200, body = Tier), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
async fn change_tier(
    state: Data<AppState>,
    caller: Caller,
    id: Path<TierId>,
    version: IfMatch,
    body: Json<TierFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    changed((&state, &caller), async |db, edit| {
        Ok(store::update_tier(db, edit, id.0, version.0, &body).await?)
    })
    .await
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Needs::Operation(Operation::LoyaltyRead);
    let market = Needs::Operation(Operation::LoyaltyMarket);
    vec![
        Route::get("/api/v1/loyalty/programmes", PARTNER_READERS, || spoken(web::to(list), "programmes")),
        Route::post("/api/v1/loyalty/programmes", market, || web::to(create)),
        Route::get("/api/v1/loyalty/programmes/{id}", PARTNER_READERS, || web::to(find)),
        Route::put("/api/v1/loyalty/programmes/{id}", market, || web::to(change)),
        Route::get("/api/v1/loyalty/programmes/{id}/bonus-types", PARTNER_READERS, || {
            spoken(web::to(list_types), "bonus_types")
        }),
        Route::post("/api/v1/loyalty/programmes/{id}/bonus-types", market, || web::to(create_type)),
        Route::put("/api/v1/loyalty/bonus-types/{id}", market, || web::to(change_type)),
        Route::get("/api/v1/loyalty/programmes/{id}/tiers", read, || spoken(web::to(list_tiers), "tiers")),
        Route::post("/api/v1/loyalty/programmes/{id}/tiers", market, || web::to(create_tier)),
        Route::put("/api/v1/loyalty/tiers/{id}", market, || web::to(change_tier)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(
        list,
        find,
        create,
        change,
        list_types,
        create_type,
        change_type,
        list_tiers,
        create_tier,
        change_tier
    ))]
    struct Docs;
    Docs::openapi()
}
