//! The trace id of a request: in the log, in every problem, and in the `trace-id` header of the answer.

use super::state::AppState;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, web};
use rand::Rng;
use tracing::Instrument;

tokio::task_local! {
    static TRACE_ID: String;
}

/// The trace id of the request being served; zeros outside of one.
#[must_use]
pub fn current() -> String {
    TRACE_ID.try_with(Clone::clone).unwrap_or_else(|_| "0".repeat(32))
}

/// The trace id of a W3C `traceparent` header: `00-<32 hex>-<16 hex>-<2 hex>`.
fn from_traceparent(value: &str) -> Option<String> {
    let id = value.split('-').nth(1)?;
    let well_formed =
        id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()) && id.bytes().any(|b| b != b'0');
    well_formed.then(|| id.to_ascii_lowercase())
}

/// Serves the request inside its trace, and logs and measures it once. Inner layers answer their refusals
/// themselves: an error would pass by the layers between.
pub async fn in_trace<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, Error> {
    let given =
        request.headers().get("traceparent").and_then(|value| value.to_str().ok()).and_then(from_traceparent);
    let id = given.unwrap_or_else(|| match request.app_data::<web::Data<AppState>>() {
        Some(state) => {
            let mut bytes = [0_u8; 16];
            state.dice().fill_bytes(&mut bytes);
            hex::encode(bytes)
        }
        None => "0".repeat(32),
    });
    let span = tracing::info_span!(
        "http", trace.id = %id, http.method = %request.method(), http.route = tracing::field::Empty
    );
    TRACE_ID.scope(id.clone(), served(request, next, id).instrument(span)).await
}

async fn served<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
    id: String,
) -> Result<ServiceResponse<B>, Error> {
    let method = request.method().clone();
    let started = tokio::time::Instant::now();
    let mut response = next.call(request).await?;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HeaderName::from_static("trace-id"), value);
    }
    let route = response.request().match_pattern().unwrap_or_else(|| "unmatched".to_owned());
    let status = response.status().as_u16();
    let took = started.elapsed();
    tracing::Span::current().record("http.route", &route);
    tracing::debug!(http.status = status, took_us = took.as_micros(), "{method} {route} answered {status}");
    metrics::counter!("http_requests_total", "method" => method.to_string(), "route" => route.clone(), "status" => status.to_string())
        .increment(1);
    metrics::histogram!("http_request_seconds", "route" => route).record(took.as_secs_f64());
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_well_formed_traceparent_is_continued_and_any_other_is_not() {
        let id = "4bf92f3577b34da6a3ce929d0e0e4736";

        assert_eq!(from_traceparent(&format!("00-{id}-00f067aa0ba902b7-01")).as_deref(), Some(id));
        assert_eq!(from_traceparent("00-00000000000000000000000000000000-00f067aa0ba902b7-01"), None);
        assert_eq!(from_traceparent("rubbish"), None);
        assert_eq!(current().len(), 32);
    }
}
