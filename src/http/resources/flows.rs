//! Flows that answer calls: which are loaded, and what is wrong with the others.

use super::parts::{ConfigChanged, FlowBody, announce, parts};
use crate::http::prelude::*;

/// Every flow that runs or was refused, by name.
#[utoipa::path(get, path = "/api/v1/flows", operation_id = "listFlows", tag = "flows",
    responses((status = 200, body = Vec<FlowBody>)))]
async fn list(state: Data<AppState>, caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowRead)?;
    Ok(HttpResponse::Ok().json(parts(&state)?.flows.list()))
}

/// Read the files again. A file that is refused says where; its version before keeps running.
#[utoipa::path(post, path = "/api/v1/flows/reload", operation_id = "reloadFlows", tag = "flows",
    responses((status = 200, body = Vec<FlowBody>)))]
async fn reload(state: Data<AppState>, caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowWrite)?;
    let flows = parts(&state)?.flows.clone();
    let flows = web::block(move || flows.reload()).await.map_err(ApiError::internal)?;
    announce(&state, ConfigChanged::Flows);
    Ok(HttpResponse::Ok().json(flows))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/v1/flows", Needs::Operation(Operation::FlowRead), || web::to(list)),
        Route::post("/api/v1/flows/reload", Needs::Operation(Operation::FlowWrite), || web::to(reload)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, reload))]
    struct Docs;
    Docs::openapi()
}
