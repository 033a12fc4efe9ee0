//! SQL that reads promotions and what became of them.

use crate::bonus_type::amount::Points;
use crate::id::{CouponBatchId, PromotionId};
use crate::promotion::{
    GrantedSum, Promotion, PromotionFields, PromotionKind, PromotionStatistics, PromotionStatus,
};
use base::id::ProgrammeId;
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    promotion_id: PromotionId,
    #[sqlx(json)]
    fields: PromotionFields,
    status: PromotionStatus,
    launched_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i32,
}

impl From<Row> for Promotion {
    fn from(row: Row) -> Self {
        let Row { promotion_id, fields, status, launched_at, completed_at, created_at, updated_at, version } =
            row;
        Self { id: promotion_id, fields, status, launched_at, completed_at, created_at, updated_at, version }
    }
}

/// Which promotions a list shows; what is empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct PromotionSearch {
    /// One of them.
    pub id: Option<PromotionId>,
    /// Part of a code or title, as a pattern of `ilike`.
    pub pattern: Option<String>,
    /// Of this kind.
    pub kind: Option<PromotionKind>,
    /// Which stand there; none: all that were not deleted.
    pub status: Option<PromotionStatus>,
    /// Of this programme.
    pub programme: Option<ProgrammeId>,
    /// Older than this one.
    pub after: Option<PromotionId>,
}

/// At most `limit` promotions, newest first.
///
/// # Errors
/// The database failed.
pub async fn search(
    db: &mut PgConnection,
    search: &PromotionSearch,
    limit: i64,
) -> sqlx::Result<Vec<Promotion>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select promotion_id, fields, status, launched_at, completed_at, created_at, updated_at, version
         from loyalty.promotion
         where ($1::uuid is null or promotion_id = $1)
             and ($2::text is null or code ilike $2
                 or exists (select 1 from jsonb_each_text(title) as texts where texts.value ilike $2))
             and ($3::text is null or kind = $3)
             and (case when $4::text is not null then status = $4 else status <> 'deleted' or $1::uuid is not null end)
             and ($5::uuid is null or programme_id = $5)
             and ($6::uuid is null or promotion_id < $6)
         order by promotion_id desc limit $7",
    )
    .bind(search.id)
    .bind(&search.pattern)
    .bind(search.kind)
    .bind(search.status)
    .bind(search.programme)
    .bind(search.after)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Promotion::from).collect())
}

/// One promotion, deleted ones too.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: PromotionId) -> sqlx::Result<Option<Promotion>> {
    Ok(search(db, &PromotionSearch { id: Some(id), ..PromotionSearch::default() }, 1).await?.pop())
}

/// Those that run at a moment and make offers.
///
/// # Errors
/// The database failed.
pub async fn running(db: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Vec<Promotion>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select promotion_id, fields, status, launched_at, completed_at, created_at, updated_at, version
         from loyalty.promotion
         where status = 'running' and (starts_at is null or starts_at <= $1) and (ends_at is null or ends_at > $1)
         order by promotion_id",
    )
    .bind(now)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Promotion::from).collect())
}

/// A running promotion that has accounts to look at, locked for this transaction, with the account up to which they were
/// looked at; others that look at the same time get another one.
///
/// # Errors
/// The database failed.
pub async fn to_scan(
    db: &mut PgConnection,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<(PromotionId, Option<Uuid>)>> {
    sqlx::query_as(
        "select promotion_id, scanned_to from loyalty.promotion
         where status = 'running' and kind <> 'coupons' and (starts_at is null or starts_at <= $1)
             and (ends_at is null or ends_at > $1)
             and (scan_next_at is null or scan_next_at <= $1 or scanned_to is not null)
         order by scan_next_at nulls first limit 1 for update skip locked",
    )
    .bind(now)
    .fetch_optional(db)
    .await
}

/// Those whose end has come and that are not completed.
///
/// # Errors
/// The database failed.
pub async fn ended(db: &mut PgConnection, now: DateTime<Utc>) -> sqlx::Result<Vec<PromotionId>> {
    sqlx::query_scalar(
        "select promotion_id from loyalty.promotion
         where status in ('running', 'suspended') and ends_at <= $1 order by promotion_id",
    )
    .bind(now)
    .fetch_all(db)
    .await
}

#[derive(sqlx::FromRow)]
struct Counts {
    made: i64,
    open: i64,
    activated: i64,
    closed: i64,
    expired: i64,
    coupons: i64,
    redeemed: i64,
}

#[derive(sqlx::FromRow)]
struct SumRow {
    kind: String,
    bonus_type: Option<String>,
    scale: Option<i16>,
    count: i64,
    members: i64,
    amount: Option<i64>,
}

/// What became of a promotion: offers by state, coupons, and what was given (CIMP-SPV-06).
///
/// # Errors
/// The database failed.
pub async fn statistics(db: &mut PgConnection, id: PromotionId) -> sqlx::Result<PromotionStatistics> {
    let counts: Counts = sqlx::query_as(
        "select count(*) as made, count(*) filter (where state = 'open') as open,
             count(*) filter (where state = 'activated') as activated,
             count(*) filter (where state = 'closed') as closed, count(*) filter (where state = 'expired') as expired,
             (select count(*) from loyalty.coupon where promotion_id = $1) as coupons,
             (select coalesce(sum(uses), 0)::bigint from loyalty.coupon where promotion_id = $1) as redeemed
         from loyalty.offer where promotion_id = $1",
    )
    .bind(id)
    .fetch_one(&mut *db)
    .await?;
    let sums: Vec<SumRow> = sqlx::query_as(
        "select g.kind, b.code as bonus_type, b.scale, count(*) as count, count(distinct g.account_id) as members,
             sum(g.amount)::bigint as amount
         from loyalty.granted g left join loyalty.bonus_type b using (bonus_type_id)
         where g.promotion_id = $1 group by g.kind, b.code, b.scale order by g.kind, b.code",
    )
    .bind(id)
    .fetch_all(db)
    .await?;
    let rewards = sums.into_iter().map(|row| GrantedSum {
        kind: row.kind,
        bonus_type: row.bonus_type,
        count: row.count,
        members: row.members,
        amount: row.amount.zip(row.scale).map(|(units, scale)| Points::new(units, scale)),
    });
    Ok(PromotionStatistics {
        offers: counts.made,
        open: counts.open,
        activated: counts.activated,
        closed: counts.closed,
        expired: counts.expired,
        coupons: counts.coupons,
        redeemed: counts.redeemed,
        rewards: rewards.collect(),
    })
}

/// The batch's promotion, how its codes are made, and whether it is void.
///
/// # Errors
/// The database failed.
pub async fn batch(
    db: &mut PgConnection,
    id: CouponBatchId,
) -> sqlx::Result<Option<crate::coupon::CouponBatch>> {
    sqlx::query_as(
        "select b.batch_id, b.promotion_id, b.symbols, b.first, b.count, b.source, b.created_at, b.voided_at,
             (select coalesce(sum(c.uses), 0)::bigint from loyalty.coupon c where c.batch_id = b.batch_id) as redeemed
         from loyalty.coupon_batch b where b.batch_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// The batches of a promotion, newest first.
///
/// # Errors
/// The database failed.
pub async fn batches(
    db: &mut PgConnection,
    promotion: PromotionId,
    after: Option<CouponBatchId>,
    limit: i64,
) -> sqlx::Result<Vec<crate::coupon::CouponBatch>> {
    sqlx::query_as(
        "select b.batch_id, b.promotion_id, b.symbols, b.first, b.count, b.source, b.created_at, b.voided_at,
             (select coalesce(sum(c.uses), 0)::bigint from loyalty.coupon c where c.batch_id = b.batch_id) as redeemed
         from loyalty.coupon_batch b
         where b.promotion_id = $1 and ($2::uuid is null or b.batch_id < $2) order by b.batch_id desc limit $3",
    )
    .bind(promotion)
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await
}
