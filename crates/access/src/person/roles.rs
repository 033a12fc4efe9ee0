//! Which roles a person may be given, and that somebody stays who can give them.

/// SQL of the roles of people.
pub(crate) mod store;
