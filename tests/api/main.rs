//! The HTTP interface from outside: the real application on a port of its own, with a fresh database and a clock
//! that the test moves.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails, and says where"
)]

mod contract;
mod keys;
mod limits;
mod password;
mod people;
mod record;
mod roles;
mod routes;
mod session;
mod support;
mod system;
mod tls;
mod units;
