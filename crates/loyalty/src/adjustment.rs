//! Awards and adjustments by hand: who asked, for what reason, and who approved (CIMP-BON-10, CIMP-TXN-02, CIMP-TXN-04).

use base::id::{AdjustmentId, BonusTypeId, MasterAccountId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum AdjustmentKind {
    /// Points for an act, such as a fully filled profile; never negative.
    Award,
    /// A correction, in either direction.
    Adjustment,
}

impl AdjustmentKind {
    /// The area in which its reason codes are valid.
    #[must_use]
    pub const fn area(self) -> &'static str {
        match self {
            Self::Award => "award",
            Self::Adjustment => "adjustment",
        }
    }
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum AdjustmentState {
    /// Above the limit: somebody else must approve it.
    Waiting,
    /// Booked.
    Booked,
    /// Somebody else refused it.
    Refused,
}

/// An award or adjustment above the limit of its bonus type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Adjustment {
    /// Its id.
    #[sqlx(rename = "adjustment_id")]
    pub id: AdjustmentId,
    /// Whose points.
    pub account_id: MasterAccountId,
    /// Which points.
    pub bonus_type_id: BonusTypeId,
    /// What is asked for.
    pub kind: AdjustmentKind,
    /// How many of the smallest unit; negative takes away.
    pub amount: i64,
    /// Instead of the validity of the bonus type, in days.
    pub validity_days: Option<i32>,
    /// The reason code.
    pub reason: String,
    /// What the author wants to be remembered.
    pub comment: String,
    /// What became of it.
    pub state: AdjustmentState,
    /// The person who asked; none: a program did.
    pub author_id: Option<Uuid>,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// The person who approved or refused.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
}
