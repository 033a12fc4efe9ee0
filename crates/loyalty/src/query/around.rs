//! What is there of what many lines of a file speak of, in a few questions.

use crate::account::Account;
use crate::service::{Service, ServiceFields};
use base::id::ProgrammeId;
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};

/// Accounts and services that lines of participants name.
#[derive(Clone, Debug, Default)]
pub struct Around {
    /// The accounts with the numbers that were asked for, by number.
    pub accounts: HashMap<String, Account>,
    /// The services with the ids that were asked for, by id.
    pub services: HashMap<String, Service>,
    /// Those of the names with user ids that a service has.
    pub users: HashSet<(String, String)>,
}

/// What is there of these numbers and services of a programme.
///
/// # Errors
/// The database failed.
pub async fn around(
    db: &mut PgConnection,
    programme: ProgrammeId,
    numbers: &[&str],
    services: &[&ServiceFields],
) -> sqlx::Result<Around> {
    let texts =
        |text: fn(&ServiceFields) -> &str| services.iter().map(|one| text(one)).collect::<Vec<&str>>();
    let accounts: Vec<Account> = sqlx::query_as(
        "select account_id, programme_id, number, customer_id, status, macroregion, region, tier_id, tier_since,
             tier_unmet_since, registered_at, enrolled_at, cancelled_at, version
         from loyalty.account where programme_id = $1 and number = any($2)",
    )
    .bind(programme)
    .bind(numbers)
    .fetch_all(&mut *db)
    .await?;
    let known: Vec<Service> = sqlx::query_as(
        "select service_id, account_id, code, name, user_id, line, state, connected_at, disconnected_at, version
         from loyalty.service where programme_id = $1 and code = any($2)",
    )
    .bind(programme)
    .bind(texts(|service| &service.code))
    .fetch_all(&mut *db)
    .await?;
    let users: Vec<(String, String)> = sqlx::query_as(
        "select s.name, s.user_id
         from unnest($2::text[], $3::text[]) as sought (name, user_id)
         join loyalty.service s on s.programme_id = $1 and s.name = sought.name and s.user_id = sought.user_id",
    )
    .bind(programme)
    .bind(texts(|service| &service.name))
    .bind(texts(|service| &service.user_id))
    .fetch_all(db)
    .await?;
    Ok(Around {
        accounts: accounts.into_iter().map(|account| (account.number.clone(), account)).collect(),
        services: known.into_iter().map(|service| (service.fields.code.clone(), service)).collect(),
        users: users.into_iter().collect(),
    })
}
