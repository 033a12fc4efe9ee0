//! SQL that reads the schema `routing`, for screens and for the live part at its start.

pub mod config;
pub mod contact;
pub mod day;
