//! Panels: pages of other systems that stand inside ours, on the customer's card or at the desk (NFR-ARCH-02).

use crate::http::prelude::*;
use crate::http::settings::Panel;

/// The panels that this server's settings name, in their order.
#[utoipa::path(get, path = "/api/v1/panels", operation_id = "listPanels", tag = "system",
    responses((status = 200, body = Vec<Panel>)))]
async fn list(state: Data<AppState>, caller: Caller) -> Result<HttpResponse, ApiError> {
    caller.require(Operation::CustomerRead)?;
    Ok(HttpResponse::Ok().json(&state.settings.panels))
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::get("/api/v1/panels", Needs::Operation(Operation::CustomerRead), || web::to(list))]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(list))]
    struct Docs;
    Docs::openapi()
}
