//! Webhooks: where other systems hear of events.

use super::listed;
use crate::http::prelude::*;
use base::id::{WebhookDeliveryId, WebhookId};
use platform::webhook::{Delivery, SenderSettings, Webhook, WebhookFields, store};

/// A webhook whose secret was just made.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewWebhook {
    /// What lists show of it.
    #[serde(flatten)]
    pub webhook: Webhook,
    /// The key of the signatures (Standard Webhooks, `whsec_…`). Shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// Whether addresses of the own network are allowed.
fn private(state: &AppState) -> bool {
    state.find_part::<SenderSettings>().is_some_and(|settings| settings.private_addresses)
}

/// Webhooks, by name.
#[utoipa::path(get, path = "/api/v1/webhooks", operation_id = "listWebhooks", tag = "webhooks",
    params(PageQuery), responses((status = 200, body = Page<Webhook>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::WebhookRead)?;
    let rows = store::list(&mut *state.pool.acquire().await?).await?;
    Ok(HttpResponse::Ok().json(listed(rows, &page, |row| row.fields.name.clone(), |row| row.id)?))
}

/// One webhook.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}", operation_id = "getWebhook", tag = "webhooks",
    params(("id" = Uuid, Path)), responses((status = 200, body = Webhook), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<WebhookId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::WebhookRead)?;
    let found = store::find(&mut *state.pool.acquire().await?, id.0).await?;
    let found = found.ok_or_else(|| ApiError::not_found("webhook", id.0))?;
    Ok(etag::ok(&found, found.version))
}

/// Add a webhook. The answer shows its secret, once.
#[utoipa::path(post, path = "/api/v1/webhooks", operation_id = "createWebhook", tag = "webhooks",
    params(IdempotencyHeader), request_body = WebhookFields,
    responses((status = 201, body = NewWebhook), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<WebhookFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::WebhookWrite, None)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let (webhook, secret) =
            store::insert(db, &mut caller.edit(rng), &body, private(&state), state.part()?).await?;
        let (location, version) = (format!("/api/v1/webhooks/{}", webhook.id), webhook.version);
        let answer = Answer::created(location, &NewWebhook { webhook, secret: Some(secret) })?;
        Ok(answer.version(version).secret("secret"))
    })
    .await
}

/// Change a webhook, or switch it on or off.
#[utoipa::path(put, path = "/api/v1/webhooks/{id}", operation_id = "changeWebhook", tag = "webhooks",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = WebhookFields,
    responses((status = 200, body = Webhook), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<WebhookId>,
    version: IfMatch,
    body: Json<WebhookFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::WebhookWrite, None)?;
    let mut tx = state.begin().await?;
    let mut dice = state.dice();
    let edit = &mut caller.edit(&mut dice);
    let changed = store::update(&mut tx, edit, id.0, version.0, &body, private(&state)).await?;
    tx.commit().await?;
    Ok(etag::ok(&changed, changed.version))
}

/// Remove a webhook with its deliveries.
#[utoipa::path(delete, path = "/api/v1/webhooks/{id}", operation_id = "deleteWebhook", tag = "webhooks",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn remove(
    state: Data<AppState>,
    caller: Caller,
    id: Path<WebhookId>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::WebhookWrite, None)?;
    let mut tx = state.begin().await?;
    store::delete(&mut tx, &mut caller.edit(&mut state.dice()), id.0).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Make a new secret. The answer shows it, once; the one before it counts beside it for a day.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/secret", operation_id = "changeWebhookSecret", tag = "webhooks",
    params(("id" = Uuid, Path), IdempotencyHeader),
    responses((status = 200, body = NewWebhook), (status = 404, body = Problem)))]
async fn rotate(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    id: Path<WebhookId>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::WebhookWrite, None)?;
    key.once_bodyless(&state, &caller, async |db, rng| {
        let (webhook, secret) = store::rotate(db, &mut caller.edit(rng), id.0, state.part()?).await?;
        let version = webhook.version;
        let answer = Answer::ok(&NewWebhook { webhook, secret: Some(secret) })?;
        Ok(answer.version(version).secret("secret"))
    })
    .await
}

/// Deliveries of a webhook, newest first.
#[utoipa::path(get, path = "/api/v1/webhooks/{id}/deliveries", operation_id = "listWebhookDeliveries", tag = "webhooks",
    params(("id" = Uuid, Path), PageQuery), responses((status = 200, body = Page<Delivery>)))]
async fn deliveries(
    state: Data<AppState>,
    caller: Caller,
    id: Path<WebhookId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::WebhookRead)?;
    let mut db = state.pool.acquire().await?;
    let rows = store::list_deliveries(&mut db, id.0, page.after()?, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| (row.created_at, row.id))?))
}

/// Send a delivery again, at once; also one that was delivered.
#[utoipa::path(post, path = "/api/v1/webhooks/{id}/deliveries/{delivery}/retry", operation_id = "retryWebhookDelivery",
    tag = "webhooks", params(("id" = Uuid, Path), ("delivery" = Uuid, Path)),
    responses((status = 200, body = Delivery), (status = 404, body = Problem)))]
async fn retry(
    state: Data<AppState>,
    caller: Caller,
    ids: Path<(WebhookId, WebhookDeliveryId)>,
) -> Result<HttpResponse, ApiError> {
    caller.require_in(Operation::WebhookWrite, None)?;
    let (webhook, delivery) = ids.0;
    let mut tx = state.begin().await?;
    let delivery = store::retry(&mut tx, caller.now(), webhook, delivery).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(delivery))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::WebhookRead), Needs::Operation(Operation::WebhookWrite));
    vec![
        Route::get("/api/v1/webhooks", read, || web::to(list)),
        Route::post("/api/v1/webhooks", write, || web::to(create)),
        Route::get("/api/v1/webhooks/{id}", read, || web::to(find)),
        Route::put("/api/v1/webhooks/{id}", write, || web::to(change)),
        Route::delete("/api/v1/webhooks/{id}", write, || web::to(remove)),
        Route::post("/api/v1/webhooks/{id}/secret", write, || web::to(rotate)),
        Route::get("/api/v1/webhooks/{id}/deliveries", read, || web::to(deliveries)),
        Route::post("/api/v1/webhooks/{id}/deliveries/{delivery}/retry", write, || web::to(retry)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, create, change, remove, rotate, deliveries, retry))]
    struct Docs;
    Docs::openapi()
}
