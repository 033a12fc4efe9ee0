//! Somebody changes a record: who and when, and what can be wrong with it.

use crate::event::Author;
use chrono::{DateTime, Utc};
use rand::Rng;
use serde::Serialize;

/// One act of changing records: when, by whom, and the dice for new ids.
pub struct Edit<'r> {
    /// The moment of the change.
    pub now: DateTime<Utc>,
    /// Who changes it.
    pub author: Author,
    /// Makes the ids of new records and events.
    pub rng: &'r mut dyn Rng,
}

/// One field of a request that cannot be accepted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, utoipa::ToSchema)]
pub struct FieldFault {
    /// Which field, as a JSON pointer (RFC 6901) into the request body.
    #[schema(example = "/name")]
    pub pointer: String,
    /// What is wrong with it and what would be right, lower case.
    pub detail: String,
    /// What kind of fault, such as `unknown_name`, where a check has a list of kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl FieldFault {
    /// A fault of the field at `pointer`.
    #[must_use]
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into(), code: None }
    }

    /// The same fault with its kind.
    #[must_use]
    pub fn of_kind(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }
}

/// Why a record was not created, changed or archived.
#[derive(Debug, thiserror::Error)]
pub enum ChangeError {
    /// There is no such record, or it was archived.
    #[error("this {0} does not exist")]
    Unknown(&'static str),
    /// Somebody changed it meanwhile.
    #[error("version {given} was changed meanwhile: the present version is {present}")]
    Stale {
        /// The version the request was based on.
        given: i32,
        /// The version that is stored.
        present: i32,
    },
    /// Another record already has what must be unique.
    #[error("{}: {}", .0.pointer, .0.detail)]
    Taken(FieldFault),
    /// Other records still need it.
    #[error("{0}")]
    InUse(String),
    /// Fields that cannot be accepted; never empty.
    #[error("{} of the fields cannot be accepted", .0.len())]
    Invalid(Vec<FieldFault>),
    /// The database failed.
    #[error("database error")]
    Database(#[from] sqlx::Error),
}

/// Whether the stored version is the one that a change was based on.
///
/// # Errors
/// It is another one.
pub const fn same_version(present: i32, given: i32) -> Result<(), ChangeError> {
    if present == given { Ok(()) } else { Err(ChangeError::Stale { given, present }) }
}

impl ChangeError {
    /// Nothing when `faults` is empty, else [`ChangeError::Invalid`].
    ///
    /// # Errors
    /// When there is at least one fault.
    pub fn unless_empty(faults: Vec<FieldFault>) -> Result<(), Self> {
        if faults.is_empty() { Ok(()) } else { Err(Self::Invalid(faults)) }
    }

    /// Turns the violation of the unique constraint `name` into [`ChangeError::Taken`]; anything else stays
    /// what it is. The database owns uniqueness: check-then-insert would be a race.
    #[must_use]
    pub fn on_constraint(error: sqlx::Error, name: &str, pointer: &str, detail: &str) -> Self {
        let violated = error.as_database_error().and_then(sqlx::error::DatabaseError::constraint);
        if violated == Some(name) {
            Self::Taken(FieldFault::new(pointer, detail))
        } else {
            Self::Database(error)
        }
    }
}
