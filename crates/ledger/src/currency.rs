//! Currencies: what amounts are of.

use crate::amount::SCALE_MAX;
use base::id::CurrencyId;
use base::{ChangeError, FieldFault};
use serde::{Deserialize, Serialize};

/// A currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow, utoipa::ToSchema)]
pub struct Currency {
    /// Its id.
    pub id: CurrencyId,
    /// Its code, unique: `POINT`.
    pub code: String,
    /// Decimal places of an amount, 0 to 6; never changes.
    #[sqlx(try_from = "i16")]
    pub scale: u8,
    /// Whether a reversal may leave a debt (GAP-36).
    pub allows_debt: bool,
}

/// A currency about to be made.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, utoipa::ToSchema)]
pub struct CurrencyFields {
    /// 1 to 40 letters, digits, `_` and `-`.
    pub code: String,
    /// Decimal places, 0 to 6.
    pub scale: u8,
    /// Whether a reversal may leave a debt.
    pub allows_debt: bool,
}

/// Longest code.
const CODE_MAX: usize = 40;

impl CurrencyFields {
    /// Whether they can be accepted.
    ///
    /// # Errors
    /// [`ChangeError::Invalid`] with every fault.
    pub fn check(&self) -> Result<(), ChangeError> {
        let mut faults = Vec::new();
        let is_code = |code: &str| {
            (1..=CODE_MAX).contains(&code.len())
                && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
        };
        if !is_code(&self.code) {
            faults.push(FieldFault::new("/code", "must be 1 to 40 Latin letters, digits, _ and -"));
        }
        if self.scale > SCALE_MAX {
            faults.push(FieldFault::new("/scale", "must be 0 to 6 decimal places"));
        }
        ChangeError::unless_empty(faults)
    }
}
