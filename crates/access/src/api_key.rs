//! Keys with which programs call: a public prefix, a secret, operations, a unit, an end.

pub mod store;

use base::id::{ApiKeyId, OrgUnitId, PersonId};
use chrono::{DateTime, Utc};

/// A key as lists show it; the secret is never stored.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct ApiKey {
    /// Its id.
    pub api_key_id: ApiKeyId,
    /// What it is for.
    pub name: String,
    /// The public half.
    pub prefix: String,
    /// What it allows, as codes.
    pub operations: Vec<String>,
    /// From which unit downwards.
    pub unit_id: OrgUnitId,
    /// Who issued it.
    pub created_by: PersonId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it ends by itself.
    pub expires_at: Option<DateTime<Utc>>,
    /// When somebody ended it.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<DateTime<Utc>>,
}
