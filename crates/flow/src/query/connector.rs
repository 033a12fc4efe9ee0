//! Connectors as they stand in the rows.

use crate::connector::{Auth, AuthKind, Connector, Operation};
use base::id::ConnectorId;
use sqlx::PgConnection;
use sqlx::types::Json;

#[derive(sqlx::FromRow)]
struct Row {
    connector_id: ConnectorId,
    name: String,
    base_url: String,
    auth_kind: AuthKind,
    auth_name: Option<String>,
    secret: Option<String>,
    operations: Json<Vec<Operation>>,
    version: i32,
}

impl From<Row> for Connector {
    fn from(row: Row) -> Self {
        Self {
            id: row.connector_id,
            name: row.name,
            base_url: row.base_url,
            auth: Auth { kind: row.auth_kind, name: row.auth_name, has_secret: row.secret.is_some() },
            operations: row.operations.0,
            version: row.version,
            secret: row.secret,
        }
    }
}

/// Connectors in use, by name.
///
/// # Errors
/// The database failed.
pub async fn list(db: &mut PgConnection) -> sqlx::Result<Vec<Connector>> {
    let rows: Vec<Row> = sqlx::query_as(
        "select connector_id, name, base_url, auth_kind, auth_name, secret, operations, version
         from flow.connector where archived_at is null order by name",
    )
    .fetch_all(db)
    .await?;
    Ok(rows.into_iter().map(Connector::from).collect())
}

/// One connector in use.
///
/// # Errors
/// The database failed.
pub async fn find(db: &mut PgConnection, id: ConnectorId) -> sqlx::Result<Option<Connector>> {
    let row: Option<Row> = sqlx::query_as(
        "select connector_id, name, base_url, auth_kind, auth_name, secret, operations, version
         from flow.connector where connector_id = $1 and archived_at is null",
    )
    .bind(id)
    .fetch_optional(db)
    .await?;
    Ok(row.map(Connector::from))
}

/// One connector in use, by its name in flows.
///
/// # Errors
/// The database failed.
pub async fn find_by_name(db: &mut PgConnection, name: &str) -> sqlx::Result<Option<Connector>> {
    let row: Option<Row> = sqlx::query_as(
        "select connector_id, name, base_url, auth_kind, auth_name, secret, operations, version
         from flow.connector where name = $1 and archived_at is null",
    )
    .bind(name)
    .fetch_optional(db)
    .await?;
    Ok(row.map(Connector::from))
}
