//! Migrations: one linear history, embedded in the binary, forward only.

use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{ConnectOptions, Connection, PgPool};

/// The history of every schema, in the order of the file names' timestamps.
fn migrator() -> Migrator {
    let mut migrator = sqlx::migrate!("../../migrations");
    migrator.create_schema("platform");
    migrator.dangerous_set_table_name("platform.migration");
    migrator
}

/// Applies what the database does not have yet. Several servers may call it at once: one works, the others wait.
///
/// # Errors
/// A migration failed (its transaction is rolled back), or the database has one that this binary does not know.
pub async fn run(pool: &PgPool) -> Result<(), MigrateError> {
    // A connection of its own: building an index may take longer than any statement of daily work, and waiting
    // for another server's migrations longer than any lock.
    let patient = [("statement_timeout", "0"), ("lock_timeout", "10min")];
    let mut db = pool.connect_options().as_ref().clone().options(patient).connect().await?;
    migrator().run(&mut db).await?;
    Ok(db.close().await?)
}

/// A short name of the embedded history; it changes with every added or edited file.
#[must_use]
pub fn fingerprint() -> String {
    use sha2::{Digest, Sha256};
    let mut hash = Sha256::new();
    for migration in migrator().iter() {
        hash.update(&migration.checksum);
    }
    hash.finalize().iter().take(6).map(|byte| format!("{byte:02x}")).collect()
}
