//! The ground the server stands on: Postgres, migrations, event log, write journal, logs, metrics.

pub mod clock;
pub mod db;
pub mod dead_letter;
pub mod event;
pub mod event_type;
pub mod idempotency;
pub mod ingest;
pub mod journal;
pub mod lease;
pub mod migrate;
pub mod partition;
pub mod telemetry;
#[doc(hidden)]
pub mod testing;
pub mod tls;
pub mod vault;
pub mod webhook;

pub use clock::SystemClock;
