//! SQL that reads exchanges of points, and what became of partners' services and rates (CIMP-PRT-04).

use crate::bonus_type::amount::Points;
use crate::id::{ConversionId, PartnerId, RateId};
use crate::partner::{Conversion, ConversionSum, PartnerStatistics, ServiceUse};
use base::LocalText;
use base::id::{MasterAccountId, OrgUnitId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    conversion_id: ConversionId,
    account_id: MasterAccountId,
    partner_id: PartnerId,
    rate_id: RateId,
    bonus_type: String,
    scale: i16,
    given: i64,
    currency_code: String,
    currency_scale: i16,
    got: i64,
    transaction_id: Uuid,
    source: String,
    at: DateTime<Utc>,
}

impl From<Row> for Conversion {
    fn from(row: Row) -> Self {
        Self {
            id: row.conversion_id,
            account_id: row.account_id,
            partner_id: row.partner_id,
            rate_id: row.rate_id,
            bonus_type: row.bonus_type,
            given: Points::new(row.given, row.scale),
            currency: row.currency_code,
            got: Points::new(row.got, row.currency_scale),
            transaction_id: row.transaction_id,
            source: row.source,
            at: row.at,
        }
    }
}

/// Which exchanges a list shows; what is empty does not matter.
#[derive(Clone, Debug, Default)]
pub struct ConversionSearch<'a> {
    /// One of them.
    pub id: Option<ConversionId>,
    /// Of this account.
    pub account: Option<MasterAccountId>,
    /// Into this partner's points.
    pub partner: Option<PartnerId>,
    /// Into points of partners of these units.
    pub units: Option<&'a [OrgUnitId]>,
    /// From then on …
    pub from: Option<DateTime<Utc>>,
    /// … and before then.
    pub until: Option<DateTime<Utc>>,
    /// Older than this one.
    pub after: Option<ConversionId>,
}

/// At most `limit` exchanges, newest first.
///
/// # Errors
/// The database failed.
pub async fn search(
    db: &mut PgConnection,
    search: &ConversionSearch<'_>,
    limit: i64,
) -> sqlx::Result<Vec<Conversion>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select c.conversion_id, c.account_id, c.partner_id, c.rate_id, b.code as bonus_type, b.scale, c.given,
             p.currency_code, p.currency_scale, c.got, c.transaction_id, c.source, c.at
         from loyalty.conversion c
         join loyalty.rate r using (rate_id)
         join loyalty.bonus_type b using (bonus_type_id)
         join loyalty.partner p on p.partner_id = c.partner_id
         where ($1::uuid is null or c.conversion_id = $1)
             and ($2::uuid is null or c.account_id = $2)
             and ($3::uuid is null or c.partner_id = $3)
             and ($4::uuid[] is null or p.unit_id = any($4))
             and ($5::timestamptz is null or c.at >= $5)
             and ($6::timestamptz is null or c.at < $6)
             and ($7::uuid is null or c.conversion_id < $7)
         order by c.conversion_id desc limit $8",
    )
    .bind(search.id)
    .bind(search.account)
    .bind(search.partner)
    .bind(search.units)
    .bind(search.from)
    .bind(search.until)
    .bind(search.after)
    .bind(limit)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Conversion::from).collect())
}

/// One exchange.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: ConversionId) -> sqlx::Result<Option<Conversion>> {
    Ok(search(db, &ConversionSearch { id: Some(id), ..ConversionSearch::default() }, 1).await?.pop())
}

#[derive(sqlx::FromRow)]
struct UseRow {
    partner: String,
    reward: String,
    #[sqlx(json)]
    title: LocalText,
    bonus_type: Option<String>,
    scale: Option<i16>,
    placed: i64,
    confirmed: i64,
    cancelled: i64,
    units: i64,
    members: i64,
    spent: i64,
}

#[derive(sqlx::FromRow)]
struct SumRow {
    partner: String,
    bonus_type: String,
    scale: i16,
    currency: String,
    currency_scale: i16,
    count: i64,
    members: i64,
    given: i64,
    got: i64,
}

/// What became of partners' services and rates from `from` on and before `until`: of one partner, or of those of the
/// units, or of all.
///
/// # Errors
/// The database failed, or the sums are too large for it.
pub async fn statistics(
    db: &mut PgConnection,
    partner: Option<PartnerId>,
    units: Option<&[OrgUnitId]>,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
) -> sqlx::Result<PartnerStatistics> {
    let services: Vec<UseRow> = sqlx::query_as(
        "select p.code as partner, r.code as reward, r.title, b.code as bonus_type, b.scale,
             count(*) filter (where o.state = 'placed') as placed,
             count(*) filter (where o.state = 'confirmed') as confirmed,
             count(*) filter (where o.state = 'cancelled') as cancelled,
             coalesce(sum(o.quantity) filter (where o.state = 'confirmed'), 0)::bigint as units,
             count(distinct o.account_id) filter (where o.state = 'confirmed') as members,
             coalesce(sum(o.amount) filter (where o.state = 'confirmed'), 0)::bigint as spent
         from loyalty.reward_order o
         join loyalty.reward r using (reward_id)
         join loyalty.partner p using (partner_id)
         left join loyalty.bonus_type b using (bonus_type_id)
         where o.placed_at >= $3 and o.placed_at < $4
             and ($1::uuid is null or p.partner_id = $1) and ($2::uuid[] is null or p.unit_id = any($2))
         group by p.code, r.code, r.title, b.code, b.scale
         order by p.code, r.code, b.code",
    )
    .bind(partner)
    .bind(units)
    .bind(from)
    .bind(until)
    .fetch_all(&mut *db)
    .await?;
    let conversions: Vec<SumRow> = sqlx::query_as(
        "select p.code as partner, b.code as bonus_type, b.scale, p.currency_code as currency, p.currency_scale,
             count(*) as count, count(distinct c.account_id) as members, sum(c.given)::bigint as given,
             sum(c.got)::bigint as got
         from loyalty.conversion c
         join loyalty.partner p using (partner_id)
         join loyalty.rate r using (rate_id)
         join loyalty.bonus_type b on b.bonus_type_id = r.bonus_type_id
         where c.at >= $3 and c.at < $4
             and ($1::uuid is null or p.partner_id = $1) and ($2::uuid[] is null or p.unit_id = any($2))
         group by p.code, b.code, b.scale, p.currency_code, p.currency_scale
         order by p.code, b.code",
    )
    .bind(partner)
    .bind(units)
    .bind(from)
    .bind(until)
    .fetch_all(db)
    .await?;
    Ok(PartnerStatistics {
        services: services.into_iter().map(service_use).collect(),
        conversions: conversions.into_iter().map(conversion_sum).collect(),
    })
}

fn service_use(row: UseRow) -> ServiceUse {
    ServiceUse {
        partner: row.partner,
        reward: row.reward,
        title: row.title,
        bonus_type: row.bonus_type,
        placed: row.placed,
        confirmed: row.confirmed,
        cancelled: row.cancelled,
        units: row.units,
        members: row.members,
        spent: Points::new(row.spent, row.scale.unwrap_or(0)),
    }
}

fn conversion_sum(row: SumRow) -> ConversionSum {
    ConversionSum {
        partner: row.partner,
        bonus_type: row.bonus_type,
        currency: row.currency,
        count: row.count,
        members: row.members,
        given: Points::new(row.given, row.scale),
        got: Points::new(row.got, row.currency_scale),
    }
}
