//! Members as earning and rules see them, any number of them in one question.

use crate::member::Member;
use base::id::{CustomerId, MasterAccountId, ProgrammeId};
use sqlx::PgConnection;

/// The question, around the accounts that are found. Services are counted for all of them together: a count for each
/// account of its own costs more than finding the account.
macro_rules! members {
    ($accounts:literal, $order:literal) => {
        concat!(
            "with a as materialized (
                 select a.account_id, a.programme_id, a.number, a.customer_id, a.status, a.enrolled_at, a.macroregion,
                     a.region, a.tier_id, a.registered_at ",
            $accounts,
            "), s as (
                 select s.account_id, count(distinct s.line) as service_types, count(*) as services
                 from a join loyalty.service s on s.account_id = a.account_id and s.state = 'connected'
                 group by s.account_id)
             select a.account_id, a.programme_id, a.number, a.customer_id, a.status, a.enrolled_at, a.macroregion,
                 a.region, t.code as tier, t.level, t.multiplier::float8 as multiplier,
                 coalesce(s.service_types, 0) as service_types, coalesce(s.services, 0) as services
             from a
             left join loyalty.tier t on t.tier_id = a.tier_id
             left join s on s.account_id = a.account_id ",
            $order
        )
    };
}

/// The members with these numbers, each in its programme.
///
/// # Errors
/// The database failed.
pub async fn by_numbers(db: &mut PgConnection, sought: &[(ProgrammeId, &str)]) -> sqlx::Result<Vec<Member>> {
    let (programmes, numbers): (Vec<ProgrammeId>, Vec<&str>) = sought.iter().copied().unzip();
    sqlx::query_as(members!(
        "from unnest($1::uuid[], $2::text[]) as sought (programme_id, number)
         join loyalty.account a on a.programme_id = sought.programme_id and a.number = sought.number",
        ""
    ))
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
    sqlx::query_as(members!(
        "from loyalty.account a where a.customer_id = any($1) and a.status <> 90",
        "order by a.registered_at, a.account_id"
    ))
    .bind(customers)
    .fetch_all(db)
    .await
}

/// The members with these accounts.
///
/// # Errors
/// The database failed.
pub async fn by_ids(db: &mut PgConnection, accounts: &[MasterAccountId]) -> sqlx::Result<Vec<Member>> {
    sqlx::query_as(members!("from loyalty.account a where a.account_id = any($1)", ""))
        .bind(accounts)
        .fetch_all(db)
        .await
}
