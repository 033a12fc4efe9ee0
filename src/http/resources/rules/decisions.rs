//! What rules decided, and why.

use super::drafts::found;
use crate::http::prelude::*;
use crate::http::resources::viewer::sight;
use base::id::{CustomerId, EventId, RuleId};
use chrono::{DateTime, Utc};
use rules::query::{self, Decision, ReactionState};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Which decisions of a rule.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DecisionsQuery {
    /// Only those that reacted, or did not.
    matched: Option<bool>,
    /// Only those about this customer.
    customer_id: Option<Uuid>,
}

/// One decision with its reactions.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionBody {
    /// Names it: rule and event.
    id: String,
    /// Which rule.
    #[schema(value_type = Uuid)]
    rule_id: RuleId,
    /// Its name.
    rule_name: String,
    /// Which version decided.
    version: i32,
    /// As which variant.
    variant: String,
    /// About which event.
    #[schema(value_type = Uuid)]
    event_id: EventId,
    /// Its type.
    event: String,
    /// When it happened.
    occurred_at: DateTime<Utc>,
    /// When it was decided.
    decided_at: DateTime<Utc>,
    /// The customer.
    customer_id: Option<Uuid>,
    /// Its name.
    customer_name: Option<String>,
    /// Whether the rule reacted.
    matched: bool,
    /// Why, for programs: `matched`, `criteria`, `outside_hours`, `limit`, `loop`, `failed`, …
    verdict: String,
    /// Why, in a sentence.
    reason: Option<String>,
    /// What the criteria read.
    #[schema(value_type = Object)]
    inputs: Value,
    /// The rows of a table that answered.
    #[schema(value_type = Object)]
    trace: Value,
    /// What was, or will be done.
    reactions: Vec<ReactionState>,
}

fn reason(row: &Decision) -> Option<String> {
    let why = match row.verdict.as_str() {
        "matched" => return row.fault.clone(),
        "criteria" => "the event does not fulfil the criteria",
        "not_yet_valid" => "the rule was not valid yet",
        "expired" => "the rule was no longer valid",
        "outside_hours" => "it happened outside the hours of the rule",
        "limit" => "the customer reached the limit of the rule",
        "loop" => "the events caused each other",
        _ => "the criteria could not be computed",
    };
    Some(row.fault.as_ref().map_or_else(|| why.to_owned(), |fault| format!("{why}: {fault}")))
}

async fn bodies(
    db: &mut PgConnection,
    caller: &Caller,
    rows: Vec<Decision>,
) -> Result<Vec<DecisionBody>, ApiError> {
    let (sight, ..) = sight(db, caller).await?;
    let events: Vec<EventId> = rows.iter().map(|row| row.event_id).collect();
    let customers: Vec<CustomerId> =
        rows.iter().filter_map(|row| row.customer_id).map(CustomerId::from_uuid).collect();
    let facts = crm::query::facts(db, &customers).await?;
    let mut reactions: BTreeMap<(RuleId, EventId), Vec<ReactionState>> = BTreeMap::new();
    for reaction in query::reactions_to(db, &events).await? {
        reactions.entry((reaction.rule_id, reaction.event_id)).or_default().push(reaction);
    }
    let body = |mut row: Decision| {
        sight.mask_inputs(&mut row.inputs);
        let name = row.customer_id.and_then(|id| facts.get(&CustomerId::from_uuid(id)));
        let name = name.and_then(|facts| facts.get("name")).and_then(Value::as_str).map(str::to_owned);
        DecisionBody {
            id: format!("{}:{}", row.rule_id, row.event_id),
            reason: reason(&row),
            customer_name: name,
            reactions: reactions.remove(&(row.rule_id, row.event_id)).unwrap_or_default(),
            trace: json!({ "steps": [], "rows": row.rows }),
            rule_id: row.rule_id,
            rule_name: row.rule_name,
            version: row.version,
            variant: row.variant,
            event_id: row.event_id,
            event: row.event,
            occurred_at: row.occurred_at,
            decided_at: row.decided_at,
            customer_id: row.customer_id,
            matched: row.matched,
            verdict: row.verdict,
            inputs: row.inputs,
        }
    };
    Ok(rows.into_iter().map(body).collect())
}

/// The decisions of a rule, newest event first.
#[utoipa::path(get, path = "/api/v1/rules/{id}/decisions", operation_id = "listRuleDecisions", tag = "rules",
    params(("id" = Uuid, Path), PageQuery, DecisionsQuery), responses((status = 200, body = Page<DecisionBody>)))]
async fn of_rule(
    state: Data<AppState>,
    caller: Caller,
    id: Path<RuleId>,
    page: Query<PageQuery>,
    filter: Query<DecisionsQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleRead)?;
    let mut db = state.pool.acquire().await?;
    found(&mut db, id.0).await?;
    let after = page.after::<(DateTime<Utc>, EventId)>()?;
    let rows = query::of_rule(&mut db, id.0, filter.matched, after, page.rows()?, filter.customer_id).await?;
    let rows = bodies(&mut db, &caller, rows).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| (row.occurred_at, row.event_id))?))
}

/// Which rules looked at an event, and why they reacted or did not.
#[utoipa::path(get, path = "/api/v1/events/{event_id}/decisions", operation_id = "listEventDecisions", tag = "rules",
    params(("event_id" = Uuid, Path)), responses((status = 200, body = Page<DecisionBody>)))]
async fn of_event(
    state: Data<AppState>,
    caller: Caller,
    id: Path<EventId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleRead)?;
    let mut db = state.pool.acquire().await?;
    let rows = query::of_event(&mut db, id.0).await?;
    let items = bodies(&mut db, &caller, rows).await?;
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next": null })))
}

/// Which decisions about a customer.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CustomerDecisionsQuery {
    /// Only those that reacted, or did not.
    matched: Option<bool>,
}

/// Why rules reacted to a customer's events, or did not: rule, version, verdict, what the criteria read and what was
/// done, newest event first.
#[utoipa::path(get, path = "/api/v1/customers/{id}/decisions", operation_id = "listCustomerDecisions", tag = "rules",
    params(("id" = Uuid, Path), PageQuery, CustomerDecisionsQuery),
    responses((status = 200, body = Page<DecisionBody>), (status = 404, body = Problem)))]
async fn of_customer(
    state: Data<AppState>,
    caller: Caller,
    id: Path<CustomerId>,
    page: Query<PageQuery>,
    filter: Query<CustomerDecisionsQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CustomerRead)?;
    caller.require(Operation::RuleRead)?;
    let mut db = state.pool.acquire().await?;
    crm::query::find(&mut db, id.0).await?.ok_or_else(|| ApiError::not_found("customer", id.0))?;
    let after = page.after::<(DateTime<Utc>, EventId, RuleId)>()?;
    let rows = query::of_customer(&mut db, id.0.as_uuid(), filter.matched, after, page.rows()?).await?;
    let rows = bodies(&mut db, &caller, rows).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| (row.occurred_at, row.event_id, row.rule_id))?))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Needs::Operation(Operation::RuleRead);
    vec![
        Route::get("/api/v1/rules/{id}/decisions", read, || web::to(of_rule)),
        Route::get("/api/v1/events/{event_id}/decisions", read, || web::to(of_event)),
        Route::get("/api/v1/customers/{id}/decisions", read, || web::to(of_customer)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(of_rule, of_event, of_customer))]
    struct Docs;
    Docs::openapi()
}
