//! Whether the server lives and whether it can work, for whoever restarts it or sends it traffic; and metrics.

use crate::http::caller::identify;
use crate::http::prelude::*;
use platform::journal::Journal;
use std::time::Duration;

/// How long the database may take to answer before it counts as away.
const DATABASE_ANSWERS_WITHIN: Duration = Duration::from_secs(2);

/// Whether the server can work.
#[derive(Debug, Serialize, ToSchema)]
pub struct Readiness {
    /// All is well.
    pub ready: bool,
    /// `ok` or `away`.
    pub database: &'static str,
    /// Writes that wait for the database.
    pub journal_backlog: usize,
    /// The last write reached the database.
    pub journal_healthy: bool,
}

/// Whether the database answers.
pub(super) async fn database(state: &AppState) -> &'static str {
    let answer = tokio::time::timeout(DATABASE_ANSWERS_WITHIN, async {
        let mut db = state.pool.acquire().await?;
        sqlx::Connection::ping(&mut *db).await
    });
    if matches!(answer.await, Ok(Ok(()))) { "ok" } else { "away" }
}

/// The process runs. Says nothing of what it needs: a restart would not bring the database back.
#[utoipa::path(get, path = "/healthz", operation_id = "getHealth", tag = "system", security(()),
    responses((status = 200, body = String, content_type = "text/plain")))]
async fn health() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("ok\n")
}

/// The server can work: the database answers and what was kept is written. While it is not ready, running calls
/// go on and what they must store is kept.
#[utoipa::path(get, path = "/readyz", operation_id = "getReadiness", tag = "system", security(()),
    responses((status = 200, body = Readiness), (status = 503, body = Readiness)))]
async fn readiness(state: Data<AppState>) -> HttpResponse {
    let database = database(&state).await;
    let journal = state.find_part::<Journal>();
    let journal_healthy = journal.is_none_or(Journal::is_healthy);
    let readiness = Readiness {
        ready: database == "ok" && journal_healthy,
        database,
        journal_backlog: journal.map_or(0, Journal::backlog),
        journal_healthy,
    };
    let mut response = if readiness.ready { HttpResponse::Ok() } else { HttpResponse::ServiceUnavailable() };
    response.insert_header(("cache-control", "no-store")).json(readiness)
}

/// Whether a request comes from this machine itself, and not by way of a proxy on it.
fn is_local(request: &HttpRequest) -> bool {
    let own = request.peer_addr().is_some_and(|peer| peer.ip().to_canonical().is_loopback());
    own && !["forwarded", "x-forwarded-for"].iter().any(|header| request.headers().contains_key(*header))
}

/// Measurements in the text format of Prometheus. They tell how busy the site is, so they are for this machine
/// itself and for callers with `log.read`, such as an API key, unless `[http] metrics_open` opens them.
#[utoipa::path(get, path = "/metrics", operation_id = "getMetrics", tag = "system",
    responses((status = 200, body = String, content_type = "text/plain"), (status = 401, body = Problem),
        (status = 403, body = Problem)))]
async fn metrics(request: HttpRequest, state: Data<AppState>) -> Result<HttpResponse, ApiError> {
    if !state.settings.metrics_open && !is_local(&request) {
        identify(request.headers(), &state).await?.require(Operation::LogRead)?;
    }
    let measured = platform::telemetry::render_metrics();
    Ok(HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(measured))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/healthz", Needs::Nothing, || web::to(health)),
        Route::get("/readyz", Needs::Nothing, || web::to(readiness)),
        // The handler looks: this machine itself needs nothing.
        Route::get("/metrics", Needs::Nothing, || web::to(metrics)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(health, readiness, metrics))]
    struct Docs;
    Docs::openapi()
}
