//! Cards: records of the kinds that administrators make.

use super::histories::{HistoryEntry, history};
use super::parts::SiteZone;
use super::viewer::viewer;
use crate::http::prelude::*;
use base::id::{AttributeId, CardId, EventId};
use chrono::{DateTime, Utc};
use crm::attribute::{Attribute, Values};
use crm::card::{Card, CardKind};
use crm::columns::{Condition, RecordColumns};
use crm::query::{self, CardSearch, CardSort, SortBy};
use crm::store::card as store;
use crm::viewer::Viewer;
use rules::{Facts, Fault};
use sqlx::PgConnection;

/// What people set of a card.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CardInput {
    /// The key of its kind; of a card that exists it stays.
    #[schema(example = "device")]
    pub kind: String,
    /// Values by key of the attribute; what is absent is taken away.
    #[serde(default)]
    #[schema(value_type = std::collections::HashMap<String, serde_json::Value>)]
    pub attributes: Values,
}

/// Which cards a list shows.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CardFilter {
    /// The key of their kind.
    pub kind: Option<String>,
    /// What must be true of them, in the language of rules: `card.price > 1000`.
    #[serde(rename = "where")]
    #[param(rename = "where")]
    pub condition: Option<String>,
    /// `created_at`, `updated_at` or the key of an attribute; with `-` before it the other way round. `-created_at`
    /// when absent.
    pub sort: Option<String>,
}

/// A kind of card with all that is needed to show cards to the caller.
pub(super) struct Seen {
    /// The kind.
    pub kind: CardKind,
    /// Its attributes in use.
    pub attributes: Vec<Attribute>,
    /// The caller's roles.
    pub viewer: Viewer,
}

impl Seen {
    /// The kind, when the caller may see cards of it.
    pub(super) async fn find(
        db: &mut PgConnection,
        caller: &Caller,
        kind: &str,
    ) -> Result<Option<Self>, ApiError> {
        caller.require(Operation::CardRead)?;
        let viewer = viewer(db, caller).await?;
        let found = query::card_kind_called(db, kind).await?.filter(|kind| kind.is_seen_by(&viewer));
        let Some(kind) = found else { return Ok(None) };
        let attributes = query::attributes(db, &kind.fields.key).await?;
        Ok(Some(Self { kind, attributes, viewer }))
    }

    /// The card as the caller sees it.
    pub(super) fn show(&self, card: Card) -> Card {
        card.shown_to(&self.viewer, &self.kind, &self.attributes)
    }

    /// Refuses unless the caller may change cards of this kind.
    pub(super) fn require_edit(&self) -> Result<(), ApiError> {
        if self.kind.is_edited_by(&self.viewer) {
            return Ok(());
        }
        Err(ApiError::new(Code::Forbidden, "none of the caller's roles may change cards of this kind"))
    }

    fn sort(&self, text: Option<&str>) -> Result<CardSort, ApiError> {
        let text = text.unwrap_or("-created_at");
        let (key, descending) = text.strip_prefix('-').map_or((text, false), |key| (key, true));
        let seen =
            |attribute: &&Attribute| attribute.key() == key && attribute.fields.is_seen_by(&self.viewer);
        let by = match (key, self.attributes.iter().find(seen)) {
            (_, Some(attribute)) => SortBy::Attribute(key.to_owned(), attribute.fields.value_type),
            ("created_at", None) => SortBy::Created,
            ("updated_at", None) => SortBy::Updated,
            _ => {
                return Err(ApiError::invalid("?sort", "is neither created_at, updated_at nor an attribute"));
            }
        };
        Ok(CardSort { by, descending })
    }
}

/// What is the same for every row of a filter: the time at the site.
pub(super) fn facts(state: &AppState, caller: &Caller) -> Facts {
    Facts::default().at(caller.now(), SiteZone::of(state))
}

/// The refusal of a filter, with what would be right.
pub(super) fn refused(pointer: &str, faults: Vec<Fault>) -> ApiError {
    let refusal = ApiError::new(Code::Invalid, "the filter cannot be used");
    faults.into_iter().fold(refusal, |refusal, fault| match fault.example {
        Some(example) => refusal.and_at(pointer, format!("{}: did you mean {example}?", fault.message)),
        None => refusal.and_at(pointer, fault.message),
    })
}

/// The searchable attributes that the viewer sees.
pub(super) fn searched(attributes: &[Attribute], viewer: &Viewer) -> Vec<AttributeId> {
    let seen = |attribute: &&Attribute| attribute.fields.searchable && attribute.fields.is_seen_by(viewer);
    attributes.iter().filter(seen).map(|attribute| attribute.id).collect()
}

/// Cards of one kind. `q` finds words of searchable attributes.
#[utoipa::path(get, path = "/api/v1/cards", operation_id = "listCards", tag = "records",
    params(PageQuery, CardFilter),
    responses((status = 200, body = Page<Card>), (status = 422, body = Problem)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<CardFilter>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CardRead)?;
    let key = filter.kind.as_deref().ok_or_else(|| ApiError::invalid("?kind", "say which kind of card"))?;
    let mut db = state.pool.acquire().await?;
    let seen = Seen::find(&mut db, &caller, key).await?;
    let seen = seen.ok_or_else(|| ApiError::invalid("?kind", "there is no such kind of card"))?;
    let columns = RecordColumns::cards(&seen.attributes, &seen.viewer, facts(&state, &caller));
    let condition = match filter.condition.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => Some(Condition::compile(text, columns).map_err(|faults| refused("?where", faults))?),
        None => None,
    };
    let search = CardSearch {
        kind: key,
        text: page.text().unwrap_or_default(),
        attributes: &searched(&seen.attributes, &seen.viewer),
        condition: condition.as_ref(),
        sort: &seen.sort(filter.sort.as_deref())?,
        after: page.after::<(Option<String>, CardId)>()?,
    };
    let rows = query::search_cards(&mut db, &search, page.rows()?).await?;
    let page = Page::new(rows, &page, |(card, value)| (value.clone(), card.id))?;
    Ok(HttpResponse::Ok().json(page.map(|(card, _)| seen.show(card))))
}

/// The card with what the caller sees of it.
async fn visible(db: &mut PgConnection, caller: &Caller, id: CardId) -> Result<(Card, Seen), ApiError> {
    caller.require(Operation::CardRead)?;
    let missing = || ApiError::not_found("card", id);
    let card = query::find_card(db, id).await?.ok_or_else(missing)?;
    let seen = Seen::find(db, caller, &card.kind).await?.ok_or_else(missing)?;
    Ok((card, seen))
}

/// One card.
#[utoipa::path(get, path = "/api/v1/cards/{id}", operation_id = "getCard", tag = "records",
    params(("id" = Uuid, Path)), responses((status = 200, body = Card), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<CardId>) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    let (card, seen) = visible(&mut db, &caller, id.0).await?;
    let version = card.version;
    Ok(etag::ok(&seen.show(card), version))
}

/// What happened to a card, newest first.
#[utoipa::path(get, path = "/api/v1/cards/{id}/history", operation_id = "getCardHistory", tag = "records",
    params(("id" = Uuid, Path), PageQuery),
    responses((status = 200, body = Page<HistoryEntry>), (status = 404, body = Problem)))]
async fn past(
    state: Data<AppState>,
    caller: Caller,
    id: Path<CardId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    let (_, seen) = visible(&mut db, &caller, id.0).await?;
    let after = page.after::<(DateTime<Utc>, EventId)>()?;
    let rows = history(&mut db, id.0.as_uuid(), &seen.attributes, &seen.viewer, after, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| (row.at, row.id))?))
}

/// Add a card.
#[utoipa::path(post, path = "/api/v1/cards", operation_id = "createCard", tag = "records",
    params(IdempotencyHeader), request_body = CardInput,
    responses((status = 201, body = Card), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<CardInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CardWrite)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let seen = Seen::find(db, &caller, &body.kind).await?;
        let seen = seen.ok_or_else(|| ApiError::invalid("/kind", "there is no such kind of card"))?;
        seen.require_edit()?;
        let mut edit = caller.edit(rng);
        let card = store::insert(db, &mut edit, &seen.viewer, &body.kind, &body.attributes).await?;
        let (id, version) = (card.id, card.version);
        Ok(Answer::created(format!("/api/v1/cards/{id}"), &seen.show(card))?.version(version))
    })
    .await
}

/// Change a card.
#[utoipa::path(put, path = "/api/v1/cards/{id}", operation_id = "changeCard", tag = "records",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = CardInput,
    responses((status = 200, body = Card), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<CardId>,
    version: IfMatch,
    body: Json<CardInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CardWrite)?;
    let mut tx = state.begin().await?;
    let (before, seen) = visible(&mut tx, &caller, id.0).await?;
    seen.require_edit()?;
    if before.kind != body.kind {
        return Err(ApiError::invalid("/kind", "cannot be changed"));
    }
    let mut rng = state.dice();
    let mut edit = caller.edit(&mut rng);
    let card = store::update(&mut tx, &mut edit, &seen.viewer, id.0, version.0, &body.attributes).await?;
    tx.commit().await?;
    let version = card.version;
    Ok(etag::ok(&seen.show(card), version))
}

/// Take a card out of use. Its links end; its history stays.
#[utoipa::path(delete, path = "/api/v1/cards/{id}", operation_id = "archiveCard", tag = "records",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn archive(state: Data<AppState>, caller: Caller, id: Path<CardId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CardWrite)?;
    let mut tx = state.begin().await?;
    let (card, seen) = visible(&mut tx, &caller, id.0).await?;
    seen.require_edit()?;
    store::archive(&mut tx, &mut caller.edit(&mut state.dice()), id.0, card.version).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::CardRead), Needs::Operation(Operation::CardWrite));
    vec![
        Route::get("/api/v1/cards", read, || web::to(list)),
        Route::post("/api/v1/cards", write, || web::to(create)),
        Route::get("/api/v1/cards/{id}", read, || web::to(find)),
        Route::put("/api/v1/cards/{id}", write, || web::to(change)),
        Route::delete("/api/v1/cards/{id}", write, || web::to(archive)),
        Route::get("/api/v1/cards/{id}/history", read, || web::to(past)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, past, create, change, archive))]
    struct Docs;
    Docs::openapi()
}
