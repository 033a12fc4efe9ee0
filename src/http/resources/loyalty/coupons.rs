//! Offers of promotions and coupons: activate, make, redeem; what an account got (CIMP-SPV-03, CIMP-SPV-05, CIMP-BON-13).

use super::common::{Coupons, account, account_of_filter, source};
use crate::http::guard::source::{limited, source as address_of};
use crate::http::prelude::*;
use base::Author;
use base::id::MasterAccountId;
use chrono::{DateTime, Utc};
use loyalty::coupon::code::Code as CouponCode;
use loyalty::coupon::lock::{Guesser, WRONG_MAX, WRONG_OF_NETWORK_MAX, WRONG_OF_PROGRAM_MAX};
use loyalty::coupon::{Coupon, CouponBatch};
use loyalty::id::{CouponBatchId, CouponId, PromotionId, PromotionOfferId};
use loyalty::promotion::offer::{GrantedReward, OfferState, PromotionOffer};
use loyalty::query::offer::{self as query, OfferSearch};
use loyalty::store::coupon::{self as store, CodeRefused, NewBatch, Redeemed};
use loyalty::store::granting::Granting;

/// Which offers a list shows.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfferFilter {
    /// Of this promotion.
    pub promotion_id: Option<PromotionId>,
    /// To this account: its number or its id.
    pub account: Option<String>,
    /// Which stand there.
    pub state: Option<OfferState>,
}

/// Whose things a list shows.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfAccount {
    /// The number of the account, or its id.
    pub account: String,
}

/// Coupons that are wanted.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CouponBatchInput {
    /// How many, 1 to 100,000.
    pub count: i32,
    /// For this account alone: its number or its id; null for whoever has the code.
    #[serde(default)]
    pub account: Option<String>,
}

/// Coupons that were made, with their codes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MadeCoupons {
    /// The batch.
    pub batch: CouponBatch,
    /// The codes, in groups of four. Shown here and not kept.
    pub codes: Vec<String>,
}

/// A code that somebody shows.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RedemptionInput {
    /// As it is typed: capital or small letters, with or without separators.
    #[schema(example = "K7QM-3XWR-9TEA")]
    pub code: String,
    /// For whom: the number of the account, or its id.
    pub account: String,
}

/// Offers of promotions, newest first.
#[utoipa::path(get, path = "/api/v1/loyalty/offers", operation_id = "listPromotionOffers", tag = "loyalty",
    params(PageQuery, OfferFilter), responses((status = 200, body = Page<PromotionOffer>)))]
async fn offers(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<OfferFilter>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    let search = OfferSearch {
        id: None,
        promotion: filter.promotion_id,
        account: account_of_filter(&mut db, filter.account.as_deref()).await?,
        state: filter.state,
        after: page.after::<PromotionOfferId>()?,
    };
    let rows = query::search(&mut db, &search, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| row.id)?))
}

/// Activate an offer: its reward is given. Doing it twice gives once.
#[utoipa::path(post, path = "/api/v1/loyalty/offers/{id}/activate", operation_id = "activatePromotionOffer",
    tag = "loyalty", params(("id" = Uuid, Path), IdempotencyHeader),
    responses((status = 200, body = PromotionOffer), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn activate(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PromotionOfferId>,
    key: IdempotencyKey,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::LoyaltyServe, None)?;
    let codes = state.part::<Coupons>()?;
    key.once_bodyless(&state, &caller, async |db, rng| {
        let mut granting = Granting::new(&codes.0, source(&caller));
        let mut edit = caller.edit(rng);
        let by = source(&caller);
        let offer = loyalty::store::offer::activate(db, &mut edit, &mut granting, id.0, by).await?;
        granting.post(db, &mut edit).await?;
        Answer::ok(&offer)
    })
    .await
}

/// What an account got from promotions, newest first (CIMP-SPV-03).
#[utoipa::path(get, path = "/api/v1/loyalty/granted", operation_id = "listGrantedRewards", tag = "loyalty",
    params(PageQuery, OfAccount), responses((status = 200, body = Page<GrantedReward>), (status = 422, body = Problem)))]
async fn granted(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<OfAccount>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    let account = account(&mut db, &filter.account).await?;
    let after = page.after::<(DateTime<Utc>, String)>()?;
    let rows = query::granted(&mut db, account, after, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| (row.at, row.key.clone()))?))
}

/// The coupons of an account, newest first; of their codes the last symbols.
#[utoipa::path(get, path = "/api/v1/loyalty/coupons", operation_id = "listCoupons", tag = "loyalty",
    params(PageQuery, OfAccount), responses((status = 200, body = Page<Coupon>), (status = 422, body = Problem)))]
async fn coupons(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<OfAccount>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    let account = account(&mut db, &filter.account).await?;
    let rows = query::coupons(&mut db, account, page.after::<CouponId>()?, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| row.id)?))
}

/// The batches of a promotion's coupons, newest first.
#[utoipa::path(get, path = "/api/v1/loyalty/promotions/{id}/coupons", operation_id = "listCouponBatches",
    tag = "loyalty", params(("id" = Uuid, Path), PageQuery), responses((status = 200, body = Page<CouponBatch>)))]
async fn batches(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PromotionId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    let after = page.after::<CouponBatchId>()?;
    let rows = loyalty::query::promotion::batches(&mut db, id.0, after, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| row.id)?))
}

/// Make coupons, also on request of an outside system (CIMP-BON-13). The codes are shown in this answer; a repeated request
/// gets it without them, and `/codes` shows them to who may see them.
#[utoipa::path(post, path = "/api/v1/loyalty/promotions/{id}/coupons", operation_id = "makeCoupons", tag = "loyalty",
    params(("id" = Uuid, Path), IdempotencyHeader), request_body = CouponBatchInput,
    responses((status = 201, body = MadeCoupons), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn make(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PromotionId>,
    key: IdempotencyKey,
    body: Json<CouponBatchInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::LoyaltyMarket, None)?;
    let codes = state.part::<Coupons>()?;
    key.once(&state, &caller, &body, async |db, rng| {
        let account = match &body.account {
            Some(named) => Some(account(db, named).await?),
            None => None,
        };
        let new = NewBatch { promotion: id.0, count: body.count, account, source: source(&caller) };
        let (batch, made) = store::make(db, &mut caller.edit(rng), &codes.0, &new).await?;
        let place = format!("/api/v1/loyalty/coupon-batches/{}/codes", batch.id);
        let made = MadeCoupons { batch, codes: made.iter().map(CouponCode::grouped).collect() };
        Ok(Answer::created(place, &made)?.secret("codes"))
    })
    .await
}

/// The codes of a batch again, for whoever hands them out. That they were shown is an event of security.
#[utoipa::path(get, path = "/api/v1/loyalty/coupon-batches/{id}/codes", operation_id = "getCouponCodes",
    tag = "loyalty", params(("id" = Uuid, Path)),
    responses((status = 200, body = MadeCoupons), (status = 404, body = Problem)))]
async fn codes(
    state: Data<AppState>,
    caller: Caller,
    id: Path<CouponBatchId>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::LoyaltyMarket, None)?;
    let key = state.part::<Coupons>()?;
    let mut tx = state.begin().await?;
    let batch = loyalty::query::promotion::batch(&mut tx, id.0).await?;
    let batch = batch.ok_or_else(|| ApiError::not_found("batch of coupons", id.0))?;
    let made = store::codes_of(&key.0, &batch)?;
    let said = serde_json::json!({ "batch_id": batch.id, "count": batch.count });
    let mut rng = state.dice();
    let mut edit = caller.edit(&mut rng);
    let subject = batch.promotion_id.as_uuid();
    access::record::security(&mut tx, &mut edit, "loyalty.coupon_codes_shown.v1", subject, said).await?;
    tx.commit().await?;
    let codes = made.iter().map(CouponCode::grouped).collect();
    Ok(HttpResponse::Ok().json(MadeCoupons { batch, codes }))
}

/// Make the coupons of a batch void; what was redeemed stays.
#[utoipa::path(delete, path = "/api/v1/loyalty/coupon-batches/{id}", operation_id = "voidCouponBatch", tag = "loyalty",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn void(
    state: Data<AppState>,
    caller: Caller,
    id: Path<CouponBatchId>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::LoyaltyMarket, None)?;
    let mut tx = state.begin().await?;
    store::void(&mut tx, &mut caller.edit(&mut state.dice()), id.0).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Who may be guessing: who asks, for whom, and from where.
fn guessers(
    state: &AppState,
    caller: &Caller,
    request: &HttpRequest,
    account: MasterAccountId,
) -> Vec<Guesser> {
    let guesser = |key: String, wrong_max| Guesser { key, wrong_max };
    let asks = match caller.author() {
        Author::Person(person) => guesser(format!("person:{person}"), WRONG_MAX),
        Author::ApiKey(key) => guesser(format!("program:{key}"), WRONG_OF_PROGRAM_MAX),
        Author::System => guesser("system".to_owned(), WRONG_OF_PROGRAM_MAX),
    };
    let network = limited(address_of(request, &state.settings));
    vec![
        asks,
        guesser(format!("account:{account}"), WRONG_MAX),
        guesser(format!("network:{network}"), WRONG_OF_NETWORK_MAX.max(asked_by_program(caller))),
    ]
}

/// A program asks for the customers of all tills from one address.
const fn asked_by_program(caller: &Caller) -> i32 {
    match caller.author() {
        Author::Person(_) => 0,
        Author::ApiKey(_) | Author::System => WRONG_OF_PROGRAM_MAX,
    }
}

/// Redeem a coupon for an account. However many ask at once, it is redeemed as often as it may be and not once more; who
/// guesses is locked out for a quarter of an hour.
#[utoipa::path(post, path = "/api/v1/loyalty/coupons/redeem", operation_id = "redeemCoupon", tag = "loyalty",
    params(IdempotencyHeader), request_body = RedemptionInput,
    responses((status = 200, body = Redeemed), (status = 409, body = Problem), (status = 422, body = Problem),
        (status = 429, body = Problem)))]
async fn redeem(
    state: Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    key: IdempotencyKey,
    body: Json<RedemptionInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::LoyaltyServe, None)?;
    key.required()?;
    let codes = state.part::<Coupons>()?;
    let (account, guessers) = {
        let mut db = state.pool.acquire().await?;
        let account = account(&mut db, &body.account).await?;
        let guessers = guessers(&state, &caller, &request, account);
        if let Some(seconds) = store::locked_seconds(&mut db, &guessers, caller.now()).await? {
            let detail = "too many wrong codes: try again later";
            return Err(ApiError::new(Code::TooManyRequests, detail).retry_after(seconds));
        }
        (account, guessers)
    };
    let mut wrong = false;
    let answer = key
        .once(&state, &caller, &body, async |db, rng| {
            let mut edit = caller.edit(rng);
            match store::redeem(db, &mut edit, &codes.0, &body.code, account, source(&caller)).await {
                Ok(redeemed) => Answer::ok(&redeemed),
                Err(CodeRefused::Refused(refused)) => Err(refused.into()),
                Err(refusal @ CodeRefused::Wrong) => {
                    wrong = true;
                    Err(ApiError::invalid("/code", refusal.to_string()))
                }
            }
        })
        .await;
    if wrong {
        let mut tx = state.begin().await?;
        store::count_wrong(&mut tx, &guessers, caller.now()).await?;
        tx.commit().await?;
    }
    answer
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Needs::Operation(Operation::LoyaltyRead);
    let (serve, market) =
        (Needs::Operation(Operation::LoyaltyServe), Needs::Operation(Operation::LoyaltyMarket));
    vec![
        Route::get("/api/v1/loyalty/offers", read, || web::to(offers)),
        Route::post("/api/v1/loyalty/offers/{id}/activate", serve, || web::to(activate)),
        Route::get("/api/v1/loyalty/granted", read, || web::to(granted)),
        Route::get("/api/v1/loyalty/coupons", read, || web::to(coupons)),
        Route::post("/api/v1/loyalty/coupons/redeem", serve, || web::to(redeem)),
        Route::get("/api/v1/loyalty/promotions/{id}/coupons", read, || web::to(batches)),
        Route::post("/api/v1/loyalty/promotions/{id}/coupons", market, || web::to(make)),
        Route::get("/api/v1/loyalty/coupon-batches/{id}/codes", market, || web::to(codes)),
        Route::delete("/api/v1/loyalty/coupon-batches/{id}", market, || web::to(void)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(offers, activate, granted, coupons, batches, make, codes, void, redeem))]
    struct Docs;
    Docs::openapi()
}
