//! What a marketer writes of a prediction.

use crate::http::prelude::*;
use crate::http::resources::listed;
use crate::http::resources::viewer::sight;
use actors::prediction::shapes;
use base::id::PredictionId;
use base::{ChangeError, FieldFault};
use platform::event_type::store as event_types;
use prediction::definition::PredictionFields;
use prediction::record::Prediction;
use prediction::{query, store};
use sqlx::PgConnection;
use std::collections::BTreeSet;

/// One prediction, or 404.
pub(super) async fn found(db: &mut PgConnection, id: PredictionId) -> Result<Prediction, ApiError> {
    query::find(db, id).await?.ok_or_else(|| ApiError::not_found("prediction", id))
}

/// What a definition names and does not exist, or is not for the caller to read.
async fn check(db: &mut PgConnection, caller: &Caller, fields: &PredictionFields) -> Result<(), ApiError> {
    let types: BTreeSet<String> = event_types::list(db).await?.into_iter().map(|known| known.name).collect();
    let (_, attributes, viewer) = sight(db, caller).await?;
    let shapes = shapes(&attributes, &viewer);
    let definition = &fields.definition;
    let mut faults = Vec::new();
    let mut event = |pointer: String, name: &str| {
        if !types.contains(name) {
            let detail = format!("{name:?} is no registered type of event: see Events");
            faults.push(FieldFault::new(format!("/definition{pointer}"), detail));
        }
    };
    event("/target/event".to_owned(), &definition.target.event);
    for (place, name) in definition.among.events.iter().enumerate() {
        event(format!("/among/events/{place}"), name);
    }
    for (place, source) in definition.sources.iter().enumerate() {
        event(format!("/sources/{place}/event"), &source.event);
    }
    for (place, key) in definition.attributes.iter().enumerate() {
        if !shapes.contains_key(key) {
            let detail = format!(
                "{key:?} is no attribute of customers that you may read and that is a number, yes or no, or a choice"
            );
            faults.push(FieldFault::new(format!("/definition/attributes/{place}"), detail));
        }
    }
    ChangeError::unless_empty(faults)?;
    Ok(())
}

/// Predictions, by name.
#[utoipa::path(get, path = "/api/v1/predictions", operation_id = "listPredictions", tag = "predictions",
    params(PageQuery), responses((status = 200, body = Page<Prediction>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::PredictionRead)?;
    let mut db = state.pool.acquire().await?;
    let rows = query::list(&mut db).await?;
    let text = |row: &Prediction| {
        let titles: Vec<&str> = row.title.0.values().map(String::as_str).collect();
        format!("{} {}", row.name, titles.join(" "))
    };
    Ok(HttpResponse::Ok().json(listed(rows, &page, text, |row| row.id)?))
}

/// One prediction.
#[utoipa::path(get, path = "/api/v1/predictions/{id}", operation_id = "getPrediction", tag = "predictions",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Prediction), (status = 404, body = Problem)))]
async fn find(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PredictionId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::PredictionRead)?;
    let mut db = state.pool.acquire().await?;
    let prediction = found(&mut db, id.0).await?;
    Ok(etag::ok(&prediction, prediction.version))
}

/// Add a prediction: a draft, to be trained.
#[utoipa::path(post, path = "/api/v1/predictions", operation_id = "createPrediction", tag = "predictions",
    params(IdempotencyHeader), request_body = PredictionFields,
    responses((status = 201, body = Prediction), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<PredictionFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::PredictionWrite)?;
    key.once(&state, &caller, &body, async |db, rng| {
        check(db, &caller, &body).await?;
        let made = store::insert(db, &mut caller.edit(rng), &body).await?;
        Ok(Answer::created(format!("/api/v1/predictions/{}", made.id), &made)?.version(made.version))
    })
    .await
}

/// Change a prediction. A launched version goes on until another is trained and launched.
#[utoipa::path(put, path = "/api/v1/predictions/{id}", operation_id = "changePrediction", tag = "predictions",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = PredictionFields,
    responses((status = 200, body = Prediction), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PredictionId>,
    version: IfMatch,
    body: Json<PredictionFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::PredictionWrite)?;
    let mut tx = state.begin().await?;
    check(&mut tx, &caller, &body).await?;
    let mut dice = state.dice();
    let changed = store::update(&mut tx, &mut caller.edit(&mut dice), id.0, version.0, &body).await?;
    tx.commit().await?;
    Ok(etag::ok(&changed, changed.version))
}

/// Take a prediction away that gives no scores.
#[utoipa::path(delete, path = "/api/v1/predictions/{id}", operation_id = "archivePrediction", tag = "predictions",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 409, body = Problem)))]
async fn archive(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PredictionId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::PredictionWrite)?;
    let mut tx = state.begin().await?;
    store::archive(&mut tx, &mut caller.edit(&mut state.dice()), id.0).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) =
        (Needs::Operation(Operation::PredictionRead), Needs::Operation(Operation::PredictionWrite));
    vec![
        Route::get("/api/v1/predictions", read, || web::to(list)),
        Route::post("/api/v1/predictions", write, || web::to(create)),
        Route::get("/api/v1/predictions/{id}", read, || web::to(find)),
        Route::put("/api/v1/predictions/{id}", write, || web::to(change)),
        Route::delete("/api/v1/predictions/{id}", write, || web::to(archive)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, create, change, archive))]
    struct Docs;
    Docs::openapi()
}
