//! The ledger on a real Postgres.

#[path = "postgres/posting.rs"]
mod posting;
#[path = "postgres/site.rs"]
mod site;
