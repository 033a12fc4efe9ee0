//! Services: connect, disconnect, change (CIMP-SVC-01..03, CIMP-ACC-08, CIMP-ST-02).

use super::account::{finish, locked, over};
use super::{settle_account, tell};
use crate::account::{Account, AccountStatus};
use crate::master::MasterKind;
use crate::query;
use crate::service::{Service, ServiceFields, ServiceState};
use base::id::{MasterAccountId, ServiceId};
use base::{ChangeError, Edit, FieldFault};
use serde_json::json;
use sqlx::PgConnection;

/// Connects a service to an account; one that was disconnected is connected again, also when it was another member's.
/// The tier is looked at in the same transaction.
///
/// # Errors
/// Fields that cannot be accepted, a service that another account uses, a cancelled account, or the database.
pub async fn connect(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    account: MasterAccountId,
    fields: &ServiceFields,
) -> Result<Service, ChangeError> {
    let account = locked(db, account).await?;
    if account.status == AccountStatus::Cancelled {
        return Err(over(&account));
    }
    let service = attach(db, edit, &account, fields, "").await?;
    settle_account(db, edit, account.id).await?;
    Ok(service)
}

fn taken(error: sqlx::Error, prefix: &str) -> ChangeError {
    match error.as_database_error().and_then(sqlx::error::DatabaseError::constraint) {
        Some("service_code_key") => {
            ChangeError::Taken(FieldFault::new(format!("{prefix}/code"), "another service has this id"))
        }
        Some("service_user_key") => {
            let detail = "another service of this name has this user id";
            ChangeError::Taken(FieldFault::new(format!("{prefix}/user_id"), detail))
        }
        _ => ChangeError::Database(error),
    }
}

/// Every service is of a type from the list, once there is one (CIMP-SVC-03).
async fn check_line(db: &mut PgConnection, fields: &ServiceFields, prefix: &str) -> Result<(), ChangeError> {
    if query::master::is_listed_where_kept(db, MasterKind::ServiceLine, &fields.line).await? {
        return Ok(());
    }
    let detail = format!("{:?} is no service line in use: add it to the list, or correct it", fields.line);
    Err(ChangeError::Invalid(vec![FieldFault::new(format!("{prefix}/line"), detail)]))
}

pub(super) async fn attach(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    account: &Account,
    fields: &ServiceFields,
    prefix: &str,
) -> Result<Service, ChangeError> {
    ChangeError::unless_empty(fields.faults(prefix))?;
    check_line(db, fields, prefix).await?;
    let id = ServiceId::new(edit.now, edit.rng);
    // A service with this id that is disconnected comes back; one that is connected keeps its row, which is looked at.
    let attached: Option<ServiceId> = sqlx::query_scalar(
        "insert into loyalty.service as s (service_id, programme_id, account_id, code, name, user_id, line, state,
             connected_at)
         values ($1, $2, $3, $4, $5, $6, $7, 'connected', $8)
         on conflict on constraint service_code_key do update
         set account_id = excluded.account_id, name = excluded.name, user_id = excluded.user_id, line = excluded.line,
             state = 'connected', connected_at = excluded.connected_at, disconnected_at = null, version = s.version + 1
         where s.state = 'disconnected'
         returning service_id",
    )
    .bind(id)
    .bind(account.programme_id)
    .bind(account.id)
    .bind(&fields.code)
    .bind(&fields.name)
    .bind(&fields.user_id)
    .bind(&fields.line)
    .bind(edit.now)
    .fetch_optional(&mut *db)
    .await
    .map_err(|error| taken(error, prefix))?;
    let Some(id) = attached else {
        let detail = "this service is connected already: disconnect it first";
        return Err(ChangeError::Taken(FieldFault::new(format!("{prefix}/code"), detail)));
    };
    let service = query::find_service(db, id).await?.ok_or(ChangeError::Unknown("service"))?;
    tell(db, edit, &account.into(), "loyalty.service_connected.v1", json!({ "service": service.fields }))
        .await?;
    Ok(service)
}

/// Disconnects a service. With the last one the registration of the account is cancelled (CIMP-ACC-08). One that is
/// disconnected stays as it is.
///
/// # Errors
/// Unknown, or the database.
pub async fn disconnect(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: ServiceId,
) -> Result<(Service, Account), ChangeError> {
    let service = query::find_service(db, id).await?.ok_or(ChangeError::Unknown("service"))?;
    let account = locked(db, service.account_id).await?;
    // Read again under the lock of the account: somebody may have disconnected it meanwhile.
    let service = query::find_service(db, id).await?.ok_or(ChangeError::Unknown("service"))?;
    if service.state == ServiceState::Disconnected || service.account_id != account.id {
        return Ok((service, account));
    }
    detach(db, edit, &account, &service).await?;
    let left = query::services(db, account.id).await?;
    let account = if left.iter().any(|one| one.state == ServiceState::Connected) {
        settle_account(db, edit, account.id).await?
    } else {
        finish(db, edit, &account, "the last service was disconnected").await?
    };
    Ok((query::find_service(db, id).await?.ok_or(ChangeError::Unknown("service"))?, account))
}

pub(super) async fn detach(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    account: &Account,
    service: &Service,
) -> Result<(), ChangeError> {
    if service.state == ServiceState::Disconnected {
        return Ok(());
    }
    sqlx::query(
        "update loyalty.service set state = 'disconnected', disconnected_at = $2, version = version + 1
         where service_id = $1",
    )
    .bind(service.id)
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    tell(db, edit, &account.into(), "loyalty.service_disconnected.v1", json!({ "service": service.fields }))
        .await
}

/// Changes the data of a service (CIMP-ACC-11). Its id stays.
///
/// # Errors
/// Unknown, fields that cannot be accepted, a user id that another service has, or the database.
pub async fn update_service(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    id: ServiceId,
    fields: &ServiceFields,
) -> Result<Service, ChangeError> {
    let before = query::find_service(db, id).await?.ok_or(ChangeError::Unknown("service"))?;
    let account = locked(db, before.account_id).await?;
    let mut faults = fields.faults("");
    if fields.code != before.fields.code {
        faults.push(FieldFault::new("/code", "cannot be changed: connect a service with the new id"));
    }
    ChangeError::unless_empty(faults)?;
    check_line(db, fields, "").await?;
    sqlx::query(
        "update loyalty.service set name = $2, user_id = $3, line = $4, version = version + 1 where service_id = $1",
    )
    .bind(id)
    .bind(&fields.name)
    .bind(&fields.user_id)
    .bind(&fields.line)
    .execute(&mut *db)
    .await
    .map_err(|error| taken(error, ""))?;
    let said = json!({ "before": before.fields, "after": fields });
    tell(db, edit, &(&account).into(), "loyalty.service_changed.v1", said).await?;
    if account.status != AccountStatus::Cancelled {
        settle_account(db, edit, account.id).await?;
    }
    query::find_service(db, id).await?.ok_or(ChangeError::Unknown("service"))
}
