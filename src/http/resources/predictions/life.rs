//! Versions of a prediction: trained, judged, launched, retired.

use super::drafts::found;
use crate::http::prelude::*;
use crate::http::resources::viewer::sight;
use base::LocalText;
use base::id::PredictionId;
use crm::viewer::Viewer;
use platform::event_type::store as event_types;
use prediction::feature::Feature;
use prediction::record::{Prediction, Version};
use prediction::{query, store};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// Which version is being trained.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrainingStarted {
    /// Its number.
    number: i32,
}

/// Which version is launched.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[schema(as = PredictionLaunchInput)]
#[serde(deny_unknown_fields)]
pub struct LaunchInput {
    /// Its number; the newest that was trained when absent.
    #[serde(default)]
    version: Option<i32>,
}

/// What a feature does to the probability.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PredictionWeight)]
pub struct WeightBody {
    /// What it is.
    feature: Feature,
    /// What it is, in words.
    words: LocalText,
    /// What one standard deviation more adds to the log-odds.
    weight: f64,
    /// By how much one standard deviation more multiplies the odds: above 1 it raises the chance, below it lowers it.
    odds: f64,
}

/// A version with its weights.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PredictionVersionBody)]
pub struct VersionBody {
    /// The version.
    #[serde(flatten)]
    version: Version,
    /// What each feature does, those that do most first; empty before it is trained.
    weights: Vec<WeightBody>,
}

/// Titles of types of events and of attributes, by `event.<name>` and `customer.<key>`.
async fn titles(db: &mut PgConnection, caller: &Caller) -> sqlx::Result<BTreeMap<String, LocalText>> {
    let types = event_types::list(db).await?.into_iter();
    let events = types.map(|known| (format!("event.{}", known.name), known.fields.title));
    let (_, attributes, _) = sight(db, caller).await?;
    let fields = crm::query::catalogue(&attributes, &Viewer::Server).into_iter();
    Ok(events.chain(fields.map(|field| (field.path, field.title))).collect())
}

fn body(version: Version, titles: &BTreeMap<String, LocalText>) -> VersionBody {
    let words = |feature: &Feature| {
        let (path, plain) = match (feature.event(), feature.attribute()) {
            (Some(event), _) => (format!("event.{event}"), event),
            (_, attribute) => {
                (format!("customer.{}", attribute.unwrap_or_default()), attribute.unwrap_or_default())
            }
        };
        let plain = || LocalText([(base::Locale::En, plain.to_owned())].into());
        feature.words(&titles.get(&path).cloned().unwrap_or_else(plain))
    };
    let weights = version.model.iter().flat_map(|model| &model.features).map(|known| WeightBody {
        feature: known.feature.clone(),
        words: words(&known.feature),
        weight: known.weight,
        odds: known.weight.exp(),
    });
    let weights = weights.collect();
    VersionBody { version, weights }
}

/// Train a version by the definition as it is now, in the background.
#[utoipa::path(post, path = "/api/v1/predictions/{id}/train", operation_id = "trainPrediction", tag = "predictions",
    params(("id" = Uuid, Path)),
    responses((status = 202, body = TrainingStarted), (status = 409, body = Problem)))]
async fn train(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PredictionId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::PredictionWrite)?;
    let mut tx = state.begin().await?;
    let number = store::ask(&mut tx, &mut caller.edit(&mut state.dice()), id.0).await?;
    tx.commit().await?;
    Ok(HttpResponse::Accepted().json(TrainingStarted { number }))
}

/// Launch a trained version: rules and flows read its scores from now on. One that is not better than the base rate is
/// refused with the reason.
#[utoipa::path(post, path = "/api/v1/predictions/{id}/launch", operation_id = "launchPrediction", tag = "predictions",
    params(("id" = Uuid, Path)), request_body = LaunchInput,
    responses((status = 200, body = Prediction), (status = 409, body = Problem)))]
async fn launch(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PredictionId>,
    input: Json<LaunchInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::PredictionLaunch)?;
    let mut tx = state.begin().await?;
    let launched = store::launch(&mut tx, &mut caller.edit(&mut state.dice()), id.0, input.version).await?;
    tx.commit().await?;
    Ok(etag::ok(&launched, launched.version))
}

/// End the scores: `prediction.<name>` has no value from now on.
#[utoipa::path(post, path = "/api/v1/predictions/{id}/retire", operation_id = "retirePrediction", tag = "predictions",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Prediction), (status = 409, body = Problem)))]
async fn retire(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PredictionId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::PredictionLaunch)?;
    let mut tx = state.begin().await?;
    let retired = store::retire(&mut tx, &mut caller.edit(&mut state.dice()), id.0).await?;
    tx.commit().await?;
    Ok(etag::ok(&retired, retired.version))
}

/// Versions, newest first, each with its quality and what its features do.
#[utoipa::path(get, path = "/api/v1/predictions/{id}/versions", operation_id = "listPredictionVersions",
    tag = "predictions", params(("id" = Uuid, Path)), responses((status = 200, body = Page<VersionBody>)))]
async fn versions(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PredictionId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::PredictionRead)?;
    let mut db = state.pool.acquire().await?;
    found(&mut db, id.0).await?;
    let titles = titles(&mut db, &caller).await?;
    let rows = query::versions(&mut db, id.0).await?.into_iter();
    let items: Vec<VersionBody> = rows.map(|version| body(version, &titles)).collect();
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next": null })))
}

/// One version: how far its training is, how good it is, what its features do.
#[utoipa::path(get, path = "/api/v1/predictions/{id}/versions/{number}", operation_id = "getPredictionVersion",
    tag = "predictions", params(("id" = Uuid, Path), ("number" = i32, Path)),
    responses((status = 200, body = VersionBody), (status = 404, body = Problem)))]
async fn version(
    state: Data<AppState>,
    caller: Caller,
    path: Path<(PredictionId, i32)>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::PredictionRead)?;
    let (id, number) = path.0;
    let mut db = state.pool.acquire().await?;
    let version = query::find_version(&mut db, id, number).await?;
    let version = version.ok_or_else(|| ApiError::not_found("version", number))?;
    let titles = titles(&mut db, &caller).await?;
    Ok(HttpResponse::Ok().json(body(version, &titles)))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write, launches) = (
        Needs::Operation(Operation::PredictionRead),
        Needs::Operation(Operation::PredictionWrite),
        Needs::Operation(Operation::PredictionLaunch),
    );
    vec![
        Route::post("/api/v1/predictions/{id}/train", write, || web::to(train)),
        Route::post("/api/v1/predictions/{id}/launch", launches, || web::to(launch)),
        Route::post("/api/v1/predictions/{id}/retire", launches, || web::to(retire)),
        Route::get("/api/v1/predictions/{id}/versions", read, || web::to(versions)),
        Route::get("/api/v1/predictions/{id}/versions/{number}", read, || web::to(version)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(train, launch, retire, versions, version))]
    struct Docs;
    Docs::openapi()
}
