//! Drafts of flows: read, changed, checked.

use super::{check, found};
use crate::http::prelude::*;
use flow::store::flow as store;
use rules::Fault;
use serde_json::Value as JsonValue;

/// What is drawn, with what is wrong with it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DraftBody {
    /// The flow as its files write it.
    #[schema(value_type = Object)]
    definition: JsonValue,
    /// Where its nodes are drawn.
    #[schema(value_type = Object)]
    layout: JsonValue,
    /// Grows with each change.
    version: i32,
    /// What is wrong with it, each at its node.
    faults: Vec<Fault>,
}

/// A flow as it is drawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DraftInput {
    /// The flow as its files write it.
    #[schema(value_type = Object)]
    definition: JsonValue,
    /// Where its nodes are drawn; it may also stand in the definition.
    #[serde(default)]
    #[schema(value_type = Option<Object>)]
    layout: Option<JsonValue>,
}

/// What is wrong with a flow.
#[derive(Debug, Serialize, ToSchema)]
pub struct FlowFaults {
    /// Each with its node.
    faults: Vec<Fault>,
}

fn body(flow: flow::query::flow::Flow, faults: Vec<Fault>) -> DraftBody {
    let layout = flow.draft.get("layout").cloned().unwrap_or_default();
    DraftBody { definition: flow.draft, layout, version: flow.version, faults }
}

/// What is drawn.
#[utoipa::path(get, path = "/api/v1/flows/{name}/draft", operation_id = "getFlowDraft", tag = "flows",
    params(("name" = String, Path)), responses((status = 200, body = DraftBody), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, name: Path<String>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowRead)?;
    let mut db = state.pool.acquire().await?;
    let flow = found(&mut db, &name.0).await?;
    let faults = check(&state, &caller, &mut db, &flow.draft).await?;
    let version = flow.version;
    Ok(etag::ok(&body(flow, faults), version))
}

/// Draw. What is wrong is said and kept all the same; only publishing refuses it.
#[utoipa::path(put, path = "/api/v1/flows/{name}/draft", operation_id = "changeFlowDraft", tag = "flows",
    params(("name" = String, Path), IfMatchHeader), request_body = DraftInput,
    responses((status = 200, body = DraftBody), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    name: Path<String>,
    version: IfMatch,
    input: Json<DraftInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowWrite)?;
    let mut definition = input.definition.clone();
    if let (Some(layout), JsonValue::Object(fields)) = (&input.layout, &mut definition) {
        fields.insert("layout".to_owned(), layout.clone());
    }
    let mut tx = state.begin().await?;
    let mut dice = state.dice();
    let flow =
        store::change_draft(&mut tx, &mut caller.edit(&mut dice), &name.0, version.0, &definition).await?;
    let faults = check(&state, &caller, &mut tx, &flow.draft).await?;
    tx.commit().await?;
    let version = flow.version;
    Ok(etag::ok(&body(flow, faults), version))
}

/// Check a flow without keeping it.
#[utoipa::path(post, path = "/api/v1/flows/check", operation_id = "checkFlow", tag = "flows",
    request_body = DraftInput, responses((status = 200, body = FlowFaults)))]
async fn check_only(
    state: Data<AppState>,
    caller: Caller,
    input: Json<DraftInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::FlowRead)?;
    let mut db = state.pool.acquire().await?;
    let faults = check(&state, &caller, &mut db, &input.definition).await?;
    Ok(HttpResponse::Ok().json(FlowFaults { faults }))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::FlowRead), Needs::Operation(Operation::FlowWrite));
    vec![
        Route::get("/api/v1/flows/{name}/draft", read, || web::to(find)),
        Route::put("/api/v1/flows/{name}/draft", write, || web::to(change)),
        Route::post("/api/v1/flows/check", read, || web::to(check_only)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(find, change, check_only))]
    struct Docs;
    Docs::openapi()
}
