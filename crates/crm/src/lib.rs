//! Records: customers and the identifiers that find them.
//!
//! `crm` does not know what a call or a queue is: it is asked whom a number belongs to.

pub mod customer;
pub mod name;
pub mod query;
pub mod store;
