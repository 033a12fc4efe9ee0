//! SQL that reads the catalogue.

use crate::bonus_type::amount::Points;
use crate::id::{PartnerId, RewardId};
use crate::reward::{Price, Reward, RewardFields, RewardKind};
use base::LocalText;
use base::id::{BonusTypeId, OrgUnitId, ProgrammeId};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use sqlx::PgConnection;

/// Which rewards a list shows; what is empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct RewardSearch<'a> {
    /// Part of a code or title, as a pattern of `ilike`.
    pub pattern: Option<String>,
    /// Of this kind.
    pub kind: Option<RewardKind>,
    /// Of this partner.
    pub partner: Option<PartnerId>,
    /// Of partners of these units.
    pub units: Option<&'a [OrgUnitId]>,
    /// Those that are in the catalogue, or those that are not.
    pub active: Option<bool>,
    /// Those that can be ordered at this moment: in their time, in stock, their partner active.
    pub offered_at: Option<DateTime<Utc>>,
    /// Those with a price of this programme.
    pub programme: Option<ProgrammeId>,
    /// Behind the reward with this code.
    pub after: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    reward_id: RewardId,
    code: String,
    #[sqlx(json)]
    title: LocalText,
    #[sqlx(json)]
    description: LocalText,
    kind: RewardKind,
    partner_id: Option<PartnerId>,
    physical: bool,
    needs_confirmation: bool,
    valid_from: Option<DateTime<Utc>>,
    valid_until: Option<DateTime<Utc>>,
    picture: Option<String>,
    stock: Option<i32>,
    active: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i32,
    #[sqlx(json)]
    prices: Vec<PriceRow>,
}

#[derive(Deserialize)]
struct PriceRow {
    bonus_type_id: BonusTypeId,
    programme_id: ProgrammeId,
    code: String,
    scale: i16,
    amount: i64,
}

impl From<PriceRow> for Price {
    fn from(row: PriceRow) -> Self {
        let PriceRow { bonus_type_id, programme_id, code, scale, amount } = row;
        Self { bonus_type_id, programme_id, bonus_type: code, amount: Points::new(amount, scale) }
    }
}

impl From<Row> for Reward {
    fn from(row: Row) -> Self {
        let fields = RewardFields {
            code: row.code,
            title: row.title,
            description: row.description,
            kind: row.kind,
            partner_id: row.partner_id,
            physical: row.physical,
            needs_confirmation: row.needs_confirmation,
            valid_from: row.valid_from,
            valid_until: row.valid_until,
            picture: row.picture,
            active: row.active,
        };
        Self {
            id: row.reward_id,
            fields,
            prices: row.prices.into_iter().map(Price::from).collect(),
            stock: row.stock,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

/// One reward.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: RewardId) -> sqlx::Result<Option<Reward>> {
    let row: Option<Row> = sqlx::query_as(
        "select r.reward_id, r.code, r.title, r.description, r.kind, r.partner_id, r.physical, r.needs_confirmation,
             r.valid_from, r.valid_until, r.picture, r.stock, r.active, r.created_at, r.updated_at, r.version,
             coalesce(p.prices, '[]') as prices from loyalty.reward r
         left join lateral (
             select jsonb_agg(jsonb_build_object('bonus_type_id', b.bonus_type_id, 'programme_id', b.programme_id,
                 'code', b.code, 'scale', b.scale, 'amount', rp.amount) order by b.code, b.bonus_type_id) as prices
             from loyalty.reward_price rp join loyalty.bonus_type b using (bonus_type_id)
             where rp.reward_id = r.reward_id) as p on true
         where r.reward_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    Ok(row.map(Reward::from))
}

/// The reward with this code.
///
/// # Errors
/// The database failed.
pub async fn called(db: &mut PgConnection, code: &str) -> sqlx::Result<Option<Reward>> {
    let id: Option<RewardId> = sqlx::query_scalar("select reward_id from loyalty.reward where code = $1")
        .bind(code)
        .fetch_optional(&mut *db)
        .await?;
    match id {
        Some(id) => find(db, id).await,
        None => Ok(None),
    }
}

/// At most `limit` rewards, by code.
///
/// # Errors
/// The database failed.
pub async fn search(
    db: &mut PgConnection,
    search: &RewardSearch<'_>,
    limit: i64,
) -> sqlx::Result<Vec<Reward>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select r.reward_id, r.code, r.title, r.description, r.kind, r.partner_id, r.physical, r.needs_confirmation,
             r.valid_from, r.valid_until, r.picture, r.stock, r.active, r.created_at, r.updated_at, r.version,
             coalesce(p.prices, '[]') as prices from loyalty.reward r
         left join loyalty.partner a using (partner_id)
         left join lateral (
             select jsonb_agg(jsonb_build_object('bonus_type_id', b.bonus_type_id, 'programme_id', b.programme_id,
                 'code', b.code, 'scale', b.scale, 'amount', rp.amount) order by b.code, b.bonus_type_id) as prices,
                 array_agg(b.programme_id) as programmes
             from loyalty.reward_price rp join loyalty.bonus_type b using (bonus_type_id)
             where rp.reward_id = r.reward_id) as p on true
         where ($1::text is null or r.code ilike $1
                 or exists (select 1 from jsonb_each_text(r.title) as texts where texts.value ilike $1))
             and ($2::text is null or r.kind = $2)
             and ($3::uuid is null or r.partner_id = $3)
             and ($4::uuid[] is null or a.unit_id = any($4))
             and ($5::boolean is null or r.active = $5)
             and ($6::timestamptz is null or (r.active and coalesce(a.active, true)
                 and (r.valid_from is null or r.valid_from <= $6) and (r.valid_until is null or r.valid_until > $6)
                 and (r.stock is null or r.stock > 0)))
             and ($7::uuid is null or $7 = any(p.programmes))
             and ($8::text is null or r.code collate \"C\" > $8)
         order by r.code collate \"C\" limit $9",
    )
    .bind(&search.pattern)
    .bind(search.kind)
    .bind(search.partner)
    .bind(search.units)
    .bind(search.active)
    .bind(search.offered_at)
    .bind(search.programme)
    .bind(&search.after)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Reward::from).collect())
}
