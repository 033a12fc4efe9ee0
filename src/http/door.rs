//! Who may open a socket. Sockets leave actix-web before its application, so what its layers check for requests is
//! checked here for them.

use super::caller::{Caller, identify};
use super::guard::origin;
use super::guard::source::source_of;
use super::problem::ApiError;
use super::state::AppState;
use actix_http::{HttpMessage, Request};

/// The caller of an upgrade request: within the limits, from our own pages, signed in.
///
/// # Errors
/// 429, 403 or 401.
pub async fn admit(request: &Request, state: &AppState) -> Result<Caller, ApiError> {
    admit_stranger(request, state)?;
    identify(request.headers(), state).await
}

/// The same without asking who it is, for sockets that carry a token of their own.
///
/// # Errors
/// 429 or 403.
pub fn admit_stranger(request: &Request, state: &AppState) -> Result<(), ApiError> {
    let source = source_of(request.peer_addr(), request.headers(), &state.settings);
    state.limits.admit_socket(source)?;
    if origin::is_ours(request.headers(), &state.settings) { Ok(()) } else { Err(origin::foreign()) }
}
