//! Who calls, and what they may do: a person by session cookie, or a program by API key.

use super::problem::{ApiError, Code};
use super::state::AppState;
use access::session::SignedIn;
use access::token::{self, ApiKeyText};
use access::{Operation, Permissions, Scope, api_key, permission, session};
use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderMap};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use base::id::{ApiKeyId, OrgUnitId, PersonId};
use base::{Author, Edit};
use chrono::{DateTime, Utc};
use futures_util::future::LocalBoxFuture;
use rand::Rng;

/// The cookie that carries the session token.
pub const COOKIE: &str = "trunkline_session";
/// Its name over HTTPS: the prefix makes browsers refuse it from any other host, path or scheme (RFC 6265bis).
pub const COOKIE_SECURE: &str = "__Host-trunkline_session";

/// Who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Who {
    /// A person with a valid session.
    Person(SignedIn),
    /// A program with a valid key.
    Program {
        /// The key.
        key: ApiKeyId,
        /// What the key is for.
        name: String,
    },
}

/// The caller of a request. Taking it as an argument refuses strangers with 401, and people who must change
/// their password first with 403.
#[derive(Clone, Debug)]
pub struct Caller {
    who: Who,
    permissions: Permissions,
    now: DateTime<Utc>,
}

impl Caller {
    /// Who it is.
    #[must_use]
    pub const fn who(&self) -> &Who {
        &self.who
    }

    /// The person, when it is one.
    #[must_use]
    pub const fn person(&self) -> Option<PersonId> {
        match &self.who {
            Who::Person(signed_in) => Some(signed_in.person_id),
            Who::Program { .. } => None,
        }
    }

    /// Everything the caller may do.
    #[must_use]
    pub const fn permissions(&self) -> &Permissions {
        &self.permissions
    }

    /// Refuses unless the operation is allowed in at least one unit.
    ///
    /// # Errors
    /// 403.
    pub fn require(&self, operation: Operation) -> Result<(), ApiError> {
        if self.permissions.allows(operation) { Ok(()) } else { Err(refuse(operation, "")) }
    }

    /// Refuses unless the operation is allowed in this unit; `None` is what belongs to no unit and so to the
    /// whole organisation.
    ///
    /// # Errors
    /// 403.
    pub fn require_in(
        &self,
        operation: Operation,
        unit: impl Into<Option<OrgUnitId>>,
    ) -> Result<(), ApiError> {
        if self.permissions.allows_in(operation, unit.into()) {
            Ok(())
        } else {
            Err(refuse(operation, " in this organisation unit"))
        }
    }

    /// In which units the operation is allowed: the filter of lists.
    #[must_use]
    pub fn scope(&self, operation: Operation) -> Scope {
        self.permissions.scope(operation)
    }

    /// Who the events of this request name.
    #[must_use]
    pub const fn author(&self) -> Author {
        match &self.who {
            Who::Person(signed_in) => Author::Person(signed_in.person_id),
            Who::Program { key, .. } => Author::ApiKey(*key),
        }
    }

    /// When the request arrived.
    #[must_use]
    pub const fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// What the stores want to know about a change: who, when, and dice for ids.
    #[must_use]
    pub fn edit<'r>(&self, rng: &'r mut dyn Rng) -> Edit<'r> {
        Edit { now: self.now, author: self.author(), rng }
    }
}

impl Caller {
    /// Refuses to hand out, or take from somebody, more than the caller may do: nobody raises themselves by way
    /// of a role, a key or another person's password.
    ///
    /// # Errors
    /// 403 naming an operation that the caller lacks.
    pub fn require_all_of(&self, other: &Permissions) -> Result<(), ApiError> {
        match self.permissions.first_missing(other) {
            None => Ok(()),
            Some(operation) => Err(refuse(operation, " everywhere that this would concern")),
        }
    }
}

fn refuse(operation: Operation, place: &str) -> ApiError {
    ApiError::new(Code::Forbidden, format!("no role of the caller allows {operation}{place}"))
}

/// A person's session, also one whose password must be changed first. For the session's own endpoints.
#[derive(Clone, Debug)]
pub struct Session {
    /// The sign-in.
    pub signed_in: SignedIn,
    /// What its person may do once the password is changed.
    pub permissions: Permissions,
    /// The password was set by somebody else or has expired.
    pub must_change_password: bool,
    /// When the request arrived.
    pub now: DateTime<Utc>,
}

/// The session token that a request carries, if it does.
#[must_use]
pub fn token_of(headers: &HeaderMap, state: &AppState) -> Option<String> {
    let name = if state.settings.is_secure() { COOKIE_SECURE } else { COOKIE };
    let cookies = headers.get_all(header::COOKIE).filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|value| value.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(key, _)| *key == name).map(|(_, token)| token.to_owned())
}

fn key_of(headers: &HeaderMap) -> Option<Result<ApiKeyText, ApiError>> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let text = value.split_once(' ').filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let key = text.and_then(|(_, key)| ApiKeyText::read(key.trim()));
    Some(key.ok_or_else(|| ApiError::new(Code::NotSignedIn, "Authorization has no API key of this server")))
}

/// The valid session of a token.
///
/// # Errors
/// 401 when there is none.
pub async fn find_session(state: &AppState, token: &str) -> Result<Session, ApiError> {
    let now = state.clock.now();
    let mut db = state.pool.acquire().await?;
    let found = session::store::find(&mut db, &token::hash(token), now, &state.policy.session).await?;
    let signed_in =
        found.ok_or_else(|| ApiError::new(Code::NotSignedIn, "the session has ended: sign in again"))?;
    if !session::store::is_fresh(&signed_in, now) {
        session::store::touch(&mut db, signed_in.session_id, now).await?;
    }
    let permissions = permission::query::of_person(&mut db, signed_in.person_id).await?;
    let expired =
        signed_in.directory.is_none() && state.policy.password.is_expired(signed_in.password_changed_at, now);
    Ok(Session {
        must_change_password: signed_in.must_change_password || expired,
        signed_in,
        permissions,
        now,
    })
}

async fn find_program(state: &AppState, key: ApiKeyText) -> Result<Caller, ApiError> {
    let now = state.clock.now();
    let digest = token::hash(&key.write());
    let (found, permissions) = match state.programs.find(&digest, now) {
        Some(known) => known,
        None => {
            let mut db = state.pool.acquire().await?;
            let found = api_key::store::authenticate(&mut db, &key, now).await?;
            let found = found.ok_or_else(|| {
                ApiError::new(Code::NotSignedIn, "the API key is unknown, revoked or expired")
            })?;
            let permissions = permission::query::of_codes(&mut db, &found.operations, found.unit_id).await?;
            state.programs.keep(digest, found.clone(), permissions.clone());
            (found, permissions)
        }
    };
    Ok(Caller { who: Who::Program { key: found.api_key_id, name: found.name }, permissions, now })
}

/// Who sent a request with these headers; sockets, which never reach a handler, ask here too.
///
/// # Errors
/// 401 for strangers, 403 when the password must be changed first.
pub async fn identify(headers: &HeaderMap, state: &AppState) -> Result<Caller, ApiError> {
    if let Some(key) = key_of(headers) {
        return find_program(state, key?).await;
    }
    let session = session_of(headers, state).await?;
    if session.must_change_password {
        let detail = "change the password with POST /api/v1/session/password first";
        return Err(ApiError::new(Code::PasswordChangeRequired, detail));
    }
    Ok(Caller { who: Who::Person(session.signed_in), permissions: session.permissions, now: session.now })
}

/// The session of a request, also one whose password must be changed first.
///
/// # Errors
/// 401 without a valid one.
pub async fn session_of(headers: &HeaderMap, state: &AppState) -> Result<Session, ApiError> {
    let Some(token) = token_of(headers, state) else {
        return Err(ApiError::new(Code::NotSignedIn, "the request carries no session and no API key"));
    };
    find_session(state, &token).await
}

/// The state that the application was given.
///
/// # Errors
/// 500 when it was given none.
pub fn state_of(request: &HttpRequest) -> Result<Data<AppState>, ApiError> {
    request
        .app_data::<Data<AppState>>()
        .cloned()
        .ok_or_else(|| ApiError::internal("the application has no state"))
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Self>().cloned();
        let request = request.clone();
        Box::pin(async move {
            match known {
                Some(caller) => Ok(caller),
                None => identify(request.headers(), &*state_of(&request)?).await,
            }
        })
    }
}

impl FromRequest for Session {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let known = request.extensions().get::<Self>().cloned();
        let request = request.clone();
        Box::pin(async move {
            match known {
                Some(session) => Ok(session),
                None => session_of(request.headers(), &*state_of(&request)?).await,
            }
        })
    }
}
