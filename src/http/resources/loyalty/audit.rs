//! Every operation between two dates: registrations, services, accruals, adjustments (CIMP-TXN-07).

use super::history::PeriodQuery;
use super::media::spoken;
use crate::http::prelude::*;
use base::Author;
use base::event::Journal;
use base::id::EventId;
use chrono::{DateTime, Utc};
use platform::event::Event;
use platform::event::query::{Filter, search};
use serde_json::Value;

/// Which operations.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OperationFilter {
    /// `registration`, `service`, `accrual`, `adjustment`, `tier`, or the whole name of an event; all when absent.
    pub kind: Option<String>,
}

/// One operation.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LoyaltyOperationBody {
    /// The event.
    pub id: EventId,
    /// What happened, such as `loyalty.bonus_accrued.v1`.
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub author: Author,
    /// The number of the account.
    pub account: Option<String>,
    /// What it says.
    #[schema(value_type = Object)]
    pub data: Value,
}

impl From<Event> for LoyaltyOperationBody {
    fn from(event: Event) -> Self {
        let account = event.payload.get("account").and_then(Value::as_str).map(str::to_owned);
        Self {
            id: event.event_id,
            kind: event.kind,
            at: event.occurred_at,
            author: event.author,
            account,
            data: event.payload.into_value(),
        }
    }
}

/// The beginning of the names of the events of a kind of operation.
fn events_of(kind: &str) -> Vec<String> {
    let names: &[&str] = match kind {
        "registration" => &["account_registered", "account_enrolled", "account_cancelled"],
        "service" => &["service_connected", "service_disconnected", "service_changed"],
        "accrual" => &["bonus_accrued"],
        "adjustment" => &["bonus_adjusted", "bonus_reversed", "adjustment_asked", "adjustment_decided"],
        "tier" => &["tier_changed"],
        other => return vec![other.to_owned()],
    };
    names.iter().map(|name| format!("loyalty.{name}.v1")).collect()
}

/// Operations between two dates, newest first.
#[utoipa::path(get, path = "/api/v1/loyalty/operations", operation_id = "listLoyaltyOperations", tag = "loyalty",
    params(PageQuery, PeriodQuery, OperationFilter), responses((status = 200, body = Page<LoyaltyOperationBody>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    period: Query<PeriodQuery>,
    filter: Query<OperationFilter>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let span = period.span(caller.now())?;
    let rows = page.rows()?;
    let after = page.after::<(DateTime<Utc>, EventId)>()?;
    let kinds = filter.kind.as_deref().map_or_else(|| vec!["loyalty.".to_owned()], events_of);
    let mut db = state.pool.acquire().await?;
    let mut found = Vec::new();
    for kind in kinds {
        let wanted = Filter {
            journal: Some(Journal::Activity),
            kind: Some(kind),
            from: Some(span.start),
            to: Some(span.end),
            after,
            ..Filter::default()
        };
        found.extend(search(&mut db, &wanted, rows).await?);
    }
    found.sort_by_key(|event| std::cmp::Reverse((event.occurred_at, event.event_id)));
    found.truncate(usize::try_from(rows).unwrap_or(usize::MAX));
    let page = Page::new(found, &page, |event| (event.occurred_at, event.event_id))?;
    Ok(HttpResponse::Ok().json(page.map(LoyaltyOperationBody::from)))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Needs::Operation(Operation::LoyaltyRead);
    vec![Route::get("/api/v1/loyalty/operations", read, || spoken(web::to(list), "operations"))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list))]
    struct Docs;
    Docs::openapi()
}
