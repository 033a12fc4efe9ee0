//! The rules that react, made ready.

use crate::decide::{CompiledRule, LiveRule, RuleSet, Version};
use crate::document::Document;
use serde_json::Value;
use sqlx::PgConnection;
use std::sync::Arc;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    rule_id: Uuid,
    name: String,
    salt: Uuid,
    is_challenger: bool,
    percent: Option<i16>,
    number: i32,
    document: Value,
    date_fields: Vec<String>,
}

/// What changes with every change of a rule or of the heading of a reference table: whoever keeps [`live`] compares it.
///
/// # Errors
/// The database failed.
pub async fn stamp(db: &mut PgConnection) -> sqlx::Result<(i64, i64)> {
    sqlx::query_as(
        "select count(*), coalesce(sum(version), 0)::bigint
         from (select version from rules.rule union all select version from rules.reference_table) as all_of_them",
    )
    .fetch_one(db)
    .await
}

/// All live rules and the reference tables. A version that can no longer be compiled is left out and said.
///
/// # Errors
/// The database failed.
pub async fn live(db: &mut PgConnection) -> sqlx::Result<RuleSet> {
    let rows: Vec<Row> = sqlx::query_as(
        "select r.rule_id, r.name, r.salt, v.number is not distinct from r.challenger_version as is_challenger,
             r.challenger_percent as percent, v.number, v.document, v.date_fields
         from rules.rule r
         join rules.rule_version v on v.rule_id = r.rule_id and v.number in (r.live_version, r.challenger_version)
         where r.running = 'live' and r.archived_at is null
         order by r.created_at, r.rule_id, is_challenger",
    )
    .fetch_all(&mut *db)
    .await?;
    let reference = super::references(db).await?;
    let mut rules: Vec<LiveRule> = Vec::new();
    for row in rows {
        let Some(version) = compile(&row) else { continue };
        match rules.last_mut() {
            Some(rule) if rule.rule_id == row.rule_id && row.is_challenger => {
                let percent = row.percent.and_then(|percent| u8::try_from(percent).ok()).unwrap_or(0);
                rule.challenger = Some((version, percent));
            }
            _ if row.is_challenger => {}
            _ => rules.push(LiveRule {
                rule_id: row.rule_id,
                name: row.name,
                salt: row.salt,
                live: version,
                challenger: None,
            }),
        }
    }
    Ok(RuleSet::new(rules, reference))
}

fn compile(row: &Row) -> Option<Version> {
    let is_date = |path: &str| row.date_fields.iter().any(|date| date == path);
    match Document::read(&row.document).and_then(|document| CompiledRule::compile(document, &is_date)) {
        Ok(rule) => Some(Version { number: row.number, rule: Arc::new(rule) }),
        Err(faults) => {
            let why = faults.first().map_or("", |fault| fault.message.as_str());
            tracing::error!(rule = %row.name, version = row.number, "this version does not react: {why}");
            None
        }
    }
}
