//! Files that go out, and the statistics of months (CIMP-ETL-12, CIMP-PRT-05, CIMP-STAT-01, CIMP-STAT-04).

use super::conditions::{reader, selection_of};
use super::loaded::loaded;
use crate::http::prelude::*;
use crate::loyalty::Working;
use base::ChangeError;
use base::id::ProgrammeId;
use chrono::NaiveDate;
use loyalty::export::{Export, ExportInput, ExportState, query};
use loyalty::programme::Programme;
use loyalty::statistics::{self, Month, Run};

/// Which statistics.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatisticsQuery {
    /// Of which programme.
    pub programme_id: Uuid,
    /// Any day of the month; all months when absent.
    pub month: Option<NaiveDate>,
}

/// Statistics to make.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StatisticsInput {
    /// Of which programme.
    programme_id: Uuid,
    /// Any day of the month, which must be over.
    month: NaiveDate,
    /// These macroregions only, such as one that failed; an empty name is that of accounts without one.
    #[serde(default)]
    macroregions: Option<Vec<String>>,
}

/// Which file of statistics.
#[derive(Clone, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct StatisticsFile {
    /// Of which programme.
    pub programme_id: Uuid,
    /// Any day of the month.
    pub month: NaiveDate,
    /// The macroregion; empty: accounts without one.
    #[serde(default)]
    pub macroregion: String,
}

/// Exports, the newest first: those that the caller asked for, and those that show nothing that is kept from the caller.
#[utoipa::path(get, path = "/api/v1/loyalty/exports", operation_id = "listLoyaltyExports", tag = "loyalty files",
    params(PageQuery), responses((status = 200, body = Page<Export>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    let mut db = state.pool.acquire().await?;
    let reader = reader(&mut db, &caller).await?;
    let rows = query::list(&mut db, &reader, page.after()?, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| row.id)?))
}

/// One export.
#[utoipa::path(get, path = "/api/v1/loyalty/exports/{id}", operation_id = "getLoyaltyExport", tag = "loyalty files",
    params(("id" = Uuid, Path)), responses((status = 200, body = Export), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    Ok(HttpResponse::Ok().json(known(&state, &caller, id.0).await?))
}

/// Ask for a file. It is made in the background; `transmit` puts it into the folder from which others fetch.
#[utoipa::path(post, path = "/api/v1/loyalty/exports", operation_id = "createLoyaltyExport", tag = "loyalty files",
    request_body = ExportInput,
    responses((status = 202, body = Export), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    body: Json<ExportInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    let mut db = state.pool.acquire().await?;
    let selection = selection_of(&mut db, &caller, &body).await?;
    ChangeError::unless_empty(selection.faults)?;
    let mut dice = state.dice();
    let exports = &state.part::<Working>()?.exports;
    let mut edit = caller.edit(&mut dice);
    let begun = exports.start(&mut db, &mut edit, (*body).clone(), &selection.reads).await?;
    Ok(HttpResponse::Accepted().json(begun))
}

/// Load a file that was made. Whoever did not ask for it loads it only when every field that it shows, and that chose who is in
/// it, is for the own roles; else there is no such export.
#[utoipa::path(get, path = "/api/v1/loyalty/exports/{id}/file", operation_id = "loadLoyaltyExport",
    tag = "loyalty files", params(("id" = Uuid, Path)),
    responses((status = 200, content_type = "text/plain", body = String), (status = 404, body = Problem)))]
async fn load(state: Data<AppState>, caller: Caller, id: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    let export = known(&state, &caller, id.0).await?;
    if export.state != ExportState::Done {
        return Err(ApiError::not_found("file of export", export.id));
    }
    loaded(&state.part::<Working>()?.exports.dir.join(&export.name), &export.name).await
}

async fn known(state: &AppState, caller: &Caller, id: Uuid) -> Result<Export, ApiError> {
    let mut db = state.pool.acquire().await?;
    let reader = reader(&mut db, caller).await?;
    query::find(&mut db, &reader, id).await?.ok_or_else(|| ApiError::not_found("export", id))
}

/// How the statistics of months stand, each macroregion by itself.
#[utoipa::path(get, path = "/api/v1/loyalty/statistics", operation_id = "listLoyaltyStatistics",
    tag = "loyalty files", params(StatisticsQuery), responses((status = 200, body = Vec<Run>)))]
async fn runs(
    state: Data<AppState>,
    caller: Caller,
    wanted: Query<StatisticsQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    let programme = programme(&state, wanted.programme_id).await?;
    let month = wanted.month.map(|day| Month::of(day, programme.zone()).first());
    let mut db = state.pool.acquire().await?;
    let runs = statistics::query::runs(&mut db, wanted.programme_id, month).await?;
    Ok(HttpResponse::Ok().json(runs))
}

/// Make the statistics of a month by hand: all of it, or macroregions that failed. What was made before is made anew.
#[utoipa::path(post, path = "/api/v1/loyalty/statistics", operation_id = "makeLoyaltyStatistics",
    tag = "loyalty files", request_body = StatisticsInput,
    responses((status = 202), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn make(
    state: Data<AppState>,
    caller: Caller,
    body: Json<StatisticsInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    let programme = programme(&state, body.programme_id).await?;
    let month = Month::of(body.month, programme.zone());
    if !month.is_over(caller.now()) {
        return Err(ApiError::invalid("/month", "the month is not over yet"));
    }
    let statistics = state.part::<Working>()?.statistics.clone();
    let only = body.macroregions.clone();
    tokio::spawn(async move {
        if let Err(error) = statistics.make(&programme, month, only).await {
            tracing::error!(%error, "statistics that were asked for were not begun");
        }
    });
    Ok(HttpResponse::Accepted().finish())
}

/// Load the file of a macroregion.
#[utoipa::path(get, path = "/api/v1/loyalty/statistics/file", operation_id = "loadLoyaltyStatistics",
    tag = "loyalty files", params(StatisticsFile),
    responses((status = 200, content_type = "text/plain", body = String), (status = 404, body = Problem)))]
async fn load_statistics(
    state: Data<AppState>,
    caller: Caller,
    wanted: Query<StatisticsFile>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyMarket)?;
    let programme = programme(&state, wanted.programme_id).await?;
    let month = Month::of(wanted.month, programme.zone()).first();
    let mut db = state.pool.acquire().await?;
    let runs = statistics::query::runs(&mut db, wanted.programme_id, Some(month)).await?;
    let run = runs.into_iter().find(|run| run.macroregion == wanted.macroregion);
    let name = run.and_then(|run| run.file_name);
    let name = name.ok_or_else(|| ApiError::not_found("statistics of macroregion", &wanted.macroregion))?;
    loaded(&state.part::<Working>()?.statistics.dir.join(&name), &name).await
}

async fn programme(state: &AppState, id: Uuid) -> Result<Programme, ApiError> {
    let mut db = state.pool.acquire().await?;
    let found = loyalty::query::find_programme(&mut db, ProgrammeId::from_uuid(id)).await?;
    found.ok_or_else(|| ApiError::not_found("programme", id))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let market = Needs::Operation(Operation::LoyaltyMarket);
    vec![
        Route::get("/api/v1/loyalty/exports", market, || web::to(list)),
        Route::post("/api/v1/loyalty/exports", market, || web::to(create)),
        Route::get("/api/v1/loyalty/exports/{id}", market, || web::to(find)),
        Route::get("/api/v1/loyalty/exports/{id}/file", market, || web::to(load)),
        Route::get("/api/v1/loyalty/statistics", market, || web::to(runs)),
        Route::post("/api/v1/loyalty/statistics", market, || web::to(make)),
        Route::get("/api/v1/loyalty/statistics/file", market, || web::to(load_statistics)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, create, load, runs, make, load_statistics))]
    struct Docs;
    Docs::openapi()
}
