//! Offers: what a promotion says to one account (CIMP-SPV-03, CIMP-SPV-05, CIMP-SPV-07).

use crate::bonus_type::amount::Points;
use crate::id::{CouponId, OrderId, PromotionId, PromotionOfferId};
use base::LocalText;
use base::id::MasterAccountId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where an offer stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(type_name = "text", rename_all = "snake_case")]
pub enum OfferState {
    /// It can be activated.
    Open,
    /// It was, and its reward given.
    Activated,
    /// Its promotion completed before it was activated.
    Closed,
    /// Its time passed.
    Expired,
}

impl OfferState {
    /// The word of columns and JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Activated => "activated",
            Self::Closed => "closed",
            Self::Expired => "expired",
        }
    }
}

/// What somebody got.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Granted {
    /// Points.
    Points {
        /// The code of the bonus type.
        bonus_type: String,
        /// How many.
        amount: Points,
        /// The transaction of the ledger.
        transaction_id: Uuid,
    },
    /// A coupon.
    Coupon {
        /// Which.
        coupon_id: CouponId,
        /// The last symbols of its code.
        last_four: String,
    },
    /// Something of the catalogue.
    Item {
        /// The order over nothing.
        order_id: OrderId,
    },
}

/// Something that a promotion gave to an account (CIMP-SPV-03).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct GrantedReward {
    /// For what it was given: `offer:…`, `coupon:…`, `draw:…`.
    pub key: String,
    /// Whose promotion.
    pub promotion_id: PromotionId,
    /// The promotion's code.
    pub promotion: String,
    /// The promotion's title.
    pub promotion_title: LocalText,
    /// `points`, `coupon`, `item`, `prize`.
    pub kind: String,
    /// The code of the bonus type, of points.
    pub bonus_type: Option<String>,
    /// How many points.
    pub amount: Option<Points>,
    /// The transaction of the ledger.
    pub transaction_id: Option<Uuid>,
    /// The coupon.
    pub coupon_id: Option<CouponId>,
    /// The last symbols of its code.
    pub last_four: Option<String>,
    /// The order over nothing.
    pub order_id: Option<OrderId>,
    /// The title of a prize.
    pub title: Option<LocalText>,
    /// When.
    pub at: DateTime<Utc>,
}

/// An offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PromotionOffer {
    /// Its id.
    pub id: PromotionOfferId,
    /// Whose promotion.
    pub promotion_id: PromotionId,
    /// The promotion's code.
    pub promotion: String,
    /// The promotion's title.
    pub promotion_title: LocalText,
    /// To whom.
    pub account_id: MasterAccountId,
    /// The number of that account.
    pub account: String,
    /// Where it stands.
    pub state: OfferState,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// Until when it stands.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was activated.
    pub activated_at: Option<DateTime<Utc>>,
    /// What was given for it.
    #[schema(value_type = Option<Object>)]
    pub granted: Option<serde_json::Value>,
}

/// Why an offer is not activated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OfferRefusal {
    /// Its promotion is not running.
    #[error("the promotion is not running: offers wait until it is resumed")]
    NotRunning,
    /// It is closed.
    #[error("the offer is closed: its promotion is over")]
    Closed,
    /// Its time passed.
    #[error("the offer has expired")]
    Expired,
}

impl OfferState {
    /// Whether an activation does something: no when it was activated before, so that what is repeated counts once.
    ///
    /// # Errors
    /// It is not possible, or no longer.
    pub fn activate(
        self,
        is_on: bool,
        expires_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<bool, OfferRefusal> {
        match self {
            Self::Activated => Ok(false),
            Self::Closed => Err(OfferRefusal::Closed),
            Self::Expired => Err(OfferRefusal::Expired),
            Self::Open if expires_at.is_some_and(|until| until <= now) => Err(OfferRefusal::Expired),
            Self::Open if !is_on => Err(OfferRefusal::NotRunning),
            Self::Open => Ok(true),
        }
    }
}
