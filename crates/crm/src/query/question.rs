//! SQL that answers questions about sets of records.

use super::statement::Statement;
use crate::attribute::{CUSTOMER, is_key};
use crate::columns::Condition;
use crate::question::{Planned, ROWS_MAX, Rows};
use serde_json::Value;
use sqlx::PgConnection;

/// The answer to a question about the records of a kind that meet the condition.
///
/// # Errors
/// The database failed, or did not finish in its time.
pub async fn ask(
    db: &mut PgConnection,
    record_kind: &str,
    planned: Planned,
    condition: Option<&Condition>,
) -> sqlx::Result<Rows> {
    let cells = [planned.groups.clone(), planned.measures.clone()].concat().join(", ");
    let table = match record_kind {
        CUSTOMER => "crm.customer c where true".to_owned(),
        kind if is_key(kind) => format!("crm.card c where kind = '{kind}' and archived_at is null"),
        _ => return Err(sqlx::Error::InvalidArgument("there is no such kind of record".to_owned())),
    };
    let mut statement = Statement::new(&format!("select jsonb_build_array({cells}) from {table}"));
    statement.and(condition)?;
    if !planned.groups.is_empty() {
        statement.push(&format!(" group by {}", planned.groups.join(", ")));
        let first = planned.measures.first().map_or("1", String::as_str);
        statement.push(&format!(" order by {first} desc nulls last, {}", planned.groups.join(", ")));
    }
    statement.push(" limit ").bind(i64::try_from(ROWS_MAX).unwrap_or(i64::MAX).saturating_add(1))?;
    let (text, arguments) = statement.finish();
    let mut found: Vec<Value> =
        sqlx::query_scalar_with(text, arguments).persistent(false).fetch_all(db).await?;
    let more = found.len() > ROWS_MAX;
    found.truncate(ROWS_MAX);
    let row = |value| match value {
        Value::Array(cells) => cells,
        other => vec![other],
    };
    Ok(Rows { columns: planned.names, rows: found.into_iter().map(row).collect(), more })
}
