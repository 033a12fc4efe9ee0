//! SQL that changes the schema `loyalty`. Functions take a connection; the edge owns the transaction.
