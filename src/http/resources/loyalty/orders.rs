//! Applications for rewards: place, confirm, cancel (CIMP-RED-02, CIMP-RED-03, CIMP-RED-05, CIMP-API-12, CIMP-ST-03).

use super::common::{
    ORDER_SERVERS, PARTNER_READERS, PartnerView, Period, account, account_of_filter, source,
};
use super::media::spoken;
use crate::http::prelude::*;
use loyalty::id::{OrderId, PartnerId, RewardId};
use loyalty::order::{OrderState, RewardOrder};
use loyalty::query::order::{self as query, OrderSearch};
use loyalty::store::order::{self as store, NewOrder};
use sqlx::PgConnection;

/// What is ordered.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OrderInput {
    /// With whose points: the number of the account, or its id.
    #[schema(example = "100200300")]
    pub account: String,
    /// The code of the reward.
    #[schema(example = "mug")]
    pub reward: String,
    /// The code of the bonus type, where the reward has several prices.
    #[serde(default)]
    pub bonus_type: Option<String>,
    /// How many; 1 when absent.
    #[serde(default = "one", deserialize_with = "loyalty::input::whole")]
    pub quantity: i32,
    /// What is to be remembered.
    #[serde(default)]
    pub note: String,
}

const fn one() -> i32 {
    1
}

/// Why an order is cancelled.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OrderCancellation {
    /// A reason that is valid for `order_cancellation`.
    pub reason: Option<String>,
}

/// Which orders a list shows.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OrderFilter {
    /// Of this account: its number or its id.
    pub account: Option<String>,
    /// With this number.
    pub number: Option<i64>,
    /// Of this reward.
    pub reward_id: Option<RewardId>,
    /// Of services of this partner.
    pub partner_id: Option<PartnerId>,
    /// Which stand there.
    pub state: Option<OrderState>,
}

/// Orders, newest first. Whoever works for a partner sees those of its services.
#[utoipa::path(get, path = "/api/v1/loyalty/orders", operation_id = "listRewardOrders", tag = "loyalty",
    params(PageQuery, OrderFilter, Period), responses((status = 200, body = Page<RewardOrder>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<OrderFilter>,
    period: Query<Period>,
) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyRead])?;
    let mut db = state.pool.acquire().await?;
    let search = OrderSearch {
        id: None,
        number: filter.number,
        account: account_of_filter(&mut db, filter.account.as_deref()).await?,
        reward: filter.reward_id,
        partner: filter.partner_id,
        units: view.units(),
        state: filter.state,
        from: period.from,
        until: period.until,
        after: page.after::<OrderId>()?,
    };
    let rows = query::search(&mut db, &search, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| row.id)?))
}

async fn visible(db: &mut PgConnection, view: &PartnerView, id: OrderId) -> Result<RewardOrder, ApiError> {
    let one = OrderSearch { id: Some(id), units: view.units(), ..OrderSearch::default() };
    query::search(db, &one, 1).await?.pop().ok_or_else(|| ApiError::not_found("order", id))
}

/// One order.
#[utoipa::path(get, path = "/api/v1/loyalty/orders/{id}", operation_id = "getRewardOrder", tag = "loyalty",
    params(("id" = Uuid, Path)), responses((status = 200, body = RewardOrder), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<OrderId>) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyRead])?;
    let mut db = state.pool.acquire().await?;
    Ok(HttpResponse::Ok().json(visible(&mut db, &view, id.0).await?))
}

/// Order a reward: its goods are reserved and its points held, or spent at once where nobody confirms.
#[utoipa::path(post, path = "/api/v1/loyalty/orders", operation_id = "placeRewardOrder", tag = "loyalty",
    params(IdempotencyHeader), request_body = OrderInput,
    responses((status = 201, body = RewardOrder), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn place(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<OrderInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::LoyaltyServe, None)?;
    key.required()?;
    key.once(&state, &caller, &body, async |db, rng| {
        placed(db, &mut caller.edit(rng), &body, source(&caller)).await
    })
    .await
}

/// Places an order and answers with it.
pub(super) async fn placed(
    db: &mut PgConnection,
    edit: &mut base::Edit<'_>,
    body: &OrderInput,
    source: &str,
) -> Result<Answer, ApiError> {
    let reward = loyalty::query::reward::called(db, &body.reward).await?;
    let reward =
        reward.ok_or_else(|| ApiError::invalid("/reward", "there is no such reward in the catalogue"))?;
    let new = NewOrder {
        account: account(db, &body.account).await?,
        reward: reward.id,
        bonus_type: body.bonus_type.as_deref(),
        quantity: body.quantity,
        note: body.note.trim(),
        source,
    };
    let order = store::place(db, edit, &new).await?;
    let (id, version) = (order.id, order.version);
    Ok(Answer::created(format!("/api/v1/loyalty/orders/{id}"), &order)?.version(version))
}

/// Confirm an order: the reward is activated, its points are spent. Doing it twice changes nothing.
#[utoipa::path(post, path = "/api/v1/loyalty/orders/{id}/confirm", operation_id = "confirmRewardOrder", tag = "loyalty",
    params(("id" = Uuid, Path), IdempotencyHeader),
    responses((status = 200, body = RewardOrder), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn confirm(
    state: Data<AppState>,
    caller: Caller,
    id: Path<OrderId>,
    key: IdempotencyKey,
) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyServe])?;
    key.once_bodyless(&state, &caller, async |db, rng| {
        visible(db, &view, id.0).await?;
        let order = store::confirm(db, &mut caller.edit(rng), id.0).await?;
        let version = order.version;
        Ok(Answer::ok(&order)?.version(version))
    })
    .await
}

/// Cancel an order: what was held is let go, what was spent comes back into the lots that it came from. Doing it twice
/// changes nothing.
#[utoipa::path(post, path = "/api/v1/loyalty/orders/{id}/cancel", operation_id = "cancelRewardOrder", tag = "loyalty",
    params(("id" = Uuid, Path), IdempotencyHeader), request_body = OrderCancellation,
    responses((status = 200, body = RewardOrder), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn cancel(
    state: Data<AppState>,
    caller: Caller,
    id: Path<OrderId>,
    key: IdempotencyKey,
    body: Json<OrderCancellation>,
) -> Result<HttpResponse, ApiError> {
    let view = PartnerView::of(&caller, &[Operation::LoyaltyServe])?;
    key.once(&state, &caller, &body, async |db, rng| {
        visible(db, &view, id.0).await?;
        let order = store::cancel(db, &mut caller.edit(rng), id.0, body.reason.as_deref()).await?;
        let version = order.version;
        Ok(Answer::ok(&order)?.version(version))
    })
    .await
}

/// The routes of this file. Who works for a partner confirms and cancels orders of its services: the handlers look.
#[must_use]
pub fn routes() -> Vec<Route> {
    let serve = Needs::Operation(Operation::LoyaltyServe);
    vec![
        Route::get("/api/v1/loyalty/orders", PARTNER_READERS, || spoken(web::to(list), "orders")),
        Route::post("/api/v1/loyalty/orders", serve, || spoken(web::to(place), "order")),
        Route::get("/api/v1/loyalty/orders/{id}", PARTNER_READERS, || spoken(web::to(find), "order")),
        Route::post("/api/v1/loyalty/orders/{id}/confirm", ORDER_SERVERS, || {
            spoken(web::to(confirm), "order")
        }),
        Route::post("/api/v1/loyalty/orders/{id}/cancel", ORDER_SERVERS, || spoken(web::to(cancel), "order")),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, place, confirm, cancel))]
    struct Docs;
    Docs::openapi()
}
