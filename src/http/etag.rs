//! Changes by two people: what is read carries its version as `ETag`, what is changed names it in `If-Match`.

use super::problem::{ApiError, Code};
use actix_web::dev::Payload;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Serialize;
use std::future::{Ready, ready};

/// The version that a `PUT` changes, from `If-Match: "<version>"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub i32);

impl IfMatch {
    fn read(request: &HttpRequest) -> Result<Self, ApiError> {
        let Some(value) = request.headers().get(header::IF_MATCH) else {
            return Err(ApiError::new(Code::VersionRequired, "the header If-Match is missing"));
        };
        let text = value.to_str().unwrap_or_default().trim();
        let version =
            text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).and_then(|text| text.parse().ok());
        version
            .map(Self)
            .ok_or_else(|| ApiError::new(Code::ChangedMeanwhile, format!("{text} is no version of this")))
    }

    /// The stored row's version against this one; call it under the row's lock (`for update`).
    ///
    /// # Errors
    /// 412 when somebody changed it meanwhile.
    pub fn check(self, stored: i32) -> Result<(), ApiError> {
        if self.0 == stored {
            return Ok(());
        }
        let detail = format!("version {} was changed, and it is version {stored} now", self.0);
        Err(ApiError::new(Code::ChangedMeanwhile, detail))
    }
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::read(request))
    }
}

/// The value of `ETag` for a version.
#[must_use]
pub fn etag(version: i32) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or_else(|_| HeaderValue::from_static("\"0\""))
}

/// 200 with the body and its `ETag`.
#[must_use]
pub fn ok<T: Serialize>(body: &T, version: i32) -> HttpResponse {
    HttpResponse::Ok().insert_header((header::ETAG, etag(version))).json(body)
}

#[cfg(test)]
mod tests {
    use super::*;
    use actix_web::test::TestRequest;

    #[test]
    fn a_missing_version_is_428_and_another_one_412() {
        let with = |value: &'static str| {
            TestRequest::put().insert_header((header::IF_MATCH, value)).to_http_request()
        };

        let missing = IfMatch::read(&TestRequest::put().to_http_request()).unwrap_err();
        let weak = IfMatch::read(&with("W/\"3\"")).unwrap_err();
        let read = IfMatch::read(&with("\"3\"")).unwrap();

        assert_eq!(missing.code(), Code::VersionRequired);
        assert_eq!(weak.code(), Code::ChangedMeanwhile);
        assert_eq!(read.check(4).unwrap_err().code(), Code::ChangedMeanwhile);
        assert!(read.check(3).is_ok());
        assert_eq!(etag(3), "\"3\"");
    }
}
