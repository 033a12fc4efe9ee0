//! Bodies and query strings whose errors are problems: malformed is 400, a wrong value is 422 with its pointer.

use super::problem::{ApiError, Code};
use super::state::AppState;
use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::web::{BytesMut, Data};
use actix_web::{FromRequest, HttpRequest};
use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use std::future::{Ready, ready};
use std::ops::Deref;

/// A JSON body. Keeps the digest of what was sent, for idempotency keys.
#[derive(Clone, Debug)]
pub struct Json<T> {
    value: T,
    digest: [u8; 32],
}

impl<T> Json<T> {
    /// The body without its digest.
    pub fn into_inner(self) -> T {
        self.value
    }

    /// SHA-256 of the bytes that were sent.
    pub const fn digest(&self) -> [u8; 32] {
        self.digest
    }
}

impl<T> Deref for Json<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

/// Reads JSON; an error names the place.
///
/// # Errors
/// 400 when it is no JSON, 422 when a value does not fit.
pub fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, ApiError> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer = pointer(error.path());
        let inner = error.into_inner();
        if inner.is_data() {
            ApiError::invalid(&pointer, inner.to_string())
        } else {
            ApiError::new(Code::MalformedRequest, format!("the body is no JSON: {inner}"))
        }
    })?;
    reader
        .end()
        .map_err(|error| ApiError::new(Code::MalformedRequest, format!("the body is no JSON: {error}")))?;
    Ok(value)
}

/// The path to a value as a JSON pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut pointer = String::new();
    for segment in path {
        match segment {
            Segment::Map { key } => {
                pointer.push('/');
                pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
            }
            Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// Reads a body to its end, refusing more than `bytes_max`.
///
/// # Errors
/// 413 when it is longer, 400 when the connection breaks.
pub async fn read_body(
    request: &HttpRequest,
    payload: &mut Payload,
    bytes_max: usize,
) -> Result<BytesMut, ApiError> {
    let refuse = || ApiError::new(Code::TooLarge, format!("the body is longer than {bytes_max} bytes"));
    let announced = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    if announced.and_then(|length| length.parse::<usize>().ok()).is_some_and(|length| length > bytes_max) {
        return Err(refuse());
    }
    let mut body = BytesMut::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk
            .map_err(|error| ApiError::new(Code::MalformedRequest, format!("the body broke off: {error}")))?;
        if body.len() + chunk.len() > bytes_max {
            return Err(refuse());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

impl<T: DeserializeOwned + 'static> FromRequest for Json<T> {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let request = request.clone();
        let mut payload = payload.take();
        Box::pin(async move {
            let kind = request
                .headers()
                .get(header::CONTENT_TYPE)
                .and_then(|kind| kind.to_str().ok())
                .unwrap_or_default();
            let essence = kind.split(';').next().unwrap_or_default().trim();
            if !essence.eq_ignore_ascii_case("application/json") {
                return Err(ApiError::new(Code::UnsupportedMediaType, "send Content-Type: application/json"));
            }
            let state = request.app_data::<Data<AppState>>();
            let bytes_max = state.map_or(64 * 1024, |state| state.settings.body_bytes_max);
            let body = read_body(&request, &mut payload, bytes_max).await?;
            Ok(Self { value: read(&body)?, digest: Sha256::digest(&body).into() })
        })
    }
}

/// Query parameters; an error is a 400 problem.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T> Deref for Query<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Query<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let read = actix_web::web::Query::<T>::from_query(request.query_string());
        ready(read.map(|query| Self(query.into_inner())).map_err(|error| {
            ApiError::new(Code::MalformedRequest, format!("the query string cannot be read: {error}"))
        }))
    }
}

/// Parts of the address; an error is a 404 problem, because no such thing exists.
#[derive(Clone, Debug)]
pub struct Path<T>(pub T);

impl<T> Deref for Path<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: DeserializeOwned + 'static> FromRequest for Path<T> {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let read = actix_web::web::Path::<T>::from_request(request, payload).into_inner();
        ready(read.map(|path| Self(path.into_inner())).map_err(|_| {
            ApiError::new(Code::NotFound, format!("{} is no address of anything", request.path()))
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    struct Queue {
        #[expect(dead_code, reason = "only its error is looked at")]
        skills: Vec<Skill>,
    }

    #[derive(Debug, Deserialize)]
    struct Skill {
        #[expect(dead_code, reason = "only its error is looked at")]
        level: u8,
    }

    #[test]
    fn a_wrong_value_is_422_with_its_pointer_and_broken_json_is_400() {
        let wrong = read::<Queue>(br#"{"skills":[{"level":1},{"level":"high"}]}"#).unwrap_err();
        let broken = read::<Queue>(br#"{"skills":"#).unwrap_err();
        let more = read::<Queue>(br#"{"skills":[]} x"#).unwrap_err();

        assert_eq!(wrong.code(), Code::Invalid);
        assert_eq!(wrong.problem().errors.first().unwrap().pointer, "/skills/1/level");
        assert_eq!(broken.code(), Code::MalformedRequest);
        assert_eq!(more.code(), Code::MalformedRequest);
    }
}
