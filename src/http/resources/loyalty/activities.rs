//! Activities that earn: purchases, payments, invoices, top-ups, actions (CIMP-API-08, CIMP-API-13, CIMP-BON-01..09).

use super::media::spoken;
use super::parts::{account_of, not_earned};
use crate::http::prelude::*;
use actors::loyalty::{Activity, Earned, Earning, Given, Whose};
use base::Author;
use base::id::{CustomerId, MasterAccountId, TransactionId};
use chrono::{DateTime, Utc};
use loyalty::bonus_type::amount::Points;
use serde_json::{Map, Value};

/// An activity of a member.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ActivityInput {
    /// The code of the programme; the only one when absent.
    #[serde(default)]
    pub programme: Option<String>,
    /// The number or the id of the master account.
    #[serde(default)]
    #[schema(example = "100200300")]
    pub account: Option<String>,
    /// Or the customer.
    #[serde(default)]
    pub customer_id: Option<CustomerId>,
    /// `invoice_issued`, `payment`, `topped_up`, `action`, `auto_payment`, `online_payment`, `purchase`,
    /// `tenure_reached` or `birthday`.
    #[schema(example = "purchase")]
    pub kind: String,
    /// Which system reports it; the caller when absent.
    #[serde(default)]
    pub source: Option<String>,
    /// Its id there, such as the number of the receipt: it counts once. The `Idempotency-Key` when absent.
    #[serde(default)]
    pub id: Option<String>,
    /// When it happened; now when absent.
    #[serde(default)]
    pub time: Option<DateTime<Utc>>,
    /// What it says, by the schema of the event type `loyalty.<kind>`.
    #[serde(default)]
    #[schema(value_type = Object)]
    pub data: Map<String, Value>,
}

/// Points that an activity gave.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccruedBody {
    /// The code of the bonus type.
    pub bonus_type: String,
    /// How many.
    pub amount: Points,
    /// When they expire; null: never.
    pub expires_at: Option<DateTime<Utc>>,
    /// The balance afterwards; null when they were given before.
    pub balance: Option<Points>,
    /// The transaction in the ledger: what it was given for can be asked under it.
    pub transaction: TransactionId,
    /// The rule that gave them.
    pub rule: Uuid,
    /// Its version.
    pub rule_version: i32,
}

impl From<Given> for AccruedBody {
    fn from(given: Given) -> Self {
        Self {
            bonus_type: given.bonus_type.fields.code,
            amount: given.amount,
            expires_at: given.expires_at,
            balance: given.balance,
            transaction: given.transaction,
            rule: given.rule,
            rule_version: given.version,
        }
    }
}

/// What an activity earned.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EarnedBody {
    /// The id under which it counts.
    pub id: String,
    /// The number of the master account.
    pub account: String,
    /// What was given, one entry for each rule that gave.
    pub accrued: Vec<AccruedBody>,
    /// Rules that give later, or look first how often they gave.
    pub pending: Vec<Uuid>,
    /// Why a rule that fits gave nothing.
    pub faults: Vec<String>,
    /// Whether it was reported before; nothing was given again then.
    pub repeated: bool,
}

impl EarnedBody {
    fn of(id: String, earned: Earned) -> Self {
        Self {
            id,
            account: earned.member.number,
            accrued: earned.given.into_iter().map(AccruedBody::from).collect(),
            pending: earned.pending,
            faults: earned.faults,
            repeated: earned.repeated,
        }
    }
}

/// The system that reports, when it does not say: one for each caller.
fn source_of(caller: &Caller) -> String {
    match caller.author() {
        Author::Person(id) => format!("trunkline/person/{id}"),
        Author::ApiKey(id) => format!("trunkline/key/{id}"),
        Author::System => "trunkline/system".to_owned(),
    }
}

/// The account that a report names, with its programme: an id says both.
async fn named(
    state: &AppState,
    programme: Option<String>,
    account: String,
) -> Result<(Option<String>, Whose), ApiError> {
    if account.parse::<MasterAccountId>().is_err() {
        return Ok((programme, Whose::Account(account)));
    }
    let mut db = state.pool.acquire().await?;
    let found = account_of(&mut db, &account, None).await?;
    let own = loyalty::query::find_programme(&mut db, found.programme_id).await?;
    let own = own.ok_or_else(|| ApiError::not_found("programme", found.programme_id))?.fields.code;
    if programme.is_some_and(|code| code != own) {
        return Err(ApiError::invalid("/programme", format!("the account is of the programme {own}")));
    }
    Ok((Some(own), Whose::Account(found.number)))
}

/// Report an activity: the answer says what it earned. What was answered is on disk; repeat it under the same
/// `Idempotency-Key` when no answer came.
#[utoipa::path(post, path = "/api/v1/loyalty/activities", operation_id = "reportActivity", tag = "loyalty",
    params(IdempotencyHeader), request_body = ActivityInput,
    responses((status = 200, body = EarnedBody), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem), (status = 503, body = Problem)))]
async fn report(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<ActivityInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyServe)?;
    let key = key.required()?;
    let earning = state.part::<Earning>()?;
    let input = body.into_inner();
    let programme = input.programme.filter(|code| !code.is_empty());
    let (programme, whose) = match (input.account, input.customer_id) {
        (Some(account), _) if !account.is_empty() => named(&state, programme, account).await?,
        (_, Some(customer)) => (programme, Whose::Customer(customer)),
        _ => return Err(ApiError::invalid("/account", "say whose activity it is: account or customer_id")),
    };
    let id = input.id.filter(|id| !id.is_empty()).unwrap_or_else(|| key.to_owned());
    let activity = Activity {
        programme,
        whose,
        kind: input.kind,
        source: input.source.filter(|source| !source.is_empty()).unwrap_or_else(|| source_of(&caller)),
        id: id.clone(),
        time: input.time,
        data: input.data,
        author: caller.author(),
    };
    let earned = earning.report(activity).await.map_err(not_earned)?;
    Ok(HttpResponse::Ok().json(EarnedBody::of(id, earned)))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let serve = Needs::Operation(Operation::LoyaltyServe);
    vec![Route::post("/api/v1/loyalty/activities", serve, || spoken(web::to(report), "earned"))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(report))]
    struct Docs;
    Docs::openapi()
}
