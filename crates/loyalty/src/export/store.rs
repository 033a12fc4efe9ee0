//! SQL that writes down exports.

use super::{Export, ExportInput};
use crate::file::store::author_words;
use base::Edit;
use base::id;
use chrono::{DateTime, Utc};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

/// Writes down that a file is being made, and which fields it reads: nobody else loads it who may not see them all.
///
/// # Errors
/// The database failed.
pub async fn start(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    input: &ExportInput,
    reads: &[String],
) -> sqlx::Result<Export> {
    let export_id = id::uuid_v7(edit.now, edit.rng);
    let kind = input.asked.kind();
    let name = format!("{}_{}_{export_id}.txt", kind.to_uppercase(), edit.now.format("%Y%m%d"));
    let (author_kind, author_id) = author_words(edit.author);
    sqlx::query_as(
        "insert into loyalty.export (export_id, programme_id, kind, asked, name, state, author_kind, author_id,
            started_at, reads)
         values ($1, $2, $3, $4, $5, 'running', $6, $7, $8, $9)
         returning export_id, programme_id, kind, asked, name, state, failure, lines, bytes, transmitted, started_at,
            finished_at",
    )
    .bind(export_id)
    .bind(input.programme_id)
    .bind(kind)
    .bind(json!(input))
    .bind(name)
    .bind(author_kind)
    .bind(author_id)
    .bind(edit.now)
    .bind(reads)
    .fetch_one(db)
    .await
}

/// Writes down how it ended: lines, bytes and whether it was transmitted, or what went wrong.
///
/// # Errors
/// The database failed.
pub async fn finish(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    export_id: Uuid,
    ended: Result<(u64, u64, bool), &str>,
) -> sqlx::Result<()> {
    let (lines, bytes, transmitted) = ended.unwrap_or_default();
    let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    sqlx::query(
        "update loyalty.export
         set state = case when $2::text is null then 'done' else 'failed' end, failure = $2, lines = $3, bytes = $4,
             transmitted = $5, finished_at = $6
         where export_id = $1",
    )
    .bind(export_id)
    .bind(ended.err())
    .bind(whole(lines))
    .bind(whole(bytes))
    .bind(transmitted)
    .bind(now)
    .execute(db)
    .await
    .map(drop)
}

/// What a server left when it died is failed: nobody makes it any more.
///
/// # Errors
/// The database failed.
pub async fn give_up(db: &mut PgConnection, now: DateTime<Utc>, before: DateTime<Utc>) -> sqlx::Result<u64> {
    let left = sqlx::query(
        "update loyalty.export set state = 'failed', failure = 'the server stopped: ask for it again', finished_at = $1
         where state = 'running' and started_at < $2",
    )
    .bind(now)
    .bind(before)
    .execute(db)
    .await?;
    Ok(left.rows_affected())
}
