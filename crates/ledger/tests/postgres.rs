//! The ledger on a real Postgres.

#[path = "postgres/credits.rs"]
mod credits;
#[path = "postgres/expiry.rs"]
mod expiry;
#[path = "postgres/locks.rs"]
mod locks;
#[path = "postgres/period.rs"]
mod period;
#[path = "postgres/posting.rs"]
mod posting;
#[path = "postgres/site.rs"]
mod site;
#[path = "postgres/tills.rs"]
mod tills;
#[path = "postgres/verifying.rs"]
mod verifying;
