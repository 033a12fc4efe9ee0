//! Ids that nobody outside of loyalty keeps.

base::ids! {
    /// One exchange of points for a partner's currency.
    ConversionId,
    /// One coupon.
    CouponId,
    /// Coupons that were made together.
    CouponBatchId,
    /// One draw of a contest.
    DrawId,
    /// One entry of the masters.
    MasterId,
    /// An application for a reward.
    OrderId,
    /// A company whose services and currency members get for points.
    PartnerId,
    /// A promotion.
    PromotionId,
    /// What a promotion offers to one account.
    PromotionOfferId,
    /// A rate of exchange.
    RateId,
    /// Something of the catalogue.
    RewardId,
}
