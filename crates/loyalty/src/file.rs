//! Files of the loyalty programme: what a line must be, what it says, and what is wrong with it (CIMP-ETL-*).
//!
//! Everything here is decided over bytes that somebody else has read. The three steps of a file: its name says which
//! [`Structure`] it has ([`name`]), a first pass over its bytes says whether it can be taken at all ([`scan`]), and
//! each line then becomes a [`Record`] or a [`LineFault`] ([`line`]).

pub mod export;
pub mod kind;
pub mod line;
pub mod name;
pub mod query;
pub mod record;
pub mod scan;
pub mod sex;
pub mod store;
#[cfg(test)]
mod stored_tests;
pub mod structure;
#[cfg(test)]
mod tests;
pub mod topup;
pub mod value;

pub use kind::{Field, FileKind, Shape};
pub use line::{LineFault, LineKey, Record, read_line};
pub use scan::{FileFault, Scan, Scanned};
pub use structure::{Column, Encoding, Structure};
pub use value::Value;
