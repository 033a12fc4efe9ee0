//! What is predicted of one customer now.

use crate::http::prelude::*;
use crate::http::resources::parts::SiteZone;
use crate::http::resources::viewer::sight;
use actors::prediction::Scores;
use base::LocalText;
use base::id::CustomerId;
use chrono::{DateTime, Utc};
use prediction::query;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The scores of this server, with what is known from the last minute.
pub(super) fn live(state: &AppState) -> Arc<Scores> {
    let known = state.find_part::<Arc<Scores>>();
    known.map_or_else(|| Arc::new(Scores::new(SiteZone::of(state))), Arc::clone)
}

/// One score of a customer.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PredictionScore)]
pub struct ScoreBody {
    /// How expressions call the prediction.
    pub(super) name: String,
    /// How people call it.
    pub(super) title: LocalText,
    /// The version of its model.
    pub(super) version: i32,
    /// The probability, 0 to 1.
    pub(super) probability: f64,
    /// When it was computed.
    pub(super) at: DateTime<Utc>,
}

/// The scores of a customer that the caller may see.
///
/// # Errors
/// 404 without such a customer; 503 when the database is away.
pub(super) async fn scores(
    db: &mut PgConnection,
    state: &AppState,
    caller: &Caller,
    customer: CustomerId,
) -> Result<Vec<ScoreBody>, ApiError> {
    let facts = crm::query::facts(&mut *db, &[customer]).await?;
    if facts.is_empty() {
        return Err(ApiError::not_found("customer", customer));
    }
    let (sight, ..) = sight(&mut *db, caller).await?;
    let mut launched = query::launched(&mut *db, None).await?;
    launched.retain(|one| sight.sees(&format!("prediction.{}", one.name)));
    let titles: BTreeMap<String, LocalText> =
        launched.iter().map(|one| (one.name.clone(), one.title.clone())).collect();
    let now = caller.now();
    let scores = live(state).scores(db, &launched, &[(customer, now)], &facts, Some(now)).await?;
    let body = |score: actors::prediction::Score| ScoreBody {
        title: titles.get(&score.name).cloned().unwrap_or_default(),
        name: score.name,
        version: score.version,
        probability: score.probability,
        at: score.at,
    };
    Ok(scores.into_iter().map(body).collect())
}

/// What is predicted of a customer now, by all launched predictions.
#[utoipa::path(get, path = "/api/v1/customers/{id}/predictions", operation_id = "listCustomerPredictions",
    tag = "predictions", params(("id" = Uuid, Path)),
    responses((status = 200, body = Page<ScoreBody>), (status = 404, body = Problem)))]
async fn of_customer(
    state: Data<AppState>,
    caller: Caller,
    id: Path<CustomerId>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CustomerRead)?;
    caller.require(Operation::PredictionRead)?;
    let mut db = state.pool.acquire().await?;
    let items = scores(&mut db, &state, &caller, id.0).await?;
    Ok(HttpResponse::Ok().json(json!({ "items": items, "next": null })))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Needs::Operation(Operation::PredictionRead);
    vec![Route::get("/api/v1/customers/{id}/predictions", read, || web::to(of_customer))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(of_customer))]
    struct Docs;
    Docs::openapi()
}
