//! Master accounts and services.

use crate::account::Account;
use crate::service::Service;
use base::id::{CustomerId, MasterAccountId, ProgrammeId, ServiceId};
use sqlx::PgConnection;

/// One account.
///
/// # Errors
/// The database failed.
pub async fn find_account(db: &mut PgConnection, id: MasterAccountId) -> sqlx::Result<Option<Account>> {
    sqlx::query_as(
        "select account_id, programme_id, number, customer_id, status, macroregion, region, tier_id, tier_since,
             tier_unmet_since, registered_at, enrolled_at, cancelled_at, version
         from loyalty.account where account_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// The account with this number, in a programme or, when that is not said, in any: the oldest that is not cancelled.
///
/// # Errors
/// The database failed.
pub async fn find_by_number(
    db: &mut PgConnection,
    programme: Option<ProgrammeId>,
    number: &str,
) -> sqlx::Result<Option<Account>> {
    sqlx::query_as(
        "select account_id, programme_id, number, customer_id, status, macroregion, region, tier_id, tier_since,
             tier_unmet_since, registered_at, enrolled_at, cancelled_at, version
         from loyalty.account
         where programme_id = any(case when $1::uuid is null
                 then (select array_agg(p.programme_id) from loyalty.programme p) else array[$1::uuid] end)
             and number = $2
         order by status, registered_at limit 1",
    )
    .bind(programme)
    .bind(number)
    .fetch_optional(db)
    .await
}

/// The account of a customer: in a programme, or the oldest; a cancelled one only when there is no other.
///
/// # Errors
/// The database failed.
pub async fn account_of_customer(
    db: &mut PgConnection,
    programme: Option<ProgrammeId>,
    customer: CustomerId,
) -> sqlx::Result<Option<Account>> {
    sqlx::query_as(
        "select account_id, programme_id, number, customer_id, status, macroregion, region, tier_id, tier_since,
             tier_unmet_since, registered_at, enrolled_at, cancelled_at, version
         from loyalty.account
         where customer_id = $2 and ($1::uuid is null or programme_id = $1)
         order by status = 90, registered_at limit 1",
    )
    .bind(programme)
    .bind(customer)
    .fetch_optional(db)
    .await
}

/// Which accounts are looked for: those that any of the named things fits.
#[derive(Clone, Copy, Debug, Default)]
pub struct AccountSearch<'a> {
    /// Of which programme; none: of any.
    pub programme: Option<ProgrammeId>,
    /// A number of an account, a service id, or what a service knows its user by; empty finds all accounts.
    pub text: &'a str,
    /// Members that the text found among the customers.
    pub customers: &'a [CustomerId],
    /// Behind this account, newest first.
    pub after: Option<MasterAccountId>,
}

/// At most `limit` accounts (CIMP-ACC-02), newest first.
///
/// # Errors
/// The database failed.
pub async fn find_accounts(
    db: &mut PgConnection,
    search: AccountSearch<'_>,
    limit: i64,
) -> sqlx::Result<Vec<Account>> {
    let text = search.text.trim();
    // What a service knows its user by is often a phone number, which people write with blanks.
    let digits: String = text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')')).collect();
    sqlx::query_as(
        "select account_id, programme_id, number, customer_id, status, macroregion, region, tier_id, tier_since,
             tier_unmet_since, registered_at, enrolled_at, cancelled_at, version
         from loyalty.account
         where ($1::uuid is null or programme_id = $1) and ($5::uuid is null or account_id < $5)
             and ($2 = '' or account_id in (
                 select a.account_id from loyalty.account a, loyalty.programme p
                 where a.programme_id = p.programme_id and a.number = $2
                 union select s.account_id from loyalty.service s, loyalty.programme p
                 where s.programme_id = p.programme_id and s.code = $2
                 union select s.account_id from loyalty.service s where s.user_id in ($2, $3, '+' || $3)
                 union select a.account_id from loyalty.account a where a.customer_id = any($4)))
         order by account_id desc limit $6",
    )
    .bind(search.programme)
    .bind(text)
    .bind(digits)
    .bind(search.customers)
    .bind(search.after)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// The services of an account, the latest first.
///
/// # Errors
/// The database failed.
pub async fn services(db: &mut PgConnection, account: MasterAccountId) -> sqlx::Result<Vec<Service>> {
    sqlx::query_as(
        "select service_id, account_id, code, name, user_id, line, state, connected_at, disconnected_at, version
         from loyalty.service where account_id = $1 order by connected_at desc, service_id desc",
    )
    .bind(account)
    .fetch_all(db)
    .await
}

/// One service.
///
/// # Errors
/// The database failed.
pub async fn find_service(db: &mut PgConnection, id: ServiceId) -> sqlx::Result<Option<Service>> {
    sqlx::query_as(
        "select service_id, account_id, code, name, user_id, line, state, connected_at, disconnected_at, version
         from loyalty.service where service_id = $1",
    )
    .bind(id)
    .fetch_optional(db)
    .await
}

/// The service with this id of the company's systems.
///
/// # Errors
/// The database failed.
pub async fn service_by_code(
    db: &mut PgConnection,
    programme: ProgrammeId,
    code: &str,
) -> sqlx::Result<Option<Service>> {
    sqlx::query_as(
        "select service_id, account_id, code, name, user_id, line, state, connected_at, disconnected_at, version
         from loyalty.service where programme_id = $1 and code = $2",
    )
    .bind(programme)
    .bind(code)
    .fetch_optional(db)
    .await
}

/// Enrolled accounts of a programme behind `after`, in the order of their ids: for jobs that look at each.
///
/// # Errors
/// The database failed.
pub async fn enrolled(
    db: &mut PgConnection,
    programme: ProgrammeId,
    after: Option<MasterAccountId>,
    limit: i64,
) -> sqlx::Result<Vec<Account>> {
    sqlx::query_as(
        "select account_id, programme_id, number, customer_id, status, macroregion, region, tier_id, tier_since,
             tier_unmet_since, registered_at, enrolled_at, cancelled_at, version
         from loyalty.account
         where programme_id = $1 and status = 20 and ($2::uuid is null or account_id > $2)
         order by account_id limit $3",
    )
    .bind(programme)
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await
}
