//! API keys: how programs call (SEC-12).

use crate::http::prelude::*;
use access::Permissions;
use access::api_key::{self, ApiKey, ApiKeyInput};
use access::permission::{Grant, query::unit_tree};
use access::unit::ROOT;
use base::id::ApiKeyId;

/// Keys of the units that the caller may see, newest first; revoked ones stay visible.
#[utoipa::path(get, path = "/api/v1/api-keys", operation_id = "listApiKeys", tag = "api-keys",
    responses((status = 200, body = Page<ApiKey>)))]
async fn list(state: Data<AppState>, caller: Caller) -> Result<HttpResponse, ApiError> {
    let mut db = state.pool.acquire().await?;
    let mut keys = api_key::store::list(&mut db).await?;
    keys.retain(|key| caller.permissions().allows_in(Operation::ApiKeyRead, Some(key.unit_id)));
    Ok(HttpResponse::Ok().json(Page { items: keys, next: None }))
}

/// A key that was just issued.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuedKey {
    /// What lists show of it.
    #[serde(flatten)]
    pub api_key: ApiKey,
    /// What the program sends as `Authorization: Bearer`. Shown once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

/// Issue a key. It can allow no more than whoever issues it may do.
#[utoipa::path(post, path = "/api/v1/api-keys", operation_id = "issueApiKey", tag = "api-keys",
    params(IdempotencyHeader), request_body = ApiKeyInput,
    responses((status = 201, body = IssuedKey), (status = 403, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<ApiKeyInput>,
) -> Result<HttpResponse, ApiError> {
    let unit = body.unit_id.unwrap_or(ROOT);
    caller.require_in(Operation::ApiKeyWrite, unit)?;
    let issuer = caller.person().ok_or_else(|| {
        ApiError::new(Code::Forbidden, "keys are issued by people: a program cannot make itself another key")
    })?;
    key.once(&state, &caller, &body, async |db, rng| {
        let given = Grant { operations: body.operations.clone(), unit };
        caller.require_all_of(&Permissions::new(&[given], &unit_tree(db).await?))?;
        let (api_key, text) = api_key::store::issue(db, &mut caller.edit(rng), issuer, &body).await?;
        let location = format!("/api/v1/api-keys/{}", api_key.api_key_id);
        Ok(Answer::created(location, &IssuedKey { api_key, key: Some(text) })?.secret("key"))
    })
    .await
}

/// Revoke a key; it works no more from the next request on.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", operation_id = "revokeApiKey", tag = "api-keys",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn revoke(state: Data<AppState>, caller: Caller, id: Path<ApiKeyId>) -> Result<HttpResponse, ApiError> {
    let mut tx = state.begin().await?;
    let missing = || ApiError::not_found("API key", id.0);
    let found = api_key::store::find(&mut tx, id.0).await?.ok_or_else(missing)?;
    caller.require_in(Operation::ApiKeyWrite, found.unit_id)?;
    api_key::store::revoke(&mut tx, &mut caller.edit(&mut state.dice()), id.0).await?;
    tx.commit().await?;
    state.programs.forget();
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::ApiKeyRead), Needs::Operation(Operation::ApiKeyWrite));
    vec![
        Route::get("/api/v1/api-keys", read, || web::to(list)),
        Route::post("/api/v1/api-keys", write, || web::to(create)),
        Route::delete("/api/v1/api-keys/{id}", write, || web::to(revoke)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, create, revoke))]
    struct Docs;
    Docs::openapi()
}
