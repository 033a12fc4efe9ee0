//! The server: composition root, command line, HTTP and WebSocket edges.

pub mod app;
pub mod cli;
pub mod http;
pub mod settings;
pub mod ws;
