//! The consumers of the log as people see them: how far each has read, whether it fails, and reading again.

mod store;

pub use store::{list, replay};

use chrono::{DateTime, Utc};
use serde::Serialize;

/// A reader of the log.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema, sqlx::FromRow)]
pub struct Consumer {
    /// Its name.
    #[schema(example = "platform.webhooks")]
    pub name: String,
    /// Events that it has not read yet, counted up to 10,000.
    pub lag: i64,
    /// When it last moved.
    pub moved_at: DateTime<Utc>,
    /// Why it cannot go on; null while it works.
    pub failing: Option<String>,
    /// Since when it cannot.
    pub failing_since: Option<DateTime<Utc>>,
}
