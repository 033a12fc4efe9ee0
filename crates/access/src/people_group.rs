//! Groups of people that carry roles for all of their members (CIMP-ADM-02).

pub mod store;

use crate::person::RoleGrant;
use crate::unit::name_fault;
use base::id::{PeopleGroupId, PersonId};
use base::{ChangeError, FieldFault};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// Most members of a group: it is written and shown as a whole.
pub const MEMBERS_MAX: usize = 5_000;

/// A group of people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PeopleGroup {
    /// Its id.
    pub people_group_id: PeopleGroupId,
    /// Its name, unique.
    pub name: String,
    /// What its members may do, and where, beside what they may do themselves.
    pub roles: BTreeSet<RoleGrant>,
    /// Who belongs to it.
    pub members: BTreeSet<PersonId>,
    /// Counts changes.
    pub version: i32,
}

/// What a person says about a group.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PeopleGroupInput {
    /// 1 to 200 characters, unique.
    pub name: String,
    /// What its members may do, and where.
    pub roles: BTreeSet<RoleGrant>,
    /// Who belongs to it; at most 5,000.
    pub members: BTreeSet<PersonId>,
}

impl PeopleGroupInput {
    fn check(&self) -> Result<(), ChangeError> {
        let mut faults: Vec<FieldFault> = name_fault(&self.name).into_iter().collect();
        if self.members.len() > MEMBERS_MAX {
            faults.push(FieldFault::new("/members", format!("at most {MEMBERS_MAX} people")));
        }
        ChangeError::unless_empty(faults)
    }
}
