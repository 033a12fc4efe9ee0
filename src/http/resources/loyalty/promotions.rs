//! Promotions: drafts, statuses, what became of them, draws of contests (CIMP-SPV-02, CIMP-SPV-06, CIMP-ST-04).

use super::changes::history;
use super::common::PROMOTION_STAFF;
use super::conditions::faults_of_promotion;
use super::kept::{added, changed, shown};
use crate::http::prelude::*;
use crate::http::resources::histories::HistoryEntry;
use base::ChangeError;
use base::id::ProgrammeId;
use loyalty::id::PromotionId;
use loyalty::promotion::contest::{Draw, SEED_BYTES};
use loyalty::promotion::{
    Promotion, PromotionAct, PromotionFields, PromotionKind, PromotionStatistics, PromotionStatus,
};
use loyalty::query::promotion::{self as query, PromotionSearch};
use loyalty::store::{contest, promotion as store};
use sqlx::PgConnection;

/// Which promotions a list shows.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PromotionFilter {
    /// Of this kind.
    pub kind: Option<PromotionKind>,
    /// Which stand there; all but deleted ones when absent.
    pub status: Option<PromotionStatus>,
    /// Of this programme.
    pub programme_id: Option<ProgrammeId>,
}

/// Where a promotion is led to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromotionActInput {
    /// What is done.
    pub act: PromotionAct,
}

/// How a contest is drawn.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct DrawInput {
    /// A seed from outside, 64 hexadecimal digits, such as from a public draw; one is thrown when absent.
    pub seed: Option<String>,
}

/// Marketing and customer service write and launch promotions (CIMP-SPV-02, CIMP-ST-04).
fn require_staff(caller: &Caller) -> Result<(), ApiError> {
    match caller.require_in(Operation::LoyaltyServe, None) {
        Ok(()) => Ok(()),
        Err(_) => caller.require_in(Operation::LoyaltyMarket, None),
    }
}

async fn found(db: &mut PgConnection, id: PromotionId) -> Result<Promotion, ApiError> {
    query::find(db, id).await?.ok_or_else(|| ApiError::not_found("promotion", id))
}

/// Promotions, newest first.
#[utoipa::path(get, path = "/api/v1/loyalty/promotions", operation_id = "listPromotions", tag = "loyalty",
    params(PageQuery, PromotionFilter), responses((status = 200, body = Page<Promotion>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<PromotionFilter>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let search = PromotionSearch {
        id: None,
        pattern: page.pattern(),
        kind: filter.kind,
        status: filter.status,
        programme: filter.programme_id,
        after: page.after::<PromotionId>()?,
    };
    let mut db = state.pool.acquire().await?;
    let rows = query::search(&mut db, &search, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| row.id)?))
}

/// One promotion.
#[utoipa::path(get, path = "/api/v1/loyalty/promotions/{id}", operation_id = "getPromotion", tag = "loyalty",
    params(("id" = Uuid, Path)), responses((status = 200, body = Promotion), (status = 404, body = Problem)))]
async fn find(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PromotionId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    Ok(shown(&found(&mut db, id.0).await?))
}

/// Add a promotion, as a draft.
#[utoipa::path(post, path = "/api/v1/loyalty/promotions", operation_id = "createPromotion", tag = "loyalty",
    params(IdempotencyHeader), request_body = PromotionFields,
    responses((status = 201, body = Promotion), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<PromotionFields>,
) -> Result<HttpResponse, ApiError> {
    require_staff(&caller)?;
    added((&state, &caller), &key, &body, "promotions", async |db, edit| {
        ChangeError::unless_empty(faults_of_promotion(db, &caller, &body).await?)?;
        Ok(store::insert(db, edit, &body).await?)
    })
    .await
}

/// Change a promotion; one that runs acts as it is written from now on.
#[utoipa::path(put, path = "/api/v1/loyalty/promotions/{id}", operation_id = "changePromotion", tag = "loyalty",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = PromotionFields,
    responses((status = 200, body = Promotion), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PromotionId>,
    version: IfMatch,
    body: Json<PromotionFields>,
) -> Result<HttpResponse, ApiError> {
    require_staff(&caller)?;
    changed((&state, &caller), async |db, edit| {
        ChangeError::unless_empty(faults_of_promotion(db, &caller, &body).await?)?;
        Ok(store::update(db, edit, id.0, version.0, &body).await?)
    })
    .await
}

/// Launch, suspend, resume, complete, archive or delete a promotion. Completing it closes all its offers.
#[utoipa::path(post, path = "/api/v1/loyalty/promotions/{id}/status", operation_id = "leadPromotion", tag = "loyalty",
    params(("id" = Uuid, Path), IdempotencyHeader), request_body = PromotionActInput,
    responses((status = 200, body = Promotion), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn lead(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PromotionId>,
    key: IdempotencyKey,
    body: Json<PromotionActInput>,
) -> Result<HttpResponse, ApiError> {
    require_staff(&caller)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let promotion = store::act(db, &mut caller.edit(rng), id.0, body.act).await?;
        let version = promotion.version;
        Ok(Answer::ok(&promotion)?.version(version))
    })
    .await
}

/// What became of a promotion: offers by state, coupons, and what was given.
#[utoipa::path(get, path = "/api/v1/loyalty/promotions/{id}/statistics", operation_id = "getPromotionStatistics",
    tag = "loyalty", params(("id" = Uuid, Path)),
    responses((status = 200, body = PromotionStatistics), (status = 404, body = Problem)))]
async fn statistics(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PromotionId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    found(&mut db, id.0).await?;
    Ok(HttpResponse::Ok().json(query::statistics(&mut db, id.0).await?))
}

/// What happened to a promotion, newest first.
#[utoipa::path(get, path = "/api/v1/loyalty/promotions/{id}/history", operation_id = "getPromotionHistory",
    tag = "loyalty", params(("id" = Uuid, Path), PageQuery),
    responses((status = 200, body = Page<HistoryEntry>), (status = 404, body = Problem)))]
async fn past(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PromotionId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    found(&mut db, id.0).await?;
    Ok(HttpResponse::Ok().json(history(&mut db, id.0.as_uuid(), &page).await?))
}

/// Draw the winners of a completed contest. The first draw stands; the seed and the entries' fingerprint are kept with it.
#[utoipa::path(post, path = "/api/v1/loyalty/promotions/{id}/draw", operation_id = "drawContest", tag = "loyalty",
    params(("id" = Uuid, Path), IdempotencyHeader), request_body = DrawInput,
    responses((status = 200, body = Draw), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn draw(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PromotionId>,
    key: IdempotencyKey,
    body: Json<DrawInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::LoyaltyMarket, None)?;
    let seed = body.seed.as_deref().map(read_seed).transpose()?;
    key.once(&state, &caller, &body, async |db, rng| {
        Answer::ok(&contest::draw(db, &mut caller.edit(rng), id.0, seed).await?)
    })
    .await
}

fn read_seed(text: &str) -> Result<[u8; SEED_BYTES], ApiError> {
    let read = hex::decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    read.ok_or_else(|| ApiError::invalid("/seed", "must be 64 hexadecimal digits"))
}

/// The draw of a contest, with its winners and what they were given.
#[utoipa::path(get, path = "/api/v1/loyalty/promotions/{id}/draw", operation_id = "getContestDraw", tag = "loyalty",
    params(("id" = Uuid, Path)), responses((status = 200, body = Draw), (status = 404, body = Problem)))]
async fn drawn(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PromotionId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    let drawn = loyalty::query::offer::draw_of(&mut db, id.0).await?;
    Ok(HttpResponse::Ok().json(drawn.ok_or_else(|| ApiError::not_found("draw of contest", id.0))?))
}

/// The routes of this file. Marketing or customer service write: the handlers look.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, market) =
        (Needs::Operation(Operation::LoyaltyRead), Needs::Operation(Operation::LoyaltyMarket));
    vec![
        Route::get("/api/v1/loyalty/promotions", read, || web::to(list)),
        Route::post("/api/v1/loyalty/promotions", PROMOTION_STAFF, || web::to(create)),
        Route::get("/api/v1/loyalty/promotions/{id}", read, || web::to(find)),
        Route::put("/api/v1/loyalty/promotions/{id}", PROMOTION_STAFF, || web::to(change)),
        Route::post("/api/v1/loyalty/promotions/{id}/status", PROMOTION_STAFF, || web::to(lead)),
        Route::get("/api/v1/loyalty/promotions/{id}/statistics", read, || web::to(statistics)),
        Route::get("/api/v1/loyalty/promotions/{id}/history", read, || web::to(past)),
        Route::post("/api/v1/loyalty/promotions/{id}/draw", market, || web::to(draw)),
        Route::get("/api/v1/loyalty/promotions/{id}/draw", read, || web::to(drawn)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, create, change, lead, statistics, past, draw, drawn))]
    struct Docs;
    Docs::openapi()
}
