//! What a member has, and what of it expires when (CIMP-API-06, CIMP-TXN-05).

use super::bodies::BalanceBody;
use super::media::spoken;
use super::parts::{OfProgramme, account_of};
use super::profile::balances;
use crate::http::prelude::*;

/// The balances of a member.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct BalancesBody {
    /// The number of the account.
    pub account: String,
    /// One for each bonus type of the programme.
    pub balances: Vec<BalanceBody>,
}

/// The balances of a member by bonus type, with what expires when.
#[utoipa::path(get, path = "/api/v1/loyalty/accounts/{account}/balance", operation_id = "getBalance", tag = "loyalty",
    params(("account" = String, Path, description = "id or number"), OfProgramme),
    responses((status = 200, body = BalancesBody), (status = 404, body = Problem)))]
async fn find(
    state: Data<AppState>,
    caller: Caller,
    named: Path<String>,
    of: Query<OfProgramme>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    let account = account_of(&mut db, &named.0, of.programme.as_deref()).await?;
    let balances = balances(&mut db, &caller, &account, true).await?;
    Ok(HttpResponse::Ok().json(BalancesBody { account: account.number, balances }))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Needs::Operation(Operation::LoyaltyRead);
    vec![Route::get("/api/v1/loyalty/accounts/{account}/balance", read, || spoken(web::to(find), "balance"))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(find))]
    struct Docs;
    Docs::openapi()
}
