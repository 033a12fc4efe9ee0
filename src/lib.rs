//! The server: composition root, command line, HTTP and WebSocket edges.

pub mod app;
pub mod automation;
pub mod cli;
pub mod demo;
pub mod demo_data;
pub mod directory;
mod housekeeping;
pub mod http;
pub mod ingest;
pub mod live;
pub mod loyalty;
pub mod messages;
pub mod processes;
mod promotions;
mod records;
pub mod run;
pub mod settings;
pub mod telegram;
pub mod ws;
