//! People who sign in. Each has an account of their own (SEC-05): a login belongs to one person for ever.

pub mod password;
pub mod query;
pub(crate) mod roles;
pub mod store;

use crate::unit::name_fault;
use base::id::{OrgUnitId, PersonId, RoleId};
use base::{ChangeError, FieldFault, Locale};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A role that a person has, and the unit from which downwards it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RoleGrant {
    /// Which role.
    pub role_id: RoleId,
    /// Where.
    pub unit_id: OrgUnitId,
}

/// A person as administrators see it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Person {
    /// Its id; also the operator's id.
    pub person_id: PersonId,
    /// What is typed to sign in, in lower case.
    pub login: String,
    /// The name that screens show.
    pub name: String,
    /// The company's number of the person.
    pub personnel_number: Option<String>,
    /// The number of the person's phone.
    pub sip_number: Option<String>,
    /// The language of the screens.
    pub locale: Locale,
    /// The unit the person belongs to.
    pub unit_id: OrgUnitId,
    /// What the person may do, and where; what groups of people carry is not among it.
    pub roles: BTreeSet<RoleGrant>,
    /// The e-mail address, when a directory says it.
    pub email: Option<String>,
    /// The directory that keeps the account and its password; null: an account of this server.
    pub directory: Option<String>,
    /// Since when that directory no longer lets the person in; null: it does.
    pub left_directory_at: Option<DateTime<Utc>>,
    /// May not sign in.
    pub is_disabled: bool,
    /// Signs in with a password that somebody else made.
    pub must_change_password: bool,
    /// When the password was set.
    pub password_changed_at: DateTime<Utc>,
    /// When too many wrong passwords stop locking the login; null: it is not locked.
    pub locked_until: Option<DateTime<Utc>>,
    /// The last successful sign-in.
    pub last_sign_in_at: Option<DateTime<Utc>>,
    /// Counts changes.
    pub version: i32,
}

/// What an administrator says about a person.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonInput {
    /// 1 to 64 letters, digits, `.`, `_`, `-` or `@`; kept in lower case.
    pub login: String,
    /// 1 to 200 characters.
    pub name: String,
    /// The company's number of the person.
    #[serde(default)]
    pub personnel_number: Option<String>,
    /// The number of the person's phone.
    #[serde(default)]
    pub sip_number: Option<String>,
    /// The language of the screens.
    pub locale: Locale,
    /// The unit the person belongs to.
    pub unit_id: OrgUnitId,
    /// What the person may do, and where.
    pub roles: BTreeSet<RoleGrant>,
}

/// A login as it is stored and looked for.
#[must_use]
pub fn login_key(typed: &str) -> String {
    typed.trim().to_lowercase()
}

impl PersonInput {
    fn check(&self) -> Result<(), ChangeError> {
        let login = login_key(&self.login);
        let letters = login.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '@'));
        let fits = (1..=64).contains(&login.chars().count()) && letters;
        let mut faults: Vec<FieldFault> = name_fault(&self.name).into_iter().collect();
        if !fits {
            faults.push(FieldFault::new(
                "/login",
                "use 1 to 64 letters, digits, dots, dashes, underscores or @",
            ));
        }
        for (pointer, value) in
            [("/personnel_number", &self.personnel_number), ("/sip_number", &self.sip_number)]
        {
            if value.as_ref().is_some_and(|value| value.trim().is_empty() || value.chars().count() > 64) {
                faults.push(FieldFault::new(pointer, "use 1 to 64 characters, or null"));
            }
        }
        ChangeError::unless_empty(faults)
    }
}
