//! Masters, the catalogue with its orders, partners and promotions against a real Postgres.
#![expect(clippy::unwrap_used, reason = "tests")]

mod coupons;
mod masters;
mod orders;
mod partners;
mod promotions;
mod support;
