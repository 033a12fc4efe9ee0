//! Removes what no longer counts: ended sessions, old refusals, remembered requests.

use super::problem::ApiError;
use super::state::AppState;
use access::{session, sign_in};
use std::time::Duration;

/// How often. What has expired is refused at once anyway; this only keeps the tables small.
const EVERY: Duration = Duration::from_secs(600);

/// Keeps house until it is dropped.
pub async fn keep_house(state: actix_web::web::Data<AppState>) {
    let mut ticks = tokio::time::interval(EVERY);
    loop {
        ticks.tick().await;
        if let Err(error) = clean(&state).await {
            tracing::warn!(%error, "expired sessions and keys could not be removed; trying again later");
        }
    }
}

/// Removes once; how many rows.
///
/// # Errors
/// 503 when the database is away.
pub async fn clean(state: &AppState) -> Result<u64, ApiError> {
    let now = state.clock.now();
    let mut tx = state.begin().await?;
    let sessions = session::store::delete_expired(&mut tx, now, &state.policy.session).await?;
    let refusals = sign_in::store::delete_forgotten(&mut tx, now, &state.policy.lockout).await?;
    let keys = platform::idempotency::forget_expired(&mut tx, now).await?;
    tx.commit().await?;
    Ok(sessions + refusals + keys)
}
