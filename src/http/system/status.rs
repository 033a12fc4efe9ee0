//! What runs here, for administrators.

use super::health::database;
use crate::http::prelude::*;
use platform::journal::Journal;

/// The SIP addresses on which the server listens, as a live part of the state.
#[derive(Clone, Debug, Default)]
pub struct SipAddresses(pub Vec<String>);

/// The state of the server.
#[derive(Debug, Serialize, ToSchema)]
pub struct Status {
    /// Version of the program.
    pub version: &'static str,
    /// SIP addresses on which the server listens.
    pub sip: Vec<String>,
    /// Seconds since the start.
    pub uptime_seconds: i64,
    /// `ok` or `away`.
    pub database: &'static str,
    /// Writes that wait for the database.
    pub journal_backlog: usize,
}

/// The state of the server.
#[utoipa::path(get, path = "/api/v1/status", operation_id = "getStatus", tag = "system",
    responses((status = 200, body = Status)))]
async fn get(state: Data<AppState>) -> HttpResponse {
    HttpResponse::Ok().json(Status {
        version: env!("CARGO_PKG_VERSION"),
        sip: state.find_part::<SipAddresses>().map(|addresses| addresses.0.clone()).unwrap_or_default(),
        uptime_seconds: (state.clock.now() - state.started_at).num_seconds(),
        database: database(&state).await,
        journal_backlog: state.find_part::<Journal>().map_or(0, Journal::backlog),
    })
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/status", Needs::Operation(Operation::LogRead), || web::to(get))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(get))]
    struct Docs;
    Docs::openapi()
}
