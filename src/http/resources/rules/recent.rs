//! A recent event of a rule's type, to try the rule with: for whoever reads rules, not for auditors alone.

use super::around::zone;
use crate::http::prelude::*;
use crate::http::resources::viewer::sight;
use base::event::Journal;
use base::id::EventId;
use chrono::{DateTime, Utc};
use platform::event::query::{Filter, search};
use rules::References;
use rules::decide::react::{customer_of, facts_of};
use serde_json::Value;

/// Whose newest event.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RecentQuery {
    /// The type of the event.
    event: String,
}

/// An event as the criteria of a rule see it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecentEvent {
    /// Which event.
    #[schema(value_type = Uuid)]
    event_id: EventId,
    /// When it happened.
    occurred_at: DateTime<Utc>,
    /// What it says; what is not for the caller's roles is left out.
    #[schema(value_type = Object)]
    data: Value,
    /// Its customer, for who may read customers.
    customer_id: Option<Uuid>,
}

/// The newest event of a type. Of what is kept for security, and of failures, none is shown.
#[utoipa::path(get, path = "/api/v1/rules/recent-event", operation_id = "getRecentEvent", tag = "rules",
    params(RecentQuery), responses((status = 200, body = RecentEvent), (status = 404, body = Problem)))]
async fn recent(
    state: Data<AppState>,
    caller: Caller,
    filter: Query<RecentQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleRead)?;
    let mut db = state.pool.acquire().await?;
    let kind = filter.0.event;
    let of_kind = Filter { kind: Some(kind.clone()), ..Filter::default() };
    let newest = search(&mut db, &of_kind, 1).await?.into_iter().next();
    // A kind that ends with a dot finds others: it is no type.
    let shown = newest
        .filter(|event| event.kind == kind && !matches!(event.journal, Journal::Security | Journal::Failure));
    let event = shown.ok_or_else(|| ApiError::not_found("event of the type", &kind))?;
    let (sight, ..) = sight(&mut db, &caller).await?;
    let mut data = facts_of(&event, Value::Null, &References::default(), zone(&state)).event;
    data.as_object_mut().into_iter().for_each(|data| sight.mask_event(data));
    let may_see = caller.permissions().allows(Operation::CustomerRead);
    let customer_id = customer_of(&event).filter(|_| may_see);
    let body = RecentEvent { event_id: event.event_id, occurred_at: event.occurred_at, data, customer_id };
    Ok(HttpResponse::Ok().json(body))
}

/// The routes of this file; they stand before those with an id in the same place.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Needs::Operation(Operation::RuleRead);
    vec![Route::get("/api/v1/rules/recent-event", read, || web::to(recent))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(recent))]
    struct Docs;
    Docs::openapi()
}
