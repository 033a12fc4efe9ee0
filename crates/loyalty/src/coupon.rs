//! Coupons: codes that give something once (CIMP-ENT-07, CIMP-BON-13).

pub mod code;
pub mod lock;

use crate::id::{CouponBatchId, CouponId, PromotionId};
use base::id::MasterAccountId;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

/// Most coupons that one request makes: a few seconds of work and an answer of a few megabytes.
pub const BATCH_MAX: i32 = 100_000;

/// Coupons that were made together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct CouponBatch {
    /// Its id.
    #[sqlx(rename = "batch_id")]
    pub id: CouponBatchId,
    /// Of which promotion.
    pub promotion_id: PromotionId,
    /// Symbols of a code without its check symbols.
    pub symbols: i16,
    /// The counter of the first code.
    #[serde(skip)]
    pub first: i64,
    /// How many.
    pub count: i32,
    /// How often they were redeemed so far.
    pub redeemed: i64,
    /// Which way they were asked for: `ui`, `api`, `promotion`.
    pub source: String,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When they were made void.
    pub voided_at: Option<DateTime<Utc>>,
}

/// A coupon as people see it who do not know its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
pub struct Coupon {
    /// Its id.
    #[sqlx(rename = "coupon_id")]
    pub id: CouponId,
    /// Made with which others.
    pub batch_id: CouponBatchId,
    /// Of which promotion.
    pub promotion_id: PromotionId,
    /// The last symbols of its code.
    pub last_four: String,
    /// The only account that may redeem it; null for whoever has the code.
    pub account_id: Option<MasterAccountId>,
    /// How often it was redeemed.
    pub uses: i32,
    /// How often it can be.
    pub uses_max: i32,
    /// Until when.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was made void.
    pub voided_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}
