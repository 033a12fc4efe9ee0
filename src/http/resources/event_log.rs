//! The readers of the event log, and what they could not handle.

use super::listed;
use crate::http::prelude::*;
use base::id::DeadLetterId;
use chrono::{DateTime, Utc};
use platform::dead_letter::{self, DeadLetter, LetterState};
use platform::event::consumers::{self, Consumer};
use platform::ingest::{Ingest, Outcome, cloudevents};

/// Consumers of the event log, by name.
#[utoipa::path(get, path = "/api/v1/event-consumers", operation_id = "listEventConsumers", tag = "events",
    params(PageQuery), responses((status = 200, body = Page<Consumer>)))]
async fn list_consumers(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::EventTypeRead)?;
    let rows = consumers::list(&mut *state.pool.acquire().await?).await?;
    let name = |row: &Consumer| row.name.clone();
    Ok(HttpResponse::Ok().json(listed(rows, &page, name, name)?))
}

/// From where a consumer reads again.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplayInput {
    /// Events that happened at or after this time are read again.
    pub from: DateTime<Utc>,
}

/// Have a consumer read again from a time on. Consumers do a thing once for an event, however often they read it;
/// what they did not do then, they do now.
#[utoipa::path(post, path = "/api/v1/event-consumers/{name}/replay", operation_id = "replayEvents", tag = "events",
    params(("name" = String, Path), IdempotencyHeader), request_body = ReplayInput,
    responses((status = 200, body = Consumer), (status = 404, body = Problem)))]
async fn replay(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    name: Path<String>,
    body: Json<ReplayInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::EventTypeWrite, None)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let moved = consumers::replay(db, &mut caller.edit(rng), &name.0, body.from).await?;
        Answer::ok(&moved)
    })
    .await
}

/// Which letters a list shows.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LetterFilter {
    /// `open`, `retrying`, `done` or `dropped`.
    pub state: Option<LetterState>,
}

/// Dead letters, newest first: what could not be handled, and why.
#[utoipa::path(get, path = "/api/v1/dead-letters", operation_id = "listDeadLetters", tag = "events",
    params(PageQuery, LetterFilter), responses((status = 200, body = Page<DeadLetter>)))]
async fn list_letters(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<LetterFilter>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::EventTypeRead)?;
    let mut db = state.pool.acquire().await?;
    let rows = dead_letter::store::list(&mut db, filter.state, page.after()?, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |letter| (letter.created_at, letter.id))?))
}

/// Try a dead letter again. A consumer comes to it within a second; a message of another system is taken at once,
/// or refused with what is still wrong with it.
#[utoipa::path(post, path = "/api/v1/dead-letters/{id}/retry", operation_id = "retryDeadLetter", tag = "events",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = DeadLetter), (status = 404, body = Problem), (status = 422, body = Problem)))]
async fn retry(
    state: Data<AppState>,
    caller: Caller,
    id: Path<DeadLetterId>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::EventTypeWrite, None)?;
    let mut tx = state.begin().await?;
    let letter = dead_letter::store::lock(&mut tx, id.0).await?;
    if matches!(letter.state, LetterState::Done | LetterState::Dropped) {
        let detail = "this letter is done with: only open ones are tried again";
        return Err(ApiError::new(Code::NotPossibleNow, detail));
    }
    let next = if letter.event_id.is_some() {
        LetterState::Retrying
    } else {
        take_again(&state, &caller, &letter).await?;
        LetterState::Done
    };
    let changed =
        dead_letter::store::set_state(&mut tx, &mut caller.edit(&mut state.dice()), id.0, next).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(changed))
}

/// A message that could not be taken is taken now, or refused with the reason. Taken twice, it counts once.
async fn take_again(state: &AppState, caller: &Caller, letter: &DeadLetter) -> Result<(), ApiError> {
    let ingest = state.part::<Ingest>()?;
    let event = cloudevents::structured(letter.payload.to_string().as_bytes());
    let outcomes = ingest.take_read(vec![event], caller.author()).await;
    let outcomes = outcomes.map_err(|error| ApiError::unavailable(error.to_string()))?;
    match outcomes.as_slice() {
        [Outcome::Accepted(_) | Outcome::Duplicate(_)] => Ok(()),
        refused => {
            let faults = refused.iter().flat_map(|outcome| match outcome {
                Outcome::Refused(faults) => faults.as_slice(),
                _ => &[],
            });
            let error = ApiError::new(Code::Invalid, "the event is still not taken");
            Err(faults.fold(error, |error, fault| error.and_at(&fault.pointer, fault.message.clone())))
        }
    }
}

/// Drop a dead letter: it need not be handled.
#[utoipa::path(post, path = "/api/v1/dead-letters/{id}/drop", operation_id = "dropDeadLetter", tag = "events",
    params(("id" = Uuid, Path)), responses((status = 200, body = DeadLetter), (status = 404, body = Problem)))]
async fn drop_letter(
    state: Data<AppState>,
    caller: Caller,
    id: Path<DeadLetterId>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::EventTypeWrite, None)?;
    let mut tx = state.begin().await?;
    let mut dice = state.dice();
    let dropped =
        dead_letter::store::set_state(&mut tx, &mut caller.edit(&mut dice), id.0, LetterState::Dropped)
            .await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(dropped))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) =
        (Needs::Operation(Operation::EventTypeRead), Needs::Operation(Operation::EventTypeWrite));
    vec![
        Route::get("/api/v1/event-consumers", read, || web::to(list_consumers)),
        Route::post("/api/v1/event-consumers/{name}/replay", write, || web::to(replay)),
        Route::get("/api/v1/dead-letters", read, || web::to(list_letters)),
        Route::post("/api/v1/dead-letters/{id}/retry", write, || web::to(retry)),
        Route::post("/api/v1/dead-letters/{id}/drop", write, || web::to(drop_letter)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list_consumers, replay, list_letters, retry, drop_letter))]
    struct Docs;
    Docs::openapi()
}
