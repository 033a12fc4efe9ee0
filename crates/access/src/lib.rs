//! Who may do what: organisation units, people, roles, groups, directories, sessions, API keys.
//!
//! Words: a *person* signs in; a *role* is a set of *operations*, given to a person in an organisation
//! *unit* and holding in the units below it; an *API key* is how a program calls. What is pure (what is
//! allowed, what is a good password, when a login is locked) knows no database; the stores write each
//! change together with its event in the transaction that the edge opened.

pub mod api_key;
pub mod bootstrap;
pub mod directory;
pub mod lockout;
pub mod operation;
pub mod password;
pub mod people_group;
pub mod permission;
pub mod person;
pub mod policy;
pub mod record;
pub mod role;
pub mod session;
pub mod sign_in;
pub mod token;
pub mod unit;

pub use bootstrap::{FirstAdministrator, bootstrap};
pub use operation::Operation;
pub use password::Hasher;
pub use permission::{Permissions, Scope, UnitTree};
