//! Reference tables.

use super::{REFERENCE_CHANGED, record};
use crate::query;
use crate::rule::ReferenceTable;
use base::{ChangeError, Edit};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

/// Stores a table whole. `version` is the one it replaces; none: it must be new.
///
/// # Errors
/// Fields that cannot be accepted, changed meanwhile, a name that is taken, or the database.
pub async fn put(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    table: &ReferenceTable,
    version: Option<i32>,
) -> Result<ReferenceTable, ChangeError> {
    ChangeError::unless_empty(table.faults())?;
    match version {
        None => insert(db, edit, table).await?,
        Some(version) => update(db, edit, table, version).await?,
    }
    insert_rows(db, table).await?;
    let payload = json!({ "name": table.name, "rows": table.rows.len() });
    record(db, edit, REFERENCE_CHANGED, Uuid::nil(), payload).await?;
    query::find_reference(db, &table.name).await?.ok_or(ChangeError::Unknown("reference table"))
}

async fn insert(db: &mut PgConnection, edit: &Edit<'_>, table: &ReferenceTable) -> Result<(), ChangeError> {
    sqlx::query(
        "insert into rules.reference_table (name, title, columns, updated_at) values ($1, $2, $3, $4)",
    )
    .bind(&table.name)
    .bind(sqlx::types::Json(&table.title))
    .bind(sqlx::types::Json(&table.columns))
    .bind(edit.now)
    .execute(db)
    .await
    .map_err(|error| {
        ChangeError::on_constraint(error, "reference_table_pkey", "/name", "another table has this name")
    })?;
    Ok(())
}

async fn update(
    db: &mut PgConnection,
    edit: &Edit<'_>,
    table: &ReferenceTable,
    version: i32,
) -> Result<(), ChangeError> {
    let present: Option<i32> =
        sqlx::query_scalar("select version from rules.reference_table where name = $1 for update")
            .bind(&table.name)
            .fetch_optional(&mut *db)
            .await?;
    let present = present.ok_or(ChangeError::Unknown("reference table"))?;
    if present != version {
        return Err(ChangeError::Stale { given: version, present });
    }
    sqlx::query(
        "update rules.reference_table set title = $2, columns = $3, updated_at = $4, version = version + 1
         where name = $1",
    )
    .bind(&table.name)
    .bind(sqlx::types::Json(&table.title))
    .bind(sqlx::types::Json(&table.columns))
    .bind(edit.now)
    .execute(&mut *db)
    .await?;
    sqlx::query("delete from rules.reference_row where name = $1").bind(&table.name).execute(db).await?;
    Ok(())
}

async fn insert_rows(db: &mut PgConnection, table: &ReferenceTable) -> Result<(), ChangeError> {
    let (keys, cells): (Vec<&str>, Vec<Value>) = table
        .rows
        .iter()
        .map(|row| {
            let cells: Map<String, Value> = row
                .iter()
                .filter(|(key, _)| *key != "key")
                .map(|(key, cell)| (key.clone(), cell.clone()))
                .collect();
            (row.get("key").and_then(Value::as_str).unwrap_or_default(), Value::Object(cells))
        })
        .unzip();
    sqlx::query(
        "insert into rules.reference_row (name, key, position, cells)
         select $1, key, position, cells
         from unnest($2::text[], $3::jsonb[]) with ordinality as given (key, cells, position)",
    )
    .bind(&table.name)
    .bind(keys)
    .bind(cells)
    .execute(db)
    .await?;
    Ok(())
}

/// Deletes a table. Rules that read it find no value.
///
/// # Errors
/// Unknown, or the database.
pub async fn delete(db: &mut PgConnection, edit: &mut Edit<'_>, name: &str) -> Result<(), ChangeError> {
    let deleted =
        sqlx::query("delete from rules.reference_table where name = $1").bind(name).execute(&mut *db).await?;
    if deleted.rows_affected() == 0 {
        return Err(ChangeError::Unknown("reference table"));
    }
    record(db, edit, REFERENCE_CHANGED, Uuid::nil(), json!({ "name": name, "deleted": true })).await
}
