//! Bonus types: kinds of points, each a currency of the ledger with a policy (CIMP-BON-11, GAP-36).

pub mod amount;
mod expiry;
#[cfg(test)]
mod tests;

pub use expiry::{ExpiryRound, expires_at, midnight};

use crate::programme::{code_fault, title_fault};
use base::id::{BonusTypeId, CurrencyId, ProgrammeId};
use base::{FieldFault, LocalText};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Most decimal places of points, as the ledger takes them.
pub const SCALE_MAX: i16 = 6;
/// Longest validity of points, in days: ten years.
pub const VALIDITY_DAYS_MAX: i32 = 3_650;

/// How a computed amount becomes points that exist (GAP-36).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum Rounding {
    /// What does not make a whole smallest unit is dropped: the usual promise to members.
    #[default]
    Down,
    /// A half and more becomes one.
    HalfUp,
    /// Anything more than nothing becomes one.
    Up,
}

/// What people set of a bonus type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct BonusTypeFields {
    /// The stable name; rules, files and requests use it.
    #[schema(example = "points")]
    pub code: String,
    /// How people call it.
    #[sqlx(json)]
    pub title: LocalText,
    /// Decimal places, 0 to 6. Of a type that exists it stays.
    #[serde(default)]
    pub scale: i16,
    /// Days for which an accrual is valid, unless the rule says otherwise; none: for ever (CIMP-BON-12).
    #[serde(default)]
    pub validity_days: Option<i32>,
    /// To what end of the calendar the expiry is moved.
    #[serde(default)]
    pub expiry_round: ExpiryRound,
    /// How computed amounts are rounded.
    #[serde(default)]
    pub rounding: Rounding,
    /// Whether taking back an accrual may leave a debt. Nothing else ever does (GAP-36).
    #[serde(default)]
    pub allows_debt: bool,
    /// Manual awards and adjustments above this need somebody else's approval, in the smallest unit; none: never.
    #[serde(default)]
    #[schema(example = 5000)]
    pub manual_limit: Option<i64>,
}

impl BonusTypeFields {
    /// What cannot be accepted.
    #[must_use]
    pub fn faults(&self) -> Vec<FieldFault> {
        let mut faults: Vec<FieldFault> = code_fault(&self.code).into_iter().collect();
        faults.extend(title_fault(&self.title));
        if !(0..=SCALE_MAX).contains(&self.scale) {
            faults.push(FieldFault::new("/scale", format!("must be 0 to {SCALE_MAX}")));
        }
        if self.validity_days.is_some_and(|days| !(1..=VALIDITY_DAYS_MAX).contains(&days)) {
            faults.push(FieldFault::new(
                "/validity_days",
                format!("must be 1 to {VALIDITY_DAYS_MAX}, or absent"),
            ));
        }
        if self.manual_limit.is_some_and(|limit| !(0..=amount::UNITS_MAX).contains(&limit)) {
            faults.push(FieldFault::new(
                "/manual_limit",
                format!("must be 0 to {}, or absent", amount::UNITS_MAX),
            ));
        }
        faults
    }
}

/// A bonus type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct BonusType {
    /// Its id; also the id of the currency in the ledger.
    #[sqlx(rename = "bonus_type_id")]
    pub id: BonusTypeId,
    /// Whose points.
    pub programme_id: ProgrammeId,
    /// What people set.
    #[serde(flatten)]
    #[sqlx(flatten)]
    pub fields: BonusTypeFields,
    /// Grows with each change.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was changed last.
    pub updated_at: DateTime<Utc>,
}

impl BonusType {
    /// The currency in the ledger.
    #[must_use]
    pub const fn currency(&self) -> CurrencyId {
        CurrencyId::from_uuid(self.id.as_uuid())
    }
}
