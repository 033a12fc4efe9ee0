//! Partners and their rates (CIMP-PRT-01, CIMP-PRT-03, CIMP-ENT-06, PP-LOY-02).

use super::changes::history;
use super::common::{PARTNER_READERS, PartnerView};
use super::kept::{added, changed, shown};
use crate::http::prelude::*;
use crate::http::resources::histories::HistoryEntry;
use base::id::BonusTypeId;
use chrono::{DateTime, Utc};
use loyalty::id::{PartnerId, RateId};
use loyalty::partner::{Partner, PartnerFields, RateInput, StoredRate};
use loyalty::query::partner::{self as query, RateSearch};
use loyalty::store::partner as store;
use sqlx::PgConnection;

/// Which partners a list shows.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PartnerFilter {
    /// Those that take part (`true`) or not (`false`).
    pub active: Option<bool>,
}

/// Which rates a list shows.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RateFilter {
    /// Of this partner.
    pub partner_id: Option<PartnerId>,
    /// Against this money.
    pub money: Option<String>,
    /// For these bonuses.
    pub bonus_type_id: Option<BonusTypeId>,
    /// Those that had begun at this moment.
    pub at: Option<DateTime<Utc>>,
}

/// Partners, by code. Whoever works for a partner sees that one.
#[utoipa::path(get, path = "/api/v1/loyalty/partners", operation_id = "listLoyaltyPartners", tag = "loyalty",
    params(PageQuery, PartnerFilter), responses((status = 200, body = Page<Partner>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<PartnerFilter>,
) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyRead])?;
    let (pattern, after) = (page.pattern(), page.after::<String>()?);
    let mut db = state.pool.acquire().await?;
    let rows = query::search(
        &mut db,
        pattern.as_deref(),
        view.units(),
        filter.active,
        after.as_deref(),
        page.rows()?,
    )
    .await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| row.fields.code.clone())?))
}

/// The partner, when the caller sees it.
pub(super) async fn visible(
    db: &mut PgConnection,
    view: &PartnerView,
    id: PartnerId,
) -> Result<Partner, ApiError> {
    let found = query::find(db, id).await?.filter(|partner| view.sees(partner.fields.unit_id));
    found.ok_or_else(|| ApiError::not_found("partner", id))
}

/// One partner.
#[utoipa::path(get, path = "/api/v1/loyalty/partners/{id}", operation_id = "getLoyaltyPartner", tag = "loyalty",
    params(("id" = Uuid, Path)), responses((status = 200, body = Partner), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<PartnerId>) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyRead])?;
    let mut db = state.pool.acquire().await?;
    Ok(shown(&visible(&mut db, &view, id.0).await?))
}

/// Register a partner.
#[utoipa::path(post, path = "/api/v1/loyalty/partners", operation_id = "createLoyaltyPartner", tag = "loyalty",
    params(IdempotencyHeader), request_body = PartnerFields,
    responses((status = 201, body = Partner), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<PartnerFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::LoyaltyMarket, None)?;
    added((&state, &caller), &key, &body, "partners", async |db, edit| {
        check_unit(db, &body).await?;
        Ok(store::insert(db, edit, &body).await?)
    })
    .await
}

async fn check_unit(db: &mut PgConnection, fields: &PartnerFields) -> Result<(), ApiError> {
    let Some(unit) = fields.unit_id else { return Ok(()) };
    match access::unit::store::find(db, unit).await? {
        Some(_) => Ok(()),
        None => Err(ApiError::invalid("/unit_id", "there is no such organisation unit")),
    }
}

/// Change a partner. Its code and a currency that it has stay.
#[utoipa::path(put, path = "/api/v1/loyalty/partners/{id}", operation_id = "changeLoyaltyPartner", tag = "loyalty",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = PartnerFields,
    responses((status = 200, body = Partner), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PartnerId>,
    version: IfMatch,
    body: Json<PartnerFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::LoyaltyMarket, None)?;
    changed((&state, &caller), async |db, edit| {
        check_unit(db, &body).await?;
        Ok(store::update(db, edit, id.0, version.0, &body).await?)
    })
    .await
}

/// What happened to a partner and its rates, newest first.
#[utoipa::path(get, path = "/api/v1/loyalty/partners/{id}/history", operation_id = "getLoyaltyPartnerHistory",
    tag = "loyalty", params(("id" = Uuid, Path), PageQuery),
    responses((status = 200, body = Page<HistoryEntry>), (status = 404, body = Problem)))]
async fn past(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PartnerId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyRead])?;
    let mut db = state.pool.acquire().await?;
    visible(&mut db, &view, id.0).await?;
    Ok(HttpResponse::Ok().json(history(&mut db, id.0.as_uuid(), &page).await?))
}

/// Rates, the newest first: those of partners, and those against money.
#[utoipa::path(get, path = "/api/v1/loyalty/rates", operation_id = "listLoyaltyRates", tag = "loyalty",
    params(PageQuery, RateFilter), responses((status = 200, body = Page<StoredRate>)))]
async fn rates(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<RateFilter>,
) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyRead])?;
    let search = RateSearch {
        id: None,
        partner: filter.partner_id,
        units: view.units(),
        money: filter.money.as_deref(),
        bonus_type: filter.bonus_type_id,
        begun_at: filter.at,
        after: page.after::<(DateTime<Utc>, RateId)>()?,
    };
    let mut db = state.pool.acquire().await?;
    let rows = query::rates(&mut db, &search, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| (row.valid_from, row.id))?))
}

/// Write a new rate. It counts from its moment on; rates before it stay, for what was exchanged at them.
#[utoipa::path(post, path = "/api/v1/loyalty/rates", operation_id = "createLoyaltyRate", tag = "loyalty",
    params(IdempotencyHeader), request_body = RateInput,
    responses((status = 201, body = StoredRate), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create_rate(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<RateInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::LoyaltyMarket, None)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let rate = store::insert_rate(db, &mut caller.edit(rng), &body).await?;
        Answer::created(format!("/api/v1/loyalty/rates/{}", rate.id), &rate)
    })
    .await
}

/// The routes of this file. Who works for a partner sees that one: the handlers look.
#[must_use]
pub fn routes() -> Vec<Route> {
    let market = Needs::Operation(Operation::LoyaltyMarket);
    vec![
        Route::get("/api/v1/loyalty/partners", PARTNER_READERS, || web::to(list)),
        Route::post("/api/v1/loyalty/partners", market, || web::to(create)),
        Route::get("/api/v1/loyalty/partners/{id}", PARTNER_READERS, || web::to(find)),
        Route::put("/api/v1/loyalty/partners/{id}", market, || web::to(change)),
        Route::get("/api/v1/loyalty/partners/{id}/history", PARTNER_READERS, || web::to(past)),
        Route::get("/api/v1/loyalty/rates", PARTNER_READERS, || web::to(rates)),
        Route::post("/api/v1/loyalty/rates", market, || web::to(create_rate)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, create, change, past, rates, create_rate))]
    struct Docs;
    Docs::openapi()
}
