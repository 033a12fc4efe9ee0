//! Customers: whom the company serves.

use crate::http::prelude::*;
use base::id::CustomerId;
use chrono::{DateTime, Utc};
use crm::customer::{Customer, CustomerFields};
use crm::{query, store};

/// Customers, newest first. `q` finds words of the name in any script, an identifier, or the end of a number.
#[utoipa::path(get, path = "/api/v1/customers", operation_id = "listCustomers", tag = "customers",
    params(PageQuery), responses((status = 200, body = Page<Customer>)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CustomerRead)?;
    let after = page.after::<(DateTime<Utc>, CustomerId)>()?;
    let after = after.map(|(created_at, id)| query::After { created_at, id });
    let mut db = state.pool.acquire().await?;
    let rows = query::search(&mut db, page.text().unwrap_or_default(), after, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| (row.created_at, row.id))?))
}

/// One customer.
#[utoipa::path(get, path = "/api/v1/customers/{id}", operation_id = "getCustomer", tag = "customers",
    params(("id" = Uuid, Path)), responses((status = 200, body = Customer), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<CustomerId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CustomerRead)?;
    let mut db = state.pool.acquire().await?;
    let customer = query::find(&mut db, id.0).await?.ok_or_else(|| ApiError::not_found("customer", id.0))?;
    Ok(etag::ok(&customer, customer.version))
}

/// Add a customer.
#[utoipa::path(post, path = "/api/v1/customers", operation_id = "createCustomer", tag = "customers",
    params(IdempotencyHeader), request_body = CustomerFields,
    responses((status = 201, body = Customer), (status = 409, body = Problem), (status = 422, body = Problem)))]
async fn create(
    state: Data<AppState>,
    caller: Caller,
    key: IdempotencyKey,
    body: Json<CustomerFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CustomerWrite)?;
    key.once(&state, &caller, &body, async |db, rng| {
        let customer = store::insert(db, &mut caller.edit(rng), &body).await?;
        Ok(Answer::created(format!("/api/v1/customers/{}", customer.id), &customer)?
            .version(customer.version))
    })
    .await
}

/// Change a customer.
#[utoipa::path(put, path = "/api/v1/customers/{id}", operation_id = "changeCustomer", tag = "customers",
    params(("id" = Uuid, Path), IfMatchHeader), request_body = CustomerFields,
    responses((status = 200, body = Customer), (status = 409, body = Problem), (status = 412, body = Problem),
        (status = 422, body = Problem)))]
async fn change(
    state: Data<AppState>,
    caller: Caller,
    id: Path<CustomerId>,
    version: IfMatch,
    body: Json<CustomerFields>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CustomerWrite)?;
    let mut tx = state.begin().await?;
    let customer =
        store::update(&mut tx, &mut caller.edit(&mut state.dice()), id.0, version.0, &body).await?;
    tx.commit().await?;
    Ok(etag::ok(&customer, customer.version))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, write) =
        (Needs::Operation(Operation::CustomerRead), Needs::Operation(Operation::CustomerWrite));
    vec![
        Route::get("/api/v1/customers", read, || web::to(list)),
        Route::post("/api/v1/customers", write, || web::to(create)),
        Route::get("/api/v1/customers/{id}", read, || web::to(find)),
        Route::put("/api/v1/customers/{id}", write, || web::to(change)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, create, change))]
    struct Docs;
    Docs::openapi()
}
