//! The caller's own session: sign in, look, sign out, preferences.

use super::directory_sign_in;
use crate::http::caller::{COOKIE, COOKIE_SECURE};
use crate::http::guard::source::source;
use crate::http::prelude::*;
use access::session::SignedIn;
use access::sign_in::{self, Look, Outcome, Way};
use access::{Permissions, person};
use actix_web::cookie::time::Duration as CookieDuration;
use actix_web::cookie::{Cookie, SameSite};
use base::id::{OrgUnitId, PersonId};
use base::{Author, Edit, Locale};
use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

/// What a person types to sign in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    /// The login, in any case; with a domain, `user@domain` or `DOMAIN\user`, for a directory of the company.
    pub login: String,
    /// The password.
    #[schema(value_type = String, format = Password)]
    pub password: SecretString,
}

/// Who is signed in, and what the screens may offer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// Who.
    pub person: MePerson,
    /// What the person may do somewhere.
    pub operations: Vec<Operation>,
    /// Serves contacts at the desktop.
    pub is_operator: bool,
    /// Nothing but the session works until the password is changed.
    pub must_change_password: bool,
    /// When the session ends in any case.
    pub expires_at: DateTime<Utc>,
}

/// The signed-in person.
#[derive(Debug, Serialize, ToSchema)]
pub struct MePerson {
    /// Its id; also the operator's id.
    pub id: PersonId,
    /// What was typed.
    pub login: String,
    /// The name that screens show.
    pub name: String,
    /// The language of the screens.
    pub locale: Locale,
    /// `system`, `light` or `dark`.
    pub theme: String,
    /// The unit the person belongs to.
    pub unit_id: OrgUnitId,
    /// The directory that keeps the account and its password; null: this server does.
    pub directory: Option<String>,
}

impl Me {
    fn new(signed_in: SignedIn, permissions: &Permissions, must_change_password: bool) -> Self {
        Self {
            person: MePerson {
                id: signed_in.person_id,
                login: signed_in.login,
                name: signed_in.name,
                locale: signed_in.locale,
                theme: signed_in.theme,
                unit_id: signed_in.unit_id,
                directory: signed_in.directory,
            },
            operations: permissions.operations().collect(),
            is_operator: permissions.allows(Operation::DeskUse),
            must_change_password,
            expires_at: signed_in.expires_at,
        }
    }
}

/// Sign in. The answer to a wrong password, an unknown login and a disabled person is the same, and takes as long.
#[utoipa::path(post, path = "/api/v1/session", operation_id = "signIn", tag = "session", security(()),
    request_body = Credentials, responses(
    (status = 200, body = Me, description = "Signed in; the cookie is set"),
    (status = 401, body = Problem, description = "wrong-credentials"),
    (status = 403, body = Problem, description = "password-expired"),
    (status = 423, body = Problem, description = "locked-out; Retry-After says for how long"),
    (status = 503, body = Problem, description = "directory-away")))]
async fn sign_in(
    state: Data<AppState>,
    request: HttpRequest,
    body: Json<Credentials>,
) -> Result<HttpResponse, ApiError> {
    let now = state.clock.now();
    let mut rng = state.dice();
    let from = source(&request, &state.settings).to_string();
    let mut tx = state.begin().await?;
    let look = sign_in::store::look(&mut tx, &body.login, &from, now, &mut rng, &state.policy).await?;
    tx.commit().await?;
    let attempt = match look {
        Look::Check(attempt) => attempt,
        Look::Locked(until) => return Err(locked_out(until, now)),
    };
    let typed = body.into_inner().password;
    if let Way::Directory { directories, user } = attempt.way().clone() {
        let token = directory_sign_in::sign_in(&state, *attempt, &directories, &user, &typed, now).await?;
        return welcome(&state, &token).await;
    }
    let stored = attempt.stored_hash().map(str::to_owned);
    let is_right =
        state.hashing.run(move |hasher| hasher.verify(typed.expose_secret(), stored.as_deref())).await?;
    let mut tx = state.begin().await?;
    let outcome = sign_in::store::conclude(&mut tx, &attempt, is_right, now, &mut rng, &state.policy).await?;
    tx.commit().await?;
    match outcome {
        Outcome::Welcome { token, .. } => welcome(&state, &token).await,
        Outcome::Wrong => Err(wrong()),
        Outcome::TemporaryExpired => Err(ApiError::new(
            Code::PasswordExpired,
            "the first password was not used in time: have it reset",
        )),
    }
}

/// The same words for every cause: nobody learns which logins exist.
pub(super) fn wrong() -> ApiError {
    ApiError::new(Code::WrongCredentials, "no such login with this password")
}

pub(super) fn locked_out(until: DateTime<Utc>, now: DateTime<Utc>) -> ApiError {
    let seconds = u64::try_from((until - now).num_seconds()).unwrap_or(0).max(1);
    let detail = "too many wrong passwords for this login or from this address";
    ApiError::new(Code::LockedOut, detail).retry_after(seconds)
}

async fn welcome(state: &AppState, token: &str) -> Result<HttpResponse, ApiError> {
    let session = crate::http::caller::find_session(state, token).await?;
    let age = CookieDuration::hours(i64::from(state.policy.session.age_max_hours));
    let cookie = cookie(state, token.to_owned(), age);
    let me = Me::new(session.signed_in, &session.permissions, session.must_change_password);
    Ok(HttpResponse::Ok().cookie(cookie).json(me))
}

fn cookie(state: &AppState, token: String, age: CookieDuration) -> Cookie<'static> {
    let is_secure = state.settings.is_secure();
    Cookie::build(if is_secure { COOKIE_SECURE } else { COOKIE }, token)
        .path("/")
        .http_only(true)
        .secure(is_secure)
        .same_site(SameSite::Strict)
        .max_age(age)
        .finish()
}

/// Who is signed in.
#[utoipa::path(get, path = "/api/v1/session", operation_id = "getSession", tag = "session",
    responses((status = 200, body = Me), (status = 401, body = Problem)))]
async fn get(session: Session) -> HttpResponse {
    HttpResponse::Ok().json(Me::new(session.signed_in, &session.permissions, session.must_change_password))
}

/// Sign out on this device.
#[utoipa::path(delete, path = "/api/v1/session", operation_id = "signOut", tag = "session",
    responses((status = 204), (status = 401, body = Problem)))]
async fn sign_out(state: Data<AppState>, session: Session) -> Result<HttpResponse, ApiError> {
    let mut rng = state.dice();
    let author = Author::Person(session.signed_in.person_id);
    let mut edit = Edit { now: session.now, author, rng: &mut rng };
    let mut tx = state.begin().await?;
    sign_in::store::sign_out(&mut tx, &mut edit, &session.signed_in).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().cookie(cookie(&state, String::new(), CookieDuration::ZERO)).finish())
}

/// What a person prefers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Preferences {
    /// The language of the screens.
    pub locale: Locale,
    /// `system`, `light` or `dark`.
    pub theme: String,
}

/// Choose language and look.
#[utoipa::path(put, path = "/api/v1/session/preferences", operation_id = "setPreferences", tag = "session",
    request_body = Preferences, responses((status = 204), (status = 422, body = Problem)))]
async fn set_preferences(
    state: Data<AppState>,
    session: Session,
    body: Json<Preferences>,
) -> Result<HttpResponse, ApiError> {
    let mut tx = state.begin().await?;
    person::store::set_preferences(&mut tx, session.signed_in.person_id, body.locale, &body.theme).await?;
    tx.commit().await?;
    Ok(HttpResponse::NoContent().finish())
}

/// The routes of this file.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![
        Route::post("/api/v1/session", Needs::Nothing, || web::to(sign_in)),
        Route::get("/api/v1/session", Needs::Session, || web::to(get)),
        Route::delete("/api/v1/session", Needs::Session, || web::to(sign_out)),
        Route::put("/api/v1/session/preferences", Needs::Session, || web::to(set_preferences)),
    ]
}

/// What the OpenAPI document says of them.
#[must_use]
pub fn docs() -> utoipa::openapi::OpenApi {
    #[derive(OpenApi)]
    #[openapi(paths(sign_in, get, sign_out, set_preferences))]
    struct Docs;
    Docs::openapi()
}
