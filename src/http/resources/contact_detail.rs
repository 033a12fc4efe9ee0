//! One contact: what happened, why it was routed so, and the correction of its wrap-up.

use super::contacts::{ContactBody, operator_names};
use super::explanations::{ExplanationBody, explained, named};
use super::viewer::of_customers;
use crate::http::prelude::*;
use base::Author;
use base::id::{ContactId, CustomerId, EventId, OperatorId};
use chrono::{DateTime, Utc};
use crm::customer::Customer;
use platform::event::Event;
use platform::event::query::Filter;
use routing::config::{ContactResult, Topic};
use routing::contact::{Channel, Contact, Decision, WrapUp};
use routing::query;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use telephony::config::Recording;

/// Most events of one contact that are shown: a contact that was offered a hundred times has about 500.
const EVENTS_MAX: i64 = 1_000;

/// The contact that this one repeats (CC-HIST-02, CC-TEL-03).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Repeated {
    /// Which contact.
    pub id: ContactId,
    /// By what means.
    pub channel: Channel,
    /// When it began.
    pub arrived_at: DateTime<Utc>,
}

/// Something that happened to a contact.
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactEvent {
    /// Its id in the event log.
    pub id: EventId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// Such as `routing.contact_queued.v1`.
    pub kind: String,
    /// Who did it; null for the server and for programs.
    pub author_name: Option<String>,
    /// The operator it is about.
    pub operator_name: Option<String>,
    /// The details.
    #[schema(value_type = Object)]
    pub payload: serde_json::Value,
}

/// Everything that is known of a contact (CC-HIST-02).
#[derive(Debug, Serialize, ToSchema)]
pub struct ContactDetail {
    /// What happened.
    #[serde(flatten)]
    pub contact: ContactBody,
    /// Whom it was with (CC-TEL-01).
    pub customer: Option<Customer>,
    /// What it was about; null also when the topic is no longer in use.
    pub topic: Option<Topic>,
    /// How it ended, as the operator judged it; null also when the result is no longer in use.
    pub result: Option<ContactResult>,
    /// The contact that it repeats.
    pub repeats: Option<Repeated>,
    /// Its recording (CC-TEL-06).
    pub recording: Option<Recording>,
    /// What happened, oldest first.
    pub events: Vec<ContactEvent>,
    /// Why it was routed so, oldest first.
    pub explanations: Vec<ExplanationBody>,
}

/// The contact, when the caller may see it: of a queue in a unit of the caller's, or of none for the whole
/// organisation.
pub(super) async fn visible(
    db: &mut PgConnection,
    caller: &Caller,
    operation: Operation,
    id: ContactId,
) -> Result<Contact, ApiError> {
    caller.require(operation)?;
    let contact = query::contact::find(db, id).await?.ok_or_else(|| ApiError::not_found("contact", id))?;
    let queue = match contact.queue_id {
        Some(queue) => query::config::find_queue(db, queue).await?,
        None => None,
    };
    caller.require_in(operation, queue.and_then(|queue| queue.fields.unit_id))?;
    Ok(contact)
}

async fn detail(db: &mut PgConnection, caller: &Caller, contact: Contact) -> Result<ContactDetail, ApiError> {
    let story = Filter { correlation: Some(contact.id.as_uuid()), ..Filter::default() };
    let mut events = platform::event::query::search(db, &story, EVENTS_MAX).await?;
    events.reverse();
    let decisions = query::contact::decisions(db, contact.id).await?;
    let customer = match contact.customer_id {
        Some(customer) => seen_customer(db, caller, customer).await?,
        None => None,
    };
    let topic = match contact.topic_id {
        Some(topic) => query::config::find_topic(db, topic).await?,
        None => None,
    };
    let result = match contact.result_id {
        Some(result) => query::config::find_result(db, result).await?,
        None => None,
    };
    let repeats = match contact.repeat_of {
        Some(earlier) => query::contact::find(db, earlier).await?,
        None => None,
    };
    let recording = telephony::config::query::recording_of(db, contact.id).await?;
    let names = operator_names(db, &everybody(&contact, &events, &decisions)).await?;
    let queues = query::config::queues(db).await?;
    let queues: BTreeMap<_, _> = queues.into_iter().map(|queue| (queue.id, queue.fields.name)).collect();
    Ok(ContactDetail {
        contact: ContactBody::new(contact, recording.is_some(), &names),
        customer,
        topic,
        result,
        repeats: repeats.map(|row| Repeated { id: row.id, channel: row.channel, arrived_at: row.arrived_at }),
        recording,
        events: events.into_iter().map(|event| happened(event, &names)).collect(),
        explanations: decisions.iter().filter_map(|decision| explained(decision, &queues, &names)).collect(),
    })
}

/// The customer with the attributes that the caller sees.
async fn seen_customer(
    db: &mut PgConnection,
    caller: &Caller,
    id: CustomerId,
) -> Result<Option<Customer>, ApiError> {
    let (attributes, viewer) = of_customers(db, caller).await?;
    Ok(crm::query::find(db, id).await?.map(|customer| customer.shown_to(&viewer, &attributes)))
}

/// The operator that an event is about.
fn subject(event: &Event) -> Option<OperatorId> {
    event.payload.get("operator_id")?.as_str()?.parse().ok()
}

fn author(event: &Event) -> Option<OperatorId> {
    match event.author {
        Author::Person(person) => Some(person.into()),
        Author::ApiKey(_) | Author::System => None,
    }
}

fn happened(event: Event, names: &BTreeMap<OperatorId, String>) -> ContactEvent {
    ContactEvent {
        id: event.event_id,
        at: event.occurred_at,
        author_name: author(&event).and_then(|id| names.get(&id).cloned()),
        operator_name: subject(&event).and_then(|id| names.get(&id).cloned()),
        kind: event.kind,
        payload: event.payload.into_value(),
    }
}

fn everybody(contact: &Contact, events: &[Event], decisions: &[Decision]) -> Vec<OperatorId> {
    let of_events = events.iter().flat_map(|event| subject(event).into_iter().chain(author(event)));
    contact.operator_id.into_iter().chain(of_events).chain(decisions.iter().flat_map(named)).collect()
}

/// One contact with its events and routing decisions.
#[utoipa::path(get, path = "/api/v1/contacts/{id}", operation_id = "getContact", tag = "contacts",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = ContactDetail), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<ContactId>) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    let contact = visible(&mut db, &caller, Operation::ContactRead, id.0).await?;
    let version = contact.version;
    let detail = detail(&mut db, &caller, contact).await?;
    Ok(etag::ok(&detail, version))
}

/// Correct what the operator said of a contact. What it was before stays in the event log.
#[utoipa::path(put, path = "/api/v1/contacts/{id}/wrap-up", operation_id = "correctWrapUp", tag = "contacts",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = WrapUp,
    responses((status = 200, body = ContactDetail), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn correct(
    state: Data<AppState>,
    caller: Caller,
    id: Path<ContactId>,
    version: IfMatch,
    body: Json<WrapUp>,
) -> Result<HttpResponse, ApiError> {
    let mut tx = state.begin().await?;
    visible(&mut tx, &caller, Operation::ContactWrite, id.0).await?;
    let mut rng = state.dice();
    let edit = &mut caller.edit(&mut rng);
    let contact = routing::store::wrap_up::correct_wrap_up(&mut tx, edit, id.0, version.0, &body).await?;
    let version = contact.version;
    let detail = detail(&mut tx, &caller, contact).await?;
    tx.commit().await?;
    Ok(etag::ok(&detail, version))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/contacts/{id}", Needs::Operation(Operation::ContactRead), || web::to(find)),
        Route::put("/api/v1/contacts/{id}/wrap-up", Needs::Operation(Operation::ContactWrite), || {
            web::to(correct)
        }),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(find, correct))]
    struct Docs;
    Docs::openapi()
}
