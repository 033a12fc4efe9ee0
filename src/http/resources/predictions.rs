//! Predictions (BRE-ML-01): defined, trained, judged, launched, and used when something is decided.

mod drafts;
mod life;
mod next_action;
mod scores;

use crate::http::route::Route;

/// The routes of all of them.
#[must_use]
pub fn routes() -> Vec<Route> {
    [drafts::routes(), life::routes(), scores::routes(), next_action::routes()].concat()
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> Vec<utoipa::openapi::OpenApi> {
    vec![drafts::docs(), life::docs(), scores::docs(), next_action::docs()]
}
