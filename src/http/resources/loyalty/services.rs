//! Services of members: connect, change, disconnect (CIMP-SVC-02, CIMP-API-04).

use super::bodies::{ProfileBody, ServiceBody};
use super::media::spoken;
use super::parts::{OfProgramme, account_of};
use super::profile::profile;
use crate::http::prelude::*;
use loyalty::service::ServiceFields;

/// Connect a service.
#[utoipa::path(post, path = "/api/v1/loyalty/accounts/{account}/services", operation_id = "connectService",
    tag = "loyalty", params(("account" = String, Path, description = "id or number"), OfProgramme, IdempotencyHeader),
    request_body = ServiceFields,
    responses((status = 201, body = ServiceBody), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn connect(
    state: Data<AppState>,
    caller: Caller,
    named: Path<String>,
    of: Query<OfProgramme>,
    key: IdempotencyKey,
    body: Json<ServiceFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyServe)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let account = account_of(db, &named.0, of.programme.as_deref()).await?;
        let service = loyalty::store::connect(db, &mut caller.edit(rng), account.id, &body).await?;
        let location = format!("/api/v1/loyalty/accounts/{}", account.id);
        Answer::created(location, &ServiceBody::from(service))
    })
    .await
}

/// The service that an address names: by its id here, or by that of the company's systems.
async fn service_of(
    db: &mut sqlx::PgConnection,
    named: &str,
    of: &OfProgramme,
) -> Result<loyalty::service::Service, ApiError> {
    let found = match named.parse() {
        Ok(id) => loyalty::query::find_service(db, id).await?,
        Err(_) => {
            let programme = super::parts::programme_of(db, of.programme.as_deref()).await?;
            loyalty::query::service_by_code(db, programme.id, named).await?
        }
    };
    found.ok_or_else(|| ApiError::not_found("service", named))
}

/// Change the data of a service (CIMP-ACC-11).
#[utoipa::path(put, path = "/api/v1/loyalty/services/{service}", operation_id = "changeService", tag = "loyalty",
    params(("service" = String, Path, description = "id here, or that of the company's systems"), OfProgramme),
    request_body = ServiceFields,
    responses((status = 200, body = ServiceBody), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    named: Path<String>,
    of: Query<OfProgramme>,
    body: Json<ServiceFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyServe)?;
    let mut tx = state.begin().await?;
    let mut rng = state.dice();
    let service = service_of(&mut tx, &named.0, &of).await?;
    let service =
        loyalty::store::update_service(&mut tx, &mut caller.edit(&mut rng), service.id, &body).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(ServiceBody::from(service)))
}

/// Disconnect a service. With the last one the registration of the account is cancelled (CIMP-ACC-08).
#[utoipa::path(post, path = "/api/v1/loyalty/services/{service}/disconnect", operation_id = "disconnectService",
    tag = "loyalty",
    params(("service" = String, Path, description = "id here, or that of the company's systems"), OfProgramme),
    responses((status = 200, body = ProfileBody), (status = 404, body = Problem)))]
async fn disconnect(
    state: Data<AppState>,
    caller: Caller,
    named: Path<String>,
    of: Query<OfProgramme>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::LoyaltyServe)?;
    let mut tx = state.begin().await?;
    let mut rng = state.dice();
    let service = service_of(&mut tx, &named.0, &of).await?;
    let (_, account) = loyalty::store::disconnect(&mut tx, &mut caller.edit(&mut rng), service.id).await?;
    let body = profile(&mut tx, &caller, account).await?;
    tx.commit().await?;
    Ok(HttpResponse::Ok().json(body))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let serve = Needs::Operation(Operation::LoyaltyServe);
    vec![
        Route::post("/api/v1/loyalty/accounts/{account}/services", serve, || {
            spoken(web::to(connect), "service")
        }),
        Route::put("/api/v1/loyalty/services/{service}", serve, || spoken(web::to(change), "service")),
        Route::post("/api/v1/loyalty/services/{service}/disconnect", serve, || {
            spoken(web::to(disconnect), "account")
        }),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(connect, change, disconnect))]
    struct Docs;
    Docs::openapi()
}
