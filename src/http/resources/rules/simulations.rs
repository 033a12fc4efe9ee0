//! Simulations: a rule over stored events.

use super::around::{around, date_fields};
use super::drafts::found;
use crate::http::prelude::*;
use crate::http::resources::viewer::sight;
use base::id::{RuleId, SimulationId};
use chrono::{DateTime, Utc};
use rules::catalogue::CLOSED_FIELD;
use rules::decide::CompiledRule;
use rules::document::Document;
use rules::{query, store};
use serde_json::{Value, json};

/// Which events.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SimulationInput {
    /// From this moment on.
    from: DateTime<Utc>,
    /// Until before this one.
    to: DateTime<Utc>,
    /// The document; the rule's draft when absent.
    #[serde(default)]
    #[schema(value_type = Object)]
    document: Option<Value>,
}

/// Which simulation it became.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimulationStarted {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: SimulationId,
}

/// How far it is, and what came out so far.
#[derive(Debug, Serialize, ToSchema)]
pub struct SimulationBody {
    /// Its id.
    #[schema(value_type = Uuid)]
    id: SimulationId,
    /// `running`, `done`, `failed` or `cancelled`.
    state: String,
    /// Events it looked at.
    seen: i64,
    /// Events there are, as far as is known.
    total: i64,
    /// `matched`, `customers`, `reactions` by key, `examples`, `would_not` by reason, `faults`.
    #[serde(flatten)]
    #[schema(value_type = Object)]
    result: Value,
    /// What went wrong.
    error: Option<String>,
}

/// What every simulation has from its beginning.
fn complete(mut result: Value) -> Value {
    let empty = json!({
        "matched": 0, "customers": 0, "reactions": {}, "examples": [], "would_not": [], "faults": [],
    });
    if let (Some(result), Value::Object(empty)) = (result.as_object_mut(), empty) {
        for (key, value) in empty {
            result.entry(key).or_insert(value);
        }
    }
    result
}

/// Run a rule over stored events, in the background. Nothing is done.
#[utoipa::path(post, path = "/api/v1/rules/{id}/simulations", operation_id = "startSimulation", tag = "rules",
    params(("id" = Uuid, Path), IdempotencyHeader), request_body = SimulationInput,
    responses((status = 202, body = SimulationStarted), (status = 422, body = Problem)))]
async fn start(
    state: Data<AppState>,
    caller: Caller,
    id: Path<RuleId>,
    input: Json<SimulationInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleWrite)?;
    if input.from >= input.to {
        return Err(ApiError::invalid("/to", "must be later than `from`"));
    }
    let mut tx = state.begin().await?;
    let rule = found(&mut tx, id.0).await?;
    let document = input.document.clone().unwrap_or(rule.document);
    let around = around(&mut tx, &caller, &document).await?;
    let rule = Document::read(&document)
        .and_then(|document| CompiledRule::compile(document, &|path| around.is_date(path)));
    let closed = |rule: CompiledRule| {
        let faults = rule.fields().iter().filter_map(|path| around.catalogue.unknown(path, "/criteria"));
        faults.into_iter().find(|fault| fault.code == CLOSED_FIELD)
    };
    let fault = match rule {
        Ok(rule) => closed(rule),
        Err(faults) => faults.into_iter().next(),
    };
    if let Some(fault) = fault {
        return Err(ApiError::invalid(&format!("/document{}", fault.pointer), fault.message));
    }
    let dates = date_fields(&around);
    let mut dice = state.dice();
    let mut edit = caller.edit(&mut dice);
    let span = (input.from, input.to);
    let simulation = store::insert_simulation(&mut tx, &mut edit, id.0, &document, &dates, span).await?;
    tx.commit().await?;
    Ok(HttpResponse::Accepted().json(SimulationStarted { id: simulation }))
}

/// How far a simulation is, and what came out so far.
#[utoipa::path(get, path = "/api/v1/rules/{id}/simulations/{simulation}", operation_id = "getSimulation",
    tag = "rules", params(("id" = Uuid, Path), ("simulation" = Uuid, Path)),
    responses((status = 200, body = SimulationBody), (status = 404, body = Problem)))]
async fn find(
    state: Data<AppState>,
    caller: Caller,
    path: Path<(RuleId, SimulationId)>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleRead)?;
    let mut db = state.pool.acquire().await?;
    let row = query::find_simulation(&mut db, path.0.0, path.0.1).await?;
    let row = row.ok_or_else(|| ApiError::not_found("simulation", path.0.1))?;
    let (sight, ..) = sight(&mut db, &caller).await?;
    let mut result = complete(row.result);
    for example in result.get_mut("examples").and_then(Value::as_array_mut).into_iter().flatten() {
        example
            .get_mut("data")
            .and_then(Value::as_object_mut)
            .into_iter()
            .for_each(|data| sight.mask_event(data));
    }
    Ok(HttpResponse::Ok().json(SimulationBody {
        id: row.simulation_id,
        state: row.state,
        seen: row.seen,
        total: row.total,
        result,
        error: row.error,
    }))
}

/// Give a simulation up.
#[utoipa::path(delete, path = "/api/v1/rules/{id}/simulations/{simulation}", operation_id = "cancelSimulation",
    tag = "rules", params(("id" = Uuid, Path), ("simulation" = Uuid, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
async fn cancel(
    state: Data<AppState>,
    caller: Caller,
    path: Path<(RuleId, SimulationId)>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleWrite)?;
    let mut tx = state.begin().await?;
    if !store::cancel_simulation(&mut tx, path.0.0, path.0.1).await? {
        return Err(ApiError::not_found("running simulation", path.0.1));
    }
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::RuleRead), Needs::Operation(Operation::RuleWrite));
    vec![
        Route::post("/api/v1/rules/{id}/simulations", write, || web::to(start)),
        Route::get("/api/v1/rules/{id}/simulations/{simulation}", read, || web::to(find)),
        Route::delete("/api/v1/rules/{id}/simulations/{simulation}", write, || web::to(cancel)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(start, find, cancel))]
    struct Docs;
    Docs::openapi()
}
