//! The catalogue: gifts, products and services of partners (CIMP-RED-01, CIMP-RED-03, CIMP-MST-04, CIMP-PRT-02).

use super::changes::history;
use super::common::{PARTNER_READERS, PARTNER_WRITERS, PartnerView};
use super::kept::{added, changed, shown, switched_off};
use super::media::spoken;
use crate::http::prelude::*;
use crate::http::resources::histories::HistoryEntry;
use base::ChangeError;
use base::id::ProgrammeId;
use loyalty::id::{PartnerId, RewardId};
use loyalty::query::reward::{self as query, RewardSearch};
use loyalty::reward::{PriceInput, Reward, RewardFields, RewardKind, StockChange};
use loyalty::store::reward as store;
use sqlx::PgConnection;

/// What people say of a reward.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RewardInput {
    /// What it is.
    pub reward: RewardFields,
    /// What one unit costs, one price for each bonus type.
    pub prices: Vec<PriceInput>,
    /// How many there are, of a new one; null: without end. Of one that exists the stock is changed by `/stock`.
    #[serde(default)]
    pub stock: Option<i32>,
}

/// Which rewards a list shows.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RewardFilter {
    /// Of this kind.
    pub kind: Option<RewardKind>,
    /// Of this partner.
    pub partner_id: Option<PartnerId>,
    /// With a price of this programme.
    pub programme_id: Option<ProgrammeId>,
    /// Those that are in the catalogue (`true`) or not (`false`).
    pub active: Option<bool>,
    /// Only what can be ordered now (`true`): in its time, in stock, its partner active.
    pub offered: Option<bool>,
}

/// The catalogue, by code.
#[utoipa::path(get, path = "/api/v1/loyalty/rewards", operation_id = "listRewards", tag = "loyalty",
    params(PageQuery, RewardFilter), responses((status = 200, body = Page<Reward>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<RewardFilter>,
) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyRead])?;
    let search = RewardSearch {
        pattern: page.pattern(),
        kind: filter.kind,
        partner: filter.partner_id,
        units: view.units(),
        active: filter.active,
        offered_at: filter.offered.filter(|offered| *offered).map(|_| caller.now()),
        programme: filter.programme_id,
        after: page.after::<String>()?,
    };
    let mut db = state.pool.acquire().await?;
    let rows = query::search(&mut db, &search, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| row.fields.code.clone())?))
}

async fn visible(db: &mut PgConnection, view: &PartnerView, id: RewardId) -> Result<Reward, ApiError> {
    let missing = || ApiError::not_found("reward", id);
    let reward = query::find(db, id).await?.ok_or_else(missing)?;
    if view.is_all() {
        return Ok(reward);
    }
    require_partner(db, view, reward.fields.partner_id).await.map_err(|_| missing())?;
    Ok(reward)
}

/// Refuses what is not a service of a partner that the caller works for.
async fn require_partner(
    db: &mut PgConnection,
    view: &PartnerView,
    partner: Option<PartnerId>,
) -> Result<(), ApiError> {
    if view.is_all() {
        return Ok(());
    }
    let partner = match partner {
        Some(id) => loyalty::query::partner::find(db, id).await?,
        None => None,
    };
    if partner.is_some_and(|partner| view.sees(partner.fields.unit_id)) {
        return Ok(());
    }
    Err(ApiError::new(Code::Forbidden, "only services of the own partner may be written"))
}

/// One reward.
#[utoipa::path(get, path = "/api/v1/loyalty/rewards/{id}", operation_id = "getReward", tag = "loyalty",
    params(("id" = Uuid, Path)), responses((status = 200, body = Reward), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<RewardId>) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyRead])?;
    let mut db = state.pool.acquire().await?;
    Ok(shown(&visible(&mut db, &view, id.0).await?))
}

/// Add a reward. Once it is there, members can order it (CIMP-PRT-02).
#[utoipa::path(post, path = "/api/v1/loyalty/rewards", operation_id = "createReward", tag = "loyalty",
    params(IdempotencyHeader), request_body = RewardInput,
    responses((status = 201, body = Reward), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<RewardInput>,
) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyMarket])?;
    added((&state, &caller), &key, &body, "rewards", async |db, edit| {
        require_partner(db, &view, body.reward.partner_id).await?;
        Ok(store::insert(db, edit, &body.reward, &body.prices, body.stock).await?)
    })
    .await
}

/// Change a reward. Its code and partner stay; its stock is changed by `/stock`.
#[utoipa::path(put, path = "/api/v1/loyalty/rewards/{id}", operation_id = "changeReward", tag = "loyalty",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = RewardInput,
    responses((status = 200, body = Reward), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<RewardId>,
    version: IfMatch,
    body: Json<RewardInput>,
) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyMarket])?;
    changed((&state, &caller), async |db, edit| {
        let before = visible(db, &view, id.0).await?;
        if body.stock.is_some() && body.stock != before.stock {
            let detail = "is changed by POST …/stock, because orders change it too";
            return Err(ApiError::invalid("/stock", detail));
        }
        Ok(store::update(db, edit, id.0, version.0, &body.reward, &body.prices).await?)
    })
    .await
}

/// Take a reward out of the catalogue; what was ordered stays ordered.
#[utoipa::path(delete, path = "/api/v1/loyalty/rewards/{id}", operation_id = "switchOffReward", tag = "loyalty",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn switch_off(
    state: Data<AppState>,
    caller: Caller,
    id: Path<RewardId>,
) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyMarket])?;
    switched_off((&state, &caller), async |db, edit| {
        visible(db, &view, id.0).await?;
        Ok(store::switch_off(db, edit, id.0).await?)
    })
    .await
}

/// Add to the stock, set what was counted, or let it have no end.
#[utoipa::path(post, path = "/api/v1/loyalty/rewards/{id}/stock", operation_id = "changeRewardStock", tag = "loyalty",
    params(("id" = Uuid, Path), IdempotencyHeader), request_body = StockChange,
    responses((status = 200, body = Reward), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn stock(
    state: Data<AppState>,
    caller: Caller,
    id: Path<RewardId>,
    key: IdempotencyKey,
    body: Json<StockChange>,
) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyMarket])?;
    key.once(&state, &caller, &body, async |db, rng| {
        visible(db, &view, id.0).await?;
        let changed = store::change_stock(db, &mut caller.edit(rng), id.0, *body).await;
        Answer::ok(&changed.map_err(|error: ChangeError| ApiError::from(error))?)
    })
    .await
}

/// What happened to a reward, newest first.
#[utoipa::path(get, path = "/api/v1/loyalty/rewards/{id}/history", operation_id = "getRewardHistory", tag = "loyalty",
    params(("id" = Uuid, Path), PageQuery),
    responses((status = 200, body = Page<HistoryEntry>), (status = 404, body = Problem)))]
async fn past(
    state: Data<AppState>,
    caller: Caller,
    id: Path<RewardId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyRead])?;
    let mut db = state.pool.acquire().await?;
    visible(&mut db, &view, id.0).await?;
    Ok(HttpResponse::Ok().json(history(&mut db, id.0.as_uuid(), &page).await?))
}

/// The routes of this file. Who works for a partner reads and writes its services only: the handlers look.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/loyalty/rewards", PARTNER_READERS, || spoken(web::to(list), "rewards")),
        Route::post("/api/v1/loyalty/rewards", PARTNER_WRITERS, || web::to(create)),
        Route::get("/api/v1/loyalty/rewards/{id}", PARTNER_READERS, || spoken(web::to(find), "reward")),
        Route::put("/api/v1/loyalty/rewards/{id}", PARTNER_WRITERS, || web::to(change)),
        Route::delete("/api/v1/loyalty/rewards/{id}", PARTNER_WRITERS, || web::to(switch_off)),
        Route::post("/api/v1/loyalty/rewards/{id}/stock", PARTNER_WRITERS, || web::to(stock)),
        Route::get("/api/v1/loyalty/rewards/{id}/history", PARTNER_READERS, || web::to(past)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, create, change, switch_off, stock, past))]
    struct Docs;
    Docs::openapi()
}
