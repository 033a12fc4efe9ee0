//! Checking and trying rules: nothing is done.

use super::around::{around, date_fields, surroundings, zone};
use super::drafts::found;
use crate::http::prelude::*;
use crate::http::resources::viewer::sight;
use actors::automation::preview;
use actors::prediction::Scores;
use base::id::{CustomerId, RuleId};
use chrono::{DateTime, TimeDelta, Utc};
use rules::catalogue::{Field, FieldGroup, FieldKind};
use rules::decide::{CompiledRule, Occasion, trace};
use rules::document::{Document, Surroundings, check, run_samples};
use rules::facts::Facts;
use rules::fault::Fault;
use rules::query;
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// A document to check.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CheckInput {
    /// The document.
    #[schema(value_type = Object)]
    document: Value,
}

/// What is wrong with it.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckBody {
    /// What is wrong, worst first.
    faults: Vec<Fault>,
}

/// Check a document. Nothing is stored.
#[utoipa::path(post, path = "/api/v1/rules/check", operation_id = "checkRule", tag = "rules",
    request_body = CheckInput, responses((status = 200, body = CheckBody)))]
async fn check_document(
    state: Data<AppState>,
    caller: Caller,
    input: Json<CheckInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleRead)?;
    let mut db = state.pool.acquire().await?;
    let around = around(&mut db, &caller, &input.document).await?;
    drop(db);
    let document = input.into_inner().document;
    // The analysis of a large table takes a while: other requests go on.
    let faults = web::block(move || check(&document, &around)).await.map_err(ApiError::internal)?;
    Ok(HttpResponse::Ok().json(CheckBody { faults }))
}

/// An event to try a rule with.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RuleTryInput)]
#[serde(deny_unknown_fields)]
pub struct TryInput {
    /// The document; when absent, the draft of `rule_id`.
    #[schema(value_type = Object)]
    document: Option<Value>,
    /// Whose draft is tried.
    rule_id: Option<Uuid>,
    /// The event's data.
    #[schema(value_type = Object)]
    event: Value,
    /// The customer, as expressions see one.
    #[schema(value_type = Object)]
    customer: Option<Value>,
    /// What is predicted of that customer: probabilities by name.
    #[schema(value_type = Object)]
    prediction: Option<Value>,
    /// The cards that are linked with that customer: lists by kind.
    #[schema(value_type = Object)]
    cards: Option<Value>,
    /// A stored customer.
    customer_id: Option<Uuid>,
    /// The moment; now when absent.
    now: Option<DateTime<Utc>>,
    /// What outside systems would answer, by `connector/operation`.
    #[serde(default)]
    #[schema(value_type = Object)]
    emulated: BTreeMap<String, Value>,
}

/// What the rule would do.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RuleTryBody)]
pub struct TryBody {
    /// Whether it reacts.
    matched: bool,
    /// Which variant the customer sees; null outside of an experiment.
    variant: Option<String>,
    /// What it would do.
    #[schema(value_type = Vec<Object>)]
    reactions: Vec<Value>,
    /// Why, step by step.
    #[schema(value_type = Object)]
    trace: Value,
    /// What is wrong with the document.
    faults: Vec<Fault>,
    /// How the tests of the rule came out.
    tests: Vec<rules::document::SampleResult>,
}

/// Try a rule with one event, as in the test environment: nothing is done, outside systems answer what is given.
#[utoipa::path(post, path = "/api/v1/rules/try", operation_id = "tryRule", tag = "rules",
    request_body = TryInput, responses((status = 200, body = TryBody), (status = 422, body = Problem)))]
async fn try_rule(
    state: Data<AppState>,
    caller: Caller,
    input: Json<TryInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleWrite)?;
    let input = input.into_inner();
    let mut db = state.pool.acquire().await?;
    let document = match (&input.document, input.rule_id) {
        (Some(document), _) => document.clone(),
        (None, Some(id)) => found(&mut db, RuleId::from_uuid(id)).await?.document,
        (None, None) => return Err(ApiError::invalid("/document", "give a document, or the id of a rule")),
    };
    let around = around(&mut db, &caller, &document).await?;
    let faults = check(&document, &around);
    let read = Document::read(&document)
        .and_then(|document| CompiledRule::compile(document, &|path| around.is_date(path)));
    let Ok(rule) = read else {
        let body = TryBody {
            matched: false,
            variant: None,
            reactions: Vec::new(),
            trace: json!({ "steps": [] }),
            faults,
            tests: Vec::new(),
        };
        return Ok(HttpResponse::Ok().json(body));
    };
    let now = input.now.unwrap_or_else(|| caller.now());
    let occasion = Occasion { at: now, zone: zone(&state) };
    let facts = facts(&mut db, &caller, &input, &rule, occasion).await?;
    Ok(HttpResponse::Ok().json(answer(&rule, &facts, occasion, &around, faults, &input.emulated)))
}

async fn facts(
    db: &mut PgConnection,
    caller: &Caller,
    input: &TryInput,
    rule: &CompiledRule,
    occasion: Occasion,
) -> Result<Facts, ApiError> {
    let customer = match (&input.customer, input.customer_id) {
        (Some(customer), _) => customer.clone(),
        (None, Some(id)) => {
            caller.require(Operation::CustomerRead)?;
            let (sight, ..) = sight(db, caller).await?;
            sight.allows(rule.fields()).map_err(|detail| ApiError::invalid("/document/criteria", detail))?;
            let id = CustomerId::from_uuid(id);
            let mut facts = actors::loyalty::customers(&mut *db, &[id], occasion.at).await?;
            let reactions = rule.document().reactions.iter().flat_map(|reaction| reaction.act.predictions());
            let names = rule.predictions().into_iter().chain(reactions).collect();
            let reactions = rule.document().reactions.iter().flat_map(|reaction| reaction.act.card_kinds());
            let kinds = rule.card_kinds().into_iter().chain(reactions).collect();
            crm::query::add_cards(&mut *db, &kinds, &mut facts).await?;
            Scores::new(occasion.zone).add(&mut *db, &names, &mut facts, occasion.at).await?;
            let facts = facts.remove(&id);
            let facts =
                facts.ok_or_else(|| ApiError::invalid("/customer_id", "this customer does not exist"))?;
            sight.mask(facts)
        }
        (None, None) => Value::Null,
    };
    let meta = json!({
        "type": rule.document().event, "source": "trial", "id": "trial", "time": occasion.at, "depth": 0,
    });
    let reference = query::references(db).await?;
    let facts =
        Facts { event: input.event.clone(), meta, reference, ..Facts::default() }.of_customer(customer);
    let given = input.prediction.clone();
    let prediction = given.unwrap_or_else(|| facts.prediction.clone());
    let cards = input.cards.clone().unwrap_or_else(|| facts.cards.clone());
    Ok(Facts { prediction, cards, ..facts }.at(occasion.at, occasion.zone))
}

fn answer(
    rule: &CompiledRule,
    facts: &Facts,
    occasion: Occasion,
    around: &Surroundings,
    faults: Vec<Fault>,
    emulated: &BTreeMap<String, Value>,
) -> TryBody {
    let outcome = rule.decide(&facts.prepare(), occasion);
    let reactions = rule.reactions(&outcome.reactions).map(|reaction| {
        let due_at = occasion.at + TimeDelta::seconds(i64::from(reaction.after_seconds));
        let mut planned = json!({
            "key": reaction.key, "kind": reaction.act.kind(), "due_at": due_at,
            "after_seconds": reaction.after_seconds, "unless": reaction.unless,
        });
        match preview(&reaction.act, facts) {
            Ok(would) => {
                let call = (would.get("connector"), would.get("operation"));
                if let (Some(Value::String(connector)), Some(Value::String(operation))) = call {
                    let name = format!("{connector}/{operation}");
                    set(&mut planned, "answer", emulated.get(&name).cloned().unwrap_or(Value::Null));
                }
                set(&mut planned, "would", would);
            }
            Err(error) => set(&mut planned, "error", json!(error)),
        }
        planned
    });
    let tests = run_samples(rule.document(), rule, &facts.reference, occasion.at, occasion.zone);
    TryBody {
        matched: outcome.matched(),
        variant: None,
        reactions: reactions.collect(),
        trace: trace(rule, facts, occasion, &outcome, &|path| around.is_date(path)),
        faults,
        tests,
    }
}

fn set(object: &mut Value, key: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert(key.to_owned(), value);
    }
}

/// Which event's fields.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FieldsQuery {
    /// The type of the event; without it, only what every rule has.
    #[serde(default)]
    event: String,
}

/// What a rule about such events may look at (TEL-12, GAP-44).
#[utoipa::path(get, path = "/api/v1/rule-fields", operation_id = "listRuleFields", tag = "rules",
    params(FieldsQuery), responses((status = 200, body = Vec<Field>)))]
async fn fields(
    state: Data<AppState>,
    caller: Caller,
    filter: Query<FieldsQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleRead)?;
    let mut db = state.pool.acquire().await?;
    let around = surroundings(&mut db, &caller, &filter.event).await?;
    // Lists and objects are for expressions; a form compares single values, and asks what linked cards there are.
    let shown = |field: &&Field| {
        !matches!(field.kind, FieldKind::Object | FieldKind::List) || field.group == FieldGroup::Cards
    };
    let fields: Vec<&Field> = around.catalogue.fields().filter(shown).collect();
    Ok(HttpResponse::Ok().json(fields))
}

/// The faults of a draft and of its tests: what keeps it from being approved (BRE-TEST-02).
pub(super) async fn before_approval(
    db: &mut PgConnection,
    state: &AppState,
    caller: &Caller,
    document: &Value,
) -> Result<(Vec<Fault>, Vec<String>), ApiError> {
    let around = around(db, caller, document).await?;
    let mut faults: Vec<Fault> = check(document, &around).into_iter().filter(Fault::is_error).collect();
    let dates = date_fields(&around);
    let compiled = Document::read(document)
        .and_then(|document| CompiledRule::compile(document, &|path| around.is_date(path)));
    if let Ok(rule) = compiled {
        if rule.document().tests.is_empty() {
            let message = "the rule has no test: add an event with what must come out";
            faults.push(Fault::error("no_test", "/tests", message));
        }
        let reference = query::references(db).await?;
        let results = run_samples(rule.document(), &rule, &reference, caller.now(), zone(state));
        faults.extend(results.iter().enumerate().filter_map(|(place, result)| result.fault(place)));
    }
    Ok((faults, dates))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::RuleRead), Needs::Operation(Operation::RuleWrite));
    vec![
        Route::post("/api/v1/rules/check", read, || web::to(check_document)),
        Route::post("/api/v1/rules/try", write, || web::to(try_rule)),
        Route::get("/api/v1/rule-fields", read, || web::to(fields)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(check_document, try_rule, fields))]
    struct Docs;
    Docs::openapi()
}
