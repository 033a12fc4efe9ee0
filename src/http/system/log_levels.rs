//! How much each part logs, changed while the server runs.

use crate::http::prelude::*;
use access::record;
use platform::telemetry::Levels;
use serde_json::json;

/// Levels by module.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LogLevels {
    /// Such as `info,routing=debug`.
    pub directives: String,
}

/// The levels in force.
#[utoipa::path(get, path = "/api/v1/log-levels", operation_id = "getLogLevels", tag = "system",
    responses((status = 200, body = LogLevels), (status = 503, body = Problem)))]
async fn get(state: Data<AppState>) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(LogLevels { directives: state.part::<Levels>()?.get() }))
}

/// Put other levels in force, until the next start.
#[utoipa::path(put, path = "/api/v1/log-levels", operation_id = "setLogLevels", tag = "system",
    request_body = LogLevels, responses((status = 200, body = LogLevels), (status = 422, body = Problem)))]
async fn set(state: Data<AppState>, caller: Caller, body: Json<LogLevels>) -> Result<HttpResponse, ApiError> {
    let levels = state.part::<Levels>()?;
    let before = levels.get();
    levels.set(&body.directives).map_err(|error| ApiError::invalid("/directives", error.to_string()))?;
    let mut tx = state.begin().await?;
    let payload = json!({ "before": before, "after": levels.get() });
    let (mut rng, kind) = (state.dice(), "access.log_levels_changed.v1");
    record::security(&mut tx, &mut caller.edit(&mut rng), kind, Uuid::nil(), payload).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(LogLevels { directives: levels.get() }))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/log-levels", Needs::Operation(Operation::LogRead), || web::to(get)),
        Route::put("/api/v1/log-levels", Needs::Operation(Operation::LogWrite), || web::to(set)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(get, set))]
    struct Docs;
    Docs::openapi()
}
