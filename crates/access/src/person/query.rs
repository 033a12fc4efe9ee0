//! SQL that reads people.

use super::roles::store as roles;
use super::{Person, RoleGrant};
use base::Locale;
use base::id::{OrgUnitId, PersonId};
use chrono::{DateTime, Utc};
use sqlx::PgConnection;
use std::collections::BTreeSet;

#[derive(sqlx::FromRow)]
pub(super) struct Row {
    person_id: PersonId,
    login: String,
    name: String,
    personnel_number: Option<String>,
    sip_number: Option<String>,
    locale: Locale,
    unit_id: OrgUnitId,
    is_disabled: bool,
    must_change_password: bool,
    password_changed_at: DateTime<Utc>,
    locked_until: Option<DateTime<Utc>>,
    last_sign_in_at: Option<DateTime<Utc>>,
    email: Option<String>,
    directory: Option<String>,
    left_directory_at: Option<DateTime<Utc>>,
    version: i32,
}

impl Row {
    fn with(self, roles: BTreeSet<RoleGrant>) -> Person {
        Person {
            person_id: self.person_id,
            login: self.login,
            name: self.name,
            personnel_number: self.personnel_number,
            sip_number: self.sip_number,
            locale: self.locale,
            unit_id: self.unit_id,
            roles,
            email: self.email,
            directory: self.directory,
            left_directory_at: self.left_directory_at,
            is_disabled: self.is_disabled,
            must_change_password: self.must_change_password,
            password_changed_at: self.password_changed_at,
            locked_until: self.locked_until,
            last_sign_in_at: self.last_sign_in_at,
            version: self.version,
        }
    }
}

/// Which people a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// In these units; nothing: in all.
    pub units: Option<Vec<OrgUnitId>>,
    /// Whose login, name or number is `ilike` this.
    pub pattern: Option<String>,
    /// Disabled ones only, or others only.
    pub is_disabled: Option<bool>,
    /// Behind this name and id.
    pub after: Option<(String, PersonId)>,
    /// At most so many.
    pub rows: i64,
}

/// People by name.
pub async fn list(db: &mut PgConnection, filter: &Filter, now: DateTime<Utc>) -> sqlx::Result<Vec<Person>> {
    let (after_name, after_id) = filter.after.clone().unzip();
    let rows: Vec<Row> = sqlx::query_as(
        "select person.person_id, person.login, person.name, person.personnel_number, person.sip_number,
            person.locale, person.unit_id, person.is_disabled, person.must_change_password,
            person.password_changed_at, refusals.locked_until, person.last_sign_in_at, person.email,
            person.directory, person.left_directory_at, person.version
        from access.person
        left join access.sign_in_refusals refusals
            on refusals.guarded = 'login' and refusals.value = person.login and refusals.locked_until > $6
        where ($1::uuid[] is null or person.unit_id = any($1))
            and ($2::text is null or person.login ilike $2 or person.name ilike $2
                or person.personnel_number ilike $2 or person.sip_number ilike $2)
            and ($3::boolean is null or person.is_disabled = $3)
            and ($4::text is null or (person.name, person.person_id) > ($4, $5))
        order by person.name, person.person_id
        limit $7",
    )
    .bind(&filter.units)
    .bind(&filter.pattern)
    .bind(filter.is_disabled)
    .bind(after_name)
    .bind(after_id)
    .bind(now)
    .bind(filter.rows)
    .fetch_all(&mut *db)
    .await?;
    let ids: Vec<PersonId> = rows.iter().map(|row| row.person_id).collect();
    let mut roles = roles::of_people(db, &ids).await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let own = roles.remove(&row.person_id).unwrap_or_default();
            row.with(own)
        })
        .collect())
}

/// One person.
pub async fn find(
    db: &mut PgConnection,
    person: PersonId,
    now: DateTime<Utc>,
) -> sqlx::Result<Option<Person>> {
    let row: Option<Row> = sqlx::query_as(
        "select person.person_id, person.login, person.name, person.personnel_number, person.sip_number,
            person.locale, person.unit_id, person.is_disabled, person.must_change_password,
            person.password_changed_at, refusals.locked_until, person.last_sign_in_at, person.email,
            person.directory, person.left_directory_at, person.version
        from access.person
        left join access.sign_in_refusals refusals
            on refusals.guarded = 'login' and refusals.value = person.login and refusals.locked_until > $2
        where person.person_id = $1",
    )
    .bind(person)
    .bind(now)
    .fetch_optional(&mut *db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let roles = roles::of_people(db, &[person]).await?.remove(&person).unwrap_or_default();
    Ok(Some(row.with(roles)))
}

/// Who signs in under this name.
pub async fn find_id(db: &mut PgConnection, login: &str) -> sqlx::Result<Option<PersonId>> {
    sqlx::query_scalar(
        "select person_id from access.person where lower(login) = lower($1) and not is_disabled",
    )
    .bind(login)
    .fetch_optional(db)
    .await
}

/// The names of some people, for screens that know their ids.
pub async fn names(
    db: &mut PgConnection,
    people: &[PersonId],
) -> sqlx::Result<Vec<(PersonId, String, String)>> {
    sqlx::query_as("select person_id, login, name from access.person where person_id = any($1)")
        .bind(people)
        .fetch_all(db)
        .await
}
