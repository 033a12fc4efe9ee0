//! Messages and sign-ins over servers that others wrote. `scripts/setup test` installs them.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails, and says where"
)]

mod faults;
mod ldap;
mod mail;
mod postfix;
mod sms;
mod world;
