//! Rules and their versions.

use crate::rule::{Challenger, Counters, Rule, RuleState, RuleVersion};
use base::id::RuleId;
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::PgConnection;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    rule_id: RuleId,
    name: String,
    description: String,
    document: Value,
    draft_state: String,
    draft_author_id: Option<Uuid>,
    approver_id: Option<Uuid>,
    refused: Option<String>,
    running: Option<String>,
    live_version: Option<i32>,
    challenger_version: Option<i32>,
    challenger_percent: Option<i16>,
    version: i32,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    seen: i64,
    matched: i64,
    reacted: i64,
    failed: i64,
}

impl From<Row> for Rule {
    fn from(row: Row) -> Self {
        let running = row.running.as_deref().map(|word| match word {
            "live" => RuleState::Live,
            "paused" => RuleState::Paused,
            _ => RuleState::Stopped,
        });
        let state = match row.draft_state.as_str() {
            "in_test" => RuleState::InTest,
            "approved" => RuleState::Approved,
            "launched" => running.unwrap_or(RuleState::Draft),
            _ => RuleState::Draft,
        };
        Self {
            id: row.rule_id,
            name: row.name,
            description: row.description,
            state,
            running,
            document: row.document,
            version: row.version,
            live_version: row.live_version,
            challenger: row
                .challenger_version
                .zip(row.challenger_percent)
                .map(|(version, percent)| Challenger { version, percent }),
            author: row.draft_author_id,
            approver: row.approver_id,
            refused: row.refused,
            created_at: row.created_at,
            updated_at: row.updated_at,
            counters: Counters {
                seen: row.seen,
                matched: row.matched,
                reacted: row.reacted,
                failed: row.failed,
            },
        }
    }
}

/// All rules that are not archived, by name.
///
/// # Errors
/// The database failed.
pub async fn list(db: &mut PgConnection) -> sqlx::Result<Vec<Rule>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select r.*, c.* from rules.rule r cross join lateral (
             select coalesce(sum(seen), 0)::bigint as seen, coalesce(sum(matched), 0)::bigint as matched,
                 coalesce(sum(reacted), 0)::bigint as reacted, coalesce(sum(failed), 0)::bigint as failed
             from rules.counter where rule_id = r.rule_id) c
         where archived_at is null order by lower(name), rule_id",
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Rule::from).collect())
}

/// One rule that is not archived.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: RuleId) -> sqlx::Result<Option<Rule>> {
    let row: Option<Row> = sqlx::query_as(
        "select r.*, c.* from rules.rule r cross join lateral (
             select coalesce(sum(seen), 0)::bigint as seen, coalesce(sum(matched), 0)::bigint as matched,
                 coalesce(sum(reacted), 0)::bigint as reacted, coalesce(sum(failed), 0)::bigint as failed
             from rules.counter where rule_id = r.rule_id) c
         where rule_id = $1 and archived_at is null",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    Ok(row.map(Rule::from))
}

/// One rule, locked until the transaction ends.
///
/// # Errors
/// The database failed.
pub async fn lock(db: &mut PgConnection, id: RuleId) -> sqlx::Result<Option<Rule>> {
    sqlx::query("select 1 from rules.rule where rule_id = $1 for update").bind(id).execute(&mut *db).await?;
    find(db, id).await
}

/// Whether there is, or was, any rule.
///
/// # Errors
/// The database failed.
pub async fn any(db: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar("select exists (select 1 from rules.rule)").fetch_one(db).await
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    number: i32,
    document: Value,
    author_id: Option<Uuid>,
    approver_id: Option<Uuid>,
    launcher_id: Option<Uuid>,
    launched_at: DateTime<Utc>,
}

impl From<VersionRow> for RuleVersion {
    fn from(row: VersionRow) -> Self {
        Self {
            number: row.number,
            document: row.document,
            author: row.author_id,
            approver: row.approver_id,
            launcher: row.launcher_id,
            launched_at: row.launched_at,
        }
    }
}

/// The versions of a rule, newest first.
///
/// # Errors
/// The database failed.
pub async fn versions(db: &mut PgConnection, id: RuleId) -> sqlx::Result<Vec<RuleVersion>> {
    let rows: Vec<VersionRow> = sqlx::query_as(
        "select number, document, author_id, approver_id, launcher_id, launched_at
         from rules.rule_version where rule_id = $1 order by number desc",
    )
    .bind(id)
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(RuleVersion::from).collect())
}

/// One version of a rule.
///
/// # Errors
/// The database failed.
pub async fn find_version(
    db: &mut PgConnection,
    id: RuleId,
    number: i32,
) -> sqlx::Result<Option<RuleVersion>> {
    let row: Option<VersionRow> = sqlx::query_as(
        "select number, document, author_id, approver_id, launcher_id, launched_at
         from rules.rule_version where rule_id = $1 and number = $2",
    )
    .bind(id)
    .bind(number)
    .fetch_optional(db)
    .await?;
    Ok(row.map(RuleVersion::from))
}
