//! JSON or XML, as the caller speaks: bodies in XML and named parameters are read like JSON, answers are written as the
//! `Accept` header asks (GAP-23, CIMP-API-01). Handlers know JSON only.

use super::xml;
use crate::http::caller::state_of;
use crate::http::json::read_body;
use crate::http::problem::{ApiError, Code};
use actix_web::body::{BoxBody, to_bytes_limited};
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::{Next, from_fn};
use actix_web::{Error, HttpMessage, ResponseError};
use bytes::Bytes;
use serde_json::{Map, Value};

/// Longest answer that is written as XML, in bytes: pages end long before.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;

/// The same route, spoken in JSON and in XML; `root` is the name of the answer's outermost element.
pub fn spoken(route: actix_web::Route, root: &'static str) -> actix_web::Route {
    route.wrap(from_fn(move |request, next| translate(root, request, next)))
}

async fn translate(
    root: &'static str,
    mut request: ServiceRequest,
    next: Next<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let wants_xml = wants_xml(request.headers());
    if let Err(refusal) = read(&mut request).await {
        let answer = request.into_response(refusal.error_response());
        return if wants_xml { write(root, answer).await } else { Ok(answer) };
    }
    let answer = next.call(request).await?;
    if wants_xml { write(root, answer).await } else { Ok(answer) }
}

/// Whether XML is asked for before JSON. Whoever asks for anything gets JSON.
fn wants_xml(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let quality = |wanted: &[&str]| {
        accepted
            .split(',')
            .filter_map(|part| {
                let (kind, parameters) = part.split_once(';').unwrap_or((part, ""));
                let q = parameters.split(';').find_map(|p| p.trim().strip_prefix("q="));
                let q = q.map_or(Some(1.0), |q| q.trim().parse::<f32>().ok())?;
                wanted.contains(&kind.trim().to_ascii_lowercase().as_str()).then_some(q)
            })
            .fold(0.0_f32, f32::max)
    };
    let xml = quality(&["application/xml", "text/xml"]);
    xml > 0.0 && xml > quality(&["application/json"])
}

/// Turns a body in XML or of named parameters into JSON.
async fn read(request: &mut ServiceRequest) -> Result<(), ApiError> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_xml = matches!(kind.as_str(), "application/xml" | "text/xml");
    let is_form = kind == "application/x-www-form-urlencoded";
    if !is_xml && !is_form {
        return Ok(());
    }
    let bytes_max = state_of(request.request())?.settings.body_bytes_max;
    let mut payload = request.take_payload();
    let body = read_body(request.request(), &mut payload, bytes_max).await?;
    let malformed = |what: String| ApiError::new(Code::MalformedRequest, what);
    let value = if is_xml {
        let text = std::str::from_utf8(&body).map_err(|_| malformed("the XML is not UTF-8".to_owned()))?;
        xml::read(text).map_err(|error| malformed(format!("the body is no XML: {error}")))?
    } else {
        named(&body).map_err(malformed)?
    };
    let json = Bytes::from(value.to_string());
    request.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(json.len()));
    request.set_payload(payload_of(json));
    Ok(())
}

fn payload_of(bytes: Bytes) -> Payload {
    let (_, mut payload) = actix_http::h1::Payload::create(true);
    payload.unread_data(bytes);
    Payload::from(payload)
}

/// Named parameters as an object; `data.amount=5` and `services.0.code=x` stand for what lies deeper.
fn named(body: &[u8]) -> Result<Value, String> {
    let pairs: Vec<(String, String)> = serde_urlencoded_pairs(body)?;
    let mut root = Value::Object(Map::new());
    for (name, value) in pairs {
        let mut at = &mut root;
        let parts: Vec<&str> = name.split('.').collect();
        let Some((last, above)) = parts.split_last() else { continue };
        for part in above {
            let fields = at.as_object_mut().ok_or_else(|| format!("the parameter {name} is given twice"))?;
            at = fields.entry(*part).or_insert_with(|| Value::Object(Map::new()));
        }
        let fields = at.as_object_mut().ok_or_else(|| format!("the parameter {name} is given twice"))?;
        fields.insert((*last).to_owned(), Value::String(value));
    }
    Ok(xml::lists(root))
}

fn serde_urlencoded_pairs(body: &[u8]) -> Result<Vec<(String, String)>, String> {
    let text = std::str::from_utf8(body).map_err(|_| "the parameters are not UTF-8".to_owned())?;
    actix_web::web::Query::<Vec<(String, String)>>::from_query(text)
        .map(actix_web::web::Query::into_inner)
        .map_err(|error| format!("the parameters cannot be read: {error}"))
}

/// Writes an answer in JSON as XML; what is no JSON stays as it is.
async fn write(
    root: &'static str,
    answer: ServiceResponse<BoxBody>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let (request, response) = answer.into_parts();
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let (root, kind) = match kind.unwrap_or_default() {
        kind if kind.starts_with("application/problem+json") => ("problem", "application/problem+xml"),
        kind if kind.starts_with("application/json") => (root, "application/xml; charset=utf-8"),
        _ => return Ok(ServiceResponse::new(request, response)),
    };
    let (mut response, body) = response.into_parts();
    let bytes = match to_bytes_limited(body, ANSWER_BYTES_MAX).await {
        Ok(Ok(bytes)) => bytes,
        Ok(Err(error)) => return Err(actix_web::error::ErrorInternalServerError(error)),
        Err(_) => return Err(actix_web::error::ErrorInternalServerError("the answer is too long for XML")),
    };
    let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let text = xml::write(root, &value).map_err(actix_web::error::ErrorInternalServerError)?;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response.headers_mut().append(header::VARY, HeaderValue::from_static("Accept"));
    Ok(ServiceResponse::new(request, response.set_body(BoxBody::new(text))))
}
