//! Members as earning and rules see them, any number of them in one question.

use crate::member::Member;
use base::id::{CustomerId, MasterAccountId, ProgrammeId};
use sqlx::PgConnection;

/// The question, around the accounts that are found. The lines of services come as they are: to count the distinct ones of
/// each account Postgres would sort them, which costs more than finding the account.
macro_rules! members {
    ($accounts:literal) => {
        concat!(
            "select a.account_id, a.programme_id, a.number, a.customer_id, a.status, a.enrolled_at, a.macroregion,
                 a.region, t.code as tier, t.level, t.multiplier::float8 as multiplier, s.lines
             from ",
            $accounts,
            " left join loyalty.tier t on t.tier_id = a.tier_id
             left join lateral (
                 select array_agg(s.line) as lines
                 from loyalty.service s where s.account_id = a.account_id and s.state = 'connected') as s on true "
        )
    };
    ($accounts:literal, $which:literal) => {
        concat!(members!($accounts), $which)
    };
}

/// The members with these numbers, each in its programme.
///
/// # Errors
/// The database failed.
pub async fn by_numbers(db: &mut PgConnection, sought: &[(ProgrammeId, &str)]) -> sqlx::Result<Vec<Member>> {
    let (programmes, numbers): (Vec<ProgrammeId>, Vec<&str>) = sought.iter().copied().unzip();
    sqlx::query_as(members!(
        "unnest($1::uuid[], $2::text[]) as sought (programme_id, number)
         join loyalty.account a on a.programme_id = sought.programme_id and a.number = sought.number"
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
        "loyalty.account a",
        "where a.customer_id = any($1) and a.status <> 90 order by a.registered_at, a.account_id"
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
    sqlx::query_as(members!("loyalty.account a", "where a.account_id = any($1)"))
        .bind(accounts)
        .fetch_all(db)
        .await
}
