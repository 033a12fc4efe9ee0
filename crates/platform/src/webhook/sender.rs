//! Brings deliveries to their endpoints: each endpoint has a queue of its own, so that a slow one delays no other.

use super::address::{self, Outside};
use super::store::{self, Due};
use super::{next_try, secret};
use crate::vault::Vault;
use base::Clock;
use base::id::{EventId, WebhookId};
use chrono::TimeDelta;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use secrecy::ExposeSecret;
use sqlx::PgPool;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// How often due deliveries are looked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Deliveries taken at once: what a slow endpoint holds back is small.
const ROWS_AT_ONCE: i64 = 100;
/// Endpoints served at the same time.
const ENDPOINTS_MAX: usize = 50;
/// Longest time for connecting, sending and the head of the answer. Standard Webhooks proposes 15 to 30 seconds.
const ANSWER_WITHIN: Duration = Duration::from_secs(15);
/// After this time another server may send what this one took: longer than a whole batch can take.
const LEASE: TimeDelta = TimeDelta::minutes(30);
/// Whether something is a reason to wait as long as the receiver says, at most: `Retry-After`.
const RETRY_AFTER_MAX: i64 = 3_600;

/// How webhooks are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SenderSettings {
    /// Whether addresses of the own network, and plain HTTP, are allowed.
    pub private_addresses: bool,
}

/// What became of a try.
struct Tried {
    status: Option<i32>,
    /// Why it failed.
    error: Option<String>,
    /// The receiver says that nobody is there any more.
    gone: bool,
    retry_after: Option<TimeDelta>,
}

/// Sends what is due until it is stopped.
#[derive(Clone)]
pub struct Sender {
    pool: PgPool,
    clock: Arc<dyn Clock>,
    settings: SenderSettings,
    vault: Vault,
    client: reqwest::Client,
    stop: CancellationToken,
}

impl Sender {
    /// A sender that does not work yet.
    ///
    /// # Errors
    /// There is no cryptography for TLS.
    pub fn new(
        pool: PgPool,
        clock: Arc<dyn Clock>,
        settings: SenderSettings,
        vault: Vault,
        stop: CancellationToken,
    ) -> reqwest::Result<Self> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("trunkline/", env!("CARGO_PKG_VERSION")))
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .timeout(ANSWER_WITHIN)
            .dns_resolver(Arc::new(Outside { private: settings.private_addresses }))
            .build()?;
        Ok(Self { pool, clock, settings, vault, client, stop })
    }

    /// Works until it is stopped. What is on its way then is sent again by the next server.
    pub async fn run(self, seed: [u8; 32]) {
        let mut dice = ChaCha20Rng::from_seed(seed);
        let mut running: JoinSet<WebhookId> = JoinSet::new();
        let mut busy: Vec<WebhookId> = Vec::new();
        let mut ticks = tokio::time::interval(LOOK_EVERY);
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                Some(ended) = running.join_next(), if !running.is_empty() => match ended {
                    Ok(webhook) => busy.retain(|one| *one != webhook),
                    // A panic lost whose it was: none is busy once all have ended.
                    Err(error) => {
                        tracing::error!(%error, "a queue of webhook deliveries broke off");
                        while running.join_next().await.is_some() {}
                        busy.clear();
                    }
                },
                _ = ticks.tick() => {}
            }
            if busy.len() >= ENDPOINTS_MAX {
                continue;
            }
            match self.take(&busy).await {
                Ok(due) => {
                    for (webhook, deliveries) in by_webhook(due) {
                        busy.push(webhook);
                        let (sender, dice) = (self.clone(), ChaCha20Rng::from_rng(&mut dice));
                        running.spawn(sender.serve(webhook, deliveries, dice));
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "webhook deliveries could not be read, another try soon")
                }
            }
        }
    }

    async fn take(&self, busy: &[WebhookId]) -> sqlx::Result<Vec<Due>> {
        let now = self.clock.now();
        store::due(&mut *self.pool.acquire().await?, now, now + LEASE, busy, ROWS_AT_ONCE).await
    }

    /// One endpoint's deliveries, one after the other.
    async fn serve(self, webhook: WebhookId, deliveries: Vec<Due>, mut dice: ChaCha20Rng) -> WebhookId {
        for due in deliveries {
            let tried = self.attempt(&due).await;
            let outcome = if tried.error.is_none() { "delivered" } else { "failed" };
            metrics::counter!("webhook_tries_total", "outcome" => outcome).increment(1);
            if let Err(error) = self.store(&due, &tried, &mut dice).await {
                tracing::error!(delivery.id = %due.delivery_id, %error,
                    "what became of a webhook delivery could not be written: it is sent again");
            }
            if tried.gone || self.stop.is_cancelled() {
                break;
            }
        }
        webhook
    }

    async fn attempt(&self, due: &Due) -> Tried {
        let failed =
            |error: String| Tried { status: None, error: Some(error), gone: false, retry_after: None };
        if let Err(why) = address::check(&due.url, self.settings.private_addresses) {
            return failed(format!("the address {why}"));
        }
        let now = self.clock.now();
        let id = due.delivery_id.to_string();
        let place = store::place(due.webhook_id);
        let stored = [Some(due.secret.as_str()), due.previous_secret.as_deref()].into_iter().flatten();
        let opened: Result<Vec<_>, _> = stored.map(|key| self.vault.open(&place, key)).collect();
        let keys = match opened {
            Ok(keys) => keys,
            Err(error) => return failed(format!("the delivery cannot be signed: {error}")),
        };
        let keys: Vec<&str> = keys.iter().map(ExposeSecret::expose_secret).collect();
        let signature = match secret::sign(&keys, &id, now, &due.body) {
            Ok(signature) => signature,
            Err(error) => return failed(format!("the delivery cannot be signed: {error}")),
        };
        let request = self
            .client
            .post(&due.url)
            .header("content-type", "application/json")
            .header("webhook-id", id)
            .header("webhook-timestamp", now.timestamp())
            .header("webhook-signature", signature)
            .body(due.body.clone());
        match request.send().await {
            Ok(answer) => judge(&answer),
            Err(error) => failed(said(&error)),
        }
    }

    async fn store(&self, due: &Due, tried: &Tried, dice: &mut ChaCha20Rng) -> Result<(), base::ChangeError> {
        let now = self.clock.now();
        let planned = next_try(due.attempts, now, dice);
        let next = match (planned, tried.retry_after) {
            (Some(planned), Some(after)) => Some(planned.max(now + after)),
            (planned, _) => planned,
        };
        let next = next.filter(|_| !tried.gone);
        let mut tx = self.pool.begin().await?;
        store::finish(&mut tx, now, due.delivery_id, tried.status, tried.error.as_deref(), next).await?;
        if tried.gone {
            let reason = "the receiver answered 410: nobody listens there any more";
            store::disable(&mut tx, now, EventId::new(now, dice), due.webhook_id, reason).await?;
        }
        tx.commit().await?;
        Ok(())
    }
}

fn by_webhook(due: Vec<Due>) -> BTreeMap<WebhookId, Vec<Due>> {
    let mut queues: BTreeMap<WebhookId, Vec<Due>> = BTreeMap::new();
    for one in due {
        queues.entry(one.webhook_id).or_default().push(one);
    }
    // The database answers in any order; what happened first is told first.
    for queue in queues.values_mut() {
        queue.sort_by_key(|one| one.delivery_id);
    }
    queues
}

fn judge(answer: &reqwest::Response) -> Tried {
    let status = answer.status();
    let seconds =
        answer.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse::<i64>().ok());
    let error = match status.as_u16() {
        200..=299 => None,
        300..=399 => Some(format!("the receiver answered {status}: redirections are not followed")),
        _ => Some(format!("the receiver answered {status}")),
    };
    Tried {
        status: Some(i32::from(status.as_u16())),
        error,
        gone: status == reqwest::StatusCode::GONE,
        retry_after: seconds.map(|seconds| TimeDelta::seconds(seconds.clamp(0, RETRY_AFTER_MAX))),
    }
}

/// The error with its causes, without the address: it may hold a secret of the receiver.
fn said(error: &reqwest::Error) -> String {
    let mut text = if error.is_timeout() {
        format!("no answer within {} s", ANSWER_WITHIN.as_secs())
    } else {
        "the receiver cannot be reached".to_owned()
    };
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text.push_str(&format!(": {inner}"));
        cause = inner.source();
    }
    text
}
