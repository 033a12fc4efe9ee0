//! What the operations of loyalty share: how accounts are named, inputs as numbers or texts, refusals of the ledger.

use crate::http::prelude::*;
use actors::loyalty::EarningError;
use base::id::ProgrammeId;
use ledger::{Receipt, Refusal};
use loyalty::account::{Account, AccountStatus};
use loyalty::bonus_type::{BonusType, amount};
use loyalty::programme::Programme;
use serde::Deserializer;
use sqlx::PgConnection;

/// An amount of points: a number, or its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = f64)]
pub struct AmountText(pub String);

impl<'de> Deserialize<'de> for AmountText {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Number(serde_json::Number),
            Text(String),
        }
        Ok(Self(match Either::deserialize(from)? {
            Either::Number(number) => number.to_string(),
            Either::Text(text) => text,
        }))
    }
}

/// A whole number, or its text, or nothing: as XML and named parameters write it.
pub fn whole<'de, D: Deserializer<'de>>(from: D) -> Result<Option<i32>, D::Error> {
    let text = Option::<AmountText>::deserialize(from)?.map(|text| text.0).filter(|text| !text.is_empty());
    text.map(|text| {
        text.parse().map_err(|_| serde::de::Error::custom(format!("{text:?} is no whole number")))
    })
    .transpose()
}

/// Which programme.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfProgramme {
    /// The code of the programme; needed only where there are several and an account is named by its number.
    pub programme: Option<String>,
}

/// The programme with this code; without one the only programme.
pub async fn programme_of(db: &mut PgConnection, code: Option<&str>) -> Result<Programme, ApiError> {
    let mut all = loyalty::query::programmes(db).await?;
    let named = |code: &str, all: Vec<Programme>| all.into_iter().find(|one| one.fields.code == code);
    match (code.filter(|code| !code.is_empty()), all.len()) {
        (Some(code), _) => {
            named(code, all).ok_or_else(|| ApiError::invalid("/programme", "there is no such programme"))
        }
        (None, 1) => all.pop().ok_or_else(|| ApiError::not_found("programme", "")),
        (None, 0) => Err(ApiError::new(Code::NotPossibleNow, "there is no loyalty programme yet")),
        (None, _) => {
            let codes: Vec<String> = all.into_iter().map(|one| one.fields.code).collect();
            Err(ApiError::invalid("/programme", format!("say which: {}", codes.join(", "))))
        }
    }
}

/// The account that an address names: by its id, or by its number.
pub async fn account_of(
    db: &mut PgConnection,
    named: &str,
    programme: Option<&str>,
) -> Result<Account, ApiError> {
    let missing = || ApiError::not_found("master account", named);
    if let Ok(id) = named.parse() {
        return loyalty::query::find_account(db, id).await?.ok_or_else(missing);
    }
    let programme: Option<ProgrammeId> = match programme.filter(|code| !code.is_empty()) {
        Some(code) => Some(programme_of(db, Some(code)).await?.id),
        None => None,
    };
    loyalty::query::find_by_number(db, programme, named).await?.ok_or_else(missing)
}

/// Refuses when no points move on the account.
pub fn require_enrolled(account: &Account) -> Result<(), ApiError> {
    let said = match account.status {
        AccountStatus::Enrolled => return Ok(()),
        AccountStatus::NotEnrolled => "is not enrolled: enrol it first",
        AccountStatus::Cancelled => "is cancelled: no points move on it any more",
    };
    Err(ApiError::new(Code::NotPossibleNow, format!("the account {} {said}", account.number)))
}

/// A bonus type of the account's programme; without a code the only one.
pub async fn bonus_type_of(
    db: &mut PgConnection,
    account: &Account,
    code: Option<&str>,
) -> Result<BonusType, ApiError> {
    let mut all = loyalty::query::bonus_types(db, Some(account.programme_id)).await?;
    let known: Vec<String> = all.iter().map(|one| one.fields.code.clone()).collect();
    let refuse = || ApiError::invalid("/bonus_type", format!("say which: {}", known.join(", ")));
    match code.filter(|code| !code.is_empty()) {
        Some(code) => all.into_iter().find(|one| one.fields.code == code).ok_or_else(refuse),
        None if all.len() == 1 => all.pop().ok_or_else(refuse),
        None => Err(refuse()),
    }
}

/// An amount of these points that is not zero.
pub fn units_of(text: &AmountText, bonus_type: &BonusType) -> Result<i64, ApiError> {
    let units = amount::read(&text.0, bonus_type.fields.scale)
        .map_err(|fault| ApiError::invalid("/amount", fault.to_string()))?;
    if units == 0 { Err(ApiError::invalid("/amount", "must not be zero")) } else { Ok(units) }
}

/// The refusal of the ledger, for the caller.
pub fn refused(refusal: &Refusal) -> ApiError {
    let code = match refusal {
        Refusal::KeyReused(_) => Code::IdempotencyKeyReused,
        Refusal::Insufficient { .. }
        | Refusal::AlreadyReversed(_)
        | Refusal::AboveReversible { .. }
        | Refusal::NotReversible(_)
        | Refusal::DebtNotAllowed { .. }
        | Refusal::HoldClosed(..)
        | Refusal::BalanceTooLarge => Code::NotPossibleNow,
        Refusal::UnknownTransaction(_) | Refusal::UnknownHold(_) => Code::NotFound,
        _ => Code::Invalid,
    };
    ApiError::new(code, refusal.to_string())
}

/// The only answer of a call with one order.
pub fn only(answers: Vec<Result<Receipt, Refusal>>) -> Result<Receipt, ApiError> {
    match answers.into_iter().next() {
        Some(Ok(receipt)) => Ok(receipt),
        Some(Err(refusal)) => Err(refused(&refusal)),
        None => Err(ApiError::internal("the ledger gave no answer")),
    }
}

/// What an activity was not taken for, for the caller.
pub fn not_earned(error: EarningError) -> ApiError {
    let said = error.to_string();
    match error {
        EarningError::Programme(_) => ApiError::invalid("/programme", said),
        EarningError::UnknownMember => ApiError::new(Code::NotFound, said),
        EarningError::NotEnrolled(_) => ApiError::new(Code::NotPossibleNow, said),
        EarningError::Invalid(faults) => {
            faults.into_iter().fold(ApiError::new(Code::Invalid, said), |refusal, fault| {
                refusal.and_at(&fault.pointer, fault.detail)
            })
        }
        EarningError::IdReused => ApiError::new(Code::IdempotencyKeyReused, said),
        EarningError::Away => ApiError::unavailable(said),
        EarningError::Full => ApiError::new(Code::NoRoom, said).retry_after(1),
    }
}

/// Which way a movement came, for its record: a person at a desk, or a program.
pub const fn source_of(caller: &Caller) -> &'static str {
    if caller.person().is_some() { "desk" } else { "api" }
}

/// Keys of movements of different callers are different keys.
pub fn order_key(caller: &Caller, what: &str, key: &str) -> String {
    let who = match caller.author() {
        base::Author::Person(id) => format!("person {id}"),
        base::Author::ApiKey(id) => format!("key {id}"),
        base::Author::System => "system".to_owned(),
    };
    format!("{what}:{who}:{key}")
}
