//! Loyalty programmes: members, points, activities (CIMP-API-01..13); masters, the catalogue, partners, promotions. JSON and XML on the same operations.

mod accounts;
mod activities;
mod adjustments;
mod audit;
mod balance;
mod bodies;
mod changes;
mod common;
mod conditions;
mod conversions;
mod coupons;
mod explain;
mod exports;
mod files;
mod history;
mod kept;
mod loaded;
mod masters;
mod media;
mod member;
mod orders;
mod partners;
mod parts;
mod profile;
mod programmes;
mod promotions;
mod returns;
mod rewards;
mod schema;
mod services;
mod structures;
mod xml;

pub use common::Coupons;

use crate::http::route::Route;

/// The routes of loyalty.
#[must_use]
pub fn routes() -> Vec<Route> {
    [
        programmes::routes(),
        accounts::routes(),
        services::routes(),
        activities::routes(),
        adjustments::routes(),
        returns::routes(),
        balance::routes(),
        history::routes(),
        explain::routes(),
        audit::routes(),
        member::routes(),
        schema::routes(),
        masters::routes(),
        rewards::routes(),
        orders::routes(),
        partners::routes(),
        conversions::routes(),
        promotions::routes(),
        conditions::routes(),
        coupons::routes(),
        structures::routes(),
        files::routes(),
        exports::routes(),
    ]
    .concat()
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> Vec<utoipa::openapi::OpenApi> {
    vec![
        programmes::docs(),
        accounts::docs(),
        services::docs(),
        activities::docs(),
        adjustments::docs(),
        returns::docs(),
        balance::docs(),
        history::docs(),
        explain::docs(),
        audit::docs(),
        member::docs(),
        schema::docs(),
        masters::docs(),
        rewards::docs(),
        orders::docs(),
        partners::docs(),
        conversions::docs(),
        promotions::docs(),
        conditions::docs(),
        coupons::docs(),
        structures::docs(),
        files::docs(),
        exports::docs(),
    ]
}
