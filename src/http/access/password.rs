//! The caller's own password, and signing out everywhere.

use super::person_acts::refuse_of_directory;
use crate::http::prelude::*;
use access::password::WeakPassword;
use access::person;
use access::person::password::{self, NewPasswordError};
use base::{Author, Edit};
use secrecy::{ExposeSecret, SecretString};

/// The present password and the next.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The present one.
    #[schema(value_type = String, format = Password)]
    pub current: SecretString,
    /// The next one.
    #[schema(value_type = String, format = Password)]
    pub new: SecretString,
}

impl From<NewPasswordError> for ApiError {
    fn from(error: NewPasswordError) -> Self {
        match error {
            NewPasswordError::WrongCurrent => Self::invalid("/current", error.to_string()),
            NewPasswordError::Weak(weak) => weak.into(),
        }
    }
}

impl From<WeakPassword> for ApiError {
    fn from(weak: WeakPassword) -> Self {
        Self::invalid("/new", weak.to_string())
    }
}

/// Change the own password. The person's other sessions end.
#[utoipa::path(post, path = "/api/v1/session/password", operation_id = "changePassword", tag = "session",
    request_body = NewPassword, responses((status = 204), (status = 422, body = Problem),
    (status = 409, body = Problem, description = "directory-account")))]
async fn change(
    state: Data<AppState>,
    session: Session,
    body: Json<NewPassword>,
) -> Result<HttpResponse, ApiError> {
    refuse_of_directory(session.signed_in.directory.as_deref())?;
    let person = session.signed_in.person_id;
    let mut db = state.pool.acquire().await?;
    let past = password::store::past(&mut db, person).await?;
    drop(db);
    let past = past.ok_or_else(|| ApiError::not_found("person", person))?;
    let replaces = past.current.clone();
    let policy = state.policy.password.clone();
    let (mut rng, body) = (state.dice(), body.into_inner());
    let hash = state.hashing.run(move |hasher| {
        let (current, new) = (body.current.expose_secret(), body.new.expose_secret());
        password::check_new(hasher, &policy, &past, current, new)?;
        hasher.hash(new, &mut rng).map_err(ApiError::internal)
    });
    let hash = hash.await??;
    let mut rng = state.dice();
    let mut edit = Edit { now: session.now, author: Author::Person(person), rng: &mut rng };
    let mut tx = state.begin().await?;
    let own = (person, session.signed_in.session_id);
    password::store::set_own(&mut tx, &mut edit, own, &replaces, &hash, &state.policy.password).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// End every session of the own account on other devices, and this one.
#[utoipa::path(post, path = "/api/v1/session/sign-out-everywhere", operation_id = "signOutEverywhere",
    tag = "session", responses((status = 204)))]
async fn sign_out_everywhere(state: Data<AppState>, session: Session) -> Result<HttpResponse, ApiError> {
    let person = session.signed_in.person_id;
    let mut rng = state.dice();
    let mut edit = Edit { now: session.now, author: Author::Person(person), rng: &mut rng };
    let mut tx = state.begin().await?;
    person::store::sign_out_everywhere(&mut tx, &mut edit, person, None).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v1/session/password", Needs::Session, || web::to(change)),
        Route::post("/api/v1/session/sign-out-everywhere", Needs::Session, || web::to(sign_out_everywhere)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(change, sign_out_everywhere))]
    struct Docs;
    Docs::openapi()
}
