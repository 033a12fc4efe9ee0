//! Organisation units: a tree with one root.

pub mod store;

use base::id::OrgUnitId;
use base::{ChangeError, FieldFault};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// The unit above all others: the organisation itself. It exists from the first start on and cannot be moved.
pub const ROOT: OrgUnitId = OrgUnitId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));

/// A part of the organisation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, sqlx::FromRow)]
pub struct Unit {
    /// Its id.
    pub unit_id: OrgUnitId,
    /// Its name, unique under its parent.
    pub name: String,
    /// The unit above; null at the root only.
    pub parent_id: Option<OrgUnitId>,
    /// Counts changes.
    pub version: i32,
}

/// What a person says about a unit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitInput {
    /// 1 to 200 characters, unique under its parent.
    pub name: String,
    /// The unit above; null for the root only.
    pub parent_id: Option<OrgUnitId>,
}

/// What is wrong with a name that people give to things.
pub(crate) fn name_fault(name: &str) -> Option<FieldFault> {
    let fits = !name.trim().is_empty() && name.chars().count() <= 200;
    (!fits).then(|| FieldFault::new("/name", "use 1 to 200 characters"))
}

impl UnitInput {
    fn check(&self) -> Result<(), ChangeError> {
        ChangeError::unless_empty(name_fault(&self.name).into_iter().collect())
    }
}
