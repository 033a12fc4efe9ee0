//! A fresh, migrated database for each test, on one private Postgres that all test programs share.
//!
//! The server starts on demand in the system's temporary folder, forgets everything at its start, and stops
//! when no test program has used it for a while.
#![expect(clippy::expect_used, reason = "a test without its database fails, and says so")]

mod server;
mod store;

use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Connections of one test's pool.
const CONNECTIONS: u32 = 5;

/// A database of one test; dropped with the value.
pub struct TestDb {
    name: String,
    pool: PgPool,
}

impl TestDb {
    /// A fresh database with every migration applied.
    pub async fn new() -> Self {
        crate::tls::choose();
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let template = server::template().await.expect("the shared test database");
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("test_{}_{count}", std::process::id());
        store::clone_database(&name, &template).await.expect("a database of this test");
        let options = crate::db::session(server::options().database(&name));
        let pool = PgPoolOptions::new()
            .max_connections(CONNECTIONS)
            .acquire_timeout(Duration::from_secs(20))
            .connect_lazy_with(options);
        Self { name, pool }
    }

    /// Connections to it.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let name = std::mem::take(&mut self.name);
        // The test's runtime is busy with the test; what remains after a kill goes with the next start.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(store::drop_database(&name)).map_err(std::io::Error::other)
        });
        let _ = dropping.join();
    }
}
