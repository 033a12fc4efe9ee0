//! Roles: sets of operations, as data (UMS-ROLE-19).

pub mod store;

use crate::operation::Operation;
use crate::unit::name_fault;
use base::ChangeError;
use base::id::RoleId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

const fn fixed(n: u128) -> RoleId {
    RoleId::from_uuid(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0001_0000 + n))
}

/// The role that has every operation of this version, and cannot be changed: somebody must be able to give
/// operations back.
pub const ADMINISTRATOR: RoleId = fixed(1);
/// Watches and steers a part of the contact centre.
pub const SUPERVISOR: RoleId = fixed(2);
/// Serves contacts.
pub const OPERATOR: RoleId = fixed(3);
/// Listens to recordings and judges contacts.
pub const QUALITY_MANAGER: RoleId = fixed(4);
/// Reads who did what, and changes nothing.
pub const SECURITY_AUDITOR: RoleId = fixed(5);
/// Watches the wallboard, for screens on a wall.
pub const WALLBOARD: RoleId = fixed(6);
/// Serves members of loyalty programmes (CIMP-ROLE-01).
pub const CUSTOMER_SERVICE: RoleId = fixed(7);
/// Sets up loyalty programmes and writes their rules (CIMP-ROLE-01).
pub const MARKETING: RoleId = fixed(8);
/// Works for a partner of a loyalty programme (CIMP-ROLE-01).
pub const PARTNER: RoleId = fixed(9);

/// A set of operations with a name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Role {
    /// Its id.
    pub role_id: RoleId,
    /// Its name, unique.
    pub name: String,
    /// What it allows.
    pub operations: BTreeSet<Operation>,
    /// Belongs to the server and cannot be changed.
    pub is_built_in: bool,
    /// Counts changes.
    pub version: i32,
}

/// What a person says about a role.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleInput {
    /// 1 to 200 characters, unique.
    pub name: String,
    /// What it allows.
    pub operations: BTreeSet<Operation>,
}

impl RoleInput {
    fn check(&self) -> Result<(), ChangeError> {
        ChangeError::unless_empty(name_fault(&self.name).into_iter().collect())
    }
}

const SUPERVISOR_MAY: &[Operation] = &[
    Operation::SessionSelf,
    Operation::PersonRead,
    Operation::UnitRead,
    Operation::QueueRead,
    Operation::QueueWrite,
    Operation::SkillRead,
    Operation::OperatorRead,
    Operation::OperatorWrite,
    Operation::ContactRead,
    Operation::ContactWrite,
    Operation::RecordingPlay,
    Operation::CustomerRead,
    Operation::CardRead,
    Operation::ClassifierRead,
    Operation::BoardRead,
    Operation::FloorRead,
    Operation::PromptRead,
    Operation::FlowRead,
    Operation::TaskUse,
    Operation::NumberRead,
    Operation::LoyaltyRead,
    Operation::LoyaltyApprove,
];
const OPERATOR_MAY: &[Operation] = &[
    Operation::SessionSelf,
    Operation::DeskUse,
    Operation::TaskUse,
    Operation::QueueRead,
    Operation::ContactRead,
    Operation::ContactWrite,
    Operation::CustomerRead,
    Operation::CustomerWrite,
    Operation::CardRead,
    Operation::CardWrite,
    Operation::ClassifierRead,
    Operation::BoardRead,
    Operation::LoyaltyRead,
];
const QUALITY_MANAGER_MAY: &[Operation] = &[
    Operation::SessionSelf,
    Operation::ContactRead,
    Operation::RecordingPlay,
    Operation::OperatorRead,
    Operation::QueueRead,
    Operation::SkillRead,
    Operation::CustomerRead,
    Operation::CardRead,
    Operation::ClassifierRead,
    Operation::ClassifierWrite,
    Operation::BoardRead,
    Operation::UnitRead,
];
const SECURITY_AUDITOR_MAY: &[Operation] = &[
    Operation::SessionSelf,
    Operation::AuditRead,
    Operation::PersonRead,
    Operation::UnitRead,
    Operation::RoleRead,
    Operation::PeopleGroupRead,
    Operation::ApiKeyRead,
    Operation::LogRead,
];
const WALLBOARD_MAY: &[Operation] = &[Operation::SessionSelf, Operation::BoardRead];
const CUSTOMER_SERVICE_MAY: &[Operation] = &[
    Operation::SessionSelf,
    Operation::TaskUse,
    Operation::ContactRead,
    Operation::CustomerRead,
    Operation::CustomerWrite,
    Operation::CardRead,
    Operation::ClassifierRead,
    Operation::MessageRead,
    Operation::LoyaltyRead,
    Operation::LoyaltyServe,
];
const MARKETING_MAY: &[Operation] = &[
    Operation::SessionSelf,
    Operation::TaskUse,
    // A partner belongs to a unit, in which its people work.
    Operation::UnitRead,
    Operation::CustomerRead,
    // Rules and segments name the cards of customers.
    Operation::CardRead,
    Operation::FlowRead,
    Operation::RuleRead,
    Operation::RuleWrite,
    Operation::RuleLaunch,
    Operation::PredictionRead,
    Operation::PredictionWrite,
    Operation::PredictionLaunch,
    Operation::EventTypeRead,
    Operation::TemplateRead,
    Operation::TemplateWrite,
    Operation::MessageRead,
    Operation::LoyaltyRead,
    Operation::LoyaltyMarket,
];
const PARTNER_MAY: &[Operation] = &[Operation::SessionSelf, Operation::LoyaltyPartner];

/// The roles that a new installation starts with: data to change, except the administrator. Those that nobody has changed get
/// what a later version says here when it starts.
#[must_use]
pub fn defaults() -> Vec<Role> {
    let role = |role_id, name: &str, operations: &[Operation]| Role {
        role_id,
        name: name.to_owned(),
        operations: operations.iter().copied().collect(),
        is_built_in: role_id == ADMINISTRATOR,
        version: 1,
    };
    vec![
        role(ADMINISTRATOR, "Administrator", Operation::ALL),
        role(SUPERVISOR, "Supervisor", SUPERVISOR_MAY),
        role(OPERATOR, "Operator", OPERATOR_MAY),
        role(QUALITY_MANAGER, "Quality manager", QUALITY_MANAGER_MAY),
        role(SECURITY_AUDITOR, "Security auditor", SECURITY_AUDITOR_MAY),
        role(WALLBOARD, "Wallboard", WALLBOARD_MAY),
        role(CUSTOMER_SERVICE, "Customer service", CUSTOMER_SERVICE_MAY),
        role(MARKETING, "Marketing", MARKETING_MAY),
        role(PARTNER, "Partner", PARTNER_MAY),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// UMS-ROLE-19
    #[test]
    fn the_administrator_may_do_everything_and_an_auditor_changes_nothing() {
        let roles = defaults();
        let operations = |id| &roles.iter().find(|role| role.role_id == id).unwrap().operations;

        assert_eq!(operations(ADMINISTRATOR).len(), Operation::ALL.len());
        assert!(operations(SECURITY_AUDITOR).iter().all(|operation| !operation.code().ends_with(".write")));
        assert!(roles.iter().all(|role| role.operations.contains(&Operation::SessionSelf)));
    }
}
