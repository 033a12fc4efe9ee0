//! Rules: written, checked, tried, approved, launched, watched; and the reference tables they look things up in.

mod around;
mod decisions;
mod drafts;
mod lifecycle;
mod recent;
mod references;
mod results;
mod simulations;
mod trials;

pub(crate) use around::{of_customers, surroundings};
pub use drafts::RuleFile;

use crate::http::route::Route;

/// The routes of all of them.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        recent::routes(),
        drafts::routes(),
        trials::routes(),
        lifecycle::routes(),
        simulations::routes(),
        results::routes(),
        decisions::routes(),
        references::routes(),
    ]
    .concat()
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        recent::docs(),
        drafts::docs(),
        trials::docs(),
        lifecycle::docs(),
        simulations::docs(),
        results::docs(),
        decisions::docs(),
        references::docs(),
    ]
}
