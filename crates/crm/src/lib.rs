//! Records: customers, cards of kinds that administrators make, their attributes, and the links between them.
//!
//! `crm` does not know what a call or a queue is: it is asked whom a number belongs to.

pub mod attribute;
pub mod card;
pub mod columns;
pub mod customer;
pub mod history;
pub mod link;
pub mod name;
pub mod query;
pub mod question;
pub mod sight;
pub mod store;
pub mod structure;
pub mod viewer;
