//! The routing kernel: queues, skills, operators, offers, service level.

pub mod contact;
pub mod matching;
pub mod explain;
pub mod queue;
pub mod operator;
pub mod estimate;
pub mod service_level;
pub mod board;
pub mod config;
pub mod store;
pub mod query;
