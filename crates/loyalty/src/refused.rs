//! Why an operation with points was not done: nothing of it has happened once the caller rolls back.

use crate::bonus_type::amount::Points;
use base::{ChangeError, FieldFault};
use ledger::Refusal;

/// Why an operation with points was not done.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A record is not there, or a value cannot be accepted, or the database failed.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// Not in the present state: the text says why and what can be done.
    #[error("{0}")]
    NotNow(String),
    /// Too few points.
    #[error("{asked} are needed and {available} are available")]
    TooFew {
        /// What the member can spend.
        available: Points,
        /// What was asked.
        asked: Points,
    },
}

impl From<sqlx::Error> for Refused {
    fn from(error: sqlx::Error) -> Self {
        Self::Change(ChangeError::Database(error))
    }
}

impl Refused {
    /// There is no such record.
    #[must_use]
    pub const fn unknown(what: &'static str) -> Self {
        Self::Change(ChangeError::Unknown(what))
    }

    /// One value cannot be accepted.
    #[must_use]
    pub fn invalid(pointer: &str, detail: impl Into<String>) -> Self {
        Self::Change(ChangeError::Invalid(vec![FieldFault::new(pointer, detail)]))
    }

    /// It is not possible in the present state.
    #[must_use]
    pub fn not_now(detail: impl ToString) -> Self {
        Self::NotNow(detail.to_string())
    }

    /// What the ledger refused, with amounts as people read them.
    #[must_use]
    pub fn by_ledger(refusal: &Refusal, scale: i16) -> Self {
        match refusal {
            Refusal::Insufficient { available, asked } => {
                Self::TooFew { available: Points::new(*available, scale), asked: Points::new(*asked, scale) }
            }
            other => Self::NotNow(other.to_string()),
        }
    }
}
