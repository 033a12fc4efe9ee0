//! What a rule reached: two versions side by side.

use super::drafts::found;
use crate::http::prelude::*;
use base::id::RuleId;
use rules::comparison::{Difference, compare, rate};
use rules::query::{VariantCount, variant_counts};
use rules::response::ResponseType;

/// The numbers of one version.
#[derive(Debug, Serialize, ToSchema)]
pub struct VariantBody {
    /// `a`: the live version; `b`: the challenger.
    variant: String,
    /// Which version.
    version: i32,
    /// Customers it reached.
    customers: i64,
    /// Events it looked at, as far as decisions are kept.
    seen: i64,
    /// Events it matched.
    matched: i64,
    /// Reactions that were done.
    reacted: i64,
    /// Customers who did then what the rule is for.
    converted: i64,
    /// `converted` by `customers`; null when there are none.
    rate: Option<f64>,
    /// Lower end of the interval that holds the true rate 19 times of 20.
    low: Option<f64>,
    /// Upper end.
    high: Option<f64>,
    /// The responses by type; one customer may stand in several.
    responses: Vec<ResponseBody>,
}

/// Responses of one type.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResponseBody {
    /// Of which type.
    r#type: ResponseType,
    /// Customers who responded so.
    customers: i64,
    /// Their share of those whom the version reached; null when there are none.
    rate: Option<f64>,
}

/// Both versions and their difference.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResultsBody {
    /// One or two versions.
    variants: Vec<VariantBody>,
    /// B less A; null when one version runs.
    difference: Option<Difference>,
}

fn whole(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn pair(count: &VariantCount) -> (u32, u32) {
    (whole(count.converted), whole(count.customers))
}

fn responses(count: &VariantCount) -> Vec<ResponseBody> {
    let by_type = [
        (ResponseType::Delivery, count.delivered),
        (ResponseType::Interest, count.interested),
        (ResponseType::Conversion, count.converted),
    ];
    let body = |(r#type, customers): (ResponseType, i64)| {
        let (done, all) = (whole(customers), whole(count.customers));
        ResponseBody { r#type, customers, rate: (all > 0).then(|| rate(done, all).rate) }
    };
    by_type.into_iter().map(body).collect()
}

fn variant(count: VariantCount) -> VariantBody {
    let (converted, customers) = pair(&count);
    let rate = (customers > 0).then(|| rate(converted, customers));
    let responses = responses(&count);
    VariantBody {
        variant: count.variant,
        version: count.version,
        customers: count.customers,
        seen: count.seen,
        matched: count.matched,
        reacted: count.reacted,
        converted: count.converted,
        rate: rate.map(|rate| rate.rate),
        low: rate.map(|rate| rate.low),
        high: rate.map(|rate| rate.high),
        responses,
    }
}

/// What the running versions reached, and whether the difference may be chance.
#[utoipa::path(get, path = "/api/v1/rules/{id}/results", operation_id = "getRuleResults", tag = "rules",
    params(("id" = Uuid, Path)), responses((status = 200, body = ResultsBody), (status = 404, body = Problem)))]
async fn results(state: Data<AppState>, caller: Caller, id: Path<RuleId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::RuleRead)?;
    let mut db = state.pool.acquire().await?;
    found(&mut db, id.0).await?;
    let counts = variant_counts(&mut db, id.0).await?;
    let difference = match counts.as_slice() {
        [a, b] => Some(compare(pair(a), pair(b))),
        _ => None,
    };
    Ok(HttpResponse::Ok()
        .json(ResultsBody { variants: counts.into_iter().map(variant).collect(), difference }))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/rules/{id}/results", Needs::Operation(Operation::RuleRead), || web::to(results))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(results))]
    struct Docs;
    Docs::openapi()
}
