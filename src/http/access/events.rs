//! The record of what happened: who did what, and when (NFR-LOG-03, NFR-LOG-04).

use crate::http::prelude::*;
use base::Author;
use base::event::Journal;
use base::id::EventId;
use chrono::{DateTime, Utc};
use platform::event::query::{Filter, search};

/// Which events a list shows.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct EventFilter {
    /// `activity`, `security`, `change` or `failure`.
    pub journal: Option<Journal>,
    /// Such as `access.signed_in.v1`; a part that ends with `.` finds all that begin so.
    pub kind: Option<String>,
    /// What it happened to.
    pub subject: Option<Uuid>,
    /// The id of the person or key that did it.
    pub author: Option<Uuid>,
    /// The story it belongs to, such as a contact.
    pub correlation: Option<Uuid>,
    /// Not before.
    pub from: Option<DateTime<Utc>>,
    /// Before.
    pub to: Option<DateTime<Utc>>,
    /// See `PageQuery`.
    #[param(ignore)]
    pub limit: Option<String>,
    /// See `PageQuery`.
    #[param(ignore)]
    pub cursor: Option<String>,
    /// See `PageQuery`.
    #[param(ignore)]
    pub q: Option<String>,
}

/// One entry of the event log.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventBody {
    /// Its id.
    pub event_id: EventId,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// Such as `access.signed_in.v1`.
    pub kind: String,
    /// Which log shows it.
    pub journal: Journal,
    /// What it happened to.
    pub subject: Uuid,
    /// The story it belongs to.
    pub correlation: Option<Uuid>,
    /// Who did it.
    pub author: Author,
    /// The details; of a change, what was `before` and `after`.
    #[schema(value_type = Object)]
    pub payload: serde_json::Value,
}

impl From<platform::event::Event> for EventBody {
    fn from(event: platform::event::Event) -> Self {
        Self {
            event_id: event.event_id,
            occurred_at: event.occurred_at,
            kind: event.kind,
            journal: event.journal,
            subject: event.subject,
            correlation: event.correlation,
            author: event.author,
            payload: event.payload.into_value(),
        }
    }
}

/// Events, newest first.
#[utoipa::path(get, path = "/api/v1/events", operation_id = "listEvents", tag = "events",
    params(PageQuery, EventFilter), responses((status = 200, body = Page<EventBody>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<EventFilter>,
) -> Result<HttpResponse, ApiError> {
    // Events belong to no unit: they are for those who audit the whole organisation.
    caller.require_in(Operation::AuditRead, None)?;
    let EventFilter { journal, kind, subject, author, correlation, from, to, .. } = filter.0;
    let filter = Filter { journal, kind, subject, author, correlation, from, to, after: page.after()? };
    let mut db = state.pool.acquire().await?;
    let rows = search(&mut db, &filter, page.rows()?).await?;
    let page = Page::new(rows, &page, |event| (event.occurred_at, event.event_id))?;
    Ok(HttpResponse::Ok().json(page.map(EventBody::from)))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/events", Needs::Operation(Operation::AuditRead), || web::to(list))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list))]
    struct Docs;
    Docs::openapi()
}
