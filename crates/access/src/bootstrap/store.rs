//! SQL of the first start.

use super::{BootstrapError, FIRST_LOGIN, FirstAdministrator};
use crate::password::Hasher;
use crate::person::{PersonInput, RoleGrant};
use crate::policy::PasswordPolicy;
use crate::unit::{ROOT, Unit};
use crate::{person, role, unit};
use base::{Author, Edit, Locale};
use chrono::{DateTime, Utc};
use rand::Rng;
use sqlx::PgConnection;

/// Makes the root unit, the default roles and the first administrator where they are missing. Two servers that
/// start at once do it one after the other. Run it in a transaction.
///
/// # Errors
/// The database refused.
pub async fn bootstrap(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    rng: &mut dyn Rng,
) -> Result<Option<FirstAdministrator>, BootstrapError> {
    sqlx::query("select pg_advisory_xact_lock(hashtext('access.bootstrap'))").execute(&mut *db).await?;
    let mut edit = Edit { now, author: Author::System, rng };
    if unit::store::find(db, ROOT).await?.is_none() {
        let root = Unit { unit_id: ROOT, name: "Organisation".to_owned(), parent_id: None, version: 1 };
        unit::store::insert(db, &mut edit, &root).await?;
    }
    role::store::seed(db, &mut edit).await?;
    let somebody: bool =
        sqlx::query_scalar("select exists (select 1 from access.person)").fetch_one(&mut *db).await?;
    if somebody {
        return Ok(None);
    }
    let policy = PasswordPolicy::default();
    let password = policy.generate(edit.rng);
    let hash = Hasher.hash(&password, edit.rng)?;
    let input = PersonInput {
        login: FIRST_LOGIN.to_owned(),
        name: "Administrator".to_owned(),
        personnel_number: None,
        sip_number: None,
        locale: Locale::default(),
        unit_id: ROOT,
        roles: [RoleGrant { role_id: role::ADMINISTRATOR, unit_id: ROOT }].into(),
    };
    // No end: whoever installs the server must be able to sign in after a long weekend.
    person::store::create(db, &mut edit, &input, &hash, None).await?;
    Ok(Some(FirstAdministrator { login: FIRST_LOGIN.to_owned(), password }))
}
