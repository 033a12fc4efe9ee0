//! Taking back what was accrued: goods that were returned, accruals that were a mistake (CIMP-TXN-01, CIMP-TXN-03).

use super::common::check_reason;
use super::media::spoken;
use super::parts::{AmountText, OfProgramme, account_of, order_key, refused, require_enrolled, source_of};
use crate::http::prelude::*;
use base::id::TransactionId;
use chrono::{DateTime, Utc};
use ledger::Refusal;
use ledger::query::TransactionView;
use loyalty::account::Account;
use loyalty::bonus_type::amount::{self, Points};
use loyalty::bonus_type::{BonusType, Rounding};
use loyalty::master::ReasonArea;
use loyalty::movement::{Back, TakeBack, back, book, share};
use loyalty::store::turnover::{self, Spent};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Postings that are read at a time when the accruals of a purchase are looked for.
const PAGE: u32 = 500;

/// Goods that were returned.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReturnInput {
    /// The id under which the purchase was reported.
    #[schema(example = "receipt-4711")]
    pub purchase: String,
    /// The system that reported it; any when absent.
    #[serde(default)]
    pub source: Option<String>,
    /// The price of what was returned: its share of the purchase is taken back. All when absent.
    #[serde(default)]
    pub amount: Option<AmountText>,
    /// Or so many points.
    #[serde(default)]
    pub points: Option<AmountText>,
    /// The reason code; `return` when absent.
    #[serde(default)]
    pub reason: Option<String>,
}

/// An accrual that was a mistake.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CancelAccrualInput {
    /// The transaction that gave the points.
    pub transaction: TransactionId,
    /// So many of them; all when absent.
    #[serde(default)]
    pub points: Option<AmountText>,
    /// The reason code.
    pub reason: String,
}

/// Points that were taken back of one accrual.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TakenBody {
    /// The code of the bonus type.
    pub bonus_type: String,
    /// The accrual.
    pub accrual: TransactionId,
    /// The transaction that took them back.
    pub transaction: TransactionId,
    /// How many.
    pub amount: Points,
    /// What should have been taken and was not there any more.
    pub short: Points,
    /// The balance afterwards.
    pub balance: Option<Points>,
}

/// What was taken back.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReturnedBody {
    /// The number of the account.
    pub account: String,
    /// One entry for each accrual.
    pub taken: Vec<TakenBody>,
}

/// An accrual that can be taken back.
struct Accrual {
    id: TransactionId,
    bonus_type: BonusType,
    given: i64,
    left: i64,
}

/// What was accrued for a purchase, the first accrual first.
async fn accruals_of(
    db: &mut PgConnection,
    account: &Account,
    input: &ReturnInput,
    now: DateTime<Utc>,
) -> Result<Vec<Accrual>, ApiError> {
    let source = input.source.as_deref().filter(|source| !source.is_empty());
    let event = source.map(|source| format!("{source} {}", input.purchase));
    let mut found = Vec::new();
    for bonus_type in loyalty::query::bonus_types(&mut *db, Some(account.programme_id)).await? {
        let own = [book(account, &bonus_type).id()];
        let mut before = None;
        loop {
            let span = DateTime::UNIX_EPOCH..now + chrono::TimeDelta::days(1);
            let page = ledger::query::postings(&mut *db, &own, span, before, PAGE).await?;
            for posting in page.iter().filter(|posting| posting.kind == "accrue" && posting.change > 0) {
                let cause = posting.cause.as_ref().map(|cause| &cause.0);
                let fits = cause.is_some_and(|cause| match &event {
                    Some(event) => cause.event.as_ref() == Some(event),
                    None => cause.record.as_deref() == Some(input.purchase.as_str()),
                });
                if fits {
                    found.push((posting.transaction, bonus_type.clone(), posting.change));
                }
            }
            let Some(last) = page.last().filter(|_| page.len() >= usize::try_from(PAGE).unwrap_or(0)) else {
                break;
            };
            before = Some((last.number, last.place));
        }
    }
    found.reverse();
    let mut accruals = Vec::with_capacity(found.len());
    for (id, bonus_type, given) in found {
        let left = given - taken_before(&mut *db, id).await?;
        accruals.push(Accrual { id, bonus_type, given, left });
    }
    Ok(accruals)
}

/// What was taken back of an accrual before.
async fn taken_before(db: &mut PgConnection, id: TransactionId) -> Result<i64, ApiError> {
    let Some(TransactionView { head, .. }) = ledger::query::find_transaction(&mut *db, id).await? else {
        return Ok(0);
    };
    let mut taken = 0;
    for reversal in head.reversed_by {
        let view = ledger::query::find_transaction(&mut *db, reversal).await?;
        taken += view.map_or(0, |view| view.postings.iter().map(|posting| -posting.change).sum::<i64>());
    }
    Ok(taken)
}

/// How many points of each accrual are taken back; none: all that is left.
async fn parts_of(
    db: &mut PgConnection,
    input: &ReturnInput,
    accruals: &[Accrual],
) -> Result<Vec<(TransactionId, Option<i64>)>, ApiError> {
    let filled = |text: &Option<AmountText>| text.clone().filter(|text| !text.0.is_empty());
    if let Some(points) = filled(&input.points) {
        let scale = accruals.first().map_or(0, |one| one.bonus_type.fields.scale);
        let one_kind = accruals
            .iter()
            .all(|one| Some(one.bonus_type.id) == accruals.first().map(|one| one.bonus_type.id));
        if !one_kind {
            let said =
                "the purchase gave several kinds of points: say the price of what was returned instead";
            return Err(ApiError::invalid("/points", said));
        }
        let units = amount::read(&points.0, scale)
            .map_err(|fault| ApiError::invalid("/points", fault.to_string()))?;
        let given: Vec<(TransactionId, i64)> = accruals.iter().map(|one| (one.id, one.left)).collect();
        let left: i64 = given.iter().map(|(_, left)| left).sum();
        let shared = share(&given, units).filter(|_| units > 0).ok_or_else(|| {
            ApiError::invalid(
                "/points",
                format!("must be 1 to {}, what is left of the accruals", Points::new(left, scale)),
            )
        })?;
        return Ok(shared.into_iter().map(|(id, units)| (id, Some(units))).collect());
    }
    let Some(price) = filled(&input.amount) else {
        return Ok(accruals.iter().map(|one| (one.id, None)).collect());
    };
    amount::read(&price.0, loyalty::bonus_type::SCALE_MAX)
        .map_err(|fault| ApiError::invalid("/amount", fault.to_string()))?;
    let paid = paid(db, input, accruals).await?;
    let mut parts = Vec::new();
    for one in accruals {
        let fields = &one.bonus_type.fields;
        let text = format!("{} * {} / {paid}", one.given, price.0);
        let value = rules::document::value(&text, &rules::Facts::default());
        let value = value.map_err(|_| ApiError::invalid("/amount", "must be a number"))?;
        // In whole smallest units; what is rounded down stays with the member.
        let units = amount::computed(&value, 0, Rounding::Down)
            .map_err(|fault| ApiError::invalid("/amount", fault.to_string()))?;
        if units < 0 || units > one.given {
            return Err(ApiError::invalid(
                "/amount",
                format!("must be 0 to {paid}, the amount of the purchase"),
            ));
        }
        if units > one.left {
            let left = Points::new(one.left, fields.scale);
            return Err(ApiError::new(
                Code::NotPossibleNow,
                format!("only {left} of this accrual can be taken back"),
            ));
        }
        if units > 0 {
            parts.push((one.id, Some(units)));
        }
    }
    Ok(parts)
}

/// The amount of the purchase, as its event says.
async fn paid(db: &mut PgConnection, input: &ReturnInput, accruals: &[Accrual]) -> Result<String, ApiError> {
    purchase(db, input, accruals).await?.map(|purchase| purchase.paid).ok_or_else(|| {
        ApiError::invalid("/amount", "the purchase is no longer kept: say points, or return all of it")
    })
}

/// What was bought, as its event says it.
struct Purchase {
    /// The kind of activity.
    kind: String,
    /// The price, above zero.
    paid: String,
}

/// The purchase of accruals; nothing when its event is no longer kept, or came in a file.
async fn purchase(
    db: &mut PgConnection,
    input: &ReturnInput,
    accruals: &[Accrual],
) -> Result<Option<Purchase>, ApiError> {
    let Some(accrual) = accruals.first() else { return Ok(None) };
    let view = ledger::query::find_transaction(&mut *db, accrual.id).await?;
    let Some(event) = view.and_then(|view| view.head.cause?.event) else { return Ok(None) };
    let Some(source) = event.strip_suffix(&format!(" {}", input.purchase)) else { return Ok(None) };
    let Some(event) = platform::event::outside::find(db, source, &input.purchase).await? else {
        return Ok(None);
    };
    let kind = event.kind.strip_prefix(loyalty::earning::PREFIX).unwrap_or(&event.kind).to_owned();
    Ok(match event.payload.pointer("/data/amount") {
        Some(Value::Number(paid)) if paid.as_f64().is_some_and(|paid| paid > 0.0) => {
            Some(Purchase { kind, paid: paid.to_string() })
        }
        _ => None,
    })
}

/// Takes the price of what was returned out of what the member has spent: the share of the points that were taken back.
async fn give_back(
    db: &mut PgConnection,
    now: DateTime<Utc>,
    account: &Account,
    purchase: &Purchase,
    (accrual, given): (TransactionId, i64),
    taken: &[TakenBody],
) -> Result<(), ApiError> {
    let programme = loyalty::query::find_programme(&mut *db, account.programme_id).await?;
    let share = taken.iter().find(|one| one.accrual == accrual);
    let share = share.map(|one| one.amount.units + one.short.units);
    let paid: Result<Decimal, _> = purchase.paid.parse();
    let (Some(programme), Some(share), Ok(paid)) = (programme, share, paid) else { return Ok(()) };
    let Some(amount) = (paid * Decimal::from(share)).checked_div(Decimal::from(given)) else { return Ok(()) };
    let day = now.with_timezone(&programme.zone()).date_naive();
    let spent = Spent { account: account.id, kind: purchase.kind.clone(), day, amount: -amount };
    Ok(turnover::add(db, &[spent]).await?)
}

/// Goods were returned: the bonus of that purchase is taken back, wholly or by amount (CIMP-TXN-03).
#[utoipa::path(post, path = "/api/v1/loyalty/accounts/{account}/returns", operation_id = "returnGoods", tag = "loyalty",
    params(("account" = String, Path, description = "id or number"), OfProgramme, IdempotencyHeader),
    request_body = ReturnInput,
    responses((status = 200, body = ReturnedBody), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn return_goods(
    state: Data<AppState>,
    caller: Caller,
    named: Path<String>,
    of: Query<OfProgramme>,
    key: IdempotencyKey,
    body: Json<ReturnInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyServe)?;
    let own_key = key.required()?.to_owned();
    key.once(&state, &caller, &body, async |db, rng| {
        let account = account_of(db, &named.0, of.programme.as_deref()).await?;
        require_enrolled(&account)?;
        if let Some(reason) = body.reason.as_deref().filter(|reason| !reason.is_empty()) {
            check_reason(db, reason, ReasonArea::Return).await?;
        }
        let accruals = accruals_of(db, &account, &body, caller.now()).await?;
        if accruals.is_empty() {
            return Err(ApiError::not_found("accrual for the purchase", &body.purchase));
        }
        let parts = parts_of(db, &body, &accruals).await?;
        let asked = Asked {
            why: TakeBack::Return,
            key: order_key(&caller, "return", &own_key),
            reason: body.reason.as_deref().filter(|reason| !reason.is_empty()).unwrap_or("return"),
            record: Some(&body.purchase),
            source: source_of(&caller),
        };
        let purchase = purchase(db, &body, &accruals).await?;
        let first = accruals.first().map(|one| (one.id, one.given));
        let types: Vec<(TransactionId, BonusType)> =
            accruals.into_iter().map(|one| (one.id, one.bonus_type)).collect();
        let taken = take(db, &mut caller.edit(rng), &account, &types, &parts, asked).await?;
        if let (Some(purchase), Some(first)) = (purchase, first) {
            give_back(db, caller.now(), &account, &purchase, first, &taken).await?;
        }
        Answer::ok(&ReturnedBody { account: account.number, taken })
    })
    .await
}

struct Asked<'a> {
    why: TakeBack,
    key: String,
    reason: &'a str,
    record: Option<&'a str>,
    source: &'static str,
}

async fn take(
    db: &mut PgConnection,
    edit: &mut base::Edit<'_>,
    account: &Account,
    types: &[(TransactionId, BonusType)],
    parts: &[(TransactionId, Option<i64>)],
    asked: Asked<'_>,
) -> Result<Vec<TakenBody>, ApiError> {
    let mut orders = Vec::new();
    let mut of = Vec::new();
    for (id, units) in parts {
        let Some((_, bonus_type)) = types.iter().find(|(known, _)| known == id) else { continue };
        let key = format!("{}:{id}", asked.key);
        let (why, reason, record, source) = (asked.why, asked.reason, asked.record, asked.source);
        let one = Back { key: &key, why, transaction: *id, units: *units, reason, record, source };
        orders.push(back(edit, account, bonus_type, one));
        of.push((*id, bonus_type));
    }
    let answers = ledger::post(db, edit.now, edit.rng, &orders).await?;
    let mut taken = Vec::new();
    for ((accrual, bonus_type), answer) in of.into_iter().zip(answers) {
        let receipt = match answer {
            Ok(receipt) => receipt,
            // Of several accruals one may have been taken back before: the others are.
            Err(Refusal::AlreadyReversed(_)) if parts.len() > 1 => continue,
            Err(refusal) => return Err(refused(&refusal)),
        };
        let scale = bonus_type.fields.scale;
        let sum = |of: fn(&ledger::Moved) -> i64| receipt.moved.iter().map(of).sum::<i64>();
        taken.push(TakenBody {
            bonus_type: bonus_type.fields.code.clone(),
            accrual,
            transaction: receipt.transaction,
            amount: Points::new(-sum(|moved| moved.change), scale),
            short: Points::new(sum(|moved| moved.short), scale),
            balance: receipt
                .moved
                .last()
                .and_then(|moved| moved.balance)
                .map(|units| Points::new(units, scale)),
        });
    }
    if taken.is_empty() {
        return Err(ApiError::new(Code::NotPossibleNow, "all of it was taken back before"));
    }
    Ok(taken)
}

/// Cancel an accrual that was a mistake (CIMP-TXN-01).
#[utoipa::path(post, path = "/api/v1/loyalty/accounts/{account}/cancellations", operation_id = "cancelAccrual",
    tag = "loyalty", params(("account" = String, Path, description = "id or number"), OfProgramme, IdempotencyHeader),
    request_body = CancelAccrualInput,
    responses((status = 200, body = ReturnedBody), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
async fn cancel_accrual(
    state: Data<AppState>,
    caller: Caller,
    named: Path<String>,
    of: Query<OfProgramme>,
    key: IdempotencyKey,
    body: Json<CancelAccrualInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyServe)?;
    let own_key = key.required()?.to_owned();
    if body.reason.trim().is_empty() {
        return Err(ApiError::invalid("/reason", "name a reason code"));
    }
    key.once(&state, &caller, &body, async |db, rng| {
        let account = account_of(db, &named.0, of.programme.as_deref()).await?;
        require_enrolled(&account)?;
        check_reason(db, body.reason.trim(), ReasonArea::Cancellation).await?;
        let missing = || ApiError::not_found("accrual", body.transaction);
        let view = ledger::query::find_transaction(&mut *db, body.transaction).await?.ok_or_else(missing)?;
        let types = loyalty::query::bonus_types(&mut *db, Some(account.programme_id)).await?;
        let own = types.into_iter().find(|known| {
            let id = book(&account, known).id();
            view.postings.iter().any(|posting| posting.account == id && posting.change > 0)
        });
        let bonus_type = own.ok_or_else(missing)?;
        let units = match body.points.as_ref().filter(|text| !text.0.is_empty()) {
            Some(text) => Some(super::parts::units_of(text, &bonus_type)?),
            None => None,
        };
        let asked = Asked {
            why: TakeBack::Cancel,
            key: order_key(&caller, "cancel", &own_key),
            reason: body.reason.trim(),
            record: None,
            source: source_of(&caller),
        };
        let types = [(body.transaction, bonus_type)];
        let parts = [(body.transaction, units)];
        let taken = take(db, &mut caller.edit(rng), &account, &types, &parts, asked).await?;
        Answer::ok(&json!(ReturnedBody { account: account.number, taken }))
    })
    .await
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let serve = Needs::Operation(Operation::LoyaltyServe);
    vec![
        Route::post("/api/v1/loyalty/accounts/{account}/returns", serve, || {
            spoken(web::to(return_goods), "returned")
        }),
        Route::post("/api/v1/loyalty/accounts/{account}/cancellations", serve, || {
            spoken(web::to(cancel_accrual), "returned")
        }),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(return_goods, cancel_accrual))]
    struct Docs;
    Docs::openapi()
}
