//! SQL that reads the schema `loyalty`.
