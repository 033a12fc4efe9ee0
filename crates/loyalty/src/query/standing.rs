//! What is counted of members for their tiers (CIMP-TIER-02, CIMP-TIER-03).

use crate::bonus_type::amount::Points;
use crate::bonus_type::midnight;
use crate::earning::ACTIVITIES;
use crate::programme::Programme;
use crate::tier::{Counted, Counts, Present, Standing};
use base::id::{CurrencyId, MasterAccountId, TierId};
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    account_id: MasterAccountId,
    service_types: i64,
    services: i64,
    enrolled_at: Option<DateTime<Utc>>,
    macroregion: Option<String>,
    region: Option<String>,
    tier_id: Option<TierId>,
    tier_unmet_since: Option<DateTime<Utc>>,
}

/// What an account has, and what is counted of it.
pub type Stands = (MasterAccountId, Present, Standing);

/// How these accounts of a programme stand, those that are not cancelled, by id; points and money only when `counts` asks.
///
/// # Errors
/// The database failed.
pub async fn standings(
    db: &mut PgConnection,
    programme: &Programme,
    accounts: &[MasterAccountId],
    counts: Counts,
    now: DateTime<Utc>,
) -> sqlx::Result<Vec<Stands>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select a.account_id, count(distinct s.line) as service_types, count(s.service_id) as services, a.enrolled_at,
             a.macroregion, a.region, a.tier_id, a.tier_unmet_since
         from loyalty.account a
         left join loyalty.service s on s.account_id = a.account_id and s.state = 'connected'
         where a.account_id = any($1) and a.status <> 90
         group by a.account_id
         order by a.account_id",
    )
    .bind(accounts)
    .fetch_all(&mut *db)
    .await?;
    let mut counted = match counts {
        Counts { earned: false, spent: false } => None,
        _ => Some(sums(db, programme, accounts, counts, now).await?),
    };
    let stands = |row: Row| {
        let standing = Standing {
            service_types: row.service_types,
            services: row.services,
            enrolled_at: row.enrolled_at,
            macroregion: row.macroregion,
            region: row.region,
            counted: counted.as_mut().and_then(|all| all.remove(&row.account_id)),
        };
        let present = Present { tier: row.tier_id, unmet_since: row.tier_unmet_since };
        (row.account_id, present, standing)
    };
    Ok(rows.into_iter().map(stands).collect())
}

/// Points and money of these accounts, in the programme's period and since ever; nothing is zero, and never less.
async fn sums(
    db: &mut PgConnection,
    programme: &Programme,
    accounts: &[MasterAccountId],
    counts: Counts,
    now: DateTime<Utc>,
) -> sqlx::Result<BTreeMap<MasterAccountId, Counted>> {
    let (zone, period) = (programme.zone(), programme.fields.settings.downgrade.period);
    let first = period.first_day(now.with_timezone(&zone).date_naive());
    let bonus_types = super::bonus_types(&mut *db, Some(programme.id)).await?;
    let earned = nothing(bonus_types.iter().map(|one| one.fields.code.as_str()));
    let spent = nothing(ACTIVITIES.into_iter());
    let none =
        Counted { earned: earned.clone(), earned_ever: earned, spent: spent.clone(), spent_ever: spent };
    let mut all: BTreeMap<_, _> = accounts.iter().map(|id| (*id, none.clone())).collect();
    if counts.earned {
        let currencies: Vec<CurrencyId> = bonus_types.iter().map(|one| one.currency()).collect();
        let owners: Vec<Uuid> = accounts.iter().map(|id| id.as_uuid()).collect();
        for one in ledger::query::earned(&mut *db, &currencies, &owners, midnight(first, zone)).await? {
            let bonus_type = bonus_types.iter().find(|known| known.currency() == one.currency);
            let account = all.get_mut(&MasterAccountId::from_uuid(one.owner));
            let (Some(bonus_type), Some(counted)) = (bonus_type, account) else { continue };
            let points = |units: i64| json!(Points::new(units.max(0), bonus_type.fields.scale));
            counted.earned.insert(bonus_type.fields.code.clone(), points(one.since));
            counted.earned_ever.insert(bonus_type.fields.code.clone(), points(one.ever));
        }
    }
    if counts.spent {
        for (account, kind, since, ever) in turnover(db, accounts, first).await? {
            let Some(counted) = all.get_mut(&account) else { continue };
            counted.spent.insert(kind.clone(), json!(since));
            counted.spent_ever.insert(kind, json!(ever));
        }
    }
    Ok(all)
}

/// Zero of each.
fn nothing<'n>(names: impl Iterator<Item = &'n str>) -> Map<String, Value> {
    names.map(|name| (name.to_owned(), json!(0))).collect()
}

/// Money that these accounts spent, by kind of activity: since the month that begins on `first`, and since ever.
async fn turnover(
    db: &mut PgConnection,
    accounts: &[MasterAccountId],
    first: NaiveDate,
) -> sqlx::Result<Vec<(MasterAccountId, String, f64, f64)>> {
    sqlx::query_as(
        "select account_id, kind, greatest(coalesce(sum(amount) filter (where month >= $2), 0), 0)::float8,
             greatest(sum(amount), 0)::float8
         from loyalty.turnover where account_id = any($1) group by account_id, kind",
    )
    .bind(accounts)
    .bind(first)
    .fetch_all(db)
    .await
}

/// Accounts of a programme behind `after` that are not cancelled, in the order of their ids.
///
/// # Errors
/// The database failed.
pub async fn living(
    db: &mut PgConnection,
    programme: base::id::ProgrammeId,
    after: Option<MasterAccountId>,
    limit: i64,
) -> sqlx::Result<Vec<MasterAccountId>> {
    sqlx::query_scalar(
        "select account_id from loyalty.account
         where programme_id = $1 and status <> 90 and ($2::uuid is null or account_id > $2)
         order by account_id limit $3",
    )
    .bind(programme)
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await
}
