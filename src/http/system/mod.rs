//! The server itself: health, state, log levels, documents, the web application.

pub mod documents;
pub mod health;
pub mod log_levels;
pub mod panels;
pub mod status;
pub mod web_app;

use crate::http::route::Route;

/// The routes of this folder.
#[must_use]
pub fn routes() -> Vec<Route> {
    [health::routes(), status::routes(), log_levels::routes(), panels::routes(), documents::routes()].concat()
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn documents() -> Vec<utoipa::openapi::OpenApi> {
    vec![health::docs(), status::docs(), log_levels::docs(), panels::docs(), documents::docs()]
}
