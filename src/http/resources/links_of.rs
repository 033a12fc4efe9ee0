//! Links of a record with others: who works where, whose device it is.

use super::cards::Seen;
use crate::http::prelude::*;
use base::id::{CardId, RecordLinkId};
use chrono::{DateTime, Utc};
use crm::attribute::CUSTOMER;
use crm::link::{Link, LinkInput};
use crm::{query, store};
use sqlx::PgConnection;
use std::collections::BTreeMap;

/// One end of a link.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LinkEnd {
    /// `customer`, or the key of a kind of card.
    #[schema(example = "customer")]
    pub of: String,
    /// The record.
    pub id: Uuid,
    /// What people know it by.
    pub title: String,
}

/// A link as people see it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LinkBody {
    /// Its id.
    pub id: RecordLinkId,
    /// The key of its kind.
    pub kind: String,
    /// The first record.
    pub from: LinkEnd,
    /// The second record.
    pub to: LinkEnd,
    /// What people want to remember of it.
    pub note: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

/// Which link ends.
#[derive(Clone, Copy, Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct WhichLink {
    /// Its id.
    pub link: RecordLinkId,
}

/// Linking is work on cards and customers: it needs the right to change cards, and that to change the record.
const WRITE: Needs = Needs::Operation(Operation::CardWrite);

/// Refuses unless the caller may see the record, or may change it.
async fn require(db: &mut PgConnection, caller: &Caller, record: Uuid, write: bool) -> Result<(), ApiError> {
    let missing = || ApiError::not_found("record", record);
    if !caller.permissions().allows(Operation::CustomerRead) {
        caller.require(Operation::CardRead)?;
    }
    let (kind, _) = query::record_kind(db, record).await?.ok_or_else(missing)?;
    if kind == CUSTOMER {
        return caller.require(if write { Operation::CustomerWrite } else { Operation::CustomerRead });
    }
    let seen = Seen::find(db, caller, &kind).await?.ok_or_else(missing)?;
    if write {
        caller.require(Operation::CardWrite)?;
        seen.require_edit()?;
    }
    Ok(())
}

/// The links whose both ends the caller sees.
async fn shown(db: &mut PgConnection, caller: &Caller, links: Vec<Link>) -> Result<Vec<LinkBody>, ApiError> {
    let ids: Vec<Uuid> = links.iter().flat_map(|link| [link.from, link.to]).collect();
    let mut ends: BTreeMap<Uuid, LinkEnd> = BTreeMap::new();
    if caller.permissions().allows(Operation::CustomerRead) {
        for (id, title) in query::customer_names(db, &ids).await? {
            ends.insert(id, LinkEnd { of: CUSTOMER.to_owned(), id, title });
        }
    }
    if caller.permissions().allows(Operation::CardRead) {
        let cards: Vec<CardId> = ids.iter().map(|id| CardId::from_uuid(*id)).collect();
        let mut kinds: BTreeMap<String, Option<Seen>> = BTreeMap::new();
        for card in query::find_cards(db, &cards).await? {
            if !kinds.contains_key(&card.kind) {
                kinds.insert(card.kind.clone(), Seen::find(db, caller, &card.kind).await?);
            }
            if let Some(Some(seen)) = kinds.get(&card.kind) {
                let (of, id) = (card.kind.clone(), card.id.as_uuid());
                ends.insert(id, LinkEnd { of, id, title: seen.show(card).title });
            }
        }
    }
    let body = |link: Link| {
        let (from, to) = (ends.get(&link.from)?.clone(), ends.get(&link.to)?.clone());
        Some(LinkBody {
            id: link.id,
            kind: link.kind,
            from,
            to,
            note: link.note,
            created_at: link.created_at,
        })
    };
    Ok(links.into_iter().filter_map(body).collect())
}

/// Links of a customer or a card.
#[utoipa::path(get, path = "/api/v1/links-of/{id}", operation_id = "listLinksOf", tag = "records",
    params(("id" = Uuid, Path)),
    responses((status = 200, body = Page<LinkBody>), (status = 404, body = Problem)))]
async fn list(state: Data<AppState>, caller: Caller, id: Path<Uuid>) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    require(&mut db, &caller, id.0, false).await?;
    let links = query::links_of(&mut db, id.0).await?;
    let items = shown(&mut db, &caller, links).await?;
    Ok(HttpResponse::Ok().json(Page { items, next: None }))
}

/// Link a customer or a card with another record.
#[utoipa::path(post, path = "/api/v1/links-of/{id}", operation_id = "addLink", tag = "records",
    params(("id" = Uuid, Path), IdempotencyHeader), request_body = LinkInput,
    responses((status = 201, body = LinkBody), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn add(
    state: Data<AppState>,
    caller: Caller,
    id: Path<Uuid>,
    key: IdempotencyKey,
    body: Json<LinkInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CardWrite)?;
    key.once(&state, &caller, &body, async |db, rng| {
        require(db, &caller, id.0, true).await?;
        let link = store::link::add(db, &mut caller.edit(rng), id.0, &body).await?;
        let shown = shown(db, &caller, vec![link]).await?;
        let link = shown.first().ok_or_else(|| ApiError::invalid("/to", "there is no such record"))?;
        Answer::created(format!("/api/v1/links-of/{}", id.0), link)
    })
    .await
}

/// End a link.
#[utoipa::path(delete, path = "/api/v1/links-of/{id}", operation_id = "removeLink", tag = "records",
    params(("id" = Uuid, Path), WhichLink), responses((status = 204), (status = 404, body = Problem)))]
async fn remove(
    state: Data<AppState>,
    caller: Caller,
    id: Path<Uuid>,
    which: Query<WhichLink>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CardWrite)?;
    let mut tx = state.begin().await?;
    require(&mut tx, &caller, id.0, true).await?;
    let link = query::find_link(&mut tx, which.link).await?;
    if link.is_none_or(|link| link.from != id.0 && link.to != id.0) {
        return Err(ApiError::not_found("link", which.link));
    }
    store::link::remove(&mut tx, &mut caller.edit(&mut state.dice()), which.link).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        // Of customers or of cards: the handlers look at which.
        Route::get("/api/v1/links-of/{id}", Needs::Caller, || web::to(list)),
        Route::post("/api/v1/links-of/{id}", WRITE, || web::to(add)),
        Route::delete("/api/v1/links-of/{id}", WRITE, || web::to(remove)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, add, remove))]
    struct Docs;
    Docs::openapi()
}
