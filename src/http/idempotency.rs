//! Requests that may be repeated: the work, its events and the first answer are one transaction, and a repeated
//! `Idempotency-Key` gets the first answer again.

use super::caller::Caller;
use super::etag::etag;
use super::json::Json;
use super::problem::{ApiError, Code};
use super::state::AppState;
use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use base::Author;
use chrono::TimeDelta;
use platform::idempotency::{self, Claim};
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sqlx::PgConnection;
use std::future::{Ready, ready};

/// How long a key is remembered.
const REMEMBERED_FOR: TimeDelta = TimeDelta::hours(24);
/// Longest key, in characters.
const KEY_LENGTH_MAX: usize = 200;

/// What a handler that changes something answers: kept, and given again when the request is repeated.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Answer {
    #[serde(skip)]
    status: u16,
    body: Option<Value>,
    location: Option<String>,
    version: Option<i32>,
    #[serde(skip)]
    secrets: Vec<&'static str>,
}

impl Answer {
    /// 200 with a body.
    ///
    /// # Errors
    /// 500 when the body cannot be written as JSON.
    pub fn ok<T: Serialize>(body: &T) -> Result<Self, ApiError> {
        let body = serde_json::to_value(body).map_err(ApiError::internal)?;
        Ok(Self { status: 200, body: Some(body), location: None, version: None, secrets: Vec::new() })
    }

    /// 201 with the new thing and its address.
    ///
    /// # Errors
    /// 500 when the body cannot be written as JSON.
    pub fn created<T: Serialize>(location: impl Into<String>, body: &T) -> Result<Self, ApiError> {
        Ok(Self { status: 201, location: Some(location.into()), ..Self::ok(body)? })
    }

    /// 204 without a body.
    #[must_use]
    pub const fn no_content() -> Self {
        Self { status: 204, body: None, location: None, version: None, secrets: Vec::new() }
    }

    /// The same answer with an `ETag`.
    #[must_use]
    pub const fn version(mut self, version: i32) -> Self {
        self.version = Some(version);
        self
    }

    /// The same answer; this member of the body is shown once and not kept.
    #[must_use]
    pub fn secret(mut self, member: &'static str) -> Self {
        self.secrets.push(member);
        self
    }

    fn kept(&self) -> Result<Value, ApiError> {
        let mut kept = self.clone();
        if let Some(Value::Object(body)) = &mut kept.body {
            body.retain(|member, _| !self.secrets.contains(&member.as_str()));
        }
        serde_json::to_value(kept).map_err(ApiError::internal)
    }

    fn respond(self) -> HttpResponse {
        let mut response = HttpResponse::build(StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK));
        if let Some(location) = self.location {
            response.insert_header((header::LOCATION, location));
        }
        if let Some(version) = self.version {
            response.insert_header((header::ETAG, etag(version)));
        }
        match self.body {
            Some(body) => response.json(body),
            None => response.finish(),
        }
    }
}

/// The `Idempotency-Key` of a request, if it has one, and for which request it stands.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    key: Option<String>,
    method: String,
    path: String,
}

impl FromRequest for IdempotencyKey {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let value = request.headers().get("idempotency-key");
        let key = value.map(|value| value.to_str().unwrap_or_default().to_owned());
        let unusable = |key: &String| key.is_empty() || key.len() > KEY_LENGTH_MAX;
        ready(if key.as_ref().is_some_and(unusable) {
            let detail = format!("Idempotency-Key must have 1 to {KEY_LENGTH_MAX} visible characters");
            Err(ApiError::new(Code::MalformedRequest, detail))
        } else {
            Ok(Self { key, method: request.method().to_string(), path: request.path().to_owned() })
        })
    }
}

impl IdempotencyKey {
    /// The key, where a request must have one: what it moves must not move twice because an answer was lost.
    ///
    /// # Errors
    /// 400 without one.
    pub fn required(&self) -> Result<&str, ApiError> {
        self.key.as_deref().ok_or_else(|| {
            let detail =
                "send an Idempotency-Key: a new value for each new request, the same one when it is repeated";
            ApiError::new(Code::MalformedRequest, detail)
        })
    }

    /// Runs `work` in one transaction and commits it with its answer. When the key was used before for the same
    /// request, `work` does not run and the first answer is given; a request without a key just runs.
    ///
    /// # Errors
    /// What `work` refuses (nothing is kept then); 422 when the key belongs to another request; 503 without
    /// database.
    pub async fn once<T>(
        &self,
        state: &AppState,
        caller: &Caller,
        body: &Json<T>,
        work: impl AsyncFnOnce(&mut PgConnection, &mut ChaCha20Rng) -> Result<Answer, ApiError>,
    ) -> Result<HttpResponse, ApiError> {
        self.once_for(state, caller, &body.digest(), work).await
    }

    /// [`IdempotencyKey::once`] for a request without a body.
    ///
    /// # Errors
    /// As [`IdempotencyKey::once`].
    pub async fn once_bodyless(
        &self,
        state: &AppState,
        caller: &Caller,
        work: impl AsyncFnOnce(&mut PgConnection, &mut ChaCha20Rng) -> Result<Answer, ApiError>,
    ) -> Result<HttpResponse, ApiError> {
        self.once_for(state, caller, &[], work).await
    }

    async fn once_for(
        &self,
        state: &AppState,
        caller: &Caller,
        digest: &[u8],
        work: impl AsyncFnOnce(&mut PgConnection, &mut ChaCha20Rng) -> Result<Answer, ApiError>,
    ) -> Result<HttpResponse, ApiError> {
        let mut tx = state.begin().await?;
        let mut rng = state.dice();
        let Some(key) = &self.key else {
            let answer = work(&mut tx, &mut rng).await?;
            tx.commit().await?;
            return Ok(answer.respond());
        };
        let scope = scope(caller);
        let hash = idempotency::hash_request(&[self.method.as_bytes(), self.path.as_bytes(), digest]);
        let now = caller.now();
        match idempotency::claim(&mut tx, &scope, key, &hash, now, now + REMEMBERED_FOR).await? {
            Claim::New => {}
            Claim::Done { status, body } => return replay(status, body),
            Claim::OtherRequest => {
                let detail = "this Idempotency-Key was used for another request: make a new one";
                return Err(ApiError::new(Code::IdempotencyKeyReused, detail));
            }
            Claim::InProgress => {
                return Err(
                    ApiError::new(Code::NotPossibleNow, "the same request is being worked on").retry_after(1)
                );
            }
        }
        let answer = work(&mut tx, &mut rng).await?;
        idempotency::complete(&mut tx, &scope, key, answer.status, Some(&answer.kept()?)).await?;
        tx.commit().await?;
        Ok(answer.respond())
    }
}

/// Keys of different callers are different keys.
fn scope(caller: &Caller) -> String {
    match caller.author() {
        Author::Person(id) => format!("http person {id}"),
        Author::ApiKey(id) => format!("http api-key {id}"),
        Author::System => "http system".to_owned(),
    }
}

fn replay(status: u16, kept: Option<Value>) -> Result<HttpResponse, ApiError> {
    let answer: Answer = serde_json::from_value(kept.unwrap_or_default()).map_err(ApiError::internal)?;
    let mut response = Answer { status, ..answer }.respond();
    let name = header::HeaderName::from_static("idempotency-replayed");
    response.headers_mut().insert(name, header::HeaderValue::from_static("true"));
    Ok(response)
}
