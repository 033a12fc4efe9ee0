//! SQL that reads offers, draws, coupons of an account, and what somebody got (CIMP-SPV-03).

use crate::bonus_type::amount::Points;
use crate::coupon::Coupon;
use crate::id::{CouponId, DrawId, OrderId, PromotionId, PromotionOfferId};
use crate::promotion::PromotionFields;
use crate::promotion::contest::{ContestWinner, Draw};
use crate::promotion::offer::{GrantedReward, OfferState, PromotionOffer};
use crate::store::movement::Party;
use base::LocalText;
use base::id::{CustomerId, MasterAccountId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

/// Which offers a list shows; what is empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct OfferSearch {
    /// One of them.
    pub id: Option<PromotionOfferId>,
    /// Of this promotion.
    pub promotion: Option<PromotionId>,
    /// To this account.
    pub account: Option<MasterAccountId>,
    /// Which stand there.
    pub state: Option<OfferState>,
    /// Older than this one.
    pub after: Option<PromotionOfferId>,
}

#[derive(sqlx::FromRow)]
struct Row {
    offer_id: PromotionOfferId,
    promotion_id: PromotionId,
    promotion: String,
    #[sqlx(json)]
    promotion_title: LocalText,
    account_id: MasterAccountId,
    account: String,
    state: OfferState,
    made_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
    activated_at: Option<DateTime<Utc>>,
    granted: Option<serde_json::Value>,
}

impl From<Row> for PromotionOffer {
    fn from(row: Row) -> Self {
        let Row {
            offer_id,
            promotion_id,
            promotion,
            promotion_title,
            account_id,
            account,
            state,
            made_at,
            expires_at,
            activated_at,
            granted,
        } = row;
        Self {
            id: offer_id,
            promotion_id,
            promotion,
            promotion_title,
            account_id,
            account,
            state,
            made_at,
            expires_at,
            activated_at,
            granted,
        }
    }
}

/// At most `limit` offers, newest first.
///
/// # Errors
/// The database failed.
pub async fn search(
    db: &mut PgConnection,
    search: &OfferSearch,
    limit: i64,
) -> sqlx::Result<Vec<PromotionOffer>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select o.offer_id, o.promotion_id, p.code as promotion, p.title as promotion_title, o.account_id,
             a.number as account, o.state, o.made_at, o.expires_at, o.activated_at, o.granted
         from loyalty.offer o join loyalty.promotion p using (promotion_id) join loyalty.account a using (account_id)
         where ($1::uuid is null or o.offer_id = $1)
             and ($2::uuid is null or o.promotion_id = $2)
             and ($3::uuid is null or o.account_id = $3)
             and ($4::text is null or o.state = $4)
             and ($5::uuid is null or o.offer_id < $5)
         order by o.offer_id desc limit $6",
    )
    .bind(search.id)
    .bind(search.promotion)
    .bind(search.account)
    .bind(search.state)
    .bind(search.after)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(PromotionOffer::from).collect())
}

/// One offer.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: PromotionOfferId) -> sqlx::Result<Option<PromotionOffer>> {
    Ok(search(db, &OfferSearch { id: Some(id), ..OfferSearch::default() }, 1).await?.pop())
}

/// The next enrolled accounts behind `after` that have no offer of the promotion, in the order of their ids. The second is
/// the last account that was looked at, none at the end.
///
/// # Errors
/// The database failed.
pub async fn candidates(
    db: &mut PgConnection,
    promotion: PromotionId,
    after: Option<Uuid>,
    limit: i64,
) -> sqlx::Result<(Vec<Party>, Option<Uuid>)> {
    let rows: Vec<Party> = sqlx::query_as(
        "select a.account_id, a.number, a.programme_id, a.customer_id
         from loyalty.account a join loyalty.promotion p using (programme_id)
         where p.promotion_id = $1 and a.status = 20 and ($2::uuid is null or a.account_id > $2)
             and not exists (select 1 from loyalty.offer o where o.promotion_id = $1 and o.account_id = a.account_id)
         order by a.account_id limit $3",
    )
    .bind(promotion)
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await?;
    let is_last = i64::try_from(rows.len()).is_ok_and(|count| count < limit);
    let last = if is_last { None } else { rows.last().map(|party| party.account_id.as_uuid()) };
    Ok((rows, last))
}

/// The enrolled accounts of these customers that have no offer of the promotion.
///
/// # Errors
/// The database failed.
pub async fn candidates_of(
    db: &mut PgConnection,
    promotion: PromotionId,
    customers: &[CustomerId],
) -> sqlx::Result<Vec<Party>> {
    sqlx::query_as(
        "select a.account_id, a.number, a.programme_id, a.customer_id
         from loyalty.account a join loyalty.promotion p using (programme_id)
         where p.promotion_id = $1 and a.status = 20 and a.customer_id = any($2)
             and not exists (select 1 from loyalty.offer o where o.promotion_id = $1 and o.account_id = a.account_id)
         order by a.account_id",
    )
    .bind(promotion)
    .bind(customers)
    .fetch_all(db)
    .await
}

#[derive(sqlx::FromRow)]
struct WaitingRow {
    offer_id: PromotionOfferId,
    promotion_id: PromotionId,
    #[sqlx(flatten)]
    party: Party,
}

/// The open offers of these customers whose promotions are running and wait for events of a type, with whose they are.
///
/// # Errors
/// The database failed.
pub async fn waiting(
    db: &mut PgConnection,
    customers: &[CustomerId],
    event_type: &str,
) -> sqlx::Result<Vec<(PromotionOfferId, PromotionId, Party)>> {
    let rows: Vec<WaitingRow> = sqlx::query_as(
        "select o.offer_id, o.promotion_id, a.account_id, a.number, a.programme_id, a.customer_id
         from loyalty.offer o join loyalty.promotion p using (promotion_id) join loyalty.account a using (account_id)
         where o.state = 'open' and p.status = 'running' and p.event_type = $2 and a.customer_id = any($1)
         order by o.offer_id",
    )
    .bind(customers)
    .bind(event_type)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(|row| (row.offer_id, row.promotion_id, row.party)).collect())
}

#[derive(sqlx::FromRow)]
struct GrantedRow {
    grant_key: String,
    promotion_id: PromotionId,
    promotion: String,
    #[sqlx(json)]
    promotion_title: LocalText,
    kind: String,
    bonus_type: Option<String>,
    scale: Option<i16>,
    amount: Option<i64>,
    transaction_id: Option<Uuid>,
    coupon_id: Option<CouponId>,
    last_four: Option<String>,
    order_id: Option<OrderId>,
    #[sqlx(json(nullable))]
    title: Option<LocalText>,
    at: DateTime<Utc>,
}

/// What an account got from promotions, newest first, behind the moment and key of `after` (CIMP-SPV-03).
///
/// # Errors
/// The database failed.
pub async fn granted(
    db: &mut PgConnection,
    account: MasterAccountId,
    after: Option<(DateTime<Utc>, String)>,
    limit: i64,
) -> sqlx::Result<Vec<GrantedReward>> {
    let (after_at, after_key) = after.unzip();
    let rows: Vec<GrantedRow> = sqlx::query_as(
        "select g.grant_key, g.promotion_id, p.code as promotion, p.title as promotion_title, g.kind,
             b.code as bonus_type, b.scale, g.amount, g.transaction_id, g.coupon_id, c.last_four, g.order_id, g.title, g.at
         from loyalty.granted g
         join loyalty.promotion p using (promotion_id)
         left join loyalty.bonus_type b using (bonus_type_id)
         left join loyalty.coupon c using (coupon_id)
         where g.account_id = $1 and ($2::timestamptz is null or (g.at, g.grant_key) < ($2, $3))
         order by g.at desc, g.grant_key desc limit $4",
    )
    .bind(account)
    .bind(after_at)
    .bind(after_key)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| GrantedReward {
            key: row.grant_key,
            promotion_id: row.promotion_id,
            promotion: row.promotion,
            promotion_title: row.promotion_title,
            kind: row.kind,
            bonus_type: row.bonus_type,
            amount: row.amount.map(|units| Points::new(units, row.scale.unwrap_or(0))),
            transaction_id: row.transaction_id,
            coupon_id: row.coupon_id,
            last_four: row.last_four,
            order_id: row.order_id,
            title: row.title,
            at: row.at,
        })
        .collect())
}

/// The coupons that belong to an account, newest first.
///
/// # Errors
/// The database failed.
pub async fn coupons(
    db: &mut PgConnection,
    account: MasterAccountId,
    after: Option<CouponId>,
    limit: i64,
) -> sqlx::Result<Vec<Coupon>> {
    sqlx::query_as(
        "select coupon_id, batch_id, promotion_id, last_four, account_id, uses, uses_max, expires_at, voided_at, created_at
         from loyalty.coupon
         where account_id = $1 and ($2::uuid is null or coupon_id < $2) order by coupon_id desc limit $3",
    )
    .bind(account)
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await
}

#[derive(sqlx::FromRow)]
struct DrawRow {
    draw_id: DrawId,
    promotion_id: PromotionId,
    seed: Vec<u8>,
    entries: i32,
    fingerprint: Vec<u8>,
    drawn_at: DateTime<Utc>,
    #[sqlx(json)]
    fields: PromotionFields,
}

/// The draw of a contest with its winners, when there was one.
///
/// # Errors
/// The database failed.
pub async fn draw_of(db: &mut PgConnection, promotion: PromotionId) -> sqlx::Result<Option<Draw>> {
    let row: Option<DrawRow> = sqlx::query_as(
        "select d.draw_id, d.promotion_id, d.seed, d.entries, d.fingerprint, d.drawn_at, p.fields
         from loyalty.draw d join loyalty.promotion p using (promotion_id) where d.promotion_id = $1",
    )
    .bind(promotion)
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let winners: Vec<(i32, i32, PromotionOfferId, MasterAccountId, String, Option<serde_json::Value>)> =
        sqlx::query_as(
            "select w.place, w.prize, w.offer_id, w.account_id, a.number, w.granted
             from loyalty.winner w join loyalty.account a using (account_id) where w.draw_id = $1 order by w.place",
        )
        .bind(row.draw_id)
        .fetch_all(db)
        .await?;
    let title = |prize: i32| {
        let prize = usize::try_from(prize).ok().and_then(|prize| row.fields.prizes.get(prize));
        prize.map(|prize| prize.title.clone()).unwrap_or_default()
    };
    let winners = winners.into_iter().map(|(place, prize, offer_id, account_id, account, granted)| {
        ContestWinner { place, prize, title: title(prize), offer_id, account_id, account, granted }
    });
    Ok(Some(Draw {
        id: row.draw_id,
        promotion_id: row.promotion_id,
        seed: hex::encode(&row.seed),
        entries: row.entries,
        fingerprint: hex::encode(&row.fingerprint),
        drawn_at: row.drawn_at,
        winners: winners.collect(),
    }))
}
