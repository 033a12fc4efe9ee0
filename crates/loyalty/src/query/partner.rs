//! SQL that reads partners and rates.

use crate::bonus_type::Rounding;
use crate::bonus_type::amount::Points;
use crate::id::{PartnerId, RateId};
use crate::partner::{MONEY_SCALE, Partner, PartnerCurrency, PartnerFields, StoredRate};
use base::LocalText;
use base::id::{BonusTypeId, MasterAccountId, OrgUnitId, ProgrammeId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    partner_id: PartnerId,
    code: String,
    #[sqlx(json)]
    title: LocalText,
    unit_id: Option<OrgUnitId>,
    currency_id: Option<Uuid>,
    currency_code: Option<String>,
    currency_scale: Option<i16>,
    active: bool,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    version: i32,
}

impl From<Row> for Partner {
    fn from(row: Row) -> Self {
        let currency = row.currency_code.zip(row.currency_scale);
        let currency = currency.map(|(code, scale)| PartnerCurrency { code, scale });
        let Row { code, title, unit_id, active, .. } = row;
        Self {
            id: row.partner_id,
            fields: PartnerFields { code, title, unit_id, currency, active },
            currency_id: row.currency_id,
            created_at: row.created_at,
            updated_at: row.updated_at,
            version: row.version,
        }
    }
}

/// At most `limit` partners by code, behind the one with the code `after`; `units` are those whose partners are seen,
/// none for all.
///
/// # Errors
/// The database failed.
pub async fn search(
    db: &mut PgConnection,
    pattern: Option<&str>,
    units: Option<&[OrgUnitId]>,
    active: Option<bool>,
    after: Option<&str>,
    limit: i64,
) -> sqlx::Result<Vec<Partner>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select partner_id, code, title, unit_id, currency_id, currency_code, currency_scale, active, created_at,
             updated_at, version
         from loyalty.partner
         where ($1::text is null or code ilike $1
                 or exists (select 1 from jsonb_each_text(title) as texts where texts.value ilike $1))
             and ($2::uuid[] is null or unit_id = any($2))
             and ($3::boolean is null or active = $3)
             and ($4::text is null or code collate \"C\" > $4)
         order by code collate \"C\" limit $5",
    )
    .bind(pattern)
    .bind(units)
    .bind(active)
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Partner::from).collect())
}

/// One partner.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: PartnerId) -> sqlx::Result<Option<Partner>> {
    let row: Option<Row> = sqlx::query_as(
        "select partner_id, code, title, unit_id, currency_id, currency_code, currency_scale, active, created_at,
             updated_at, version
         from loyalty.partner where partner_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    Ok(row.map(Partner::from))
}

/// The partner with this code.
///
/// # Errors
/// The database failed.
pub async fn called(db: &mut PgConnection, code: &str) -> sqlx::Result<Option<Partner>> {
    let id: Option<PartnerId> = sqlx::query_scalar("select partner_id from loyalty.partner where code = $1")
        .bind(code)
        .fetch_optional(&mut *db)
        .await?;
    match id {
        Some(id) => find(db, id).await,
        None => Ok(None),
    }
}

/// What is needed of a bonus type to read an amount of it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub(crate) struct Bonus {
    #[sqlx(rename = "bonus_type_id")]
    pub id: BonusTypeId,
    pub code: String,
    pub scale: i16,
    pub validity_days: Option<i32>,
}

/// The bonus type of a programme, both by their codes.
pub(crate) async fn bonus_type(
    db: &mut PgConnection,
    programme: &str,
    code: &str,
) -> sqlx::Result<Option<Bonus>> {
    sqlx::query_as(
        "select b.bonus_type_id, b.code, b.scale, b.validity_days from loyalty.bonus_type b
         join loyalty.programme p using (programme_id) where p.code = $1 and b.code = $2",
    )
    .bind(programme)
    .bind(code)
    .fetch_optional(db)
    .await
}

/// The bonus type of a programme by its code.
pub(crate) async fn bonus_type_of(
    db: &mut PgConnection,
    programme: ProgrammeId,
    code: &str,
) -> sqlx::Result<Option<Bonus>> {
    sqlx::query_as(
        "select bonus_type_id, code, scale, validity_days from loyalty.bonus_type where programme_id = $1 and code = $2",
    )
    .bind(programme)
    .bind(code)
    .fetch_optional(db)
    .await
}

#[derive(sqlx::FromRow)]
struct RateRow {
    rate_id: RateId,
    partner_id: Option<PartnerId>,
    money: Option<String>,
    bonus_type_id: BonusTypeId,
    bonus_type: String,
    scale: i16,
    other_scale: Option<i16>,
    give: i64,
    get: i64,
    rounding: Rounding,
    minimum: Option<i64>,
    maximum: Option<i64>,
    valid_from: DateTime<Utc>,
    created_at: DateTime<Utc>,
}

impl From<RateRow> for StoredRate {
    fn from(row: RateRow) -> Self {
        let of_bonus = |units| Points::new(units, row.scale);
        Self {
            id: row.rate_id,
            partner_id: row.partner_id,
            money: row.money,
            bonus_type_id: row.bonus_type_id,
            bonus_type: row.bonus_type,
            give: of_bonus(row.give),
            get: Points::new(row.get, row.other_scale.unwrap_or(MONEY_SCALE)),
            rounding: row.rounding,
            minimum: row.minimum.map(of_bonus),
            maximum: row.maximum.map(of_bonus),
            valid_from: row.valid_from,
            created_at: row.created_at,
        }
    }
}

/// Which rates a list shows; what is empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct RateSearch<'a> {
    /// One rate.
    pub id: Option<RateId>,
    /// Of this partner.
    pub partner: Option<PartnerId>,
    /// Of partners of these units.
    pub units: Option<&'a [OrgUnitId]>,
    /// Against this money.
    pub money: Option<&'a str>,
    /// For these bonuses.
    pub bonus_type: Option<BonusTypeId>,
    /// That had begun at this moment.
    pub begun_at: Option<DateTime<Utc>>,
    /// Older than this one.
    pub after: Option<(DateTime<Utc>, RateId)>,
}

/// At most `limit` rates, the newest first.
///
/// # Errors
/// The database failed.
pub async fn rates(
    db: &mut PgConnection,
    search: &RateSearch<'_>,
    limit: i64,
) -> sqlx::Result<Vec<StoredRate>> {
    let (after_at, after_id) = search.after.unzip();
    let rows: Vec<RateRow> = sqlx::query_as(
        "select r.rate_id, r.partner_id, r.money, r.bonus_type_id, b.code as bonus_type, b.scale,
             p.currency_scale as other_scale, r.give, r.get, r.rounding, r.minimum, r.maximum, r.valid_from, r.created_at
         from loyalty.rate r
         join loyalty.bonus_type b using (bonus_type_id)
         left join loyalty.partner p using (partner_id)
         where ($1::uuid is null or r.rate_id = $1)
             and ($2::uuid is null or r.partner_id = $2)
             and ($3::uuid[] is null or p.unit_id = any($3))
             and ($4::text is null or r.money = $4)
             and ($5::uuid is null or r.bonus_type_id = $5)
             and ($6::timestamptz is null or r.valid_from <= $6)
             and ($7::timestamptz is null or (r.valid_from, r.rate_id) < ($7, $8))
         order by r.valid_from desc, r.rate_id desc limit $9",
    )
    .bind(search.id)
    .bind(search.partner)
    .bind(search.units)
    .bind(search.money)
    .bind(search.bonus_type)
    .bind(search.begun_at)
    .bind(after_at)
    .bind(after_id)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(StoredRate::from).collect())
}

/// One rate.
///
/// # Errors
/// The database failed.
pub async fn find_rate(db: &mut PgConnection, id: RateId) -> sqlx::Result<Option<StoredRate>> {
    Ok(rates(db, &RateSearch { id: Some(id), ..RateSearch::default() }, 1).await?.pop())
}

/// The rate that counts at a moment, against a partner's points or against money: the newest that has begun.
///
/// # Errors
/// The database failed.
pub async fn rate_at(
    db: &mut PgConnection,
    partner: Option<PartnerId>,
    money: Option<&str>,
    bonus_type: BonusTypeId,
    at: DateTime<Utc>,
) -> sqlx::Result<Option<StoredRate>> {
    if partner.is_none() && money.is_none() {
        return Ok(None);
    }
    let search = RateSearch {
        partner,
        money,
        bonus_type: Some(bonus_type),
        begun_at: Some(at),
        ..RateSearch::default()
    };
    Ok(rates(db, &search, 1).await?.pop())
}

/// The account with this id or this number; of several programmes the oldest that is not cancelled.
///
/// # Errors
/// The database failed.
pub async fn account_named(db: &mut PgConnection, named: &str) -> sqlx::Result<Option<MasterAccountId>> {
    sqlx::query_scalar(
        "select account_id from loyalty.account where account_id = $1 or number = $2
         order by account_id = $1 desc, status = 90, registered_at limit 1",
    )
    .bind(named.parse::<Uuid>().unwrap_or(Uuid::nil()))
    .bind(named)
    .fetch_optional(db)
    .await
}
