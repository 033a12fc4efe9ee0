//! Migrations: one linear history, embedded in the binary, forward only.

use sqlx::PgPool;
use sqlx::migrate::{MigrateError, Migrator};

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
    migrator().run(pool).await
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
