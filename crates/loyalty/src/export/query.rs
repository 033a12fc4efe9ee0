//! SQL that reads what exports are made of and how they stand.

use super::Export;
use crate::file::store::author_words;
use crate::member::Member;
use crate::service::Service;
use base::Author;
use base::id::{MasterAccountId, ProgrammeId};
use sqlx::PgConnection;
use uuid::Uuid;

/// Who looks at exports. Seen is what was made by the same person or program, and what shows nothing that is kept from it.
#[derive(Clone, Debug)]
pub struct Reader {
    /// Who it is.
    pub author: Author,
    /// The fields that it may read, as exports name them.
    pub fields: Vec<String>,
}

/// Exports that the reader may load, the newest first.
///
/// # Errors
/// The database failed.
pub async fn list(
    db: &mut PgConnection,
    reader: &Reader,
    after: Option<Uuid>,
    limit: i64,
) -> sqlx::Result<Vec<Export>> {
    let (author_kind, author_id) = author_words(reader.author);
    // Ids grow with time.
    sqlx::query_as(
        "select export_id, programme_id, kind, asked, name, state, failure, lines, bytes, transmitted, started_at,
            finished_at
         from loyalty.export
         where ($1::uuid is null or export_id < $1)
            and ((author_kind = $3 and author_id is not distinct from $4) or reads <@ $5)
         order by export_id desc limit $2",
    )
    .bind(after)
    .bind(limit)
    .bind(author_kind)
    .bind(author_id)
    .bind(&reader.fields)
    .fetch_all(db)
    .await
}

/// One export, when the reader may load it.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, reader: &Reader, export_id: Uuid) -> sqlx::Result<Option<Export>> {
    let (author_kind, author_id) = author_words(reader.author);
    sqlx::query_as(
        "select export_id, programme_id, kind, asked, name, state, failure, lines, bytes, transmitted, started_at,
            finished_at
         from loyalty.export
         where export_id = $1 and ((author_kind = $2 and author_id is not distinct from $3) or reads <@ $4)",
    )
    .bind(export_id)
    .bind(author_kind)
    .bind(author_id)
    .bind(&reader.fields)
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
