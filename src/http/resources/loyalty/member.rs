//! What the operator's desk shows of a customer: balance and tier (CIMP-TXN-05).

use super::bodies::{BalanceBody, TierBody};
use super::media::spoken;
use super::profile::{balances, tier};
use crate::http::prelude::*;
use base::LocalText;
use base::id::{CustomerId, MasterAccountId};
use loyalty::account::AccountStatus;

/// A customer's part in a programme.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MembershipBody {
    /// The account.
    pub account_id: MasterAccountId,
    /// Its number.
    pub number: String,
    /// What it is.
    pub status: AccountStatus,
    /// The code of the programme.
    pub programme: String,
    /// Its title.
    pub title: LocalText,
    /// The tier.
    pub tier: Option<TierBody>,
    /// What the member has, without lots.
    pub balances: Vec<BalanceBody>,
}

/// A customer's parts in programmes.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MembershipsBody {
    /// One for each programme; empty when the customer takes part in none.
    pub memberships: Vec<MembershipBody>,
}

/// Balance and tier of a customer, for the desk.
#[utoipa::path(get, path = "/api/v1/customers/{id}/loyalty", operation_id = "getCustomerLoyalty", tag = "loyalty",
    params(("id" = Uuid, Path)), responses((status = 200, body = MembershipsBody)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<CustomerId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    let mut memberships = Vec::new();
    for programme in loyalty::query::programmes(&mut db).await? {
        let account = loyalty::query::account_of_customer(&mut db, Some(programme.id), id.0).await?;
        let Some(account) = account else { continue };
        let balances = balances(&mut db, &caller, &account, false).await?;
        let tier = tier(&mut db, &account).await?;
        memberships.push(MembershipBody {
            account_id: account.id,
            number: account.number,
            status: account.status,
            programme: programme.fields.code,
            title: programme.fields.title,
            tier,
            balances,
        });
    }
    Ok(HttpResponse::Ok().json(MembershipsBody { memberships }))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Needs::Operation(Operation::LoyaltyRead);
    vec![Route::get("/api/v1/customers/{id}/loyalty", read, || spoken(web::to(find), "memberships"))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(find))]
    struct Docs;
    Docs::openapi()
}
