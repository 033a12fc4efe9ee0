//! Masters: reasons, merchants, merchandise, service lines, macroregions, regions, tariff plans (CIMP-MST-01 … CIMP-MST-07).

use super::changes::history;
use super::kept::{added, changed, shown, switched_off};
use crate::http::prelude::*;
use crate::http::resources::histories::HistoryEntry;
use loyalty::id::MasterId;
use loyalty::master::{Master, MasterFields, MasterKind, MasterSearch, ReasonArea};
use loyalty::query::master as query;
use loyalty::store::master as store;

/// Which entries a list shows.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MasterFilter {
    /// Those that belong to it: the code of a merchant or a macroregion.
    pub parent: Option<String>,
    /// Reasons that are valid for this operation.
    pub area: Option<ReasonArea>,
    /// Those in use (`true`) or those that are switched off (`false`).
    pub active: Option<bool>,
}

/// The list that the address names.
fn kind_of(kind: &str) -> Result<MasterKind, ApiError> {
    kind.parse().map_err(|_| ApiError::not_found("master", kind))
}

async fn in_list(db: &mut sqlx::PgConnection, kind: &str, id: MasterId) -> Result<Master, ApiError> {
    let kind = kind_of(kind)?;
    let found = query::find(db, id).await?.filter(|master| master.kind == kind);
    found.ok_or_else(|| ApiError::not_found(kind.as_str(), id))
}

/// Entries of a master, by code.
#[utoipa::path(get, path = "/api/v1/loyalty/masters/{kind}", operation_id = "listLoyaltyMasters", tag = "loyalty",
    params(("kind" = MasterKind, Path), PageQuery, MasterFilter),
    responses((status = 200, body = Page<Master>), (status = 404, body = Problem)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    kind: Path<String>,
    page: Query<PageQuery>,
    filter: Query<MasterFilter>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let kind = kind_of(&kind.0)?;
    let search = MasterSearch {
        pattern: page.pattern(),
        parent: filter.parent.as_deref(),
        area: filter.area,
        active: filter.active,
        after: page.after::<String>()?,
    };
    let mut db = state.pool.acquire().await?;
    let rows = query::search(&mut db, kind, &search, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| row.fields.code.clone())?))
}

/// One entry of a master.
#[utoipa::path(get, path = "/api/v1/loyalty/masters/{kind}/{id}", operation_id = "getLoyaltyMaster", tag = "loyalty",
    params(("kind" = MasterKind, Path), ("id" = Uuid, Path)),
    responses((status = 200, body = Master), (status = 404, body = Problem)))]
async fn find(
    state: Data<AppState>,
    caller: Caller,
    path: Path<(String, MasterId)>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    Ok(shown(&in_list(&mut db, &path.0.0, path.0.1).await?))
}

/// Add an entry to a master.
#[utoipa::path(post, path = "/api/v1/loyalty/masters/{kind}", operation_id = "createLoyaltyMaster", tag = "loyalty",
    params(("kind" = MasterKind, Path), IdempotencyHeader), request_body = MasterFields,
    responses((status = 201, body = Master), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    kind: Path<String>,
    key: IdempotencyKey,
    body: Json<MasterFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::LoyaltyMarket, None)?;
    let kind = kind_of(&kind.0)?;
    let place = format!("masters/{}", kind.as_str());
    added((&state, &caller), &key, &body, &place, async |db, edit| {
        Ok(store::insert(db, edit, kind, &body).await?)
    })
    .await
}

/// Change an entry of a master. Its code stays.
#[utoipa::path(put, path = "/api/v1/loyalty/masters/{kind}/{id}", operation_id = "changeLoyaltyMaster", tag = "loyalty",
    params(("kind" = MasterKind, Path), ("id" = Uuid, Path), IfMatchHeader), request_body = MasterFields,
    responses((status = 200, body = Master), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    path: Path<(String, MasterId)>,
    version: IfMatch,
    body: Json<MasterFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::LoyaltyMarket, None)?;
    changed((&state, &caller), async |db, edit| {
        in_list(db, &path.0.0, path.0.1).await?;
        Ok(store::update(db, edit, path.0.1, version.0, &body).await?)
    })
    .await
}

/// Switch an entry of a master off: it is no longer chosen, and what names it stays.
#[utoipa::path(delete, path = "/api/v1/loyalty/masters/{kind}/{id}", operation_id = "switchOffLoyaltyMaster",
    tag = "loyalty", params(("kind" = MasterKind, Path), ("id" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn switch_off(
    state: Data<AppState>,
    caller: Caller,
    path: Path<(String, MasterId)>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::LoyaltyMarket, None)?;
    switched_off((&state, &caller), async |db, edit| {
        in_list(db, &path.0.0, path.0.1).await?;
        Ok(store::switch_off(db, edit, path.0.1).await?)
    })
    .await
}

/// What happened to an entry of a master, newest first.
#[utoipa::path(get, path = "/api/v1/loyalty/masters/{kind}/{id}/history", operation_id = "getLoyaltyMasterHistory",
    tag = "loyalty", params(("kind" = MasterKind, Path), ("id" = Uuid, Path), PageQuery),
    responses((status = 200, body = Page<HistoryEntry>), (status = 404, body = Problem)))]
async fn past(
    state: Data<AppState>,
    caller: Caller,
    path: Path<(String, MasterId)>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    let master = in_list(&mut db, &path.0.0, path.0.1).await?;
    Ok(HttpResponse::Ok().json(history(&mut db, master.id.as_uuid(), &page).await?))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, market) =
        (Needs::Operation(Operation::LoyaltyRead), Needs::Operation(Operation::LoyaltyMarket));
    vec![
        Route::get("/api/v1/loyalty/masters/{kind}", read, || web::to(list)),
        Route::post("/api/v1/loyalty/masters/{kind}", market, || web::to(create)),
        Route::get("/api/v1/loyalty/masters/{kind}/{id}", read, || web::to(find)),
        Route::put("/api/v1/loyalty/masters/{kind}/{id}", market, || web::to(change)),
        Route::delete("/api/v1/loyalty/masters/{kind}/{id}", market, || web::to(switch_off)),
        Route::get("/api/v1/loyalty/masters/{kind}/{id}/history", read, || web::to(past)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, create, change, switch_off, past))]
    struct Docs;
    Docs::openapi()
}
