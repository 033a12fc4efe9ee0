//! Awards and adjustments by hand; above the limit of the bonus type somebody else approves (CIMP-BON-10, CIMP-TXN-02,
//! CIMP-TXN-04, CIMP-API-09).

use super::common::check_reason;
use super::media::spoken;
use super::parts::{
    AmountText, OfProgramme, account_of, bonus_type_of, only, order_key, require_enrolled, source_of,
    units_of, whole,
};
use crate::http::prelude::*;
use base::id::{AdjustmentId, MasterAccountId, TransactionId};
use chrono::{DateTime, Utc};
use loyalty::account::Account;
use loyalty::adjustment::{Adjustment, AdjustmentKind, AdjustmentState};
use loyalty::bonus_type::BonusType;
use loyalty::bonus_type::amount::Points;
use loyalty::master::ReasonArea;
use loyalty::movement::{Manual, manual};
use loyalty::store::NewAdjustment;
use sqlx::PgConnection;

/// Longest comment, in characters.
const COMMENT_MAX: usize = 2_000;
/// Longest reason code, in characters.
const REASON_MAX: usize = 100;

/// An award or a correction.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AdjustmentInput {
    /// The code of the bonus type; the only one when absent.
    #[serde(default)]
    pub bonus_type: Option<String>,
    /// How many points; of an adjustment a negative amount takes away.
    pub amount: AmountText,
    /// The reason code, valid for this operation.
    pub reason: String,
    /// What is to be remembered.
    #[serde(default)]
    pub comment: Option<String>,
    /// For how many days given points are valid, instead of what the bonus type says.
    #[serde(default, deserialize_with = "whole")]
    pub validity_days: Option<i32>,
    /// What it belongs to: a purchase, a contact.
    #[serde(default)]
    pub record: Option<String>,
}

/// What became of an award or adjustment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AdjustedBody {
    /// `booked`, or `waiting` for somebody else's approval.
    pub state: AdjustmentState,
    /// The code of the bonus type.
    pub bonus_type: String,
    /// How many points.
    pub amount: Points,
    /// The balance afterwards, once it is booked.
    pub balance: Option<Points>,
    /// The transaction in the ledger, once it is booked.
    pub transaction: Option<TransactionId>,
    /// The request that waits.
    pub adjustment: Option<AdjustmentId>,
}

/// An award or adjustment that was asked for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AdjustmentBody {
    /// Its id.
    pub id: AdjustmentId,
    /// Whose points.
    pub account_id: MasterAccountId,
    /// The number of the account.
    pub account: String,
    /// Award or correction.
    pub kind: AdjustmentKind,
    /// The code of the bonus type.
    pub bonus_type: String,
    /// How many points.
    pub amount: Points,
    /// The reason code.
    pub reason: String,
    /// What is to be remembered.
    pub comment: String,
    /// What became of it.
    pub state: AdjustmentState,
    /// Who asked; null: a program.
    pub author_id: Option<Uuid>,
    /// When.
    pub asked_at: DateTime<Utc>,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
}

fn checked(input: &AdjustmentInput) -> Result<(), ApiError> {
    let reason = input.reason.trim().chars().count();
    if reason == 0 || reason > REASON_MAX {
        return Err(ApiError::invalid("/reason", "name a reason code"));
    }
    if input.comment.as_ref().is_some_and(|comment| comment.chars().count() > COMMENT_MAX) {
        return Err(ApiError::invalid("/comment", format!("has more than {COMMENT_MAX} characters")));
    }
    if input.validity_days.is_some_and(|days| !(1..=loyalty::bonus_type::VALIDITY_DAYS_MAX).contains(&days)) {
        let max = loyalty::bonus_type::VALIDITY_DAYS_MAX;
        return Err(ApiError::invalid("/validity_days", format!("must be 1 to {max}")));
    }
    Ok(())
}

/// Books in the caller's transaction; the last thing in it.
async fn book(
    db: &mut PgConnection,
    edit: &mut base::Edit<'_>,
    account: &Account,
    bonus_type: &BonusType,
    asked: Manual<'_>,
) -> Result<ledger::Receipt, ApiError> {
    let programme = loyalty::query::find_programme(&mut *db, account.programme_id).await?;
    let zone = programme.map_or(chrono_tz::UTC, |programme| programme.zone());
    let order = manual(edit, account, bonus_type, zone, asked);
    only(ledger::post(db, edit.now, edit.rng, &[order]).await?)
}

async fn ask(
    state: &AppState,
    caller: &Caller,
    (named, of): (&str, &OfProgramme),
    key: &IdempotencyKey,
    body: &Json<AdjustmentInput>,
    kind: AdjustmentKind,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyServe)?;
    let own_key = key.required()?.to_owned();
    checked(body)?;
    key.once(state, caller, body, async |db, rng| {
        let account = account_of(db, named, of.programme.as_deref()).await?;
        require_enrolled(&account)?;
        let area = match kind {
            AdjustmentKind::Award => ReasonArea::Award,
            AdjustmentKind::Adjustment => ReasonArea::Adjustment,
        };
        check_reason(db, body.reason.trim(), area).await?;
        let bonus_type = bonus_type_of(db, &account, body.bonus_type.as_deref()).await?;
        let units = units_of(&body.amount, &bonus_type)?;
        if kind == AdjustmentKind::Award && units < 0 {
            return Err(ApiError::invalid(
                "/amount",
                "an award gives points: use an adjustment to take some away",
            ));
        }
        let scale = bonus_type.fields.scale;
        let mut edit = caller.edit(rng);
        if bonus_type.fields.manual_limit.is_some_and(|limit| units.saturating_abs() > limit) {
            let new = NewAdjustment {
                account: account.id,
                bonus_type: bonus_type.id,
                kind,
                amount: units,
                validity_days: body.validity_days,
                reason: body.reason.trim().to_owned(),
                comment: body.comment.clone().unwrap_or_default(),
            };
            let waiting = loyalty::store::insert_adjustment(db, &mut edit, &account, &new).await?;
            return Answer::ok(&AdjustedBody {
                state: AdjustmentState::Waiting,
                bonus_type: bonus_type.fields.code,
                amount: Points::new(units, scale),
                balance: None,
                transaction: None,
                adjustment: Some(waiting.id),
            });
        }
        let key = order_key(caller, kind.area(), &own_key);
        let record = body.record.as_deref().or(body.comment.as_deref()).filter(|text| !text.is_empty());
        let asked = Manual {
            key: &key,
            kind,
            units,
            validity_days: body.validity_days,
            reason: body.reason.trim(),
            record,
            source: source_of(caller),
        };
        let receipt = book(db, &mut edit, &account, &bonus_type, asked).await?;
        Answer::ok(&booked(&receipt, bonus_type, units))
    })
    .await
}

fn booked(receipt: &ledger::Receipt, bonus_type: BonusType, units: i64) -> AdjustedBody {
    let scale = bonus_type.fields.scale;
    let balance = receipt.moved.first().and_then(|moved| moved.balance);
    AdjustedBody {
        state: AdjustmentState::Booked,
        bonus_type: bonus_type.fields.code,
        amount: Points::new(units, scale),
        balance: balance.map(|units| Points::new(units, scale)),
        transaction: Some(receipt.transaction),
        adjustment: None,
    }
}

/// Award points for an act (CIMP-BON-10).
#[utoipa::path(post, path = "/api/v1/loyalty/accounts/{account}/awards", operation_id = "awardPoints", tag = "loyalty",
    params(("account" = String, Path, description = "id or number"), OfProgramme, IdempotencyHeader),
    request_body = AdjustmentInput,
    responses((status = 200, body = AdjustedBody), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn award(
    state: Data<AppState>,
    caller: Caller,
    named: Path<String>,
    of: Query<OfProgramme>,
    key: IdempotencyKey,
    body: Json<AdjustmentInput>,
) -> Result<HttpResponse, ApiError> {
    ask(&state, &caller, (&named.0, &of), &key, &body, AdjustmentKind::Award).await
}

/// Add or write off points of any type (CIMP-TXN-02, CIMP-API-09).
#[utoipa::path(post, path = "/api/v1/loyalty/accounts/{account}/adjustments", operation_id = "adjustPoints",
    tag = "loyalty", params(("account" = String, Path, description = "id or number"), OfProgramme, IdempotencyHeader),
    request_body = AdjustmentInput,
    responses((status = 200, body = AdjustedBody), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn adjust(
    state: Data<AppState>,
    caller: Caller,
    named: Path<String>,
    of: Query<OfProgramme>,
    key: IdempotencyKey,
    body: Json<AdjustmentInput>,
) -> Result<HttpResponse, ApiError> {
    ask(&state, &caller, (&named.0, &of), &key, &body, AdjustmentKind::Adjustment).await
}

/// Whose requests.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AdjustmentFilter {
    /// The id or number of an account; without it all that wait.
    pub account: Option<String>,
    /// The code of the programme, when the account is named by its number.
    pub programme: Option<String>,
}

/// Awards and adjustments above the limit: those that wait, or those of an account.
#[utoipa::path(get, path = "/api/v1/loyalty/adjustments", operation_id = "listAdjustments", tag = "loyalty",
    params(PageQuery, AdjustmentFilter), responses((status = 200, body = Page<AdjustmentBody>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<AdjustmentFilter>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    let account = match filter.account.as_deref() {
        Some(named) => Some(account_of(&mut db, named, filter.programme.as_deref()).await?.id),
        None => None,
    };
    let rows = loyalty::query::adjustments(&mut db, account, page.after()?, page.rows()?).await?;
    let page = Page::new(rows, &page, |row| row.id)?;
    let mut items = Vec::with_capacity(page.items.len());
    for adjustment in page.items {
        items.push(shown(&mut db, adjustment).await?);
    }
    Ok(HttpResponse::Ok().json(Page { items, next: page.next }))
}

async fn shown(db: &mut PgConnection, adjustment: Adjustment) -> Result<AdjustmentBody, ApiError> {
    let bonus_type = loyalty::query::find_bonus_type(&mut *db, adjustment.bonus_type_id).await?;
    let account = loyalty::query::find_account(db, adjustment.account_id).await?;
    let scale = bonus_type.as_ref().map_or(0, |known| known.fields.scale);
    Ok(AdjustmentBody {
        id: adjustment.id,
        account_id: adjustment.account_id,
        account: account.map(|account| account.number).unwrap_or_default(),
        kind: adjustment.kind,
        bonus_type: bonus_type.map(|known| known.fields.code).unwrap_or_default(),
        amount: Points::new(adjustment.amount, scale),
        reason: adjustment.reason,
        comment: adjustment.comment,
        state: adjustment.state,
        author_id: adjustment.author_id,
        asked_at: adjustment.asked_at,
        decided_by: adjustment.decided_by,
        decided_at: adjustment.decided_at,
    })
}

async fn decide(
    state: &AppState,
    caller: &Caller,
    id: AdjustmentId,
    to: AdjustmentState,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyApprove)?;
    let person =
        caller.person().ok_or_else(|| ApiError::new(Code::Forbidden, "a person decides, not a program"))?;
    let mut tx = state.begin().await?;
    let mut rng = state.dice();
    let mut edit = caller.edit(&mut rng);
    let decided = loyalty::store::decide_adjustment(&mut tx, &mut edit, id, person, to).await?;
    let unknown = || ApiError::not_found("account", decided.account_id);
    let account = loyalty::query::find_account(&mut tx, decided.account_id).await?.ok_or_else(unknown)?;
    let bonus_type = loyalty::query::find_bonus_type(&mut tx, decided.bonus_type_id).await?;
    let bonus_type = bonus_type.ok_or_else(|| ApiError::not_found("bonus type", decided.bonus_type_id))?;
    let body = if to == AdjustmentState::Booked {
        require_enrolled(&account)?;
        let (key, record) = (format!("adjustment:{id}"), id.to_string());
        let asked = Manual {
            key: &key,
            kind: decided.kind,
            units: decided.amount,
            validity_days: decided.validity_days,
            reason: &decided.reason,
            record: Some(&record),
            source: "desk",
        };
        let receipt = book(&mut tx, &mut edit, &account, &bonus_type, asked).await?;
        booked(&receipt, bonus_type, decided.amount)
    } else {
        AdjustedBody {
            state: to,
            amount: Points::new(decided.amount, bonus_type.fields.scale),
            bonus_type: bonus_type.fields.code,
            balance: None,
            transaction: None,
            adjustment: Some(id),
        }
    };
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(body))
}

/// Approve what somebody else asked for: it is booked.
#[utoipa::path(post, path = "/api/v1/loyalty/adjustments/{id}/approve", operation_id = "approveAdjustment",
    tag = "loyalty", params(("id" = Uuid, Path)),
    responses((status = 200, body = AdjustedBody), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn approve(
    state: Data<AppState>,
    caller: Caller,
    id: Path<AdjustmentId>,
) -> Result<HttpResponse, ApiError> {
    decide(&state, &caller, id.0, AdjustmentState::Booked).await
}

/// Refuse what somebody else asked for.
#[utoipa::path(post, path = "/api/v1/loyalty/adjustments/{id}/refuse", operation_id = "refuseAdjustment",
    tag = "loyalty", params(("id" = Uuid, Path)),
    responses((status = 200, body = AdjustedBody), (status = 404, body = Problem), (status = 409, body = Problem)))]
async fn refuse(
    state: Data<AppState>,
    caller: Caller,
    id: Path<AdjustmentId>,
) -> Result<HttpResponse, ApiError> {
    decide(&state, &caller, id.0, AdjustmentState::Refused).await
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Needs::Operation(Operation::LoyaltyRead);
    let (serve, decide) =
        (Needs::Operation(Operation::LoyaltyServe), Needs::Operation(Operation::LoyaltyApprove));
    vec![
        Route::post("/api/v1/loyalty/accounts/{account}/awards", serve, || {
            spoken(web::to(award), "adjusted")
        }),
        Route::post("/api/v1/loyalty/accounts/{account}/adjustments", serve, || {
            spoken(web::to(adjust), "adjusted")
        }),
        Route::get("/api/v1/loyalty/adjustments", read, || spoken(web::to(list), "adjustments")),
        Route::post("/api/v1/loyalty/adjustments/{id}/approve", decide, || {
            spoken(web::to(approve), "adjusted")
        }),
        Route::post("/api/v1/loyalty/adjustments/{id}/refuse", decide, || {
            spoken(web::to(refuse), "adjusted")
        }),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(award, adjust, list, approve, refuse))]
    struct Docs;
    Docs::openapi()
}
