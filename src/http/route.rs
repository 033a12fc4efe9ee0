//! Routes as data: what is served is what a test can list.

use access::Operation;
use actix_web::http::Method;
use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, ResponseError, web};
use std::collections::BTreeMap;

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

/// Serves the routes. Those of one address become one resource, so that a wrong method is answered 405 with
/// `Allow`; fixed addresses come before those with `{id}`, because `{` sorts behind every letter.
pub fn serve(routes: Vec<Route>, config: &mut web::ServiceConfig) {
    let mut by_path: BTreeMap<&'static str, Vec<Route>> = BTreeMap::new();
    for route in routes {
        by_path.entry(route.path).or_default().push(route);
    }
    for (path, routes) in by_path {
        let allowed = routes.iter().map(|route| route.method.as_str()).collect::<Vec<_>>().join(", ");
        let mut resource = web::resource(path);
        for route in routes {
            resource = resource.route((route.handler)().method(route.method));
        }
        let refuse = move |request: HttpRequest| {
            let allowed = allowed.clone();
            async move { method_not_allowed(&request, &allowed) }
        };
        config.service(resource.default_service(web::to(refuse)));
    }
}

fn method_not_allowed(request: &HttpRequest, allowed: &str) -> HttpResponse {
    let detail = format!("{} does not know {}: use {allowed}", request.path(), request.method());
    let mut response =
        super::problem::ApiError::new(super::problem::Code::MethodNotAllowed, detail).error_response();
    if let Ok(value) = header::HeaderValue::from_str(allowed) {
        response.headers_mut().insert(header::ALLOW, value);
    }
    response
}
