//! People: who may sign in, and with which roles.

use crate::http::prelude::*;
use access::Permissions;
use access::permission::query as permissions;
use access::person::query::Filter;
use access::person::{self, Person, PersonInput, RoleGrant};
use base::Locale;
use base::id::{OrgUnitId, PersonId};
use secrecy::{ExposeSecret, SecretString};
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// What a list of people shows.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeopleFilter {
    /// Disabled people only, or others only.
    pub disabled: Option<bool>,
}

/// People by name; `q` searches login, name and numbers. Shows the units that the caller may see.
#[utoipa::path(get, path = "/api/v1/people", operation_id = "listPeople", tag = "people",
    params(PageQuery, PeopleFilter), responses((status = 200, body = Page<Person>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<PeopleFilter>,
) -> Result<HttpResponse, ApiError> {
    let filter = Filter {
        units: caller.scope(Operation::PersonRead).as_filter(),
        pattern: page.pattern(),
        is_disabled: filter.disabled,
        after: page.after()?,
        rows: page.rows()?,
    };
    let mut db = state.pool.acquire().await?;
    let rows = person::query::list(&mut db, &filter, caller.now()).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |person| (person.name.clone(), person.person_id))?))
}

/// A new person. Without a password the server makes one, shown once.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPerson {
    /// 1 to 64 letters, digits, `.`, `_`, `-` or `@`.
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
    /// The first password; must be changed at the first sign-in.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = Password)]
    pub password: Option<SecretString>,
}

/// A person who was just added.
#[derive(Debug, Serialize, ToSchema)]
pub struct AddedPerson {
    /// The person.
    #[serde(flatten)]
    pub person: Person,
    /// The first password, when the server made it. Shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// Add a person.
#[utoipa::path(post, path = "/api/v1/people", operation_id = "addPerson", tag = "people",
    params(IdempotencyHeader), request_body = NewPerson,
    responses((status = 201, body = AddedPerson), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<NewPerson>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::PersonWrite, body.unit_id)?;
    let policy = &state.policy.password;
    let given = body.password.as_ref().map(|password| password.expose_secret().to_owned());
    if let Some(password) = &given {
        policy
            .check(&body.login, password)
            .map_err(|weak| ApiError::invalid("/password", weak.to_string()))?;
    }
    let made = given.is_none().then(|| policy.generate(&mut state.dice()));
    let (password, mut dice) = (given.or_else(|| made.clone()).unwrap_or_default(), state.dice());
    let hash = state
        .hashing
        .run(move |hasher| hasher.hash(&password, &mut dice))
        .await?
        .map_err(ApiError::internal)?;
    let input = PersonInput {
        login: body.login.clone(),
        name: body.name.clone(),
        personnel_number: body.personnel_number.clone(),
        sip_number: body.sip_number.clone(),
        locale: body.locale,
        unit_id: body.unit_id,
        roles: body.roles.clone(),
    };
    key.once(&state, &caller, &body, async |db, rng| {
        check_grants(db, &caller, input.roles.iter()).await?;
        let until = Some(policy.temporary_until(caller.now()));
        let person = person::store::create(db, &mut caller.edit(rng), &input, &hash, until).await?;
        let (location, version) = (format!("/api/v1/people/{}", person.person_id), person.version);
        Ok(Answer::created(location, &AddedPerson { person, password: made })?
            .version(version)
            .secret("password"))
    })
    .await
}

/// A person that the caller may see, or 404: whoever may not see a unit does not learn who is in it.
pub(super) async fn visible(
    db: &mut PgConnection,
    caller: &Caller,
    person: PersonId,
    operation: Operation,
) -> Result<Person, ApiError> {
    let missing = || ApiError::not_found("person", person);
    let found = person::query::find(db, person, caller.now()).await?.ok_or_else(missing)?;
    if !caller.permissions().allows_in(Operation::PersonRead, Some(found.unit_id))
        && !caller.permissions().allows_in(operation, Some(found.unit_id))
    {
        return Err(missing());
    }
    caller.require_in(operation, found.unit_id)?;
    Ok(found)
}

/// Refuses to act on somebody who may do more than the caller: resetting the password of an administrator would
/// make an administrator of whoever does it.
pub(super) async fn manageable(
    db: &mut PgConnection,
    caller: &Caller,
    person: PersonId,
) -> Result<Person, ApiError> {
    let found = visible(db, caller, person, Operation::PersonWrite).await?;
    caller.require_all_of(&permissions::of_person(db, person).await?)?;
    Ok(found)
}

/// Refuses to give roles that allow more than the caller may do there.
pub(super) async fn check_grants(
    db: &mut PgConnection,
    caller: &Caller,
    grants: impl Iterator<Item = &RoleGrant>,
) -> Result<(), ApiError> {
    let tree = permissions::unit_tree(db).await?;
    for grant in grants {
        // An unknown role is refused by the store, which names the field.
        let Some(role) = access::role::store::find(db, grant.role_id).await? else { continue };
        let given = access::permission::Grant { operations: role.operations, unit: grant.unit_id };
        caller.require_all_of(&Permissions::new(&[given], &tree))?;
    }
    Ok(())
}

/// One person.
#[utoipa::path(get, path = "/api/v1/people/{id}", operation_id = "getPerson", tag = "people",
    params(("id" = Uuid, Path)), responses((status = 200, body = Person), (status = 404, body = Problem)))]
async fn get(state: Data<AppState>, caller: Caller, id: Path<PersonId>) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    let person = visible(&mut db, &caller, id.0, Operation::PersonRead).await?;
    Ok(etag::ok(&person, person.version))
}

/// Change a person. Roles hold from the next request on.
#[utoipa::path(put, path = "/api/v1/people/{id}", operation_id = "changePerson", tag = "people",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = PersonInput,
    responses((status = 200, body = Person), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PersonId>,
    version: IfMatch,
    body: Json<PersonInput>,
) -> Result<HttpResponse, ApiError> {
    let mut tx = state.begin().await?;
    let before = manageable(&mut tx, &caller, id.0).await?;
    caller.require_in(Operation::PersonWrite, body.unit_id)?;
    check_grants(&mut tx, &caller, body.roles.difference(&before.roles)).await?;
    let mut rng = state.dice();
    let person = person::store::change(&mut tx, &mut caller.edit(&mut rng), id.0, version.0, &body).await?;
    tx.commit().await?;
    Ok(etag::ok(&person, person.version))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::PersonRead), Needs::Operation(Operation::PersonWrite));
    vec![
        Route::get("/api/v1/people", read, || web::to(list)),
        Route::post("/api/v1/people", write, || web::to(create)),
        Route::get("/api/v1/people/{id}", read, || web::to(get)),
        Route::put("/api/v1/people/{id}", write, || web::to(change)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, create, get, change))]
    struct Docs;
    Docs::openapi()
}
