//! Links to SMS centres and mail servers (INT-17). Secrets are written, never read.

use super::listed;
use crate::http::prelude::*;
use actors::messages::LinkBoard;
use base::id::LinkId;
use channels::link::{Link, LinkFields, LinkKind, LinkSettings, LinkState, Secrets};
use channels::{query, store};
use secrecy::SecretString;
use serde_json::Value;

/// What a person says about a link.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProviderLinkInput)]
pub struct LinkInput {
    /// What it speaks; cannot be changed later.
    kind: LinkKind,
    /// Unique among links in use.
    #[schema(example = "SMSC 1")]
    name: String,
    /// Whether it takes messages.
    enabled: bool,
    /// Settings of its kind: those of SMPP, or those of SMTP.
    #[schema(value_type = LinkSettings)]
    settings: Value,
    /// Password of the bind or of the sign-in. Write only; absent or null keeps the one that is stored.
    #[serde(default)]
    #[schema(value_type = Option<String>, write_only)]
    password: Option<SecretString>,
    /// Private key of DKIM, PEM. Write only; absent or null keeps the one that is stored.
    #[serde(default)]
    #[schema(value_type = Option<String>, write_only)]
    private_key: Option<SecretString>,
}

impl LinkInput {
    fn read(&self) -> Result<(LinkFields, Secrets), ApiError> {
        let settings = LinkSettings::read(self.kind, &self.settings)
            .map_err(|detail| ApiError::invalid("/settings", detail))?;
        let fields = LinkFields { name: self.name.clone(), enabled: self.enabled, settings };
        Ok((fields, Secrets { password: self.password.clone(), private_key: self.private_key.clone() }))
    }
}

/// A link and how it is.
#[derive(Serialize, ToSchema)]
#[schema(as = ProviderLinkBody)]
pub struct LinkBody {
    /// The link.
    #[serde(flatten)]
    link: Link,
    /// How it is now.
    state: LinkState,
}

fn shown(state: &AppState, link: Link) -> LinkBody {
    let live = state.find_part::<LinkBoard>().map(|board| board.state(link.id)).unwrap_or_default();
    LinkBody { link, state: live }
}

/// Lets the shells look at the links now; they also look by themselves.
fn announce(state: &AppState) {
    if let Some(board) = state.find_part::<LinkBoard>() {
        board.announce();
    }
}

/// Links in use, by name.
#[utoipa::path(get, path = "/api/v1/links", operation_id = "listLinks", tag = "messages",
    params(PageQuery), responses((status = 200, body = Page<LinkBody>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LinkRead)?;
    let mut db = state.pool.acquire().await?;
    let rows = query::links(&mut db).await?;
    let page = listed(rows, &page, |row| row.name.clone(), |row| row.id.as_uuid())?;
    Ok(HttpResponse::Ok().json(page.map(|link| shown(&state, link))))
}

/// One link.
#[utoipa::path(get, path = "/api/v1/links/{id}", operation_id = "getLink", tag = "messages",
    params(("id" = Uuid, Path)), responses((status = 200, body = LinkBody), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<LinkId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LinkRead)?;
    let mut db = state.pool.acquire().await?;
    let link = query::find_link(&mut db, id.0).await?.ok_or_else(|| ApiError::not_found("link", id.0))?;
    let version = link.version;
    Ok(etag::ok(&shown(&state, link), version))
}

/// Add a link. It connects within a second.
#[utoipa::path(post, path = "/api/v1/links", operation_id = "createLink", tag = "messages",
    params(IdempotencyHeader), request_body = LinkInput,
    responses((status = 201, body = LinkBody), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<LinkInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LinkWrite)?;
    let (fields, secrets) = body.read()?;
    let response = key
        .once(&state, &caller, &body, async |db, rng| {
            let link =
                store::insert_link(db, &mut caller.edit(rng), state.part()?, &fields, &secrets).await?;
            let (id, version) = (link.id, link.version);
            Ok(Answer::created(format!("/api/v1/links/{id}"), &shown(&state, link))?.version(version))
        })
        .await?;
    announce(&state);
    Ok(response)
}

/// Change a link. It connects anew; what is on its way is waited for.
#[utoipa::path(put, path = "/api/v1/links/{id}", operation_id = "changeLink", tag = "messages",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = LinkInput,
    responses((status = 200, body = LinkBody), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<LinkId>,
    version: IfMatch,
    body: Json<LinkInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LinkWrite)?;
    let (fields, secrets) = body.read()?;
    let mut tx = state.begin().await?;
    let mut rng = state.dice();
    let edit = &mut caller.edit(&mut rng);
    let link = store::update_link(&mut tx, edit, state.part()?, id.0, version.0, &fields, &secrets).await?;
    tx.commit().await?;
    announce(&state);
    let version = link.version;
    Ok(etag::ok(&shown(&state, link), version))
}

/// Take a link out of use. What it sent stays; its secrets are forgotten.
#[utoipa::path(delete, path = "/api/v1/links/{id}", operation_id = "archiveLink", tag = "messages",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn archive(state: Data<AppState>, caller: Caller, id: Path<LinkId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LinkWrite)?;
    let mut tx = state.begin().await?;
    let link = query::find_link(&mut tx, id.0).await?.ok_or_else(|| ApiError::not_found("link", id.0))?;
    store::archive_link(&mut tx, &mut caller.edit(&mut state.dice()), id.0, link.version).await?;
    tx.commit().await?;
    announce(&state);
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::LinkRead), Needs::Operation(Operation::LinkWrite));
    vec![
        Route::get("/api/v1/links", read, || web::to(list)),
        Route::post("/api/v1/links", write, || web::to(create)),
        Route::get("/api/v1/links/{id}", read, || web::to(find)),
        Route::put("/api/v1/links/{id}", write, || web::to(change)),
        Route::delete("/api/v1/links/{id}", write, || web::to(archive)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, create, change, archive))]
    struct Docs;
    Docs::openapi()
}
