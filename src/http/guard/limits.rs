//! How many requests one source may send: a token bucket (GCRA) for each address, in memory.

use super::source::{limited, source};
use crate::http::caller::state_of;
use crate::http::problem::{ApiError, Code};
use crate::http::settings::Http;
use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;
use actix_web::{Error, ResponseError};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

type Limiter = RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock, StateInformationMiddleware>;

/// Sources remembered before those that have been quiet are forgotten.
const REMEMBERED_MAX: usize = 10_000;

/// The limits of this server; shared by all its threads.
pub struct Limits {
    requests: Bucket,
    sign_ins: Bucket,
    clock: DefaultClock,
}

struct Bucket {
    name: &'static str,
    limiter: Limiter,
    burst: u32,
    window_seconds: u64,
}

impl Bucket {
    fn new(name: &'static str, quota: Quota) -> Self {
        let burst = quota.burst_size();
        let window = quota.replenish_interval().saturating_mul(burst.get());
        let limiter = RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>();
        Self { name, limiter, burst: burst.get(), window_seconds: window.as_secs().max(1) }
    }
}

/// What is left, or how long to wait.
struct Verdict {
    bucket: &'static str,
    burst: u32,
    window_seconds: u64,
    left: u32,
    wait_seconds: Option<u64>,
}

impl Limits {
    /// The limits that the settings name; 0 counts as 1.
    #[must_use]
    pub fn new(settings: &Http) -> Self {
        let at_least_one = |n| NonZeroU32::new(n).unwrap_or(NonZeroU32::MIN);
        let requests = Quota::per_second(at_least_one(settings.requests_per_second))
            .allow_burst(at_least_one(settings.requests_burst));
        let sign_ins = Quota::per_minute(at_least_one(settings.sign_ins_per_minute));
        Self {
            requests: Bucket::new("requests", requests),
            sign_ins: Bucket::new("sign-ins", sign_ins),
            clock: DefaultClock::default(),
        }
    }

    fn check(&self, bucket: &Bucket, source: IpAddr) -> Verdict {
        let (left, wait_seconds) = match bucket.limiter.check_key(&source) {
            Ok(state) => (state.remaining_burst_capacity(), None),
            Err(refused) => (0, Some(round_up(refused.wait_time_from(self.clock.now())))),
        };
        if bucket.limiter.len() > REMEMBERED_MAX {
            bucket.limiter.retain_recent();
        }
        Verdict {
            bucket: bucket.name,
            burst: bucket.burst,
            window_seconds: bucket.window_seconds,
            left,
            wait_seconds,
        }
    }
}

fn round_up(wait: Duration) -> u64 {
    wait.as_secs() + u64::from(wait.subsec_nanos() > 0)
}

impl Verdict {
    /// The fields of draft-ietf-httpapi-ratelimit-headers-09.
    fn write(&self, headers: &mut HeaderMap) {
        let reset = self.wait_seconds.unwrap_or(self.window_seconds);
        let policy = format!("\"{}\";q={};w={}", self.bucket, self.burst, self.window_seconds);
        let state = format!("\"{}\";r={};t={reset}", self.bucket, self.left);
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", state)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

impl Limits {
    /// Counts one opened socket of `source` as a request.
    ///
    /// # Errors
    /// 429 when there are too many.
    pub fn admit_socket(&self, source: IpAddr) -> Result<(), ApiError> {
        match self.check(&self.requests, limited(source)).wait_seconds {
            None => Ok(()),
            Some(seconds) => Err(refusal(self.requests.name, seconds)),
        }
    }
}

fn refusal(bucket: &'static str, seconds: u64) -> ApiError {
    metrics::counter!("http_limited_total", "limit" => bucket).increment(1);
    let detail = format!("too many {bucket} from this address: wait {seconds} s");
    ApiError::new(Code::TooManyRequests, detail).retry_after(seconds)
}

/// Counts requests to the API; pages and files of the application are not limited.
pub async fn limit<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let path = request.path();
    if !path.starts_with("/api/v1") {
        return Ok(next.call(request).await?.map_into_boxed_body());
    }
    let state = state_of(request.request())?;
    let limits = &state.limits;
    let is_sign_in = request.method() == Method::POST && path == "/api/v1/session";
    let bucket = if is_sign_in { &limits.sign_ins } else { &limits.requests };
    let verdict = limits.check(bucket, limited(source(request.request(), &state.settings)));
    let mut response = match verdict.wait_seconds {
        None => next.call(request).await?.map_into_boxed_body(),
        Some(seconds) => request.into_response(refusal(verdict.bucket, seconds).error_response()),
    };
    verdict.write(response.headers_mut());
    Ok(response)
}
