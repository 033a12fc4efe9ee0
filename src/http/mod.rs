//! The HTTP edge: it translates requests into calls of the crates, and their results into answers. It holds no
//! rule of the domain.
//!
//! # How an endpoint is written
//!
//! One file a resource. It has, in this order: the bodies, the handlers, `ROUTES`, `docs()`. Lists of both stand
//! in [`routes`] and [`documents`]; nothing is served that is not in a `ROUTES` table, and a test compares the
//! tables with the OpenAPI document and with `tests/api/routes.txt`.
//!
//! ```ignore
//! //! Queues: what waiting contacts stand in.
//!
//! use crate::http::prelude::*;
//! use base::id::QueueId;
//!
//! /// What a person says about a queue.
//! #[derive(Debug, Deserialize, ToSchema)]
//! #[serde(deny_unknown_fields)]
//! pub struct QueueInput { /// 1 to 200 characters.
//!     pub name: String }
//!
//! /// Queues, by name.
//! #[utoipa::path(get, path = "/api/v1/queues", operation_id = "listQueues", tag = "queues",
//!     params(PageQuery), responses((status = 200, body = Page<QueueBody>)))]
//! async fn list(state: Data<AppState>, caller: Caller, page: Query<PageQuery>) -> Result<HttpResponse, ApiError> {
//!     caller.require(Operation::QueueRead)?;
//!     let mut db = state.pool.acquire().await?;
//!     let scope = caller.scope(Operation::QueueRead).as_filter(); // None: everywhere
//!     let rows = query::list(&mut db, scope.as_deref(), page.pattern(), page.after::<(String, QueueId)>()?, page.rows()?).await?;
//!     Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| (row.name.clone(), row.queue_id))?.map(QueueBody::from)))
//! }
//!
//! /// Add a queue.
//! #[utoipa::path(post, path = "/api/v1/queues", operation_id = "createQueue", tag = "queues",
//!     params(IdempotencyHeader), request_body = QueueInput,
//!     responses((status = 201, body = QueueBody), (status = 422, body = Problem)))]
//! async fn create(
//!     state: Data<AppState>, caller: Caller, key: IdempotencyKey, body: Json<QueueInput>,
//! ) -> Result<HttpResponse, ApiError> {
//!     caller.require_in(Operation::QueueWrite, body.unit_id)?;
//!     key.once(&state, &caller, &body, async |db, rng| {
//!         let queue = store::create(db, &mut caller.edit(rng), &body).await?; // ChangeError turns into ApiError
//!         let version = queue.version;
//!         Ok(Answer::created(format!("/api/v1/queues/{}", queue.queue_id), &QueueBody::from(queue))?.version(version))
//!     }).await
//! }
//!
//! /// Change a queue.
//! #[utoipa::path(put, path = "/api/v1/queues/{id}", operation_id = "changeQueue", tag = "queues",
//!     params(("id" = Uuid, Path), IfMatchHeader), request_body = QueueInput,
//!     responses((status = 200, body = QueueBody), (status = 412, body = Problem)))]
//! async fn change(
//!     state: Data<AppState>, caller: Caller, id: Path<QueueId>, version: IfMatch, body: Json<QueueInput>,
//! ) -> Result<HttpResponse, ApiError> {
//!     caller.require(Operation::QueueWrite)?;
//!     let mut tx = state.begin().await?;
//!     let queue = store::change(&mut tx, &mut caller.edit(&mut state.dice()), id.0, version.0, &body).await?;
//!     tx.commit().await?;
//!     Ok(etag::ok(&QueueBody::from(queue.clone()), queue.version))
//! }
//!
//! /// The routes of this file.
//! pub fn routes() -> Vec<Route> {
//!     vec![
//!         Route::get("/api/v1/queues", Needs::Operation(Operation::QueueRead), || web::to(list)),
//!         Route::post("/api/v1/queues", Needs::Operation(Operation::QueueWrite), || web::to(create)),
//!         Route::put("/api/v1/queues/{id}", Needs::Operation(Operation::QueueWrite), || web::to(change)),
//!     ]
//! }
//!
//! /// What the OpenAPI document says of them.
//! pub fn docs() -> utoipa::openapi::OpenApi {
//!     #[derive(OpenApi)]
//!     #[openapi(paths(list, create, change))]
//!     struct Docs;
//!     Docs::openapi()
//! }
//! ```

pub mod access;
pub mod caller;
pub mod door;
pub mod etag;
pub mod guard;
pub mod hashing;
pub mod housekeeping;
pub mod idempotency;
pub mod json;
pub mod openapi;
pub mod page;
pub mod problem;
pub mod programs;
pub mod resources;
pub mod route;
pub mod server;
pub mod settings;
pub mod state;
pub mod system;
pub mod tls;
pub mod trace;

pub use caller::Caller;
pub use openapi::openapi;
pub use problem::ApiError;
pub use state::AppState;

use route::Route;

/// What a file with endpoints needs; imported by name there, not re-exported further.
pub mod prelude {
    pub use super::caller::{Caller, Session};
    pub use super::etag::{self, IfMatch};
    pub use super::idempotency::{Answer, IdempotencyKey};
    pub use super::json::{Json, Path, Query};
    pub use super::page::{Page, PageQuery};
    pub use super::problem::{ApiError, Code, Problem};
    pub use super::route::{Needs, Route};
    pub use super::state::AppState;
    pub use super::{IdempotencyHeader, IfMatchHeader};
    pub use access::Operation;
    pub use actix_web::web::{self, Data};
    pub use actix_web::{HttpRequest, HttpResponse};
    pub use serde::{Deserialize, Serialize};
    pub use utoipa::{OpenApi, ToSchema};
    pub use uuid::Uuid;
}

/// Header of requests that may be repeated, for the OpenAPI document.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IdempotencyHeader {
    /// A new value for each new request; repeating it with the same body gives the first answer again.
    #[param(rename = "Idempotency-Key")]
    pub idempotency_key: Option<String>,
}

/// Header of changes, for the OpenAPI document.
#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Header)]
pub struct IfMatchHeader {
    /// The `ETag` of what was read.
    #[param(rename = "If-Match", example = "\"3\"")]
    pub if_match: String,
}

/// Every route of the server. What is not here is not served.
#[must_use]
pub fn routes() -> Vec<Route> {
    [access::routes(), resources::routes(), system::routes()].concat()
}

/// What every module adds to the OpenAPI document.
fn documents() -> Vec<utoipa::openapi::OpenApi> {
    [access::documents(), resources::documents(), system::documents(), vec![crate::ws::schema::docs()]]
        .concat()
}
