//! Events of other systems, by HTTP: CloudEvents 1.0, one at a time or in batches (INT-02, BRE-EVT-03).

use crate::http::json::read_body;
use crate::http::prelude::*;
use actix_web::FromRequest;
use actix_web::dev::Payload;
use actix_web::http::header;
use base::id::EventId;
use futures_util::future::LocalBoxFuture;
use platform::ingest::cloudevents::{self, BATCH, STRUCTURED};
use platform::ingest::{BATCH_MAX, EventFault, Incoming, Ingest, IngestError, Outcome};

/// Longest body, in bytes: a full batch of events of 8 kB. Larger events go in smaller batches.
pub const BODY_BYTES_MAX: usize = 8 * 1024 * 1024;

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventStatus {
    /// It is stored.
    Accepted,
    /// It was stored before: the same source sent the same id with the same content.
    Duplicate,
    /// It is not taken; `faults` says why.
    Refused,
}

/// What became of one event.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventResult {
    /// The id that the sender gave; null when it could not be read.
    pub id: Option<String>,
    /// What became of it.
    pub status: EventStatus,
    /// Its id here; null when it is refused.
    pub event_id: Option<EventId>,
    /// What is wrong with it; empty unless it is refused.
    pub faults: Vec<EventFault>,
}

/// What became of the events, in their order.
#[derive(Debug, Serialize, ToSchema)]
pub struct EventResults {
    /// One for each event.
    pub results: Vec<EventResult>,
}

/// The events of a request, read as far as they can be.
struct Sent {
    events: Vec<Result<Incoming, Vec<EventFault>>>,
    is_batch: bool,
}

impl FromRequest for Sent {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let body = read_body(&request, &mut payload, BODY_BYTES_MAX).await?;
            read(&request, &body)
        })
    }
}

/// The content mode follows from the content type; headers beside another JSON body make the binary mode. Plain JSON
/// without them is read as the event, or as the batch, that it looks like.
fn read(request: &HttpRequest, body: &[u8]) -> Result<Sent, ApiError> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let has_headers = request.headers().contains_key("ce-specversion");
    let is_plain = cloudevents::is_json(&kind) && kind != STRUCTURED && kind != BATCH && !has_headers;
    let is_array = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[');
    if kind == BATCH || (is_plain && is_array) {
        let events = cloudevents::batch(body)
            .map_err(|fault| ApiError::new(Code::MalformedRequest, format!("the batch {}", fault.message)))?;
        return Ok(Sent { events, is_batch: true });
    }
    if kind == STRUCTURED || is_plain {
        return Ok(Sent { events: vec![cloudevents::structured(body)], is_batch: false });
    }
    if has_headers && (kind.is_empty() || cloudevents::is_json(&kind)) {
        let headers = request
            .headers()
            .iter()
            .filter_map(|(name, value)| Some((name.as_str().strip_prefix("ce-")?, value.to_str().ok()?)));
        return Ok(Sent { events: vec![cloudevents::binary(headers, body, true)], is_batch: false });
    }
    let detail = format!(
        "send Content-Type: {STRUCTURED} or {BATCH}, or application/json with the attributes in ce- headers"
    );
    Err(ApiError::new(Code::UnsupportedMediaType, detail))
}

/// Send events. What is answered `accepted` or `duplicate` is stored; a wrong event of a batch harms no other.
///
/// Each source gives an event an id of its own: sent again with the same content it counts once, so a sender that
/// got no answer, or 503, sends again.
#[utoipa::path(post, path = "/api/v1/events", operation_id = "sendEvents", tag = "events",
    request_body(content((serde_json::Value = "application/cloudevents+json"),
        (Vec<serde_json::Value> = "application/cloudevents-batch+json"), (serde_json::Value = "application/json"))),
    responses((status = 202, body = EventResults), (status = 415, body = Problem),
        (status = 422, body = Problem, description = "the only event is refused"),
        (status = 503, body = Problem, description = "no room, or no database: send again after Retry-After")))]
async fn send(state: Data<AppState>, caller: Caller, sent: Sent) -> Result<HttpResponse, ApiError> {
    // Events belong to no unit: they come for the whole organisation.
    caller.require_in(Operation::EventSend, None)?;
    let ingest = state.part::<Ingest>()?;
    let ids: Vec<Option<String>> =
        sent.events.iter().map(|event| event.as_ref().ok().map(|event| event.id.clone())).collect();
    let outcomes = ingest.take_read(sent.events, caller.author()).await.map_err(refuse)?;
    if let (false, [Outcome::Refused(faults)]) = (sent.is_batch, outcomes.as_slice()) {
        let refused = ApiError::new(Code::Invalid, "the event is not taken");
        let refused = faults
            .iter()
            .fold(refused, |refused, fault| refused.and_at(&fault.pointer, fault.message.clone()));
        return Err(refused);
    }
    let results = ids.into_iter().zip(outcomes).map(|(id, outcome)| result(id, outcome)).collect();
    Ok(HttpResponse::Accepted().json(EventResults { results }))
}

fn result(id: Option<String>, outcome: Outcome) -> EventResult {
    let (status, event_id, faults) = match outcome {
        Outcome::Accepted(id) => (EventStatus::Accepted, Some(id), Vec::new()),
        Outcome::Duplicate(id) => (EventStatus::Duplicate, Some(id), Vec::new()),
        Outcome::Refused(faults) => (EventStatus::Refused, None, faults),
    };
    EventResult { id, status, event_id, faults }
}

fn refuse(error: IngestError) -> ApiError {
    match error {
        IngestError::Full => ApiError::new(Code::NoRoom, error.to_string()).retry_after(1),
        IngestError::Away => ApiError::unavailable(error.to_string()),
        IngestError::TooMany => {
            ApiError::new(Code::TooLarge, format!("a batch has at most {BATCH_MAX} events: send several"))
        }
    }
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::post("/api/v1/events", Needs::Operation(Operation::EventSend), || web::to(send))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(send))]
    struct Docs;
    Docs::openapi()
}
