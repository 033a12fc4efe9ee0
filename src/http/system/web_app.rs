//! The browser application, embedded in the program: files with a hash in their name for ever, the page itself
//! never kept; addresses that are the application's own get the page.

use crate::http::problem::ApiError;
use crate::http::problem::Code;
use actix_web::http::header::{self, EntityTag, HeaderValue, IfNoneMatch};
use actix_web::http::{Method, header::Header};
use actix_web::{HttpRequest, HttpResponse};
use rust_embed::{EmbeddedFile, RustEmbed};

#[derive(RustEmbed)]
#[folder = "web/dist"]
struct Files;

/// What a browser sees when the program was built without the web application.
const NOT_BUILT: &str = include_str!("not_built.html");
/// Where the bundler puts files with a hash of their content in the name.
const HASHED: &str = "assets/";

/// Answers every address that no route has.
pub async fn serve(request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let path = request.path().trim_start_matches('/');
    let is_ours = ["api/", "ws/", "problems/"].iter().any(|prefix| path.starts_with(prefix)) || path == "api";
    if is_ours || !matches!(*request.method(), Method::GET | Method::HEAD) {
        return Err(ApiError::new(Code::NotFound, format!("nothing is served at {}", request.path())));
    }
    if let Some(file) = Files::get(path) {
        return Ok(file_response(&request, path, file));
    }
    if path.starts_with(HASHED) || !wants_page(&request) {
        return Err(ApiError::new(Code::NotFound, format!("nothing is served at {}", request.path())));
    }
    Ok(match Files::get("index.html") {
        Some(page) => file_response(&request, "index.html", page),
        None => HttpResponse::Ok().content_type("text/html; charset=utf-8").body(NOT_BUILT),
    })
}

/// A browser that opens an address, rather than a script or an image that is missing.
fn wants_page(request: &HttpRequest) -> bool {
    let accepts = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok());
    accepts.is_none_or(|accepts| accepts.contains("text/html") || accepts.contains("*/*"))
}

fn file_response(request: &HttpRequest, path: &str, file: EmbeddedFile) -> HttpResponse {
    let tag = EntityTag::new_strong(hex::encode(file.metadata.sha256_hash()));
    let cached = if path.starts_with(HASHED) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(|known| known.weak_eq(&tag)),
        Ok(IfNoneMatch::Any) | Err(_) => false,
    };
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response
        .insert_header((header::CACHE_CONTROL, HeaderValue::from_static(cached)))
        .insert_header(header::ETag(tag));
    if known {
        return response.finish();
    }
    response
        .content_type(mime_guess::from_path(path).first_or_octet_stream().as_ref())
        .body(file.data.into_owned())
}
