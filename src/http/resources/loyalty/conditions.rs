//! Conditions of tiers, promotions and exports in the form that rules have: what they may look at, what is wrong with one, and
//! the expression that is kept of it (CIMP-TIER-02, CIMP-SPV-01, CIMP-ETL-12).

use crate::http::prelude::*;
use crate::http::resources::rules::surroundings;
use base::id::ProgrammeId;
use base::{FieldFault, LocalText};
use crm::attribute::CUSTOMER;
use loyalty::earning::{ACTIVITIES, PREFIX};
use loyalty::export::column::Column;
use loyalty::export::query::Reader;
use loyalty::export::{Asked, COLUMNS, ExportInput};
use loyalty::promotion::{ACTIVATION_ROOTS, CRITERIA_ROOTS, PromotionFields};
use loyalty::tier::fields;
use platform::event_type::store as event_types;
use rules::Expression;
use rules::catalogue::{CLOSED_FIELD, Catalogue, Field, FieldGroup, FieldKind};
use rules::document::{Criteria, Surroundings, check_criteria, group_of};
use rules::facts::CARDS;
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
        ConditionOf::Promotion => of_members(db, caller).await?,
        ConditionOf::Export => of_exports(db, caller).await?,
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

/// What exports may look at for the caller: nothing of customers for whoever sees none.
async fn of_exports(db: &mut PgConnection, caller: &Caller) -> sqlx::Result<Catalogue> {
    let mut catalogue = of_members(db, caller).await?;
    if !caller.permissions().allows(Operation::CustomerRead) {
        catalogue.close(CUSTOMER);
    }
    Ok(catalogue)
}

/// What in the conditions of a promotion is not for the caller, or names cards that do not exist. Offers would tell what is kept
/// from whoever makes them.
pub(super) async fn faults_of_promotion(
    db: &mut PgConnection,
    caller: &Caller,
    fields: &PromotionFields,
) -> sqlx::Result<Vec<FieldFault>> {
    let mut faults = faults_in(&of_members(db, caller).await?, &fields.criteria, "/criteria");
    if let Some(activation) = &fields.activation {
        let catalogue = surroundings(db, caller, &activation.event_type).await?.catalogue;
        faults.extend(faults_in(&catalogue, &activation.condition, "/activation/condition"));
    }
    Ok(faults)
}

fn faults_in(catalogue: &Catalogue, text: &str, pointer: &str) -> Vec<FieldFault> {
    let Ok(expression) = Expression::compile(text) else { return Vec::new() };
    let matters = |(path, fault): &(&String, Fault)| fault.code == CLOSED_FIELD || path.starts_with(CARDS);
    let faults = expression.fields().iter().filter_map(|path| Some((path, catalogue.unknown(path, "")?)));
    faults.filter(matters).map(|(_, fault)| FieldFault::new(pointer, fault.message)).collect()
}

/// What an export is made from.
pub(super) struct Selection {
    /// The fields that it shows, and those that choose who is in it.
    pub reads: Vec<String>,
    /// What is wrong with them.
    pub faults: Vec<FieldFault>,
}

/// From what an export is made for the caller. A file shows nobody what is not for the roles of whoever asks for it, and a
/// condition does not let it be guessed.
pub(super) async fn selection_of(
    db: &mut PgConnection,
    caller: &Caller,
    input: &ExportInput,
) -> sqlx::Result<Selection> {
    let mut selection = Selection { reads: Vec::new(), faults: Vec::new() };
    let Asked::Participants { condition, columns } = &input.asked else { return Ok(selection) };
    let programme = loyalty::query::find_programme(db, ProgrammeId::from_uuid(input.programme_id)).await?;
    let birthday = programme.and_then(|programme| programme.fields.settings.birthday_attribute);
    let around = Surroundings { catalogue: of_exports(db, caller).await?, ..Surroundings::default() };
    let text = condition.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if let Some(text) = text {
        let faults = check_criteria(&Criteria::Expression { text: text.to_owned() }, &around).into_iter();
        let faults = faults.filter(|fault| fault.severity == Severity::Error);
        selection.faults.extend(faults.map(|fault| FieldFault::new("/condition", fault.message)));
        let expression = Expression::compile(text).ok();
        let fields = expression.iter().flat_map(|expression| expression.fields().iter());
        selection.reads.extend(fields.map(|path| field_of(&around.catalogue, path).to_owned()));
    }
    for (pointer, name) in named(columns) {
        let column = Column::named(name, birthday.as_deref());
        let Some(path) = column.as_ref().and_then(Column::path) else { continue };
        let Some(fault) = around.catalogue.unknown(path, "") else {
            selection.reads.push(field_of(&around.catalogue, path).to_owned());
            continue;
        };
        // A field of files is empty where there is no such attribute, as it is passed over when it comes.
        if fault.code == CLOSED_FIELD || matches!(column, Some(Column::Known(_))) {
            selection.faults.push(FieldFault::new(pointer, fault.message));
        }
    }
    Ok(selection)
}

/// The names of columns, each with the place of the request where it stands; the usual ones where none stands.
fn named(columns: &[String]) -> Vec<(String, &str)> {
    match columns {
        [] => COLUMNS.iter().map(|name| ("/columns".to_owned(), *name)).collect(),
        _ => columns
            .iter()
            .enumerate()
            .map(|(place, name)| (format!("/columns/{place}"), name.as_str()))
            .collect(),
    }
}

/// The field that a path reads, or reads a part of; the root of all of them where it reads the whole.
fn field_of<'p>(catalogue: &Catalogue, path: &'p str) -> &'p str {
    let mut known = path;
    while catalogue.field(known).is_none() {
        let Some((shorter, _)) = known.rsplit_once('.') else { break };
        known = shorter;
    }
    known
}

/// Which exports the caller may load.
pub(super) async fn reader(db: &mut PgConnection, caller: &Caller) -> sqlx::Result<Reader> {
    let catalogue = of_exports(db, caller).await?;
    let paths = catalogue.fields().map(|field| field.path.as_str()).chain(CRITERIA_ROOTS);
    let open = paths.filter(|path| catalogue.unknown(path, "").is_none());
    Ok(Reader { author: caller.author(), fields: open.map(str::to_owned).collect() })
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
    // Lists and objects are for expressions; a form compares single values, and asks which linked cards there are.
    let shown = |field: &&Field| {
        field.group == FieldGroup::Cards || !matches!(field.kind, FieldKind::Object | FieldKind::List)
    };
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
