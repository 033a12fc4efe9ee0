//! Headers that tell browsers what our pages may do.

use crate::http::caller::state_of;
use crate::http::settings::Panel;
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use std::collections::BTreeSet;

/// Our own scripts only. Ant Design writes its styles while it runs, so inline styles are allowed; recordings are
/// played from `blob:`; `'self'` covers the WebSocket of the same origin (CSP level 3).
const CONTENT_SECURITY_POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; connect-src 'self'; \
    worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

/// The editor of decision tables is a page of its own, and stands inside ours.
const FRAMED: &str = "/jdm/";

const ALWAYS: [(HeaderName, &str); 5] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::REFERRER_POLICY, "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "microphone=(self), camera=(), geolocation=(), payment=()",
    ),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
];

/// Two years, as browsers' preload lists want it (RFC 6797).
const HSTS: HeaderValue = HeaderValue::from_static("max-age=63072000; includeSubDomains");

/// Adds them to every answer; answers of the API are not to be kept by anybody unless they say so.
pub async fn secure<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let settings = &state_of(request.request())?.settings;
    let is_secure = settings.is_secure();
    let policy = content_security_policy(&settings.panels);
    let is_api = request.path().starts_with("/api/");
    let is_framed = request.path().starts_with(FRAMED);
    let mut response = next.call(request).await?;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    for (name, value) in ALWAYS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if is_framed {
        headers.insert(header::CONTENT_SECURITY_POLICY, framed_by_ours());
        headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN"));
    }
    if is_secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
    if is_api && !headers.contains_key(header::CACHE_CONTROL) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    Ok(response)
}

/// The policy of a page that stands inside a page of ours, and of nobody else's.
fn framed_by_ours() -> HeaderValue {
    let policy = CONTENT_SECURITY_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'");
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(CONTENT_SECURITY_POLICY))
}

/// The policy, with the panels' origins let into frames. An origin holds only characters that a header may hold.
fn content_security_policy(panels: &[Panel]) -> HeaderValue {
    let origins: BTreeSet<String> = panels.iter().filter_map(Panel::origin).collect();
    if origins.is_empty() {
        return HeaderValue::from_static(CONTENT_SECURITY_POLICY);
    }
    let origins = origins.into_iter().collect::<Vec<_>>().join(" ");
    let policy = format!("{CONTENT_SECURITY_POLICY}; frame-src 'self' {origins}");
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(CONTENT_SECURITY_POLICY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::settings::PanelPlace;

    #[test]
    fn the_page_inside_ours_is_framed_by_us_alone_and_may_do_no_more() {
        let policy = framed_by_ours();
        let policy = policy.to_str().unwrap();
        assert!(policy.ends_with("frame-ancestors 'self'"));
        assert_eq!(policy.replace("ancestors 'self'", "ancestors 'none'"), CONTENT_SECURITY_POLICY);
    }

    /// NFR-ARCH-02
    #[test]
    fn frames_of_the_panels_that_are_named_are_let_in_and_no_others() {
        let panel = |url: &str| Panel {
            title: String::new(),
            url: url.to_owned(),
            place: PanelPlace::Customer,
            height: 1,
        };

        let policy = content_security_policy(&[panel("https://b.example/x"), panel("https://a.example/y")]);

        assert!(policy.to_str().unwrap().ends_with("; frame-src 'self' https://a.example https://b.example"));
        assert!(!content_security_policy(&[]).to_str().unwrap().contains("frame-src"));
    }
}
