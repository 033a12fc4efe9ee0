//! Reference tables.

use crate::facts::References;
use crate::rule::{ReferenceColumn, ReferenceTable, Title};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sqlx::PgConnection;
use sqlx::types::Json;
use std::sync::{Arc, Mutex, PoisonError};

/// A table without its rows, as its columns come.
type TableRow = (String, Json<Title>, Json<Vec<ReferenceColumn>>, i32);

/// All tables without their rows, by name.
///
/// # Errors
/// The database failed.
pub async fn reference_tables(db: &mut PgConnection) -> sqlx::Result<Vec<ReferenceTable>> {
    let rows: Vec<TableRow> =
        sqlx::query_as("select name, title, columns, version from rules.reference_table order by name")
            .fetch_all(db)
            .await?;
    Ok(rows.into_iter().map(|(name, title, columns, version)| table(name, title, columns, version)).collect())
}

fn table(
    name: String,
    title: Json<Title>,
    columns: Json<Vec<ReferenceColumn>>,
    version: i32,
) -> ReferenceTable {
    ReferenceTable { name, title: title.0, columns: columns.0, rows: Vec::new(), version }
}

/// One table with its rows.
///
/// # Errors
/// The database failed.
pub async fn find_reference(db: &mut PgConnection, name: &str) -> sqlx::Result<Option<ReferenceTable>> {
    let found: Option<TableRow> =
        sqlx::query_as("select name, title, columns, version from rules.reference_table where name = $1")
            .bind(name)
            .fetch_optional(&mut *db)
            .await?;
    let Some((name, title, columns, version)) = found else { return Ok(None) };
    let rows: Vec<(String, Value)> =
        sqlx::query_as("select key, cells from rules.reference_row where name = $1 order by position")
            .bind(&name)
            .fetch_all(db)
            .await?;
    let mut table = table(name, title, columns, version);
    table.rows = rows
        .into_iter()
        .map(|(key, cells)| {
            let mut row = Map::new();
            row.insert("key".to_owned(), Value::String(key));
            if let Value::Object(cells) = cells {
                row.extend(cells);
            }
            row
        })
        .collect();
    Ok(Some(table))
}

/// All tables, as expressions read them.
///
/// # Errors
/// The database failed.
pub async fn references(db: &mut PgConnection) -> sqlx::Result<References> {
    let rows: Vec<(String, Value)> = sqlx::query_as(
        "select t.name, coalesce(jsonb_object_agg(r.key, r.cells) filter (where r.key is not null), '{}')
         from rules.reference_table t left join rules.reference_row r using (name) group by t.name",
    )
    .fetch_all(db)
    .await?;
    Ok(References::new(rows.into_iter().collect()))
}

/// What tells whether a table is still the one that was read: name, version, when it was changed.
type Stamp = Vec<(String, i32, DateTime<Utc>)>;

/// All tables as expressions read them, kept and read again when one of them has changed: they may be large, and who
/// works through many events needs them each time.
#[derive(Clone, Debug, Default)]
pub struct KnownReferences(Arc<Mutex<Option<(Stamp, References)>>>);

impl KnownReferences {
    /// The tables as they are now.
    ///
    /// # Errors
    /// The database failed.
    pub async fn get(&self, db: &mut PgConnection) -> sqlx::Result<References> {
        let stamp: Stamp =
            sqlx::query_as("select name, version, updated_at from rules.reference_table order by name")
                .fetch_all(&mut *db)
                .await?;
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some((_, tables)) = known.filter(|(known, _)| *known == stamp) {
            return Ok(tables);
        }
        let tables = references(db).await?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((stamp, tables.clone()));
        Ok(tables)
    }
}
