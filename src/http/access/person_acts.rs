//! What administrators do with an account: reset, unlock, disable, sign out.

use super::people::manageable;
use crate::http::prelude::*;
use access::person::{self, Person};
use base::id::PersonId;

/// A password that the server made.
#[derive(Debug, Serialize, ToSchema)]
pub struct ResetPassword {
    /// Shown once; must be changed at the next sign-in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
}

/// Give a person a new password, end the sessions and forget wrong passwords.
#[utoipa::path(post, path = "/api/v1/people/{id}/reset-password", operation_id = "resetPassword", tag = "people",
    params(("id" = Uuid, Path), IdempotencyHeader), responses((status = 200, body = ResetPassword),
    (status = 409, body = Problem, description = "directory-account")))]
async fn reset_password(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PersonId>,
    key: IdempotencyKey,
) -> Result<HttpResponse, ApiError> {
    let policy = &state.policy.password;
    let password = policy.generate(&mut state.dice());
    let (typed, mut dice) = (password.clone(), state.dice());
    let hash =
        state.hashing.run(move |hasher| hasher.hash(&typed, &mut dice)).await?.map_err(ApiError::internal)?;
    key.once_bodyless(&state, &caller, async |db, rng| {
        let found = manageable(db, &caller, id.0).await?;
        refuse_of_directory(found.directory.as_deref())?;
        let until = Some(policy.temporary_until(caller.now()));
        person::password::store::reset(db, &mut caller.edit(rng), id.0, &hash, until, policy).await?;
        Ok(Answer::ok(&ResetPassword { password: Some(password) })?.secret("password"))
    })
    .await
}

/// The password of a directory's person is none of this server's.
pub(super) fn refuse_of_directory(directory: Option<&str>) -> Result<(), ApiError> {
    directory.map_or(Ok(()), |name| {
        let detail = format!("the directory {name:?} keeps the password of this person: change it there");
        Err(ApiError::new(Code::DirectoryAccount, detail))
    })
}

/// Forget the wrong passwords of a person.
#[utoipa::path(post, path = "/api/v1/people/{id}/unlock", operation_id = "unlockPerson", tag = "people",
    params(("id" = Uuid, Path)), responses((status = 200, body = Person)))]
async fn unlock(state: Data<AppState>, caller: Caller, id: Path<PersonId>) -> Result<HttpResponse, ApiError> {
    let mut tx = state.begin().await?;
    manageable(&mut tx, &caller, id.0).await?;
    let person = person::store::unlock(&mut tx, &mut caller.edit(&mut state.dice()), id.0).await?;
    tx.commit().await?;
    Ok(etag::ok(&person, person.version))
}

/// Stop a person from signing in, and end the sessions.
#[utoipa::path(post, path = "/api/v1/people/{id}/disable", operation_id = "disablePerson", tag = "people",
    params(("id" = Uuid, Path)), responses((status = 200, body = Person), (status = 409, body = Problem)))]
async fn disable(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PersonId>,
) -> Result<HttpResponse, ApiError> {
    set_disabled(&state, &caller, id.0, true).await
}

/// Let a disabled person sign in again.
#[utoipa::path(post, path = "/api/v1/people/{id}/enable", operation_id = "enablePerson", tag = "people",
    params(("id" = Uuid, Path)), responses((status = 200, body = Person)))]
async fn enable(state: Data<AppState>, caller: Caller, id: Path<PersonId>) -> Result<HttpResponse, ApiError> {
    set_disabled(&state, &caller, id.0, false).await
}

async fn set_disabled(
    state: &AppState,
    caller: &Caller,
    id: PersonId,
    is_disabled: bool,
) -> Result<HttpResponse, ApiError> {
    let mut tx = state.begin().await?;
    manageable(&mut tx, caller, id).await?;
    let mut rng = state.dice();
    let person = person::store::set_disabled(&mut tx, &mut caller.edit(&mut rng), id, is_disabled).await?;
    tx.commit().await?;
    Ok(etag::ok(&person, person.version))
}

/// End every session of a person.
#[utoipa::path(post, path = "/api/v1/people/{id}/sign-out-everywhere", operation_id = "signOutPerson",
    tag = "people", params(("id" = Uuid, Path)), responses((status = 204)))]
async fn sign_out(
    state: Data<AppState>,
    caller: Caller,
    id: Path<PersonId>,
) -> Result<HttpResponse, ApiError> {
    let mut tx = state.begin().await?;
    manageable(&mut tx, &caller, id.0).await?;
    person::store::sign_out_everywhere(&mut tx, &mut caller.edit(&mut state.dice()), id.0, None).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    let write = Needs::Operation(Operation::PersonWrite);
    vec![
        Route::post("/api/v1/people/{id}/reset-password", write, || web::to(reset_password)),
        Route::post("/api/v1/people/{id}/unlock", write, || web::to(unlock)),
        Route::post("/api/v1/people/{id}/disable", write, || web::to(disable)),
        Route::post("/api/v1/people/{id}/enable", write, || web::to(enable)),
        Route::post("/api/v1/people/{id}/sign-out-everywhere", write, || web::to(sign_out)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(reset_password, unlock, disable, enable, sign_out))]
    struct Docs;
    Docs::openapi()
}
