//! Conditions of tiers, promotions and exports in the form that rules have: what they may look at, what is wrong with one, and
//! the expression that is kept of it (CIMP-TIER-02, CIMP-SPV-01, CIMP-ETL-12).

use crate::http::prelude::*;
use crate::http::resources::rules::surroundings;
use base::id::ProgrammeId;
use base::{FieldFault, LocalText};
use loyalty::earning::{ACTIVITIES, PREFIX};
use loyalty::export::column::Column;
use loyalty::export::{Asked, ExportInput};
use loyalty::promotion::{ACTIVATION_ROOTS, CRITERIA_ROOTS};
use loyalty::tier::fields;
use platform::event_type::store as event_types;
use rules::catalogue::{CLOSED_FIELD, Catalogue, Field, FieldKind};
use rules::document::{Criteria, Surroundings, check_criteria, group_of};
use rules::fault::{Fault, Severity};
use serde_json::Value;
use sqlx::PgConnection;

/// Whose condition it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConditionOf {
    /// Of a tier: who has it.
    Tier,
    /// Of a promotion: to whom offers are made.
    Promotion,
    /// Of a promotion: which events activate an offer.
    Activation,
    /// Of an export: which members are in the file.
    Export,
}

/// Where a condition stands: what it may look at follows from that.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConditionPlace {
    /// Whose condition it is.
    of: ConditionOf,
    /// Of a tier: the programme, whose kinds of points it may count.
    programme_id: Option<ProgrammeId>,
    /// Of what activates an offer: the type of event.
    #[serde(default)]
    event: String,
}

/// A condition to look at.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ConditionInput)]
#[serde(deny_unknown_fields)]
pub struct ConditionInput {
    /// As a form, or as the expression that was kept.
    criteria: Criteria,
}

/// What a condition is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConditionBody)]
pub struct ConditionBody {
    /// The expression to keep; null when the form is not understood.
    text: Option<String>,
    /// The form that says the same; null when the form cannot say it.
    #[schema(value_type = Option<Object>)]
    group: Option<Value>,
    /// What is wrong with it.
    faults: Vec<Fault>,
}

/// What exists around a condition, as far as the caller may read it.
async fn around(
    db: &mut PgConnection,
    caller: &Caller,
    place: &ConditionPlace,
) -> Result<Surroundings, ApiError> {
    let catalogue = match place.of {
        ConditionOf::Tier => of_tiers(db, place.programme_id).await?,
        ConditionOf::Promotion | ConditionOf::Export => of_members(db, caller).await?,
        ConditionOf::Activation => {
            surroundings(db, caller, &place.event).await?.catalogue.only(&ACTIVATION_ROOTS)
        }
    };
    Ok(Surroundings { catalogue, ..Surroundings::default() })
}

/// What is known of a member without an event.
async fn of_members(db: &mut PgConnection, caller: &Caller) -> sqlx::Result<Catalogue> {
    Ok(surroundings(db, caller, "").await?.catalogue.only(&CRITERIA_ROOTS))
}

/// What is wrong with the selection and the columns of an export. A file shows nobody what is not for the roles of whoever
/// asks for it, and a condition does not let it be guessed.
pub(super) async fn faults_of_export(
    db: &mut PgConnection,
    caller: &Caller,
    input: &ExportInput,
) -> sqlx::Result<Vec<FieldFault>> {
    let Asked::Participants { condition, columns } = &input.asked else { return Ok(Vec::new()) };
    let programme = loyalty::query::find_programme(db, ProgrammeId::from_uuid(input.programme_id)).await?;
    let birthday = programme.and_then(|programme| programme.fields.settings.birthday_attribute);
    let around = Surroundings { catalogue: of_members(db, caller).await?, ..Surroundings::default() };
    let text = condition.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let selection = text.map(|text| Criteria::Expression { text: text.to_owned() });
    let of_selection = selection.iter().flat_map(|criteria| check_criteria(criteria, &around));
    let of_selection = of_selection
        .filter(|fault| fault.severity == Severity::Error)
        .map(|fault| FieldFault::new("/condition", fault.message));
    let of_columns = columns.iter().enumerate().filter_map(|(place, name)| {
        let column = Column::named(name, birthday.as_deref())?;
        let fault = around.catalogue.unknown(column.path()?, "")?;
        // A field of files is empty where there is no such attribute, as it is passed over when it comes.
        let matters = fault.code == CLOSED_FIELD || matches!(column, Column::Known(_));
        matters.then(|| FieldFault::new(format!("/columns/{place}"), fault.message))
    });
    Ok(of_selection.chain(of_columns).collect())
}

async fn of_tiers(db: &mut PgConnection, programme: Option<ProgrammeId>) -> sqlx::Result<Catalogue> {
    let kinds = loyalty::query::bonus_types(&mut *db, programme).await?;
    let types = event_types::list(db).await?;
    let title = |kind: &str| {
        let name = format!("{PREFIX}{kind}");
        let known = types.iter().find(|known| known.name == name);
        known.map_or_else(LocalText::default, |known| known.fields.title.clone())
    };
    let activities: Vec<(&str, LocalText)> = ACTIVITIES.iter().map(|kind| (*kind, title(kind))).collect();
    Ok(fields::catalogue(&kinds, &activities))
}

/// What a condition of a tier, of a promotion or of an export may look at.
#[utoipa::path(get, path = "/api/v1/loyalty/condition-fields", operation_id = "listConditionFields", tag = "loyalty",
    params(ConditionPlace), responses((status = 200, body = Vec<Field>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    place: Query<ConditionPlace>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    let around = around(&mut db, &caller, &place).await?;
    // Lists and objects are for expressions; a form compares single values.
    let shown = |field: &&Field| !matches!(field.kind, FieldKind::Object | FieldKind::List);
    let fields: Vec<&Field> = around.catalogue.fields().filter(shown).collect();
    Ok(HttpResponse::Ok().json(fields))
}

/// Look at a condition: its faults, and the same as a form and as an expression. Nothing is stored.
#[utoipa::path(post, path = "/api/v1/loyalty/conditions/check", operation_id = "checkCondition", tag = "loyalty",
    params(ConditionPlace), request_body = ConditionInput, responses((status = 200, body = ConditionBody)))]
async fn check(
    state: Data<AppState>,
    caller: Caller,
    place: Query<ConditionPlace>,
    body: Json<ConditionInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    let around = around(&mut db, &caller, &place).await?;
    let dates = |path: &str| around.is_date(path);
    let faults = check_criteria(&body.criteria, &around);
    // A form that is not understood has its faults; there is no text of it.
    let text = body.criteria.text(&dates).ok().flatten();
    let group = match &body.criteria {
        Criteria::Form { group } => Some(group.clone()),
        Criteria::Expression { text } => group_of(text, &dates),
        Criteria::Table { .. } => {
            return Err(ApiError::invalid("/criteria/kind", "a condition is a form or an expression"));
        }
    };
    Ok(HttpResponse::Ok().json(ConditionBody { text, group, faults }))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Needs::Operation(Operation::LoyaltyRead);
    vec![
        Route::get("/api/v1/loyalty/condition-fields", read, || web::to(list)),
        Route::post("/api/v1/loyalty/conditions/check", read, || web::to(check)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, check), components(schemas(ConditionOf)))]
    struct Docs;
    Docs::openapi()
}
