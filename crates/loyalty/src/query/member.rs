//! Members as earning and rules see them, any number of them in one question.

use crate::member::Member;
use base::id::{CustomerId, MasterAccountId, ProgrammeId};
use sqlx::PgConnection;

/// The members with these numbers, each in its programme.
///
/// # Errors
/// The database failed.
pub async fn by_numbers(db: &mut PgConnection, sought: &[(ProgrammeId, &str)]) -> sqlx::Result<Vec<Member>> {
    let (programmes, numbers): (Vec<ProgrammeId>, Vec<&str>) = sought.iter().copied().unzip();
    sqlx::query_as(
        "select a.account_id, a.programme_id, a.number, a.customer_id, a.status, a.enrolled_at, a.macroregion, a.region,
             t.code as tier, t.level, t.multiplier::float8 as multiplier, s.service_types, s.services
         from unnest($1::uuid[], $2::text[]) as sought (programme_id, number)
         join loyalty.account a on a.programme_id = sought.programme_id and a.number = sought.number
         left join loyalty.tier t on t.tier_id = a.tier_id
         left join lateral (
             select count(distinct s.line) as service_types, count(*) as services
             from loyalty.service s where s.account_id = a.account_id and s.state = 'connected') as s on true",
    )
    .bind(programmes)
    .bind(numbers)
    .fetch_all(db)
    .await
}

/// The accounts of these customers that are not cancelled, the oldest of each customer first.
///
/// # Errors
/// The database failed.
pub async fn by_customers(db: &mut PgConnection, customers: &[CustomerId]) -> sqlx::Result<Vec<Member>> {
    sqlx::query_as(
        "select a.account_id, a.programme_id, a.number, a.customer_id, a.status, a.enrolled_at, a.macroregion, a.region,
             t.code as tier, t.level, t.multiplier::float8 as multiplier, s.service_types, s.services
         from loyalty.account a
         left join loyalty.tier t on t.tier_id = a.tier_id
         left join lateral (
             select count(distinct s.line) as service_types, count(*) as services
             from loyalty.service s where s.account_id = a.account_id and s.state = 'connected') as s on true
         where a.customer_id = any($1) and a.status <> 90
         order by a.registered_at, a.account_id",
    )
    .bind(customers)
    .fetch_all(db)
    .await
}

/// The members with these accounts.
///
/// # Errors
/// The database failed.
pub async fn by_ids(db: &mut PgConnection, accounts: &[MasterAccountId]) -> sqlx::Result<Vec<Member>> {
    sqlx::query_as(
        "select a.account_id, a.programme_id, a.number, a.customer_id, a.status, a.enrolled_at, a.macroregion, a.region,
             t.code as tier, t.level, t.multiplier::float8 as multiplier, s.service_types, s.services
         from loyalty.account a
         left join loyalty.tier t on t.tier_id = a.tier_id
         left join lateral (
             select count(distinct s.line) as service_types, count(*) as services
             from loyalty.service s where s.account_id = a.account_id and s.state = 'connected') as s on true
         where a.account_id = any($1)",
    )
    .bind(accounts)
    .fetch_all(db)
    .await
}
