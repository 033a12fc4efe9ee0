//! The OpenAPI document: what every module says of its endpoints, merged in one place.

use super::problem::Problem;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{ComponentsBuilder, OpenApi, SecurityRequirement};
use utoipa::{Modify, OpenApi as _};

#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "Trunkline",
        description = "Contact centre in real time. Refusals are `application/problem+json` (RFC 9457); lists are read \
            page by page with an opaque `cursor`; what people edit carries a version in `ETag`, which `PUT` names in \
            `If-Match`; `POST` takes an `Idempotency-Key`.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    components(schemas(Problem)),
    modifiers(&Security),
)]
struct Docs;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut OpenApi) {
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::with_description(
            super::caller::COOKIE,
            "Set by `POST /api/v1/session`; `__Host-trunkline_session` over HTTPS.",
        )));
        let bearer = SecurityScheme::Http(
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API key.")).build(),
        );
        let components = document.components.take().unwrap_or_else(|| ComponentsBuilder::new().build());
        let mut components = components;
        components.add_security_scheme("session", cookie);
        components.add_security_scheme("apiKey", bearer);
        document.components = Some(components);
        let none: [String; 0] = [];
        document.security = Some(vec![
            SecurityRequirement::new("session", none.clone()),
            SecurityRequirement::new("apiKey", none),
        ]);
    }
}

/// The whole document, as `GET /api/openapi.json` and `trunkline openapi` give it.
#[must_use]
pub fn openapi() -> OpenApi {
    let mut document = Docs::openapi();
    for docs in super::documents() {
        document.merge(docs);
    }
    document
}
