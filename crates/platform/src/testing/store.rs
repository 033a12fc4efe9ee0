//! SQL that makes and drops databases. The names are made by this module, never by a user.

use super::server;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection};

/// Whether the server answers.
pub(super) async fn answers() -> bool {
    let Ok(connection) = server::options().connect().await else { return false };
    connection.close().await.is_ok()
}

/// Whether a database exists.
pub(super) async fn exists(db: &mut PgConnection, name: &str) -> sqlx::Result<bool> {
    sqlx::query_scalar("select exists (select 1 from pg_database where datname = $1)")
        .bind(name)
        .fetch_one(db)
        .await
}

/// Makes an empty database, replacing a half-made one.
pub(super) async fn make_database(db: &mut PgConnection, name: &str) -> sqlx::Result<()> {
    run(&mut *db, format!("drop database if exists {name} with (force)")).await?;
    run(db, format!("create database {name}")).await
}

/// Gives a database another name.
pub(super) async fn rename_database(db: &mut PgConnection, from: &str, to: &str) -> sqlx::Result<()> {
    run(db, format!("alter database {from} rename to {to}")).await
}

/// Makes a database as a copy of another.
pub(super) async fn clone_database(name: &str, template: &str) -> sqlx::Result<()> {
    let mut db = server::options().connect().await?;
    run(&mut db, format!("create database {name} template {template}")).await?;
    db.close().await
}

/// Drops a database, also when connections to it are open.
pub(super) async fn drop_database(name: &str) -> sqlx::Result<()> {
    let mut db = server::options().connect().await?;
    run(&mut db, format!("drop database if exists {name} with (force)")).await?;
    db.close().await
}

async fn run(db: &mut PgConnection, statement: String) -> sqlx::Result<()> {
    sqlx::raw_sql(AssertSqlSafe(statement)).execute(db).await.map(drop)
}
