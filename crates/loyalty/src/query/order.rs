//! SQL that reads orders of rewards.

use crate::bonus_type::amount::Points;
use crate::id::{OrderId, PartnerId, RewardId};
use crate::order::{OrderState, RewardOrder};
use crate::reward::RewardKind;
use base::LocalText;
use base::id::{BonusTypeId, CustomerId, MasterAccountId, OrgUnitId, ProgrammeId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Which orders a list shows; what is empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct OrderSearch<'a> {
    /// One order.
    pub id: Option<OrderId>,
    /// With this number.
    pub number: Option<i64>,
    /// Of this account.
    pub account: Option<MasterAccountId>,
    /// Of this reward.
    pub reward: Option<RewardId>,
    /// Of services of this partner.
    pub partner: Option<PartnerId>,
    /// Of services of partners of these units.
    pub units: Option<&'a [OrgUnitId]>,
    /// Which stand there.
    pub state: Option<OrderState>,
    /// Placed from then on …
    pub from: Option<DateTime<Utc>>,
    /// … and before then.
    pub until: Option<DateTime<Utc>>,
    /// Older than this one.
    pub after: Option<OrderId>,
}

#[derive(sqlx::FromRow)]
struct Row {
    order_id: OrderId,
    number: i64,
    account_id: MasterAccountId,
    account: String,
    programme_id: ProgrammeId,
    customer_id: CustomerId,
    reward_id: RewardId,
    reward: String,
    #[sqlx(json)]
    title: LocalText,
    kind: RewardKind,
    partner_id: Option<PartnerId>,
    quantity: i32,
    bonus_type_id: Option<BonusTypeId>,
    bonus_type: Option<String>,
    scale: Option<i16>,
    amount: i64,
    discount: i64,
    state: OrderState,
    restocks: bool,
    transaction_id: Option<Uuid>,
    reversal_id: Option<Uuid>,
    reason: Option<String>,
    note: String,
    source: String,
    placed_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    confirmed_at: Option<DateTime<Utc>>,
    cancelled_at: Option<DateTime<Utc>>,
    version: i32,
}

impl From<Row> for RewardOrder {
    fn from(row: Row) -> Self {
        Self {
            id: row.order_id,
            number: row.number.to_string(),
            account_id: row.account_id,
            account: row.account,
            programme_id: row.programme_id,
            customer_id: row.customer_id,
            reward_id: row.reward_id,
            reward: row.reward,
            title: row.title,
            kind: row.kind,
            partner_id: row.partner_id,
            quantity: row.quantity,
            bonus_type_id: row.bonus_type_id,
            bonus_type: row.bonus_type,
            amount: Points::new(row.amount, row.scale.unwrap_or(0)),
            discount_percent: Points::new(row.discount, 2),
            state: row.state,
            restocks: row.restocks,
            transaction_id: row.transaction_id,
            reversal_id: row.reversal_id,
            reason: row.reason,
            note: row.note,
            source: row.source,
            placed_at: row.placed_at,
            expires_at: row.expires_at,
            confirmed_at: row.confirmed_at,
            cancelled_at: row.cancelled_at,
            version: row.version,
        }
    }
}

/// At most `limit` orders, newest first.
///
/// # Errors
/// The database failed.
pub async fn search(
    db: &mut PgConnection,
    search: &OrderSearch<'_>,
    limit: i64,
) -> sqlx::Result<Vec<RewardOrder>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select o.order_id, o.number, o.account_id, a.number as account, a.programme_id, a.customer_id, o.reward_id,
             r.code as reward, r.title, r.kind, r.partner_id, o.quantity, o.bonus_type_id, b.code as bonus_type, b.scale,
             o.amount, (o.discount_percent * 100)::bigint as discount, o.state, o.restocks, o.transaction_id, o.reversal_id, o.reason, o.note, o.source, o.placed_at,
             o.expires_at, o.confirmed_at, o.cancelled_at, o.version
         from loyalty.reward_order o
         join loyalty.account a using (account_id)
         join loyalty.reward r using (reward_id)
         left join loyalty.bonus_type b using (bonus_type_id)
         left join loyalty.partner p on p.partner_id = r.partner_id
         where ($1::uuid is null or o.order_id = $1)
             and ($2::bigint is null or o.number = $2)
             and ($3::uuid is null or o.account_id = $3)
             and ($4::uuid is null or o.reward_id = $4)
             and ($5::uuid is null or r.partner_id = $5)
             and ($6::uuid[] is null or p.unit_id = any($6))
             and ($7::text is null or o.state = $7)
             and ($8::timestamptz is null or o.placed_at >= $8)
             and ($9::timestamptz is null or o.placed_at < $9)
             and ($10::uuid is null or o.order_id < $10)
         order by o.order_id desc limit $11",
    )
    .bind(search.id)
    .bind(search.number)
    .bind(search.account)
    .bind(search.reward)
    .bind(search.partner)
    .bind(search.units)
    .bind(search.state)
    .bind(search.from)
    .bind(search.until)
    .bind(search.after)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(RewardOrder::from).collect())
}

/// One order.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: OrderId) -> sqlx::Result<Option<RewardOrder>> {
    let one = OrderSearch { id: Some(id), ..OrderSearch::default() };
    Ok(search(db, &one, 1).await?.pop())
}

/// Placed orders whose time is over, oldest first.
///
/// # Errors
/// The database failed.
pub async fn overdue(db: &mut PgConnection, now: DateTime<Utc>, limit: i64) -> sqlx::Result<Vec<OrderId>> {
    sqlx::query_scalar(
        "select order_id from loyalty.reward_order where state = 'placed' and expires_at <= $1
         order by expires_at limit $2",
    )
    .bind(now)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// The discount of the tier that an account has, in hundredths of a percent.
///
/// # Errors
/// The database failed.
pub async fn discount(db: &mut PgConnection, account: MasterAccountId) -> sqlx::Result<i64> {
    let found: Option<i64> = sqlx::query_scalar(
        "select (t.discount_percent * 100)::bigint
         from loyalty.account a join loyalty.tier t on t.tier_id = a.tier_id where a.account_id = $1",
    )
    .bind(account)
    .fetch_optional(db)
    .await?;
    Ok(found.unwrap_or(0))
}
