//! SQL that reads what exports are made of and how they stand.

use super::Export;
use crate::member::Member;
use crate::service::Service;
use base::id::{MasterAccountId, ProgrammeId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Exports, the newest first.
///
/// # Errors
/// The database failed.
pub async fn list(db: &mut PgConnection, after: Option<Uuid>, limit: i64) -> sqlx::Result<Vec<Export>> {
    // Ids grow with time.
    sqlx::query_as(
        "select export_id, programme_id, kind, asked, name, state, failure, lines, bytes, transmitted, started_at,
            finished_at
         from loyalty.export where $1::uuid is null or export_id < $1 order by export_id desc limit $2",
    )
    .bind(after)
    .bind(limit)
    .fetch_all(db)
    .await
}

/// One export.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, export_id: Uuid) -> sqlx::Result<Option<Export>> {
    sqlx::query_as(
        "select export_id, programme_id, kind, asked, name, state, failure, lines, bytes, transmitted, started_at,
            finished_at
         from loyalty.export where export_id = $1",
    )
    .bind(export_id)
    .fetch_optional(db)
    .await
}

/// The next enrolled members of a programme behind `after`, by id.
///
/// # Errors
/// The database failed.
pub async fn members(
    db: &mut PgConnection,
    programme: ProgrammeId,
    after: Option<MasterAccountId>,
    limit: i64,
) -> sqlx::Result<Vec<Member>> {
    let ids: Vec<MasterAccountId> = sqlx::query_scalar(
        "select account_id from loyalty.account
         where programme_id = $1 and status = 20 and ($2::uuid is null or account_id > $2)
         order by account_id limit $3",
    )
    .bind(programme)
    .bind(after)
    .bind(limit)
    .fetch_all(&mut *db)
    .await?;
    let mut members = crate::query::by_ids(db, &ids).await?;
    members.sort_by_key(|member| member.id);
    Ok(members)
}

/// The connected services of accounts, those of an account as they were connected.
///
/// # Errors
/// The database failed.
pub async fn services(db: &mut PgConnection, accounts: &[MasterAccountId]) -> sqlx::Result<Vec<Service>> {
    sqlx::query_as(
        "select service_id, account_id, code, name, user_id, line, state, connected_at, disconnected_at, version
         from loyalty.service where account_id = any($1) and state = 'connected' order by connected_at, code",
    )
    .bind(accounts)
    .fetch_all(db)
    .await
}

/// The numbers of accounts.
///
/// # Errors
/// The database failed.
pub async fn numbers(db: &mut PgConnection, accounts: &[Uuid]) -> sqlx::Result<Vec<(Uuid, String)>> {
    sqlx::query_as("select account_id, number from loyalty.account where account_id = any($1)")
        .bind(accounts)
        .fetch_all(db)
        .await
}
