//! Operators: people in the role of serving contacts, with their queues, skills and present state.

use super::parts::{ConfigChanged, PresenceNow, announce, parts};
use crate::http::prelude::*;
use access::person::Person;
use base::id::{OperatorId, OrgUnitId, PersonId};
use chrono::{DateTime, Utc};
use routing::config::{OperatorFields, OperatorSettings};
use routing::contact::StateName;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};

/// Most people that are looked through for operators: more than one server is built for.
const PEOPLE_MAX: i64 = 20_000;

/// Further filters of the list.
#[derive(Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OperatorFilter {
    /// Only operators in this state; `signed_out` for those who are not at work.
    pub status: Option<OperatorStatus>,
}

/// What an operator is doing, or that it is not at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(untagged)]
pub enum OperatorStatus {
    /// Signed in to the desk, in this state.
    Present(StateName),
    /// Not signed in to the desk.
    Absent(Absent),
}

/// Not signed in to the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Absent {
    /// Not signed in to the desk.
    SignedOut,
}

/// An operator as lists show it (CC-OPER-01).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OperatorBody {
    /// Equals the person's id.
    pub id: OperatorId,
    /// The person's name.
    pub name: String,
    /// What the person signs in with.
    pub login: String,
    /// The company's number of the person (CC-OPER-02).
    pub personnel_number: Option<String>,
    /// The number of the person's phone.
    pub sip_number: Option<String>,
    /// The unit the person belongs to.
    pub unit_id: OrgUnitId,
    /// May not sign in.
    pub is_disabled: bool,
    /// The operator's state, or `signed_out`.
    #[schema(example = "ready")]
    pub status: &'static str,
    /// Since when and why; null: not signed in to the desk.
    pub presence: Option<PresenceNow>,
    /// Queues, skills and switches.
    #[serde(flatten)]
    pub settings: OperatorFields,
    /// Grows with each change of the settings; 0 while nothing was ever set.
    pub version: i32,
}

impl OperatorBody {
    fn new(person: Person, settings: OperatorSettings, presence: Option<PresenceNow>) -> Self {
        Self {
            id: settings.id,
            name: person.name,
            login: person.login,
            personnel_number: person.personnel_number,
            sip_number: person.sip_number,
            unit_id: person.unit_id,
            is_disabled: person.is_disabled,
            status: presence.map_or("signed_out", |presence| presence.state.as_str()),
            presence,
            settings: settings.fields,
            version: settings.version,
        }
    }
}

/// Operators by name: everybody whose role allows the desk. `q` finds names, logins, personnel and SIP numbers.
#[utoipa::path(get, path = "/api/v1/operators", operation_id = "listOperators", tag = "operators",
    params(PageQuery, OperatorFilter), responses((status = 200, body = Page<OperatorBody>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<OperatorFilter>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::OperatorRead)?;
    let present = parts(&state)?.operators.presences();
    let mut db = state.pool.acquire().await?;
    let sought = access::person::query::Filter {
        units: caller.scope(Operation::OperatorRead).as_filter(),
        pattern: page.pattern(),
        is_disabled: None,
        after: page.after::<(String, PersonId)>()?,
        rows: PEOPLE_MAX,
    };
    let people = access::person::query::list(&mut db, &sought, caller.now()).await?;
    let desk_roles: BTreeSet<_> = access::role::store::list(&mut db)
        .await?
        .into_iter()
        .filter(|role| role.operations.contains(&Operation::DeskUse))
        .map(|role| role.role_id)
        .collect();
    let serves = |person: &Person| person.roles.iter().any(|grant| desk_roles.contains(&grant.role_id));
    let matches = |person: &Person| match filter.status {
        None => true,
        Some(OperatorStatus::Absent(Absent::SignedOut)) => !present.contains_key(&person.person_id.into()),
        Some(OperatorStatus::Present(state)) => {
            present.get(&person.person_id.into()).is_some_and(|presence| presence.state == state)
        }
    };
    let rows = usize::try_from(page.rows()?).unwrap_or(usize::MAX);
    let people: Vec<Person> =
        people.into_iter().filter(|person| serves(person) && matches(person)).take(rows).collect();
    let bodies = with_settings(&mut db, people, &present).await?;
    Ok(HttpResponse::Ok().json(Page::new(bodies, &page, |body| (body.name.clone(), body.id))?))
}

async fn with_settings(
    db: &mut PgConnection,
    people: Vec<Person>,
    present: &BTreeMap<OperatorId, PresenceNow>,
) -> Result<Vec<OperatorBody>, ApiError> {
    let ids: Vec<OperatorId> = people.iter().map(|person| person.person_id.into()).collect();
    let settings = routing::query::config::operators_of(db, &ids).await?;
    let mut settings: BTreeMap<OperatorId, OperatorSettings> =
        settings.into_iter().map(|settings| (settings.id, settings)).collect();
    let body = |person: Person| {
        let id = OperatorId::from(person.person_id);
        let own = settings.remove(&id).unwrap_or_else(|| OperatorSettings::unset(id));
        OperatorBody::new(person, own, present.get(&id).copied())
    };
    Ok(people.into_iter().map(body).collect())
}

async fn person(db: &mut PgConnection, id: OperatorId, now: DateTime<Utc>) -> Result<Person, ApiError> {
    let person = access::person::query::find(db, id.into(), now).await?;
    person.ok_or_else(|| ApiError::not_found("operator", id))
}

/// One operator.
#[utoipa::path(get, path = "/api/v1/operators/{id}", operation_id = "getOperator", tag = "operators",
    params(("id" = Uuid, Path)), responses((status = 200, body = OperatorBody), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<OperatorId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::OperatorRead)?;
    let mut db = state.pool.acquire().await?;
    let person = person(&mut db, id.0, caller.now()).await?;
    caller.require_in(Operation::OperatorRead, person.unit_id)?;
    let settings = routing::query::config::find_operator(&mut db, id.0).await?;
    let settings = settings.unwrap_or_else(|| OperatorSettings::unset(id.0));
    let presence = parts(&state)?.operators.presences().get(&id.0).copied();
    let body = OperatorBody::new(person, settings, presence);
    Ok(etag::ok(&body, body.version))
}

/// Set what an operator serves and can do. `If-Match: "0"` sets up a person for the first time.
#[utoipa::path(put, path = "/api/v1/operators/{id}", operation_id = "changeOperator", tag = "operators",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = OperatorFields,
    responses((status = 200, body = OperatorBody), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<OperatorId>,
    version: IfMatch,
    body: Json<OperatorFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::OperatorWrite)?;
    let presence = parts(&state)?.operators.presences().get(&id.0).copied();
    let mut tx = state.begin().await?;
    let person = person(&mut tx, id.0, caller.now()).await?;
    caller.require_in(Operation::OperatorWrite, person.unit_id)?;
    let mut rng = state.dice();
    let edit = &mut caller.edit(&mut rng);
    let settings = routing::store::operator::put(&mut tx, edit, id.0, version.0, &body).await?;
    tx.commit().await?;
    announce(&state, ConfigChanged::Operator(id.0));
    let body = OperatorBody::new(person, settings, presence);
    Ok(etag::ok(&body, body.version))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) =
        (Needs::Operation(Operation::OperatorRead), Needs::Operation(Operation::OperatorWrite));
    vec![
        Route::get("/api/v1/operators", read, || web::to(list)),
        Route::get("/api/v1/operators/{id}", read, || web::to(find)),
        Route::put("/api/v1/operators/{id}", write, || web::to(change)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, change), components(schemas(OperatorStatus, Absent)))]
    struct Docs;
    Docs::openapi()
}
