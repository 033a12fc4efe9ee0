//! Routes as data: what is served is what a test can list.

use super::caller::{self, Caller};
use super::problem::{ApiError, Code};
use access::Operation;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, StatusCode, header};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError, web};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// Who may call a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Anybody, signed in or not.
    Nothing,
    /// Anybody who is signed in, or any API key.
    Caller,
    /// A person's session: API keys have none.
    Session,
    /// This operation, in at least one unit; the handler looks at the unit.
    Operation(Operation),
    /// One of these operations, in at least one unit; the handler looks which, and at the unit.
    AnyOf(&'static [Operation]),
}

/// One method of one address.
#[derive(Clone)]
pub struct Route {
    /// The method.
    pub method: Method,
    /// The address, with `{id}` for what varies. Equal to `path` of the handler's `utoipa::path`.
    pub path: &'static str,
    /// Who may call it.
    pub needs: Needs,
    /// Makes the handler: `|| web::to(list)`.
    pub handler: fn() -> actix_web::Route,
}

impl Route {
    /// `GET`
    #[must_use]
    pub const fn get(path: &'static str, needs: Needs, handler: fn() -> actix_web::Route) -> Self {
        Self { method: Method::GET, path, needs, handler }
    }

    /// `POST`
    #[must_use]
    pub const fn post(path: &'static str, needs: Needs, handler: fn() -> actix_web::Route) -> Self {
        Self { method: Method::POST, path, needs, handler }
    }

    /// `PUT`
    #[must_use]
    pub const fn put(path: &'static str, needs: Needs, handler: fn() -> actix_web::Route) -> Self {
        Self { method: Method::PUT, path, needs, handler }
    }

    /// `DELETE`
    #[must_use]
    pub const fn delete(path: &'static str, needs: Needs, handler: fn() -> actix_web::Route) -> Self {
        Self { method: Method::DELETE, path, needs, handler }
    }
}

/// How many segments of an address are those of its family, as in `/api/v1/loyalty`.
const FAMILY_SEGMENTS: usize = 3;

/// Serves the routes. Those of one address become one resource, so that a wrong method is answered 405 with
/// `Allow`. A family of addresses is looked at only for what begins like it, and in it fixed addresses before those with
/// `{id}`: trying hundreds of patterns one by one would cost more than many an answer.
pub fn serve(routes: Vec<Route>, config: &mut web::ServiceConfig) {
    let mut by_path: BTreeMap<&'static str, Vec<Route>> = BTreeMap::new();
    for route in routes {
        by_path.entry(route.path).or_default().push(route);
    }
    let mut families: BTreeMap<&'static str, Vec<(&'static str, Vec<Route>)>> = BTreeMap::new();
    for (path, routes) in by_path {
        let (family, rest) = path.split_at(family_length(path));
        families.entry(family).or_default().push((rest, routes));
    }
    // The longer of two that begin alike comes first: a family takes all that begins like it.
    for (family, mut addresses) in families.into_iter().rev() {
        addresses.sort_by_key(|(rest, _)| rest.contains('{'));
        let mut scope = web::scope(family);
        for (rest, routes) in addresses {
            scope = scope.service(resource(rest, routes));
        }
        config.service(scope);
    }
}

/// How much of an address is its family: its first fixed segments.
fn family_length(path: &str) -> usize {
    let fixed = path.find("/{").unwrap_or(path.len());
    let ends = path.match_indices('/').map(|(at, _)| at).nth(FAMILY_SEGMENTS);
    ends.unwrap_or(path.len()).min(fixed)
}

/// All methods of one address.
fn resource(path: &'static str, routes: Vec<Route>) -> actix_web::Resource {
    let allowed = routes.iter().map(|route| route.method.as_str()).collect::<Vec<_>>().join(", ");
    let mut resource = web::resource(path);
    for route in routes {
        let needs = route.needs;
        let checked = from_fn(move |request, next| authorize(needs, request, next));
        resource = resource.route((route.handler)().method(route.method).wrap(checked));
    }
    let refuse = move |request: HttpRequest| {
        let allowed = allowed.clone();
        async move { method_not_allowed(&request, &allowed) }
    };
    resource.default_service(web::to(refuse))
}

fn method_not_allowed(request: &HttpRequest, allowed: &str) -> HttpResponse {
    let detail = format!("{} does not know {}: use {allowed}", request.path(), request.method());
    let mut response = ApiError::new(Code::MethodNotAllowed, detail).error_response();
    if let Ok(value) = header::HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}

/// Checks what the table says before anything of the request is read, so that a refused caller learns nothing of
/// what the body should be. What the handler refuses for the unit is recorded here too.
async fn authorize(
    needs: Needs,
    request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let checked = check(needs, &request).await;
    let (caller, operation) = match checked {
        Ok(Some(checked)) => checked,
        Ok(None) => return next.call(request).await,
        Err(refusal) => return Ok(request.into_response(refusal.error_response())),
    };
    let response = next.call(request).await?;
    if response.status() == StatusCode::FORBIDDEN {
        let state = caller::state_of(response.request())?;
        record_refusal(&state, &caller, response.request(), operation).await;
    }
    Ok(response)
}

/// Finds the caller that the route needs, and leaves it for the handler; nothing where none is needed.
async fn check(
    needs: Needs,
    request: &ServiceRequest,
) -> Result<Option<(Caller, Option<Operation>)>, ApiError> {
    let operations = match &needs {
        Needs::Nothing => return Ok(None),
        Needs::Session => {
            let state = caller::state_of(request.request())?;
            let session = caller::session_of(request.headers(), &state).await?;
            request.extensions_mut().insert(session);
            return Ok(None);
        }
        Needs::Caller => &[],
        Needs::Operation(operation) => std::slice::from_ref(operation),
        Needs::AnyOf(operations) => *operations,
    };
    let state = caller::state_of(request.request())?;
    let caller = caller::identify(request.headers(), &state).await?;
    let allowed = operations.iter().copied().find(|operation| caller.permissions().allows(*operation));
    let operation = allowed.or(operations.first().copied());
    if let (None, Some(wanted)) = (allowed, operation) {
        record_refusal(&state, &caller, request.request(), operation).await;
        caller.require(wanted)?;
    }
    request.extensions_mut().insert(caller.clone());
    Ok(Some((caller, operation)))
}

/// A refused operation is an event of security (NFR-LOG-03). That it cannot be written does not make the refusal
/// an error.
async fn record_refusal(
    state: &super::AppState,
    caller: &Caller,
    request: &HttpRequest,
    operation: Option<Operation>,
) {
    let payload = json!({
        "operation": operation,
        "method": request.method().as_str(),
        "route": request.match_pattern(),
    });
    let subject = caller.person().map_or(Uuid::nil(), base::id::PersonId::as_uuid);
    let written = async {
        let mut db = state.pool.acquire().await?;
        let mut rng = state.dice();
        let mut edit = caller.edit(&mut rng);
        access::record::security(&mut db, &mut edit, "access.operation_refused.v1", subject, payload).await
    };
    if let Err(error) = written.await {
        tracing::warn!(%error, "a refused operation could not be recorded");
    }
}
