//! Master accounts: register, find, profile, update, enrol, switch off (CIMP-API-03..05, CIMP-API-07).

use super::bodies::{ProfileBody, TierBody};
use super::media::spoken;
use super::parts::{OfProgramme, account_of, programme_of, whole};
use super::profile::{self, profile};
use crate::http::prelude::*;
use crate::http::resources::viewer::viewer;
use base::id::{CustomerId, MasterAccountId};
use base::{Edit, Locale};
use chrono::{DateTime, Utc};
use crm::customer::{CustomerFields, CustomerKind, Identifier, IdentifierKind};
use crm::viewer::Viewer;
use loyalty::account::{Account, AccountStatus};
use loyalty::query::AccountSearch;
use loyalty::service::ServiceFields;
use loyalty::store::Registration;
use serde_json::{Value, json};
use sqlx::PgConnection;

/// Customers that a search for accounts looks at: more than a page of accounts ever shows.
const CUSTOMERS_MAX: i64 = 200;

/// Who takes part; every field is optional besides the name of somebody new (CIMP-ACC-06).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ParticipantInput {
    /// The full name.
    pub name: Option<String>,
    /// A phone number, E.164.
    pub phone: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// `ru`, `uz` or `en`.
    pub language: Option<Locale>,
    /// The day of birth, as `1990-05-17`.
    pub birth_date: Option<String>,
    /// `female` or `male`.
    pub sex: Option<String>,
    /// The address.
    pub address: Option<String>,
}

/// A registration.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RegisterInput {
    /// The code of the programme; the only one when absent.
    #[serde(default)]
    pub programme: Option<String>,
    /// The number of the account; one is made when absent.
    #[serde(default)]
    pub number: Option<String>,
    /// The customer; else the one with the participant's phone or e-mail, else somebody new.
    #[serde(default)]
    pub customer_id: Option<CustomerId>,
    /// Who takes part.
    #[serde(default)]
    pub participant: ParticipantInput,
    /// The macroregion.
    #[serde(default)]
    pub macroregion: Option<String>,
    /// The region.
    #[serde(default)]
    pub region: Option<String>,
    /// The first service, and others.
    pub services: Vec<ServiceFields>,
}

/// What is changed of a member; what is absent stays.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UpdateInput {
    /// Who takes part.
    pub participant: ParticipantInput,
    /// The macroregion; empty takes it away.
    pub macroregion: Option<String>,
    /// The region; empty takes it away.
    pub region: Option<String>,
    /// The version that was read; without it the change is made to whatever there is.
    #[serde(deserialize_with = "whole")]
    pub version: Option<i32>,
}

/// Why an account is switched off.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CancelInput {
    /// For the record.
    pub reason: Option<String>,
}

/// One account of a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AccountRow {
    /// Its id.
    pub id: MasterAccountId,
    /// Its number.
    pub number: String,
    /// What it is.
    pub status: AccountStatus,
    /// The code of that.
    pub status_code: i16,
    /// Who takes part.
    pub customer_id: CustomerId,
    /// The name.
    pub name: Option<String>,
    /// The phone number.
    pub phone: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The macroregion.
    pub macroregion: Option<String>,
    /// The region.
    pub region: Option<String>,
    /// The tier.
    pub tier: Option<TierBody>,
    /// When it was registered.
    pub registered_at: DateTime<Utc>,
}

/// Accounts, newest first. `q` finds the number, words of the name, phone, e-mail, a service's id or user id (CIMP-ACC-02).
#[utoipa::path(get, path = "/api/v1/loyalty/accounts", operation_id = "listMasterAccounts", tag = "loyalty",
    params(PageQuery, OfProgramme), responses((status = 200, body = Page<AccountRow>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    of: Query<OfProgramme>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    let programme = match of.programme.as_deref() {
        Some(code) => Some(programme_of(&mut db, Some(code)).await?.id),
        None => None,
    };
    let text = page.text().unwrap_or_default();
    let customers = match text {
        "" => Vec::new(),
        text => crm::query::search_ids(&mut db, text, CUSTOMERS_MAX).await?,
    };
    let search = AccountSearch { programme, text, customers: &customers, after: page.after()? };
    let rows = loyalty::query::find_accounts(&mut db, search, page.rows()?).await?;
    let page = Page::new(rows, &page, |row| row.id)?;
    let mut items = Vec::with_capacity(page.items.len());
    for account in page.items {
        items.push(row(&mut db, &caller, account).await?);
    }
    Ok(HttpResponse::Ok().json(Page { items, next: page.next }))
}

async fn row(db: &mut PgConnection, caller: &Caller, account: Account) -> Result<AccountRow, ApiError> {
    let customer = profile::customer(&mut *db, caller, &account).await?;
    let shown = customer.as_ref().map(profile::participant);
    let tier = profile::tier(db, &account).await?;
    Ok(AccountRow {
        id: account.id,
        number: account.number,
        status: account.status,
        status_code: account.status.code(),
        customer_id: account.customer_id,
        name: shown.as_ref().map(|shown| shown.name.clone()),
        phone: shown.as_ref().and_then(|shown| shown.phone.clone()),
        email: shown.and_then(|shown| shown.email),
        macroregion: account.macroregion,
        region: account.region,
        tier,
        registered_at: account.registered_at,
    })
}

/// The profile of a member: account, participant, services, balances, tier.
#[utoipa::path(get, path = "/api/v1/loyalty/accounts/{account}", operation_id = "getMasterAccount", tag = "loyalty",
    params(("account" = String, Path, description = "id or number"), OfProgramme),
    responses((status = 200, body = ProfileBody), (status = 404, body = Problem)))]
async fn find(
    state: Data<AppState>,
    caller: Caller,
    named: Path<String>,
    of: Query<OfProgramme>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyRead)?;
    let mut db = state.pool.acquire().await?;
    let account = account_of(&mut db, &named.0, of.programme.as_deref()).await?;
    let version = account.version;
    Ok(etag::ok(&profile(&mut db, &caller, account).await?, version))
}

/// Register a member with the first service (CIMP-API-03).
#[utoipa::path(post, path = "/api/v1/loyalty/accounts", operation_id = "registerMasterAccount", tag = "loyalty",
    params(IdempotencyHeader), request_body = RegisterInput,
    responses((status = 201, body = ProfileBody), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn register(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<RegisterInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyServe)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let programme = programme_of(db, body.programme.as_deref()).await?;
        let mut edit = caller.edit(rng);
        let customer = customer_of(db, &mut edit, &caller, &body).await?;
        let new = Registration {
            programme: programme.id,
            customer,
            number: body.number.clone().filter(|number| !number.is_empty()),
            status: AccountStatus::Enrolled,
            macroregion: given(body.macroregion.as_deref()),
            region: given(body.region.as_deref()),
            services: body.services.clone(),
        };
        let account = loyalty::store::register(db, &mut edit, &new).await?;
        let (id, version) = (account.id, account.version);
        let body = profile(db, &caller, account).await?;
        Ok(Answer::created(format!("/api/v1/loyalty/accounts/{id}"), &body)?.version(version))
    })
    .await
}

fn given(text: Option<&str>) -> Option<String> {
    text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

fn identifiers(input: &ParticipantInput) -> Vec<Identifier> {
    let of = |kind, value: &Option<String>| given(value.as_deref()).map(|value| Identifier { kind, value });
    [of(IdentifierKind::Phone, &input.phone), of(IdentifierKind::Email, &input.email)]
        .into_iter()
        .flatten()
        .collect()
}

/// The customer who takes part: named, known by phone or e-mail, or new.
async fn customer_of(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    caller: &Caller,
    input: &RegisterInput,
) -> Result<CustomerId, ApiError> {
    let participant = &input.participant;
    let known = match input.customer_id {
        Some(id) => crm::query::existing(db, &[id]).await?.into_iter().next(),
        None => {
            let known = crm::query::by_identifiers(db, &identifiers(participant)).await?;
            known.into_iter().flatten().next()
        }
    };
    match (known, input.customer_id) {
        (Some(id), _) => {
            update_participant(db, edit, caller, id, participant).await?;
            Ok(id)
        }
        (None, Some(_)) => Err(ApiError::invalid("/customer_id", "this customer does not exist")),
        (None, None) => {
            let name = given(participant.name.as_deref())
                .ok_or_else(|| ApiError::invalid("/participant/name", "somebody new needs a name"))?;
            let fields = CustomerFields {
                kind: CustomerKind::Individual,
                name,
                vip: false,
                language: participant.language,
                identifiers: identifiers(participant),
                attributes: Some(attributes(participant)),
            };
            let viewer = viewer(db, caller).await?;
            Ok(crm::store::insert(db, edit, &viewer, &fields).await.map_err(under_participant)?.id)
        }
    }
}

/// Faults of the customer's fields, as this body names them.
fn under_participant(error: base::ChangeError) -> ApiError {
    match error {
        base::ChangeError::Invalid(faults) => {
            let refusal = ApiError::new(Code::Invalid, "the participant cannot be accepted");
            faults.into_iter().fold(refusal, |refusal, fault| {
                refusal.and_at(&format!("/participant{}", fault.pointer), fault.detail)
            })
        }
        other => other.into(),
    }
}

fn attributes(input: &ParticipantInput) -> serde_json::Map<String, Value> {
    [("birthday", &input.birth_date), ("sex", &input.sex), ("address", &input.address)]
        .into_iter()
        .filter_map(|(key, value)| Some((key.to_owned(), json!(given(value.as_deref())?))))
        .collect()
}

/// Changes what is given of a customer; identifiers of the same kind are replaced, others stay.
async fn update_participant(
    db: &mut PgConnection,
    edit: &mut Edit<'_>,
    caller: &Caller,
    id: CustomerId,
    input: &ParticipantInput,
) -> Result<(), ApiError> {
    if *input == ParticipantInput::default() {
        return Ok(());
    }
    let before = crm::query::find(db, id).await?.ok_or_else(|| ApiError::not_found("customer", id))?;
    let mut fields = before.fields.clone();
    if let Some(name) = given(input.name.as_deref()) {
        fields.name = name;
    }
    fields.language = input.language.or(fields.language);
    for identifier in identifiers(input) {
        let known = identifier.normalised().unwrap_or_else(|_| identifier.clone());
        if fields.identifiers.contains(&known) {
            continue;
        }
        match fields.identifiers.iter_mut().find(|old| old.kind == identifier.kind) {
            Some(old) => *old = identifier,
            None => fields.identifiers.push(identifier),
        }
    }
    let mut values = fields.attributes.clone().unwrap_or_default();
    values.extend(attributes(input));
    fields.attributes = Some(values);
    if fields == before.fields {
        return Ok(());
    }
    let viewer: Viewer = viewer(db, caller).await?;
    crm::store::update(db, edit, &viewer, id, before.version, &fields).await.map_err(under_participant)?;
    Ok(())
}

/// Change a member's personal information and regions (CIMP-API-05).
#[utoipa::path(put, path = "/api/v1/loyalty/accounts/{account}", operation_id = "changeMasterAccount", tag = "loyalty",
    params(("account" = String, Path, description = "id or number"), OfProgramme), request_body = UpdateInput,
    responses((status = 200, body = ProfileBody), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    named: Path<String>,
    of: Query<OfProgramme>,
    body: Json<UpdateInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyServe)?;
    let mut tx = state.begin().await?;
    let mut rng = state.dice();
    let account = account_of(&mut tx, &named.0, of.programme.as_deref()).await?;
    if let Some(version) = body.version.filter(|version| *version != account.version) {
        return Err(base::ChangeError::Stale { given: version, present: account.version }.into());
    }
    let mut edit = caller.edit(&mut rng);
    update_participant(&mut tx, &mut edit, &caller, account.customer_id, &body.participant).await?;
    let changed = |new: &Option<String>, old: &Option<String>| match new {
        Some(text) => given(Some(text)),
        None => old.clone(),
    };
    let (macroregion, region) =
        (changed(&body.macroregion, &account.macroregion), changed(&body.region, &account.region));
    let account = loyalty::store::set_regions(
        &mut tx,
        &mut edit,
        account.id,
        macroregion.as_deref(),
        region.as_deref(),
    )
    .await?;
    let version = account.version;
    let body = profile(&mut tx, &caller, account).await?;
    tx.commit().await?;
    Ok(etag::ok(&body, version))
}

/// Enrol an account that a file brought.
#[utoipa::path(post, path = "/api/v1/loyalty/accounts/{account}/enrol", operation_id = "enrolMasterAccount",
    tag = "loyalty", params(("account" = String, Path, description = "id or number"), OfProgramme),
    responses((status = 200, body = ProfileBody), (status = 409, body = Problem)))]
async fn enrol(
    state: Data<AppState>,
    caller: Caller,
    named: Path<String>,
    of: Query<OfProgramme>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyServe)?;
    let mut tx = state.begin().await?;
    let mut rng = state.dice();
    let account = account_of(&mut tx, &named.0, of.programme.as_deref()).await?;
    let account = loyalty::store::enrol(&mut tx, &mut caller.edit(&mut rng), account.id).await?;
    let body = profile(&mut tx, &caller, account).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(body))
}

/// Switch an account off: all services are disconnected, the registration is cancelled (CIMP-ACC-09).
#[utoipa::path(post, path = "/api/v1/loyalty/accounts/{account}/cancel", operation_id = "cancelMasterAccount",
    tag = "loyalty", params(("account" = String, Path, description = "id or number"), OfProgramme),
    request_body = CancelInput, responses((status = 200, body = ProfileBody), (status = 404, body = Problem)))]
async fn cancel(
    state: Data<AppState>,
    caller: Caller,
    named: Path<String>,
    of: Query<OfProgramme>,
    body: Json<CancelInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyServe)?;
    let mut tx = state.begin().await?;
    let mut rng = state.dice();
    let account = account_of(&mut tx, &named.0, of.programme.as_deref()).await?;
    let why = given(body.reason.as_deref()).unwrap_or_else(|| "switched off".to_owned());
    let account = loyalty::store::cancel(&mut tx, &mut caller.edit(&mut rng), account.id, &why).await?;
    let body = profile(&mut tx, &caller, account).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(body))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, serve) = (Needs::Operation(Operation::LoyaltyRead), Needs::Operation(Operation::LoyaltyServe));
    vec![
        Route::get("/api/v1/loyalty/accounts", read, || spoken(web::to(list), "accounts")),
        Route::post("/api/v1/loyalty/accounts", serve, || spoken(web::to(register), "account")),
        Route::get("/api/v1/loyalty/accounts/{account}", read, || spoken(web::to(find), "account")),
        Route::put("/api/v1/loyalty/accounts/{account}", serve, || spoken(web::to(change), "account")),
        Route::post("/api/v1/loyalty/accounts/{account}/enrol", serve, || spoken(web::to(enrol), "account")),
        Route::post("/api/v1/loyalty/accounts/{account}/cancel", serve, || {
            spoken(web::to(cancel), "account")
        }),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, register, change, enrol, cancel))]
    struct Docs;
    Docs::openapi()
}
