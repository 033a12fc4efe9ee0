//! Customers: whom the company serves.

use super::cards::{facts, refused, searched};
use super::histories::{HistoryEntry, history};
use super::viewer::{customer_columns, of_customers};
use crate::http::prelude::*;
use base::id::{CustomerId, EventId};
use chrono::{DateTime, Utc};
use crm::columns::Condition;
use crm::customer::{Customer, CustomerFields};
use crm::{query, store};

/// Which customers a list shows.
#[derive(Clone, Debug, Default, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CustomerFilter {
    /// What must be true of them, in the language of rules: `customer.tier == 'gold'`.
    #[serde(rename = "where")]
    #[param(rename = "where")]
    pub condition: Option<String>,
}

/// Customers, newest first. `q` finds words of the name in any script, an identifier, the end of a number, or words of
/// searchable attributes.
#[utoipa::path(get, path = "/api/v1/customers", operation_id = "listCustomers", tag = "customers",
    params(PageQuery, CustomerFilter),
    responses((status = 200, body = Page<Customer>), (status = 422, body = Problem)))]
async fn list(
    state: Data<AppState>,
    caller: Caller,
    page: Query<PageQuery>,
    filter: Query<CustomerFilter>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CustomerRead)?;
    let after = page.after::<(DateTime<Utc>, CustomerId)>()?;
    let after = after.map(|(created_at, id)| query::After { created_at, id });
    let mut db = state.pool.acquire().await?;
    let (attributes, viewer) = of_customers(&mut db, &caller).await?;
    let text = filter.condition.as_deref();
    let columns = customer_columns(&mut db, &caller, facts(&state, &caller), text).await?;
    let condition = match filter.condition.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(text) => Some(Condition::compile(text, columns).map_err(|faults| refused("?where", faults))?),
        None => None,
    };
    let search = query::Search {
        text: page.text().unwrap_or_default(),
        attributes: &searched(&attributes, &viewer),
        condition: condition.as_ref(),
    };
    let rows = query::search_customers(&mut db, search, after, page.rows()?).await?;
    let page = Page::new(rows, &page, |row| (row.created_at, row.id))?;
    Ok(HttpResponse::Ok().json(page.map(|row| row.shown_to(&viewer, &attributes))))
}

/// One customer.
#[utoipa::path(get, path = "/api/v1/customers/{id}", operation_id = "getCustomer", tag = "customers",
    params(("id" = Uuid, Path)), responses((status = 200, body = Customer), (status = 404, body = Problem)))]
async fn find(state: Data<AppState>, caller: Caller, id: Path<CustomerId>) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CustomerRead)?;
    let mut db = state.pool.acquire().await?;
    let customer = query::find(&mut db, id.0).await?.ok_or_else(|| ApiError::not_found("customer", id.0))?;
    let (attributes, viewer) = of_customers(&mut db, &caller).await?;
    let version = customer.version;
    Ok(etag::ok(&customer.shown_to(&viewer, &attributes), version))
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
        let (attributes, viewer) = of_customers(db, &caller).await?;
        let customer = store::insert(db, &mut caller.edit(rng), &viewer, &body).await?;
        let customer = customer.shown_to(&viewer, &attributes);
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
    let (attributes, viewer) = of_customers(&mut tx, &caller).await?;
    let mut rng = state.dice();
    let customer =
        store::update(&mut tx, &mut caller.edit(&mut rng), &viewer, id.0, version.0, &body).await?;
    tx.commit().await?;
    let version = customer.version;
    Ok(etag::ok(&customer.shown_to(&viewer, &attributes), version))
}

/// What happened to a customer, newest first.
#[utoipa::path(get, path = "/api/v1/customers/{id}/history", operation_id = "getCustomerHistory", tag = "customers",
    params(("id" = Uuid, Path), PageQuery),
    responses((status = 200, body = Page<HistoryEntry>), (status = 404, body = Problem)))]
async fn past(
    state: Data<AppState>,
    caller: Caller,
    id: Path<CustomerId>,
    page: Query<PageQuery>,
) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CustomerRead)?;
    let mut db = state.pool.acquire().await?;
    query::find(&mut db, id.0).await?.ok_or_else(|| ApiError::not_found("customer", id.0))?;
    let (attributes, viewer) = of_customers(&mut db, &caller).await?;
    let after = page.after::<(DateTime<Utc>, EventId)>()?;
    let rows = history(&mut db, id.0.as_uuid(), &attributes, &viewer, after, page.rows()?).await?;
    Ok(HttpResponse::Ok().json(Page::new(rows, &page, |row| (row.at, row.id))?))
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
        Route::get("/api/v1/customers/{id}/history", read, || web::to(past)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list, find, past, create, change))]
    struct Docs;
    Docs::openapi()
}
