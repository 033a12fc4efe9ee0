//! How everything that people set up is answered: added under a key, changed at a version, shown with its version.

use crate::http::prelude::*;
use base::Edit;
use loyalty::bonus_type::BonusType;
use loyalty::master::Master;
use loyalty::partner::Partner;
use loyalty::programme::Programme;
use loyalty::promotion::Promotion;
use loyalty::reward::Reward;
use loyalty::tier::Tier;
use sqlx::PgConnection;

/// Something with an id and a version.
pub(super) trait Versioned: Serialize {
    /// Its id.
    fn id(&self) -> Uuid;
    /// Grows with each change.
    fn version(&self) -> i32;
}

macro_rules! versioned {
    ($($kept:ty),*) => {$(
        impl Versioned for $kept {
            fn id(&self) -> Uuid {
                self.id.as_uuid()
            }

            fn version(&self) -> i32 {
                self.version
            }
        }
    )*};
}

versioned!(Programme, BonusType, Tier, Master, Reward, Partner, Promotion);

/// Adds what a body says, once under its key; its address is `place` under loyalty and its id.
pub(super) async fn added<T: Versioned, B>(
    (state, caller): (&AppState, &Caller),
    key: &IdempotencyKey,
    body: &Json<B>,
    place: &str,
    add: impl AsyncFnOnce(&mut PgConnection, &mut Edit<'_>) -> Result<T, ApiError>,
) -> Result<HttpResponse, ApiError> {
    key.once(state, caller, body, async |db, rng| {
        let made = add(db, &mut caller.edit(rng)).await?;
        let place = format!("/api/v1/loyalty/{place}/{}", made.id());
        Ok(Answer::created(place, &made)?.version(made.version()))
    })
    .await
}

/// Changes something in a transaction of its own.
pub(super) async fn changed<T: Versioned>(
    (state, caller): (&AppState, &Caller),
    change: impl AsyncFnOnce(&mut PgConnection, &mut Edit<'_>) -> Result<T, ApiError>,
) -> Result<HttpResponse, ApiError> {
    let mut tx = state.begin().await?;
    let mut rng = state.dice();
    let after = change(&mut tx, &mut caller.edit(&mut rng)).await?;
    tx.commit().await?;
    Ok(shown(&after))
}

/// Switches something off in a transaction of its own.
pub(super) async fn switched_off(
    (state, caller): (&AppState, &Caller),
    switch: impl AsyncFnOnce(&mut PgConnection, &mut Edit<'_>) -> Result<(), ApiError>,
) -> Result<HttpResponse, ApiError> {
    let mut tx = state.begin().await?;
    let mut rng = state.dice();
    switch(&mut tx, &mut caller.edit(&mut rng)).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Something with its version.
pub(super) fn shown<T: Versioned>(one: &T) -> HttpResponse {
    etag::ok(one, one.version())
}
