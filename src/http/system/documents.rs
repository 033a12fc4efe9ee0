//! What a developer reads: the OpenAPI document, a page that shows it, and a page for each problem.

use crate::http::prelude::*;

const PAGE: &str = include_str!("docs.html");
const SCRIPT: &str = include_str!("docs.js");

/// The OpenAPI document.
#[utoipa::path(get, path = "/api/openapi.json", operation_id = "getOpenApi", tag = "documents", security(()),
    responses((status = 200, body = Object, content_type = "application/json")))]
async fn openapi() -> HttpResponse {
    HttpResponse::Ok().json(crate::http::openapi())
}

/// The OpenAPI document to read in a browser. It needs nothing from outside this server.
#[utoipa::path(get, path = "/api/docs", operation_id = "getDocs", tag = "documents", security(()),
    responses((status = 200, body = String, content_type = "text/html")))]
async fn docs_page() -> HttpResponse {
    HttpResponse::Ok().content_type("text/html; charset=utf-8").body(PAGE)
}

/// The script of that page.
#[utoipa::path(get, path = "/api/docs/docs.js", operation_id = "getDocsScript", tag = "documents", security(()),
    responses((status = 200, body = String, content_type = "text/javascript")))]
async fn docs_script() -> HttpResponse {
    HttpResponse::Ok().content_type("text/javascript; charset=utf-8").body(SCRIPT)
}

/// What a problem means and what to do about it, in Markdown.
#[utoipa::path(get, path = "/problems/{slug}", operation_id = "getProblem", tag = "documents", security(()),
    params(("slug" = String, Path)),
    responses((status = 200, body = String, content_type = "text/markdown"), (status = 404, body = Problem)))]
async fn problem(slug: Path<String>) -> Result<HttpResponse, ApiError> {
    let code = Code::from_slug(&slug).ok_or_else(|| ApiError::not_found("problem", &slug.0))?;
    Ok(HttpResponse::Ok().content_type("text/markdown; charset=utf-8").body(code.page()))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::get("/api/openapi.json", Needs::Nothing, || web::to(openapi)),
        Route::get("/api/docs", Needs::Nothing, || web::to(docs_page)),
        Route::get("/api/docs/docs.js", Needs::Nothing, || web::to(docs_script)),
        Route::get("/problems/{slug}", Needs::Nothing, || web::to(problem)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(openapi, docs_page, docs_script, problem))]
    struct Docs;
    Docs::openapi()
}
