//! SIP trunks. A password is written, never read: only its hashes are stored.

use super::listed;
use super::parts::{ConfigChanged, announce, parts};
use crate::http::prelude::*;
use base::id::TrunkId;
use secrecy::SecretString;
use telephony::config::store::{self, Password};
use telephony::config::{Trunk, TrunkFields, TrunkKind, query};

/// What a person says about a trunk.
#[derive(Deserialize, ToSchema)]
pub struct TrunkInput {
    /// Unique among trunks in use.
    #[schema(example = "Operator 1")]
    name: String,
    /// How it proves who it is.
    kind: TrunkKind,
    /// Where it sends from: addresses or prefixes. A digest trunk needs none.
    #[serde(default)]
    addresses: Vec<String>,
    /// User name of a digest trunk, unique.
    #[serde(default)]
    username: Option<String>,
    /// Password of a digest trunk. Write only; absent or null keeps the one that is stored.
    #[serde(default)]
    #[schema(value_type = Option<String>, write_only)]
    password: Option<SecretString>,
    /// Calls at once; more get 503.
    calls_max: i32,
    /// Whether its calls are taken.
    enabled: bool,
}

impl TrunkInput {
    fn fields(&self) -> TrunkFields {
        TrunkFields {
            name: self.name.clone(),
            kind: self.kind,
            addresses: self.addresses.clone(),
            username: self.username.clone(),
            calls_max: self.calls_max,
            enabled: self.enabled,
        }
    }
}

/// Trunks in use, by name.
#[utoipa::path(get, path = "/api/v1/trunks", operation_id = "listTrunks", tag = "trunks",
    params(PageQuery), responses((status = 200, body = Page<Trunk>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::TrunkRead)?;
    let mut db = state.pool.acquire().await?;
    let rows = query::trunks(&mut db).await?;
    Ok(HttpResponse::Ok().json(listed(rows, &page, |row| row.fields.name.clone(), |row| row.id.as_uuid())?))
}

/// One trunk.
#[utoipa::path(get, path = "/api/v1/trunks/{id}", operation_id = "getTrunk", tag = "trunks",
    params(("id" = Uuid, Path)), responses((status = 200, body = Trunk), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<TrunkId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::TrunkRead)?;
    let mut db = state.pool.acquire().await?;
    let trunk = query::find_trunk(&mut db, id.0).await?.ok_or_else(|| ApiError::not_found("trunk", id.0))?;
    Ok(etag::ok(&trunk, trunk.version))
}

/// Add a trunk.
#[utoipa::path(post, path = "/api/v1/trunks", operation_id = "createTrunk", tag = "trunks",
    params(IdempotencyHeader), request_body = TrunkInput,
    responses((status = 201, body = Trunk), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<TrunkInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::TrunkWrite)?;
    let realm = parts(&state)?.realm.as_str();
    let response = key
        .once(&state, &caller, &body, async |db, rng| {
            let password = body.password.as_ref().map(|password| Password { realm, password });
            let edit = &mut caller.edit(rng);
            let trunk = store::insert_trunk(db, edit, &body.fields(), password.as_ref()).await?;
            Ok(Answer::created(format!("/api/v1/trunks/{}", trunk.id), &trunk)?.version(trunk.version))
        })
        .await?;
    announce(&state, ConfigChanged::Trunks);
    Ok(response)
}

/// Change a trunk. Its running calls go on. Another user name needs the password again.
#[utoipa::path(put, path = "/api/v1/trunks/{id}", operation_id = "changeTrunk", tag = "trunks",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = TrunkInput,
    responses((status = 200, body = Trunk), (status = 412, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<TrunkId>,
    version: IfMatch,
    body: Json<TrunkInput>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::TrunkWrite)?;
    let realm = parts(&state)?.realm.as_str();
    let password = body.password.as_ref().map(|password| Password { realm, password });
    let mut tx = state.begin().await?;
    let mut rng = state.dice();
    let edit = &mut caller.edit(&mut rng);
    let trunk =
        store::update_trunk(&mut tx, edit, id.0, version.0, &body.fields(), password.as_ref()).await?;
    tx.commit().await?;
    announce(&state, ConfigChanged::Trunks);
    Ok(etag::ok(&trunk, trunk.version))
}

/// Take a trunk out of use. Its running calls go on.
#[utoipa::path(delete, path = "/api/v1/trunks/{id}", operation_id = "archiveTrunk", tag = "trunks",
    params(("id" = Uuid, Path)), responses((status = 204), (status = 404, body = Problem)))]
async fn archive(state: Data<AppState>, caller: Caller, id: Path<TrunkId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::TrunkWrite)?;
    let mut tx = state.begin().await?;
    let trunk = query::find_trunk(&mut tx, id.0).await?.ok_or_else(|| ApiError::not_found("trunk", id.0))?;
    store::archive_trunk(&mut tx, &mut caller.edit(&mut state.dice()), id.0, trunk.version).await?;
    tx.commit().await?;
    announce(&state, ConfigChanged::Trunks);
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) = (Needs::Operation(Operation::TrunkRead), Needs::Operation(Operation::TrunkWrite));
    vec![
        Route::get("/api/v1/trunks", read, || web::to(list)),
        Route::post("/api/v1/trunks", write, || web::to(create)),
        Route::get("/api/v1/trunks/{id}", read, || web::to(find)),
        Route::put("/api/v1/trunks/{id}", write, || web::to(change)),
        Route::delete("/api/v1/trunks/{id}", write, || web::to(archive)),
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
