//! Every refusal of the API as `application/problem+json` (RFC 9457).
//!
//! One enum of codes; each has a status, a title and a page in `docs/problems/`. A handler returns
//! [`ApiError`]; a 500 never shows its cause: the log has it, under the same trace id.

use super::trace;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, ResponseError};
use base::{ChangeError, FieldFault};
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! codes {
    ($( $name:ident = $status:literal, $slug:literal, $title:literal; )+) => {
        /// What went wrong, in one word that programs can compare.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
        pub enum Code { $(
            #[doc = $title]
            #[serde(rename = $slug)]
            $name,
        )+ }

        // By hand: the derive does not see names that a macro writes.
        impl utoipa::PartialSchema for Code {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .enum_values(Some([$( $slug ),+]))
                    .description(Some("What went wrong, in one word that programs can compare."))
                    .into()
            }
        }

        impl utoipa::ToSchema for Code {}

        impl Code {
            /// Every code; each has its page.
            pub const ALL: &'static [Self] = &[$( Self::$name ),+];

            /// The stable name, the last part of the problem's `type`.
            #[must_use]
            pub const fn slug(self) -> &'static str {
                match self { $( Self::$name => $slug, )+ }
            }

            /// A short sentence that is the same each time.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $( Self::$name => $title, )+ }
            }

            const fn number(self) -> u16 {
                match self { $( Self::$name => $status, )+ }
            }

            /// The page that explains it, in Markdown.
            #[must_use]
            pub const fn page(self) -> &'static str {
                match self { $( Self::$name => include_str!(concat!("../../docs/problems/", $slug, ".md")), )+ }
            }
        }
    };
}

codes! {
    MalformedRequest = 400, "malformed-request", "The request cannot be read";
    NotSignedIn = 401, "not-signed-in", "Nobody is signed in";
    WrongCredentials = 401, "wrong-credentials", "Login or password is wrong";
    Forbidden = 403, "forbidden", "The operation is not allowed";
    ForeignOrigin = 403, "foreign-origin", "The request comes from another web site";
    PasswordExpired = 403, "password-expired", "The temporary password has expired";
    DirectoryPasswordExpired = 403, "directory-password-expired", "The password has expired in the directory";
    PasswordChangeRequired = 403, "password-change-required", "The password must be changed first";
    NotFound = 404, "not-found", "There is no such thing";
    MethodNotAllowed = 405, "method-not-allowed", "This address does not know the method";
    AlreadyExists = 409, "already-exists", "Something with this value exists";
    InUse = 409, "in-use", "It is still used";
    NotPossibleNow = 409, "not-possible-now", "It cannot be done in the present state";
    DirectoryAccount = 409, "directory-account", "A directory keeps this account";
    ChangedMeanwhile = 412, "changed-meanwhile", "Somebody changed it meanwhile";
    TooLarge = 413, "too-large", "The body is too large";
    UnsupportedMediaType = 415, "unsupported-media-type", "The body has a type that is not understood";
    RangeNotSatisfiable = 416, "range-not-satisfiable", "The file has no such range";
    Invalid = 422, "invalid", "A value is not acceptable";
    IdempotencyKeyReused = 422, "idempotency-key-reused", "The idempotency key belongs to another request";
    LockedOut = 423, "locked-out", "Too many wrong passwords";
    VersionRequired = 428, "version-required", "Say which version is changed";
    TooManyRequests = 429, "too-many-requests", "Too many requests";
    Internal = 500, "internal", "Internal error";
    Unavailable = 503, "unavailable", "The server cannot do it at the moment";
    DirectoryAway = 503, "directory-away", "The directory of the company does not answer";
    TimedOut = 504, "timed-out", "The answer did not come in time";
    // Of the live protocol and of the desk.
    BadFrame = 400, "bad-frame", "The frame cannot be read";
    BadCommand = 422, "bad-command", "The command is not understood";
    UnknownTopic = 404, "unknown-topic", "There is no such topic";
    NoAnswer = 504, "no-answer", "The command was not answered in time";
    BadHandshake = 400, "bad-handshake", "The WebSocket handshake is not complete";
    PhoneNotConnected = 409, "phone-not-connected", "The phone is not connected";
    OfferGone = 409, "offer-gone", "The offer is gone";
    NoSuchContact = 404, "no-such-contact", "The contact is not at this desk";
    WrongState = 409, "wrong-state", "The contact is not in a state for this";
    Busy = 409, "busy", "The desk serves a contact";
    UnknownReason = 422, "unknown-reason", "There is no such reason";
    TopicAndResultNeeded = 422, "topic-and-result-needed", "Topic and result are needed";
    BadSdp = 422, "bad-sdp", "The session description cannot be used";
    NoRoom = 503, "no-room", "There is no room";
}

impl Code {
    /// The HTTP status.
    #[must_use]
    pub fn status(self) -> StatusCode {
        StatusCode::from_u16(self.number()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The code with this slug.
    #[must_use]
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.slug() == slug)
    }
}

/// The body of every refusal (RFC 9457).
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
pub struct Problem {
    /// The address of the page that explains it.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same sentence each time this problem occurs.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened this time.
    pub detail: String,
    /// What happened, for programs.
    pub code: Code,
    /// Which values of the body are refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldFault>,
    /// Under which the server's log has the details.
    pub trace_id: String,
}

/// Why a request is refused.
#[derive(Debug)]
pub struct ApiError {
    code: Code,
    detail: String,
    errors: Vec<FieldFault>,
    retry_after_seconds: Option<u64>,
    cause: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl ApiError {
    /// A refusal with what happened this time.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Self { code, detail: detail.into(), errors: Vec::new(), retry_after_seconds: None, cause: None }
    }

    /// 422: one value of the body is not acceptable.
    #[must_use]
    pub fn invalid(pointer: &str, detail: impl Into<String>) -> Self {
        Self::new(Code::Invalid, "a value is not acceptable").and_at(pointer, detail)
    }

    /// 404, such as `not_found("queue", id)`.
    #[must_use]
    pub fn not_found(what: &str, id: impl fmt::Display) -> Self {
        Self::new(Code::NotFound, format!("there is no {what} {id}"))
    }

    /// 500: the log gets the cause, the caller does not.
    #[must_use]
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        let mut error = Self::new(Code::Internal, "the server failed; the log has the details");
        error.cause = Some(cause.into());
        error
    }

    /// 503 with `Retry-After`.
    #[must_use]
    pub fn unavailable(detail: impl Into<String>) -> Self {
        Self::new(Code::Unavailable, detail).retry_after(1)
    }

    /// The same refusal, with one more value named.
    #[must_use]
    pub fn and_at(self, pointer: &str, detail: impl Into<String>) -> Self {
        self.and_field(FieldFault::new(pointer, detail))
    }

    /// The same refusal, with one more value named.
    #[must_use]
    pub fn and_field(mut self, fault: FieldFault) -> Self {
        self.errors.push(fault);
        self
    }

    /// The same refusal, saying in how many seconds another try makes sense.
    #[must_use]
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// A database error, or the refusal that belongs to the violated constraint: `(constraint, code, JSON
    /// pointer, detail)`. Lets the database own uniqueness, without a check before the insert.
    #[must_use]
    pub fn from_constraint(error: sqlx::Error, known: &[(&str, Code, &str, &str)]) -> Self {
        let name = error.as_database_error().and_then(|refused| refused.constraint());
        let Some((_, code, pointer, detail)) =
            known.iter().find(|(constraint, ..)| Some(*constraint) == name)
        else {
            return error.into();
        };
        Self::new(*code, *detail).and_at(pointer, *detail)
    }

    /// What went wrong.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// The body that the caller gets.
    #[must_use]
    pub fn problem(&self) -> Problem {
        Problem {
            kind: format!("/problems/{}", self.code.slug()),
            title: self.code.title().to_owned(),
            status: self.code.number(),
            detail: self.detail.clone(),
            code: self.code,
            errors: self.errors.clone(),
            trace_id: trace::current(),
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code.slug(), self.detail)
    }
}

impl std::error::Error for ApiError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Some(cause) => Some(&**cause),
            None => None,
        }
    }
}

impl From<sqlx::Error> for ApiError {
    fn from(error: sqlx::Error) -> Self {
        let said = error.as_database_error().and_then(sqlx::error::DatabaseError::code).unwrap_or_default();
        // A text with a NUL, which no column of Postgres takes: the request is at fault.
        if said == "22021" {
            return Self::new(Code::MalformedRequest, "a text has a character that cannot be stored (NUL)");
        }
        // 08 connection, 57P shutting down or starting up (Postgres manual, appendix A).
        let away = matches!(error, sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_))
            || said.starts_with("08")
            || said.starts_with("57P");
        let mut refusal = if away {
            Self::unavailable("the database is away; calls that run go on")
        } else {
            Self::internal("")
        };
        refusal.cause = Some(Box::new(error));
        refusal
    }
}

impl From<ChangeError> for ApiError {
    fn from(error: ChangeError) -> Self {
        let detail = error.to_string();
        match error {
            ChangeError::Unknown(_) => Self::new(Code::NotFound, detail),
            ChangeError::Stale { .. } => Self::new(Code::ChangedMeanwhile, detail),
            ChangeError::Taken(fault) => {
                Self::new(Code::AlreadyExists, detail).and_at(&fault.pointer, fault.detail)
            }
            ChangeError::InUse(_) => Self::new(Code::InUse, detail),
            ChangeError::Invalid(faults) => Self { errors: faults, ..Self::new(Code::Invalid, detail) },
            ChangeError::Database(error) => error.into(),
        }
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.code.status()
    }

    fn error_response(&self) -> HttpResponse {
        let problem = self.problem();
        if let Some(cause) = &self.cause {
            tracing::error!(trace.id = problem.trace_id, error = %cause, "request failed: {}", self.detail);
        }
        let mut response = HttpResponse::build(self.code.status())
            .insert_header((header::CACHE_CONTROL, "no-store"))
            .json(problem);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after_seconds {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

#[cfg(test)]
mod tests;
