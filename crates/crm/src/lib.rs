//! Records: customers and the identifiers that find them.
