//! Signing in, people, units, roles, groups, keys, and the record of what they did.

pub mod api_keys;
mod directory_sign_in;
pub mod events;
pub mod password;
pub mod people;
pub mod people_groups;
pub mod person_acts;
pub mod roles;
pub mod session;
pub mod units;

use crate::http::route::Route;

/// The routes of this folder.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        session::routes(),
        password::routes(),
        people::routes(),
        person_acts::routes(),
        units::routes(),
        roles::routes(),
        people_groups::routes(),
        api_keys::routes(),
        events::routes(),
    ]
    .concat()
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn documents() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        session::docs(),
        password::docs(),
        people::docs(),
        person_acts::docs(),
        units::docs(),
        roles::docs(),
        people_groups::docs(),
        api_keys::docs(),
        events::docs(),
    ]
}
