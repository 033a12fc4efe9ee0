//! Master accounts: what carries the points of a member (CIMP-ACC-01, CIMP-ENT-01).

use base::FieldFault;
use base::id::{CustomerId, MasterAccountId, ProgrammeId, TierId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Longest number of a master account, in characters.
pub const NUMBER_MAX: usize = 64;

/// What a master account is (CIMP-ST-01). In columns and in files it is its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum AccountStatus {
    /// 10: loaded by file; earns nothing yet (CIMP-ACC-10).
    NotEnrolled,
    /// 20: takes part.
    Enrolled,
    /// 90: the registration is cancelled; nothing leads back.
    Cancelled,
}

impl AccountStatus {
    /// The code of columns and files.
    #[must_use]
    pub const fn code(self) -> i16 {
        match self {
            Self::NotEnrolled => 10,
            Self::Enrolled => 20,
            Self::Cancelled => 90,
        }
    }

    /// The status with this code.
    #[must_use]
    pub const fn from_code(code: i16) -> Option<Self> {
        match code {
            10 => Some(Self::NotEnrolled),
            20 => Some(Self::Enrolled),
            90 => Some(Self::Cancelled),
            _ => None,
        }
    }

    /// Whether points move on such an account.
    #[must_use]
    pub const fn earns(self) -> bool {
        matches!(self, Self::Enrolled)
    }
}

impl TryFrom<i16> for AccountStatus {
    type Error = UnknownStatus;

    fn try_from(code: i16) -> Result<Self, Self::Error> {
        Self::from_code(code).ok_or(UnknownStatus(code))
    }
}

/// A code that no status has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is no status of a master account: 10, 20 or 90")]
pub struct UnknownStatus(pub i16);

/// A master account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Account {
    /// Its id; also the owner of its accounts in the ledger.
    #[sqlx(rename = "account_id")]
    pub id: MasterAccountId,
    /// Of which programme.
    pub programme_id: ProgrammeId,
    /// The number that members and other systems know it by, unique within the programme.
    #[schema(example = "100200300")]
    pub number: String,
    /// Who takes part.
    pub customer_id: CustomerId,
    /// What it is.
    #[sqlx(try_from = "i16")]
    pub status: AccountStatus,
    /// For large federal organisations (CIMP-ACC-04).
    pub macroregion: Option<String>,
    /// For large federal organisations.
    pub region: Option<String>,
    /// The tier, once there is one.
    pub tier_id: Option<TierId>,
    /// Since when.
    pub tier_since: Option<DateTime<Utc>>,
    /// Since when the condition of the tier has not held: a lower one comes when the grace is over.
    pub tier_unmet_since: Option<DateTime<Utc>>,
    /// When it was registered.
    pub registered_at: DateTime<Utc>,
    /// When the member enrolled.
    pub enrolled_at: Option<DateTime<Utc>>,
    /// When the registration was cancelled.
    pub cancelled_at: Option<DateTime<Utc>>,
    /// Grows with each change.
    pub version: i32,
}

/// What is wrong with the number of an account, if anything is.
#[must_use]
pub fn number_fault(number: &str) -> Option<FieldFault> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    let good = (1..=NUMBER_MAX).contains(&number.len()) && number.chars().all(fits);
    (!good).then(|| {
        FieldFault::new(
            "/number",
            format!("must have 1 to {NUMBER_MAX} letters A to Z, digits, -, _, . or /"),
        )
    })
}
