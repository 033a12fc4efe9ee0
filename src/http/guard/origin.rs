//! No page of another site may change data or open a socket with our cookie.

use crate::http::caller::state_of;
use crate::http::problem::{ApiError, Code};
use crate::http::settings::Http;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError};

/// Refuses unsafe methods from foreign origins; the door of the sockets asks [`is_ours`] too. The cookie is `SameSite=Strict` as well;
/// this also covers sockets and old browsers.
pub async fn check_origin<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let state = state_of(request.request())?;
    let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE);
    if !is_safe && !is_ours(request.headers(), &state.settings) {
        return Ok(request.into_response(foreign().error_response()));
    }
    Ok(next.call(request).await?.map_into_boxed_body())
}

/// The refusal.
#[must_use]
pub fn foreign() -> ApiError {
    ApiError::new(Code::ForeignOrigin, "pages of other web sites may not do this")
}

fn text(headers: &HeaderMap, name: header::HeaderName) -> Option<&str> {
    headers.get(name).map(|value| value.to_str().unwrap_or("null"))
}

/// Whether the request comes from our own pages, or from no page at all: programs send no `Origin`.
#[must_use]
pub fn is_ours(headers: &HeaderMap, settings: &Http) -> bool {
    let Some(origin) = text(headers, header::ORIGIN) else {
        let site = text(headers, header::HeaderName::from_static("sec-fetch-site"));
        return matches!(site, None | Some("same-origin" | "none"));
    };
    let configured = settings.public_url.iter().chain(&settings.allowed_origins);
    if configured.map(|url| url.trim_end_matches('/')).any(|known| known.eq_ignore_ascii_case(origin)) {
        return true;
    }
    let scheme = if settings.is_secure() { "https" } else { "http" };
    let host = text(headers, header::HOST).unwrap_or_default();
    origin.eq_ignore_ascii_case(&format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    fn ours(origin: Option<&str>, site: Option<&str>) -> bool {
        let mut request = TestRequest::post().insert_header((header::HOST, "calls.example.com"));
        if let Some(origin) = origin {
            request = request.insert_header((header::ORIGIN, origin));
        }
        if let Some(site) = site {
            request = request.insert_header(("sec-fetch-site", site));
        }
        let settings = Http {
            public_url: Some("https://calls.example.com/".into()),
            allowed_origins: vec!["http://localhost:5173".into()],
            ..Http::default()
        };
        is_ours(request.to_http_request().headers(), &settings)
    }

    #[test]
    fn our_pages_and_programs_pass_and_other_sites_do_not() {
        assert!(ours(Some("https://calls.example.com"), Some("same-origin")));
        assert!(ours(Some("http://localhost:5173"), None));
        assert!(ours(None, None), "a program");
        assert!(!ours(Some("https://evil.example"), None));
        assert!(!ours(Some("http://calls.example.com"), None), "the same host without TLS");
        assert!(!ours(Some("null"), None));
        assert!(!ours(None, Some("cross-site")));
    }
}
