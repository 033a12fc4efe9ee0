//! SQL that reads the schema `flow`.

pub mod connector;
pub mod flow;
pub mod run;
pub mod task;
