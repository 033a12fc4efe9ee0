//! Why a balance is what it is: any movement back to the event and the version of the rule that caused it (CIMP-GEN-03).

use super::media::spoken;
use super::parts::{OfProgramme, account_of};
use crate::http::prelude::*;
use base::Author;
use base::id::{PersonId, TransactionId};
use chrono::{DateTime, Utc};
use ledger::query::TransactionView;
use loyalty::account::Account;
use loyalty::bonus_type::amount::Points;
use loyalty::movement::book;
use serde_json::Value;
use sqlx::PgConnection;

/// The event that caused a movement.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CauseEventBody {
    /// Its id in the log.
    pub id: base::id::EventId,
    /// Its type.
    pub kind: String,
    /// Which system sent it.
    pub source: Option<String>,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What it says.
    #[schema(value_type = Object)]
    pub data: Value,
}

/// The rule that caused a movement, in the version that decided.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CauseRuleBody {
    /// Its id.
    pub id: Uuid,
    /// Its name now.
    pub name: Option<String>,
    /// The version.
    pub version: Option<i32>,
    /// What that version says.
    #[schema(value_type = Object)]
    pub document: Option<Value>,
}

/// One posting of the transaction.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PostingBody {
    /// The code of the bonus type.
    pub bonus_type: String,
    /// What was added; negative: taken.
    pub amount: Points,
    /// The balance afterwards.
    pub balance: Points,
    /// The other side: `issuer`, `spent`, `expired`, a partner.
    pub counter: String,
}

/// What a movement took from which accrual.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DrawBody {
    /// The transaction that gave the points.
    pub accrual: TransactionId,
    /// How many; negative: given back.
    pub amount: Points,
    /// When those points expire.
    pub expires_at: Option<DateTime<Utc>>,
}

/// A movement with everything that explains it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct MovementExplanation {
    /// The transaction.
    pub transaction: TransactionId,
    /// Its place in the book: grows with time.
    pub number: i64,
    /// Its hash in the chain.
    pub hash: String,
    /// What it was.
    pub kind: String,
    /// The reason code.
    pub reason: Option<String>,
    /// Which way it came.
    pub source: String,
    /// When it happened.
    pub effective_at: DateTime<Utc>,
    /// When it was written.
    pub booked_at: DateTime<Utc>,
    /// Who asked.
    pub author: Author,
    /// The name of that person.
    pub author_name: Option<String>,
    /// What it belongs to.
    pub record: Option<String>,
    /// The file and the line that brought it.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<i64>,
    /// Its postings on the account.
    pub postings: Vec<PostingBody>,
    /// From which accruals it took.
    pub draws: Vec<DrawBody>,
    /// The event that caused it, while it is kept.
    pub event: Option<CauseEventBody>,
    /// How the event is named, also when it is no longer kept.
    pub event_name: Option<String>,
    /// The rule that caused it.
    pub rule: Option<CauseRuleBody>,
    /// What reversed it.
    pub reversed_by: Vec<TransactionId>,
    /// What it reverses.
    pub reverses: Vec<TransactionId>,
}

/// One movement, explained.
#[utoipa::path(get, path = "/api/v1/loyalty/accounts/{account}/movements/{transaction}", operation_id = "explainMovement",
    tag = "loyalty", params(("account" = String, Path, description = "id or number"), ("transaction" = Uuid, Path),
        OfProgramme),
    responses((status = 200, body = MovementExplanation), (status = 404, body = Problem)))]
async fn find(
    state: Data<AppState>,
    caller: Caller,
    path: Path<(String, TransactionId)>,
    of: Query<OfProgramme>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let (named, id) = &path.0;
    let mut db = state.pool.acquire().await?;
    let account = account_of(&mut db, named, of.programme.as_deref()).await?;
    let missing = || ApiError::not_found("movement", id);
    let view = ledger::query::find_transaction(&mut db, *id).await?.ok_or_else(missing)?;
    let types = loyalty::query::bonus_types(&mut db, Some(account.programme_id)).await?;
    let postings = own_postings(&account, &types, &view);
    if postings.is_empty() && view.holds.is_empty() {
        return Err(missing());
    }
    Ok(HttpResponse::Ok().json(explained(&mut db, &caller, view, postings).await?))
}

fn own_postings(
    account: &Account,
    types: &[loyalty::bonus_type::BonusType],
    view: &TransactionView,
) -> Vec<PostingBody> {
    let body = |posting: &ledger::query::PostingRow| {
        let bonus_type = types.iter().find(|known| book(account, known).id() == posting.account)?;
        let scale = bonus_type.fields.scale;
        Some(PostingBody {
            bonus_type: bonus_type.fields.code.clone(),
            amount: Points::new(posting.change, scale),
            balance: Points::new(posting.balance, scale),
            counter: posting.counter_role.clone(),
        })
    };
    view.postings.iter().filter_map(body).collect()
}

async fn explained(
    db: &mut PgConnection,
    caller: &Caller,
    view: TransactionView,
    postings: Vec<PostingBody>,
) -> Result<MovementExplanation, ApiError> {
    let TransactionView { head, draws, .. } = view;
    let cause = head.cause.unwrap_or_default();
    let event = match cause.event.as_deref().and_then(|event| event.rsplit_once(' ').or(Some(("", event)))) {
        Some((source, id)) => event_of(db, source, id).await?,
        None => None,
    };
    let rule = match cause.rule {
        Some(id) => Some(rule_of(db, caller, id, cause.version).await?),
        None => None,
    };
    let person: Option<PersonId> = match head.author {
        Author::Person(person) => Some(person),
        Author::ApiKey(_) | Author::System => None,
    };
    let names = access::person::query::names(&mut *db, &person.into_iter().collect::<Vec<_>>()).await?;
    // Draws are of one currency in practice: the scale of the first posting is that of all.
    let scale = postings.first().map_or(0, |posting| posting.amount.scale);
    Ok(MovementExplanation {
        transaction: head.id,
        number: head.number,
        hash: head.hash,
        kind: head.kind,
        reason: head.reason,
        source: head.source,
        effective_at: head.effective_at,
        booked_at: head.booked_at,
        author: head.author,
        author_name: names.into_iter().next().map(|(_, _, name)| name),
        record: cause.record,
        file: cause.file,
        line: cause.line,
        postings,
        draws: draws
            .into_iter()
            .map(|drawn| DrawBody {
                accrual: drawn.brought_by,
                amount: Points::new(drawn.amount, scale),
                expires_at: drawn.expires_at,
            })
            .collect(),
        event,
        event_name: cause.event,
        rule,
        reversed_by: head.reversed_by,
        reverses: head.reverses,
    })
}

async fn event_of(db: &mut PgConnection, source: &str, id: &str) -> Result<Option<CauseEventBody>, ApiError> {
    let found = platform::event::outside::find(db, source, id).await?;
    Ok(found.map(|event| CauseEventBody {
        id: event.event_id,
        kind: event.kind,
        source: event.payload.get("source").and_then(Value::as_str).map(str::to_owned),
        at: event.occurred_at,
        data: event.payload.get("data").cloned().unwrap_or_default(),
    }))
}

/// What the rule says is shown to whoever may read rules; its name and version to everybody who may see members.
async fn rule_of(
    db: &mut PgConnection,
    caller: &Caller,
    id: Uuid,
    version: Option<i32>,
) -> Result<CauseRuleBody, ApiError> {
    let rule_id = base::id::RuleId::from_uuid(id);
    let name = rules::query::find(&mut *db, rule_id).await?.map(|rule| rule.name);
    let document = match version {
        Some(number) if caller.permissions().allows(Operation::RuleRead) => {
            rules::query::find_version(db, rule_id, number).await?.map(|version| version.document)
        }
        _ => None,
    };
    Ok(CauseRuleBody { id, name, version, document })
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let read = Needs::Operation(Operation::LoyaltyRead);
    vec![Route::get("/api/v1/loyalty/accounts/{account}/movements/{transaction}", read, || {
        spoken(web::to(find), "explanation")
    })]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(find))]
    struct Docs;
    Docs::openapi()
}
