//! Records as sets: questions for reports and segments; and their structures as one document.

use super::cards::{Seen, facts, refused};
use super::viewer::customer_columns;
use crate::http::prelude::*;
use actix_web::http::header;
use base::FieldFault;
use crm::attribute::CUSTOMER;
use crm::columns::{Condition, RecordColumns};
use crm::query;
use crm::question::{Question, Rows};
use crm::store::structure::{export as exported, import as imported};
use crm::structure::{ImportPlan, Structures};
use sqlx::PgConnection;

/// Whether an import is only tried.
#[derive(Clone, Copy, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ImportQuery {
    /// Say what would be done, and do nothing.
    #[serde(default)]
    pub dry_run: bool,
}

/// What the caller may ask of records of this kind.
async fn columns(
    db: &mut PgConnection,
    state: &AppState,
    caller: &Caller,
    of: &str,
    condition: Option<&str>,
) -> Result<RecordColumns, ApiError> {
    let facts = facts(state, caller);
    if of == CUSTOMER {
        caller.require(Operation::CustomerRead)?;
        return Ok(customer_columns(db, caller, facts, condition).await?);
    }
    let seen = Seen::find(db, caller, of).await?;
    let seen = seen.ok_or_else(|| ApiError::invalid("/of", "is neither customer nor a kind of card"))?;
    Ok(RecordColumns::cards(&seen.attributes, &seen.viewer, facts))
}

/// How many, how much, by what: the counts of a report, the size of a segment. CSV with `Accept: text/csv`.
#[utoipa::path(post, path = "/api/v1/records/query", operation_id = "queryRecords", tag = "records",
    request_body = Question, responses((status = 200, body = Rows), (status = 422, body = Problem)))]
async fn ask(
    state: Data<AppState>,
    caller: Caller,
    request: HttpRequest,
    body: Json<Question>,
) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    let columns = columns(&mut db, &state, &caller, &body.of, body.condition.as_deref()).await?;
    let planned = body.planned(&columns).map_err(base::ChangeError::Invalid)?;
    let condition = match body.condition.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => Some(Condition::compile(text, columns).map_err(|faults| refused("/where", faults))?),
        None => None,
    };
    let rows = query::ask(&mut db, &body.of, planned, condition.as_ref()).await?;
    let accept = request.headers().get(header::ACCEPT).and_then(|accept| accept.to_str().ok());
    if accept.is_some_and(|accept| accept.contains("text/csv")) {
        let named = (header::CONTENT_DISPOSITION, "attachment; filename=\"records.csv\"");
        let response =
            HttpResponse::Ok().content_type("text/csv; charset=utf-8").insert_header(named).body(rows.csv());
        return Ok(response);
    }
    Ok(HttpResponse::Ok().json(rows))
}

/// All attributes, kinds of cards and kinds of links in use, as one document.
#[utoipa::path(get, path = "/api/v1/structures/export", operation_id = "exportStructures", tag = "records",
    responses((status = 200, body = Structures)))]
async fn export(state: Data<AppState>, caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::StructureWrite)?;
    let mut db = state.pool.acquire().await?;
    Ok(HttpResponse::Ok().json(exported(&mut db).await?))
}

/// Bring structures in: what is new is added, what differs is changed, what is not named stays. All or nothing.
#[utoipa::path(post, path = "/api/v1/structures/import", operation_id = "importStructures", tag = "records",
    params(ImportQuery), request_body = Structures,
    responses((status = 200, body = ImportPlan), (status = 422, body = Problem)))]
async fn import(
    state: Data<AppState>,
    caller: Caller,
    how: Query<ImportQuery>,
    body: Json<Structures>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::StructureWrite)?;
    let mut tx = state.begin().await?;
    let plan = imported(&mut tx, &mut caller.edit(&mut state.dice()), &body).await?;
    if how.dry_run {
        tx.rollback().await?;
        return Ok(HttpResponse::Ok().json(plan));
    }
    let faults: Vec<FieldFault> =
        plan.faults.iter().map(|fault| FieldFault::new(&fault.pointer, &fault.message)).collect();
    base::ChangeError::unless_empty(faults)?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(plan))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let write = Needs::Operation(Operation::StructureWrite);
    vec![
        // Also of cards: then the handler asks for the right to see them too.
        Route::post("/api/v1/records/query", Needs::Operation(Operation::CustomerRead), || web::to(ask)),
        Route::get("/api/v1/structures/export", write, || web::to(export)),
        Route::post("/api/v1/structures/import", write, || web::to(import)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(ask, export, import))]
    struct Docs;
    Docs::openapi()
}
