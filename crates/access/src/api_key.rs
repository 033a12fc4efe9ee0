//! Keys with which programs call: a public prefix, a secret, operations, a unit, an end.

pub mod store;

use crate::operation::Operation;
use crate::unit::name_fault;
use base::id::{ApiKeyId, OrgUnitId, PersonId};
use base::{ChangeError, FieldFault};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A key as lists show it; the secret is never stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
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

/// What a person says about a new key.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ApiKeyInput {
    /// What it is for: 1 to 200 characters.
    pub name: String,
    /// What it allows.
    pub operations: BTreeSet<Operation>,
    /// From which unit downwards; null: in the whole organisation.
    #[serde(default)]
    pub unit_id: Option<OrgUnitId>,
    /// When it ends; null: when it is revoked.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
}

impl ApiKeyInput {
    fn check(&self, now: DateTime<Utc>) -> Result<(), ChangeError> {
        let mut faults: Vec<FieldFault> = name_fault(&self.name).into_iter().collect();
        if self.operations.is_empty() {
            faults.push(FieldFault::new("/operations", "name at least one operation"));
        }
        if self.expires_at.is_some_and(|at| at <= now) {
            faults.push(FieldFault::new("/expires_at", "use a moment in the future"));
        }
        ChangeError::unless_empty(faults)
    }
}
