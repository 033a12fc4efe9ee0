//! What happened to a member within a period: events, movements of points, services (CIMP-API-10, CIMP-TXN-06).

use super::bodies::ServiceBody;
use super::media::spoken;
use super::parts::account_of;
use crate::http::prelude::*;
use base::event::Journal;
use base::id::{EventId, TransactionId};
use chrono::{DateTime, TimeDelta, Utc};
use loyalty::account::Account;
use loyalty::bonus_type::amount::Points;
use loyalty::movement::book;
use platform::event::Event;
use platform::event::query::{Filter, search};
use serde_json::Value;
use sqlx::PgConnection;

/// Events and movements that one answer shows of each sort; a longer period is asked in parts.
const ROWS_MAX: u32 = 500;
/// The period when the caller says none: the last 90 days.
const PERIOD: TimeDelta = TimeDelta::days(90);

/// Which period.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PeriodQuery {
    /// From this moment on; 90 days before the end when absent.
    pub from: Option<DateTime<Utc>>,
    /// Until before this moment; now when absent.
    pub to: Option<DateTime<Utc>>,
    /// The code of the programme, when the account is named by its number.
    pub programme: Option<String>,
}

impl PeriodQuery {
    /// From when until when.
    pub fn span(&self, now: DateTime<Utc>) -> Result<std::ops::Range<DateTime<Utc>>, ApiError> {
        let to = self.to.unwrap_or(now + TimeDelta::seconds(1));
        let from = self.from.unwrap_or(to - PERIOD);
        if from >= to { Err(ApiError::invalid("?to", "must be after the beginning")) } else { Ok(from..to) }
    }
}

/// A movement of points (CIMP-ENT-04).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MovementBody {
    /// The transaction.
    pub transaction: TransactionId,
    /// What it was: `accrue`, `award`, `adjust`, `spend`, `expire`, `return`, `cancel`, …
    pub kind: String,
    /// The code of the bonus type.
    pub bonus_type: String,
    /// What was added; negative: taken.
    pub amount: Points,
    /// The balance afterwards.
    pub balance: Points,
    /// The reason code.
    pub reason: Option<String>,
    /// Which way it came.
    pub source: String,
    /// What it belongs to, such as a purchase.
    pub record: Option<String>,
    /// The rule that caused it.
    pub rule: Option<Uuid>,
    /// Its version.
    pub rule_version: Option<i32>,
    /// When it happened.
    pub effective_at: DateTime<Utc>,
    /// When it was written.
    pub booked_at: DateTime<Utc>,
}

/// Something that happened to a member.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MemberEventBody {
    /// The event.
    pub id: EventId,
    /// What happened, such as `loyalty.tier_changed.v1`, or the type of an activity such as `loyalty.purchase`.
    pub kind: String,
    /// When.
    pub at: DateTime<Utc>,
    /// What it says.
    #[schema(value_type = Object)]
    pub data: Value,
}

/// The history of a member; each list newest first.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct HistoryBody {
    /// The number of the account.
    pub account: String,
    /// From this moment on.
    pub from: DateTime<Utc>,
    /// Until before this moment.
    pub to: DateTime<Utc>,
    /// Registrations, tiers, services, activities such as purchases.
    pub events: Vec<MemberEventBody>,
    /// Movements of points.
    pub movements: Vec<MovementBody>,
    /// Services that were in use within the period.
    pub services: Vec<ServiceBody>,
    /// Whether there is more than the answer shows: ask for a shorter period.
    pub more: bool,
}

impl From<Event> for MemberEventBody {
    fn from(event: Event) -> Self {
        let data = event.payload.get("data").cloned().unwrap_or_else(|| event.payload.into_value());
        Self { id: event.event_id, kind: event.kind, at: event.occurred_at, data }
    }
}

/// The movements of an account within a span, newest first.
pub async fn movements(
    db: &mut PgConnection,
    account: &Account,
    span: std::ops::Range<DateTime<Utc>>,
    limit: u32,
) -> Result<Vec<MovementBody>, ApiError> {
    let types = loyalty::query::bonus_types(&mut *db, Some(account.programme_id)).await?;
    let books: Vec<_> = types.iter().map(|known| book(account, known).id()).collect();
    let postings = ledger::query::postings(db, &books, span, None, limit).await?;
    let body = |posting: ledger::query::PostingRow| {
        let place = books.iter().position(|id| *id == posting.account);
        let bonus_type = place.and_then(|place| types.get(place));
        let scale = bonus_type.map_or(0, |known| known.fields.scale);
        let cause = posting.cause.map(|cause| cause.0).unwrap_or_default();
        MovementBody {
            transaction: posting.transaction,
            kind: posting.kind,
            bonus_type: bonus_type.map(|known| known.fields.code.clone()).unwrap_or_default(),
            amount: Points::new(posting.change, scale),
            balance: Points::new(posting.balance, scale),
            reason: posting.reason,
            source: posting.source,
            record: cause.record,
            rule: cause.rule,
            rule_version: cause.version,
            effective_at: posting.effective_at,
            booked_at: posting.booked_at,
        }
    };
    Ok(postings.into_iter().map(body).collect())
}

/// Activities stand under the customer, what happened to the account under the account.
async fn events(
    db: &mut PgConnection,
    account: &Account,
    span: &std::ops::Range<DateTime<Utc>>,
) -> Result<Vec<Event>, ApiError> {
    let of = |journal, subject| Filter {
        journal: Some(journal),
        kind: Some("loyalty.".to_owned()),
        subject: Some(subject),
        from: Some(span.start),
        to: Some(span.end),
        ..Filter::default()
    };
    let rows = i64::from(ROWS_MAX);
    let mut found = search(&mut *db, &of(Journal::Activity, account.id.as_uuid()), rows).await?;
    let activities = search(&mut *db, &of(Journal::Outside, account.customer_id.as_uuid()), rows).await?;
    found.extend(activities.into_iter().filter(|event| {
        event.payload.pointer("/data/account").is_none_or(|number| *number == account.number.as_str())
    }));
    found.sort_by_key(|event| std::cmp::Reverse((event.occurred_at, event.event_id)));
    Ok(found)
}

/// What happened to a member within a period: events, movements of points, services.
#[utoipa::path(get, path = "/api/v1/loyalty/accounts/{account}/history", operation_id = "getMemberHistory",
    tag = "loyalty", params(("account" = String, Path, description = "id or number"), PeriodQuery),
    responses((status = 200, body = HistoryBody), (status = 404, body = Problem)))]
async fn find(
    state: Data<AppState>,
    caller: Caller,
    named: Path<String>,
    period: Query<PeriodQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let span = period.span(caller.now())?;
    let mut db = state.pool.acquire().await?;
    let account = account_of(&mut db, &named.0, period.programme.as_deref()).await?;
    let movements = movements(&mut db, &account, span.clone(), ROWS_MAX).await?;
    let mut events = events(&mut db, &account, &span).await?;
    let rows = usize::try_from(ROWS_MAX).unwrap_or(usize::MAX);
    let more = events.len() > rows || movements.len() >= rows;
    events.truncate(rows);
    let services = loyalty::query::services(&mut db, account.id).await?;
    let within = |service: &loyalty::service::Service| {
        service.connected_at < span.end && service.disconnected_at.is_none_or(|at| at >= span.start)
    };
    Ok(HttpResponse::Ok().json(HistoryBody {
        account: account.number,
        from: span.start,
        to: span.end,
        events: events.into_iter().map(MemberEventBody::from).collect(),
        movements,
        services: services.into_iter().filter(within).map(ServiceBody::from).collect(),
        more,
    }))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Needs::Operation(Operation::LoyaltyRead);
    vec![Route::get("/api/v1/loyalty/accounts/{account}/history", read, || spoken(web::to(find), "history"))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(find))]
    struct Docs;
    Docs::openapi()
}
