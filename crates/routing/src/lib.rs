//! The routing kernel: queues, skills, operators, offers, service level.

pub mod board;
pub mod config;
pub mod contact;
pub mod estimate;
pub mod explain;
pub mod live;
pub mod matching;
pub mod operator;
pub mod query;
pub mod queue;
pub mod service_level;
pub mod store;
