//! Master accounts: register, enrol, cancel (CIMP-ACC-07..10, CIMP-ST-01).

use super::{service, settle_account, tell};
use crate::account::{Account, AccountStatus, number_fault};
use crate::master::MasterKind;
use crate::query;
use crate::service::ServiceFields;
use base::id::{CustomerId, MasterAccountId, ProgrammeId};
use base::{ChangeError, Edit, FieldFault};
use serde_json::json;
use sqlx::PgConnection;

/// What a registration says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Of which programme.
    pub programme: ProgrammeId,
    /// Who takes part.
    pub customer: CustomerId,
    /// The number of the account; none: one is made.
    pub number: Option<String>,
    /// What the account begins as: enrolled by an operator or the API, not enrolled by a file.
    pub status: AccountStatus,
    /// The macroregion.
    pub macroregion: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The first service and others; the account is registered with at least one (CIMP-ACC-07).
    pub services: Vec<ServiceFields>,
}

/// The number of an account that was given none: the digits of its id, so that two never meet.
#[must_use]
pub fn number_for(id: MasterAccountId) -> String {
    // Behind the moment a UUIDv7 has 74 random bits; 15 digits of them in a programme never meet in practice, and the
    // unique constraint stands behind.
    let digits = id.as_uuid().as_u128() % 1_000_000_000_000_000;
    format!("{digits:015}")
}

/// Registers an account with its services, and gives it its first tier.
///
/// # Errors
/// Fields that cannot be accepted; a number, service or member that is registered already; no such programme; the
/// database.
pub async fn register(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    new: &Registration,
) -> Result<Account, ChangeError> {
    let mut faults: Vec<FieldFault> = new.number.as_deref().and_then(number_fault).into_iter().collect();
    if new.services.is_empty() {
        faults.push(FieldFault::new(
            "/services",
            "an account is registered with its first service: name at least one",
        ));
    }
    faults.extend(region_faults(db, new.macroregion.as_deref(), new.region.as_deref()).await?);
    ChangeError::unless_empty(faults)?;
    query::find_programme(db, new.programme).await?.ok_or(ChangeError::Unknown("programme"))?;
    let id = MasterAccountId::new(edit.now, edit.rng);
    let number = new.number.clone().unwrap_or_else(|| number_for(id));
    let enrolled_at = new.status.earns().then_some(edit.now);
    sqlx::query(
        "insert into loyalty.account (account_id, programme_id, number, customer_id, status, macroregion, region,
             registered_at, enrolled_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(id)
    .bind(new.programme)
    .bind(&number)
    .bind(new.customer)
    .bind(new.status.code())
    .bind(&new.macroregion)
    .bind(&new.region)
    .bind(edit.now)
    .bind(enrolled_at)
    .execute(&mut *db)
    .await
    .map_err(taken)?;
    let account = query::find_account(db, id).await?.ok_or(ChangeError::Unknown("account"))?;
    let said =
        json!({ "status": account.status, "macroregion": account.macroregion, "region": account.region });
    tell(db, edit, &(&account).into(), "loyalty.account_registered.v1", said).await?;
    for (place, fields) in new.services.iter().enumerate() {
        service::attach(db, edit, &account, fields, &format!("/services/{place}")).await?;
    }
    settle_account(db, edit, id).await
}

/// What is wrong with the regions of an account: each is in use in its master, once that has entries, and a region is of
/// the macroregion that is named with it (CIMP-ACC-04, CIMP-MST-06, CIMP-MST-07).
async fn region_faults(
    db: &mut PgConnection,
    macroregion: Option<&str>,
    region: Option<&str>,
) -> sqlx::Result<Vec<FieldFault>> {
    let mut faults = Vec::new();
    let named = [(MasterKind::Macroregion, macroregion), (MasterKind::Region, region)];
    for (kind, code) in named.into_iter().filter_map(|(kind, code)| Some((kind, code?))) {
        if !query::master::is_listed_where_kept(db, kind, code).await? {
            let word = kind.as_str();
            let detail = format!("{code:?} is no {word} in use: add it to the master, or correct it");
            faults.push(FieldFault::new(format!("/{word}"), detail));
        }
    }
    let (Some(macroregion), Some(region), true) = (macroregion, region, faults.is_empty()) else {
        return Ok(faults);
    };
    let entry = query::master::called(db, MasterKind::Region, region).await?;
    if let Some(parent) = entry.and_then(|entry| entry.fields.parent).filter(|parent| parent != macroregion) {
        let detail = format!("{region:?} is of the macroregion {parent:?}, not of {macroregion:?}");
        faults.push(FieldFault::new("/region", detail));
    }
    Ok(faults)
}

fn taken(error: sqlx::Error) -> ChangeError {
    match error.as_database_error().and_then(sqlx::error::DatabaseError::constraint) {
        Some("account_number_key") => {
            ChangeError::Taken(FieldFault::new("/number", "another account of the programme has it"))
        }
        Some("account_customer_key") => {
            let detail = "this customer takes part already: connect further services to the account";
            ChangeError::Taken(FieldFault::new("/customer_id", detail))
        }
        _ => ChangeError::Database(error),
    }
}

/// The account, locked until the transaction ends: whoever changes it, its services or its tier waits.
pub(super) async fn locked(db: &mut PgConnection, id: MasterAccountId) -> Result<Account, ChangeError> {
    sqlx::query("select 1 from loyalty.account where account_id = $1 for update")
        .bind(id)
        .execute(&mut *db)
        .await?;
    query::find_account(db, id).await?.ok_or(ChangeError::Unknown("account"))
}

/// Enrols an account that a file brought (CIMP-ACC-10). One that is enrolled stays as it is.
///
/// # Errors
/// Unknown, cancelled, or the database.
pub async fn enrol(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: MasterAccountId,
) -> Result<Account, ChangeError> {
    let account = locked(db, id).await?;
    match account.status {
        AccountStatus::Enrolled => return Ok(account),
        AccountStatus::Cancelled => return Err(over(&account)),
        AccountStatus::NotEnrolled => {}
    }
    sqlx::query("update loyalty.account set status = $2, enrolled_at = $3, version = version + 1 where account_id = $1")
        .bind(id)
        .bind(AccountStatus::Enrolled.code())
        .bind(edit.now)
        .execute(&mut *db)
        .await?;
    tell(db, edit, &(&account).into(), "loyalty.account_enrolled.v1", json!({})).await?;
    settle_account(db, edit, id).await
}

pub(super) fn over(account: &Account) -> ChangeError {
    ChangeError::InUse(format!(
        "the registration of account {} is cancelled: register the member anew",
        account.number
    ))
}

/// Switches an account off: its services are disconnected, its registration is cancelled (CIMP-ACC-09). Points that it
/// has are no longer moved. One that is cancelled stays as it is.
///
/// # Errors
/// Unknown, or the database.
pub async fn cancel(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: MasterAccountId,
    why: &str,
) -> Result<Account, ChangeError> {
    let account = locked(db, id).await?;
    if account.status == AccountStatus::Cancelled {
        return Ok(account);
    }
    for one in query::services(db, id).await? {
        service::detach(db, edit, &account, &one).await?;
    }
    finish(db, edit, &account, why).await
}

/// Cancels the registration, once no service is connected.
pub(super) async fn finish(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    account: &Account,
    why: &str,
) -> Result<Account, ChangeError> {
    sqlx::query(
        "update loyalty.account
         set status = $2, cancelled_at = $3, tier_unmet_since = null, version = version + 1
         where account_id = $1",
    )
    .bind(account.id)
    .bind(AccountStatus::Cancelled.code())
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    tell(db, edit, &account.into(), "loyalty.account_cancelled.v1", json!({ "why": why })).await?;
    query::find_account(db, account.id).await?.ok_or(ChangeError::Unknown("account"))
}

/// Sets macroregion and region (CIMP-ACC-04, CIMP-ACC-11).
///
/// # Errors
/// Unknown, cancelled, regions that their masters do not have in use, or the database.
pub async fn set_regions(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: MasterAccountId,
    macroregion: Option<&str>,
    region: Option<&str>,
) -> Result<Account, ChangeError> {
    let before = locked(db, id).await?;
    if before.status == AccountStatus::Cancelled {
        return Err(over(&before));
    }
    if (before.macroregion.as_deref(), before.region.as_deref()) == (macroregion, region) {
        return Ok(before);
    }
    ChangeError::unless_empty(region_faults(db, macroregion, region).await?)?;
    sqlx::query("update loyalty.account set macroregion = $2, region = $3, version = version + 1 where account_id = $1")
        .bind(id)
        .bind(macroregion)
        .bind(region)
        .execute(&mut *db)
        .await?;
    let said = json!({ "before": { "macroregion": before.macroregion, "region": before.region },
        "after": { "macroregion": macroregion, "region": region } });
    tell(db, edit, &(&before).into(), "loyalty.account_changed.v1", said).await?;
    settle_account(db, edit, id).await
}
