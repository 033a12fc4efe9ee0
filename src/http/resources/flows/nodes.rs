//! The catalogue of nodes that the flow editor is made from.

use crate::http::prelude::*;
use flow::palette::{NodeType, node_types};

/// Every kind of node: its fields as a JSON Schema and where it can lead (NFR-LOW-02).
#[utoipa::path(get, path = "/api/v1/flow-nodes", operation_id = "listFlowNodes", tag = "flows",
    responses((status = 200, body = Vec<NodeType>)))]
async fn list(caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowRead)?;
    Ok(HttpResponse::Ok().json(node_types()))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/flow-nodes", Needs::Operation(Operation::FlowRead), || web::to(list))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list))]
    struct Docs;
    Docs::openapi()
}
